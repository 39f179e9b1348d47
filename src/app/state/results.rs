//! State of the Results workspace.

/// State of the Results workspace.
#[derive(Default)]
pub struct ResultsState {}
