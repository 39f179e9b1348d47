//! Nothing panics, and everything ends at the size asked for, whatever the picture and the parameters. (Values can't leave
//! 0 to 255: they are bytes, and every sum is clamped before it becomes one.)

use proptest::prelude::*;
use rand::RngExt;

use super::*;
use crate::augment::{BatchMix, Mix, ParamKind};

/// A transform with every parameter drawn from the whole of its range, ends included.
fn shaken(mut transform: Transform, rng: &mut ImagoRng) -> Transform {
    for spec in transform.params() {
        let mut between = |min: f64, max: f64| match rng.random_range(0..4) {
            0 => min,
            1 => max,
            _ => min + (max - min) * rng.random::<f64>(),
        };
        match spec.kind {
            ParamKind::Number { min, max, .. } => transform.set(spec.name, between(min, max)),
            ParamKind::Range { min, max, .. } => {
                let (a, b) = (between(min, max), between(min, max));
                transform.set(&format!("{}.low", spec.name), a.min(b));
                transform.set(&format!("{}.high", spec.name), a.max(b));
            }
            ParamKind::Choice(names) => transform.set(spec.name, between(0.0, names.len() as f64 - 0.5).floor()),
            ParamKind::Toggle => transform.set(spec.name, between(0.0, 1.0).round()),
            ParamKind::Color => transform.set(&format!("{}.green", spec.name), between(0.0, 255.0)),
            ParamKind::Measured { min, max } => transform.set(&format!("{}.1", spec.name), between(min, max)),
        }
    }
    transform
}

fn sizes() -> impl Strategy<Value = (u32, u32)> {
    prop_oneof![
        (1..12_u32, 1..12_u32),
        (1..90_u32, 1..90_u32),
        (1..=4000_u32, 1..=10_u32),
        (1..=10_u32, 1..=4000_u32),
        Just((1, 1)),
        Just((4000, 10)),
        Just((10, 4000)),
        Just((4000, 1)),
        Just((1, 333)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_transform_panics_for_any_picture((width, height) in sizes(), size in 1..70_u32, seed: u64) {
        let before = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7) as u8, (y * 11) as u8, (x ^ y) as u8]));
        let mut rng = rng_for(seed, 0, 0);
        for transform in Transform::all() {
            let transform = shaken(transform, &mut rng);
            let pipeline = only(transform);
            let (result, trace) = pipeline.apply_traced(&before, size, &mut rng_for(seed, 1, 0));
            prop_assert_eq!(result.dimensions(), (size, size), "{}", pipeline.to_toml());
            prop_assert!((0.0..=1.0).contains(&trace.kept_share()), "{} {:?}", pipeline.to_toml(), trace);
            prop_assert!((0.0..=1.0).contains(&trace.real_share()), "{} {:?}", pipeline.to_toml(), trace);
            prop_assert!(trace.kept.iter().chain(&trace.shown).all(|(x, y)| x.is_finite() && y.is_finite()));
        }
    }

    #[test]
    fn no_pipeline_panics_for_any_picture((width, height) in sizes(), size in 1..70_u32, seed: u64) {
        let before = RgbImage::from_fn(width, height, |x, y| Rgb([(x * 7) as u8, (y * 11) as u8, (x ^ y) as u8]));
        let mut rng = rng_for(seed, 0, 0);
        let all = Transform::all();
        let steps = (0..6).map(|_| Step::new(shaken(all[rng.random_range(0..all.len())].clone(), &mut rng)));
        let pipeline = Pipeline::of_steps(steps.collect());
        let result = pipeline.apply(&before, size, &mut rng_for(seed, 1, 0));
        prop_assert_eq!(result.dimensions(), (size, size), "{}", pipeline.to_toml());
    }

    #[test]
    fn no_mixing_panics_or_leaves_the_range(
        (width, height) in (1..40_usize, 1..40_usize),
        pictures in 0..4_usize,
        alpha in 0.05..10.0_f64,
        seed: u64,
    ) {
        for mix in [Mix::Mixup, Mix::CutMix] {
            let batch = BatchMix { mix, alpha, probability: 1.0 };
            let plan = batch.draw(width, height, &mut rng_for(seed, 0, 0)).unwrap();
            prop_assert!((0.0..=1.0).contains(&plan.own_share), "{plan:?}");
            let mut numbers: Vec<f32> =
                (0..pictures * 3 * width * height).map(|at| (at * 37 % 256) as f32).collect();
            plan.mix(&mut numbers, 3, height, width);
            prop_assert!(numbers.iter().all(|value| (0.0..=255.0).contains(value)), "{plan:?}");
            let labels: Vec<u32> = (0..pictures as u32).collect();
            let soft = plan.soft_labels(&labels, 3);
            prop_assert!(soft.chunks(3).all(|row| row.iter().sum::<f32>() < 1.0 + 1e-6));
            prop_assert_eq!(plan.dominant_labels(&labels).len(), pictures);
            let of = |shift: u32| RgbImage::from_fn(width as u32, height as u32, |x, y| Rgb([x as u8, y as u8, shift as u8]));
            let (mut own, other) = (of(0), of(255));
            plan.mix_picture(&mut own, &other);
            prop_assert_eq!(own.dimensions(), other.dimensions());
            // Another size, as of a picture of another run, changes nothing and breaks nothing.
            plan.mix_picture(&mut own, &RgbImage::new(1, 77));
        }
    }
}
