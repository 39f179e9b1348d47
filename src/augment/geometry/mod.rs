//! Geometry that is done late and at once: steps add a [`Stage`] each, a [`Chain`] composes them, and one pass resamples.
//!
//! Coordinates are continuous: pixel (i, j) covers [i, i+1] × [j, j+1], its centre is at one half. A map leads from the
//! result back to the picture, because resampling asks, for every pixel of the result, where it comes from.

pub mod border;
mod chain;
mod map;
mod resample;
mod warp;

pub(crate) use border::{Border, Filling};
pub(crate) use chain::{Chain, Stage};
pub(crate) use map::Map;
