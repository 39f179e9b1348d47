//! Pictures made ready ahead of the computation: decode → transform, by a bounded pool of named threads, handed
//! over in the order of the plan whatever thread was first.
//!
//! Must not know: models, optimisers, events.
//!
//! The plan covers the whole run (training pictures of epoch 1, validation pictures, training pictures of epoch 2, …), so
//! that the pool goes on with the next phase while the computation still finishes the last. Randomness is per picture, from
//! (seed, epoch, picture), so neither order nor number of threads changes a figure.

mod cache;
mod prepare;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use image::RgbImage;

use super::error::TrainError;
pub(crate) use cache::PictureCache;
pub(crate) use prepare::Preparer;

/// What a picture is prepared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Augmented, with the generator of this epoch.
    Train {
        /// Counted from 1.
        epoch: usize,
    },
    /// The validation transform: always the same.
    Validate,
}

/// One picture of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// Index into the data set's items.
    pub(crate) item: usize,
    /// What for.
    pub(crate) purpose: Purpose,
}

/// A picture ready for the network.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prepared {
    /// Index into the data set's items.
    pub(crate) item: usize,
    /// Its class.
    pub(crate) class: usize,
    /// `crop × crop`. Bytes, a quarter of the numbers that the network gets: dozens of pictures wait here.
    pub(crate) picture: Arc<RgbImage>,
}

/// A picture that can't be read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unreadable {
    /// Index into the data set's items.
    pub(crate) item: usize,
    /// Which file.
    pub(crate) path: PathBuf,
    /// Why, in one sentence.
    pub(crate) reason: String,
}

/// One finished job: its number in the plan, and what became of it.
type Done = (u64, Result<Prepared, Unreadable>);

/// How long the loader waits before it asks again whether the run is to stop.
const PATIENCE: Duration = Duration::from_millis(50);

/// The pool, and the pictures on their way.
pub(crate) struct Loader {
    plan: Box<dyn Iterator<Item = Job> + Send>,
    /// Where the pool's threads fetch; gone when the loader is dropped, which ends them.
    jobs: Option<Sender<(u64, Job)>>,
    done: Receiver<Done>,
    /// Finished out of turn.
    early: BTreeMap<u64, Result<Prepared, Unreadable>>,
    asked: u64,
    handed_over: u64,
    /// At most so many pictures are on their way or waiting.
    ahead: usize,
    threads: Vec<JoinHandle<()>>,
}

impl Loader {
    /// Starts `threads` threads that prepare the pictures of `plan`, at most `ahead` of them before they are asked for.
    ///
    /// # Errors
    /// The system gives no more threads.
    pub(crate) fn start(
        preparer: Arc<Preparer>,
        plan: Box<dyn Iterator<Item = Job> + Send>,
        threads: usize,
        ahead: usize,
    ) -> Result<Self, TrainError> {
        let ahead = ahead.max(1);
        let (jobs, fetch) = crossbeam_channel::bounded::<(u64, Job)>(ahead);
        // Never blocks a thread of the pool: no more than `ahead` pictures are ever on their way.
        let (finish, done) = crossbeam_channel::bounded::<Done>(ahead);
        let mut handles = Vec::with_capacity(threads);
        for index in 0..threads.max(1) {
            let (fetch, finish, preparer) = (fetch.clone(), finish.clone(), Arc::clone(&preparer));
            let handle = std::thread::Builder::new()
                .name(format!("imago-loader-{index}"))
                .spawn(move || {
                    for (number, job) in fetch {
                        if finish.send((number, preparer.prepare_caught(job))).is_err() {
                            break;
                        }
                    }
                })
                .map_err(|error| TrainError::Thread(error.to_string()))?;
            handles.push(handle);
        }
        let mut loader = Self {
            plan,
            jobs: Some(jobs),
            done,
            early: BTreeMap::new(),
            asked: 0,
            handed_over: 0,
            ahead,
            threads: handles,
        };
        loader.ask_ahead();
        Ok(loader)
    }

    /// The next picture of the plan; `None` after the last one, or when `stop` says so while waiting.
    pub(crate) fn next(&mut self, stop: &mut dyn FnMut() -> bool) -> Option<Result<Prepared, Unreadable>> {
        self.ask_ahead();
        if self.handed_over == self.asked {
            return None;
        }
        loop {
            if let Some(ready) = self.early.remove(&self.handed_over) {
                self.handed_over += 1;
                self.ask_ahead();
                return Some(ready);
            }
            match self.done.recv_timeout(PATIENCE) {
                Ok((number, result)) => {
                    self.early.insert(number, result);
                }
                Err(RecvTimeoutError::Timeout) => {
                    if stop() {
                        return None;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
    }

    fn ask_ahead(&mut self) {
        let Some(jobs) = &self.jobs else { return };
        while ((self.asked - self.handed_over) as usize) < self.ahead {
            let Some(job) = self.plan.next() else { break };
            if jobs.send((self.asked, job)).is_err() {
                break;
            }
            self.asked += 1;
        }
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.jobs = None;
        // What was asked for but not fetched yet need not be done any more.
        let (_, nobody) = crossbeam_channel::bounded(0);
        self.done = nobody;
        for handle in self.threads.drain(..) {
            // Its panics are caught picture by picture; there is nothing left to report.
            let _ = handle.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::augment::Pipeline;
    use crate::base::CancelToken;
    use crate::dataset::{ScanOptions, scan};
    use crate::imaging::Preprocess;

    /// Nine small pictures of three classes, one of them broken.
    fn preparer(folder: &std::path::Path, budget: usize) -> Arc<Preparer> {
        for class in ["a", "b", "c"] {
            let class_dir = folder.join("train").join(class);
            std::fs::create_dir_all(&class_dir).unwrap();
            for index in 0..3_u8 {
                let image = image::RgbImage::from_fn(40, 30, |x, y| {
                    image::Rgb([x as u8 * 6, y as u8 * 8, index.wrapping_mul(80)])
                });
                image.save(class_dir.join(format!("{index}.png"))).unwrap();
            }
        }
        std::fs::write(folder.join("train/b/1.png"), b"not a picture").unwrap();
        let dataset = scan(folder, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap();
        assert_eq!(dataset.items.len(), 9);
        Arc::new(Preparer::new(&dataset, Pipeline::default(), Preprocess::default(), 7, budget))
    }

    fn everything(preparer: &Arc<Preparer>, threads: usize, ahead: usize) -> Vec<Result<Prepared, Unreadable>> {
        let plan: Vec<Job> = (1..=2)
            .flat_map(|epoch| (0..9).rev().map(move |item| Job { item, purpose: Purpose::Train { epoch } }))
            .chain((0..9).map(|item| Job { item, purpose: Purpose::Validate }))
            .collect();
        let mut loader = Loader::start(Arc::clone(preparer), Box::new(plan.into_iter()), threads, ahead).unwrap();
        std::iter::from_fn(|| loader.next(&mut || false)).collect()
    }

    #[test]
    fn order_and_pixels_do_not_depend_on_threads_look_ahead_or_memory() {
        let folder = tempfile::tempdir().unwrap();
        let first = everything(&preparer(folder.path(), 1 << 20), 1, 1);
        let second = everything(&preparer(folder.path(), 0), 4, 7);
        assert_eq!(first.len(), 27);
        assert!(first == second, "the same plan gave other pictures");
        // Three of each class, but for the broken one.
        assert_eq!(first.iter().take(9).filter(|done| done.is_err()).count(), 1);
        for class in 0..3 {
            let of_class = |done: &&Result<Prepared, Unreadable>| done.as_ref().is_ok_and(|p| p.class == class);
            assert_eq!(first.iter().take(9).filter(of_class).count(), if class == 1 { 2 } else { 3 });
        }
    }

    #[test]
    fn an_epoch_draws_other_crops_than_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let all = everything(&preparer(folder.path(), 1 << 20), 2, 4);
        assert_ne!(all[0].as_ref().unwrap().picture, all[9].as_ref().unwrap().picture);
    }

    #[test]
    fn a_broken_picture_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let all = everything(&preparer(folder.path(), 1 << 20), 2, 4);
        let broken: Vec<_> = all.iter().filter_map(|done| done.as_ref().err()).collect();
        assert_eq!(broken.len(), 3);
        assert!(broken.iter().all(|unreadable| unreadable.path.ends_with("b/1.png") && !unreadable.reason.is_empty()));
    }

    #[test]
    fn dropping_a_loader_half_way_ends_its_threads() {
        let folder = tempfile::tempdir().unwrap();
        let plan = (0..1_000_000).map(|index| Job { item: index % 9, purpose: Purpose::Validate });
        let mut loader = Loader::start(preparer(folder.path(), 0), Box::new(plan), 2, 8).unwrap();
        assert!(loader.next(&mut || false).is_some());
        drop(loader);
    }
}
