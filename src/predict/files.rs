//! Which files a list of paths stands for.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::dataset::{has_picture_extension, natural_cmp};

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

/// Those of `paths` that are folders of which [`expand_paths`] makes nothing: to be said, or a drop would pass without a word.
pub fn without_pictures(paths: &[PathBuf]) -> Vec<PathBuf> {
    paths.iter().filter(|path| path.is_dir() && pictures_in(path).next().is_none()).cloned().collect()
}

fn pictures_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let walk = WalkDir::new(folder)
        .follow_links(true)
        .sort_by(|a, b| natural_cmp(&a.file_name().to_string_lossy(), &b.file_name().to_string_lossy()))
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()));
    walk.filter_map(|entry| match entry {
        Ok(entry) => {
            let is_picture = entry.file_type().is_file() && has_picture_extension(entry.path());
            is_picture.then(|| entry.into_path())
        }
        // A loop of links leads to pictures that are listed already; anything else is worth a word.
        Err(error) if error.loop_ancestor().is_none() => error.path().map(Path::to_path_buf),
        Err(_) => None,
    })
}

fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with('.')
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

    #[test]
    fn a_folder_without_pictures_is_named_and_a_file_that_is_none_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for (name, file) in [("full/deeper", "a.jpg"), ("other", "notes.txt"), ("hidden/.not shown", "a.jpg")] {
            std::fs::create_dir_all(at(name)).unwrap();
            std::fs::write(at(name).join(file), "").unwrap();
        }
        std::fs::create_dir(at("empty")).unwrap();
        let asked = ["full", "other", "empty", "hidden", "missing", "other/notes.txt"].map(at);
        assert_eq!(without_pictures(&asked), ["other", "empty", "hidden"].map(at));
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
