//! Shifting the picture.

use crate::augment::Border;
use crate::augment::canvas::Canvas;
use crate::augment::geometry::{Filling, Map, Stage};
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::{BORDER_TITLE, FILL_TITLE, between};
use crate::base::ImagoRng;

/// A shift; what comes into view at the other side is filled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Translate {
    /// Shift to the right as a share of the width, drawn evenly: −1 to 1.
    pub across: [f64; 2],
    /// Shift downwards as a share of the height, drawn evenly: −1 to 1.
    pub down: [f64; 2],
    /// What fills the border.
    pub border: Border,
    /// The colour of a constant border.
    pub fill: [u8; 3],
}

impl Default for Translate {
    fn default() -> Self {
        Self { across: [-0.1, 0.1], down: [-0.1, 0.1], border: Border::Reflect, fill: [0; 3] }
    }
}

/// A shift by (x, y) pixels to the right and downwards.
pub(in crate::augment) fn stage(size: (u32, u32), x: f64, y: f64, filling: Filling) -> Stage {
    Stage::within(size, Map::affine([1.0, 0.0, -x], [0.0, 1.0, -y]), filling)
}

impl Adjustable for Translate {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const ACROSS: ParamSpec = ParamSpec::range("across", "To the right", "%", (-1.0, 1.0, 0.01, 0));
        const DOWN: ParamSpec = ParamSpec::range("down", "Downwards", "%", (-1.0, 1.0, 0.01, 0));
        vec![
            Param::range(ACROSS, &mut self.across),
            Param::range(DOWN, &mut self.down),
            Param::choice("border", BORDER_TITLE, &mut self.border),
            Param::color("fill", FILL_TITLE, &mut self.fill),
        ]
    }
}

impl Operation for Translate {
    fn about(&self) -> About {
        About {
            name: "translate",
            title: "Shift",
            explain: "Moves the picture sideways, up or down and fills the strip that comes into view. It teaches the model \
                      that a thing is the same thing wherever it sits in the frame.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let (width, height) = canvas.size();
        // Whole pixels, as torchvision's RandomAffine: a shift alone then blurs nothing.
        let x = (between(self.across, rng) * f64::from(width)).round();
        let y = (between(self.down, rng) * f64::from(height)).round();
        canvas.note("right", x);
        canvas.note("down", y);
        let filling = Filling { border: self.border, color: self.fill };
        canvas.geometric(stage((width, height), x, y, filling));
    }
}
