//! Random transforms, one per file; pipelines of them; presets. Pure: (picture, generator) → picture.
//!
//! ```text
//! Pipeline ─ steps ─→ Canvas: the picture, the geometry still to be done (one resampling pass for all of it),
//!                     the colour matrix still to be done (one pass for all of it) ─→ size × size picture, Trace
//! Pipeline ─ batch ─→ BatchMix: mixup and CutMix over a finished batch and its soft labels
//! ```
//!
//! - [`pipeline`]: [`Pipeline`] and [`Step`]; `presets`, and [`text`] (TOML, serde, errors that name the line).
//! - [`transform`]: the list of all transforms; `transforms/` holds one file for each.
//! - [`params`]: what a window needs to draw sliders for any of them without knowing it.
//! - `canvas`, `geometry/`, `colour`: how steps are fused.
//! - `variants`: how many different pictures come of one, the augmentation factor.
//! - [`trace`]: what was kept of a picture and which numbers were drawn.
//!
//! Must not know: tensors, files of a data set, training, the window.

pub mod batch;
pub mod params;
pub mod pipeline;
pub mod text;
pub mod trace;
pub mod transform;
pub mod transforms;

mod canvas;
mod colour;
mod geometry;
mod polygon;
mod presets;
#[cfg(test)]
mod tests;
mod variants;

pub use batch::{BatchMix, Mix, MixPlan, soft_cross_entropy};
pub use geometry::border::Border;
pub use params::{ParamKind, ParamSpec};
pub use pipeline::{Pipeline, Step};
pub use text::PipelineError;
pub use trace::{Trace, TraceStep};
pub use transform::Transform;
