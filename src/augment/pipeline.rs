//! An ordered list of random transforms, and how a picture goes through it.

use image::RgbImage;
use rand::{Rng, RngExt};

use super::batch::BatchMix;
use super::canvas::Canvas;
use super::presets;
use super::trace::Trace;
use super::transform::Transform;
use crate::base::{ImagoRng, rng_for, stable_hash};

/// One place in a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Off: the step is kept, with its settings, but does nothing.
    pub enabled: bool,
    /// How often the transform is applied, 0 to 1.
    pub probability: f64,
    /// What it does.
    pub transform: Transform,
}

impl Step {
    /// An enabled step with the transform's usual probability.
    pub fn new(transform: Transform) -> Self {
        Self { enabled: true, probability: transform.default_probability(), transform }
    }

    /// The same with another probability, held between 0 and 1.
    #[must_use]
    pub fn with_probability(mut self, probability: f64) -> Self {
        self.probability = if probability.is_finite() { probability.clamp(0.0, 1.0) } else { self.probability };
        self
    }
}

/// An ordered list of random transforms. The default is the recipe: a random resized crop and a horizontal flip.
///
/// Every step draws from a generator of its own, made from one number of the caller's generator, the transform's name and
/// how many of this name came before. So moving one slider, or switching a step off, leaves what the others draw as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// The steps, first to last.
    pub steps: Vec<Step>,
    /// What happens to whole batches afterwards; training does it, [`Pipeline::apply`] knows single pictures only.
    pub batch: Option<BatchMix>,
}

impl Default for Pipeline {
    fn default() -> Self {
        presets::recipe()
    }
}

impl Pipeline {
    /// Names of the presets, in the order of a menu.
    pub const PRESETS: &[&str] = presets::NAMES;

    /// The preset of this name: see [`Pipeline::PRESETS`].
    pub fn preset(name: &str) -> Option<Pipeline> {
        presets::by_name(name)
    }

    /// These steps and no mixing of batches.
    pub fn of_steps(steps: Vec<Step>) -> Pipeline {
        Pipeline { steps, batch: None }
    }

    /// The name of the preset that this pipeline equals.
    pub fn preset_name(&self) -> Option<&'static str> {
        Self::PRESETS.iter().copied().find(|name| presets::by_name(name).as_ref() == Some(self))
    }

    /// A random version of `img`, `size` × `size` pixels. A pipeline without a random resized crop ends as validation does:
    /// the shorter side to `size` · 256 / 224, then the middle.
    pub fn apply(&self, img: &RgbImage, size: u32, rng: &mut ImagoRng) -> RgbImage {
        let mut canvas = Canvas::new(img, size);
        self.run(&mut canvas, rng);
        canvas.finish()
    }

    /// As [`Pipeline::apply`], with what was kept and drawn.
    pub fn apply_traced(&self, img: &RgbImage, size: u32, rng: &mut ImagoRng) -> (RgbImage, Trace) {
        let mut canvas = Canvas::traced(img, size);
        self.run(&mut canvas, rng);
        canvas.finish_traced()
    }

    /// The picture after each enabled step that was applied, for a step-wise preview: (place in the pipeline, result so far),
    /// `size` × `size`. The last one equals what [`Pipeline::apply`] gives from the same generator.
    pub fn apply_stepwise(&self, img: &RgbImage, size: u32, rng: &mut ImagoRng) -> Vec<(usize, RgbImage)> {
        let start = rng.clone();
        let (_, trace) = self.apply_traced(img, size, rng);
        let picture_after = |index: usize| {
            let until = Pipeline { steps: self.steps.iter().take(index + 1).cloned().collect(), batch: None };
            until.apply(img, size, &mut start.clone())
        };
        trace.steps.iter().map(|step| (step.index, picture_after(step.index))).collect()
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let base = rng.next_u64();
        for (index, step) in self.steps.iter().enumerate() {
            let name = step.transform.name();
            let before = self.steps.iter().take(index).filter(|other| other.transform.name() == name).count();
            let mut own = step_rng(base, name, before);
            let chance: f64 = own.random();
            if step.enabled && chance < step.probability {
                canvas.begin_step(index, name);
                step.transform.operation().run(canvas, &mut own);
            }
        }
    }
}

/// The generator of the step called `name` with `before` others of that name in front of it.
pub(super) fn step_rng(base: u64, name: &str, before: usize) -> ImagoRng {
    rng_for(base, stable_hash(name.as_bytes()), before as u64)
}
