//! One architecture per file, each also giving its last feature map; reading foreign weight files; layer summaries.
//!
//! Must not know: training runs, files of pictures, the window.

pub mod arch;
pub mod fused_resnet;

pub use arch::{Arch, ModelSpec};
