//! The two phases of an epoch: learning from the training pictures, judging the validation pictures.

use super::views::{is_fresh, view_of};
use super::{Halt, Run};
use crate::imaging::normalize_into;
use crate::train::error::TrainError;
use crate::train::events::Event;
use crate::train::history::StepRecord;
use crate::train::learner::Targets;
use crate::train::metrics::Tally;
use crate::train::order::epoch_order;

/// Pictures and their labels, ready for the learner.
struct Group {
    pixels: Vec<f32>,
    labels: Vec<u32>,
    /// Which pictures, by their place in the data set.
    items: Vec<usize>,
}

/// A training phase on its way.
struct Phase {
    epoch: usize,
    lr: f64,
    /// Updates that it will have.
    steps: usize,
    /// Updates done.
    step: usize,
    tally: Tally,
}

impl Run<'_> {
    pub(super) fn training_phase(&mut self, epoch: usize, lr: f64) -> Result<Tally, Halt> {
        let batch_size = self.config.batch_size;
        let mut phase =
            Phase { epoch, lr, steps: self.train.len().div_ceil(batch_size), step: 0, tally: Tally::default() };
        let view = view_of(self.config, epoch);
        if let Some(views) = self.views.take_if(|_| !is_fresh(self.config, self.epochs_before, epoch)) {
            let order = epoch_order(self.train.clone(), self.config.seed, epoch);
            let mut batches = views.batches(view, &order, batch_size);
            let learned =
                batches.try_for_each(|batch| self.learn(&mut phase, &batch.input, Targets::hard(&batch.labels)));
            drop(batches);
            self.views = Some(views);
            return learned.map(|()| phase.tally);
        }
        let steps_per_group = self.learner.group_size(batch_size) / batch_size;
        let groups = phase.steps.div_ceil(steps_per_group.max(1));
        let mut left = self.train.len();
        for index in 0.. {
            // Groups of nearly the same size: a small last one would run at half speed.
            let steps = match groups {
                0 => 1,
                groups if index < groups => (index + 1) * phase.steps / groups - index * phase.steps / groups,
                _ => 1,
            };
            let mut group = self.gather(steps.max(1) * batch_size, &mut left)?;
            if group.labels.is_empty() {
                break;
            }
            let count = group.labels.len();
            // On the pixels: a frozen backbone must see mixed pictures too.
            let soft = self.mix(&mut group, epoch, phase.step + 1);
            let learner = &mut self.learner;
            let input = self.pool.install(|| learner.input(group.pixels, count))?;
            if let Some(views) = &mut self.views {
                views.keep(view, &group.items, &group.labels, &input);
            }
            let input_len = self.learner.input_len();
            let batches = input.chunks(batch_size * input_len).zip(group.labels.chunks(batch_size));
            for (index, (input, labels)) in batches.enumerate() {
                let soft = soft.get(index).and_then(Option::as_deref);
                self.learn(&mut phase, input, Targets { labels, soft })?;
            }
        }
        Ok(phase.tally)
    }

    /// One update, and word of it.
    fn learn(&mut self, phase: &mut Phase, input: &[f32], targets: Targets<'_>) -> Result<(), Halt> {
        if self.poll() {
            return Err(Halt::Stop);
        }
        phase.step += 1;
        let Phase { epoch, lr, step, .. } = *phase;
        let learner = &mut self.learner;
        let outcome = self.pool.install(|| learner.learn(input, targets, lr))?;
        if !outcome.loss.is_finite() {
            let (value, step) = (outcome.loss, format!(" at step {step}"));
            return Err(Halt::Fail(TrainError::NotFinite { phase: "training", value, epoch, step, lr }));
        }
        phase.tally.add(outcome);
        self.rate.add(self.train_clock.secs(), outcome.count);
        self.port.progress(Event::Step(StepRecord {
            epoch,
            step,
            steps_per_epoch: phase.steps,
            loss: outcome.loss,
            running_loss: phase.tally.loss(),
            running_acc: phase.tally.accuracy(),
            lr,
            images_per_sec: self.rate.per_sec(),
        }));
        Ok(())
    }

    /// Mixes the batches of a group, the first of which is `first_step` of `epoch`; the shares of the classes in each that
    /// was mixed.
    fn mix(&self, group: &mut Group, epoch: usize, first_step: usize) -> Vec<Option<Vec<f32>>> {
        let Some(mixer) = &self.mixer else { return Vec::new() };
        let batch_size = self.config.batch_size;
        let one = group.pixels.len() / group.labels.len().max(1);
        let batches = group.pixels.chunks_mut((batch_size * one).max(1)).zip(group.labels.chunks_mut(batch_size));
        let numbered = (first_step..).zip(batches);
        numbered.map(|(step, (pixels, labels))| mixer.mix(epoch, step, pixels, labels)).collect()
    }

    pub(super) fn validation_phase(&mut self, epoch: usize, lr: f64) -> Result<Tally, Halt> {
        let mut tally = Tally::default();
        if let Some((input, labels)) = &self.val_input {
            let learner = &self.learner;
            tally.add(self.pool.install(|| learner.judge(input, labels))?);
        } else {
            let mut kept = (Vec::new(), Vec::new());
            let mut left = self.val_count;
            loop {
                let group = self.gather(self.learner.judge_size(), &mut left)?;
                if group.labels.is_empty() {
                    break;
                }
                let count = group.labels.len();
                let learner = &mut self.learner;
                let (input, outcome) = self.pool.install(|| {
                    let input = learner.input(group.pixels, count)?;
                    let outcome = learner.judge(&input, &group.labels)?;
                    Ok::<_, TrainError>((input, outcome))
                })?;
                tally.add(outcome);
                if self.keeps_val_input {
                    kept.0.extend(input);
                    kept.1.extend(group.labels);
                }
                let done = self.val_count - left;
                self.port.progress(Event::Validating { epoch, done, total: self.val_count });
            }
            if self.keeps_val_input {
                // Judged once more as the later epochs will, in one go: sums in another order could differ in the last digit.
                let learner = &self.learner;
                tally = Tally::default();
                tally.add(self.pool.install(|| learner.judge(&kept.0, &kept.1))?);
                self.val_input = Some(kept);
            }
        }
        if tally.loss().is_finite() {
            Ok(tally)
        } else {
            let value = tally.loss();
            Err(Halt::Fail(TrainError::NotFinite { phase: "validation", value, epoch, step: String::new(), lr }))
        }
    }

    /// The next `want` readable pictures; fewer when `left`, the pictures left in this phase, runs out.
    fn gather(&mut self, want: usize, left: &mut usize) -> Result<Group, Halt> {
        let mut group = Group { pixels: Vec::new(), labels: Vec::with_capacity(want), items: Vec::with_capacity(want) };
        while group.labels.len() < want && *left > 0 {
            if self.poll() {
                return Err(Halt::Stop);
            }
            let Self { loader, controls, port, clock, train_clock, about, .. } = self;
            let next = loader.next(&mut || controls.poll(port, &mut [&mut *clock, &mut *train_clock]));
            match next {
                Some(Ok(picture)) => {
                    let len = picture.picture.as_raw().len();
                    if group.pixels.capacity() == 0 {
                        group.pixels.reserve_exact(want.min(*left) * len);
                    }
                    let begin = group.pixels.len();
                    group.pixels.resize(begin + len, 0.0);
                    normalize_into(&picture.picture, &about.preprocess, &mut group.pixels[begin..]);
                    group.labels.push(picture.class as u32);
                    group.items.push(picture.item);
                }
                Some(Err(unreadable)) => {
                    if let Some(skipped) = self.bad.note(unreadable)? {
                        self.port.send(Event::Skipped(skipped));
                    }
                }
                None => {
                    return Err(if self.poll() {
                        Halt::Stop
                    } else {
                        Halt::Fail(TrainError::Thread("the threads that read pictures ended early".to_owned()))
                    });
                }
            }
            *left -= 1;
        }
        Ok(group)
    }
}
