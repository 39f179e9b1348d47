//! What the Data workspace asks for.

use std::path::PathBuf;

/// What the Data workspace asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum DataCommand {
    /// Show a file's folder in the system's file manager.
    ShowInFolder(PathBuf),
}
