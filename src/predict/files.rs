//! Which files a list of paths stands for.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::dataset::{PICTURE_EXTENSIONS, natural_cmp};

/// Files stay as they are, whatever their names: they are decoded by content. A folder becomes the pictures in it and in
/// its sub-folders, in natural order; hidden ones are left out, loops of links are not followed. A path that is not there, or
/// a folder that can't be read, stays in the list, so that whoever reads it says so by name. Nothing is listed twice.
pub fn expand_paths(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(pictures_in(path));
        } else {
            files.push(path.clone());
        }
    }
    let mut seen = std::collections::HashSet::new();
    files.retain(|file| seen.insert(file.clone()));
    files
}

fn pictures_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let walk = WalkDir::new(folder)
        .follow_links(true)
        .sort_by(|a, b| natural_cmp(&a.file_name().to_string_lossy(), &b.file_name().to_string_lossy()))
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()));
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_picture(entry.path()) => found.push(entry.into_path()),
            Ok(_) => {}
            // A loop of links leads to pictures that are listed already; anything else is worth a word.
            Err(error) if error.loop_ancestor().is_none() => found.extend(error.path().map(Path::to_path_buf)),
            Err(_) => {}
        }
    }
    found
}

fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with('.')
}

fn is_picture(path: &Path) -> bool {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
    extension.is_some_and(|extension| PICTURE_EXTENSIONS.contains(&extension.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_their_pictures_in_natural_order_and_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("b/.hidden")).unwrap();
        for file in ["b/img10.JPG", "b/img2.jpg", "b/notes.txt", "b/.hidden/x.png", "b/.y.png", "b/z.gif", "odd.dat"] {
            std::fs::write(at(file), "").unwrap();
        }
        let asked = [at("odd.dat"), at("b"), at("missing.jpg"), at("b/img2.jpg")];
        let expected = [at("odd.dat"), at("b/img2.jpg"), at("b/img10.JPG"), at("missing.jpg")];
        assert_eq!(expand_paths(&asked), expected);
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_links_ends() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.png"), "").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("again")).unwrap();
        assert_eq!(expand_paths(&[folder.path().to_path_buf()]), [folder.path().join("a.png")]);
    }
}
