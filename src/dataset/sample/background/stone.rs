//! Granite with lichen, and cushions of moss.

use std::f32::consts::TAU;

use super::{dewdrop, green};
use crate::base::ImagoRng;
use crate::dataset::sample::canvas::Canvas;
use crate::dataset::sample::color::{Ink, chance, pick, span};
use crate::dataset::sample::noise::{Noise, paint};
use crate::dataset::sample::shapes::{Hairs, curve, polar};

/// Speckled granite.
pub fn stone(canvas: &mut Canvas, rng: &mut ImagoRng) {
    let (broad, fine, patch) = (Noise::new(rng), Noise::new(rng), Noise::new(rng));
    let base = pick(rng, &[Ink::hex(0x009C_9C9A), Ink::hex(0x00A6_9A94), Ink::hex(0x0088_929A), Ink::hex(0x00B2_ACA2)]);
    let base = base.jitter(rng, 0.04);
    let lichen =
        pick(rng, &[Ink::hex(0x00B9_B48C), Ink::hex(0x008E_A47C), Ink::hex(0x00C2_8F6A), Ink::hex(0x00D5_D8CE)]);
    let cover = span(rng, 0.6, 0.72);
    let light = canvas.light;
    paint(&mut canvas.pixels, |x, y| {
        let height = |x: f32, y: f32| broad.layers(x / 60.0, y / 60.0, 4);
        let slope = (height(x, y) - height(x + light.0 * 3.0, y + light.1 * 3.0)) * 1.6;
        let speckle = fine.at(x / 1.9, y / 1.9);
        let dark_grain = if speckle > 0.8 { -0.4 } else { 0.0 };
        let bright_grain = if speckle < 0.14 { 0.32 } else { 0.0 };
        let tone = slope + dark_grain + bright_grain + (fine.at(x / 5.0, y / 5.0) - 0.5) * 0.16;
        let growth = patch.layers(x / 36.0, y / 36.0, 3) + (fine.at(x / 2.5, y / 2.5) - 0.5) * 0.08;
        let ink = base.mix(lichen, ((growth - cover) / 0.04).clamp(0.0, 0.85));
        if tone > 0.0 { ink.lighter(tone.min(0.7)) } else { ink.darker(-tone) }
    });
    for _ in 0..pick(rng, &[0, 1, 2]) {
        let mut at = (span(rng, 0.0, canvas.pixels.width() as f32), 0.0);
        let mut points = vec![at];
        let heading = span(rng, 0.9, 2.2);
        for _ in 0..12 {
            at = polar(at, span(rng, 18.0, 44.0), heading + span(rng, -0.7, 0.7));
            points.push(at);
        }
        let lower: Vec<_> = points.iter().map(|at| (at.0 - light.0 * 1.6, at.1 - light.1 * 1.6)).collect();
        if let (Some(path), Some(lower)) = (curve(&points), curve(&lower)) {
            canvas.stroke(&lower, 1.4, base.lighter(0.5).alpha(0.6));
            canvas.stroke(&path, 1.8, base.darker(0.75).alpha(0.8));
        }
    }
}

/// A cushion of moss: thousands of tiny leaves in tufts.
pub fn moss(canvas: &mut Canvas, rng: &mut ImagoRng) {
    let tufts = Noise::new(rng);
    let ink = green(rng);
    paint(&mut canvas.pixels, |x, y| ink.darker(0.62 - tufts.layers(x / 40.0, y / 40.0, 2) * 0.3));
    let (width, height) = (canvas.pixels.width() as f32, canvas.pixels.height() as f32);
    for layer in 0..5 {
        let tone = layer as f32 / 4.0;
        let color = ink.darker(0.45 * (1.0 - tone)).mix(Ink::hex(0x00C9_D88A), tone * 0.35);
        let mut leaves = Hairs::default();
        for _ in 0..1500 {
            let at = (span(rng, 0.0, width), span(rng, 0.0, height));
            // Higher layers only on top of the tufts.
            if tufts.layers(at.0 / 40.0, at.1 / 40.0, 2) < tone * 0.56 + span(rng, -0.08, 0.08) {
                continue;
            }
            let angle = span(rng, 0.0, TAU);
            leaves.add_bent(at, polar(at, span(rng, 2.5, 5.5), angle), span(rng, -0.3, 0.3));
        }
        if let Some(path) = leaves.finish() {
            canvas.stroke(&path, 1.25, color.alpha(0.9));
        }
    }
    if chance(rng, 0.5) {
        for _ in 0..6 {
            let at = (span(rng, 0.0, width), span(rng, 0.0, height));
            dewdrop(canvas, at, span(rng, 1.8, 4.5));
        }
    }
}
