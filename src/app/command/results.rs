//! What the Results workspace asks for.

use std::path::PathBuf;

use crate::dataset::Split;

/// What the Results workspace asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum ResultsCommand {
    /// Show this run.
    ShowRun(PathBuf),
    /// Judge the run on the pictures of a split.
    ShowSplit(Split),
    /// Put another run beside it; none: only the one.
    Compare(Option<PathBuf>),
}
