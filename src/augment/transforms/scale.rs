//! Scaling in and out about the middle.

use crate::augment::Border;
use crate::augment::canvas::Canvas;
use crate::augment::geometry::{Filling, Map, Stage};
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::{BORDER_TITLE, FILL_TITLE, log_between};
use crate::base::ImagoRng;

/// Scaling about the middle; the picture keeps its size. Above 1 it comes nearer, below 1 it moves away and a border appears.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Factor, drawn evenly on a logarithmic scale: 0.2 to 5.
    pub factor: [f64; 2],
    /// What fills the border.
    pub border: Border,
    /// The colour of a constant border.
    pub fill: [u8; 3],
}

impl Default for Scale {
    fn default() -> Self {
        Self { factor: [0.8, 1.25], border: Border::Reflect, fill: [0; 3] }
    }
}

/// Scaling by `factor` about the middle.
pub(in crate::augment) fn stage((width, height): (u32, u32), factor: f64, filling: Filling) -> Stage {
    let centre = (f64::from(width) / 2.0, f64::from(height) / 2.0);
    Stage::within((width, height), Map::linear_about(centre, [1.0 / factor, 0.0], [0.0, 1.0 / factor]), filling)
}

impl Adjustable for Scale {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const FACTOR: ParamSpec = ParamSpec::range("factor", "Factor", "×", (0.2, 5.0, 0.05, 2));
        vec![
            Param::range(FACTOR, &mut self.factor),
            Param::choice("border", BORDER_TITLE, &mut self.border),
            Param::color("fill", FILL_TITLE, &mut self.fill),
        ]
    }
}

impl Operation for Scale {
    fn about(&self) -> About {
        About {
            name: "scale",
            title: "Scale in and out",
            explain: "Brings the picture nearer or moves it away, about its middle. The same insect fills the frame in one \
                      photograph and is a speck in the next; the model should know it in both.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let factor = log_between(self.factor, rng);
        canvas.note("factor", factor);
        let filling = Filling { border: self.border, color: self.fill };
        canvas.geometric(stage(canvas.size(), factor, filling));
    }
}
