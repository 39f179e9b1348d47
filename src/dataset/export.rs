//! Exporting a data set as `<split>/<class>/` folders, as other programs expect it.
//!
//! Into an empty folder only. Originals are read, never changed; every copy is compared with its original. What goes wrong takes
//! back what was exported so far: a half-exported data set is never taken for a whole one.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::labels::{ContentHash, check_class_name};
use super::{Dataset, Item};
use crate::base::{CancelToken, alike, is_within};

/// How pictures get into the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportMode {
    /// As copies.
    Copy,
    /// As hard links: no room is taken, but whoever changes one changes the original too. Where the file system can't, as
    /// copies.
    Link,
}

/// Why there is no export.
#[derive(Debug, Error)]
pub enum ExportError {
    /// There is something in the folder.
    #[error("{}: the folder is not empty; choose an empty one, or a name that is not taken", .0.display())]
    NotEmpty(PathBuf),
    /// The folder is in the data set.
    #[error("{}: this folder is in the data set itself; choose one outside of it", .0.display())]
    Inside(PathBuf),
    /// A class can't be a folder.
    #[error("the class {name} can't be exported: {why}")]
    ClassName {
        /// Which.
        name: String,
        /// Why.
        why: String,
    },
    /// No picture has a label.
    #[error("no picture has a label, so there is nothing to export; label some first")]
    NothingLabelled,
    /// A file or folder can't be read or written.
    #[error("{}: {source}; nothing was exported", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A copy is not like its original.
    #[error("{}: the copy is not like its original; check the disk. Nothing was exported", .0.display())]
    Differs(PathBuf),
    /// Stopped on request.
    #[error("the export was cancelled; nothing was exported")]
    Cancelled,
}

/// What was exported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Pictures that are copies.
    pub copied: usize,
    /// Pictures that are hard links.
    pub linked: usize,
    /// Pictures that got another name, since theirs was taken: where they were, where they are.
    pub renamed: Vec<(PathBuf, PathBuf)>,
    /// Pictures without a label, which have no folder.
    pub unlabelled: usize,
}

/// Exports the labelled pictures of `dataset` (as training sees it, see
/// [`LabelLayer::for_training`](super::labels::LabelLayer::for_training)) into the empty folder `out`, which is made where it
/// is not there. `progress` gets the number of pictures done and of all.
///
/// # Errors
/// [`ExportError`]; nothing is left in `out` then.
pub fn export_folders(
    dataset: &Dataset,
    out: &Path,
    mode: ExportMode,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Exported, ExportError> {
    for name in &dataset.classes {
        check_name(name)?;
    }
    let out = empty_outside(out, Some(&dataset.root))?;
    let existed = out.exists();
    let labelled: Vec<&Item> = dataset.items.iter().filter(|item| item.class.is_some()).collect();
    if labelled.is_empty() {
        return Err(ExportError::NothingLabelled);
    }
    let used: BTreeSet<usize> = labelled.iter().filter_map(|item| item.class).collect();
    refuse_alike(used.iter().filter_map(|class| dataset.classes.get(*class)).map(String::as_str))?;
    let mut exported = Exported { unlabelled: dataset.items.len() - labelled.len(), ..Exported::default() };
    let mut made = Made { files: Vec::new(), folders: Vec::new() };
    let outcome = export(dataset, &labelled, &out, mode, cancel, progress, &mut exported, &mut made);
    if outcome.is_err() {
        made.take_back(existed.then_some(out.as_path()));
    }
    outcome.map(|()| exported)
}

/// Refuses a class whose name can't be a folder's.
pub(super) fn check_name(name: &str) -> Result<(), ExportError> {
    check_class_name(name).map_err(|why| ExportError::ClassName { name: name.to_owned(), why })
}

/// The whole path of a folder to write into. Refuses one that is in the data set, or that has something in it.
pub(super) fn empty_outside(out: &Path, data_set: Option<&Path>) -> Result<PathBuf, ExportError> {
    let out = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    if data_set.is_some_and(|root| is_within(&out, root)) {
        return Err(ExportError::Inside(out));
    }
    if out.exists() && fs::read_dir(&out).map_err(|source| file(&out, source))?.next().is_some() {
        return Err(ExportError::NotEmpty(out));
    }
    Ok(out)
}

/// Refuses classes whose folders would be one where case does not count: all their pictures would be of one class then.
pub(super) fn refuse_alike<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(), ExportError> {
    let Some((other, name)) = alike(names) else { return Ok(()) };
    let why = format!(
        "only case tells it apart from the class {other}, and many systems take the two for one folder; rename one of them"
    );
    Err(ExportError::ClassName { name: name.to_owned(), why })
}

#[expect(clippy::too_many_arguments, reason = "the body of one function, apart so that an error can be seen to")]
fn export(
    dataset: &Dataset,
    labelled: &[&Item],
    out: &Path,
    mode: ExportMode,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(usize, usize),
    exported: &mut Exported,
    made: &mut Made,
) -> Result<(), ExportError> {
    made.folder(out)?;
    let mut taken: HashSet<String> = HashSet::new();
    for (done, item) in labelled.iter().enumerate() {
        if cancel.is_cancelled() {
            return Err(ExportError::Cancelled);
        }
        let Some(class) = item.class.and_then(|class| dataset.classes.get(class)) else { continue };
        let (split, from) = (item.split.name(), dataset.path_of(item));
        made.folder(&out.join(split))?;
        made.folder(&out.join(split).join(class))?;
        let original = PathBuf::from(item.rel_path.file_name().unwrap_or_default());
        // Names that differ in case only are one name on many systems.
        let key = |name: &Path| format!("{split}/{class}/{}", name.to_string_lossy()).to_lowercase();
        let name =
            (1..=labelled.len()).map(|number| numbered(&original, number)).find(|name| !taken.contains(&key(name)));
        let name = name.unwrap_or(original.clone());
        taken.insert(key(&name));
        let to = out.join(split).join(class).join(&name);
        // Of the picture itself: a hard link of a symbolic link is again a symbolic link, which leads elsewhere from there.
        let link = || fs::canonicalize(&from).and_then(|original| fs::hard_link(original, &to));
        if mode == ExportMode::Link && link().is_ok() {
            made.files.push(to.clone());
            exported.linked += 1;
        } else {
            let mut original = File::open(&from).map_err(|source| file(&from, source))?;
            // Never over a file that another program has put there meanwhile.
            let copy = OpenOptions::new().write(true).create_new(true).open(&to);
            let mut copy = copy.map_err(|source| file(&to, source))?;
            made.files.push(to.clone());
            io::copy(&mut original, &mut copy).map_err(|source| file(&to, source))?;
            exported.copied += 1;
        }
        let hash = |path: &Path| ContentHash::of_file(path).map_err(|source| file(path, source));
        if hash(&from)? != hash(&to)? {
            return Err(ExportError::Differs(to));
        }
        if name != original {
            exported.renamed.push((from, to));
        }
        progress(done + 1, labelled.len());
    }
    Ok(())
}

/// `photo.jpg`, `photo (2).jpg`, `photo (3).jpg`, …
pub(super) fn numbered(name: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return name.to_owned();
    }
    let mut stem = name.file_stem().unwrap_or_default().to_owned();
    stem.push(format!(" ({number})"));
    if let Some(extension) = name.extension() {
        stem.push(".");
        stem.push(extension);
    }
    PathBuf::from(stem)
}

pub(super) fn file(path: &Path, source: io::Error) -> ExportError {
    ExportError::File { path: path.to_owned(), source }
}

/// What was made so far, to be taken back: nothing else is ever removed.
struct Made {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Made {
    fn folder(&mut self, path: &Path) -> Result<(), ExportError> {
        if self.folders.iter().any(|made| made == path) || path.is_dir() {
            return Ok(());
        }
        fs::create_dir_all(path).map_err(|source| file(path, source))?;
        self.folders.push(path.to_owned());
        Ok(())
    }

    /// Removes what was made, but not the folder that was there before.
    fn take_back(&self, keep: Option<&Path>) {
        for file in &self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev().filter(|folder| keep != Some(folder.as_path())) {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests;
