//! Writing a run's folder.

use std::io::Write;
use std::path::{Path, PathBuf};

use candle_core::Tensor;

use super::lock::RunLock;
use super::{
    ALL_FILES, CHECKPOINT_FILE, CONFIG_FILE, DATASET_FILE, METRICS_FILE, MODEL_FILE, RunDataset, RunSummary,
    SUMMARY_FILE,
};
use crate::base::{sweep_parts, write_atomically};
use crate::train::checkpoint::{CheckpointMeta, write_checkpoint};
use crate::train::config::TrainConfig;
use crate::train::error::TrainError;
use crate::train::history::EpochRecord;

/// A run's folder, open for writing.
#[derive(Debug)]
pub(crate) struct RunFolder {
    dir: PathBuf,
    /// Folders that were made for this run, innermost first: they go again when nothing comes of it.
    made: Vec<PathBuf>,
    /// Held until this is gone; none where nothing can be locked.
    lock: Option<RunLock>,
}

impl RunFolder {
    /// Says whether `dir` may be used for a new run, without changing anything.
    ///
    /// # Errors
    /// Somebody trains in it, or it holds a run.
    pub(crate) fn check_free(dir: &Path) -> Result<(), TrainError> {
        RunLock::check(dir)?;
        Self::check_empty(dir)
    }

    fn check_empty(dir: &Path) -> Result<(), TrainError> {
        match ALL_FILES.into_iter().find(|file| dir.join(file).exists()) {
            Some(found) => Err(TrainError::RunExists { dir: dir.to_path_buf(), found }),
            None => Ok(()),
        }
    }

    /// Makes the folder of a new run, locks it and writes the run's settings.
    ///
    /// # Errors
    /// Somebody trains in it; it holds a run, can't be made, or can't be written to. What was made by then is taken away again.
    pub(crate) fn create(dir: &Path, config: &TrainConfig, dataset: &RunDataset) -> Result<Self, TrainError> {
        Self::check_free(dir)?;
        let config = toml::to_string(config)
            .map_err(|error| TrainError::Config(format!("the settings can't be written down: {error}")))?;
        let made = dir.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let mut folder = Self { dir: dir.to_path_buf(), made: made.map(Path::to_path_buf).collect(), lock: None };
        let locked = std::fs::create_dir_all(dir)
            .map_err(|error| TrainError::creating(dir, error))
            .and_then(|()| RunLock::take(dir))
            // Somebody else may have been quicker.
            .and_then(|lock| Self::check_empty(dir).map(|()| lock));
        match locked {
            Ok(lock) => folder.lock = lock,
            Err(error) => {
                // The files in it are not this run's.
                folder.remove_made();
                return Err(error);
            }
        }
        let written = folder
            .write_start(CONFIG_FILE, config.as_bytes())
            .and_then(|()| folder.write_start(DATASET_FILE, &pretty(dataset)));
        match written {
            Ok(()) => Ok(folder),
            Err(error) => {
                folder.abandon();
                Err(error)
            }
        }
    }

    /// The folder of a run that is to be continued, locked.
    ///
    /// # Errors
    /// Somebody trains in it.
    pub(crate) fn reopen(dir: &Path) -> Result<Self, TrainError> {
        Ok(Self { dir: dir.to_path_buf(), made: Vec::new(), lock: RunLock::take(dir)? })
    }

    /// Takes away what a program that was killed had only begun to write.
    pub(crate) fn sweep(&self) {
        // Without the lock somebody else may be writing just now.
        if self.lock.is_some() {
            sweep_parts(&self.dir);
        }
    }

    /// Where the best weights go.
    pub(crate) fn model_path(&self) -> PathBuf {
        self.dir.join(MODEL_FILE)
    }

    /// Where the checkpoint goes.
    pub(crate) fn checkpoint_path(&self) -> PathBuf {
        self.dir.join(CHECKPOINT_FILE)
    }

    /// Writes the settings anew (a resumed run may have more epochs, other threads).
    pub(crate) fn rewrite_config(&self, config: &TrainConfig) -> Result<(), TrainError> {
        let text = toml::to_string(config)
            .map_err(|error| TrainError::Config(format!("the settings can't be written down: {error}")))?;
        self.write_whole(CONFIG_FILE, text.as_bytes())
    }

    /// Writes `metrics.jsonl` as the checkpoint has it.
    pub(crate) fn rewrite_metrics(&self, text: &str) -> Result<(), TrainError> {
        self.write_whole(METRICS_FILE, text.as_bytes())
    }

    /// Adds one epoch's line to `metrics.jsonl`.
    pub(crate) fn append_metrics(&self, line: &str) -> Result<(), TrainError> {
        let path = self.dir.join(METRICS_FILE);
        let append = || {
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(&path)?;
            file.write_all(line.as_bytes())?;
            file.flush()
        };
        append().map_err(|error| TrainError::writing(&path, error))
    }

    /// Writes the checkpoint.
    pub(crate) fn save_checkpoint(
        &self,
        meta: &CheckpointMeta,
        tensors: &[(String, Tensor)],
    ) -> Result<(), TrainError> {
        let path = self.checkpoint_path();
        write_atomically(&path, |out| write_checkpoint(out, meta, tensors))
            .map_err(|error| TrainError::writing(&path, error))
    }

    /// Writes the outcome.
    pub(crate) fn write_summary(&self, summary: &RunSummary) -> Result<(), TrainError> {
        self.write_whole(SUMMARY_FILE, &pretty(summary))
    }

    /// Takes away what was written, after a run that failed before its first epoch was whole: the same folder can then be
    /// used again. Files that are not a run's own stay, and so does the folder if it was there before.
    pub(crate) fn abandon(&mut self) {
        for file in ALL_FILES {
            let _ = std::fs::remove_file(self.dir.join(file));
        }
        self.lock = None;
        self.remove_made();
    }

    fn remove_made(&self) {
        for made in &self.made {
            // Only ever removes an empty folder.
            let _ = std::fs::remove_dir(made);
        }
    }

    fn write_whole(&self, file: &str, bytes: &[u8]) -> Result<(), TrainError> {
        let path = self.dir.join(file);
        write_atomically(&path, |out| out.write_all(bytes)).map_err(|error| TrainError::writing(&path, error))
    }

    /// The first files show whether the folder can be written to at all: the advice is another one.
    fn write_start(&self, file: &str, bytes: &[u8]) -> Result<(), TrainError> {
        let path = self.dir.join(file);
        write_atomically(&path, |out| out.write_all(bytes)).map_err(|source| TrainError::File {
            doing: "writing",
            path,
            source,
            advice: "Choose another output folder, one that you may write to and that has room",
        })
    }
}

/// One epoch as a line of `metrics.jsonl`, line break included.
pub(crate) fn metrics_line(record: &EpochRecord) -> String {
    // A struct of numbers always serialises; a figure that is no number would have ended the run before.
    serde_json::to_string(record).unwrap_or_default() + "\n"
}

fn pretty(value: &impl serde::Serialize) -> Vec<u8> {
    // Structs of strings and numbers: serialising them can't fail.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset() -> RunDataset {
        RunDataset { root: "/d".into(), classes: vec!["蚂蚁".into(), "bees".into()], train_count: 2, val_count: 1 }
    }

    #[test]
    fn a_folder_that_holds_a_run_is_left_as_it_was() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("a/b");
        RunFolder::create(&dir, &TrainConfig::default(), &dataset()).unwrap();
        let before = std::fs::read(dir.join(CONFIG_FILE)).unwrap();
        let other = TrainConfig { epochs: 3, ..TrainConfig::default() };
        let refused = RunFolder::create(&dir, &other, &dataset()).unwrap_err();
        assert!(refused.to_string().contains("already holds a run"), "{refused}");
        assert_eq!(std::fs::read(dir.join(CONFIG_FILE)).unwrap(), before);
    }

    #[test]
    fn a_run_that_came_to_nothing_leaves_nothing_but_what_was_there() {
        let parent = tempfile::tempdir().unwrap();
        let inner = parent.path().join("new/run");
        RunFolder::create(&inner, &TrainConfig::default(), &dataset()).unwrap().abandon();
        assert!(!parent.path().join("new").exists());
        let used = parent.path().join("used");
        std::fs::create_dir(&used).unwrap();
        std::fs::write(used.join("thesis.txt"), "mine").unwrap();
        RunFolder::create(&used, &TrainConfig::default(), &dataset()).unwrap().abandon();
        let names: Vec<_> = std::fs::read_dir(&used).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["thesis.txt"]);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let parent = tempfile::tempdir().unwrap();
        std::fs::write(parent.path().join("file"), "").unwrap();
        let dir = parent.path().join("file/run");
        let message = RunFolder::create(&dir, &TrainConfig::default(), &dataset()).unwrap_err().to_string();
        assert!(message.contains("file/run") && message.contains("another output folder"), "{message}");
    }
}
