//! The figures of a run: what curves and tables are drawn from.

use serde::{Deserialize, Serialize};

/// One epoch, as a line of `metrics.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Counted from 1.
    pub epoch: usize,
    /// Mean cross-entropy over the epoch's training pictures, as seen while training; of mixed pictures with the shares of
    /// their classes as targets.
    pub train_loss: f64,
    /// Share of right answers while training, 0 to 1. Of pictures mixed by mixup or CutMix the class with the larger share
    /// counts as right.
    pub train_acc: f64,
    /// Mean cross-entropy over the validation pictures.
    pub val_loss: f64,
    /// Share of right answers on the validation pictures, 0 to 1.
    pub val_acc: f64,
    /// Learning rate of this epoch.
    pub lr: f64,
    /// Seconds for both phases.
    pub seconds: f64,
}

/// One update.
#[derive(Clone, Debug, PartialEq)]
pub struct StepRecord {
    /// Counted from 1.
    pub epoch: usize,
    /// Update within the epoch, counted from 1.
    pub step: usize,
    /// Updates in an epoch.
    pub steps_per_epoch: usize,
    /// Loss of this batch.
    pub loss: f64,
    /// Mean loss of the epoch so far.
    pub running_loss: f64,
    /// Share of right answers of the epoch so far.
    pub running_acc: f64,
    /// Learning rate.
    pub lr: f64,
    /// Training pictures a second, lately.
    pub images_per_sec: f64,
}

/// All figures of a run so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Whole epochs, in order.
    pub epochs: Vec<EpochRecord>,
    /// Steps that were reported (thinned), in order.
    pub steps: Vec<StepRecord>,
}

impl History {
    /// The epoch with the highest validation accuracy; the first of equals, as PyTorch's tutorial keeps it.
    pub fn best(&self) -> Option<&EpochRecord> {
        self.epochs.iter().fold(None, |best: Option<&EpochRecord>, record| match best {
            Some(best) if best.val_acc >= record.val_acc => Some(best),
            _ => Some(record),
        })
    }
}
