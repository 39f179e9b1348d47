//! Turbo: each training picture is seen in a few augmented views, over and over, instead of a new one in every epoch.
//!
//! A frozen backbone makes the same features of the same view, so the first epochs compute them and the later ones only look
//! them up: their figures are those that computing them again would give. What is lost is variety: epoch `e` sees view
//! ((e − 1) mod K) + 1, which is what epoch of that number sees in an ordinary run.

use std::collections::HashMap;

use crate::train::config::TrainConfig;
use crate::train::error::TrainError;

/// Features of views that may be kept: 2 kB a picture and view for a ResNet18.
const MOST_BYTES: usize = 512 << 20;

/// The view that `epoch` (counted from 1) sees; the epoch itself without turbo.
pub(super) fn view_of(config: &TrainConfig, epoch: usize) -> usize {
    config.views.map_or(epoch, |views| (epoch - 1) % views + 1)
}

/// Whether `epoch` is the first in which this process sees its view, when the run began or goes on after `epochs_done`.
pub(super) fn is_fresh(config: &TrainConfig, epochs_done: usize, epoch: usize) -> bool {
    config.views.is_none_or(|views| epoch <= epochs_done + views)
}

/// Inputs of views that were computed.
pub(super) struct Views {
    input_len: usize,
    /// By view, and item of the data set.
    kept: HashMap<(usize, usize), Kept>,
}

struct Kept {
    class: u32,
    input: Box<[f32]>,
}

/// A few pictures ready to be learned from.
pub(super) struct Batch {
    pub(super) input: Vec<f32>,
    pub(super) labels: Vec<u32>,
}

impl Views {
    /// For `pictures` training pictures whose inputs have `input_len` numbers each; none when `config` asks for no turbo.
    ///
    /// # Errors
    /// The views would take more memory than is good.
    pub(super) fn new(config: &TrainConfig, pictures: usize, input_len: usize) -> Result<Option<Self>, TrainError> {
        let Some(views) = config.views else { return Ok(None) };
        let views = views.min(config.epochs);
        let bytes = pictures.saturating_mul(views).saturating_mul(input_len * size_of::<f32>());
        if bytes > MOST_BYTES {
            let fit = (MOST_BYTES / (pictures * input_len * size_of::<f32>()).max(1)).max(1);
            let (needed, allowed) = (bytes >> 20, MOST_BYTES >> 20);
            return Err(TrainError::Config(format!(
                "{views} views of {pictures} pictures need {needed} MB of memory, and {allowed} MB are allowed: ask for {fit} at most, or train without views"
            )));
        }
        Ok(Some(Self { input_len, kept: HashMap::with_capacity(pictures * views) }))
    }

    /// Keeps the inputs of `items`, one after the other.
    pub(super) fn keep(&mut self, view: usize, items: &[usize], labels: &[u32], input: &[f32]) {
        for ((item, label), input) in items.iter().zip(labels).zip(input.chunks_exact(self.input_len.max(1))) {
            self.kept.insert((view, *item), Kept { class: *label, input: input.into() });
        }
    }

    /// The batches of an epoch that sees `view` of the pictures in `order`. Those that could not be read are left out, as they
    /// were when the view was computed.
    pub(super) fn batches<'a>(
        &'a self,
        view: usize,
        order: &'a [usize],
        batch_size: usize,
    ) -> impl Iterator<Item = Batch> + 'a {
        let mut kept = order.iter().filter_map(move |item| self.kept.get(&(view, *item)));
        std::iter::from_fn(move || {
            let mut batch = Batch { input: Vec::new(), labels: Vec::new() };
            for Kept { class, input } in kept.by_ref().take(batch_size) {
                batch.input.extend_from_slice(input);
                batch.labels.push(*class);
            }
            (!batch.labels.is_empty()).then_some(batch)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(views: usize) -> TrainConfig {
        TrainConfig { views: Some(views), epochs: 10, ..TrainConfig::default() }
    }

    #[test]
    fn epochs_go_through_the_views_in_turn_and_compute_each_once() {
        let seen: Vec<_> = (1..=7).map(|epoch| (view_of(&config(3), epoch), is_fresh(&config(3), 0, epoch))).collect();
        assert_eq!(seen, [(1, true), (2, true), (3, true), (1, false), (2, false), (3, false), (1, false)]);
        let resumed: Vec<_> =
            (5..=8).map(|epoch| (view_of(&config(3), epoch), is_fresh(&config(3), 4, epoch))).collect();
        assert_eq!(resumed, [(2, true), (3, true), (1, true), (2, false)]);
        assert_eq!((view_of(&TrainConfig::default(), 9), is_fresh(&TrainConfig::default(), 0, 9)), (9, true));
    }

    #[test]
    fn batches_follow_the_order_and_leave_out_what_could_not_be_read() {
        let mut views = Views::new(&config(2), 4, 2).unwrap().unwrap();
        views.keep(1, &[7, 3, 5], &[0, 1, 0], &[7.0, 7.5, 3.0, 3.5, 5.0, 5.5]);
        views.keep(2, &[3], &[1], &[30.0, 30.5]);
        let batches: Vec<_> = views.batches(1, &[5, 4, 3, 7], 2).map(|batch| (batch.input, batch.labels)).collect();
        assert_eq!(batches, [(vec![5.0, 5.5, 3.0, 3.5], vec![0, 1]), (vec![7.0, 7.5], vec![0])]);
        let batches: Vec<_> = views.batches(2, &[5, 4, 3, 7], 2).map(|batch| batch.input).collect();
        assert_eq!(batches, [vec![30.0, 30.5]]);
    }

    #[test]
    fn more_views_than_memory_allows_are_refused_with_the_number_that_fits() {
        let Err(error) = Views::new(&config(10), 100_000, 512) else { panic!("1.9 GB are too much") };
        assert!(error.to_string().contains("ask for 2 at most"), "{error}");
        assert!(Views::new(&TrainConfig::default(), 100_000_000, 512).unwrap().is_none());
    }
}
