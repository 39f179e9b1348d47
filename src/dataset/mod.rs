//! Which pictures there are, what they are labelled, which split they belong to: scanning a folder, splitting it, and the
//! drawn sample.
//!
//! Must not know: pixels' meaning to a network, tensors, training, the window. Never changes, moves or deletes a user's file.

mod types;

pub use types::{Dataset, DatasetLayout, Item, ItemId, ScanIssue, ScanIssueKind, Split};
