//! Fetching: pretrained weights and photographs from the network, and only when someone asked for exactly that.
//!
//! ```text
//! catalog    what can be fetched: where it is, its size, its checksum, its licence
//! network    proxy, mirrors, timeouts → an agent          error     what can go wrong, in sentences
//! answer     one question to a server, redirects followed by our rules
//! part       the part of a file that is there already, and what it is a part of
//! transfer   a whole file: attempts, resuming, size and checksum
//! archive    unpacking a zip that may be hostile
//! weights    a weights file, opened before it counts       photographs   a data set, unpacked
//! ```
//!
//! A file is known by its SHA-256 before anything is asked for, so that a mirror, a proxy or a broken line can only make a
//! transfer fail, never change what is used. It is written beside its place under another name, checked, opened, and renamed.
//! What came before a transfer broke off or was cancelled is kept and gone on from.
//!
//! Must not know: egui, training, data sets.

mod answer;
mod archive;
pub mod catalog;
mod error;
mod network;
mod part;
pub mod photographs;
#[cfg(test)]
mod tests;
mod transfer;
pub mod weights;

pub use answer::host_of;
pub use archive::{Limits, unpack};
pub use catalog::{Download, Origin};
pub use error::FetchError;
pub use network::{Network, Patience};
pub use part::bytes_there;
pub use transfer::{Asked, Offer, Phase, Progress, offer};
