//! What happened to a picture: which part of it was kept, which numbers were drawn.

use super::polygon;

/// A number or a word that a step drew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drawn {
    /// A number in the parameter's unit.
    Number(f64),
    /// A choice by its name.
    Word(&'static str),
}

impl std::fmt::Display for Drawn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Drawn::Number(value) if value.fract() == 0.0 && value.abs() < 1e9 => write!(out, "{value:.0}"),
            Drawn::Number(value) => write!(out, "{value:.4}"),
            Drawn::Word(word) => out.write_str(word),
        }
    }
}

/// What one step did.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceStep {
    /// Its place in the pipeline.
    pub index: usize,
    /// The transform's name.
    pub name: &'static str,
    /// Name and value of everything drawn, in order.
    pub drawn: Vec<(&'static str, Drawn)>,
}

/// What happened to one picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Width and height of the original in pixels.
    pub original: (u32, u32),
    /// The corners (left top, right top, right bottom, left bottom) of the result, as places (x, y) in the original's pixels.
    /// They may lie outside it: what is there was filled in. Flips and turns show in their order.
    pub kept: [(f32, f32); 4],
    /// The part of the original that the result shows: a convex polygon in its pixels, empty where nothing of it is left. It is
    /// smaller than [`Trace::kept`] where a step looked beyond what an earlier one had left, and filled it in.
    pub shown: Vec<(f32, f32)>,
    /// Parts that a step has covered: the corners of each, as places in the original's pixels.
    pub covered: Vec<[(f32, f32); 4]>,
    /// The part of the result that shows it, 0 to 1.
    pub(super) real: f32,
    /// The steps that were applied, in order.
    pub steps: Vec<TraceStep>,
}

impl Trace {
    /// The part of the original's area that the result shows, 0 to 1. Where two covered parts overlap, both are taken off.
    pub fn kept_share(&self) -> f32 {
        let whole = f64::from(self.original.0) * f64::from(self.original.1);
        let wide = |corners: &[(f32, f32)]| -> Vec<(f64, f64)> {
            corners.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect()
        };
        let shown = wide(&self.shown);
        let covered: f64 = self.covered.iter().map(|part| polygon::area(&polygon::clip(&shown, &wide(part)))).sum();
        ((polygon::area(&shown) - covered) / whole.max(1.0)).clamp(0.0, 1.0) as f32
    }

    /// The part of the result that shows the original rather than a filled border, 0 to 1.
    pub fn real_share(&self) -> f32 {
        self.real
    }

    /// The smallest upright rectangle around what is shown: left, top, width, height in the original's pixels.
    pub fn kept_box(&self) -> (f32, f32, f32, f32) {
        let Some(first) = self.shown.first() else { return (0.0, 0.0, 0.0, 0.0) };
        let (mut left, mut top, mut right, mut bottom) = (first.0, first.1, first.0, first.1);
        for (x, y) in &self.shown {
            (left, right) = (left.min(*x), right.max(*x));
            (top, bottom) = (top.min(*y), bottom.max(*y));
        }
        (left, top, right - left, bottom - top)
    }

    /// Whether the place (x, y) of the original, in its pixels, is shown.
    pub fn keeps(&self, x: f32, y: f32) -> bool {
        let place = (f64::from(x), f64::from(y));
        polygon::contains(&self.shown, place) && !self.covered.iter().any(|part| polygon::contains(part, place))
    }

    /// Everything drawn as `name=value` texts, the steps' names in front: `rotate.degrees=12.5`.
    pub fn parameters(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for step in &self.steps {
            if step.drawn.is_empty() {
                texts.push(format!("{}=yes", step.name));
            }
            texts.extend(step.drawn.iter().map(|(name, value)| format!("{}.{name}={value}", step.name)));
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(shown: &[(f32, f32)]) -> Trace {
        Trace { original: (100, 50), shown: shown.to_vec(), ..Trace::default() }
    }

    #[test]
    fn the_kept_share_is_that_of_what_is_shown() {
        let half = trace(&[(0.0, 0.0), (50.0, 0.0), (50.0, 50.0), (0.0, 50.0)]);
        assert!((half.kept_share() - 0.5).abs() < 1e-6);
        assert_eq!(half.kept_box(), (0.0, 0.0, 50.0, 50.0));
        let nothing = trace(&[]);
        assert_eq!((nothing.kept_share(), nothing.kept_box()), (0.0, (0.0, 0.0, 0.0, 0.0)));
        assert!(!nothing.keeps(50.0, 25.0));
    }

    #[test]
    fn what_is_covered_is_not_kept() {
        let mut half = trace(&[(0.0, 0.0), (50.0, 0.0), (50.0, 50.0), (0.0, 50.0)]);
        // As a flip leaves it, and half of it beyond what is shown.
        half.covered = vec![[(70.0, 10.0), (30.0, 10.0), (30.0, 40.0), (70.0, 40.0)]];
        assert!((half.kept_share() - (2500.0 - 600.0) / 5000.0).abs() < 1e-6, "{}", half.kept_share());
        assert!(!half.keeps(40.0, 20.0) && half.keeps(20.0, 20.0) && !half.keeps(60.0, 45.0));
    }

    #[test]
    fn a_diamond_keeps_its_middle_and_not_its_corners() {
        let diamond = trace(&[(50.0, 0.0), (100.0, 25.0), (50.0, 50.0), (0.0, 25.0)]);
        assert!(diamond.keeps(50.0, 25.0) && !diamond.keeps(5.0, 5.0));
        assert!((diamond.kept_share() - 0.5).abs() < 1e-6);
    }
}
