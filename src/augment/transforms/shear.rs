//! Slanting the picture.

use crate::augment::Border;
use crate::augment::canvas::Canvas;
use crate::augment::geometry::{Filling, Map, Stage};
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::{BORDER_TITLE, FILL_TITLE, between};
use crate::base::ImagoRng;

/// A slant about the middle: rows slide over each other, or columns, or both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shear {
    /// Slant of the upright lines in degrees, drawn evenly: −60 to 60.
    pub across: [f64; 2],
    /// Slant of the level lines in degrees, drawn evenly: −60 to 60.
    pub down: [f64; 2],
    /// What fills the border.
    pub border: Border,
    /// The colour of a constant border.
    pub fill: [u8; 3],
}

impl Default for Shear {
    fn default() -> Self {
        Self { across: [-15.0, 15.0], down: [0.0, 0.0], border: Border::Reflect, fill: [0; 3] }
    }
}

/// A slant by (across, down) degrees about the middle, as torchvision's `affine(shear=[across, down])`.
pub(in crate::augment) fn stage((width, height): (u32, u32), across: f64, down: f64, filling: Filling) -> Stage {
    let (tan_x, tan_y) = (across.to_radians().tan(), down.to_radians().tan());
    let centre = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    // torchvision slants by the columns first: its matrix from picture to result is [1, −tan x; −tan y, 1 + tan x·tan y].
    let map = Map::linear_about(centre, [1.0 + tan_x * tan_y, tan_x], [tan_y, 1.0]);
    Stage::within((width, height), map, filling)
}

impl Adjustable for Shear {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const ACROSS: ParamSpec = ParamSpec::range("across", "Sideways", "°", (-60.0, 60.0, 1.0, 0));
        const DOWN: ParamSpec = ParamSpec::range("down", "Up and down", "°", (-60.0, 60.0, 1.0, 0));
        vec![
            Param::range(ACROSS, &mut self.across),
            Param::range(DOWN, &mut self.down),
            Param::choice("border", BORDER_TITLE, &mut self.border),
            Param::color("fill", FILL_TITLE, &mut self.fill),
        ]
    }
}

impl Operation for Shear {
    fn about(&self) -> About {
        About {
            name: "shear",
            title: "Shear",
            explain: "Slants the picture, as a pile of cards is pushed aside. It imitates a view from a little to the side at \
                      almost no cost.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let (across, down) = (between(self.across, rng), between(self.down, rng));
        canvas.note("across", across);
        canvas.note("down", down);
        let filling = Filling { border: self.border, color: self.fill };
        canvas.geometric(stage(canvas.size(), across, down, filling));
    }
}
