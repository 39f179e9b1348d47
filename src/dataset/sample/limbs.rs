//! Legs and antennae: what ants and bees share.

use super::canvas::Canvas;
use super::color::Ink;
use super::shapes::{At, Hairs, curve, lerp, limb};

/// One leg: from the body over the knee and the ankle to the toe.
#[derive(Clone, Copy)]
pub struct Leg {
    pub hip: At,
    pub knee: At,
    pub ankle: At,
    pub toe: At,
}

impl Leg {
    /// The leg on the other side of the body's axis.
    pub fn mirrored(self) -> Self {
        let flip = |at: At| (at.0, -at.1);
        Self { hip: flip(self.hip), knee: flip(self.knee), ankle: flip(self.ankle), toe: flip(self.toe) }
    }

    /// The leg swung by `angle` radians about its hip.
    pub fn swung(self, angle: f32) -> Self {
        let turn = |at: At| super::shapes::turned(at, self.hip, angle);
        Self { hip: self.hip, knee: turn(self.knee), ankle: turn(self.ankle), toe: turn(self.toe) }
    }

    /// The leg moved by `by`.
    pub fn moved(self, by: At) -> Self {
        let shift = |at: At| (at.0 + by.0, at.1 + by.1);
        Self { hip: shift(self.hip), knee: shift(self.knee), ankle: shift(self.ankle), toe: shift(self.toe) }
    }
}

/// Draws a leg `thick` units wide at the thigh: thigh, shin, a jointed foot with two claws, a light along the upper side and
/// some bristles.
pub fn draw_leg(canvas: &mut Canvas, leg: Leg, thick: f32, ink: Ink) {
    let Leg { hip, knee, ankle, toe } = leg;
    let shine = ink.lighter(0.4).alpha(0.5);
    // Foot first: it lies below the shin.
    let foot = [ankle, lerp(ankle, toe, 0.55), toe];
    fill(canvas, limb(&foot, &[thick * 0.36, thick * 0.28, thick * 0.2]).as_ref(), ink.darker(0.12));
    let (dx, dy) = (toe.0 - ankle.0, toe.1 - ankle.1);
    let mut claws = Hairs::default();
    for side in [-0.3, 0.3] {
        claws.add(toe, (toe.0 + dx * 0.16 - dy * side * 0.5, toe.1 + dy * 0.16 + dx * side * 0.5));
    }
    if let Some(path) = claws.finish() {
        canvas.stroke(&path, thick * 0.16, ink.darker(0.12));
    }
    let shin = [knee, lerp(knee, ankle, 0.4), ankle];
    fill(canvas, limb(&shin, &[thick * 0.62, thick * 0.68, thick * 0.42]).as_ref(), ink.darker(0.06));
    bristles(canvas, knee, ankle, thick, ink);
    let thigh = [hip, lerp(hip, knee, 0.45), knee];
    fill(canvas, limb(&thigh, &[thick * 0.8, thick * 1.06, thick * 0.6]).as_ref(), ink);
    fill(canvas, super::shapes::ellipse(knee, (thick * 0.38, thick * 0.38), 0.0).as_ref(), ink.lighter(0.1));
    for (from, to, width) in [(hip, knee, thick * 0.2), (knee, ankle, thick * 0.14)] {
        let off = (canvas.light.0 * thick * 0.2, canvas.light.1 * thick * 0.2);
        let at = |t: f32| {
            let at = lerp(from, to, t);
            (at.0 + off.0, at.1 + off.1)
        };
        if let Some(path) = curve(&[at(0.18), at(0.82)]) {
            canvas.stroke(&path, width, shine);
        }
    }
}

fn bristles(canvas: &mut Canvas, from: At, to: At, thick: f32, ink: Ink) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1e-3);
    let (ux, uy) = (dx / length, dy / length);
    let mut hairs = Hairs::default();
    for step in 1..8 {
        let at = lerp(from, to, step as f32 / 8.0);
        for side in [-1.0, 1.0] {
            let tip = (at.0 + (ux - uy * side * 0.9) * thick * 0.5, at.1 + (uy + ux * side * 0.9) * thick * 0.5);
            hairs.add(at, tip);
        }
    }
    if let Some(path) = hairs.finish() {
        canvas.stroke(&path, thick * 0.09, ink.lighter(0.12).alpha(0.75));
    }
}

/// An elbowed antenna: a straight shaft to the `elbow`, then a whip of small links to the `tip`, bending as `through` says.
pub fn draw_antenna(canvas: &mut Canvas, base: At, elbow: At, through: At, tip: At, thick: f32, ink: Ink) {
    fill(canvas, limb(&[base, elbow], &[thick * 0.75, thick]).as_ref(), ink);
    let whip = [elbow, through, tip];
    fill(canvas, limb(&whip, &[thick * 0.7, thick * 0.78, thick * 0.95]).as_ref(), ink);
    // Links.
    for step in 1..9 {
        let t = step as f32 / 9.0;
        let at = if t < 0.5 { lerp(elbow, through, t * 2.0) } else { lerp(through, tip, t * 2.0 - 1.0) };
        canvas.glow(at, (thick * 0.42, thick * 0.42), 0.0, ink.lighter(0.4).alpha(0.4));
    }
    let off = (canvas.light.0 * thick * 0.2, canvas.light.1 * thick * 0.2);
    if let Some(path) = curve(&[
        (lerp(base, elbow, 0.15).0 + off.0, lerp(base, elbow, 0.15).1 + off.1),
        (lerp(base, elbow, 0.9).0 + off.0, lerp(base, elbow, 0.9).1 + off.1),
    ]) {
        canvas.stroke(&path, thick * 0.28, ink.lighter(0.45).alpha(0.6));
    }
}

/// A compound eye: dark, with a sheen, two glints and a fine rim.
pub fn draw_eye(canvas: &mut Canvas, center: At, radii: At, turn: f32, ink: Ink) {
    let rim = (radii.0 * 1.12, radii.1 * 1.12);
    fill(canvas, super::shapes::ellipse(center, rim, turn).as_ref(), ink.lighter(0.25).alpha(0.6));
    let stops = [(0.0, ink.lighter(0.3)), (0.5, ink), (1.0, ink.darker(0.7))];
    if let (Some(path), Some(shader)) =
        (super::shapes::ellipse(center, radii, turn), canvas.ball(center, radii, turn, 0.45, &stops))
    {
        canvas.fill_shaded(&path, shader, None);
    }
    let glint = (center.0 + canvas.light.0 * radii.0 * 0.42, center.1 + canvas.light.1 * radii.1 * 0.42);
    let size = radii.0.min(radii.1);
    canvas.glow(glint, (size * 0.5, size * 0.5), 0.0, Ink::WHITE.alpha(0.55));
    fill(canvas, super::shapes::ellipse(glint, (size * 0.24, size * 0.24), 0.0).as_ref(), Ink::WHITE.alpha(0.95));
    let second = (center.0 - canvas.light.0 * radii.0 * 0.5, center.1 - canvas.light.1 * radii.1 * 0.5);
    fill(canvas, super::shapes::ellipse(second, (size * 0.12, size * 0.12), 0.0).as_ref(), Ink::WHITE.alpha(0.5));
}

fn fill(canvas: &mut Canvas, path: Option<&tiny_skia::Path>, ink: Ink) {
    if let Some(path) = path {
        canvas.fill(path, ink);
    }
}
