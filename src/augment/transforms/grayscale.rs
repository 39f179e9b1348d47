//! No colour.

use crate::augment::canvas::Canvas;
use crate::augment::colour::ColorMap;
use crate::augment::params::{Adjustable, Param};
use crate::augment::transform::{About, Operation};
use crate::base::ImagoRng;

/// All colour taken out, lightness kept (ITU-R BT.601), as torchvision's `RandomGrayscale`. No parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Grayscale {}

impl Adjustable for Grayscale {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        Vec::new()
    }
}

impl Operation for Grayscale {
    fn about(&self) -> About {
        About {
            name: "grayscale",
            title: "Grayscale",
            explain: "Takes all colour out now and then. The model then has to learn shapes and textures as well, and can't \
                      rest on colour alone.",
            probability: 0.1,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, _rng: &mut ImagoRng) {
        canvas.color(&ColorMap::saturation(0.0));
    }
}
