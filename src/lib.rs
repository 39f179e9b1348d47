//! Imago: label photographs, see what augmentation does to them, train an image classifier, use it.
//!
//! # The map
//!
//! One package, two faces: a window (`app`, `ui`) and a command line (`cli`) on the same rooms. A folder is a room; its
//! `mod.rs` says what it is for and what it must not know. Rooms use each other downwards only:
//!
//! ```text
//!             base      (seeded generator, cancel token, safe file writing: everyone)
//!             lang      (the window's languages: app and ui)
//!   dataset   imaging   (which pictures there are; bytes → pixels → numbers)
//!       health          (twins, leaks, blank and broken pictures: what is wrong with a data set)
//!       augment         (random transforms)
//!       offline         (a data set made larger on disk: originals, variants, manifest)
//!   lessons             (a convolution and pooling, number by number, for the window's lessons)
//!   nn ← models         (kernels; architectures and weight files)
//!       train           (config, loader, trainer, events, checkpoints)
//!       predict         (a trained model → predictions)
//!       fetch           (weights and photographs from the network, only when asked for)
//!       import          (PyTorch's files → safetensors, in a child process with limits)
//!   cli   app ← ui      (ui sees only app::{state, command} and plain data types)
//! ```
//!
//! # How data flows
//!
//! ```text
//! folder ─scan→ Dataset ─split→ Loader (decode → augment → batch; bounded, seeded per (seed, epoch, picture))
//! Loader → Trainer (named thread) ─crossbeam→ Event { started, step, epoch, finished | stopped | failed }
//! Event → app: History → curves, table, ETA      Event → cli: one line an epoch      Event → run folder: metrics.jsonl
//! model + files → Predictor (job) → Prediction → gallery, drop zone, CSV
//! panel → Command → app → state or job
//! ```
//!
//! # What happens on failure
//!
//! A picture that can't be read is named and skipped; the rest goes on. A job that fails, or panics, ends with a message in
//! the window; the window lives on. Files are written through a temporary one and a rename ([`base::write_atomically`]).
//! Nothing of the user's is ever changed, moved or deleted.

pub mod app;
pub mod augment;
pub mod base;
pub mod cli;
pub mod dataset;
pub mod fetch;
pub mod health;
pub mod imaging;
pub mod import;
pub mod lang;
pub mod lessons;
pub mod models;
pub mod nn;
pub mod offline;
pub mod predict;
pub mod train;
pub mod ui;

/// Version of this build, as `0.1.0 (abc1234)` where it was made from a git checkout, `0.1.0` otherwise.
pub const VERSION: &str = env!("IMAGO_VERSION");
