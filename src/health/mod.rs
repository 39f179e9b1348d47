//! What is wrong with a data set: twins, leaks between splits, twins with different labels; pictures that can't be read, are
//! tiny, very long and narrow, or show nothing; classes that are drowned by others. And which pictures belong together when
//! splits are drawn.
//!
//! ```text
//! files ─survey (slow, once; kept in a cache)→ Survey ─findings (quick, after every label)→ Finding…
//!                                              Survey ─together→ groups → splits that keep them together
//! ```
//!
//! Memory is bounded: of each picture 200 bytes are kept, one picture a thread is decoded at a time. Only reads.
//!
//! Must not know: networks, training, the window.

mod cache;
mod finding;
mod fingerprint;
mod near;
mod survey;
mod together;
mod union;
mod words;

pub use finding::{Finding, FindingKind, IMBALANCED_FROM, findings};
pub use fingerprint::{Fingerprint, Look};
pub use survey::{ELONGATED_FROM, Survey, TINY_BELOW, survey};
pub use together::{KeepTogether, together};
