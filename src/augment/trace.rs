//! What happened to a picture: which part of it was kept, which numbers were drawn.

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
    /// The steps that were applied, in order.
    pub steps: Vec<TraceStep>,
}

impl Trace {
    /// The part of the original's area that is inside [`Trace::kept`], 0 to 1.
    pub fn kept_share(&self) -> f32 {
        let (width, height) = (self.original.0 as f32, self.original.1 as f32);
        let inside = clip(&self.kept, width, height);
        (area(&inside) / (width * height).max(1.0)).clamp(0.0, 1.0)
    }

    /// The part of the result that shows the original rather than a filled border, 0 to 1.
    pub fn real_share(&self) -> f32 {
        let inside = clip(&self.kept, self.original.0 as f32, self.original.1 as f32);
        (area(&inside) / area(&self.kept).max(f32::MIN_POSITIVE)).clamp(0.0, 1.0)
    }

    /// The smallest upright rectangle around the kept part, within the original: left, top, width, height in its pixels.
    pub fn kept_box(&self) -> (f32, f32, f32, f32) {
        let inside = clip(&self.kept, self.original.0 as f32, self.original.1 as f32);
        let Some(first) = inside.first() else { return (0.0, 0.0, 0.0, 0.0) };
        let (mut left, mut top, mut right, mut bottom) = (first.0, first.1, first.0, first.1);
        for (x, y) in &inside {
            (left, right) = (left.min(*x), right.max(*x));
            (top, bottom) = (top.min(*y), bottom.max(*y));
        }
        (left, top, right - left, bottom - top)
    }

    /// Whether the place (x, y) of the original, in its pixels, is inside the kept part.
    pub fn keeps(&self, x: f32, y: f32) -> bool {
        let orientation = signed_area(&self.kept).signum();
        (0..4).all(|i| {
            let ((ax, ay), (bx, by)) = (self.kept[i], self.kept[(i + 1) % 4]);
            ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) * orientation >= 0.0
        })
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

/// How often each part of the pictures was kept, over many traces: a grid laid over the picture whatever its shape.
#[derive(Clone, Debug, PartialEq)]
pub struct KeepMap {
    columns: usize,
    rows: usize,
    kept: Vec<u32>,
    traces: u32,
}

impl KeepMap {
    /// An empty map of `columns` × `rows` cells, at least one each.
    pub fn new(columns: usize, rows: usize) -> KeepMap {
        let (columns, rows) = (columns.max(1), rows.max(1));
        KeepMap { columns, rows, kept: vec![0; columns * rows], traces: 0 }
    }

    /// Adds what was kept of one picture: the cells whose middle is inside.
    pub fn add(&mut self, trace: &Trace) {
        let (width, height) = (trace.original.0 as f32, trace.original.1 as f32);
        for (i, count) in self.kept.iter_mut().enumerate() {
            let x = ((i % self.columns) as f32 + 0.5) / self.columns as f32 * width;
            let y = ((i / self.columns) as f32 + 0.5) / self.rows as f32 * height;
            *count += u32::from(trace.keeps(x, y));
        }
        self.traces += 1;
    }

    /// Columns and rows.
    pub fn size(&self) -> (usize, usize) {
        (self.columns, self.rows)
    }

    /// How many traces were added.
    pub fn traces(&self) -> u32 {
        self.traces
    }

    /// How often each cell was kept, 0 to 1, row by row.
    pub fn shares(&self) -> Vec<f32> {
        self.kept.iter().map(|count| *count as f32 / self.traces.max(1) as f32).collect()
    }
}

fn signed_area(corners: &[(f32, f32)]) -> f32 {
    let mut sum = 0.0;
    for (i, (ax, ay)) in corners.iter().enumerate() {
        let (bx, by) = corners[(i + 1) % corners.len()];
        sum += ax * by - bx * ay;
    }
    sum / 2.0
}

fn area(corners: &[(f32, f32)]) -> f32 {
    signed_area(corners).abs()
}

/// The polygon within the rectangle from (0, 0) to (width, height): Sutherland and Hodgman, 1974.
fn clip(corners: &[(f32, f32)], width: f32, height: f32) -> Vec<(f32, f32)> {
    let mut polygon = corners.to_vec();
    // Each side of the rectangle as a signed distance that is positive inside.
    let sides: [&dyn Fn((f32, f32)) -> f32; 4] = [&|p| p.0, &|p| width - p.0, &|p| p.1, &|p| height - p.1];
    for inside_by in sides {
        let mut kept = Vec::with_capacity(polygon.len() + 2);
        for (i, &here) in polygon.iter().enumerate() {
            let next = polygon[(i + 1) % polygon.len()];
            let (a, b) = (inside_by(here), inside_by(next));
            if a >= 0.0 {
                kept.push(here);
            }
            if (a >= 0.0) != (b >= 0.0) {
                let t = a / (a - b);
                kept.push((here.0 + t * (next.0 - here.0), here.1 + t * (next.1 - here.1)));
            }
        }
        polygon = kept;
    }
    polygon
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(kept: [(f32, f32); 4]) -> Trace {
        Trace { original: (100, 50), kept, steps: Vec::new() }
    }

    #[test]
    fn the_kept_share_counts_only_what_lies_in_the_picture() {
        let half = trace([(0.0, 0.0), (50.0, 0.0), (50.0, 50.0), (0.0, 50.0)]);
        assert!((half.kept_share() - 0.5).abs() < 1e-6 && (half.real_share() - 1.0).abs() < 1e-6);
        let beyond = trace([(150.0, -50.0), (50.0, -50.0), (50.0, 50.0), (150.0, 50.0)]);
        assert!((beyond.kept_share() - 0.5).abs() < 1e-6 && (beyond.real_share() - 0.25).abs() < 1e-6);
        assert_eq!(beyond.kept_box(), (50.0, 0.0, 50.0, 50.0));
    }

    #[test]
    fn a_diamond_keeps_its_middle_and_not_its_corners() {
        let diamond = trace([(50.0, 0.0), (100.0, 25.0), (50.0, 50.0), (0.0, 25.0)]);
        assert!(diamond.keeps(50.0, 25.0) && !diamond.keeps(5.0, 5.0));
        assert!((diamond.kept_share() - 0.5).abs() < 1e-6);
    }
}
