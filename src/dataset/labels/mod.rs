//! Labels as a layer: what a person says of the pictures, laid over what the folders say, and never lost.
//!
//! Folder names are the starting labels. Every action (labels given, marks set, pictures moved between splits, classes made,
//! renamed, merged, recoloured, reordered, and undo and redo of those) is one line of a [`Journal`] that only ever grows:
//! `<data set>/.imago/labels.jsonl`, or a file of the user's own where the data set can't be written. Reading the lines one
//! after the other gives [`Labels`]; [`LabelLayer`] lays them over a scanned [`Dataset`](super::Dataset).
//!
//! ```text
//! labels.jsonl ─read→ Record… ─apply→ Labels ─lay over→ Dataset (classes, class and split of each picture) + Marks
//! action ─LabelLayer→ Record ─append, flush, fsync→ labels.jsonl
//! ```
//!
//! What happens on failure: a torn last line (power cut, full disk) is passed over, and kept in a file of its own when the
//! journal is next written to; a damaged line in the middle is passed over and named. Nothing is ever written but at the end. A
//! journal that is deleted while it is held open is written anew with all that was in it; one that is replaced is kept beside.
//!
//! Must not know: the window, threads. Never touches a picture.

mod access;
mod classes;
mod content;
mod csv_file;
mod describe;
mod draw;
mod edit;
mod history;
mod journal;
mod layer;
mod moved;
mod read;
mod record;
mod replay;
mod seen;

pub use access::{
    AccessError, LabelAccess, LabelPlaces, LaidOver, OpenedLabels, RereadLabels, lay_over, open_labels, read_labels,
    reread_labels,
};
pub use classes::{ClassColor, check_class_name};
pub use content::ContentHash;
pub use csv_file::{CsvError, CsvImport};
pub use draw::{SplitPlan, SplitShares};
pub use edit::{Edit, Mark};
pub use history::{Happening, LabelEvent};
pub use journal::{Holding, Journal, JournalError};
pub use layer::{ClassPlaces, LabelLayer, LabelSummary, Marks};
pub use record::{Action, Change, Moved, Patch, Record};
pub use replay::Labels;
pub use seen::SeenPictures;

#[cfg(test)]
mod tests;
