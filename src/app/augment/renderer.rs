//! Makes tiles, strips, examples and measurements in a few threads of its own.
//!
//! The newest request replaces what waits. Tiles go first, the ones that were shown longest before the others, so that while
//! a slider moves all of them follow and none is left behind.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender, unbounded};
use egui::ColorImage;
use image::RgbImage;

use super::coverage;
use super::originals::Originals;
use crate::app::state::{Coverage, MIX_CARD, Mixed};
use crate::augment::{BatchMix, MixPlan, Pipeline, Step, Trace};
use crate::base::{rng_for, stable_hash};
use crate::dataset::ItemId;
use crate::imaging;
use crate::lang::{key, t};

/// Side of the small pictures (step by step, examples) in pixels.
const SMALL: u32 = 160;
/// Side in pixels of examples that are as small as they are drawn.
const EXAMPLE: u32 = 80;

/// What a request is about: the numbers that decide every tile.
pub(super) struct Plan {
    /// Later requests have higher numbers.
    pub generation: u64,
    /// The pipeline.
    pub pipeline: Pipeline,
    /// Seed of the random numbers; training's own unless rerolled.
    pub seed: u64,
    /// Counted from 1.
    pub epoch: usize,
    /// Side of the training pictures in pixels.
    pub size: u32,
    /// Side of the tiles in pixels: never more than `size`.
    pub shown: u32,
}

/// Which picture.
#[derive(Clone)]
pub(super) struct Source {
    pub item: ItemId,
    pub path: PathBuf,
}

/// One piece of work.
pub(super) enum Task {
    /// The tile at a place of the grid, and what is to be mixed into it.
    Tile { slot: usize, source: Source, partner: Option<(Source, MixPlan)> },
    /// A picture after each step, and after something is mixed into it.
    Strip { source: Source, partner: Option<(Source, MixPlan)> },
    /// What a step does by itself, for the card of that id.
    Example { card: u64, step: Step, source: Source },
    /// What mixing does to two pictures.
    Mixture { mix: BatchMix, source: Source, partner: Source },
    /// What the pipeline keeps of pictures of these shapes.
    Coverage { shapes: Arc<[(u32, u32)]> },
}

/// What came of a task.
pub(super) enum Finished {
    Tile {
        slot: usize,
        item: ItemId,
        mixed: Option<Mixed>,
        outcome: Result<(ColorImage, Box<Trace>), String>,
    },
    Strip {
        item: ItemId,
        frames: Vec<StripFrame>,
    },
    Example {
        card: u64,
        item: ItemId,
        partner: Option<ItemId>,
        before: ColorImage,
        after: Vec<ColorImage>,
    },
    Coverage(Box<Coverage>),
    /// The task gave nothing: the file can't be read (its tile says so), or the task itself failed.
    Nothing,
}

/// A picture after a step.
pub(super) struct StripFrame {
    pub title: &'static str,
    pub details: Vec<(&'static str, String)>,
    pub picture: ColorImage,
}

#[derive(Default)]
struct Queue {
    plan: Option<Arc<Plan>>,
    tasks: VecDeque<Task>,
    closed: bool,
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    newest: AtomicU64,
    originals: Originals,
}

/// The threads and their queue.
pub(super) struct Renderer {
    shared: Arc<Shared>,
    finished: Receiver<(u64, Finished)>,
}

impl Renderer {
    /// Starts the threads; `wake` makes the window draw again.
    pub(super) fn start(wake: &Arc<dyn Fn() + Send + Sync>) -> Self {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            changed: Condvar::new(),
            newest: AtomicU64::new(0),
            originals: Originals::default(),
        });
        let (sender, finished) = unbounded();
        let threads = std::thread::available_parallelism().map_or(2, |count| count.get().clamp(1, 6));
        for number in 0..threads {
            let (shared, sender, wake) = (shared.clone(), sender.clone(), wake.clone());
            // Without threads the tiles stay empty; the rest of the window works.
            let _ = std::thread::Builder::new()
                .name(format!("imago-augment-{number}"))
                .spawn(move || work(&shared, &sender, wake.as_ref()));
        }
        Self { shared, finished }
    }

    /// Replaces whatever waits.
    pub(super) fn ask(&self, plan: Plan, tasks: impl IntoIterator<Item = Task>) {
        self.shared.newest.store(plan.generation, Ordering::Relaxed);
        let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.plan = Some(Arc::new(plan));
        queue.tasks = tasks.into_iter().collect();
        self.shared.changed.notify_all();
    }

    /// Takes out one finished task with the number of its request.
    pub(super) fn next_finished(&self) -> Option<(u64, Finished)> {
        self.finished.try_recv().ok()
    }

    /// Drops what waits and forgets the decoded originals.
    pub(super) fn forget(&self) {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner).tasks.clear();
        self.shared.originals.clear();
    }
}

impl Drop for Renderer {
    fn drop(&mut self) {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.shared.newest.store(u64::MAX, Ordering::Relaxed);
        self.shared.changed.notify_all();
    }
}

fn work(shared: &Shared, sender: &Sender<(u64, Finished)>, wake: &(dyn Fn() + Send + Sync)) {
    loop {
        let (plan, task) = {
            let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                if queue.closed {
                    return;
                }
                if let Some(plan) = queue.plan.clone()
                    && let Some(task) = queue.tasks.pop_front()
                {
                    break (plan, task);
                }
                queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let finished =
            catch_unwind(AssertUnwindSafe(|| carry_out(shared, &plan, &task))).unwrap_or_else(|_| match task {
                Task::Tile { slot, source, .. } => {
                    let outcome = Err(t!("augmenting this picture failed unexpectedly").to_owned());
                    Finished::Tile { slot, item: source.item, mixed: None, outcome }
                }
                _ => Finished::Nothing,
            });
        if sender.send((plan.generation, finished)).is_err() {
            return;
        }
        wake();
    }
}

fn carry_out(shared: &Shared, plan: &Plan, task: &Task) -> Finished {
    let original = |source: &Source| shared.originals.get(source.item, &source.path);
    let augmented = |source: &Source| {
        original(source).map(|picture| {
            let mut rng = rng_for(plan.seed, plan.epoch as u64, source.item.0);
            plan.pipeline.apply_traced(&picture, plan.size, &mut rng)
        })
    };
    match task {
        Task::Tile { slot, source, partner } => {
            let mut mixed = None;
            let outcome = augmented(source).map(|(mut picture, trace)| {
                if let Some((other, mix)) = partner
                    && let Ok((other_picture, _)) = augmented(other)
                {
                    mix.mix_picture(&mut picture, &other_picture);
                    mixed = Some(Mixed { item: other.item, own_share: mix.own_share });
                }
                (at_most(picture, plan.shown), Box::new(trace))
            });
            Finished::Tile { slot: *slot, item: source.item, mixed, outcome }
        }
        Task::Strip { source, partner } => match original(source) {
            Ok(picture) => {
                let mut frames = strip(plan, &picture, source.item);
                if let Some((other, mix)) = partner
                    && let Some(batch) = plan.pipeline.batch
                    && let (Ok((own, _)), Ok((other, _))) = (augmented(source), augmented(other))
                {
                    frames.push(mixed_frame(batch, mix, own, &other));
                }
                Finished::Strip { item: source.item, frames }
            }
            Err(_) => Finished::Nothing,
        },
        Task::Example { card, step, source } => match original(source) {
            Ok(picture) => {
                let (before, after) = example(plan, *card, step, &picture);
                Finished::Example { card: *card, item: source.item, partner: None, before, after }
            }
            Err(_) => Finished::Nothing,
        },
        Task::Mixture { mix, source, partner } => match (original(source), original(partner)) {
            (Ok(own), Ok(other)) => {
                let (before, after) = mixture(plan, mix, &own, &other);
                let (item, partner) = (source.item, Some(partner.item));
                Finished::Example { card: MIX_CARD, item, partner, before, after }
            }
            _ => Finished::Nothing,
        },
        Task::Coverage { shapes } => {
            let stop = || shared.newest.load(Ordering::Relaxed) != plan.generation;
            coverage::measure(&plan.pipeline, shapes, &stop)
                .map_or(Finished::Nothing, |found| Finished::Coverage(Box::new(found)))
        }
    }
}

fn strip(plan: &Plan, original: &RgbImage, item: ItemId) -> Vec<StripFrame> {
    let generator = || rng_for(plan.seed, plan.epoch as u64, item.0);
    let (_, trace) = plan.pipeline.apply_traced(original, plan.size, &mut generator());
    let frames = plan.pipeline.apply_stepwise(original, plan.size, &mut generator());
    frames
        .into_iter()
        .filter_map(|(index, picture)| {
            let step = plan.pipeline.steps.get(index)?;
            let drawn = trace.steps.iter().find(|traced| traced.index == index);
            let details =
                drawn.map(|traced| traced.drawn.iter().map(|(name, value)| (*name, value.to_string())).collect());
            let picture = at_most(picture, SMALL);
            Some(StripFrame { title: step.transform.title(), details: details.unwrap_or_default(), picture })
        })
        .collect()
}

/// The picture as training sees it, with another mixed into it.
fn mixed_frame(batch: BatchMix, mix: &MixPlan, mut own: RgbImage, other: &RgbImage) -> StripFrame {
    mix.mix_picture(&mut own, other);
    let details = vec![(key!("own share"), format!("{:.2}", mix.own_share))];
    StripFrame { title: batch.mix.title(), details, picture: at_most(own, SMALL) }
}

fn example(plan: &Plan, card: u64, step: &Step, original: &RgbImage) -> (ColorImage, Vec<ColorImage>) {
    let before = plain(plan, original);
    // A change of single pixels would vanish if the picture were made smaller after it.
    let small = step.transform.changes_single_pixels().then(|| imaging::resize(&before, EXAMPLE, EXAMPLE));
    let alone = Pipeline::of_steps(vec![Step { enabled: true, probability: 1.0, transform: step.transform.clone() }]);
    let mut after: Vec<ColorImage> = Vec::new();
    for draw in 0..3 {
        let mut rng = rng_for(stable_hash(b"example"), draw, card);
        let picture = match &small {
            Some(small) => at_most(step.transform.of_whole(small, &mut rng), EXAMPLE),
            None => at_most(alone.apply(original, plan.size, &mut rng), SMALL),
        };
        // A flip is always the same flip: shown once.
        if !after.contains(&picture) {
            after.push(picture);
        }
    }
    (small.map_or_else(|| at_most(before, SMALL), |small| at_most(small, EXAMPLE)), after)
}

/// A picture, and a few draws of another mixed into it.
fn mixture(plan: &Plan, mix: &BatchMix, own: &RgbImage, other: &RgbImage) -> (ColorImage, Vec<ColorImage>) {
    let always = BatchMix { probability: 1.0, ..*mix };
    let (own, other) = (plain(plan, own), plain(plan, other));
    let after = (0..3).filter_map(|draw| {
        let mut rng = rng_for(stable_hash(b"example of mixing"), draw, 0);
        let mut mixed = own.clone();
        always.draw(plan.size as usize, plan.size as usize, &mut rng)?.mix_picture(&mut mixed, &other);
        Some(at_most(mixed, SMALL))
    });
    let after = after.collect();
    (at_most(own, SMALL), after)
}

/// The picture as training sees it without a pipeline.
fn plain(plan: &Plan, original: &RgbImage) -> RgbImage {
    Pipeline::of_steps(Vec::new()).apply(original, plan.size, &mut rng_for(0, 0, 0))
}

/// The picture with a side of at most `side` pixels, as the window takes it.
fn at_most(picture: RgbImage, side: u32) -> ColorImage {
    let picture = if picture.width() > side { imaging::resize(&picture, side, side) } else { picture };
    ColorImage::from_rgb([picture.width() as usize, picture.height() as usize], picture.as_raw())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn plan(generation: u64) -> Plan {
        Plan { generation, pipeline: Pipeline::default(), seed: 0, epoch: 1, size: 224, shown: 224 }
    }

    fn wait_for(renderer: &Renderer) -> (u64, Finished) {
        let start = Instant::now();
        loop {
            if let Some(finished) = renderer.next_finished() {
                return finished;
            }
            assert!(start.elapsed() < Duration::from_secs(90), "nothing came");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_tile_is_exactly_what_training_makes_of_the_picture() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        let picture = RgbImage::from_fn(90, 60, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
        picture.save(&path).unwrap();
        let renderer = Renderer::start(&(Arc::new(|| {}) as Arc<dyn Fn() + Send + Sync>));
        let source = Source { item: ItemId(7), path };
        renderer.ask(plan(3), [Task::Tile { slot: 5, source, partner: None }]);
        let (generation, Finished::Tile { slot, item, outcome, .. }) = wait_for(&renderer) else {
            panic!("not a tile")
        };
        assert_eq!((generation, slot, item), (3, 5, ItemId(7)));
        let expected = Pipeline::default().apply(&picture, 224, &mut rng_for(0, 1, 7));
        assert!(outcome.unwrap().0 == at_most(expected, 224));
    }

    #[test]
    fn a_file_that_cannot_be_read_says_why() {
        let renderer = Renderer::start(&(Arc::new(|| {}) as Arc<dyn Fn() + Send + Sync>));
        let source = Source { item: ItemId(1), path: PathBuf::from("/nowhere/at/all.jpg") };
        renderer.ask(plan(1), [Task::Tile { slot: 0, source, partner: None }]);
        let (_, Finished::Tile { outcome: Err(reason), .. }) = wait_for(&renderer) else { panic!("no error") };
        assert!(!reason.is_empty());
    }

    #[test]
    fn the_example_of_a_change_of_single_pixels_shows_it_in_full() {
        let picture = RgbImage::from_pixel(900, 900, image::Rgb([128; 3]));
        for name in ["gaussian-noise", "salt-and-pepper"] {
            let step = Step::new(crate::augment::Transform::by_name(name).unwrap());
            let (before, after) = example(&plan(0), 1, &step, &picture);
            assert!(before.pixels.iter().all(|pixel| pixel.r() == 128));
            let farthest = |picture: &ColorImage| picture.pixels.iter().map(|pixel| pixel.r().abs_diff(128)).max();
            let farthest = after.iter().filter_map(farthest).max().unwrap();
            // Made smaller afterwards, eleven by eleven pixels into one, next to nothing would be left.
            assert!(farthest > 25, "{name}: {farthest}");
        }
    }

    #[test]
    fn the_example_of_mixing_is_made_of_both_pictures() {
        let (own, other) = (RgbImage::from_pixel(50, 40, image::Rgb([200; 3])), RgbImage::new(40, 50));
        for mix in [crate::augment::Mix::Mixup, crate::augment::Mix::CutMix] {
            let batch = BatchMix { mix, alpha: 1.0, probability: 0.0 };
            let (before, after) = mixture(&plan(0), &batch, &own, &other);
            assert!(before.pixels.iter().all(|pixel| pixel.r() == 200));
            assert!(after.len() == 3 && after.iter().all(|picture| picture != &before), "{mix:?}");
        }
    }
}
