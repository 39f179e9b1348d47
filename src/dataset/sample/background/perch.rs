//! What an insect seen from the side stands on.

use std::f32::consts::{FRAC_PI_2, PI};

use tiny_skia::PathBuilder;

use super::flower::Head;
use super::{blade, extent, green, petal_inks};
use crate::base::ImagoRng;
use crate::dataset::sample::canvas::{Canvas, Skin, linear};
use crate::dataset::sample::color::{Ink, chance, pick, span};
use crate::dataset::sample::noise::Noise;
use crate::dataset::sample::shapes::{At, Hairs, blob, curve, ellipse, limb, polar};

/// Something to stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Perch {
    Twig,
    LeafEdge,
    FlowerTop,
    Ground,
    Pebble,
}

impl Perch {
    /// One of them by lot.
    pub fn any(rng: &mut ImagoRng) -> Self {
        pick(rng, &[Self::Twig, Self::LeafEdge, Self::FlowerTop, Self::Ground, Self::Pebble, Self::FlowerTop])
    }

    /// Draws it so that its top passes through `foot`, sloping by `slope` radians.
    pub fn draw(self, canvas: &mut Canvas, rng: &mut ImagoRng, foot: At, slope: f32) {
        match self {
            Self::Twig => twig(canvas, rng, foot, slope),
            Self::LeafEdge => leaf_edge(canvas, rng, foot, slope),
            Self::FlowerTop => flower_top(canvas, rng, foot, slope),
            Self::Ground => ground(canvas, rng, foot, slope),
            Self::Pebble => pebble(canvas, rng, foot, slope),
        }
    }
}

fn twig(canvas: &mut Canvas, rng: &mut ImagoRng, foot: At, slope: f32) {
    let size = extent(&canvas.pixels);
    let thick = size * span(rng, 0.035, 0.07);
    let is_stem = chance(rng, 0.4);
    let ink = if is_stem {
        green(rng)
    } else {
        pick(rng, &[Ink::hex(0x0084_6A54), Ink::hex(0x0070_5A4C), Ink::hex(0x0096_8272)])
    };
    let down = polar((0.0, 0.0), thick * 0.5, slope + FRAC_PI_2);
    let axis = |t: f32| {
        let at = polar(foot, t * size, slope);
        (at.0 + down.0, at.1 + down.1)
    };
    let points: Vec<At> = (-4..=4).map(|step| axis(step as f32 * 0.22)).collect();
    let widths: Vec<f32> = (0..9).map(|step| thick * (1.0 + 0.08 * ((step * 5 % 3) as f32 - 1.0))).collect();
    if chance(rng, 0.8) {
        let from = axis(pick(rng, &[-0.42, 0.4]));
        let tip = polar(from, size * 0.3, slope - span(rng, 0.5, 1.1));
        small_leaf(canvas, rng, from, tip);
    }
    let Some(path) = limb(&points, &widths) else { return };
    let across = (polar(axis(0.0), thick * 0.55, slope - FRAC_PI_2), polar(axis(0.0), thick * 0.55, slope + FRAC_PI_2));
    let stops = [(0.0, ink.lighter(0.3)), (0.3, ink), (0.75, ink.darker(0.5)), (1.0, ink.darker(0.32))];
    if let Some(shader) = linear(across.0, across.1, &stops) {
        canvas.fill_shaded(&path, shader, None);
    }
    let mut marks = Hairs::default();
    let mut down = Hairs::default();
    for _ in 0..90 {
        let from = polar(axis(span(rng, -0.8, 0.8)), thick * span(rng, -0.42, 0.42), slope + FRAC_PI_2);
        marks.add(from, polar(from, span(rng, 3.0, 12.0), slope + span(rng, -0.1, 0.1)));
        let edge = polar(axis(span(rng, -0.8, 0.8)), thick * 0.5, slope - FRAC_PI_2);
        down.add(edge, polar(edge, span(rng, 1.5, 4.0), slope - FRAC_PI_2 + span(rng, -0.5, 0.5)));
    }
    if let Some(path) = marks.finish() {
        canvas.stroke(&path, 0.8, ink.darker(0.5).alpha(if is_stem { 0.2 } else { 0.5 }));
    }
    if is_stem && let Some(path) = down.finish() {
        canvas.stroke(&path, 0.6, ink.lighter(0.5).alpha(0.7));
    }
}

/// A leaf on a short stalk, from its root to its tip.
fn small_leaf(canvas: &mut Canvas, rng: &mut ImagoRng, root: At, tip: At) {
    let ink = green(rng);
    let (dx, dy) = (tip.0 - root.0, tip.1 - root.1);
    let at = |t: f32, across: f32| (root.0 + dx * t - dy * across, root.1 + dy * t + dx * across);
    let outline = [
        at(0.05, 0.0),
        at(0.3, 0.2),
        at(0.6, 0.23),
        at(0.88, 0.08),
        at(1.0, 0.0),
        at(0.88, -0.1),
        at(0.6, -0.2),
        at(0.3, -0.16),
    ];
    if let (Some(path), Some(shader)) = (
        blob(&outline),
        linear(at(0.5, 0.2), at(0.5, -0.2), &[(0.0, ink.lighter(0.2)), (0.5, ink), (1.0, ink.darker(0.35))]),
    ) {
        canvas.fill_shaded(&path, shader, None);
    }
    if let Some(path) = curve(&[at(0.0, 0.0), at(0.5, 0.02), at(0.97, 0.0)]) {
        canvas.stroke(&path, 1.6, ink.lighter(0.4));
    }
    for step in 1..6 {
        let t = step as f32 / 6.5;
        for side in [0.17, -0.15] {
            if let Some(path) = curve(&[at(t, 0.0), at(t + 0.14, side)]) {
                canvas.stroke(&path, 0.8, ink.lighter(0.35).alpha(0.6));
            }
        }
    }
}

fn leaf_edge(canvas: &mut Canvas, rng: &mut ImagoRng, foot: At, slope: f32) {
    let size = extent(&canvas.pixels);
    let ink = green(rng);
    let along = |t: f32, lift: f32| {
        let at = polar(foot, t * size, slope);
        polar(at, lift * size, slope - FRAC_PI_2)
    };
    let thick = span(rng, 0.1, 0.2);
    let outline = [
        along(-0.9, -0.03),
        along(-0.5, 0.0),
        along(0.0, 0.004),
        along(0.36, -0.004),
        along(0.62, -0.05),
        along(0.36, -thick * 0.85),
        along(0.0, -thick),
        along(-0.5, -thick * 0.9),
        along(-0.9, -thick * 0.7),
    ];
    let Some(path) = blob(&outline) else { return };
    let stops = [(0.0, ink.lighter(0.22)), (0.3, ink), (1.0, ink.darker(0.6))];
    if let Some(shader) = linear(along(0.0, 0.0), along(0.0, -thick), &stops) {
        canvas.fill_shaded(&path, shader, None);
    }
    let Some(mask) = canvas.mask(&path) else { return };
    for step in -8..6 {
        let from = along(step as f32 * 0.1, 0.02);
        let to = along(step as f32 * 0.1 + 0.14, -thick);
        if let Some(vein) = curve(&[from, to]) {
            canvas.stroke_in(&vein, 1.6, ink.lighter(0.35).alpha(0.4), Some(&mask));
        }
    }
    if let Some(edge) = curve(&outline[..5]) {
        canvas.stroke(&edge, 2.0, ink.lighter(0.45));
    }
}

fn flower_top(canvas: &mut Canvas, rng: &mut ImagoRng, foot: At, slope: f32) {
    let size = extent(&canvas.pixels);
    let (inner, outer) = petal_inks(rng);
    let head = Head::new(rng);
    let (half, tall) = (size * span(rng, 0.17, 0.24), size * span(rng, 0.09, 0.13));
    let center = polar(foot, tall * 0.86, slope + FRAC_PI_2);
    let stem = green(rng);
    let stem_path = limb(
        &[center, polar(center, size * 0.35, FRAC_PI_2 + 0.12), polar(center, size * 0.8, FRAC_PI_2 - 0.05)],
        &[9.0, 8.0, 9.0],
    );
    if let Some(path) = stem_path {
        let shader =
            linear((center.0 - 5.0, 0.0), (center.0 + 5.0, 0.0), &[(0.0, stem.lighter(0.2)), (1.0, stem.darker(0.5))]);
        if let Some(shader) = shader {
            canvas.fill_shaded(&path, shader, None);
        }
    }
    // Rays hang from the rim; those behind are drawn before the dome, those in front after it.
    let count = 17;
    let mut ray = |canvas: &mut Canvas, index: usize, front: bool| {
        let t = index as f32 / (count - 1) as f32;
        let spread = PI * (0.04 + 0.92 * t);
        let root =
            (center.0 + half * 0.86 * spread.cos(), center.1 + tall * if front { 0.35 } else { 0.1 } * spread.sin());
        let reach = half * span(rng, 0.9, 1.15);
        let heading =
            if front { spread * 0.8 + 0.3 } else { -0.25 + spread * 0.16 + if t > 0.5 { PI - 0.1 } else { 0.0 } };
        let tip = polar(root, reach, heading);
        let side = heading + FRAC_PI_2;
        let at = |along: f32, across: f32| {
            polar(crate::dataset::sample::shapes::lerp(root, tip, along), half * 0.12 * across, side)
        };
        let outline =
            [at(0.0, 0.4), at(0.45, 0.95), at(0.85, 0.9), at(1.0, 0.0), at(0.85, -0.9), at(0.45, -0.95), at(0.0, -0.4)];
        let dim = if front { 0.0 } else { 0.25 };
        if let (Some(path), Some(shader)) = (
            blob(&outline),
            linear(
                root,
                tip,
                &[(0.0, inner.darker(0.3 + dim)), (0.5, inner.mix(outer, 0.6).darker(dim)), (1.0, outer.darker(dim))],
            ),
        ) {
            canvas.fill_shaded(&path, shader, None);
            canvas.stroke(&path, 0.8, inner.darker(0.5).alpha(0.35));
        }
        if let Some(path) = curve(&[at(0.1, 0.1), at(0.9, 0.05)]) {
            canvas.stroke(&path, 0.8, inner.darker(0.4).alpha(0.4));
        }
    };
    for index in [0, 1, 2, 3, 13, 14, 15, 16] {
        ray(canvas, index, false);
    }
    for index in (0..count).step_by(2).chain((1..count).step_by(2)) {
        ray(canvas, index, true);
    }
    // The dome and its florets.
    let dome = crate::dataset::sample::canvas::Skin { ink: head.disk, gloss: 0.0 };
    canvas.bead(center, (half, tall), slope, dome);
    for index in 0..150 {
        let share = ((index as f32 + 0.5) / 150.0).sqrt();
        let angle = index as f32 * 2.399_963;
        let local = (half * share * angle.cos() * 0.97, tall * share * angle.sin() * 0.97);
        let at = crate::dataset::sample::shapes::turned((center.0 + local.0, center.1 + local.1), center, slope);
        let lit = 0.5 - 0.5 * local.1 / tall;
        let ink = head.disk.darker(0.4).mix(head.disk.lighter(0.45), lit);
        let length = half * 0.075;
        if let Some(path) = limb(
            &[(at.0, at.1 + length * 0.3), (at.0 + local.0 * 0.04, at.1 - length * (0.4 + lit))],
            &[length * 0.6, length * 0.75],
        ) {
            canvas.fill(&path, ink);
        }
    }
}

fn ground(canvas: &mut Canvas, rng: &mut ImagoRng, foot: At, slope: f32) {
    let size = extent(&canvas.pixels);
    let bumps = Noise::new(rng);
    let is_moss = chance(rng, 0.5);
    let ink = if is_moss {
        green(rng)
    } else {
        pick(rng, &[Ink::hex(0x0090_7458), Ink::hex(0x00C2_B298), Ink::hex(0x0084_7C74)])
    };
    let at_foot = bumps.layers(5.0, 0.5, 2);
    let top = |t: f32| {
        let lift = (bumps.layers(t * 6.0 + 5.0, 0.5, 2) - at_foot) * 0.09 * (1.0 - (-40.0 * t * t).exp());
        let at = polar(foot, t * size, slope);
        (at.0, at.1 - lift * size)
    };
    let mut path = PathBuilder::new();
    let floor = canvas.pixels.height() as f32 + 40.0;
    path.move_to(top(-1.1).0, floor);
    for step in -44..=44 {
        let at = top(step as f32 / 40.0);
        path.line_to(at.0, at.1);
    }
    path.line_to(top(1.1).0, floor);
    path.close();
    let Some(path) = path.finish() else { return };
    let stops = [(0.0, ink.lighter(0.12)), (0.25, ink.darker(0.12)), (1.0, ink.darker(0.62))];
    if let Some(shader) = linear(foot, (foot.0, floor), &stops) {
        canvas.fill_shaded(&path, shader, None);
    }
    let Some(mask) = canvas.mask(&path) else { return };
    for _ in 0..260 {
        let t = span(rng, -1.0, 1.0);
        let surface = top(t);
        let at = (surface.0, surface.1 + span(rng, 0.0, 1.0).powi(2) * (floor - surface.1));
        let ink = ink.jitter(rng, 0.12);
        let r = span(rng, 0.8, 4.5);
        canvas.glow_in(
            at,
            (r * 1.5, r),
            0.0,
            if chance(rng, 0.5) { ink.lighter(0.25) } else { ink.darker(0.35) }.alpha(0.7),
            Some(&mask),
        );
    }
    // What grows or lies along the skyline, leaving room at the feet.
    for step in -60..=60 {
        let t = step as f32 / 60.0 + span(rng, -0.008, 0.008);
        let at = top(t);
        if is_moss {
            let (length, lean) = (span(rng, 2.0, if t.abs() < 0.24 { 4.0 } else { 11.0 }), span(rng, -0.6, 0.6));
            blade(canvas, (at.0, at.1 + 2.0), length, lean, 1.8, ink.jitter(rng, 0.06).lighter(0.12));
        } else if chance(rng, 0.5) {
            let r = span(rng, 1.0, if t.abs() < 0.2 { 1.8 } else { 4.5 });
            canvas.bead((at.0, at.1 + r * 0.5), (r * 1.2, r), 0.0, Skin { ink: ink.jitter(rng, 0.08), gloss: 0.05 });
        }
    }
    if chance(rng, 0.5) {
        for _ in 0..6 {
            let at = top(pick(rng, &[-0.42, 0.42]) + span(rng, -0.07, 0.07));
            let grass = green(rng);
            blade(
                canvas,
                (at.0, at.1 + 4.0),
                size * span(rng, 0.1, 0.3),
                span(rng, -0.6, 0.6),
                span(rng, 2.5, 5.0),
                grass,
            );
        }
    }
}

fn pebble(canvas: &mut Canvas, rng: &mut ImagoRng, foot: At, slope: f32) {
    ground(canvas, rng, (foot.0, foot.1 + extent(&canvas.pixels) * 0.12), 0.0);
    let size = extent(&canvas.pixels);
    let ink = pick(rng, &[Ink::hex(0x009A_9894), Ink::hex(0x00A8_8E80), Ink::hex(0x0078_808A), Ink::hex(0x00C4_BCB2)])
        .jitter(rng, 0.04);
    let (half, tall) = (size * span(rng, 0.24, 0.32), size * span(rng, 0.11, 0.15));
    let center = polar(foot, tall * 0.97, slope + FRAC_PI_2);
    canvas.glow((center.0, center.1 + tall * 0.75), (half * 1.15, tall * 0.5), 0.0, Ink::SHADE.alpha(0.6));
    let points: Vec<At> = (0..12)
        .map(|index| {
            let angle = index as f32 / 12.0 * 2.0 * PI;
            // The top is even, the rest a little rough.
            let rough = if angle > PI { 1.0 } else { span(rng, 0.93, 1.05) };
            let local = (half * rough * angle.cos(), tall * rough * angle.sin());
            crate::dataset::sample::shapes::turned((center.0 + local.0, center.1 + local.1), center, slope)
        })
        .collect();
    let Some(path) = blob(&points) else { return };
    canvas.body(&path, center, (half, tall), slope, Skin { ink, gloss: 0.1 });
    let Some(mask) = canvas.mask(&path) else { return };
    for _ in 0..240 {
        let at = (center.0 + span(rng, -half, half), center.1 + span(rng, -tall, tall));
        let r = span(rng, 0.5, 1.5);
        let speck = if chance(rng, 0.5) { ink.lighter(0.5) } else { ink.darker(0.5) };
        if let Some(path) = ellipse(at, (r, r * 0.7), 0.0) {
            canvas.fill_in(&path, speck.alpha(0.4), &mask);
        }
    }
}
