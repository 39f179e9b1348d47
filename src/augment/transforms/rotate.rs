//! Rotation by any angle.

use crate::augment::Border;
use crate::augment::canvas::Canvas;
use crate::augment::geometry::{Filling, Map, Stage};
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::{BORDER_TITLE, FILL_TITLE, between};
use crate::base::ImagoRng;

/// Rotation about the middle; the picture keeps its size, so corners are cut off and others have to be filled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotate {
    /// Angle in degrees, anticlockwise, drawn evenly: −180 to 180.
    pub degrees: [f64; 2],
    /// What fills the corners.
    pub border: Border,
    /// The colour of a constant border.
    pub fill: [u8; 3],
}

impl Default for Rotate {
    fn default() -> Self {
        Self { degrees: [-30.0, 30.0], border: Border::Reflect, fill: [0; 3] }
    }
}

/// Rotation by `degrees` anticlockwise about the middle, as Pillow's `Image.rotate` without `expand`.
pub(in crate::augment) fn stage((width, height): (u32, u32), degrees: f64, filling: Filling) -> Stage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let centre = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    Stage::within((width, height), Map::linear_about(centre, [cos, -sin], [sin, cos]), filling)
}

impl Adjustable for Rotate {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const DEGREES: ParamSpec = ParamSpec::range("degrees", "Angle", "°", (-180.0, 180.0, 1.0, 0));
        vec![
            Param::range(DEGREES, &mut self.degrees),
            Param::choice("border", BORDER_TITLE, &mut self.border),
            Param::color("fill", FILL_TITLE, &mut self.fill),
        ]
    }
}

impl Operation for Rotate {
    fn about(&self) -> About {
        About {
            name: "rotate",
            title: "Rotate",
            explain: "Turns the picture by a random angle and fills the corners that come into view. Cameras are rarely held \
                      level and insects rarely sit straight, so the model should not mind.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let degrees = between(self.degrees, rng);
        canvas.note("degrees", degrees);
        let filling = Filling { border: self.border, color: self.fill };
        canvas.geometric(stage(canvas.size(), degrees, filling));
    }
}
