//! Draws that several transforms share.

use rand::RngExt;

use crate::base::ImagoRng;

/// Title of the way a border is filled.
pub(super) const BORDER_TITLE: &str = "Border filled with";
/// Title of the colour of a constant border.
pub(super) const FILL_TITLE: &str = "Border colour";

/// An even draw between two numbers.
pub(super) fn between([low, high]: [f64; 2], rng: &mut ImagoRng) -> f64 {
    low + (high - low) * rng.random::<f64>()
}

/// A draw that is even on a logarithmic scale: half and double are as far from one. Both ends must be above 0.
pub(super) fn log_between([low, high]: [f64; 2], rng: &mut ImagoRng) -> f64 {
    between([low.ln(), high.ln()], rng).exp()
}
