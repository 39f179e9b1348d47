//! Writing a file so that a crash, a full disk or a power cut leaves either the old file or the new one, never half of one.

use std::io::{self, Write};
use std::path::Path;

/// How a temporary file is called: so at its beginning, and so at its end.
const PART: (&str, &str) = (".imago-", ".part");

/// Writes `path` through a temporary file in the same folder: write, flush to disk, rename, flush the folder.
///
/// # Errors
/// Any input/output error; `path` is then as it was before and the temporary file is gone.
pub fn write_atomically(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new().prefix(PART.0).suffix(PART.1).tempfile_in(folder)?;
    {
        let mut buffered = io::BufWriter::with_capacity(1 << 16, file.as_file_mut());
        write(&mut buffered)?;
        buffered.flush()?;
    }
    file.as_file().sync_all()?;
    readable_by_others(file.as_file())?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder);
    Ok(())
}

/// Takes away the temporary files in `folder` that programs left when they were killed. Only for where nobody writes just now.
pub fn sweep_parts(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(PART.0.as_bytes()) && name.ends_with(PART.1.as_bytes()) {
            // A folder of that name is none of ours, and stays.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Temporary files are made for their owner alone; a finished file gets the usual rights (0644).
#[cfg(unix)]
fn readable_by_others(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_others(_file: &std::fs::File) -> io::Result<()> {
    Ok(())
}

/// Makes the rename itself durable. Not every file system can; the file is whole either way.
fn sync_folder(folder: &Path) {
    if let Ok(handle) = std::fs::File::open(folder) {
        let _ = handle.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_rubbish() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write_atomically(&path, |out| out.write_all(b"old")).unwrap();
        let failed = write_atomically(&path, |out| {
            out.write_all(b"ne")?;
            Err(io::Error::other("the disk is full"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_program_was_writing_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".imago-AbC123.part", "model.part", ".imago-notes", "config.toml"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        sweep_parts(folder.path());
        let mut left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, [".imago-notes", "config.toml", "model.part"]);
    }
}
