//! A folder to write into, as a dialog asks for it.

use std::path::{Path, PathBuf};

/// A folder that is typed, chosen or proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderChoice {
    /// What stands in the field.
    pub text: String,
    /// The same as a path; a chosen folder's name need not be text.
    pub path: PathBuf,
}

impl FolderChoice {
    /// Takes a folder.
    pub fn set(&mut self, path: PathBuf) {
        self.text = path.display().to_string();
        self.path = path;
    }

    /// Takes what was typed.
    pub fn typed(&mut self) {
        self.path = PathBuf::from(self.text.trim());
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Without a folder, proposes one beside the data set: its name and `ending`.
    pub fn propose(&mut self, data: &Path, ending: &str) {
        if let (true, Some(parent), Some(name)) = (self.is_empty(), data.parent(), data.file_name()) {
            let mut proposed = name.to_owned();
            proposed.push(ending);
            self.set(parent.join(proposed));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_beside_the_data_set_is_proposed_once() {
        let mut folder = FolderChoice::default();
        folder.propose(Path::new("/pictures/ants"), "-enlarged");
        assert_eq!(folder.path, Path::new("/pictures/ants-enlarged"));
        folder.text = " /elsewhere ".to_owned();
        folder.typed();
        folder.propose(Path::new("/pictures/ants"), "-enlarged");
        assert_eq!(folder.path, Path::new("/elsewhere"));
        assert!(FolderChoice::default().is_empty() && !folder.is_empty());
    }
}
