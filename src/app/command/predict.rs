//! What the Predict workspace asks for.

use std::path::PathBuf;

/// What the Predict workspace asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum PredictCommand {
    /// Load a model file, or the model of a run's folder.
    LoadModel(PathBuf),
    /// Classify files and folders.
    Classify(Vec<PathBuf>),
    /// Let the user choose a folder whose pictures to classify.
    ChooseFolder,
    /// Take what was copied elsewhere: files and folders to classify.
    Paste,
    /// Write all predictions to a CSV file.
    SaveCsv(PathBuf),
    /// Show the dialog “Copy into class folders”.
    ShowSort,
    /// Let the user choose the folder to copy into.
    ChooseSortFolder,
    /// Copy into this folder.
    SortInto(PathBuf),
    /// Start copying with the settings shown.
    Sort,
    /// Empty the list.
    Clear,
}
