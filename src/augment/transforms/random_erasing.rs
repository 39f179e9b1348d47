//! A rectangle covered up.

use image::RgbImage;
use rand::{Rng, RngExt};

use crate::augment::canvas::Canvas;
use crate::augment::colour::ColorStats;
use crate::augment::params::choice;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::augment::transforms::draw::log_between;
use crate::base::ImagoRng;

/// What an erased rectangle is filled with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Eraser {
    /// The picture's mean colour.
    #[default]
    Mean,
    /// Black.
    Black,
    /// Random colours, every pixel another.
    Noise,
}

choice!(Eraser { Mean = "mean", Black = "black", Noise = "noise" });

/// A random rectangle is covered up (Zhong et al., "Random erasing data augmentation", 2017), drawn as torchvision's
/// `RandomErasing` does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomErasing {
    /// Share of the area that is covered, drawn evenly: 0 to 0.9.
    pub area: [f64; 2],
    /// Height divided by width of the rectangle, drawn evenly on a logarithmic scale: 0.1 to 10.
    pub shape: [f64; 2],
    /// What covers it.
    pub fill: Eraser,
}

impl Default for RandomErasing {
    fn default() -> Self {
        Self { area: [0.02, 0.33], shape: [0.3, 3.3], fill: Eraser::Mean }
    }
}

impl RandomErasing {
    /// Left, top, width and height of the rectangle; `None` where ten tries gave none that fits.
    fn draw(&self, width: u32, height: u32, rng: &mut ImagoRng) -> Option<[u32; 4]> {
        let (w, h) = (f64::from(width), f64::from(height));
        for _ in 0..10 {
            let area = w * h * between(self.area, rng);
            let shape = log_between(self.shape, rng);
            let (part_h, part_w) = ((area * shape).sqrt().round_ties_even(), (area / shape).sqrt().round_ties_even());
            if part_h < h && part_w < w {
                let (part_w, part_h) = (part_w as u32, part_h as u32);
                let top = rng.random_range(0..=height - part_h);
                let left = rng.random_range(0..=width - part_w);
                return Some([left, top, part_w, part_h]);
            }
        }
        None
    }
}

fn erase(picture: &mut RgbImage, [left, top, width, height]: [u32; 4], fill: Eraser, rng: &mut ImagoRng) {
    let color = match fill {
        Eraser::Mean => ColorStats::of(picture).mean.map(|channel| channel.round().clamp(0.0, 255.0) as u8),
        Eraser::Black | Eraser::Noise => [0; 3],
    };
    let stride = 3 * picture.width() as usize;
    let (from, to) = (3 * left as usize, 3 * (left + width) as usize);
    let rows = picture.as_flat_samples_mut().samples.chunks_exact_mut(stride);
    for row in rows.skip(top as usize).take(height as usize) {
        let Some(part) = row.get_mut(from..to) else { continue };
        if fill == Eraser::Noise {
            rng.fill_bytes(part);
        } else {
            for pixel in part.chunks_exact_mut(3) {
                pixel.copy_from_slice(&color);
            }
        }
    }
}

impl Adjustable for RandomErasing {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const AREA: ParamSpec = ParamSpec::range("area", "Area covered", "%", (0.0, 0.9, 0.01, 0));
        const SHAPE: ParamSpec = ParamSpec::range("shape", "Shape (height : width)", "", (0.1, 10.0, 0.1, 1));
        vec![
            Param::range(AREA, &mut self.area),
            Param::range(SHAPE, &mut self.shape),
            Param::choice("fill", "Covered with", &mut self.fill),
        ]
    }
}

impl Operation for RandomErasing {
    fn about(&self) -> About {
        About {
            name: "random-erasing",
            title: "Random erasing",
            explain: "Covers a random rectangle. Leaves and fingers hide parts of things too, so the model has to know its \
                      subject by more than one mark.",
            probability: 0.5,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let (width, height) = canvas.size();
        let Some(part) = self.draw(width, height, rng) else { return };
        for (name, value) in ["left", "top", "width", "height"].into_iter().zip(part) {
            canvas.note(name, f64::from(value));
        }
        if part[2] > 0 && part[3] > 0 {
            canvas.note_covered(part);
            erase(canvas.pixels(), part, self.fill, rng);
        }
    }
}
