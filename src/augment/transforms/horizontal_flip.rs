//! Left and right swapped.

use crate::augment::canvas::Canvas;
use crate::augment::geometry::Stage;
use crate::augment::params::{Adjustable, Param};
use crate::augment::transform::{About, Operation};
use crate::base::ImagoRng;

/// Left and right swapped. No parameters: the step's probability is the only setting (0.5 in the recipe).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HorizontalFlip {}

impl Adjustable for HorizontalFlip {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        Vec::new()
    }
}

impl Operation for HorizontalFlip {
    fn about(&self) -> About {
        About {
            name: "horizontal-flip",
            title: "Horizontal flip",
            explain: "Swaps left and right, like a mirror. An ant walking left is as much an ant as one walking right, so \
                      this doubles what the model sees at no cost.",
            probability: 0.5,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, _rng: &mut ImagoRng) {
        let (width, height) = canvas.size();
        canvas.geometric(Stage::flip_horizontal(width, height));
    }
}
