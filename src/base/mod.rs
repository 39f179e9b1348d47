//! What every room may use: the seeded generator, the cancel token, safe writing of files, what paths and names come to.
//!
//! Must not know: pictures, tensors, the window, or any other room.

pub mod atomic_file;
pub mod cancel;
pub mod names;
pub mod paths;
pub mod rng;

pub use atomic_file::{sweep_parts, write_atomically};
pub use cancel::CancelToken;
pub use names::{alike, edits, is_within};
pub use paths::{AppPaths, own_name};
pub use rng::{ImagoRng, rng_for, stable_hash};
