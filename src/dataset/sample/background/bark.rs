//! The bark of a tree: ridges, cracks, lichen.

use super::pebbles;
use crate::base::ImagoRng;
use crate::dataset::sample::canvas::Canvas;
use crate::dataset::sample::color::{Ink, chance, pick, span};
use crate::dataset::sample::noise::{Noise, paint};

/// Bark running up the picture or across it.
pub fn bark(canvas: &mut Canvas, rng: &mut ImagoRng) {
    let (ridge, crack, fine, patch) = (Noise::new(rng), Noise::new(rng), Noise::new(rng), Noise::new(rng));
    let base = pick(rng, &[Ink::hex(0x0080_7264), Ink::hex(0x0074_6252), Ink::hex(0x008E_867E), Ink::hex(0x0069_5D58)]);
    let base = base.jitter(rng, 0.04);
    let lichen = pick(rng, &[Ink::hex(0x00A3_B58C), Ink::hex(0x00B8_C0AC), Ink::hex(0x0086_9C6A)]).jitter(rng, 0.03);
    let (sin, cos) = (pick(rng, &[0.0, 1.2, -1.2]) + span(rng, -0.3, 0.3)).sin_cos();
    let cover = if chance(rng, 0.65) { span(rng, 0.56, 0.66) } else { 2.0 };
    let light = canvas.light;
    paint(&mut canvas.pixels, |x, y| {
        let height = |x: f32, y: f32| {
            let (u, v) = (x * cos + y * sin, -x * sin + y * cos);
            let bend = crack.at(u / 90.0, v / 90.0) * 26.0;
            let long = 1.0 - (2.0 * ridge.layers((u + bend) / 17.0, v / 120.0, 3) - 1.0).abs();
            let plates = 1.0 - (2.0 * crack.layers((u + bend) / 60.0, v / 26.0, 2) - 1.0).abs();
            long * 0.75 + plates * 0.25
        };
        let here = height(x, y);
        let slope = (here - height(x + light.0 * 1.4, y + light.1 * 1.4)) * -2.6;
        let crevice = ((here - 0.8) / 0.2).max(0.0);
        let grain = (fine.at(x / 1.5, y / 1.5) - 0.5) * 0.14;
        let mut tone = 0.1 + slope + grain - crevice * 0.8;
        let growth = patch.layers(x / 46.0, y / 46.0, 4) + (fine.at(x / 3.0, y / 3.0) - 0.5) * 0.06;
        let grown = ((growth - cover) / 0.03).clamp(0.0, 1.0) * (1.0 - crevice.min(1.0));
        tone += grown * (fine.at(x / 2.4, y / 2.4) - 0.4) * 0.25;
        let ink = base.mix(lichen, grown * 0.85);
        if tone > 0.0 { ink.lighter(tone.min(0.6)) } else { ink.darker((-tone).min(0.9)) }
    });
    pebbles(canvas, rng, 14, (0.7, 2.0), &[base.lighter(0.3), base.darker(0.3), lichen]);
}
