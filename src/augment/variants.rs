//! How many different pictures come of one: the augmentation factor.
//!
//! Flips, turns and the loss of colour are counted, anything that draws from a range has no end. A step whose ranges have no
//! width (a turn by exactly 10°) is tried out, because it may still draw something else, such as a place.

use std::collections::{BTreeSet, HashSet};

use image::RgbImage;
use rand::Rng;

use super::params::ParamKind;
use super::pipeline::{Pipeline, Step};
use super::transform::Transform;
use crate::base::{rng_for, stable_hash};

/// Draws of a step that is tried out.
const DRAWS: u64 = 48;
/// More different results than this among them count as endless.
const ENDLESS: usize = 12;
/// The picture that a step is tried out on: width, height, and side of the result, in pixels.
const STAND_IN: (u32, u32, u32) = (160, 120, 32);

impl Pipeline {
    /// How many different pictures the steps make of one; `None`: without end, because a step draws from a range.
    pub fn variants(&self) -> Option<u64> {
        let mut all = 1_u64;
        let mut orientations = Orientations::default();
        let mut colours: Option<u64> = None;
        for step in self.steps.iter().filter(|step| step.enabled && step.probability > 0.0) {
            let always = step.probability >= 1.0;
            match &step.transform {
                Transform::HorizontalFlip(_) => orientations.add(&[[1, 0, 3, 2]], always),
                Transform::VerticalFlip(_) => orientations.add(&[[3, 2, 1, 0]], always),
                // Turning by nothing is one of the four.
                Transform::QuarterTurn(_) => orientations.add(&[[1, 2, 3, 0], [2, 3, 0, 1], [3, 0, 1, 2]], false),
                // Without colour twice is without colour.
                Transform::Grayscale(_) => colours = Some(if always { 1 } else { colours.unwrap_or(2) }),
                _ => {
                    all = all.checked_mul(orientations.close())?.checked_mul(tried(step)?)?;
                }
            }
        }
        all.checked_mul(orientations.close())?.checked_mul(colours.unwrap_or(1))
    }

    /// The augmentation factor in training: as [`Pipeline::variants`], but without end as well where pictures are mixed.
    pub fn factor(&self) -> Option<u64> {
        if self.batch.is_some_and(|batch| batch.probability > 0.0) { None } else { self.variants() }
    }
}

/// Ways in which the four corners of a picture can have come to lie.
struct Orientations(BTreeSet<[usize; 4]>);

impl Default for Orientations {
    fn default() -> Self {
        Self(BTreeSet::from([[0, 1, 2, 3]]))
    }
}

impl Orientations {
    /// One of `moves` may be made, or is made always.
    fn add(&mut self, moves: &[[usize; 4]], always: bool) {
        let moved = |corners: &[usize; 4], to: &[usize; 4]| to.map(|at| corners.get(at).copied().unwrap_or(at));
        let after: Vec<_> = self.0.iter().flat_map(|corners| moves.iter().map(|to| moved(corners, to))).collect();
        if always {
            self.0.clear();
        }
        self.0.extend(after);
    }

    /// How many there are; what follows begins anew.
    fn close(&mut self) -> u64 {
        std::mem::take(self).0.len() as u64
    }
}

/// Different results of a step whose ranges have no width; `None` for others, and where they are too many.
fn tried(step: &Step) -> Option<u64> {
    let has_width = |transform: &Transform| {
        transform.params().iter().any(|spec| {
            let end = |end: &str| transform.get(&format!("{}.{end}", spec.name));
            matches!(spec.kind, ParamKind::Range { .. }) && end("low") < end("high")
        })
    };
    if has_width(&step.transform) {
        return None;
    }
    let (width, height, side) = STAND_IN;
    let mut grain = vec![0; 3 * (width * height) as usize];
    rng_for(stable_hash(b"stand-in"), 0, 0).fill_bytes(&mut grain);
    let picture = RgbImage::from_raw(width, height, grain)?;
    let result = |steps: Vec<Step>, draw: u64| {
        let picture = Pipeline::of_steps(steps).apply(&picture, side, &mut rng_for(0, 0, draw));
        stable_hash(picture.as_raw())
    };
    let mut results = HashSet::new();
    if step.probability < 1.0 {
        results.insert(result(Vec::new(), 0));
    }
    let alone = Step { probability: 1.0, ..step.clone() };
    for draw in 0..DRAWS {
        results.insert(result(vec![alone.clone()], draw));
        if results.len() > ENDLESS {
            return None;
        }
    }
    Some(results.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::augment::transforms::{Brightness, Palette, RandomResizedCrop, Rotate, SeasonAndLight};
    use crate::augment::{BatchMix, Border};

    fn named(name: &str, probability: f64) -> Step {
        Step { enabled: true, probability, transform: Transform::by_name(name).unwrap() }
    }

    fn variants(steps: Vec<Step>) -> Option<u64> {
        Pipeline::of_steps(steps).variants()
    }

    #[test]
    fn a_step_counts_however_seldom_it_is_applied() {
        assert_eq!(variants(vec![named("horizontal-flip", 0.01)]), Some(2));
        assert_eq!(variants(vec![named("gaussian-noise", 0.001)]), None);
        assert_eq!(variants(vec![named("gaussian-noise", 0.0), named("horizontal-flip", 1.0)]), Some(1));
    }

    #[test]
    fn flips_and_turns_that_meet_are_counted_once() {
        let flips = || vec![named("horizontal-flip", 0.5), named("vertical-flip", 0.5)];
        assert_eq!(variants(flips()), Some(4));
        // A square can lie in eight ways and no more.
        assert_eq!(variants([flips(), vec![named("quarter-turn", 1.0)]].concat()), Some(8));
        assert_eq!(variants([flips(), flips()].concat()), Some(4));
        assert_eq!(variants(vec![named("grayscale", 0.2), named("grayscale", 0.2)]), Some(2));
        assert_eq!(variants(vec![named("grayscale", 0.2), named("horizontal-flip", 0.5)]), Some(4));
    }

    #[test]
    fn ranges_without_a_width_are_tried_out() {
        let turn = Rotate { degrees: [10.0, 10.0], border: Border::Reflect, fill: [0; 3] };
        let step = |transform: Transform, probability| Step { enabled: true, probability, transform };
        assert_eq!(variants(vec![step(Transform::Rotate(turn), 1.0)]), Some(1));
        assert_eq!(variants(vec![step(Transform::Rotate(turn), 0.5), named("horizontal-flip", 0.5)]), Some(4));
        let same = Brightness { factor: [1.0, 1.0] };
        assert_eq!(variants(vec![step(Transform::Brightness(same), 0.5)]), Some(1));
        let season = SeasonAndLight { palette: Palette::Any, strength: [0.5, 0.5], ..SeasonAndLight::default() };
        assert_eq!(variants(vec![step(Transform::SeasonAndLight(season), 1.0)]), Some(4));
        // The area is fixed, its place is not.
        let crop = RandomResizedCrop { area: [0.5, 0.5], shape: [1.0, 1.0] };
        assert_eq!(variants(vec![step(Transform::RandomResizedCrop(crop), 1.0)]), None);
    }

    #[test]
    fn mixing_makes_the_factor_endless_and_leaves_the_steps_what_they_are() {
        let mixed = Pipeline { batch: Some(BatchMix::default()), ..Pipeline::of_steps(Vec::new()) };
        assert_eq!((mixed.variants(), mixed.factor()), (Some(1), None));
        let never = BatchMix { probability: 0.0, ..BatchMix::default() };
        assert_eq!(Pipeline { batch: Some(never), ..mixed }.factor(), Some(1));
        assert_eq!(Pipeline::default().factor(), None);
    }
}
