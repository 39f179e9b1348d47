//! Another point of view: the corners move inwards, each on its own.

use rand::RngExt;

use crate::augment::Border;
use crate::augment::canvas::Canvas;
use crate::augment::geometry::{Filling, Map, Stage};
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::{BORDER_TITLE, FILL_TITLE, between};
use crate::base::ImagoRng;

/// Every corner moves inwards by a random distance, as in torchvision's `RandomPerspective`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Perspective {
    /// How far a corner may move, as a share of half the width and half the height, drawn evenly: 0 to 0.6.
    pub distortion: [f64; 2],
    /// What fills the border.
    pub border: Border,
    /// The colour of a constant border.
    pub fill: [u8; 3],
}

impl Default for Perspective {
    fn default() -> Self {
        Self { distortion: [0.1, 0.4], border: Border::Reflect, fill: [0; 3] }
    }
}

/// The picture's corners (left top, right top, right bottom, left bottom) go to `corners`.
pub(in crate::augment) fn stage((width, height): (u32, u32), corners: [(f64, f64); 4], filling: Filling) -> Stage {
    let forward = Map::rectangle_to_quad(f64::from(width), f64::from(height), corners);
    // Up to a distortion of 2/3 the corners form a convex quadrilateral, whose map has an inverse.
    Stage::within((width, height), forward.inverse().unwrap_or(Map::IDENTITY), filling)
}

impl Adjustable for Perspective {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const DISTORTION: ParamSpec = ParamSpec::range("distortion", "Distortion", "%", (0.0, 0.6, 0.01, 0));
        vec![
            Param::range(DISTORTION, &mut self.distortion),
            Param::choice("border", BORDER_TITLE, &mut self.border),
            Param::color("fill", FILL_TITLE, &mut self.fill),
        ]
    }
}

impl Operation for Perspective {
    fn about(&self) -> About {
        About {
            name: "perspective",
            title: "Perspective",
            explain: "Moves each corner inwards by its own distance, as if the picture were seen at an angle. It prepares the \
                      model for photographs that were not taken straight on.",
            probability: 0.5,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let (width, height) = canvas.size();
        let (w, h) = (f64::from(width), f64::from(height));
        let distortion = between(self.distortion, rng);
        canvas.note("distortion", distortion);
        let mut inwards = || (distortion * w / 2.0 * rng.random::<f64>(), distortion * h / 2.0 * rng.random::<f64>());
        let [(ax, ay), (bx, by), (cx, cy), (dx, dy)] = [inwards(), inwards(), inwards(), inwards()];
        let corners = [(ax, ay), (w - bx, by), (w - cx, h - cy), (dx, h - dy)];
        let filling = Filling { border: self.border, color: self.fill };
        canvas.geometric(stage((width, height), corners, filling));
    }
}
