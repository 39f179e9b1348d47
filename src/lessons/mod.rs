//! What the window's lessons work out: a convolution and pooling on a small grey picture, one number for each pixel.
//!
//! Networks do the same in `nn`, on four-dimensional tensors and as fast as the machine can. Here it is done the plain way,
//! so that every number on the screen can be followed by hand: a picture of 112 × 112 pixels takes well under a millisecond.
//!
//! ```text
//! Plane ─ Convolution (kernel 3 × 3, stride, padding, ReLU) ─→ Plane      Place: the nine numbers behind one of the result
//! Plane ─ Pooling (largest or average, window, stride)      ─→ Plane      difference: how far two pictures are apart
//! Plane ─ tones ─→ what is shown: grey from 0 on, blue below
//! ```
//!
//! Must not know: any other room.

mod convolution;
mod kernel;
mod plane;
mod pooling;
mod tones;

pub use convolution::{Convolution, Place, output_side};
pub use kernel::Kernel;
pub use plane::Plane;
pub use pooling::{PoolKind, PoolWindow, Pooling, difference};
pub use tones::{Tones, tones};
