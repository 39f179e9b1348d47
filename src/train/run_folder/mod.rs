//! The folder of a run, and what is in it.
//!
//! ```text
//! config.toml         the settings                            (written at the start)
//! dataset.json        which folder, which classes, how many   (written at the start)
//! metrics.jsonl       one object an epoch
//! model.safetensors   the best weights so far, self-describing
//! last.safetensors    the checkpoint: last weights, momentum, figures
//! summary.json        the outcome                             (written when the run ends or is stopped)
//! .imago-training.lock held by whoever trains                 (goes when they are done)
//! ```
//!
//! Whole files are written through a temporary one and a rename. A crash between two of them is harmless: the checkpoint is
//! the truth, and `metrics.jsonl` is written anew from it on resume.
//!
//! Must not know: how training works, the window.

mod lock;
mod name;
mod record;
mod writer;

pub use name::new_run_dir;
pub use record::{RunDataset, RunRecord, RunSummary, list_runs, load_run};
pub(crate) use writer::{RunFolder, metrics_line};

/// Settings.
pub const CONFIG_FILE: &str = "config.toml";
/// What was learned from.
pub const DATASET_FILE: &str = "dataset.json";
/// One line an epoch.
pub const METRICS_FILE: &str = "metrics.jsonl";
/// The best weights.
pub const MODEL_FILE: &str = "model.safetensors";
/// The checkpoint.
pub const CHECKPOINT_FILE: &str = "last.safetensors";
/// The outcome.
pub const SUMMARY_FILE: &str = "summary.json";

/// Each of them, in the order in which they come to be.
pub(crate) const ALL_FILES: [&str; 6] =
    [CONFIG_FILE, DATASET_FILE, METRICS_FILE, MODEL_FILE, CHECKPOINT_FILE, SUMMARY_FILE];
