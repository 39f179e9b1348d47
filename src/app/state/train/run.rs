//! A run as it is shown: under way, or read from its folder.

use std::path::PathBuf;

use crate::train::{EpochRecord, History, StepRecord, TrainConfig};

/// Steps kept at most for the curves; when there are more, every other one is dropped.
const STEPS_KEPT: usize = 2000;

/// Where a run stands.
#[derive(Clone, Debug, PartialEq)]
pub enum RunPhase {
    /// Data is being split, the model built.
    Starting,
    /// Learning.
    Training,
    /// Looking at the validation pictures: done, of how many.
    Validating {
        /// Pictures done.
        done: usize,
        /// Pictures in all.
        total: usize,
    },
    /// It waits.
    Paused,
    /// It was asked to stop and finishes its batch.
    Stopping,
    /// All epochs are done.
    Finished,
    /// Stopped on request, or broken off with the program; it can be continued.
    Stopped,
    /// It could not go on: why and what to do.
    Failed(String),
}

impl RunPhase {
    /// Whether a trainer is at work.
    pub fn is_running(&self) -> bool {
        !matches!(self, Self::Finished | Self::Stopped | Self::Failed(_))
    }
}

/// A run: under way, or loaded from its folder.
#[derive(Clone, Debug)]
pub struct RunView {
    /// Its folder.
    pub dir: PathBuf,
    /// The data set's folder.
    pub dataset_root: PathBuf,
    /// The data set's name.
    pub dataset_name: String,
    /// What it was asked to do.
    pub config: TrainConfig,
    /// Its figures.
    pub history: History,
    /// Where it stands.
    pub phase: RunPhase,
    /// When it began, seconds since 1970; `None` where its folder does not tell.
    pub started_unix_secs: Option<u64>,
    /// `CPU · 2 threads`; empty while unknown.
    pub device: String,
    /// Why the device is not the one that was asked for.
    pub device_note: Option<String>,
    /// Training pictures.
    pub train_count: usize,
    /// Validation pictures.
    pub val_count: usize,
    /// Updates in an epoch.
    pub steps_per_epoch: usize,
    /// All parameters of the model.
    pub parameters: usize,
    /// Those that learn.
    pub trainable: usize,
    /// The newest step.
    pub last_step: Option<StepRecord>,
    /// Pictures that were skipped: which, why (empty where only the name is known).
    pub skipped: Vec<(PathBuf, String)>,
    /// Seconds it has been at work, pauses left out.
    pub elapsed_secs: f64,
    /// Training pictures a second, lately or on the whole.
    pub images_per_sec: Option<f64>,
    /// Seconds left as estimated from the epochs so far; `None` while nothing is known.
    pub eta_secs: Option<f64>,
}

impl RunView {
    /// A run in `dir` of which nothing but its settings is known yet.
    pub fn new(dir: PathBuf, config: TrainConfig) -> Self {
        Self {
            dir,
            dataset_root: PathBuf::new(),
            dataset_name: String::new(),
            config,
            history: History::default(),
            phase: RunPhase::Starting,
            started_unix_secs: None,
            device: String::new(),
            device_note: None,
            train_count: 0,
            val_count: 0,
            steps_per_epoch: 0,
            parameters: 0,
            trainable: 0,
            last_step: None,
            skipped: Vec::new(),
            elapsed_secs: 0.0,
            images_per_sec: None,
            eta_secs: None,
        }
    }

    /// Share of the epoch under way that is done, 0 to 1. The validation phase, which needs no gradients, counts as its
    /// pictures at a third of the price.
    pub fn fraction_of_epoch(&self) -> f64 {
        let train = self.train_count.max(1) as f64;
        let val = self.val_count as f64 / 3.0;
        let train_share = train / (train + val);
        match (&self.phase, &self.last_step) {
            (RunPhase::Validating { done, total }, _) => {
                train_share + (1.0 - train_share) * *done as f64 / (*total).max(1) as f64
            }
            (_, Some(step)) if step.epoch > self.history.epochs.len() => {
                train_share * (step.step as f64 / step.steps_per_epoch.max(1) as f64).min(1.0)
            }
            _ => 0.0,
        }
    }

    /// Share of the whole run that is done, 0 to 1.
    pub fn fraction_done(&self) -> f32 {
        if self.phase == RunPhase::Finished {
            return 1.0;
        }
        let done = self.history.epochs.len() as f64 + self.fraction_of_epoch();
        (done / self.config.epochs.max(1) as f64).min(1.0) as f32
    }

    /// The epoch under way, or the last one; counted from 1.
    pub fn current_epoch(&self) -> usize {
        let done = self.history.epochs.len();
        if self.phase.is_running() { (done + 1).min(self.config.epochs) } else { done }
    }

    /// The epoch whose weights are kept.
    pub fn best(&self) -> Option<&EpochRecord> {
        self.history.best()
    }

    /// Whether it was stopped, or failed, after at least one whole epoch and before its end.
    pub fn can_continue(&self) -> bool {
        let done = self.history.epochs.len();
        matches!(self.phase, RunPhase::Stopped | RunPhase::Failed(_)) && done > 0 && done < self.config.epochs
    }

    /// Adds a step. The steps kept are bounded: when there are too many, every other one goes, so that the whole run stays
    /// in sight.
    pub fn push_step(&mut self, step: StepRecord) {
        self.images_per_sec = (step.images_per_sec > 0.0).then_some(step.images_per_sec).or(self.images_per_sec);
        self.history.steps.push(step.clone());
        self.last_step = Some(step);
        if self.history.steps.len() > STEPS_KEPT {
            let mut keep = false;
            self.history.steps.retain(|_| {
                keep = !keep;
                keep
            });
        }
    }

    /// Adds an epoch, or replaces what was known of it.
    pub fn push_epoch(&mut self, record: EpochRecord) {
        self.history.epochs.retain(|known| known.epoch < record.epoch);
        self.history.epochs.push(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> RunView {
        let mut run = RunView::new("run".into(), TrainConfig { epochs: 4, ..TrainConfig::default() });
        (run.train_count, run.val_count) = (30, 30);
        run
    }

    fn epoch(epoch: usize) -> EpochRecord {
        EpochRecord { epoch, train_loss: 1.0, train_acc: 0.5, val_loss: 1.0, val_acc: 0.5, lr: 0.1, seconds: 1.0 }
    }

    fn step(epoch: usize, step: usize) -> StepRecord {
        let (loss, running_loss, running_acc) = (1.0, 1.0, 0.5);
        StepRecord { epoch, step, steps_per_epoch: 10, loss, running_loss, running_acc, lr: 0.1, images_per_sec: 8.0 }
    }

    #[test]
    fn progress_never_goes_back_from_one_phase_to_the_next() {
        let mut run = run();
        let mut seen = vec![run.fraction_done()];
        for number in 1..=4 {
            run.phase = RunPhase::Training;
            for at in [1, 5, 10] {
                run.push_step(step(number, at));
                seen.push(run.fraction_done());
            }
            for done in [0, 10, 30] {
                run.phase = RunPhase::Validating { done, total: 30 };
                seen.push(run.fraction_done());
            }
            run.push_epoch(epoch(number));
            run.phase = RunPhase::Training;
            seen.push(run.fraction_done());
        }
        assert!(seen.windows(2).all(|pair| pair[0] <= pair[1]), "{seen:?}");
        assert_eq!((seen[0], *seen.last().unwrap()), (0.0, 1.0));
    }

    #[test]
    fn steps_are_thinned_over_the_whole_run_and_the_newest_figures_stay() {
        let mut run = run();
        for number in 0..5000 {
            run.push_step(step(1 + number / 100, 1 + number % 100));
        }
        assert!(run.history.steps.len() <= STEPS_KEPT);
        assert_eq!((run.history.steps[0].epoch, run.history.steps[0].step), (1, 1));
        assert_eq!(run.last_step.as_ref().map(|step| (step.epoch, step.step)), Some((50, 100)));
        assert!(run.history.steps.windows(2).all(|pair| (pair[0].epoch, pair[0].step) < (pair[1].epoch, pair[1].step)));
    }

    #[test]
    fn an_epoch_that_is_done_again_after_resuming_replaces_the_old_one() {
        let mut run = run();
        for number in [1, 2, 3, 2] {
            run.push_epoch(epoch(number));
        }
        let epochs: Vec<_> = run.history.epochs.iter().map(|record| record.epoch).collect();
        assert_eq!(epochs, [1, 2]);
    }

    #[test]
    fn only_a_run_with_something_done_and_something_left_can_be_continued() {
        let mut run = run();
        run.phase = RunPhase::Stopped;
        assert!(!run.can_continue());
        run.push_epoch(epoch(1));
        assert!(run.can_continue());
        run.phase = RunPhase::Finished;
        assert!(!run.can_continue());
    }
}
