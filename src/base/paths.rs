//! Where Imago keeps what is its own: settings, runs, thumbnails. Never inside a user's data set.

use std::path::{Path, PathBuf};

/// The folders of this user's Imago. They are made when something is first written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPaths {
    /// Settings and recent projects.
    pub config_dir: PathBuf,
    /// Runs, the drawn sample, downloaded weights.
    pub data_dir: PathBuf,
    /// What can be made again, such as thumbnails.
    pub cache_dir: PathBuf,
}

impl AppPaths {
    /// The platform's usual folders, or those below `IMAGO_HOME` where that is set (for tests and portable use).
    pub fn of_this_user() -> Self {
        if let Some(home) = std::env::var_os("IMAGO_HOME").filter(|home| !home.is_empty()) {
            return Self::below(PathBuf::from(home));
        }
        match directories::ProjectDirs::from("", "", "imago") {
            Some(dirs) => Self {
                config_dir: dirs.config_dir().to_owned(),
                data_dir: dirs.data_dir().to_owned(),
                cache_dir: dirs.cache_dir().to_owned(),
            },
            // No home folder at all (a stripped-down account): the temporary folder still lets people work.
            None => Self::below(std::env::temp_dir().join("imago")),
        }
    }

    /// All folders below one.
    pub fn below(home: PathBuf) -> Self {
        Self { config_dir: home.join("config"), data_dir: home.join("data"), cache_dir: home.join("cache") }
    }

    /// Folder of the runs of the data set at `root`, in it one for each run.
    pub fn runs_dir(&self, root: &Path) -> PathBuf {
        self.data_dir.join("runs").join(own_name(root))
    }

    /// Small versions of pictures.
    pub fn thumbnails_dir(&self) -> PathBuf {
        self.cache_dir.join("thumbnails")
    }

    /// Where the window draws its sample.
    pub fn sample_dir(&self) -> PathBuf {
        self.data_dir.join("sample")
    }

    /// Where fetched weights are kept.
    pub fn weights_dir(&self) -> PathBuf {
        self.data_dir.join("weights")
    }

    /// Where fetched photographs are kept: one folder for each data set.
    pub fn photographs_dir(&self) -> PathBuf {
        self.data_dir.join("photographs")
    }

    /// What is known of the files of the data set at `root`, so that they need not be read again.
    pub fn health_cache(&self, root: &Path) -> PathBuf {
        self.cache_dir.join("health").join(format!("{}.jsonl", own_name(root)))
    }

    /// The settings file.
    pub fn settings_file(&self) -> PathBuf {
        self.config_dir.join("settings.toml")
    }
}

/// A name for what belongs to the data set at `root`: two data sets of the same name must not share it, and one that is reached
/// through a link or `..` is the same.
pub fn own_name(root: &Path) -> String {
    let real = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let name = real.file_name().map_or_else(|| "data".into(), |name| name.to_string_lossy().into_owned());
    format!("{name}-{:08x}", super::stable_hash(real.to_string_lossy().as_bytes()) >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_set_has_one_name_however_it_is_reached() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("a/ants"), folder.path().join("b/ants"));
        std::fs::create_dir_all(&one).unwrap();
        std::fs::create_dir_all(&other).unwrap();
        assert!(own_name(&one).starts_with("ants-"));
        assert_eq!(own_name(&folder.path().join("b/../a/ants")), own_name(&one));
        assert_ne!(own_name(&other), own_name(&one));
    }
}
