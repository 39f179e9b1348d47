//! Against torchvision on Pillow pictures, the same parameters. `tests/fixtures/augment.safetensors` was made by this script
//! (PyTorch 2.15.0, torchvision 0.29.2):
//!
//! ```python
//! import numpy as np, torch, torch.nn.functional as F
//! from PIL import Image
//! from safetensors.torch import save_file
//! from torchvision import transforms as T
//! from torchvision.transforms import functional as TF
//! from torchvision.transforms import v2
//! torch.manual_seed(0)
//! B = TF.InterpolationMode.BILINEAR
//! y, x = np.mgrid[0:56, 0:80].astype(np.float64)
//! r = 128 + 90 * np.sin(x / 9) * np.cos(y / 7)
//! g = 255 * ((x - 40) ** 2 / 900 + (y - 28) ** 2 / 400 < 1) * 0.6 + y
//! b = 200 - 2 * x + 30 * np.sin(x * y / 90)
//! picture = np.clip(np.stack([r, g, b], -1), 0, 255).astype(np.uint8)
//! p = Image.fromarray(picture)
//! out = {}
//! def put(name, image):
//!     out[name] = torch.from_numpy(np.array(image)).contiguous()
//! put('picture', p)
//! for degrees in (15.0, -40.5, 137.0):
//!     put(f'rotate.{degrees}', TF.rotate(p, degrees, B, fill=[10, 20, 30]))
//! for top, left, h, w in ((5, 10, 40, 60), (0, 0, 56, 80), (20, 30, 17, 13)):
//!     put(f'resized_crop.{top}.{left}.{h}.{w}', TF.resized_crop(p, top, left, h, w, [48, 48], B))
//! put('rotate_then_crop', TF.resized_crop(TF.rotate(p, 20.0, B, fill=[0, 0, 0]), 3, 2, 50, 70, [32, 32], B))
//! put('resize_center_crop', TF.center_crop(TF.resize(p, 32), 28))
//! put('affine', TF.affine(p, 0.0, [8, -5], 1.25, [12.0, -7.0], B, fill=[0, 0, 0]))
//! corners = [[0, 0], [80, 0], [80, 56], [0, 56]]
//! put('perspective', TF.perspective(p, corners, [[6, 4], [70, 9], [77, 50], [11, 53]], B, fill=[0, 0, 0]))
//! q = p.crop((10, 5, 58, 37))
//! put('small', q)
//! put('brightness.1.3', TF.adjust_brightness(q, 1.3))
//! put('contrast.0.6', TF.adjust_contrast(q, 0.6))
//! put('saturation.1.4', TF.adjust_saturation(q, 1.4))
//! put('grayscale', TF.rgb_to_grayscale(q, 3))
//! put('blur.1.2', TF.gaussian_blur(q, 11, 1.2))
//! share = np.linspace(0, 1, 1001)
//! for w, h in ((500, 375), (900, 200)):
//!     image = torch.zeros(3, h, w)
//!     draws = [T.RandomResizedCrop.get_params(image, [0.08, 1.0], [3 / 4, 4 / 3]) for _ in range(200_000)]
//!     area = np.array([a * c / (w * h) for _, _, a, c in draws]); shape = np.array([c / a for _, _, a, c in draws])
//!     out[f'rrc.{w}x{h}.area'] = torch.from_numpy(np.quantile(area, share)).float()
//!     out[f'rrc.{w}x{h}.shape'] = torch.from_numpy(np.quantile(shape, share)).float()
//! images, labels = torch.rand(4, 3, 8, 8), torch.tensor([2, 0, 1, 2])
//! mix = v2.MixUp(num_classes=3); cut = v2.CutMix(num_classes=3)
//! logits = torch.randn(4, 3)
//! lam = 0.3
//! mixed = mix.transform(images, {'labels': labels, 'batch_size': 4, 'lam': lam})
//! soft = mix._mixup_label(labels, lam=lam)
//! box = (2, 1, 7, 5); lam_cut = 1 - 5 * 4 / 64
//! cutted = cut.transform(images, {'labels': labels, 'batch_size': 4, 'box': box})
//! soft_cut = cut._mixup_label(labels, lam=lam_cut)
//! out |= {'mix.images': images, 'mix.labels': labels, 'mix.logits': logits, 'mixup.images': mixed, 'mixup.soft': soft,
//!         'mixup.loss': F.cross_entropy(logits, soft).reshape(1), 'cutmix.images': cutted, 'cutmix.soft': soft_cut,
//!         'cutmix.loss': F.cross_entropy(logits, soft_cut).reshape(1)}
//! save_file({k: v.contiguous() for k, v in out.items()}, 'tests/fixtures/augment.safetensors')
//! ```

use rand::{Rng, RngExt};

use super::*;
use crate::augment::Border;
use crate::augment::colour::{ColorMap, ColorStats};
use crate::augment::geometry::Filling;
use crate::augment::pipeline::step_rng;
use crate::augment::transforms::{RandomResizedCrop, gaussian_blur, hue, perspective, rotate, scale, shear, translate};

const BLACK: Filling = Filling { border: Border::Constant, color: [0; 3] };

fn assert_close(name: &str, ours: &RgbImage, mean_below: f64) {
    let (mean, largest) = difference(ours, &Fixture::open().picture(name));
    println!("{name}: mean {mean:.3}, largest {largest}");
    assert!(mean <= mean_below, "{name}: mean difference {mean}, largest {largest}");
}

#[test]
fn rotations_are_as_in_torchvision() {
    let before = Fixture::open().picture("picture");
    let filling = Filling { border: Border::Constant, color: [10, 20, 30] };
    for (name, degrees) in [("rotate.15.0", 15.0), ("rotate.-40.5", -40.5), ("rotate.137.0", 137.0)] {
        assert_close(name, &through(&before, &[rotate::stage(before.dimensions(), degrees, filling)]), 0.5);
    }
}

#[test]
fn resized_crops_are_as_in_torchvision() {
    let before = Fixture::open().picture("picture");
    for (top, left, height, width) in [(5, 10, 40, 60), (0, 0, 56, 80), (20, 30, 17, 13)] {
        let origin = (f64::from(left), f64::from(top));
        let stage = Stage::cut(origin, (f64::from(width), f64::from(height)), (48, 48));
        assert_close(&format!("resized_crop.{top}.{left}.{height}.{width}"), &through(&before, &[stage]), 0.5);
    }
}

#[test]
fn a_rotation_and_a_crop_in_one_pass_stay_close_to_torchvisions_two() {
    let before = Fixture::open().picture("picture");
    let stages = [rotate::stage(before.dimensions(), 20.0, BLACK), Stage::cut((2.0, 3.0), (70.0, 50.0), (32, 32))];
    assert_close("rotate_then_crop", &through(&before, &stages), 2.0);
}

#[test]
fn a_pipeline_without_a_crop_ends_as_torchvisions_resize_and_center_crop() {
    let before = Fixture::open().picture("picture");
    let none = Pipeline::preset("none").unwrap();
    assert_close("resize_center_crop", &none.apply(&before, 28, &mut rng()), 0.5);
}

#[test]
fn scaling_shearing_and_shifting_are_as_in_torchvision() {
    // torchvision's affine: first shear, then scale, then shift, and no border in between.
    let before = Fixture::open().picture("picture");
    let size = before.dimensions();
    let (slant, zoom, shift) = (
        shear::stage(size, 12.0, -7.0, BLACK),
        scale::stage(size, 1.25, BLACK),
        translate::stage(size, 8.0, -5.0, BLACK),
    );
    let map = slant.map.after(&zoom.map).after(&shift.map);
    assert_close("affine", &through(&before, &[Stage::within(size, map, BLACK)]), 1.0);
}

#[test]
fn perspective_is_as_in_torchvision() {
    let before = Fixture::open().picture("picture");
    let corners = [(6.0, 4.0), (70.0, 9.0), (77.0, 50.0), (11.0, 53.0)];
    assert_close("perspective", &through(&before, &[perspective::stage(before.dimensions(), corners, BLACK)]), 1.0);
}

#[test]
fn brightness_contrast_saturation_and_grayscale_are_as_in_torchvision() {
    let before = Fixture::open().picture("small");
    let grey = ColorStats::of(&before).mean_luma();
    for (name, map) in [
        ("brightness.1.3", ColorMap::towards(0.0, 1.3)),
        ("contrast.0.6", ColorMap::towards(grey, 0.6)),
        ("saturation.1.4", ColorMap::saturation(1.4)),
        ("grayscale", ColorMap::saturation(0.0)),
    ] {
        let mut picture = before.clone();
        map.apply(&mut picture);
        assert_close(name, &picture, 1.0);
    }
}

#[test]
fn hue_turns_red_to_green_and_leaves_grey_alone() {
    let turned = hue::map(120.0).color([200.0, 40.0, 40.0]);
    assert!(turned[1] > turned[0] && turned[1] > turned[2], "{turned:?}");
    let turned = hue::map(40.0).color([200.0, 40.0, 40.0]);
    assert!(turned[0] > turned[1] && turned[1] > turned[2], "red goes by way of orange: {turned:?}");
    for (value, wanted) in hue::map(77.0).color([90.0; 3]).into_iter().zip([90.0; 3]) {
        assert!((value - wanted).abs() < 0.01);
    }
    let mut picture = picture(9, 9);
    let before = picture.clone();
    hue::map(360.0).apply(&mut picture);
    assert!(difference(&picture, &before).1 <= 1);
}

#[test]
fn blur_is_as_in_torchvision() {
    let mut picture = Fixture::open().picture("small");
    gaussian_blur::blur(&mut picture, 1.2);
    assert_close("blur.1.2", &picture, 1.0);
}

/// Largest distance between the distribution of `draws` and that of which `quantiles` holds 1,001 even ones.
fn kolmogorov_smirnov(draws: &mut [f64], quantiles: &[f32]) -> f64 {
    draws.sort_by(f64::total_cmp);
    let n = draws.len() as f64;
    let steps = (quantiles.len() - 1) as f64;
    let share_below = |x: f64, or_equal: bool| {
        let count = quantiles.partition_point(|q| if or_equal { f64::from(*q) <= x } else { f64::from(*q) < x });
        let (Some(left), Some(right)) = (count.checked_sub(1).and_then(|i| quantiles.get(i)), quantiles.get(count))
        else {
            return if count == 0 { 0.0 } else { 1.0 };
        };
        let between = (x - f64::from(*left)) / f64::from(right - left).max(f64::MIN_POSITIVE);
        ((count - 1) as f64 + between.clamp(0.0, 1.0)) / steps
    };
    let mut largest = 0.0_f64;
    // Pictures have whole pixels, so values repeat: the two are compared before and after each group of equal ones.
    let mut i = 0;
    while i < draws.len() {
        let x = draws[i];
        let next = draws.partition_point(|other| *other <= x);
        largest = largest.max((next as f64 / n - share_below(x + 1e-7, true)).abs());
        largest = largest.max((i as f64 / n - share_below(x - 1e-7, false)).abs());
        i = next;
    }
    largest
}

#[test]
fn areas_and_shapes_of_10000_crops_are_distributed_as_torchvisions() {
    let fixture = Fixture::open();
    let crop = RandomResizedCrop::default();
    for (width, height) in [(500, 375), (900, 200)] {
        let whole = f64::from(width) * f64::from(height);
        let mut sums = [0.0; 2];
        for seed in 0..10 {
            // As in use: every picture of an epoch has a generator of its own.
            let windows: Vec<_> = (0..10_000)
                .map(|item| {
                    let mut own = step_rng(rng_for(seed, 1, item).next_u64(), "random-resized-crop", 0);
                    let _chance: f64 = own.random();
                    crop.draw(width, height, &mut own)
                })
                .collect();
            let areas = windows.iter().map(|w| f64::from(w.width) * f64::from(w.height) / whole).collect();
            let shapes = windows.iter().map(|w| f64::from(w.width) / f64::from(w.height)).collect();
            let draws: [Vec<f64>; 2] = [areas, shapes];
            for ((sum, what), mut draws) in sums.iter_mut().zip(["area", "shape"]).zip(draws) {
                let quantiles = fixture.numbers(&format!("rrc.{width}x{height}.{what}"));
                let distance = kolmogorov_smirnov(&mut draws, &quantiles);
                println!("{width}x{height} {what}, seed {seed}: distance {distance:.4}");
                // A true match is beyond this in one of two thousand draws of ten thousand.
                assert!(distance < 0.02 + 0.001, "{width}x{height} {what}, seed {seed}: {distance}");
                *sum += distance;
            }
        }
        // Under a true match the distance has the mean 0.8687/√n and the deviation 0.2603/√n (Kolmogorov's distribution);
        // a mean of ten is within three deviations of that, and the quantiles may add a thousandth.
        let bound = (0.8687 + 3.0 * 0.2603 / 10.0_f64.sqrt()) / 100.0 + 0.001;
        assert!(sums.iter().all(|sum| sum / 10.0 < bound), "{width}x{height}: {sums:?} against {bound}");
    }
}

#[test]
fn the_test_of_distributions_refuses_a_crop_that_draws_a_little_otherwise() {
    let quantiles = Fixture::open().numbers("rrc.500x375.area");
    let crop = RandomResizedCrop { area: [0.12, 1.0], ..RandomResizedCrop::default() };
    let mut rng = rng();
    let windows = (0..10_000).map(|_| crop.draw(500, 375, &mut rng));
    let mut areas: Vec<f64> = windows.map(|w| f64::from(w.width * w.height) / 187_500.0).collect();
    assert!(kolmogorov_smirnov(&mut areas, &quantiles) > 0.021);
}
