//! Outlines: ellipses, smooth curves through points, limbs that taper.

use std::f32::consts::{FRAC_PI_2, PI};

use tiny_skia::{Path, PathBuilder, Rect, Transform};

/// A place, or a direction, in drawing units: x to the right, y down.
pub type At = (f32, f32);

/// `t` of the way from `a` to `b`.
pub fn lerp(a: At, b: At, t: f32) -> At {
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

/// `center` plus `length` in the direction `angle` (radians, clockwise from the x axis).
pub fn polar(center: At, length: f32, angle: f32) -> At {
    (center.0 + length * angle.cos(), center.1 + length * angle.sin())
}

/// `at` turned by `angle` radians about `center`.
pub fn turned(at: At, center: At, angle: f32) -> At {
    let (sin, cos) = angle.sin_cos();
    let (x, y) = (at.0 - center.0, at.1 - center.1);
    (center.0 + x * cos - y * sin, center.1 + x * sin + y * cos)
}

/// An ellipse turned by `turn` radians.
pub fn ellipse(center: At, radii: At, turn: f32) -> Option<Path> {
    let (rx, ry) = (radii.0.max(1e-3), radii.1.max(1e-3));
    let oval = PathBuilder::from_oval(Rect::from_ltrb(-rx, -ry, rx, ry)?)?;
    oval.transform(Transform::from_translate(center.0, center.1).pre_rotate(turn.to_degrees()))
}

/// A smooth open curve through `points` (Catmull and Rom, 1974).
pub fn curve(points: &[At]) -> Option<Path> {
    let (first, rest) = points.split_first()?;
    let mut path = PathBuilder::new();
    path.move_to(first.0, first.1);
    for index in 0..rest.len() {
        let before = points[index.saturating_sub(1)];
        let (from, to) = (points[index], points[index + 1]);
        let after = points[(index + 2).min(points.len() - 1)];
        spline_to(&mut path, before, from, to, after);
    }
    path.finish()
}

/// A smooth closed outline through `points`.
pub fn blob(points: &[At]) -> Option<Path> {
    let count = points.len();
    let first = points.first()?;
    let mut path = PathBuilder::new();
    path.move_to(first.0, first.1);
    for index in 0..count {
        let point = |offset: usize| points[(index + offset) % count];
        spline_to(&mut path, point(count - 1), point(0), point(1), point(2));
    }
    path.close();
    path.finish()
}

fn spline_to(path: &mut PathBuilder, before: At, from: At, to: At, after: At) {
    let one = (from.0 + (to.0 - before.0) / 6.0, from.1 + (to.1 - before.1) / 6.0);
    let two = (to.0 - (after.0 - from.0) / 6.0, to.1 - (after.1 - from.1) / 6.0);
    path.cubic_to(one.0, one.1, two.0, two.1, to.0, to.1);
}

/// A limb: a smooth line through `points` that is as wide as `widths` says at each of them, with round ends.
pub fn limb(points: &[At], widths: &[f32]) -> Option<Path> {
    const STEPS: usize = 8;
    let count = points.len().min(widths.len());
    if count < 2 {
        return None;
    }
    let mut spine = Vec::with_capacity((count - 1) * STEPS + 1);
    for index in 0..count - 1 {
        let before = points[index.saturating_sub(1)];
        let (from, to) = (points[index], points[index + 1]);
        let after = points[(index + 2).min(count - 1)];
        for step in 0..STEPS {
            let t = step as f32 / STEPS as f32;
            let width = widths[index] + (widths[index + 1] - widths[index]) * t;
            spine.push((catmull(before, from, to, after, t), width / 2.0));
        }
    }
    spine.push((points[count - 1], widths[count - 1] / 2.0));

    let mut left = Vec::with_capacity(spine.len() + 12);
    let mut right = Vec::with_capacity(spine.len());
    let mut angles = (0.0, 0.0);
    for (index, (at, half)) in spine.iter().enumerate() {
        let back = spine[index.saturating_sub(1)].0;
        let ahead = spine[(index + 1).min(spine.len() - 1)].0;
        let angle = (ahead.1 - back.1).atan2(ahead.0 - back.0);
        left.push(polar(*at, *half, angle + FRAC_PI_2));
        right.push(polar(*at, *half, angle - FRAC_PI_2));
        angles = if index == 0 { (angle, angle) } else { (angles.0, angle) };
    }
    // Round ends, turning the same way as the outline, so that nothing cancels out.
    let cap = |at: At, half: f32, from: f32| (1..6).map(move |step| polar(at, half, from - PI * step as f32 / 6.0));
    let (start, end) = (spine[0], spine[spine.len() - 1]);
    let mut outline = left;
    outline.extend(cap(end.0, end.1, angles.1 + FRAC_PI_2));
    outline.extend(right.into_iter().rev());
    outline.extend(cap(start.0, start.1, angles.0 - FRAC_PI_2));
    let mut path = PathBuilder::new();
    path.move_to(outline[0].0, outline[0].1);
    outline.iter().skip(1).for_each(|at| path.line_to(at.0, at.1));
    path.close();
    path.finish()
}

fn catmull(before: At, from: At, to: At, after: At, t: f32) -> At {
    let axis = |a: f32, b: f32, c: f32, d: f32| {
        0.5 * (2.0 * b
            + (c - a) * t
            + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
            + (3.0 * b - a - 3.0 * c + d) * t * t * t)
    };
    (axis(before.0, from.0, to.0, after.0), axis(before.1, from.1, to.1, after.1))
}

/// Many short lines as one path: hairs, grass, grains.
#[derive(Default)]
pub struct Hairs(PathBuilder);

impl Hairs {
    pub fn add(&mut self, from: At, to: At) {
        self.0.move_to(from.0, from.1);
        self.0.line_to(to.0, to.1);
    }

    /// A hair that bends: `sag` is how far its middle is off the straight line.
    pub fn add_bent(&mut self, from: At, to: At, sag: f32) {
        let middle = lerp(from, to, 0.5);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        self.0.move_to(from.0, from.1);
        self.0.quad_to(middle.0 - dy * sag, middle.1 + dx * sag, to.0, to.1);
    }

    pub fn finish(self) -> Option<Path> {
        self.0.finish()
    }
}
