//! Walking through folders that may hold anything: loops of links, unreadable folders, pipes, names that are not Unicode.

use std::collections::HashSet;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::scan::{PICTURE_EXTENSIONS, ScanError, ScanProgress};
use super::{ScanIssue, ScanIssueKind};
use crate::base::CancelToken;

/// Folders deeper than this below a class aren't entered.
const MOST_NESTING: usize = 64;

/// Progress is reported after this many files.
const PROGRESS_EVERY: usize = 512;

/// A picture that a walk found.
pub(super) struct Found {
    pub rel_path: PathBuf,
    pub file_bytes: u64,
}

/// What a folder holds directly.
#[derive(Default)]
pub(super) struct Listing {
    /// Sub-folders (or links to folders), relative to the root.
    pub folders: Vec<PathBuf>,
    /// Pictures, relative to the root.
    pub pictures: Vec<Found>,
}

/// Walks below one root, collecting what is out of the ordinary.
pub(super) struct Walker<'a> {
    root: &'a Path,
    cancel: &'a CancelToken,
    progress: &'a mut dyn FnMut(ScanProgress),
    files_seen: usize,
    pub issues: Vec<ScanIssue>,
}

impl<'a> Walker<'a> {
    pub fn new(root: &'a Path, cancel: &'a CancelToken, progress: &'a mut dyn FnMut(ScanProgress)) -> Self {
        Self { root, cancel, progress, files_seen: 0, issues: Vec::new() }
    }

    /// Lists the folder `rel_path` (empty for the root). What can't be used becomes an issue; only cancelling is an error.
    pub fn list(&mut self, rel_path: &Path) -> Result<Listing, ScanError> {
        let mut listing = Listing::default();
        self.check_cancelled()?;
        let entries = match fs::read_dir(self.root.join(rel_path)) {
            Ok(entries) => entries,
            Err(error) => {
                self.unreadable(rel_path, format!("the folder can't be read: {}", reason(&error)));
                return Ok(listing);
            }
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.sort_entry(rel_path, &entry, &mut listing)?,
                Err(error) => {
                    self.unreadable(rel_path, format!("the folder can't be read to its end: {}", reason(&error)));
                    break;
                }
            }
        }
        Ok(listing)
    }

    /// All pictures in `rel_path` and the folders within. A folder that links lead to twice is entered once.
    pub fn pictures_below(&mut self, rel_path: &Path) -> Result<Vec<Found>, ScanError> {
        let mut found = Vec::new();
        let mut entered = HashSet::new();
        let mut waiting = vec![(rel_path.to_owned(), 0)];
        while let Some((folder, depth)) = waiting.pop() {
            if let Some(identity) = identity(&self.root.join(&folder))
                && !entered.insert(identity)
            {
                self.unreadable(&folder, "a link that leads back to a folder that was already scanned".into());
                continue;
            }
            if depth > MOST_NESTING {
                self.unreadable(&folder, format!("nested more than {MOST_NESTING} folders deep"));
                continue;
            }
            let listing = self.list(&folder)?;
            found.extend(listing.pictures);
            waiting.extend(listing.folders.into_iter().map(|folder| (folder, depth + 1)));
        }
        Ok(found)
    }

    /// Tells the final count.
    pub fn finish(&mut self) {
        (self.progress)(ScanProgress { files_seen: self.files_seen });
    }

    /// Notes something that was left out on purpose.
    pub fn ignored(&mut self, rel_path: &Path, reason: String) {
        self.issues.push(ScanIssue { rel_path: rel_path.to_owned(), kind: ScanIssueKind::Ignored, reason });
    }

    fn unreadable(&mut self, rel_path: &Path, reason: String) {
        self.issues.push(ScanIssue { rel_path: rel_path.to_owned(), kind: ScanIssueKind::Unreadable, reason });
    }

    fn check_cancelled(&self) -> Result<(), ScanError> {
        if self.cancel.is_cancelled() { Err(ScanError::Cancelled) } else { Ok(()) }
    }

    fn sort_entry(&mut self, folder: &Path, entry: &DirEntry, listing: &mut Listing) -> Result<(), ScanError> {
        self.files_seen += 1;
        if self.files_seen.is_multiple_of(PROGRESS_EVERY) {
            self.check_cancelled()?;
            (self.progress)(ScanProgress { files_seen: self.files_seen });
        }
        let name = entry.file_name();
        if is_hidden(&name.to_string_lossy()) {
            return Ok(());
        }
        let rel_path = folder.join(&name);
        // Links are followed. On most systems the plain kinds are known without asking the file system again.
        let kind = entry.file_type();
        let is_link = kind.as_ref().is_ok_and(fs::FileType::is_symlink);
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
            self.note_odd_name(&rel_path, &name.to_string_lossy(), name.to_str().is_none());
            listing.folders.push(rel_path);
            return Ok(());
        }
        let is_picture = has_picture_extension(&rel_path);
        if !is_picture && !is_link {
            self.ignored(&rel_path, not_scanned(&rel_path));
            return Ok(());
        }
        let metadata = if is_link { fs::metadata(entry.path()) } else { entry.metadata() };
        match metadata {
            Ok(metadata) if metadata.is_dir() => {
                self.note_odd_name(&rel_path, &name.to_string_lossy(), name.to_str().is_none());
                listing.folders.push(rel_path);
            }
            Ok(_) if !is_picture => self.ignored(&rel_path, not_scanned(&rel_path)),
            Ok(metadata) => self.sort_picture(rel_path, &metadata, listing),
            Err(error) if is_link && error.kind() == io::ErrorKind::NotFound => {
                self.unreadable(&rel_path, "a link that leads nowhere".into());
            }
            Err(error) => self.unreadable(&rel_path, format!("it can't be read: {}", reason(&error))),
        }
        Ok(())
    }

    fn sort_picture(&mut self, rel_path: PathBuf, metadata: &Metadata, listing: &mut Listing) {
        if !metadata.is_file() {
            self.unreadable(&rel_path, "it is not a regular file".into());
        } else if metadata.len() == 0 {
            self.unreadable(&rel_path, "the file is empty (0 bytes)".into());
        } else {
            let name = rel_path.file_name().unwrap_or_default();
            self.note_odd_name(&rel_path, &name.to_string_lossy(), name.to_str().is_none());
            listing.pictures.push(Found { rel_path, file_bytes: metadata.len() });
        }
    }

    fn note_odd_name(&mut self, rel_path: &Path, shown: &str, is_odd: bool) {
        if is_odd {
            let reason = format!("its name is not valid Unicode: it is used, but shown as “{shown}”");
            self.issues.push(ScanIssue { rel_path: rel_path.to_owned(), kind: ScanIssueKind::Noted, reason });
        }
    }
}

/// Hidden files (and the archive tool's shadow folder) are passed over without a word: they're never a user's pictures.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name == "__MACOSX"
}

/// Whether a file is a picture by its name, as a data set takes it: what is in it is looked at later.
pub fn has_picture_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| PICTURE_EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known)))
}

fn not_scanned(path: &Path) -> String {
    match path.extension() {
        Some(extension) => format!(".{} files are not scanned", extension.to_string_lossy()),
        None => "files without an extension are not scanned".into(),
    }
}

/// An error of the file system in plain words.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::NotFound => "it is gone".into(),
        // The standard library has no stable name for this one (ELOOP).
        _ if error.to_string().contains("symbolic links") => "a loop of links".into(),
        _ => error.to_string(),
    }
}

/// What makes a folder the same folder whichever way one came: device and inode where there are such, else its true path.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}
