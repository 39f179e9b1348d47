//! The order of the pictures in an epoch: for the trainer, and for a window that shows what an epoch will see.

use rand::seq::SliceRandom;

use crate::base::{rng_for, stable_hash};

/// Shuffles the training pictures into the order in which `epoch` (counted from 1) of a run with `seed` learns from them, with
/// a generator made for this alone. They must come in the order of the data set.
pub fn epoch_order<T>(mut pictures: Vec<T>, seed: u64, epoch: usize) -> Vec<T> {
    pictures.shuffle(&mut rng_for(seed, epoch as u64, stable_hash(b"order of the epoch")));
    pictures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_belongs_to_its_seed_and_epoch_and_leaves_nothing_out() {
        let of = |seed, epoch| epoch_order((0..40).collect::<Vec<usize>>(), seed, epoch);
        let first = of(0, 1);
        assert_eq!(first, of(0, 1));
        assert_ne!(first, of(0, 2));
        assert_ne!(first, of(1, 1));
        let mut sorted = first;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..40).collect::<Vec<_>>());
    }
}
