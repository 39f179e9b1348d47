//! A run read back: for the comparison of runs, and to load a run's settings again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{CONFIG_FILE, DATASET_FILE, METRICS_FILE, MODEL_FILE, SUMMARY_FILE};
use crate::train::config::TrainConfig;
use crate::train::error::TrainError;
use crate::train::history::{EpochRecord, History};

/// What a run learned from, as `dataset.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunDataset {
    /// The data set's folder.
    pub root: String,
    /// Class names; a class's index is its place in the logits.
    pub classes: Vec<String>,
    /// Training pictures.
    pub train_count: usize,
    /// Validation pictures.
    pub val_count: usize,
}

/// A run's outcome, as `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Counted from 1.
    pub best_epoch: usize,
    /// Validation accuracy of that epoch, 0 to 1.
    pub best_val_acc: f64,
    /// Validation accuracy of the last epoch, 0 to 1.
    pub last_val_acc: f64,
    /// Seconds of the whole run, resumed parts included, pauses not.
    pub total_seconds: f64,
    /// Training pictures a second of the training phases.
    pub images_per_second: f64,
    /// What it ran on.
    pub device: String,
    /// Epochs done.
    pub epochs: usize,
    /// Whether these were all that were asked for.
    pub finished: bool,
    /// Augmented views of each picture, where a few were used over and over instead of a new one in every epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<usize>,
    /// Pictures that could not be read.
    pub skipped: Vec<String>,
}

/// A run as its folder tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// The folder.
    pub dir: PathBuf,
    /// The settings.
    pub config: TrainConfig,
    /// Its epochs; no steps, which are not kept.
    pub history: History,
    /// The outcome; none while it runs, or when it broke off.
    pub summary: Option<RunSummary>,
    /// What it learned from.
    pub dataset: Option<RunDataset>,
    /// The best weights so far; none before the end of the first epoch.
    pub model_path: Option<PathBuf>,
}

/// Reads a run's folder. Only the settings must be there: everything else may still be to come.
///
/// # Errors
/// There are no settings, or they make no sense.
pub fn load_run(dir: &Path) -> Result<RunRecord, TrainError> {
    let config_path = dir.join(CONFIG_FILE);
    if !config_path.is_file() {
        return Err(TrainError::NoRun(dir.to_path_buf()));
    }
    let text = std::fs::read_to_string(&config_path).map_err(|error| TrainError::reading(&config_path, error))?;
    let config: TrainConfig = toml::from_str(&text).map_err(|error| TrainError::BadRunFile {
        path: config_path,
        reason: format!("line or setting not understood: {}", first_line(&error.to_string())),
    })?;
    let model_path = dir.join(MODEL_FILE);
    Ok(RunRecord {
        dir: dir.to_path_buf(),
        config,
        history: History { epochs: read_metrics(&dir.join(METRICS_FILE)), steps: Vec::new() },
        summary: read_json(&dir.join(SUMMARY_FILE)),
        dataset: read_json(&dir.join(DATASET_FILE)),
        model_path: model_path.is_file().then_some(model_path),
    })
}

/// The runs in the sub-folders of `parent`, newest first (their names begin with the date). Folders that hold no run are
/// passed over.
pub fn list_runs(parent: &Path) -> Vec<RunRecord> {
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let mut runs: Vec<RunRecord> = entries.flatten().filter_map(|entry| load_run(&entry.path()).ok()).collect();
    runs.sort_by(|a, b| b.dir.file_name().cmp(&a.dir.file_name()));
    runs
}

/// The epochs in a `metrics.jsonl`. A last line that was cut off (the program was killed while writing) is passed over.
fn read_metrics(path: &Path) -> Vec<EpochRecord> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map_while(|line| serde_json::from_str(line).ok()).collect()
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_has_only_just_begun_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(load_run(folder.path()), Err(TrainError::NoRun(_))));
        let run = folder.path().join("20260101-000000-cnn");
        std::fs::create_dir(&run).unwrap();
        std::fs::write(run.join(CONFIG_FILE), toml::to_string(&TrainConfig::default()).unwrap()).unwrap();
        std::fs::write(run.join(METRICS_FILE), "{\"epoch\":1,\"train_loss\":0.5,\"train_acc\":0.5,\"val_loss\":0.5,\"val_acc\":0.5,\"lr\":0.001,\"seconds\":1.0}\n{\"epo").unwrap();
        let record = load_run(&run).unwrap();
        assert_eq!(record.history.epochs.len(), 1);
        assert_eq!((record.summary, record.model_path), (None, None));
        std::fs::create_dir(folder.path().join("empty")).unwrap();
        assert_eq!(list_runs(folder.path()).len(), 1);
        assert_eq!(list_runs(&folder.path().join("missing")), []);
    }

    #[test]
    fn settings_that_make_no_sense_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(CONFIG_FILE), "epochs = \"many\"").unwrap();
        let message = load_run(folder.path()).unwrap_err().to_string();
        assert!(message.contains(CONFIG_FILE), "{message}");
    }
}
