//! Flips, turns, borders and composition.

use super::*;
use crate::augment::Border;
use crate::augment::geometry::{Filling, Map};
use crate::augment::transforms::{
    Brightness, Contrast, Crop, GaussianBlur, GaussianNoise, Hue, Perspective, RandomErasing, RandomResizedCrop,
    Rotate, SaltAndPepper, Saturation, Scale, SeasonAndLight, Shear, Translate, rotate, scale, translate,
};

const BLACK: Filling = Filling { border: Border::Constant, color: [0; 3] };

#[test]
fn flips_are_their_own_inverse() {
    let before = picture(37, 21);
    for flip in [Stage::flip_horizontal(37, 21), Stage::flip_vertical(37, 21)] {
        let once = through(&before, &[flip]);
        assert_ne!(once, before);
        assert_eq!(through(&once, &[flip]), before);
        assert_eq!(through(&before, &[flip, flip]), before);
    }
    let mirrored = through(&before, &[Stage::flip_horizontal(37, 21)]);
    assert_eq!(mirrored, image::imageops::flip_horizontal(&before));
    let upside_down = through(&before, &[Stage::flip_vertical(37, 21)]);
    assert_eq!(upside_down, image::imageops::flip_vertical(&before));
}

#[test]
fn four_quarter_turns_are_the_identity() {
    let before = picture(37, 21);
    let (lying, standing) = (Stage::quarter_turn(37, 21), Stage::quarter_turn(21, 37));
    let once = through(&before, &[lying]);
    // image's `rotate270` turns clockwise by 270 degrees, which is a quarter turn anticlockwise.
    assert_eq!(once, image::imageops::rotate270(&before));
    assert_eq!(through(&before, &[lying, standing]), image::imageops::rotate180(&before));
    assert_eq!(through(&before, &[lying, standing, lying]), image::imageops::rotate90(&before));
    assert_eq!(through(&before, &[lying, standing, lying, standing]), before);
    let mut step_by_step = before.clone();
    for stage in [lying, standing, lying, standing] {
        step_by_step = through(&step_by_step, &[stage]);
    }
    assert_eq!(step_by_step, before);
}

#[test]
fn identity_parameters_change_nothing() {
    let before = picture(48, 48);
    let border = Border::Wrap;
    let fill = [9; 3];
    let identities = [
        Transform::RandomResizedCrop(RandomResizedCrop { area: [1.0, 1.0], shape: [1.0, 1.0] }),
        Transform::Crop(Crop { side: [1.0, 1.0] }),
        Transform::Rotate(Rotate { degrees: [0.0, 0.0], border, fill }),
        Transform::Scale(Scale { factor: [1.0, 1.0], border, fill }),
        Transform::Translate(Translate { across: [0.0, 0.0], down: [0.0, 0.0], border, fill }),
        Transform::Shear(Shear { across: [0.0, 0.0], down: [0.0, 0.0], border, fill }),
        Transform::Perspective(Perspective { distortion: [0.0, 0.0], border, fill }),
        Transform::Brightness(Brightness { factor: [1.0, 1.0] }),
        Transform::Contrast(Contrast { factor: [1.0, 1.0] }),
        Transform::Saturation(Saturation { factor: [1.0, 1.0] }),
        Transform::Hue(Hue { degrees: [0.0, 0.0] }),
        Transform::SeasonAndLight(SeasonAndLight { strength: [0.0, 0.0], ..SeasonAndLight::default() }),
        Transform::GaussianBlur(GaussianBlur { sigma: [0.0, 0.0] }),
        Transform::GaussianNoise(GaussianNoise { deviation: [0.0, 0.0], colored: true }),
        Transform::SaltAndPepper(SaltAndPepper { amount: [0.0, 0.0], salt: 0.5 }),
        Transform::RandomErasing(RandomErasing { area: [0.0, 0.0], ..RandomErasing::default() }),
    ];
    for transform in identities {
        assert_eq!(after(&before, &transform, 48, &mut rng()), before, "{}", transform.name());
    }
}

/// A row of four pixels a b c d = 10 20 30 40, moved by `shift` pixels to the right; `k` = 99 is the border's colour.
fn shifted(shift: f64, border: Border, upright: bool) -> Vec<u8> {
    let (width, height) = if upright { (1, 4) } else { (4, 1) };
    let row = RgbImage::from_fn(width, height, |x, y| Rgb([10 * (1 + x + y) as u8; 3]));
    let (x, y) = if upright { (0.0, shift) } else { (shift, 0.0) };
    let filling = Filling { border, color: [99; 3] };
    through(&row, &[translate::stage((width, height), x, y, filling)]).pixels().map(|pixel| pixel.0[0]).collect()
}

#[test]
fn every_border_is_as_worked_out_by_hand() {
    let cases: [(Border, [u8; 4], [u8; 4]); 5] = [
        // Moved by two to the right and by three to the left.
        (Border::Constant, [99, 99, 10, 20], [40, 99, 99, 99]),
        (Border::Edge, [10, 10, 10, 20], [40, 40, 40, 40]),
        (Border::Reflect, [30, 20, 10, 20], [40, 30, 20, 10]),
        (Border::Symmetric, [20, 10, 10, 20], [40, 40, 30, 20]),
        (Border::Wrap, [30, 40, 10, 20], [40, 10, 20, 30]),
    ];
    for (border, right, left) in cases {
        for upright in [false, true] {
            assert_eq!(shifted(2.0, border, upright), right, "{border:?}, upright: {upright}");
            assert_eq!(shifted(-3.0, border, upright), left, "{border:?}, upright: {upright}");
        }
    }
}

#[test]
fn half_a_pixel_mixes_two_neighbours_across_the_border() {
    // Between d and what follows it: edge d, reflect c, symmetric d, wrap a.
    let last = |border| shifted(-0.5, border, false)[3];
    assert_eq!(last(Border::Edge), 40);
    assert_eq!(last(Border::Reflect), 35);
    assert_eq!(last(Border::Symmetric), 40);
    assert_eq!(last(Border::Wrap), 25);
}

#[test]
fn a_border_of_one_step_is_kept_through_the_next() {
    // Black from the first shift, then mirrored by the second: k k a b → a k k a.
    let row = RgbImage::from_fn(4, 1, |x, _| Rgb([10 * (1 + x) as u8; 3]));
    let first = translate::stage((4, 1), 2.0, 0.0, Filling { border: Border::Constant, color: [99; 3] });
    let second = translate::stage((4, 1), 1.0, 0.0, Filling { border: Border::Symmetric, color: [0; 3] });
    let reds: Vec<u8> = through(&row, &[first, second]).pixels().map(|pixel| pixel.0[0]).collect();
    assert_eq!(reds, [99, 99, 99, 10]);
    let third = translate::stage((4, 1), -3.0, 0.0, Filling { border: Border::Reflect, color: [0; 3] });
    let reds: Vec<u8> = through(&row, &[first, third]).pixels().map(|pixel| pixel.0[0]).collect();
    assert_eq!(reds, [20, 10, 99, 99]);
}

#[test]
fn there_and_back_is_one_pass_that_changes_nothing() {
    let before = picture(40, 40);
    let size = (40, 40);
    let stages = [scale::stage(size, 2.0, BLACK), scale::stage(size, 0.5, BLACK)];
    // The second looks beyond the first's result, so its border stays black; the middle is as it was, not blurred.
    let result = through(&before, &stages);
    assert!((11..29).all(|i| result.get_pixel(i, i) == before.get_pixel(i, i)));
    assert_eq!(result.get_pixel(2, 2), &Rgb([0; 3]));
}

#[test]
fn a_crop_after_a_rotation_is_one_map_where_nothing_is_looked_for_outside() {
    let size = (200, 150);
    let mut chain = Chain::new(200, 150);
    chain.push(&rotate::stage(size, 25.0, BLACK));
    chain.push(&Stage::cut((80.0, 60.0), (40.0, 30.0), (40, 30)));
    let before = picture(200, 150);
    let composed = chain.render(&before).into_owned();
    let in_two = through(
        &through(&before, &[rotate::stage(size, 25.0, BLACK)]),
        &[Stage::cut((80.0, 60.0), (40.0, 30.0), (40, 30))],
    );
    assert_eq!(composed, in_two);
}

#[test]
fn one_pass_for_many_steps_stays_close_to_many_passes_and_is_sharper_than_them() {
    let before = picture(160, 120);
    let size = (160, 120);
    let filling = Filling { border: Border::Edge, color: [0; 3] };
    let turns = vec![rotate::stage(size, 5.0, filling); 6];
    let at_once = through(&before, &turns);
    let directly = through(&before, &[rotate::stage(size, 30.0, filling)]);
    let middle = |picture: &RgbImage| image::imageops::crop_imm(picture, 50, 30, 60, 60).to_image();
    assert!(difference(&middle(&at_once), &middle(&directly)).1 <= 1);
    let step_by_step = turns.iter().fold(before, |picture, turn| through(&picture, &[*turn]));
    assert!(difference(&middle(&step_by_step), &middle(&directly)).0 > 1.0);
}

#[test]
fn a_shrinking_warp_is_as_smooth_as_an_antialiased_resize() {
    // A checkerboard seen at a fifth must become even grey; plain bilinear sampling would show moiré.
    let board = RgbImage::from_fn(300, 300, |x, y| Rgb([if (x + y) % 2 == 0 { 255 } else { 0 }; 3]));
    let map = Map::linear_about((150.0, 150.0), [1.0, -0.2], [0.2, 1.0]);
    let turned = Stage::within((300, 300), map, BLACK);
    let result = through(&board, &[turned, Stage::cut((50.0, 50.0), (200.0, 200.0), (40, 40))]);
    assert!(result.pixels().all(|pixel| pixel.0[0].abs_diff(127) < 12), "{:?}", result.pixels().map(|p| p.0[0]).max());
}
