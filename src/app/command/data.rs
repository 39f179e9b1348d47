//! What the Data workspace asks for.

/// What the Data workspace asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum DataCommand {}
