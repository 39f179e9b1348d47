//! Who works on a layer: the calling thread alone, or all threads of the current rayon pool.
//!
//! Either way each piece of the output is written by one task that depends on nothing else, so results are the same.
//! Must not know: what the tasks compute.

use rayon::prelude::*;

/// The threads that share a layer's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// The calling thread only: for when other threads have other pictures to work on.
    One,
    /// Every thread of the rayon pool that the call is made in.
    All,
}

impl Workers {
    /// How many threads that is.
    pub fn count(self) -> usize {
        match self {
            Self::One => 1,
            Self::All => rayon::current_num_threads(),
        }
    }

    /// Calls `task(i, chunk)` for each run of `len` numbers of `out` (the last may be shorter).
    pub(crate) fn chunks(self, out: &mut [f32], len: usize, task: impl Fn(usize, &mut [f32]) + Sync + Send) {
        let len = len.max(1);
        if self.count() == 1 {
            out.chunks_mut(len).enumerate().for_each(|(i, chunk)| task(i, chunk));
        } else {
            out.par_chunks_mut(len).enumerate().with_max_len(1).for_each(|(i, chunk)| task(i, chunk));
        }
    }

    /// Units of work a task should take, so that threads get equal shares: at most `most`, at least one.
    pub(super) fn share(self, units: usize, most: usize) -> usize {
        let most = most.max(1);
        let rounds = units.div_ceil(most * self.count()).max(1);
        units.div_ceil(rounds * self.count()).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_chunk_is_worked_on_once() {
        for workers in [Workers::One, Workers::All] {
            for len in [1, 3, 7, 100] {
                let mut out = vec![0.0; 50];
                workers.chunks(&mut out, len, |i, chunk| chunk.iter_mut().for_each(|v| *v += i as f32 + 1.0));
                let want: Vec<f32> = (0..50).map(|i| (i / len) as f32 + 1.0).collect();
                assert_eq!(out, want);
            }
            workers.chunks(&mut [], 4, |_, _| panic!("there is no work"));
        }
    }

    #[test]
    fn shares_respect_their_limit() {
        for units in 0..60 {
            for most in 0..10 {
                let share = Workers::All.share(units, most);
                assert!(share >= 1 && share <= most.max(1));
            }
        }
    }
}
