//! From figures to points, bounds and ticks. Pure: knows nothing of how they are drawn.

use crate::train::{EpochRecord, History, StepRecord};

/// What a chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Cross-entropy.
    Loss,
    /// Share of right answers.
    Accuracy,
}

impl Quantity {
    /// Of the training phase of an epoch.
    pub fn train(self, record: &EpochRecord) -> f64 {
        match self {
            Self::Loss => record.train_loss,
            Self::Accuracy => record.train_acc,
        }
    }

    /// Of the validation phase of an epoch.
    pub fn val(self, record: &EpochRecord) -> f64 {
        match self {
            Self::Loss => record.val_loss,
            Self::Accuracy => record.val_acc,
        }
    }

    /// Of a step: the batch's loss; the epoch's accuracy so far, because a batch of four has but five accuracies.
    pub fn step(self, record: &StepRecord) -> f64 {
        match self {
            Self::Loss => record.loss,
            Self::Accuracy => record.running_acc,
        }
    }
}

/// Points of the epochs: an epoch's figures stand at its end. What is not finite is left out.
pub fn epoch_points(history: &History, value: impl Fn(&EpochRecord) -> f64) -> Vec<[f64; 2]> {
    let points = history.epochs.iter().map(|record| [record.epoch as f64, value(record)]);
    points.filter(|point| point[1].is_finite()).collect()
}

/// Points of the steps, spread evenly over their epochs. The first tenth of an epoch's accuracy is left out: over a handful
/// of pictures it says nothing and jumps.
pub fn step_points(history: &History, quantity: Quantity) -> Vec<[f64; 2]> {
    let points = history.steps.iter().filter_map(|record| {
        let share = record.step as f64 / record.steps_per_epoch.max(1) as f64;
        let value = quantity.step(record);
        let is_shown = value.is_finite() && (quantity == Quantity::Loss || share >= 0.1);
        is_shown.then_some([record.epoch.saturating_sub(1) as f64 + share, value])
    });
    points.collect()
}

/// The points of each epoch apart: an epoch's accuracy is counted from its first picture, so that what it begins with does not
/// follow from what the one before ended with.
pub fn by_epoch(points: &[[f64; 2]]) -> impl Iterator<Item = &[[f64; 2]]> {
    // The last step of an epoch stands at its end, where the next one begins.
    points.chunk_by(|a, b| a[0].ceil() == b[0].ceil())
}

/// Exponential average with `weight` on what was before, free of the pull towards its start (as Adam corrects its moments).
pub fn smoothed(points: &[[f64; 2]], weight: f64) -> Vec<[f64; 2]> {
    let (mut average, mut total) = (0.0, 0.0);
    let smooth = points.iter().map(|[x, y]| {
        average = weight * average + (1.0 - weight) * y;
        total = weight * total + (1.0 - weight);
        [*x, average / total]
    });
    smooth.collect()
}

/// Top of the loss axis: room for every epoch, and for all but the wildest twentieth of the steps.
pub fn loss_top(history: &History, with_steps: bool) -> f64 {
    let mut top: f64 = 0.0;
    for record in &history.epochs {
        for loss in [record.train_loss, record.val_loss] {
            if loss.is_finite() {
                top = top.max(loss);
            }
        }
    }
    if with_steps || history.epochs.is_empty() {
        let mut losses: Vec<f64> =
            history.steps.iter().map(|record| record.loss).filter(|loss| loss.is_finite()).collect();
        losses.sort_by(f64::total_cmp);
        if let Some(high) = losses.get((losses.len() * 95 / 100).min(losses.len().saturating_sub(1))) {
            top = top.max(*high);
        }
    }
    if top > 0.0 { top * 1.08 } else { 1.0 }
}

/// Bottom of the accuracy axis: the fifth below the lowest epoch, so that the curves use the room; 0 before the first epoch.
pub fn accuracy_bottom(history: &History) -> f64 {
    let lowest = history.epochs.iter().flat_map(|record| [record.train_acc, record.val_acc]).fold(1.0, f64::min);
    if history.epochs.is_empty() { 0.0 } else { ((lowest - 0.02) * 5.0).floor().max(0.0) / 5.0 }
}

/// A step of 1, 2 or 5 times a power of ten with which `room` points show at most one mark in `least` points.
pub fn nice_step(range: f64, room: f64, least: f64, whole: bool) -> f64 {
    let wanted = (range / (room / least).max(1.0)).max(1e-12);
    let power = 10_f64.powf(wanted.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= wanted * 0.999);
    let step = step.unwrap_or(10.0 * power);
    if whole { step.max(1.0) } else { step }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(step: usize, loss: f64) -> StepRecord {
        StepRecord {
            epoch: 2,
            step,
            steps_per_epoch: 100,
            loss,
            running_loss: loss,
            running_acc: 0.5,
            lr: 0.1,
            images_per_sec: 1.0,
        }
    }

    #[test]
    fn a_constant_stays_constant_when_smoothed_and_a_jump_is_followed_slowly() {
        let flat = smoothed(&[[1.0, 3.0], [2.0, 3.0], [3.0, 3.0]], 0.6);
        assert!(flat.iter().all(|point| (point[1] - 3.0).abs() < 1e-12), "{flat:?}");
        let jump = smoothed(&[[1.0, 0.0], [2.0, 1.0]], 0.6);
        assert!(jump[1][1] > 0.4 && jump[1][1] < 0.8, "{jump:?}");
    }

    #[test]
    fn one_wild_step_does_not_flatten_the_loss_curve() {
        let mut history = History::default();
        history.steps.extend((1..100).map(|number| step(number, 0.7)));
        history.steps.push(step(100, 60.0));
        let top = loss_top(&history, true);
        assert!((0.7..1.0).contains(&top), "{top}");
        history.steps[0].loss = f64::NAN;
        assert!(loss_top(&history, true).is_finite());
        assert_eq!(loss_top(&History::default(), true), 1.0);
    }

    #[test]
    fn the_accuracy_axis_begins_at_the_fifth_below_the_lowest_epoch() {
        let mut history = History::default();
        assert_eq!(accuracy_bottom(&history), 0.0);
        let epoch = |val_acc| EpochRecord {
            epoch: 1,
            train_loss: 0.5,
            train_acc: 0.9,
            val_loss: 0.5,
            val_acc,
            lr: 0.1,
            seconds: 1.0,
        };
        history.epochs.push(epoch(0.66));
        assert_eq!(accuracy_bottom(&history), 0.6);
        history.epochs.push(epoch(0.61));
        assert_eq!(accuracy_bottom(&history), 0.4);
        history.epochs.push(epoch(0.0));
        assert_eq!(accuracy_bottom(&history), 0.0);
    }

    #[test]
    fn steps_are_parted_where_an_epoch_ends() {
        let points = [[0.5, 1.0], [1.0, 0.9], [1.25, 1.0], [2.0, 0.8], [2.5, 0.7]];
        let parts: Vec<usize> = by_epoch(&points).map(<[_]>::len).collect();
        assert_eq!(parts, [2, 2, 1]);
        assert_eq!(by_epoch(&[]).count(), 0);
    }

    #[test]
    fn steps_lie_within_their_epoch_and_end_where_its_figures_stand() {
        let mut history = History::default();
        history.steps.extend([step(5, 0.5), step(50, 0.5), step(100, 0.5)]);
        let xs = |quantity| step_points(&history, quantity).iter().map(|point| point[0]).collect::<Vec<_>>();
        assert_eq!(xs(Quantity::Loss), [1.05, 1.5, 2.0]);
        assert_eq!(xs(Quantity::Accuracy), [1.5, 2.0]);
    }

    #[test]
    fn ticks_are_round_and_epochs_whole() {
        assert_eq!(nice_step(25.0, 400.0, 40.0, true), 5.0);
        assert_eq!(nice_step(2.0, 400.0, 40.0, true), 1.0);
        assert!((nice_step(1.0, 200.0, 30.0, false) - 0.2).abs() < 1e-12);
        assert!((nice_step(0.7, 200.0, 40.0, false) - 0.2).abs() < 1e-12);
    }
}
