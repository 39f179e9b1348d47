//! The output folder: whether it may be used, what a job leaves in it to be continued, and how it says that it is incomplete.

use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::picture::{PART, QUALITY};
use super::plan::{Plan, Source};
use super::{EnlargeRequest, OfflineError};
use crate::augment::Pipeline;
use crate::base::{is_within, stable_hash, write_atomically};
use crate::dataset::Dataset;

/// The settings of the job.
pub(super) const STATE_FILE: &str = "augmentation.toml";

/// There until the job is done.
pub(super) const INCOMPLETE_FILE: &str = "INCOMPLETE.txt";

/// What file managers leave behind by themselves.
const LITTER: [&str; 3] = ["Thumbs.db", ".DS_Store", "desktop.ini"];

/// Everything that decides what the files hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Settings {
    factor: usize,
    /// As text: TOML's numbers end before those of a seed.
    seed: String,
    size: u32,
    quality: u8,
    /// Says which pictures with which labels and splits.
    pictures: String,
    pipeline: Pipeline,
}

/// The state file: for whom it may concern, and the settings.
#[derive(Serialize, Deserialize)]
struct State {
    imago: String,
    data: String,
    settings: Settings,
}

impl Settings {
    pub fn of(request: &EnlargeRequest<'_>) -> Self {
        Self {
            factor: request.factor,
            seed: request.seed.to_string(),
            size: request.size,
            quality: QUALITY,
            pictures: fingerprint(request.dataset),
            pipeline: Pipeline { steps: request.pipeline.steps.clone(), batch: None },
        }
    }

    /// What is not the same in `other`, for people.
    fn differences(&self, other: &Self) -> Vec<&'static str> {
        let checks = [
            ("another factor", self.factor == other.factor),
            ("another seed", self.seed == other.seed),
            ("another size", self.size == other.size && self.quality == other.quality),
            ("another augmentation", self.pipeline == other.pipeline),
            ("other pictures, labels or splits", self.pictures == other.pictures),
        ];
        checks.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}

fn fingerprint(dataset: &Dataset) -> String {
    let mut bytes = Vec::new();
    for item in &dataset.items {
        let class = item.class.and_then(|class| dataset.classes.get(class)).map_or("", String::as_str);
        for part in [item.rel_path.as_os_str().as_encoded_bytes(), item.split.name().as_bytes(), class.as_bytes()] {
            bytes.extend((part.len() as u64).to_le_bytes());
            bytes.extend(part);
        }
        bytes.extend(item.file_bytes.to_le_bytes());
    }
    format!("{:016x}", stable_hash(&bytes))
}

/// Refuses an output folder that is `data` or lies within it, links and `..` resolved.
///
/// # Errors
/// [`OfflineError::InsideData`].
pub fn refuse_inside(out: &Path, data: &Path) -> Result<(), OfflineError> {
    if is_within(out, data) {
        return Err(OfflineError::InsideData { out: out.to_owned(), data: data.to_owned() });
    }
    Ok(())
}

/// The output folder, ready to be written to.
#[derive(Debug)]
pub(super) struct OutFolder<'a> {
    dir: &'a Path,
}

impl<'a> OutFolder<'a> {
    /// Makes a new folder, takes an empty one, or goes on in one where the same job was cut off. From now on it says that it
    /// is incomplete.
    ///
    /// # Errors
    /// It may not be used, or can't be written to.
    pub fn open(dir: &'a Path, settings: &Settings, data: &Path) -> Result<Self, OfflineError> {
        let folder = Self { dir };
        let (made, fresh) = match fs::read_dir(dir) {
            Ok(entries) => (false, folder.look_through(entries, settings)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(dir).map_err(OfflineError::beginning(dir))?;
                (true, true)
            }
            Err(_) if dir.exists() && !dir.is_dir() => return Err(OfflineError::NotAFolder(dir.to_owned())),
            Err(error) => return Err(OfflineError::beginning(dir)(error)),
        };
        if fresh {
            let begun = folder.begin(settings, data);
            if begun.is_err() && made {
                // Only the folder made here, and only while it is empty.
                let _ = fs::remove_dir(dir);
            }
            begun?;
        } else {
            folder.sweep();
        }
        Ok(folder)
    }

    /// Whether the folder is as good as new; else the same job was cut off in it.
    fn look_through(&self, entries: fs::ReadDir, settings: &Settings) -> Result<bool, OfflineError> {
        let dir = self.dir.to_owned();
        let (mut foreign, mut incomplete, mut state) = (false, false, false);
        for entry in entries {
            let name = entry.map_err(OfflineError::writing(self.dir))?.file_name();
            match name.to_string_lossy().as_ref() {
                INCOMPLETE_FILE => incomplete = true,
                STATE_FILE => state = true,
                name if LITTER.contains(&name) || is_part(name) => {}
                _ => foreign = true,
            }
        }
        match (state, incomplete) {
            (true, true) => {}
            (true, false) => return Err(OfflineError::Finished(dir)),
            // Cut off before the settings were written.
            (false, _) if !foreign => return Ok(true),
            (false, _) => return Err(OfflineError::NotEmpty(dir)),
        }
        let bad = |reason: String| OfflineError::BadState { dir: self.dir.to_owned(), reason };
        let text = fs::read_to_string(self.dir.join(STATE_FILE)).map_err(|error| bad(error.to_string()))?;
        let found: State = toml::from_str(&text).map_err(|error| bad(error.message().to_owned()))?;
        let differences = settings.differences(&found.settings);
        if differences.is_empty() {
            Ok(false)
        } else {
            Err(OfflineError::OtherJob { dir, differences: differences.join(", ") })
        }
    }

    fn begin(&self, settings: &Settings, data: &Path) -> Result<(), OfflineError> {
        let warning = format!(
            "This data set is incomplete: Imago was still writing it, or was cut off.\n\n\
             To go on, give the same command again (imago augment with the same settings), or press \"Enlarge\" in the\n\
             window's Augment workspace with the same settings and this folder. What is here already is kept. When all is\n\
             done, this file goes away by itself.\n\n\
             The pictures come from: {}\nThe settings are in: {STATE_FILE}\n",
            data.display()
        );
        // Until this is there, nothing marks the folder.
        write_atomically(&self.dir.join(INCOMPLETE_FILE), |file| file.write_all(warning.as_bytes()))
            .map_err(OfflineError::beginning(self.dir))?;
        let state =
            State { imago: crate::VERSION.to_owned(), data: data.display().to_string(), settings: settings.clone() };
        let path = self.dir.join(STATE_FILE);
        let text = toml::to_string(&state).map_err(|error| OfflineError::writing(&path)(io::Error::other(error)))?;
        write_atomically(&path, |file| file.write_all(text.as_bytes())).map_err(OfflineError::writing(&path))
    }

    /// Takes away files that a job which was killed had begun.
    fn sweep(&self) {
        let all = walkdir::WalkDir::new(self.dir).max_depth(3).into_iter().filter_map(Result::ok);
        for entry in all.filter(|entry| entry.file_type().is_file()) {
            if is_part(&entry.file_name().to_string_lossy()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Makes a folder within.
    pub fn make(&self, rel_path: &Path) -> Result<(), OfflineError> {
        let path = self.dir.join(rel_path);
        fs::create_dir_all(&path).map_err(OfflineError::writing(&path))
    }

    /// Waits until everything is on the disk; only then the folder no longer says that it is incomplete.
    pub fn finish(&self, plan: &Plan) -> Result<(), OfflineError> {
        let paths: Vec<&Path> = plan.sources.iter().flat_map(Source::outputs).collect();
        paths.par_iter().for_each(|path| {
            // Not every system flushes a file that is open for reading; the file is whole either way.
            if let Ok(file) = fs::File::open(self.dir.join(path)) {
                let _ = file.sync_all();
            }
        });
        let marker = self.dir.join(INCOMPLETE_FILE);
        fs::remove_file(&marker).map_err(OfflineError::writing(&marker))
    }
}

fn is_part(name: &str) -> bool {
    name.starts_with(PART.0) && name.ends_with(PART.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_the_data_set_is_found_whatever_it_is_called() {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("data");
        fs::create_dir_all(data.join("train")).unwrap();
        let within = ["data", "data/", "data/train", "data/new/deeper", "data/./x", "other/../data/x", "data/x/../y"];
        for out in within {
            assert!(refuse_inside(&parent.path().join(out), &data).is_err(), "{out}");
        }
        for out in ["data2", "data/../out", "out/data", "."] {
            assert!(refuse_inside(&parent.path().join(out), &data).is_ok(), "{out}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&data, parent.path().join("link")).unwrap();
            assert!(refuse_inside(&parent.path().join("link/new"), &data).is_err());
            assert!(refuse_inside(&data.join("new"), &parent.path().join("link")).is_err());
        }
    }
}
