//! Random transforms, one per file; pipelines of them; presets. Pure: (picture, generator) → picture.
//!
//! Must not know: tensors, files of a data set, training, the window.

pub mod pipeline;

pub use pipeline::Pipeline;
