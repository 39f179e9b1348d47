//! What the Results workspace asks for.

/// What the Results workspace asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum ResultsCommand {}
