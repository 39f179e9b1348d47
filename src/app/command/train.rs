//! What the Train workspace asks for.

use std::path::PathBuf;

/// What the Train workspace asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum TrainCommand {
    /// Start with the settings shown.
    Start,
    /// Wait, or go on.
    PauseOrResume,
    /// End now, keeping the last finished epoch.
    Stop,
    /// Go on with the run that is shown.
    Continue,
    /// Start from this weights file.
    UseWeightsFile(PathBuf),
    /// Choose a weights file.
    ChooseWeightsFile,
    /// Show an earlier run.
    ShowRun(PathBuf),
    /// Show what the open data set has, rather than the run of another one.
    ShowOwnRuns,
    /// Take over the settings of a run.
    LoadSettings(PathBuf),
    /// Look through the predictions of a run in Results.
    LookAtResults(PathBuf),
}
