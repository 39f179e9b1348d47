//! The window, driven as a person drives it: found by role and label, clicked, typed into.
//!
//! One file for each part of the window; `common` opens it on a folder of its own.

mod augment;
mod classes;
mod clipped;
mod common;
mod data;
mod enlarging;
mod fetching;
mod frame;
mod hands;
mod health;
mod keyboard;
mod killed;
mod labelling;
mod language;
mod lessons;
mod load;
mod looking;
mod notices;
mod pipelines;
mod predict;
mod results;
#[path = "../server/mod.rs"]
mod server;
mod sizes;
mod suggestions;
mod tour;
mod train;
mod watching;
mod welcome;
