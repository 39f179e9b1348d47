//! State of the Augment workspace.

/// State of the Augment workspace.
#[derive(Default)]
pub struct AugmentState {}
