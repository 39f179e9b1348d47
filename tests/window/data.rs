//! The Data workspace.
