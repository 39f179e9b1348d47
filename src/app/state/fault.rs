//! What is shown after a fault.

use std::path::PathBuf;

/// A panic in a frame: the window stays, and says this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it said.
    pub text: String,
    /// Where the report is.
    pub report: Option<PathBuf>,
    /// Whether settings and labels were saved afterwards.
    pub saved: bool,
}
