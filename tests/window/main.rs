//! The window, driven as a person drives it: found by role and label, clicked, typed into.
//!
//! One file for each part of the window; `common` opens it on a folder of its own.

mod augment;
mod common;
mod data;
mod frame;
mod labelling;
mod language;
mod results;
mod tour;
mod train;
mod welcome;
