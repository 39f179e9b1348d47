//! Flower heads: one so near that it fills the picture, and small ones for meadows.

use std::f32::consts::TAU;

use super::{extent, green, petal_inks};
use crate::base::ImagoRng;
use crate::dataset::sample::canvas::{Canvas, Skin, linear};
use crate::dataset::sample::color::{Ink, chance, pick, span};
use crate::dataset::sample::shapes::{At, blob, curve, ellipse, polar};

/// How a flower head looks.
#[derive(Clone, Copy)]
pub struct Head {
    pub inner: Ink,
    pub outer: Ink,
    pub disk: Ink,
    pub petals: usize,
    /// Radius of the disk as a share of the head's.
    pub disk_share: f32,
    /// Width of a petal, as a share of the gap-free width.
    pub broad: f32,
}

impl Head {
    /// A head by lot.
    pub fn new(rng: &mut ImagoRng) -> Self {
        let (inner, outer) = petal_inks(rng);
        let disks = [Ink::hex(0x008A_5A2C), Ink::hex(0x006A_4030), Ink::hex(0x00A8_7C3A), Ink::hex(0x0070_7A3C)];
        Self {
            inner,
            outer,
            disk: pick(rng, &disks).jitter(rng, 0.04),
            petals: pick(rng, &[8, 10, 13, 16, 21]),
            disk_share: span(rng, 0.2, 0.34),
            broad: span(rng, 1.1, 1.6),
        }
    }

    /// Draws the head, `radius` in size; `detail` adds creases, shadows between petals and single florets.
    pub fn draw(&self, canvas: &mut Canvas, rng: &mut ImagoRng, center: At, radius: f32, detail: bool) {
        let start = span(rng, 0.0, TAU);
        for layer in 0..2 {
            let reach = radius * if layer == 0 { 1.0 } else { 0.9 };
            for index in 0..self.petals {
                let turn =
                    start + (index as f32 + layer as f32 * 0.5) / self.petals as f32 * TAU + span(rng, -0.05, 0.05);
                let length = reach * span(rng, 0.9, 1.04);
                self.petal(canvas, rng, center, length, turn, layer == 0, detail);
            }
        }
        self.disk(canvas, rng, center, radius * self.disk_share, detail);
    }

    #[allow(clippy::too_many_arguments)] // one petal of two loops, spelled out once
    fn petal(
        &self,
        canvas: &mut Canvas,
        rng: &mut ImagoRng,
        center: At,
        length: f32,
        turn: f32,
        below: bool,
        detail: bool,
    ) {
        let half = length * (TAU / self.petals as f32 * 0.5).tan().min(0.55) * self.broad * 0.62;
        let side = turn + TAU / 4.0;
        let at = |along: f32, across: f32| polar(polar(center, length * along, turn), half * across, side);
        let notch = span(rng, 0.93, 1.0);
        let outline = [
            at(0.08, 0.2),
            at(0.4, 0.62),
            at(0.72, 1.0),
            at(0.93, 0.72),
            at(1.0, 0.25),
            at(notch, 0.0),
            at(1.0, -0.25),
            at(0.93, -0.72),
            at(0.72, -1.0),
            at(0.4, -0.62),
            at(0.08, -0.2),
        ];
        let Some(path) = blob(&outline) else { return };
        if detail {
            let away = (-canvas.light.0 * length * 0.025, -canvas.light.1 * length * 0.025);
            for (spread, alpha) in [(1.0, 0.16), (1.9, 0.1)] {
                let shift = tiny_skia::Transform::from_translate(away.0 * spread, away.1 * spread);
                if let Some(shadow) = path.clone().transform(shift) {
                    canvas.fill(&shadow, Ink::SHADE.alpha(alpha));
                }
            }
        }
        let dim = if below { 0.16 } else { 0.0 };
        let (inner, outer) = (self.inner.darker(dim + 0.12), self.outer.jitter(rng, 0.015).darker(dim));
        let stops = [(0.0, inner.darker(0.25)), (0.3, inner), (0.75, outer), (1.0, outer.lighter(0.25))];
        if let Some(shader) = linear(center, at(1.0, 0.0), &stops) {
            canvas.fill_shaded(&path, shader, None);
        }
        if !detail {
            return;
        }
        // A petal is a shallow trough: one flank in the light, one in the shade, creases along it.
        if let Some(mask) = canvas.mask(&path) {
            let lit = canvas.light.0 * side.cos() + canvas.light.1 * side.sin();
            canvas.glow_in(
                at(0.62, 0.6 * lit.signum()),
                (length * 0.42, half * 0.6),
                turn,
                Ink::WHITE.alpha(0.3),
                Some(&mask),
            );
            let shade = self.inner.darker(0.4).alpha(0.3);
            canvas.glow_in(at(0.55, -0.62 * lit.signum()), (length * 0.5, half * 0.5), turn, shade, Some(&mask));
            for across in [-0.5, -0.2, 0.12, 0.45] {
                if let Some(crease) = curve(&[at(0.15, across * 0.3), at(0.55, across * 0.8), at(0.9, across * 0.7)]) {
                    canvas.stroke_in(&crease, length * 0.006, self.inner.darker(0.35).alpha(0.35), Some(&mask));
                }
            }
        }
    }

    /// The disk: florets in the spiral of the golden angle (Vogel, 1979), the outer ones open.
    fn disk(&self, canvas: &mut Canvas, rng: &mut ImagoRng, center: At, radius: f32, detail: bool) {
        canvas.glow(center, (radius * 1.45, radius * 1.45), 0.0, Ink::SHADE.alpha(0.5));
        canvas.bead(center, (radius, radius), 0.0, Skin { ink: self.disk, gloss: 0.0 });
        let florets = if detail { 190 } else { 34 };
        for index in 0..florets {
            let share = ((index as f32 + 0.5) / florets as f32).sqrt();
            let at = polar(center, radius * share * 0.98, index as f32 * 2.399_963);
            let lit = (at.0 - center.0) * canvas.light.0 + (at.1 - center.1) * canvas.light.1;
            let tone = 0.5 + 0.5 * lit / radius;
            let size = radius * if detail { 0.062 } else { 0.14 } * span(rng, 0.85, 1.15);
            let ink = self.disk.darker(0.35).mix(self.disk.lighter(0.42), tone * share.max(0.3));
            if let Some(path) =
                ellipse((at.0 - canvas.light.0 * size * 0.5, at.1 - canvas.light.1 * size * 0.5), (size, size), 0.0)
            {
                canvas.fill(&path, Ink::SHADE.alpha(0.35));
            }
            if let Some(path) = ellipse(at, (size * 0.9, size * 0.9), 0.0) {
                canvas.fill(&path, ink);
            }
            if detail {
                let glint = (at.0 + canvas.light.0 * size * 0.35, at.1 + canvas.light.1 * size * 0.35);
                if let Some(path) = ellipse(glint, (size * 0.34, size * 0.34), 0.0) {
                    canvas.fill(&path, ink.lighter(0.45).alpha(0.8));
                }
            }
        }
    }
}

/// A flower head that fills the picture; the insect sits on its petals or its heart.
pub fn petals(canvas: &mut Canvas, rng: &mut ImagoRng, focus: At) {
    let size = extent(&canvas.pixels);
    let behind = green(rng).darker(0.35);
    super::super::noise::paint(&mut canvas.pixels, |_, _| behind);
    super::meadow(canvas, rng);
    let head = Head::new(rng);
    let radius = size * span(rng, 0.5, 0.78);
    let off = if chance(rng, 0.4) { 0.0 } else { span(rng, 0.2, 0.5) };
    let center = polar(focus, radius * off, span(rng, 0.0, TAU));
    head.draw(canvas, rng, center, radius, true);
}
