//! A picture on its way through a pipeline: what it is now, and what still has to be done to it.
//!
//! Geometry and colour are put off: consecutive geometric steps become one resampling pass, consecutive colour steps one
//! matrix. A step that needs the pixels themselves asks for them ([`Canvas::pixels`]); then everything pending is done. A step
//! that only measures them ([`Canvas::color_stats`]) leaves geometry pending: should another geometric step follow, the original
//! is still resampled once.
//! Geometry comes before colour: where a geometric step follows a colour step, the two are exchanged, which changes nothing
//! but rounding; a border's colour is taken back to what becomes it. (Where no colour does, the pixels are formed first.)

use std::borrow::Cow;

use image::RgbImage;

use super::colour::{ColorMap, ColorStats};
use super::geometry::{Border, Chain, Map, Stage};
use super::polygon;
use super::trace::{Drawn, Trace, TraceStep};

pub(crate) struct Canvas<'a> {
    picture: Cow<'a, RgbImage>,
    geometry: Chain,
    /// `picture` after `geometry`, where a step has measured it and no geometric one has followed.
    measured: Option<RgbImage>,
    color: Option<ColorMap>,
    /// From the canvas as it will be to the original.
    to_original: Map,
    /// The part of the original that is still there, where notes are kept: a convex polygon in its pixels.
    shown: Vec<(f64, f64)>,
    /// Parts of the original that a step has covered, where notes are kept.
    covered: Vec<[(f32, f32); 4]>,
    original: (u32, u32),
    target: u32,
    /// A step has brought the canvas to the target size.
    sized: bool,
    steps: Option<Vec<TraceStep>>,
}

impl<'a> Canvas<'a> {
    /// A canvas that becomes `target` × `target` pixels.
    pub fn new(picture: &'a RgbImage, target: u32) -> Self {
        let (width, height) = picture.dimensions();
        Self {
            picture: Cow::Borrowed(picture),
            geometry: Chain::new(width, height),
            measured: None,
            color: None,
            to_original: Map::IDENTITY,
            shown: Vec::new(),
            covered: Vec::new(),
            original: (width, height),
            target: target.max(1),
            sized: false,
            steps: None,
        }
    }

    /// The same, keeping notes.
    pub fn traced(picture: &'a RgbImage, target: u32) -> Self {
        let (width, height) = picture.dimensions();
        let shown = polygon::rectangle(f64::from(width), f64::from(height)).to_vec();
        Self { steps: Some(Vec::new()), shown, ..Self::new(picture, target) }
    }

    /// Width and height, with all pending geometry.
    pub fn size(&self) -> (u32, u32) {
        self.geometry.output()
    }

    /// Side of the result in pixels.
    pub fn target(&self) -> u32 {
        self.target
    }

    /// Says that the canvas now has the target size: a later crop is stretched to it, nothing more is cut at the end.
    pub fn set_sized(&mut self) {
        self.sized = true;
    }

    /// Starts the notes of a step.
    pub fn begin_step(&mut self, index: usize, name: &'static str) {
        if let Some(steps) = &mut self.steps {
            steps.push(TraceStep { index, name, drawn: Vec::new() });
        }
    }

    /// Notes a number that the current step drew.
    pub fn note(&mut self, name: &'static str, value: f64) {
        self.note_drawn(name, Drawn::Number(value));
    }

    /// Notes a word that the current step drew.
    pub fn note_word(&mut self, name: &'static str, word: &'static str) {
        self.note_drawn(name, Drawn::Word(word));
    }

    /// Notes that the current step covers a part (left, top, width, height) of the canvas.
    pub fn note_covered(&mut self, [left, top, width, height]: [u32; 4]) {
        if self.steps.is_some() {
            let corners = polygon::rectangle(f64::from(width), f64::from(height));
            let part = corners.map(|(x, y)| self.to_original.apply(x + f64::from(left), y + f64::from(top)));
            self.covered.push(part.map(|(x, y)| (x as f32, y as f32)));
        }
    }

    fn note_drawn(&mut self, name: &'static str, value: Drawn) {
        if let Some(step) = self.steps.as_mut().and_then(|steps| steps.last_mut()) {
            step.drawn.push((name, value));
        }
    }

    /// Adds a geometric step.
    pub fn geometric(&mut self, mut stage: Stage) {
        let paints = stage.filling.border == Border::Constant && self.geometry.would_leave(&stage);
        if paints && let Some(color) = self.color {
            match color.source_of(stage.filling.color) {
                Some(source) => stage.filling.color = source,
                None => self.flush(),
            }
        }
        self.measured = None;
        self.geometry.push(&stage);
        self.to_original = self.to_original.after(&stage.map);
        if self.steps.is_some() {
            // What an earlier step has cut away does not come back when a later one looks beyond its edge: that is filled in.
            self.shown = polygon::clip(&self.shown, &self.corners());
        }
    }

    /// Adds a colour step.
    pub fn color(&mut self, map: &ColorMap) {
        self.color = Some(self.color.map_or(*map, |before| map.after(&before)));
    }

    /// Mean and covariance of the colours, with everything pending.
    pub fn color_stats(&mut self) -> ColorStats {
        if self.measured.is_none()
            && let Cow::Owned(rendered) = self.geometry.render(&self.picture)
        {
            self.measured = Some(rendered);
        }
        let stats = ColorStats::of(self.measured.as_ref().unwrap_or(&self.picture));
        self.color.map_or(stats, |map| map.stats(&stats))
    }

    /// The pixels, with nothing pending.
    pub fn pixels(&mut self) -> &mut RgbImage {
        self.flush();
        self.picture.to_mut()
    }

    fn render_geometry(&mut self) {
        if let Some(rendered) = self.measured.take() {
            self.picture = Cow::Owned(rendered);
        } else if let Cow::Owned(rendered) = self.geometry.render(&self.picture) {
            self.picture = Cow::Owned(rendered);
        }
        let (width, height) = self.picture.dimensions();
        self.geometry = Chain::new(width, height);
    }

    fn flush(&mut self) {
        self.render_geometry();
        if let Some(map) = self.color.take()
            && map != ColorMap::IDENTITY
        {
            map.apply(self.picture.to_mut());
        }
    }

    /// The result, `target` × `target` pixels.
    pub fn finish(mut self) -> RgbImage {
        self.bring_to_size();
        self.flush();
        self.picture.into_owned()
    }

    /// The result and what happened.
    pub fn finish_traced(mut self) -> (RgbImage, Trace) {
        self.bring_to_size();
        let steps = self.steps.take().unwrap_or_default();
        let kept = self.corners().map(|(x, y)| (x as f32, y as f32));
        let shown = self.shown.iter().map(|(x, y)| (*x as f32, *y as f32)).collect();
        let covered = std::mem::take(&mut self.covered);
        let trace = Trace { original: self.original, kept, shown, covered, real: self.real_share(), steps };
        self.flush();
        (self.picture.into_owned(), trace)
    }

    /// The corners (left top, right top, right bottom, left bottom) of the canvas, as places in the original's pixels.
    fn corners(&self) -> [(f64, f64); 4] {
        let (width, height) = self.size();
        polygon::rectangle(f64::from(width), f64::from(height)).map(|(x, y)| self.to_original.apply(x, y))
    }

    /// The part of the canvas that shows the original rather than a filled border. Counted on the canvas, since a perspective
    /// shows some places larger than others.
    fn real_share(&self) -> f32 {
        let (width, height) = self.size();
        let (real, whole) = match self.to_original.inverse() {
            Some(map) => {
                let on_canvas: Vec<_> = self.shown.iter().map(|(x, y)| map.apply(*x, *y)).collect();
                (polygon::area(&on_canvas), f64::from(width) * f64::from(height))
            }
            // Far too small a part for the map to lead back.
            None => (polygon::area(&self.shown), polygon::area(&self.corners())),
        };
        (real / whole.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0) as f32
    }

    /// A canvas without a random resized crop ends as validation does; a sized one that was cropped again is stretched.
    fn bring_to_size(&mut self) {
        let (width, height) = self.size();
        let side = self.target;
        if self.sized {
            if (width, height) != (side, side) {
                self.geometric(Stage::cut((0.0, 0.0), (f64::from(width), f64::from(height)), (side, side)));
            }
            return;
        }
        let stage = validation_stage(width, height, side);
        self.geometric(stage);
    }
}

/// Resize (the shorter side to `side` · 256 / 224) and CenterCrop as one step, with torchvision's rounding.
fn validation_stage(width: u32, height: u32, side: u32) -> Stage {
    let shorter = (f64::from(side) * 256.0 / 224.0).round();
    let (w, h) = (f64::from(width), f64::from(height));
    // The longer side is cut off, not rounded: torchvision computes int(shorter · longer / shorter side).
    let (resized_w, resized_h) =
        if width <= height { (shorter, (shorter * h / w).floor()) } else { ((shorter * w / h).floor(), shorter) };
    let (scale_x, scale_y) = (w / resized_w, h / resized_h);
    let half = |resized: f64| ((resized - f64::from(side)) / 2.0).round_ties_even();
    let origin = (half(resized_w) * scale_x, half(resized_h) * scale_y);
    Stage::look_at(origin, (f64::from(side) * scale_x, f64::from(side) * scale_y), (side, side))
}
