//! The drawn sample: ants and bees in many poses, sizes, colours and places, so that a machine without a network can do the
//! whole job from the first picture to a trained model. Drawn afresh from a seed, never stored.
//!
//! Must not know: scanning, labels' meaning, networks. Only `write` touches files.

mod ant;
mod background;
mod bee;
mod canvas;
mod color;
mod limbs;
mod noise;
mod scene;
mod shapes;
mod wings;
mod write;

pub use scene::{Specimen, draw_scene, draw_specimen};
pub use write::{SampleError, TRAIN_EACH, VAL_EACH, write_sample};
