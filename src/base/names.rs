//! What paths and names come to on a disk: one place may have several paths, and one name several spellings.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

/// Whether `path`, which need not exist, is `folder` or lies within it, links and `..` resolved.
pub fn is_within(path: &Path, folder: &Path) -> bool {
    resolved(path).starts_with(resolved(folder))
}

/// Where a path that need not exist leads: links are followed as far as there is something.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut resolved = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                resolved.pop();
            }
            Component::CurDir => {}
            part => resolved.push(part),
        }
        if let Ok(real) = std::fs::canonicalize(&resolved) {
            resolved = real;
        }
    }
    resolved
}

/// Two of `names` that differ in case alone: as folders they are one on Windows, on macOS and on many a USB stick.
pub fn alike<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<(&'a str, &'a str)> {
    let mut seen: HashMap<String, &'a str> = HashMap::new();
    names.into_iter().find_map(|name| {
        let before = seen.insert(name.to_lowercase(), name)?;
        (before != name).then_some((before, name))
    })
}

/// How many letters to insert, remove or change to make `b` of `a` (Levenshtein, 1966).
pub fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let change = corner + usize::from(letter != *other);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        assert_eq!(
            [edits("scan", "scan"), edits("scna", "scan"), edits("", "scan"), edits("trani", "train")],
            [0, 2, 4, 2]
        );
    }

    #[test]
    fn a_path_is_within_a_folder_whatever_it_is_called() {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("data");
        std::fs::create_dir_all(data.join("train")).unwrap();
        assert!(is_within(&parent.path().join("other/../data/new/deeper"), &data));
        assert!(is_within(&data.join("train/.."), &data));
        assert!(!is_within(&parent.path().join("data2"), &data) && !is_within(parent.path(), &data));
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&data, parent.path().join("link")).unwrap();
            assert!(is_within(&parent.path().join("link/new"), &data));
            assert!(is_within(&data.join("new"), &parent.path().join("link")));
        }
    }

    #[test]
    fn names_that_differ_in_case_alone_are_found_and_the_same_name_twice_is_none() {
        assert_eq!(alike(["ants", "bees", "Ants"]), Some(("ants", "Ants")));
        assert_eq!(alike(["Äpfel", "äpfel"]), Some(("Äpfel", "äpfel")));
        assert_eq!(alike(["ants", "ants", "bees"]), None);
    }
}
