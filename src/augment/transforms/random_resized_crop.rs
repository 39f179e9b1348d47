//! A random part of the picture, of random area and shape, stretched to the training size: torchvision's
//! `RandomResizedCrop`, drawn in the same way.

use rand::RngExt;

use crate::augment::canvas::Canvas;
use crate::augment::geometry::Stage;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::{between, log_between};
use crate::base::ImagoRng;

/// A random part of the picture, stretched to the training size (Szegedy et al., "Going deeper with convolutions", 2014).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandomResizedCrop {
    /// Share of the picture's area that is kept, drawn evenly: 0.01 to 1. The recipe has 0.08 to 1.
    pub area: [f64; 2],
    /// Width divided by height of the part, drawn evenly on a logarithmic scale: 0.25 to 4. The recipe has 3/4 to 4/3.
    pub shape: [f64; 2],
}

impl Default for RandomResizedCrop {
    fn default() -> Self {
        Self { area: [0.08, 1.0], shape: [3.0 / 4.0, 4.0 / 3.0] }
    }
}

/// A rectangle of whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Distance from the left edge.
    pub left: u32,
    /// Distance from the upper edge.
    pub top: u32,
    /// Width, at least 1.
    pub width: u32,
    /// Height, at least 1.
    pub height: u32,
}

impl RandomResizedCrop {
    /// Draws the part to keep of a picture of `width` × `height`, exactly as `RandomResizedCrop.get_params` of torchvision
    /// 0.29 does: ten tries with even area and log-even shape, then the largest middle part of an allowed shape.
    pub fn draw(&self, width: u32, height: u32, rng: &mut ImagoRng) -> Window {
        let (w, h) = (f64::from(width), f64::from(height));
        for _ in 0..10 {
            let area = w * h * between(self.area, rng);
            let shape = log_between(self.shape, rng);
            // Python's `round` takes halves to the even neighbour.
            let (part_w, part_h) = ((area * shape).sqrt().round_ties_even(), (area / shape).sqrt().round_ties_even());
            if part_w > 0.0 && part_w <= w && part_h > 0.0 && part_h <= h {
                let (part_w, part_h) = (part_w as u32, part_h as u32);
                let top = rng.random_range(0..=height - part_h);
                let left = rng.random_range(0..=width - part_w);
                return Window { left, top, width: part_w, height: part_h };
            }
        }
        let shape = w / h;
        let (part_w, part_h) = if shape < self.shape[0] {
            (width, (w / self.shape[0]).round_ties_even() as u32)
        } else if shape > self.shape[1] {
            ((h * self.shape[1]).round_ties_even() as u32, height)
        } else {
            (width, height)
        };
        let (part_w, part_h) = (part_w.clamp(1, width), part_h.clamp(1, height));
        Window { left: (width - part_w) / 2, top: (height - part_h) / 2, width: part_w, height: part_h }
    }
}

impl Adjustable for RandomResizedCrop {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const AREA: ParamSpec = ParamSpec::range("area", "Area kept", "%", (0.01, 1.0, 0.01, 0));
        const SHAPE: ParamSpec = ParamSpec::range("shape", "Shape (width : height)", "", (0.25, 4.0, 0.01, 2));
        vec![Param::range(AREA, &mut self.area), Param::range(SHAPE, &mut self.shape)]
    }
}

impl Operation for RandomResizedCrop {
    fn about(&self) -> About {
        About {
            name: "random-resized-crop",
            title: "Random resized crop",
            explain: "Cuts out a random part of the picture and stretches it to the size the model works with. The model \
                      meets its subject at many sizes and places, whole and in part, so it can't learn by heart where things are.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let (width, height) = canvas.size();
        let part = self.draw(width, height, rng);
        canvas.note("left", f64::from(part.left));
        canvas.note("top", f64::from(part.top));
        canvas.note("width", f64::from(part.width));
        canvas.note("height", f64::from(part.height));
        let target = canvas.target();
        let origin = (f64::from(part.left), f64::from(part.top));
        canvas.geometric(Stage::cut(origin, (f64::from(part.width), f64::from(part.height)), (target, target)));
        canvas.set_sized();
    }
}
