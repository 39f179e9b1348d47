//! Geometric steps composed: as many as possible into one matrix, the rest as a short list of matrices with the border
//! that each of them may cross.

use std::borrow::Cow;

use image::RgbImage;

use super::border::{Border, Filling};
use super::map::Map;
use super::{resample, warp};

/// Tolerance in pixels when asking whether a place is inside, or at a whole pixel.
const SLACK: f64 = 1e-6;

/// One geometric step: where its result comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    /// From a place in the result to a place in the picture before the step.
    pub map: Map,
    /// Width and height of the result.
    pub output: (u32, u32),
    /// What lies outside the picture before the step.
    pub filling: Filling,
    /// The step cuts first and resamples then: a filter must not read beyond the cut.
    pub cuts: bool,
}

const NEVER_OUTSIDE: Filling = Filling { border: Border::Edge, color: [0; 3] };

impl Stage {
    /// Same size before and after; may look outside.
    pub fn within(size: (u32, u32), map: Map, filling: Filling) -> Stage {
        Stage { map, output: size, filling, cuts: false }
    }

    /// Left and right swapped.
    pub fn flip_horizontal(width: u32, height: u32) -> Stage {
        let map = Map::affine([-1.0, 0.0, f64::from(width)], [0.0, 1.0, 0.0]);
        Stage { map, output: (width, height), filling: NEVER_OUTSIDE, cuts: false }
    }

    /// Top and bottom swapped.
    pub fn flip_vertical(width: u32, height: u32) -> Stage {
        let map = Map::affine([1.0, 0.0, 0.0], [0.0, -1.0, f64::from(height)]);
        Stage { map, output: (width, height), filling: NEVER_OUTSIDE, cuts: false }
    }

    /// A quarter turn anticlockwise of a picture of `width` × `height`.
    pub fn quarter_turn(width: u32, height: u32) -> Stage {
        let map = Map::affine([0.0, -1.0, f64::from(width)], [1.0, 0.0, 0.0]);
        Stage { map, output: (height, width), filling: NEVER_OUTSIDE, cuts: false }
    }

    /// The part of `size` at `origin`, cut out and then resampled to `output`.
    pub fn cut(origin: (f64, f64), size: (f64, f64), output: (u32, u32)) -> Stage {
        Stage { cuts: true, ..Stage::look_at(origin, size, output) }
    }

    /// The part of `size` at `origin`, seen at `output`: as if the whole picture were resampled and then cut.
    pub fn look_at(origin: (f64, f64), size: (f64, f64), output: (u32, u32)) -> Stage {
        let (scale_x, scale_y) = (size.0 / f64::from(output.0), size.1 / f64::from(output.1));
        let map = Map::affine([scale_x, 0.0, origin.0], [0.0, scale_y, origin.1]);
        Stage { map, output, filling: NEVER_OUTSIDE, cuts: false }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// From a place in this link's result to a place in its input.
    pub map: Map,
    /// Width and height of the input.
    pub input: (u32, u32),
    pub filling: Filling,
}

/// The geometric steps that a picture still has to go through.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// First to last; empty: nothing to do.
    links: Vec<Link>,
    source: (u32, u32),
    output: (u32, u32),
    /// The part of the source (left, top, right, bottom) that a filter may read, while all links are one upright map.
    limit: [u32; 4],
}

impl Chain {
    /// Nothing to do on a picture of this size.
    pub fn new(width: u32, height: u32) -> Chain {
        Chain { links: Vec::new(), source: (width, height), output: (width, height), limit: [0, 0, width, height] }
    }

    /// Width and height of the result so far.
    pub fn output(&self) -> (u32, u32) {
        self.output
    }

    /// Whether `stage`, coming next, would look outside.
    pub fn would_leave(&self, stage: &Stage) -> bool {
        !is_inside(&quad(&stage.map, stage.output), self.output)
    }

    /// Adds a step at the end.
    pub fn push(&mut self, stage: &Stage) {
        let stays_inside = !self.would_leave(stage);
        match self.links.last_mut() {
            Some(last) if stays_inside => last.map = last.map.after(&stage.map),
            _ => self.links.push(Link { map: stage.map, input: self.output, filling: stage.filling }),
        }
        self.output = stage.output;
        if stage.cuts
            && let [only] = self.links.as_slice()
            && only.map.is_upright()
        {
            self.limit = cut_limit(&quad(&only.map, self.output), self.limit);
        }
    }

    /// The picture after all steps; borrowed where there is nothing to do.
    pub fn render<'a>(&self, picture: &'a RgbImage) -> Cow<'a, RgbImage> {
        let links = self.simplified();
        match links.as_slice() {
            [] => Cow::Borrowed(picture),
            [only] => {
                let corners = quad(&only.map, self.output);
                if only.map.is_upright() && is_inside(&corners, self.source) {
                    return resample::upright(picture, &only.map, self.limit, self.output);
                }
                Cow::Owned(warp::warp(picture, &links, self.output))
            }
            _ => Cow::Owned(warp::warp(picture, &links, self.output)),
        }
    }

    /// A later step may have cut away what lay outside an earlier one: then the two are one matrix after all.
    fn simplified(&self) -> Vec<Link> {
        let mut links = self.links.clone();
        while let [.., below, top] = links.as_slice() {
            if !is_inside(&quad(&top.map, self.output), top.input) {
                break;
            }
            let merged = Link { map: below.map.after(&top.map), ..*below };
            links.truncate(links.len() - 2);
            links.push(merged);
        }
        links
    }
}

/// Where the corners (left top, right top, right bottom, left bottom) of a result come from.
pub(super) fn quad(map: &Map, (width, height): (u32, u32)) -> [(f64, f64); 4] {
    let (w, h) = (f64::from(width), f64::from(height));
    [(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)].map(|(x, y)| {
        // Behind the horizon is outside of everything.
        if map.sees(x, y) { map.apply(x, y) } else { (f64::INFINITY, f64::INFINITY) }
    })
}

/// Whether a quadrilateral lies within a picture: it is convex, so its corners decide.
pub(super) fn is_inside(corners: &[(f64, f64); 4], (width, height): (u32, u32)) -> bool {
    let (w, h) = (f64::from(width) + SLACK, f64::from(height) + SLACK);
    corners.iter().all(|(x, y)| *x >= -SLACK && *x <= w && *y >= -SLACK && *y <= h)
}

fn cut_limit(corners: &[(f64, f64); 4], limit: [u32; 4]) -> [u32; 4] {
    let fold = |pick: fn(&(f64, f64)) -> f64, choose: fn(f64, f64) -> f64, start: f64| {
        corners.iter().map(pick).fold(start, choose)
    };
    let left = (fold(|p| p.0, f64::min, f64::INFINITY) + SLACK).floor().max(f64::from(limit[0])) as u32;
    let top = (fold(|p| p.1, f64::min, f64::INFINITY) + SLACK).floor().max(f64::from(limit[1])) as u32;
    let right = (fold(|p| p.0, f64::max, f64::NEG_INFINITY) - SLACK).ceil().min(f64::from(limit[2])) as u32;
    let bottom = (fold(|p| p.1, f64::max, f64::NEG_INFINITY) - SLACK).ceil().min(f64::from(limit[3])) as u32;
    if left < right && top < bottom { [left, top, right, bottom] } else { limit }
}

impl Map {
    /// Whether axes go to axes: nothing but cutting, stretching, flipping and quarter turns.
    pub(super) fn is_upright(&self) -> bool {
        let [[a, b, _], [d, e, _], _] = self.0;
        self.is_affine() && ((b == 0.0 && d == 0.0) || (a == 0.0 && e == 0.0))
    }
}
