//! Whole pipelines: what they equal, what they say about themselves, that they are reproducible.

use super::*;
use crate::augment::ParamKind;
use crate::augment::transforms::{
    Brightness, Contrast, GaussianBlur, HorizontalFlip, RandomResizedCrop, Rotate, Scale, Translate,
};
use crate::imaging::{self, CropRect, Preprocess};

#[test]
fn the_recipe_is_a_resized_crop_and_sometimes_a_flip_to_the_bit() {
    let before = picture(300, 200);
    let recipe = Pipeline::preset("recipe").unwrap();
    let mut flipped = 0;
    for item in 0..20 {
        let (result, trace) = recipe.apply_traced(&before, 64, &mut rng_for(0, 0, item));
        let number = |name: &str| {
            let drawn = &trace.steps[0].drawn;
            drawn.iter().find(|(key, _)| *key == name).unwrap().1.to_string().parse::<u32>().unwrap()
        };
        let area =
            CropRect { left: number("left"), top: number("top"), width: number("width"), height: number("height") };
        let mut wanted = imaging::resized_crop(&before, area, 64);
        if trace.steps.len() == 2 {
            wanted = image::imageops::flip_horizontal(&wanted);
            flipped += 1;
        }
        assert_eq!(result, wanted);
        let kept = trace.kept_box();
        assert!((kept.0 - area.left as f32).abs() < 1e-3 && (kept.2 - area.width as f32).abs() < 1e-3);
        assert_eq!(trace.kept[0].0 > trace.kept[1].0, trace.steps.len() == 2);
    }
    assert!((4..=16).contains(&flipped), "{flipped} of 20 flipped");
}

#[test]
fn no_augmentation_is_the_transform_of_validation() {
    let none = Pipeline::preset("none").unwrap();
    for (width, height) in [(500, 375), (375, 500), (97, 131), (256, 256), (224, 224), (700, 300)] {
        let before = picture(width, height);
        let validation = imaging::val_transform(&before, &Preprocess::default());
        let (_, largest) = difference(&none.apply(&before, 224, &mut rng()), &validation);
        assert!(largest <= 1, "{width}x{height}: {largest}");
    }
}

#[test]
fn the_same_generator_gives_the_same_picture_and_trace() {
    let before = picture(120, 90);
    let all = Pipeline::of_steps(Transform::all().into_iter().map(|t| Step::new(t).with_probability(0.7)).collect());
    let (first, trace) = all.apply_traced(&before, 56, &mut rng_for(3, 4, 5));
    assert_eq!(all.apply(&before, 56, &mut rng_for(3, 4, 5)), first);
    assert_eq!(all.apply_traced(&before, 56, &mut rng_for(3, 4, 5)), (first.clone(), trace));
    assert_ne!(all.apply(&before, 56, &mut rng_for(3, 5, 5)), first);
}

#[test]
fn switching_one_step_off_leaves_the_draws_of_the_others() {
    let before = picture(120, 90);
    let mut pipeline = Pipeline::preset("strong").unwrap();
    let crop_of = |pipeline: &Pipeline| {
        let (_, trace) = pipeline.apply_traced(&before, 56, &mut rng_for(3, 4, 5));
        trace.steps.iter().find(|step| step.name == "random-resized-crop").unwrap().drawn.clone()
    };
    let with = crop_of(&pipeline);
    pipeline.steps[0].enabled = false;
    assert_eq!(crop_of(&pipeline), with);
    pipeline.steps.swap(0, 2);
    assert_eq!(crop_of(&pipeline), with);
}

#[test]
fn a_stepwise_preview_ends_with_the_result() {
    let before = picture(120, 90);
    let strong = Pipeline::preset("strong").unwrap();
    let steps = strong.apply_stepwise(&before, 56, &mut rng());
    assert_eq!(steps.last().unwrap().1, strong.apply(&before, 56, &mut rng()));
    assert!(steps.windows(2).all(|pair| pair[0].0 < pair[1].0));
}

#[test]
fn presets_know_their_names_and_own_pipelines_have_none() {
    assert_eq!(Pipeline::PRESETS, ["none", "recipe", "light", "strong", "insects-from-above"]);
    for name in Pipeline::PRESETS {
        assert_eq!(Pipeline::preset(name).unwrap().preset_name(), Some(*name));
    }
    let mut own = Pipeline::default();
    assert_eq!(own.preset_name(), Some("recipe"));
    own.steps[1].probability = 0.4;
    assert_eq!(own.preset_name(), None);
    assert!(Pipeline::preset("no such").is_none());
}

#[test]
fn colours_before_a_crop_give_the_same_as_after_it() {
    let before = picture(200, 150);
    let colour = Step::new(Transform::Brightness(Brightness { factor: [1.3, 1.3] }));
    let crop = Step::new(Transform::RandomResizedCrop(RandomResizedCrop { area: [0.3, 0.3], shape: [1.0, 1.0] }));
    let first = Pipeline::of_steps(vec![colour.clone(), crop.clone()]).apply(&before, 64, &mut rng());
    let last = Pipeline::of_steps(vec![crop, colour]).apply(&before, 64, &mut rng());
    assert!(difference(&first, &last).1 <= 1);
}

#[test]
fn a_border_colour_is_not_changed_by_colours_that_came_before_it() {
    let before = RgbImage::from_pixel(40, 40, Rgb([100; 3]));
    let colour = Step::new(Transform::Brightness(Brightness { factor: [2.0, 2.0] }));
    let mut turn = Rotate { degrees: [45.0, 45.0], ..Rotate::default() };
    (turn.border, turn.fill) = (crate::augment::Border::Constant, [10, 20, 30]);
    let crop = Step::new(Transform::RandomResizedCrop(RandomResizedCrop { area: [1.0, 1.0], shape: [1.0, 1.0] }));
    let turn = Step::new(Transform::Rotate(turn));
    let result = Pipeline::of_steps(vec![colour.clone(), turn.clone(), crop.clone()]).apply(&before, 40, &mut rng());
    assert_eq!(result.get_pixel(0, 0), &Rgb([10, 20, 30]));
    assert_eq!(result.get_pixel(20, 20), &Rgb([200; 3]));
    // No colour becomes this one when it is made half as bright.
    let darker = Step::new(Transform::Brightness(Brightness { factor: [0.5, 0.5] }));
    let mut bright = Rotate { degrees: [45.0, 45.0], ..Rotate::default() };
    (bright.border, bright.fill) = (crate::augment::Border::Constant, [200, 20, 30]);
    let steps = vec![darker, Step::new(Transform::Rotate(bright)), crop.clone()];
    let result = Pipeline::of_steps(steps).apply(&before, 40, &mut rng());
    assert_eq!((result.get_pixel(0, 0), result.get_pixel(20, 20)), (&Rgb([200, 20, 30]), &Rgb([50; 3])));
    let result = Pipeline::of_steps(vec![turn, crop, colour]).apply(&before, 40, &mut rng());
    assert_eq!(result.get_pixel(0, 0), &Rgb([20, 40, 60]));
}

#[test]
fn colours_between_geometric_steps_leave_one_resampling_pass() {
    let before = picture(200, 150);
    // By so little that no pixel changes: any difference would come from resampling twice.
    let almost = [1.0 - 1e-6, 1.0 + 1e-6];
    let colours = [
        Step::new(Transform::Contrast(Contrast { factor: almost })),
        Step::new(Transform::Brightness(Brightness { factor: almost })),
    ];
    let mut turn = Rotate { degrees: [20.0, 20.0], ..Rotate::default() };
    (turn.border, turn.fill) = (crate::augment::Border::Constant, [10, 20, 30]);
    let turn = Step::new(Transform::Rotate(turn));
    let crop = Step::new(Transform::RandomResizedCrop(RandomResizedCrop { area: [0.9, 0.9], shape: [1.0, 1.0] }));
    let alone = Pipeline::of_steps(vec![turn.clone(), crop.clone()]).apply(&before, 64, &mut rng());
    for colour in colours {
        let between = Pipeline::of_steps(vec![turn.clone(), colour.clone(), crop.clone()]);
        assert_eq!(between.apply(&before, 64, &mut rng()), alone);
        let first = Pipeline::of_steps(vec![colour.clone(), turn.clone(), crop.clone()]);
        assert_eq!(first.apply(&before, 64, &mut rng()), alone);
        // What was measured is what is used where no other geometric step follows, and where pixels are asked for.
        let last = Pipeline::of_steps(vec![turn.clone(), crop.clone(), colour.clone()]);
        assert_eq!(last.apply(&before, 64, &mut rng()), alone);
        let blur = Step::new(Transform::GaussianBlur(GaussianBlur::default())).with_probability(1.0);
        let blurred = Pipeline::of_steps(vec![crop.clone(), blur.clone()]).apply(&before, 64, &mut rng());
        let between = Pipeline::of_steps(vec![crop.clone(), colour, blur]).apply(&before, 64, &mut rng());
        assert_eq!(between, blurred);
    }
}

#[test]
fn the_middle_is_kept_more_often_than_a_corner() {
    let before = picture(300, 200);
    let traces = (0..300).map(|item| Pipeline::default().apply_traced(&before, 8, &mut rng_for(0, 0, item)).1);
    let kept = traces.map(|trace| [trace.keeps(150.0, 100.0), trace.keeps(16.0, 16.0)].map(u32::from));
    let [middle, corner] = kept.fold([0, 0], |sum, kept| [sum[0] + kept[0], sum[1] + kept[1]]);
    assert!(middle > 180 && corner + 60 < middle, "{middle} {corner}");
    let flip = Step::new(Transform::HorizontalFlip(HorizontalFlip {})).with_probability(1.0);
    let whole = Pipeline::of_steps(vec![flip]).apply_traced(&picture(100, 100), 224, &mut rng()).1;
    assert!([(10.0, 10.0), (50.0, 50.0), (90.0, 90.0)].into_iter().all(|(x, y)| whole.keeps(x, y)));
}

#[test]
fn corners_filled_by_a_turn_after_the_crop_do_not_count_as_kept() {
    let before = picture(300, 200);
    let crop = Step::new(Transform::RandomResizedCrop(RandomResizedCrop { area: [0.2, 0.2], shape: [1.0, 1.0] }));
    let turn = Step::new(Transform::Rotate(Rotate { degrees: [45.0, 45.0], ..Rotate::default() }));
    let (_, trace) = Pipeline::of_steps(vec![crop, turn]).apply_traced(&before, 64, &mut rng());
    // A square and the same turned by 45 degrees about its middle have an octagon of 2(√2 − 1) of its area in common.
    let octagon = 2.0 * (2.0_f32.sqrt() - 1.0);
    assert!((trace.real_share() - octagon).abs() < 1e-3, "{}", trace.real_share());
    assert!((trace.kept_share() - 0.2 * octagon).abs() < 2e-3, "{}", trace.kept_share());
    let (left, top, width, height) = trace.kept_box();
    assert!(trace.keeps(left + width / 2.0, top + height / 2.0));
    assert!(!trace.keeps(left + 1.0, top + 1.0), "a corner of the crop is turned out of the picture");
}

#[test]
fn a_shift_after_enlarging_fills_what_was_cut_away() {
    let before = picture(200, 200);
    let crop = Step::new(Transform::RandomResizedCrop(RandomResizedCrop { area: [1.0, 1.0], shape: [1.0, 1.0] }));
    let near = Step::new(Transform::Scale(Scale { factor: [2.0, 2.0], ..Scale::default() }));
    let shift =
        Step::new(Transform::Translate(Translate { across: [0.5, 0.5], down: [0.0, 0.0], ..Translate::default() }));
    let (_, trace) = Pipeline::of_steps(vec![crop, near, shift]).apply_traced(&before, 64, &mut rng());
    assert!((trace.real_share() - 0.5).abs() < 1e-4, "half of it is border: {}", trace.real_share());
    // Scaling keeps the middle quarter (50 to 150), the shift the left half of that.
    assert!((trace.kept_share() - 0.125).abs() < 1e-4, "{}", trace.kept_share());
    assert!(trace.keeps(60.0, 100.0) && !trace.keeps(30.0, 100.0) && !trace.keeps(110.0, 100.0));
}

#[test]
fn every_parameter_can_be_read_and_set_within_its_bounds() {
    for mut transform in Transform::all() {
        assert!(transform.explain().matches(['.', '!']).count() >= 2, "{}", transform.name());
        for spec in transform.params() {
            let ends: &[&str] = match spec.kind {
                ParamKind::Range { .. } => &[".low", ".high"],
                ParamKind::Color => &[".red", ".green", ".blue"],
                ParamKind::Measured { .. } => &[".0", ".1", ".2"],
                _ => &[""],
            };
            for end in ends {
                let name = format!("{}{end}", spec.name);
                let before = transform.get(&name);
                assert!(before.is_finite(), "{} {name}", transform.name());
                transform.set(&name, before);
                assert_eq!(transform.get(&name), before);
                transform.set(&name, f64::NAN);
                assert_eq!(transform.get(&name), before);
                transform.set(&name, 1e9);
                if let ParamKind::Number { max, .. } | ParamKind::Range { max, .. } = spec.kind {
                    assert_eq!(transform.get(&name), max);
                }
            }
            let held = Pipeline::of_steps(vec![Step::new(transform.clone())]);
            assert_eq!(Pipeline::from_toml(&held.to_toml()).unwrap(), held);
        }
        assert!(transform.get("no such").is_nan());
    }
}

#[test]
fn moving_one_end_of_a_range_past_the_other_takes_it_along() {
    let mut crop = Transform::by_name("random-resized-crop").unwrap();
    crop.set("area.high", 0.05);
    assert_eq!((crop.get("area.low"), crop.get("area.high")), (0.05, 0.05));
    crop.set("area.low", 0.5);
    assert_eq!((crop.get("area.low"), crop.get("area.high")), (0.5, 0.5));
}
