//! From a folder to a [`Dataset`]: which layout it has, its classes, its pictures, and what was passed over.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::split::draw_validation;
use super::walk::{Found, Listing, Walker, reason};
use super::{Dataset, DatasetLayout, Item, ScanIssueKind, Split, item_id, natural_cmp, natural_key};
use crate::base::CancelToken;

/// Extensions of the files that a scan takes: torchvision's list. Everything else in a class folder is listed as ignored.
pub const PICTURE_EXTENSIONS: [&str; 9] = ["jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff", "ppm", "pgm"];

/// How to scan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScanOptions {
    /// Share of each class kept for validation, 0 to 0.9, where the folder itself has no such split.
    pub val_fraction: f64,
    /// Decides which pictures those are. The same everywhere in Imago (0), whatever seed a training has: runs that are compared
    /// are judged on the same pictures, and none on those it learned from.
    pub seed: u64,
}

impl ScanOptions {
    /// With this share kept for validation.
    pub fn keeping(val_fraction: f64) -> Self {
        Self { val_fraction, ..Self::default() }
    }
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { val_fraction: 0.2, seed: 0 }
    }
}

/// How far a scan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanProgress {
    /// Files and folders seen so far, hidden ones included.
    pub files_seen: usize,
}

/// Why a folder is no data set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScanError {
    /// Nothing at this path.
    #[error("{}: there is no such folder", .0.display())]
    NotFound(PathBuf),
    /// A file.
    #[error("{}: this is a file; choose the folder that holds the pictures", .0.display())]
    NotAFolder(PathBuf),
    /// A folder that can't be listed.
    #[error("{}: the folder can't be read: {reason}", path.display())]
    Unreadable {
        /// Which folder.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// No pictures anywhere in it.
    #[error(
        "{}: no pictures here{passed_over}; choose a folder with train/ and val/, with one folder of pictures per class, or with \
         loose pictures (jpg, png, bmp, webp, tif, ppm, pgm)",
        path.display()
    )]
    NoImages {
        /// Which folder.
        path: PathBuf,
        /// What was there instead, as part of the sentence; may be empty.
        passed_over: String,
    },
    /// The scan was asked to stop.
    #[error("the scan was cancelled")]
    Cancelled,
}

/// Scans `root` for pictures. Layouts, in the order in which they are recognised:
///
/// - `<split>/<class>/…` with folders named train, val (valid, validation) and test. Without a validation split, one is
///   drawn from train. Pictures directly in a split folder are unlabelled.
/// - `<class>/…`: the validation split is drawn. Pictures directly in `root` are unlabelled.
/// - pictures directly in `root`, unlabelled.
///
/// Folders nested in a class belong to it. A folder that only wraps a `<split>/<class>` layout, as unpacked archives do, is
/// looked through: the data set's root is then the inner folder.
///
/// # Errors
/// [`ScanError`] when there is nothing to work with or the scan was cancelled. Single files and folders that can't be used
/// never fail a scan; they are listed in [`Dataset::issues`].
pub fn scan(
    root: &Path,
    options: &ScanOptions,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(ScanProgress),
) -> Result<Dataset, ScanError> {
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    match fs::metadata(&root) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => return Err(ScanError::NotAFolder(root)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(ScanError::NotFound(root)),
        Err(error) => return Err(ScanError::Unreadable { path: root, reason: reason(&error) }),
    }
    if let Err(error) = fs::read_dir(&root) {
        return Err(ScanError::Unreadable { path: root, reason: reason(&error) });
    }
    let root = look_through_wrapper(root, cancel)?;
    let mut walker = Walker::new(&root, cancel, progress);
    let mut gathered = gather(&mut walker)?;
    walker.finish();
    let mut issues = walker.issues;
    issues.sort_by(|a, b| natural_cmp(&a.rel_path.to_string_lossy(), &b.rel_path.to_string_lossy()));

    let classes = gathered.class_names();
    let mut items = gathered.items(&classes);
    if items.is_empty() {
        return Err(ScanError::NoImages { passed_over: passed_over(&issues), path: root });
    }
    let has_validation = items.iter().any(|item| item.split == Split::Val);
    if !has_validation {
        draw(&mut items, gathered.layout, options);
    }
    sort_items(&mut items);
    Ok(Dataset { root, layout: gathered.layout, classes, items, issues })
}

/// Draws the validation split of pictures whose folders name none.
fn draw(items: &mut [Item], layout: DatasetLayout, options: &ScanOptions) {
    if layout != DatasetLayout::Loose {
        let classes = items.iter().filter_map(|item| item.class).max().map_or(0, |last| last + 1);
        let fraction = if options.val_fraction.is_nan() { 0.0 } else { options.val_fraction.clamp(0.0, 0.9) };
        draw_validation(items, classes, fraction, options.seed);
    }
}

impl Dataset {
    /// The data set as if it had been scanned with another share kept for validation; the same where the folders name the
    /// validation pictures themselves. Classes and splits are to be as scanned, without labels laid over.
    #[must_use]
    pub fn keeping(mut self, val_fraction: f64) -> Self {
        if !self.has_own_validation() {
            for item in self.items.iter_mut().filter(|item| item.split == Split::Val) {
                item.split = Split::Train;
            }
            draw(&mut self.items, self.layout, &ScanOptions::keeping(val_fraction));
            sort_items(&mut self.items);
        }
        self
    }
}

/// `root` itself, or the only folder in it when that one has a `<split>/<class>` layout.
fn look_through_wrapper(root: PathBuf, cancel: &CancelToken) -> Result<PathBuf, ScanError> {
    let mut silent = |_: ScanProgress| {};
    let mut walker = Walker::new(&root, cancel, &mut silent);
    let outer = walker.list(Path::new(""))?;
    if let ([only], []) = (outer.folders.as_slice(), outer.pictures.as_slice())
        && split_of(only).is_none()
    {
        let inner = walker.list(only)?;
        for folder in inner.folders.iter().filter(|folder| split_of(folder) == Some(Split::Train)) {
            if !walker.list(folder)?.folders.is_empty() {
                return Ok(root.join(only));
            }
        }
    }
    Ok(root)
}

/// Pictures by split and class, before classes have numbers.
struct Gathered {
    layout: DatasetLayout,
    pictures: BTreeMap<(Split, Option<String>), Vec<Found>>,
}

impl Gathered {
    fn add(&mut self, split: Split, class: Option<String>, found: Vec<Found>) {
        self.pictures.entry((split, class)).or_default().extend(found);
    }

    /// Names of the classes that have pictures, in natural order.
    fn class_names(&self) -> Vec<String> {
        let with_pictures = self.pictures.iter().filter(|(_, found)| !found.is_empty());
        let names: BTreeSet<_> = with_pictures.filter_map(|((_, class), _)| class.clone()).collect();
        let mut names: Vec<_> = names.into_iter().collect();
        names.sort_by(|a, b| natural_cmp(a, b));
        names
    }

    fn items(&mut self, classes: &[String]) -> Vec<Item> {
        let mut items = Vec::new();
        for ((split, class), found) in std::mem::take(&mut self.pictures) {
            let class = class.and_then(|name| classes.iter().position(|known| *known == name));
            items.extend(found.into_iter().map(|Found { rel_path, file_bytes }| Item {
                id: item_id(&rel_path),
                rel_path,
                split,
                class,
                file_bytes,
            }));
        }
        items
    }
}

fn gather(walker: &mut Walker<'_>) -> Result<Gathered, ScanError> {
    let top = walker.list(Path::new(""))?;
    let (splits, others): (Vec<PathBuf>, Vec<PathBuf>) =
        top.folders.iter().cloned().partition(|folder| split_of(folder).is_some());
    if splits.is_empty() || are_classes(walker, &splits, &others)? {
        return gather_classes(walker, top);
    }
    let mut gathered = Gathered { layout: DatasetLayout::Splits, pictures: BTreeMap::new() };
    for folder in splits {
        let Some(split) = split_of(&folder) else { continue };
        let listing = walker.list(&folder)?;
        gathered.add(split, None, listing.pictures);
        for class_folder in listing.folders {
            gather_class(walker, &mut gathered, split, &class_folder)?;
        }
    }
    for folder in others {
        walker.ignored(&folder, "beside train, val and test; move its pictures into one of them to use them".into());
    }
    for picture in top.pictures {
        walker.ignored(&picture.rel_path, "beside train, val and test, so in no split".into());
    }
    Ok(gathered)
}

fn gather_classes(walker: &mut Walker<'_>, top: Listing) -> Result<Gathered, ScanError> {
    let layout = DatasetLayout::Classes;
    let mut gathered = Gathered { layout, pictures: BTreeMap::new() };
    for folder in top.folders {
        gather_class(walker, &mut gathered, Split::Train, &folder)?;
    }
    gathered.add(Split::Train, None, top.pictures);
    if gathered.class_names().is_empty() {
        gathered.layout = DatasetLayout::Loose;
    }
    Ok(gathered)
}

fn gather_class(
    walker: &mut Walker<'_>,
    gathered: &mut Gathered,
    split: Split,
    folder: &Path,
) -> Result<(), ScanError> {
    let issues = walker.issues.len();
    let found = walker.pictures_below(folder)?;
    // When something in it has been named already, that says enough.
    if found.is_empty() && walker.issues.len() == issues {
        walker.ignored(folder, "the folder holds no pictures".into());
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    gathered.add(split, Some(name), found);
    Ok(())
}

/// Whether folders named like splits are really classes (`car/`, `plane/`, `train/`): none of them has folders within, and a
/// folder beside them has pictures.
fn are_classes(walker: &mut Walker<'_>, splits: &[PathBuf], others: &[PathBuf]) -> Result<bool, ScanError> {
    let issues = walker.issues.len();
    let mut classes = false;
    let mut nested = false;
    for folder in splits {
        nested |= !walker.list(folder)?.folders.is_empty();
    }
    if !nested {
        for folder in others {
            classes |= !walker.list(folder)?.pictures.is_empty();
        }
    }
    // This was only a look; the walk itself reports.
    walker.issues.truncate(issues);
    Ok(classes)
}

fn split_of(folder: &Path) -> Option<Split> {
    Split::from_folder_name(folder.file_name()?.to_str()?)
}

/// By split, then class (unlabelled last), then natural order of the path.
fn sort_items(items: &mut [Item]) {
    items.sort_by_cached_key(|item| {
        let name = item.rel_path.to_string_lossy();
        // What the natural order tells apart by its bytes alone, then what is not Unicode and looks the same.
        (item.split, item.class.unwrap_or(usize::MAX), natural_key(&name), name.into_owned(), item.rel_path.clone())
    });
}

/// What there was instead of pictures, as part of a sentence.
fn passed_over(issues: &[super::ScanIssue]) -> String {
    let Some(first) = issues.iter().find(|issue| issue.kind == ScanIssueKind::Unreadable).or_else(|| issues.first())
    else {
        return String::new();
    };
    let more = if issues.len() == 1 { String::new() } else { format!(" and {} more", issues.len() - 1) };
    format!(" that can be used (passed over: {}, {}{more})", first.rel_path.display(), first.reason)
}

#[cfg(test)]
mod tests;
