//! That copies of a photograph are told from other photographs, measured on real ones.

use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{crop_imm, flip_vertical};

use super::*;
use crate::imaging::decode_file;

/// Copies are made of every eighth photograph. (Of all 397, at least 99.5 % of the copies of each kind are found, and 98.5 % of those
/// that lack a hundredth at each side.)
const SAMPLED: usize = 8;

/// The photographs, or none where they are not at hand.
fn photographs() -> Option<Vec<(PathBuf, RgbImage)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hymenoptera_data");
    if !folder.is_dir() {
        println!("SKIPPED-NO-SHARED: {} is not there", folder.display());
        return None;
    }
    let files = walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap().into_path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    Some(files.map(|path| (path.clone(), decode_file(&path).unwrap())).collect())
}

fn encoded_again(picture: &RgbImage, quality: u8) -> RgbImage {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).unwrap();
    decode_bytes(&bytes).unwrap()
}

fn scaled(picture: &RgbImage, factor: f32) -> RgbImage {
    let side = |side: u32| ((side as f32 * factor).round() as u32).max(1);
    resize(picture, side(picture.width()), side(picture.height()))
}

fn brighter(picture: &RgbImage, by: i16) -> RgbImage {
    let mut picture = picture.clone();
    picture
        .pixels_mut()
        .flat_map(|pixel| &mut pixel.0)
        .for_each(|value| *value = (i16::from(*value) + by).clamp(0, 255) as u8);
    picture
}

#[test]
fn measured_on_photographs() {
    let Some(photographs) = photographs() else { return };
    let eye = Eye::new();
    let own: Vec<Look> = photographs.iter().map(|(_, picture)| eye.looks(&shrunk(picture)).unwrap()[0]).collect();
    type Variant = (&'static str, fn(&RgbImage) -> RgbImage);
    let variants: [Variant; 8] = [
        ("quality 50", |picture| encoded_again(picture, 50)),
        ("quality 20", |picture| encoded_again(picture, 20)),
        ("half", |picture| scaled(picture, 0.5)),
        ("a fifth", |picture| scaled(picture, 0.2)),
        ("half, quality 50", |picture| encoded_again(&scaled(picture, 0.5), 50)),
        ("squashed", |picture| resize(picture, 224, 224)),
        ("brighter", |picture| brighter(picture, 20)),
        ("2 % cropped", |picture| {
            let (w, h) = picture.dimensions();
            crop_imm(picture, w / 100, h / 100, w - w / 50, h - h / 50).to_image()
        }),
    ];
    for (name, change) in variants {
        let some = photographs.iter().zip(&own).step_by(SAMPLED);
        let all = some.clone().count();
        let found = some.filter(|((_, picture), own)| {
            let changed = change(picture);
            own.is_like(&eye.looks(&shrunk(&changed)).unwrap()[0])
        });
        let share = found.count() as f32 / all as f32;
        let least = if name == "2 % cropped" { 0.9 } else { 0.95 };
        assert!(share >= least, "{name}: {share}");
    }
}

#[test]
fn different_photographs_are_told_apart_and_mirror_images_are_found() {
    let Some(photographs) = photographs() else { return };
    let eye = Eye::new();
    let looks: Vec<[Look; 2]> = photographs.iter().map(|(_, picture)| eye.looks(&shrunk(picture)).unwrap()).collect();
    for a in 0..looks.len() {
        for b in 0..a {
            let is_like = looks[b].iter().any(|look| looks[a][0].is_like(look));
            assert!(!is_like, "{} and {}", photographs[a].0.display(), photographs[b].0.display());
        }
    }
    for ((path, picture), own) in photographs.iter().zip(&looks).step_by(16) {
        let mirrored = eye.looks(&shrunk(&encoded_again(&flip_horizontal(picture), 80))).unwrap();
        assert!(own[1].is_like(&mirrored[0]), "{}", path.display());
        // Turned and upside down it is another picture.
        assert!(!own[0].is_like(&eye.looks(&shrunk(&flip_vertical(picture))).unwrap()[0]), "{}", path.display());
    }
}

#[test]
fn a_picture_that_differs_in_colour_alone_is_not_blank_but_has_no_look() {
    let eye = Eye::new();
    let of = |at: fn(u32) -> [u8; 3]| shrunk(&RgbImage::from_fn(64, 64, |x, _| image::Rgb(at(x))));
    // Both are as bright as each other.
    let colours = of(|x| if x < 32 { [118, 60, 60] } else { [60, 78, 60] });
    assert!(!is_blank(&colours) && eye.looks(&colours).is_none());
    let nearly_flat = of(|x| [200, 100 + (x / 16) as u8, 50]);
    assert!(is_blank(&nearly_flat) && eye.looks(&nearly_flat).is_none());
    let shaded = of(|x| [(x * 2) as u8; 3]);
    assert!(!is_blank(&shaded) && eye.looks(&shaded).is_some());
}
