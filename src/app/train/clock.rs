//! How long a run has been at work and how long it will be.

use std::time::Instant;

/// Counts the seconds of a run, pauses left out.
#[derive(Clone, Debug, Default)]
pub struct RunClock {
    /// Seconds that earlier, interrupted parts of the run took.
    earlier_secs: f64,
    /// Seconds of this part.
    active_secs: f64,
    /// Of [`Self::active_secs`], where the epoch under way began.
    epoch_began_secs: f64,
    /// Seconds of the epochs of this part, as the trainer measured them.
    epoch_secs: Vec<f64>,
    /// When it was looked at last.
    looked_at: Option<Instant>,
}

/// Epochs that the estimate looks back on: the machine may have been busy with something else before.
const LOOK_BACK: usize = 5;
/// Share of the first epoch that has to be done before anything is said.
const LEAST_SHARE: f64 = 0.03;

impl RunClock {
    /// A clock of a run that took `earlier_secs` before it was interrupted; 0 for a new one.
    pub fn new(earlier_secs: f64) -> Self {
        Self { earlier_secs, ..Self::default() }
    }

    /// Counts the time since the last look; not when the run waited meanwhile.
    pub fn tick(&mut self, is_at_work: bool) {
        let now = Instant::now();
        if let Some(before) = self.looked_at.replace(now)
            && is_at_work
        {
            self.advance(now.duration_since(before).as_secs_f64());
        }
    }

    /// Time went by, in which the run was at work.
    fn advance(&mut self, secs: f64) {
        self.active_secs += secs;
    }

    /// The first step is about to be made: building the model and the like are no part of an epoch.
    pub fn epochs_begin(&mut self) {
        self.epoch_began_secs = self.active_secs;
    }

    /// An epoch is over, which took `secs`.
    pub fn epoch_ended(&mut self, secs: f64) {
        self.epoch_secs.push(secs);
        self.epoch_began_secs = self.active_secs;
    }

    /// Seconds of the whole run so far.
    pub fn elapsed_secs(&self) -> f64 {
        self.earlier_secs + self.active_secs
    }

    /// Seconds left when `epochs_left` are not whole yet and `share` (0 to 1) of the first of them is done; `None` while
    /// there is nothing to go by.
    ///
    /// The mean of the last epochs, without the first where there are others: it fills caches and is no measure.
    pub fn left_secs(&self, epochs_left: usize, share: f64) -> Option<f64> {
        let in_epoch = self.active_secs - self.epoch_began_secs;
        let measured = match self.epoch_secs.as_slice() {
            [_, later @ ..] if !later.is_empty() => later,
            all => all,
        };
        let recent = &measured[measured.len().saturating_sub(LOOK_BACK)..];
        let epoch = if recent.is_empty() {
            if share < LEAST_SHARE {
                return None;
            }
            in_epoch / share
        } else {
            recent.iter().sum::<f64>() / recent.len() as f64
        };
        Some((epoch * (epochs_left as f64 - share)).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_before_there_is_something_to_go_by() {
        let mut clock = RunClock::new(0.0);
        clock.advance(5.0);
        clock.epochs_begin();
        clock.advance(1.0);
        assert_eq!(clock.left_secs(10, 0.0), None);
        // A quarter of the first epoch took one second: 9¾ epochs of four seconds are left.
        assert!((clock.left_secs(10, 0.25).unwrap() - 39.0).abs() < 1e-9);
    }

    #[test]
    fn the_first_epoch_is_no_measure_once_there_are_others() {
        let mut clock = RunClock::new(0.0);
        clock.epoch_ended(30.0);
        assert!((clock.left_secs(2, 0.0).unwrap() - 60.0).abs() < 1e-9);
        clock.epoch_ended(4.0);
        clock.epoch_ended(2.0);
        assert!((clock.left_secs(2, 0.5).unwrap() - 4.5).abs() < 1e-9);
    }

    #[test]
    fn earlier_parts_count_as_elapsed_but_not_for_the_estimate() {
        let mut clock = RunClock::new(100.0);
        clock.advance(3.0);
        assert_eq!(clock.elapsed_secs(), 103.0);
        clock.epoch_ended(3.0);
        assert!((clock.left_secs(1, 0.0).unwrap() - 3.0).abs() < 1e-9);
    }
}
