//! What is asked for to take a data set out of Imago, and labels in.

use std::path::PathBuf;

use crate::dataset::Split;

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
    /// Let the user choose pictures to copy into a class.
    ChooseImport(Split, usize),
    /// Let the user choose a folder whose pictures to copy into a class.
    ChooseImportFolder(Split, usize),
    /// Copy these files, and what is in these folders, into a class.
    Import(Vec<PathBuf>, Split, usize),
    /// The same into a class of this name, which is made for them.
    ImportIntoNew(Vec<PathBuf>, Split, String),
}
