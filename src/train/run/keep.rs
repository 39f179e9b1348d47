//! What a run leaves behind: the best model and a checkpoint after every epoch, a summary at its end.

use super::{Ended, Run};
use crate::train::checkpoint::BestEpoch;
use crate::train::error::TrainError;
use crate::train::events::Event;
use crate::train::history::EpochRecord;
use crate::train::metrics::rounded;
use crate::train::run_folder::{RunSummary, metrics_line};

impl Run<'_> {
    /// Saves what this epoch brought. The checkpoint is written after the best model and before the metrics: whatever of
    /// the three is missing after a crash, resuming makes it anew.
    pub(super) fn save(&mut self, record: &EpochRecord, train_pictures: usize) -> Result<(), TrainError> {
        let better = self.meta.best.is_none_or(|best| record.val_acc > best.val_acc);
        let mut meta = self.meta.clone();
        if better {
            self.learner.save_model(&self.folder.model_path(), &self.about)?;
            meta.best = Some(BestEpoch { epoch: record.epoch, val_acc: record.val_acc });
        }
        let line = metrics_line(record);
        meta.epochs_done = record.epoch;
        meta.metrics.push_str(&line);
        meta.elapsed_secs = self.clock.secs();
        meta.train_secs = self.train_clock.secs();
        meta.train_pictures += train_pictures;
        self.folder.save_checkpoint(&meta, &self.learner.state()?)?;
        self.meta = meta;
        self.folder.append_metrics(&line)
    }

    /// Writes the summary, and turns the way the epochs ended into the last event.
    pub(super) fn end(mut self, ended: Result<Ended, TrainError>, resumed: bool) -> Result<Event, TrainError> {
        let epochs_done = self.meta.epochs_done;
        if epochs_done == 0 {
            if ended.is_err() && !resumed {
                self.folder.abandon();
            }
            let ended = ended.map(|_| Event::Stopped { epochs_done });
            // The folder of a run that is gone on with stays: that it can be gone on with is what is to be said.
            return if resumed { ended } else { ended.map_err(TrainError::with_nothing_kept) };
        }
        if matches!(ended, Ok(Ended::Finished)) {
            self.meta.elapsed_secs = self.clock.secs();
        }
        let finished = matches!(ended, Ok(Ended::Finished));
        let written = self.write_summary(finished);
        let ended = ended?;
        written?;
        let Some(best) = self.meta.best else { return Ok(Event::Stopped { epochs_done }) };
        Ok(match ended {
            Ended::Finished => Event::Finished {
                best_epoch: best.epoch,
                best_val_acc: best.val_acc,
                total_secs: self.meta.elapsed_secs,
            },
            Ended::Stopped => Event::Stopped { epochs_done },
        })
    }

    fn write_summary(&self, finished: bool) -> Result<(), TrainError> {
        let Some(best) = self.meta.best else { return Ok(()) };
        let last: Option<EpochRecord> =
            self.meta.metrics.lines().last().and_then(|line| serde_json::from_str(line).ok());
        let rate =
            if self.meta.train_secs > 0.0 { self.meta.train_pictures as f64 / self.meta.train_secs } else { 0.0 };
        self.folder.write_summary(&RunSummary {
            best_epoch: best.epoch,
            best_val_acc: best.val_acc,
            last_val_acc: last.map_or(best.val_acc, |record| record.val_acc),
            total_seconds: rounded(self.meta.elapsed_secs, 3),
            images_per_second: rounded(rate, 2),
            device: self.device.clone(),
            epochs: self.meta.epochs_done,
            finished,
            views: self.config.views,
            skipped: self.bad.paths(),
        })
    }
}
