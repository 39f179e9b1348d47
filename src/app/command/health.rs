//! What is asked for about the health of a data set.

/// What is asked for about the health of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HealthCommand {
    /// Look at every picture.
    Check,
    /// Show or hide what is wrong.
    Toggle,
}
