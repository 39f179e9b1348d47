//! How a run is called in lists.

use super::state::RunLine;
use crate::lang::{self, t};
use crate::train::run_folder::RunRecord;
use crate::train::{AugmentChoice, TrainMode};

/// A run as a line of a list.
pub(super) fn run_line(run: &RunRecord) -> RunLine {
    let best = run.history.best();
    let mode = match run.config.mode() {
        TrainMode::Scratch => t!("from scratch"),
        TrainMode::Frozen => t!("frozen"),
        TrainMode::FineTune => t!("fine-tuned"),
    };
    let augment = match &run.config.augment {
        AugmentChoice::Preset(name) => lang::text(name).to_owned(),
        AugmentChoice::Pipeline(_) => t!("own pipeline").to_owned(),
    };
    RunLine {
        dir: run.dir.clone(),
        title: format!("{} · {}", when(run), run.config.arch.name()),
        detail: t!(
            "{mode} · {epochs} epochs · augmentation: {augment} · seed {seed}",
            mode = mode,
            epochs = run.config.epochs,
            augment = augment,
            seed = run.config.seed
        ),
        best_val_acc: best.map(|record| record.val_acc),
        best_epoch: best.map(|record| record.epoch),
        epochs_done: run.history.epochs.len(),
        total_secs: run.summary.as_ref().map(|summary| summary.total_seconds),
        has_model: run.model_path.is_some(),
    }
}

/// `24 Nov 03:12` (UTC) from a folder's name such as `20261124-031205-resnet18`; the whole name where it is not one of ours.
fn when(run: &RunRecord) -> String {
    let name = run.dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let number = |range: std::ops::Range<usize>| name.get(range).and_then(|digits| digits.parse::<usize>().ok());
    match (number(4..6), number(6..8), number(9..11), number(11..13)) {
        (Some(month), Some(day), Some(hour), Some(minute)) => {
            lang::day_and_time(month, day, hour, minute).unwrap_or(name)
        }
        _ => name,
    }
}
