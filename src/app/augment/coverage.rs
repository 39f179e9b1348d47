//! Measures what a pipeline keeps of pictures: draws from it many times and adds up which parts were kept, neither cut away nor
//! covered.
//!
//! Nothing is assumed about the steps: the numbers come from the traces of real runs of the pipeline, on small stand-ins of
//! the training pictures' shapes, because only the shape decides where a crop falls.

use std::collections::HashSet;

use image::{Rgb, RgbImage};

use crate::app::state::Coverage;
use crate::augment::{Pipeline, Step, Trace};
use crate::base::{rng_for, stable_hash};

/// Draws: shares of a few per cent are then right to a quarter of a point.
const DRAWS: usize = 6000;
/// Longer side of the stand-ins in pixels: whole-pixel crops of them are within a hundredth of those of a photograph.
const STAND_IN: u32 = 128;
/// Side of the results in pixels: nobody looks at them.
const RESULT: u32 = 16;
/// Cells of the heat map.
const COLUMNS: usize = 32;
const ROWS: usize = 24;

/// Measures `pipeline` on pictures of `shapes` (width, height in any unit). `None` when `stop` said so.
pub(super) fn measure(pipeline: &Pipeline, shapes: &[(u32, u32)], stop: &dyn Fn() -> bool) -> Option<Coverage> {
    let shapes = if shapes.is_empty() { &[(4, 3)] } else { shapes };
    let aspect = typical_aspect(shapes);
    let mut stand_ins: Vec<RgbImage> = Vec::new();
    let mut seen: HashSet<(u32, u32)> = HashSet::new();
    let sizes: Vec<(u32, u32)> = shapes.iter().map(|shape| stand_in_size(*shape)).collect();
    for size in &sizes {
        if seen.insert(*size) {
            stand_ins.push(stand_in(*size));
        }
    }
    let geometry = geometric_only(pipeline);
    let mut counts = vec![0_u32; COLUMNS * ROWS];
    let mut shares = Vec::with_capacity(DRAWS);
    let (mut middle_missed, mut filled) = (0, 0.0);
    for draw in 0..DRAWS {
        if draw % 16 == 0 && stop() {
            return None;
        }
        // Each shape as often as the data set has it.
        let size = *sizes.get(draw % sizes.len())?;
        let picture = stand_ins.iter().find(|picture| picture.dimensions() == size)?;
        let mut rng = rng_for(stable_hash(b"what the crops keep"), 0, draw as u64);
        let (_, trace) = geometry.apply_traced(picture, RESULT, &mut rng);
        count_kept(&trace, &mut counts);
        shares.push(trace.kept_share());
        filled += 1.0 - trace.real_share();
        let (width, height) = (trace.original.0 as f32, trace.original.1 as f32);
        middle_missed += usize::from(!trace.keeps(width / 2.0, height / 2.0));
    }
    let total = shares.len().max(1) as f32;
    let under_tenth = shares.iter().filter(|share| **share < 0.1).count() as f32 / total;
    shares.sort_by(f32::total_cmp);
    let quantile = |q: f32| shares.get((q * (total - 1.0)).round() as usize).copied().unwrap_or(1.0);
    Some(Coverage {
        columns: COLUMNS,
        rows: ROWS,
        kept: counts.into_iter().map(|count| count as f32 / total).collect(),
        samples: shares.len(),
        under_tenth,
        misses_middle: middle_missed as f32 / total,
        median_share: quantile(0.5),
        usual_shares: (quantile(0.05), quantile(0.95)),
        filled: filled / total,
        versions: pipeline.factor(),
        aspect,
    })
}

/// The pipeline without the steps that move and cover nothing (colours, noise, …): what is kept is the same, and much sooner known.
/// Which ones they are is seen from what each does by itself.
fn geometric_only(pipeline: &Pipeline) -> Pipeline {
    // What does not fit into the one may fit into the other.
    let pictures = [stand_in((64, 48)), stand_in((64, 64))];
    let kept_by = |steps: Vec<Step>, draw: u64| {
        let pipeline = Pipeline::of_steps(steps);
        pictures.each_ref().map(|picture| {
            let mut rng = rng_for(stable_hash(b"what moves"), 0, draw);
            let trace = pipeline.apply_traced(picture, RESULT, &mut rng).1;
            (trace.kept, trace.covered)
        })
    };
    let moves = |step: &Step| {
        let alone = Step { enabled: true, probability: 1.0, transform: step.transform.clone() };
        (0..4).any(|draw| kept_by(vec![alone.clone()], draw) != kept_by(Vec::new(), draw))
    };
    Pipeline::of_steps(pipeline.steps.iter().filter(|step| step.enabled && moves(step)).cloned().collect())
}

fn count_kept(trace: &Trace, counts: &mut [u32]) {
    let (width, height) = (trace.original.0 as f32, trace.original.1 as f32);
    for (row, cells) in counts.chunks_exact_mut(COLUMNS).enumerate() {
        let y = (row as f32 + 0.5) / ROWS as f32 * height;
        for (column, count) in cells.iter_mut().enumerate() {
            let x = (column as f32 + 0.5) / COLUMNS as f32 * width;
            *count += u32::from(trace.keeps(x, y));
        }
    }
}

fn typical_aspect(shapes: &[(u32, u32)]) -> f32 {
    let mut aspects: Vec<f32> = shapes.iter().map(|(width, height)| *width as f32 / (*height).max(1) as f32).collect();
    aspects.sort_by(f32::total_cmp);
    aspects.get(aspects.len() / 2).copied().unwrap_or(1.0).clamp(0.2, 5.0)
}

fn stand_in_size((width, height): (u32, u32)) -> (u32, u32) {
    let longer = width.max(height).max(1);
    let side = |length: u32| ((f64::from(length) * f64::from(STAND_IN) / f64::from(longer)).round() as u32).max(1);
    (side(width), side(height))
}

/// A picture in which no two places look alike.
fn stand_in((width, height): (u32, u32)) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let grain = stable_hash(&[x.to_le_bytes(), y.to_le_bytes()].concat());
        let ramp = |at: u32, of: u32| (at * 160 / of.max(1)) as u8;
        let grain_of = |shift: u32| (grain >> shift) as u8 / 3;
        Rgb([ramp(x, width) + grain_of(0), ramp(y, height) + grain_of(8), 80 + grain_of(16)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::augment::Transform;

    fn of(pipeline: &Pipeline) -> Coverage {
        measure(pipeline, &[(500, 375), (375, 500), (640, 480)], &|| false).unwrap()
    }

    #[test]
    fn without_steps_the_same_middle_is_kept_every_time() {
        let coverage = of(&Pipeline::of_steps(Vec::new()));
        assert_eq!((coverage.versions, coverage.misses_middle, coverage.under_tenth), (Some(1), 0.0, 0.0));
        assert!((coverage.usual_shares.0 - coverage.usual_shares.1).abs() < 0.02, "{:?}", coverage.usual_shares);
        // The middle 224 of a picture whose shorter side is 256, four thirds as long: (224/256)² · 3/4.
        assert!((coverage.median_share - 0.574).abs() < 0.02, "{}", coverage.median_share);
        assert_eq!(coverage.kept[(ROWS / 2) * COLUMNS + COLUMNS / 2], 1.0);
        assert_eq!(coverage.kept[0], 0.0);
    }

    #[test]
    fn a_flip_makes_two_versions_and_the_recipe_makes_endlessly_many() {
        let flip = Transform::all().into_iter().find(|transform| transform.name() == "horizontal-flip").unwrap();
        let pipeline = Pipeline::of_steps(vec![Step { enabled: true, probability: 0.5, transform: flip }]);
        assert_eq!(of(&pipeline).versions, Some(2));
        assert_eq!(of(&Pipeline::default()).versions, None);
    }

    #[test]
    fn the_recipe_keeps_the_middle_more_often_than_the_corners_and_seldom_under_a_tenth() {
        let coverage = of(&Pipeline::default());
        assert!(coverage.kept[(ROWS / 2) * COLUMNS + COLUMNS / 2] > coverage.kept[0] + 0.2);
        // The area is drawn evenly from 0.08 to 1, but what does not fit is drawn again: 3.0 % end under a tenth (200,000
        // draws by the same rule, written anew). 6,000 draws are within ± 0.9 points, four times their deviation.
        assert!((0.021..0.039).contains(&coverage.under_tenth), "{}", coverage.under_tenth);
        assert!((0.40..0.65).contains(&coverage.median_share), "{}", coverage.median_share);
        assert_eq!(coverage.filled, 0.0);
    }

    #[test]
    fn steps_that_move_nothing_are_left_out_of_the_long_count() {
        let steps: Vec<Step> = Transform::all().into_iter().map(Step::new).collect();
        let names: Vec<_> =
            geometric_only(&Pipeline::of_steps(steps)).steps.iter().map(|step| step.transform.name()).collect();
        for moving in ["random-resized-crop", "horizontal-flip", "rotate", "random-erasing"] {
            assert!(names.contains(&moving), "{moving} is missing: {names:?}");
        }
        for still in ["brightness", "gaussian-noise", "jpeg-compression", "grayscale"] {
            assert!(!names.contains(&still), "{still} moves nothing: {names:?}");
        }
    }

    #[test]
    fn what_is_erased_is_not_kept() {
        use crate::augment::transforms::RandomErasing;
        let erasing = RandomErasing { area: [0.8, 0.8], shape: [1.0, 1.0], ..RandomErasing::default() };
        let erasing = Step::new(Transform::RandomErasing(erasing)).with_probability(1.0);
        let coverage = of(&Pipeline::of_steps(vec![Step::new(crop_of_all()), erasing]));
        // A square over 80 % of a square always covers its middle; a fifth is left.
        assert_eq!(coverage.misses_middle, 1.0);
        assert!((0.15..0.25).contains(&coverage.median_share), "{}", coverage.median_share);
    }

    fn crop_of_all() -> Transform {
        use crate::augment::transforms::RandomResizedCrop;
        Transform::RandomResizedCrop(RandomResizedCrop { area: [1.0, 1.0], shape: [0.1, 10.0] })
    }

    #[test]
    fn measuring_can_be_stopped() {
        assert!(measure(&Pipeline::default(), &[], &|| true).is_none());
    }
}
