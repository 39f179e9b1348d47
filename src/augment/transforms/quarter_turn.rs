//! Turns by 0, 90, 180 or 270 degrees.

use rand::RngExt;

use crate::augment::canvas::Canvas;
use crate::augment::geometry::Stage;
use crate::augment::params::{Adjustable, Param};
use crate::augment::transform::{About, Operation};
use crate::base::ImagoRng;

/// A turn by 0, 90, 180 or 270 degrees anticlockwise, each as likely. No pixel is resampled, nothing is cut off: a picture
/// that was wide becomes tall. No parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuarterTurn {}

impl Adjustable for QuarterTurn {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        Vec::new()
    }
}

impl Operation for QuarterTurn {
    fn about(&self) -> About {
        About {
            name: "quarter-turn",
            title: "Quarter turns",
            explain: "Turns the picture by 0, 90, 180 or 270 degrees without blurring or cutting anything. Good for things \
                      seen from above, which lie in any direction.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let turns: u32 = rng.random_range(0..4);
        canvas.note("degrees", f64::from(turns * 90));
        for _ in 0..turns {
            let (width, height) = canvas.size();
            canvas.geometric(Stage::quarter_turn(width, height));
        }
    }
}
