//! Copying pictures from elsewhere into a class's folder. Nothing is moved, nothing that is there is written over.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::export::numbered;
use super::labels::{ContentHash, LabelLayer};
use super::walk::has_picture_extension;
use super::{Dataset, DatasetLayout, Split};
use crate::base::CancelToken;

/// A name may be taken this many times.
const MOST_NUMBERS: usize = 100_000;

/// Why nothing can be imported.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The class's folder can't be made.
    #[error("{}: {source}; nothing was imported", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What was imported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Pictures that are in the folder now.
    pub copied: usize,
    /// Where they are.
    pub pictures: Vec<PathBuf>,
    /// Those of them that got another name, since theirs was taken: where they were, where they are.
    pub renamed: Vec<(PathBuf, PathBuf)>,
    /// Pictures that are in the folder already, with the same name and content.
    pub there_already: usize,
    /// Files that are no pictures by their name.
    pub passed_over: usize,
    /// Pictures that could not be copied, and why.
    pub failed: Vec<(PathBuf, String)>,
    /// It was stopped before its end; what was copied stays.
    pub cancelled: bool,
}

/// Where new pictures of a class belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassFolder {
    /// The folder, which may not be there yet.
    pub path: PathBuf,
    /// The pictures in it are of another class: a class was renamed or merged, and then one made of the name that its folder
    /// still has. New pictures there need a label of their own.
    pub is_of_another: bool,
}

/// The folder in which new pictures of a class belong: where its pictures of that split are, preferably one of its own name, or
/// a new one named like the class.
pub fn class_folder(dataset: &Dataset, layer: Option<&LabelLayer>, split: Split, class: usize) -> Option<ClassFolder> {
    let name = dataset.classes.get(class)?;
    let is_split = dataset.layout == DatasetLayout::Splits;
    let depth = if is_split { 2 } else { 1 };
    let of_split = |item: &super::Item| {
        !is_split
            || item.rel_path.iter().next().and_then(|part| part.to_str()).and_then(Split::from_folder_name)
                == Some(split)
    };
    let parts = |item: &super::Item| item.rel_path.parent().map_or(0, |folder| folder.iter().count());
    let folder_of = |item: &super::Item| item.rel_path.iter().take(depth).collect::<PathBuf>();
    let class_of = |position: usize, item: &super::Item| layer.map_or(item.class, |layer| layer.folder_class(position));
    let mut home = None;
    for (position, item) in dataset.items.iter().enumerate() {
        if class_of(position, item) == Some(class) && of_split(item) && parts(item) >= depth {
            let folder = folder_of(item);
            let is_its_own = folder.file_name() == Some(name.as_ref());
            if is_its_own || home.is_none() {
                home = Some(folder);
            }
            if is_its_own {
                break;
            }
        }
    }
    if let Some(folder) = home {
        return Some(ClassFolder { path: dataset.root.join(folder), is_of_another: false });
    }
    // The split's folder as the user calls it (`valid`, `Train`, …), where there is one.
    let named = dataset.items.iter().find(|item| of_split(item)).and_then(|item| item.rel_path.iter().next());
    let folder =
        if is_split { Path::new(named.unwrap_or(split.name().as_ref())).join(name) } else { PathBuf::from(name) };
    // In any split: classes are of folder names.
    let is_of_another = dataset.items.iter().enumerate().any(|(position, item)| {
        parts(item) >= depth
            && folder_of(item).file_name() == Some(name.as_ref())
            && class_of(position, item) != Some(class)
    });
    Some(ClassFolder { path: dataset.root.join(folder), is_of_another })
}

/// Whether the validation pictures are drawn from those for training: the folder has splits and none for validation. A folder
/// made for it would end that, and all that was drawn would be learned from.
pub fn draws_validation(dataset: &Dataset) -> bool {
    let is_val = |item: &super::Item| {
        let first = item.rel_path.iter().next().and_then(|part| part.to_str());
        first.and_then(Split::from_folder_name) == Some(Split::Val)
    };
    dataset.layout == DatasetLayout::Splits && !dataset.items.iter().any(is_val)
}

/// Whether a folder named like this class would be taken for a split: once there is one in a data set without splits, the pictures
/// outside of it would be in none.
pub fn reads_as_split(dataset: &Dataset, class: &str) -> bool {
    dataset.layout != DatasetLayout::Splits && Split::from_folder_name(class).is_some()
}

/// Copies the pictures that `sources` name (files, and folders with all that is in them) into `folder`, which is made where it is
/// not there. Each copy is compared with its original. `progress` gets the number of pictures done and of all.
///
/// # Errors
/// [`ImportError`]: the folder can't be made. What is wrong with single files is in [`Imported`].
pub fn import_pictures(
    sources: &[PathBuf],
    folder: &Path,
    cancel: &CancelToken,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Imported, ImportError> {
    let mut imported = Imported::default();
    let pictures = pictures_of(sources, &mut imported);
    if pictures.is_empty() {
        return Ok(imported);
    }
    fs::create_dir_all(folder).map_err(|source| ImportError::Folder { path: folder.to_owned(), source })?;
    for (done, from) in pictures.iter().enumerate() {
        if cancel.is_cancelled() {
            imported.cancelled = true;
            break;
        }
        if let Err(error) = copy(from, folder, &mut imported) {
            imported.failed.push((from.clone(), super::walk::reason(&error)));
        }
        progress(done + 1, pictures.len());
    }
    Ok(imported)
}

fn pictures_of(sources: &[PathBuf], imported: &mut Imported) -> Vec<PathBuf> {
    let (mut pictures, mut seen) = (Vec::new(), HashSet::new());
    for source in sources {
        // Linked folders belong to it, as they do to a data set.
        let walk = walkdir::WalkDir::new(source).follow_links(true).sort_by_file_name().into_iter();
        let is_shown =
            |entry: &walkdir::DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
        for entry in walk.filter_entry(is_shown) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if has_picture_extension(entry.path()) => {
                    if seen.insert(entry.path().to_owned()) {
                        pictures.push(entry.into_path());
                    }
                }
                Ok(_) => imported.passed_over += 1,
                Err(error) => {
                    let path = error.path().unwrap_or(source).to_owned();
                    let why = error.io_error().map_or_else(|| error.to_string(), super::walk::reason);
                    imported.failed.push((path, why));
                }
            }
        }
    }
    pictures
}

/// Copies a file into a folder that is there, under a name that is not taken, and notes in `imported` what became of it.
///
/// # Errors
/// Any input/output error, or a copy that is not like its original; nothing is left in the folder then.
pub(super) fn copy(from: &Path, folder: &Path, imported: &mut Imported) -> io::Result<()> {
    if !fs::metadata(from)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let content = ContentHash::of_file(from)?;
    let original = PathBuf::from(from.file_name().unwrap_or_default());
    // Through a hidden file, so that half a picture is never seen, and into place without ever writing over anything.
    let mut part = tempfile::Builder::new().prefix(".imago-").suffix(".part").tempfile_in(folder)?;
    io::copy(&mut File::open(from)?, part.as_file_mut())?;
    part.as_file().sync_all()?;
    if ContentHash::of_file(part.path())? != content {
        return Err(io::Error::other("the copy is not like its original"));
    }
    readable_by_others(part.as_file())?;
    for number in 1..MOST_NUMBERS {
        let to = folder.join(numbered(&original, number));
        match part.persist_noclobber(&to) {
            Ok(_) => {
                imported.copied += 1;
                imported.pictures.push(to.clone());
                if number > 1 {
                    imported.renamed.push((from.to_owned(), to));
                }
                return Ok(());
            }
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                if ContentHash::of_file(&to).is_ok_and(|other| other == content) {
                    imported.there_already += 1;
                    return Ok(());
                }
                part = error.file;
            }
            Err(error) => return Err(error.error),
        }
    }
    Err(io::Error::other("its name is taken too many times"))
}

/// Temporary files are made for their owner alone; a picture gets the usual rights (0644).
#[cfg(unix)]
fn readable_by_others(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_others(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{ScanOptions, scan};

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn pictures_are_copied_collisions_renamed_and_nothing_written_over() {
        let home = tempfile::tempdir().unwrap();
        let at = |path: &str| home.path().join(path);
        for (path, text) in [
            ("in/a.jpg", "new"),
            ("in/deep/b.PNG", "b"),
            ("in/same.jpg", "same"),
            ("in/notes.txt", "no picture"),
            ("in/.hidden.jpg", "hidden"),
            ("class/a.jpg", "old"),
            ("class/a (2).jpg", "older"),
            ("class/same.jpg", "same"),
        ] {
            write(&at(path), text);
        }
        let sources = [at("in"), at("in/a.jpg"), at("gone.jpg")];
        let imported = import_pictures(&sources, &at("class"), &CancelToken::new(), &mut |_, _| {}).unwrap();
        assert_eq!((imported.copied, imported.there_already, imported.passed_over), (2, 1, 1));
        assert_eq!(imported.renamed, [(at("in/a.jpg"), at("class/a (3).jpg"))]);
        assert_eq!(imported.failed, [(at("gone.jpg"), "it is gone".to_owned())]);
        assert_eq!(names(&at("class")), ["a (2).jpg", "a (3).jpg", "a.jpg", "b.PNG", "same.jpg"]);
        for (path, text) in
            [("class/a.jpg", "old"), ("class/a (2).jpg", "older"), ("class/a (3).jpg", "new"), ("in/a.jpg", "new")]
        {
            assert_eq!(fs::read_to_string(at(path)).unwrap(), text, "{path}");
        }
        // Once more: all of it is there already.
        let again = import_pictures(&sources[..1], &at("class"), &CancelToken::new(), &mut |_, _| {}).unwrap();
        assert_eq!((again.copied, again.there_already), (0, 3));
    }

    #[cfg(unix)]
    #[test]
    fn linked_folders_are_gone_through_and_a_circle_of_links_is_named() {
        let home = tempfile::tempdir().unwrap();
        let at = |path: &str| home.path().join(path);
        write(&at("elsewhere/a.jpg"), "a");
        write(&at("in/b.jpg"), "b");
        std::os::unix::fs::symlink(at("elsewhere"), at("in/linked")).unwrap();
        std::os::unix::fs::symlink(at("in"), at("in/round")).unwrap();
        let imported = import_pictures(&[at("in")], &at("class"), &CancelToken::new(), &mut |_, _| {}).unwrap();
        assert_eq!(names(&at("class")), ["a.jpg", "b.jpg"]);
        let failed: Vec<_> = imported.failed.iter().map(|(path, _)| path.clone()).collect();
        assert_eq!(failed, [at("in/round")]);
    }

    #[test]
    fn a_class_called_like_a_split_reads_as_one_where_there_are_none() {
        let home = tempfile::tempdir().unwrap();
        let at = |path: &str| home.path().join(path);
        write(&at("loose/a.jpg"), "a");
        write(&at("split/train/ants/a.jpg"), "a");
        write(&at("split/val/ants/a.jpg"), "a");
        let read = |name: &str| scan(&at(name), &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap();
        let (loose, split) = (read("loose"), read("split"));
        for name in ["test", "Train", "validation"] {
            assert!(reads_as_split(&loose, name), "{name}");
            assert!(!reads_as_split(&split, name), "{name}");
        }
        assert!(!reads_as_split(&loose, "tests"));
    }

    #[test]
    fn a_cancelled_import_leaves_whole_pictures_only() {
        let home = tempfile::tempdir().unwrap();
        let at = |path: &str| home.path().join(path);
        for number in 0..5 {
            write(&at(&format!("in/{number}.jpg")), "picture");
        }
        let cancel = CancelToken::new();
        let stop = &mut |done, _| {
            if done == 2 {
                cancel.cancel();
            }
        };
        let imported = import_pictures(&[at("in")], &at("class"), &cancel, stop).unwrap();
        assert!(imported.cancelled);
        assert_eq!(names(&at("class")), ["0.jpg", "1.jpg"]);
    }

    #[test]
    fn new_pictures_go_where_those_of_their_class_and_split_are() {
        let home = tempfile::tempdir().unwrap();
        for path in ["Train/ants/1.jpg", "Train/bees/deep/2.jpg", "valid/ants/3.jpg"] {
            write(&home.path().join(path), "picture");
        }
        let dataset = scan(home.path(), &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap();
        let folder = |split, class| {
            let folder = class_folder(&dataset, None, split, class).unwrap();
            assert!(!folder.is_of_another);
            folder.path.strip_prefix(&dataset.root).unwrap().to_string_lossy().replace('\\', "/")
        };
        assert_eq!(folder(Split::Train, 0), "Train/ants");
        assert_eq!(folder(Split::Train, 1), "Train/bees");
        assert_eq!(folder(Split::Val, 1), "valid/bees");
        assert_eq!(folder(Split::Test, 0), "test/ants");
        assert_eq!(class_folder(&dataset, None, Split::Train, 9), None);
    }
}
