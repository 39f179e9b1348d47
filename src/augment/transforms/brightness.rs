//! Lighter or darker.

use crate::augment::canvas::Canvas;
use crate::augment::colour::ColorMap;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::base::ImagoRng;

/// Every channel times a factor, as torchvision's `adjust_brightness`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brightness {
    /// Factor, drawn evenly: 0 (black) to 3; 1 changes nothing.
    pub factor: [f64; 2],
}

impl Default for Brightness {
    fn default() -> Self {
        Self { factor: [0.6, 1.4] }
    }
}

impl Adjustable for Brightness {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const FACTOR: ParamSpec = ParamSpec::range("factor", "Factor", "×", (0.0, 3.0, 0.05, 2));
        vec![Param::range(FACTOR, &mut self.factor)]
    }
}

impl Operation for Brightness {
    fn about(&self) -> About {
        About {
            name: "brightness",
            title: "Brightness",
            explain: "Makes the picture lighter or darker. Clouds, shade and camera settings do the same, and none of them changes what is \
                      in the picture.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let factor = between(self.factor, rng);
        canvas.note("factor", factor);
        canvas.color(&ColorMap::towards(0.0, factor));
    }
}
