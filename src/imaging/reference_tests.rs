//! The transforms against values that torchvision and Pillow computed (`tests/fixtures`, or the folder in
//! `IMAGO_REFERENCE`). Errors are in units of 1/255 before normalisation.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use safetensors::SafeTensors;

use super::*;

/// The rows that the reference files keep of each 224×224 result.
const ROWS: [usize; 3] = [0, 100, 223];

fn reference_folder() -> PathBuf {
    std::env::var_os("IMAGO_REFERENCE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures"), PathBuf::from)
}

fn picture(height: u32, width: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb([((3 * x + 5 * y) % 256) as u8, ((x * y / 7) % 256) as u8, ((x ^ y) % 256) as u8])
    })
}

fn floats(file: &SafeTensors, name: &str) -> Vec<f32> {
    let bytes = file.tensor(name).unwrap().data();
    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

/// The reference rows of our result, (channel, row, x), normalised by `p`.
fn rows_of(img: &RgbImage, p: &Preprocess) -> Vec<f32> {
    assert_eq!(img.dimensions(), (224, 224));
    let mut planes = vec![0.0; 3 * 224 * 224];
    normalize_into(img, p, &mut planes);
    planes
        .chunks(224 * 224)
        .flat_map(|plane| ROWS.map(|row| &plane[row * 224..(row + 1) * 224]))
        .flatten()
        .copied()
        .collect()
}

/// Mean and largest difference in units of 1/255, normalisation undone.
fn difference(ours: &[f32], theirs: &[f32], p: &Preprocess) -> (f32, f32) {
    assert_eq!(ours.len(), theirs.len());
    let channel = ours.len() / 3;
    let errors: Vec<f32> = ours
        .iter()
        .zip(theirs)
        .enumerate()
        .map(|(index, (a, b))| (a - b).abs() * p.std[index / channel] * 255.0)
        .collect();
    (errors.iter().sum::<f32>() / errors.len() as f32, errors.iter().copied().fold(0.0, f32::max))
}

fn check(name: &str, ours: &RgbImage, theirs: &[f32], p: &Preprocess) {
    let (mean, max) = difference(&rows_of(ours, p), theirs, p);
    println!("{name}: mean {mean:.4}/255, max {max:.2}/255");
    assert!(mean <= 0.5 && max <= 2.0, "{name}: mean {mean}/255, max {max}/255");
}

#[test]
fn transforms_equal_the_reference_of_torchvision() {
    let bytes = std::fs::read(reference_folder().join("transforms.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let normal = Preprocess::default();
    let plain = Preprocess { mean: [0.0; 3], std: [1.0; 3], ..Preprocess::default() };
    check("val", &val_transform(&picture(375, 500), &normal), &floats(&file, "val.rows"), &normal);
    let area = CropRect { left: 60, top: 40, width: 260, height: 200 };
    check("crop", &resized_crop(&picture(375, 500), area, 224), &floats(&file, "crop.rows"), &plain);
    check("small", &val_transform(&picture(97, 131), &plain), &floats(&file, "small.rows"), &plain);

    for (name, img, p) in [
        ("val.mean", val_transform(&picture(375, 500), &normal), &normal),
        ("crop.mean", resized_crop(&picture(375, 500), area, 224), &plain),
        ("small.mean", val_transform(&picture(97, 131), &plain), &plain),
    ] {
        let mut planes = vec![0.0; 3 * 224 * 224];
        normalize_into(&img, p, &mut planes);
        let means: Vec<f32> =
            planes.chunks(224 * 224).map(|plane| plane.iter().sum::<f32>() / plane.len() as f32).collect();
        let (mean, max) = difference(&means, &floats(&file, name), p);
        assert!(mean <= 0.5 && max <= 0.5, "{name}: {mean}/255, {max}/255");
    }
}

#[test]
fn real_photographs_come_out_as_the_reference_of_pillow_and_torchvision() {
    let data = std::env::var_os("IMAGO_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from)
        .join("data/hymenoptera_data");
    let Ok(bytes) = std::fs::read(reference_folder().join("photos.safetensors")) else {
        println!("skipped: no photos.safetensors in the reference folder");
        return;
    };
    if !data.is_dir() {
        println!("SKIPPED-NO-SHARED: the photographs are not here ({})", data.display());
        return;
    }
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let p = Preprocess::default();
    for name in file.names() {
        let img = decode_file(&data.join(name.replace('|', "/"))).unwrap();
        check(name, &val_transform(&img, &p), &floats(&file, name), &p);
    }
}
