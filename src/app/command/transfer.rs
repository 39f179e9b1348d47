//! What is asked for to take a data set out of Imago, and labels in.

use std::path::PathBuf;

/// What is asked for to take a data set out of Imago, and labels in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransferCommand {
    /// Show the dialog “Export as folders”.
    ShowExport,
    /// Let the user choose the folder to export into.
    ChooseExportFolder,
    /// Export into this folder.
    ExportInto(PathBuf),
    /// Start exporting with the settings shown.
    Export,
    /// Write the labels as a table into this file.
    SaveLabels(PathBuf),
    /// Read a table of labels and show what it would change.
    ReadLabels(PathBuf),
    /// Take over the labels that are shown.
    TakeLabels,
    /// Do not.
    DropLabels,
}
