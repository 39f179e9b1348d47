//! What is asked for to draw splits anew.

/// What is asked for to draw splits anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitCommand {
    /// Show the dialog.
    Show,
    /// Carry out the plan that is shown.
    Apply,
}
