//! That copies of a photograph are told from other photographs, measured on real ones.

use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{crop_imm, flip_vertical, rotate90};

use super::*;
use crate::imaging::decode_file;

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
    let own: Vec<Look> = photographs.iter().map(|(_, picture)| eye.looks(picture).unwrap()[0]).collect();
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
        let mut distances = Vec::new();
        for ((_, picture), own) in photographs.iter().zip(&own) {
            distances.push(own.distance(&eye.looks(&change(picture)).unwrap()[0]));
        }
        let mut c: Vec<u32> = distances.iter().map(|d| d.0).collect();
        c.sort();
        let mut f: Vec<u32> = distances.iter().map(|d| d.1).collect();
        f.sort();
        println!(
            "{name}: coarse p50 {} p95 {} p99 {} max {}; fine p50 {} p95 {} p99 {} max {}",
            c[c.len() / 2],
            c[c.len() * 95 / 100],
            c[c.len() * 99 / 100],
            c[c.len() - 1],
            f[f.len() / 2],
            f[f.len() * 95 / 100],
            f[f.len() * 99 / 100],
            f[f.len() - 1]
        );
    }
    let mut pairs = Vec::new();
    for a in 0..own.len() {
        for b in 0..a {
            let (c, f) = own[a].distance(&own[b]);
            pairs.push((c, f, a, b));
            let m = eye.looks(&photographs[a].1);
            let _ = m;
        }
        if a > 400 {
            break;
        }
    }
    pairs.sort();
    for (c, f, a, b) in pairs.iter().take(30) {
        println!("{c} {f} {} {}", photographs[*a].0.display(), photographs[*b].0.display());
    }
    pairs.sort_by_key(|p| p.1);
    for (c, f, a, b) in pairs.iter().take(30) {
        println!("by fine {c} {f} {} {}", photographs[*a].0.display(), photographs[*b].0.display());
    }
}
