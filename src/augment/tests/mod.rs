//! Tests of the room as a whole, and what they share.

mod geometry;
mod mixing;
mod noise;
mod pipelines;
mod properties;
mod torchvision;

use image::{Rgb, RgbImage};
use safetensors::SafeTensors;

use super::canvas::Canvas;
use super::geometry::{Chain, Stage};
use super::{Pipeline, Step, Transform};
use crate::base::{ImagoRng, rng_for};

fn rng() -> ImagoRng {
    rng_for(1, 2, 3)
}

/// A picture with slopes, edges and fine structure.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let disc = (f64::from(x) - f64::from(width) / 2.0).hypot(f64::from(y) - f64::from(height) / 2.0);
        let inside = disc < f64::from(width.min(height)) / 3.0;
        Rgb([
            (40 + x * 150 / width) as u8,
            if inside { 220 } else { 60 + (y * 90 / height) as u8 },
            ((x * y) % 97) as u8 + 50,
        ])
    })
}

/// The picture after some geometric steps.
fn through(picture: &RgbImage, stages: &[Stage]) -> RgbImage {
    let mut chain = Chain::new(picture.width(), picture.height());
    for stage in stages {
        chain.push(stage);
    }
    chain.render(picture).into_owned()
}

/// The picture after one transform, at whatever size that gives.
fn after(picture: &RgbImage, transform: &Transform, target: u32, rng: &mut ImagoRng) -> RgbImage {
    let mut canvas = Canvas::new(picture, target);
    transform.operation().run(&mut canvas, rng);
    canvas.pixels().clone()
}

/// Mean and largest difference of two pictures in levels of 255.
fn difference(a: &RgbImage, b: &RgbImage) -> (f64, u8) {
    assert_eq!(a.dimensions(), b.dimensions());
    let differences: Vec<u8> = a.as_raw().iter().zip(b.as_raw()).map(|(x, y)| x.abs_diff(*y)).collect();
    let mean = differences.iter().map(|d| f64::from(*d)).sum::<f64>() / differences.len() as f64;
    (mean, differences.into_iter().max().unwrap_or(0))
}

/// What PyTorch and torchvision made; see `torchvision.rs` for how.
struct Fixture(Vec<u8>);

impl Fixture {
    fn open() -> Fixture {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/augment.safetensors");
        Fixture(std::fs::read(path).unwrap())
    }

    fn picture(&self, name: &str) -> RgbImage {
        let all = SafeTensors::deserialize(&self.0).unwrap();
        let tensor = all.tensor(name).unwrap();
        let [height, width, 3] = tensor.shape() else { panic!("{name} is no picture") };
        RgbImage::from_raw(*width as u32, *height as u32, tensor.data().to_vec()).unwrap()
    }

    fn numbers(&self, name: &str) -> Vec<f32> {
        let all = SafeTensors::deserialize(&self.0).unwrap();
        let data = all.tensor(name).unwrap().data();
        data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    }

    fn labels(&self, name: &str) -> Vec<u32> {
        let all = SafeTensors::deserialize(&self.0).unwrap();
        let data = all.tensor(name).unwrap().data();
        data.chunks_exact(8).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    }
}

/// A pipeline of one step that is always applied.
fn only(transform: Transform) -> Pipeline {
    Pipeline::of_steps(vec![Step::new(transform).with_probability(1.0)])
}
