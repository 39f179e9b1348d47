//! What the Data workspace asks for.

use std::path::PathBuf;

/// What the Data workspace asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum DataCommand {
    /// Show a file's folder in the system's file manager.
    ShowInFolder(PathBuf),
    /// Suggestions of a model.
    Suggest(SuggestCommand),
    /// Remove the small versions of pictures that are kept on disk.
    ClearThumbnails,
}

/// What is asked for about suggestions.
#[derive(Clone, Debug, PartialEq)]
pub enum SuggestCommand {
    /// Have labels suggested, or not.
    Switch(bool),
    /// Ask this run's model; none: the newest.
    Choose(Option<PathBuf>),
    /// Look at all pictures, however many.
    Now,
}
