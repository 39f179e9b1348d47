//! Flatter or harsher.

use crate::augment::canvas::Canvas;
use crate::augment::colour::ColorMap;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::base::ImagoRng;

/// Every channel is moved away from, or towards, the picture's mean grey, as torchvision's `adjust_contrast`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// Factor, drawn evenly: 0 (all grey) to 3; 1 changes nothing.
    pub factor: [f64; 2],
}

impl Default for Contrast {
    fn default() -> Self {
        Self { factor: [0.6, 1.4] }
    }
}

impl Adjustable for Contrast {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const FACTOR: ParamSpec = ParamSpec::range("factor", "Factor", "×", (0.0, 3.0, 0.05, 2));
        vec![Param::range(FACTOR, &mut self.factor)]
    }
}

impl Operation for Contrast {
    fn about(&self) -> About {
        About {
            name: "contrast",
            title: "Contrast",
            explain: "Draws light and dark apart or brings them together. Haze flattens a photograph and hard sun does the opposite, so the \
                      model should cope with both.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let factor = between(self.factor, rng);
        canvas.note("factor", factor);
        if self.factor == [1.0, 1.0] {
            return;
        }
        let grey = canvas.color_stats().mean_luma();
        canvas.color(&ColorMap::towards(grey, factor));
    }
}
