//! Top and bottom swapped.

use crate::augment::canvas::Canvas;
use crate::augment::geometry::Stage;
use crate::augment::params::{Adjustable, Param};
use crate::augment::transform::{About, Operation};
use crate::base::ImagoRng;

/// Top and bottom swapped. No parameters: the step's probability is the only setting.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct VerticalFlip {}

impl Adjustable for VerticalFlip {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        Vec::new()
    }
}

impl Operation for VerticalFlip {
    fn about(&self) -> About {
        About {
            name: "vertical-flip",
            title: "Vertical flip",
            explain: "Swaps top and bottom. It helps where up and down mean nothing, as for insects seen from above, and \
                      misleads where they do, as for landscapes or digits.",
            probability: 0.5,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, _rng: &mut ImagoRng) {
        let (width, height) = canvas.size();
        canvas.geometric(Stage::flip_vertical(width, height));
    }
}
