//! Which pictures there are, what they are labelled, which split they belong to: scanning a folder, splitting it, and the
//! drawn sample.
//!
//! Must not know: pixels' meaning to a network, tensors, training, the window. Never changes, moves or deletes a user's file.

mod check;
mod export;
mod import;
pub mod labels;
mod natural;
pub mod sample;
mod scan;
mod sort;
mod split;
mod types;
mod walk;

pub use export::{ExportError, ExportMode, Exported, export_folders};
pub use import::{ClassFolder, ImportError, Imported, class_folder, draws_validation, import_pictures, reads_as_split};
pub use natural::{natural_cmp, natural_key};
pub use sample::{SampleError, Specimen, draw_specimen, write_sample};
pub use scan::{PICTURE_EXTENSIONS, ScanError, ScanOptions, ScanProgress, scan};
pub use sort::sort_into_folders;
pub use types::{Dataset, DatasetLayout, Item, ItemId, ScanIssue, ScanIssueKind, Split, item_id};
pub use walk::has_picture_extension;
