//! A random part of the picture, in the picture's own shape.

use rand::RngExt;

use crate::augment::canvas::Canvas;
use crate::augment::geometry::Stage;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::base::ImagoRng;

/// A random part with the picture's own shape, at a random place. Unlike a random resized crop it distorts nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop {
    /// Share of the width, and of the height, that is kept, drawn evenly: 0.05 to 1.
    pub side: [f64; 2],
}

impl Default for Crop {
    fn default() -> Self {
        Self { side: [0.7, 1.0] }
    }
}

impl Adjustable for Crop {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const SIDE: ParamSpec = ParamSpec::range("side", "Side kept", "%", (0.05, 1.0, 0.01, 0));
        vec![Param::range(SIDE, &mut self.side)]
    }
}

impl Operation for Crop {
    fn about(&self) -> About {
        About {
            name: "crop",
            title: "Crop",
            explain: "Cuts out a random part in the shape of the picture and distorts nothing. The subject moves about in the \
                      frame and may be cut at its edge, as in real photographs.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let (width, height) = canvas.size();
        let share = between(self.side, rng);
        let part = |length: u32| ((f64::from(length) * share).round() as u32).clamp(1, length);
        let (part_w, part_h) = (part(width), part(height));
        let left = rng.random_range(0..=width - part_w);
        let top = rng.random_range(0..=height - part_h);
        canvas.note("left", f64::from(left));
        canvas.note("top", f64::from(top));
        canvas.note("width", f64::from(part_w));
        canvas.note("height", f64::from(part_h));
        let origin = (f64::from(left), f64::from(top));
        canvas.geometric(Stage::cut(origin, (f64::from(part_w), f64::from(part_h)), (part_w, part_h)));
    }
}
