//! State of the Data workspace.

/// State of the Data workspace.
#[derive(Default)]
pub struct DataState {}
