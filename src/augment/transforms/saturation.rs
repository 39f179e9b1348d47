//! Paler or more colourful.

use crate::augment::canvas::Canvas;
use crate::augment::colour::ColorMap;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::base::ImagoRng;

/// Every pixel is moved away from, or towards, its own grey, as torchvision's `adjust_saturation`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Saturation {
    /// Factor, drawn evenly: 0 (grey) to 3; 1 changes nothing.
    pub factor: [f64; 2],
}

impl Default for Saturation {
    fn default() -> Self {
        Self { factor: [0.6, 1.4] }
    }
}

impl Adjustable for Saturation {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const FACTOR: ParamSpec = ParamSpec::range("factor", "Factor", "×", (0.0, 3.0, 0.05, 2));
        vec![Param::range(FACTOR, &mut self.factor)]
    }
}

impl Operation for Saturation {
    fn about(&self) -> About {
        About {
            name: "saturation",
            title: "Saturation",
            explain: "Makes colours paler or stronger. Cameras differ in this more than in anything else, so the model should not rely on \
                      it.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let factor = between(self.factor, rng);
        canvas.note("factor", factor);
        canvas.color(&ColorMap::saturation(factor));
    }
}
