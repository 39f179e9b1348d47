//! Bare ground: crumbly soil and rippled sand.

use std::f32::consts::TAU;

use super::{blade, extent, green, pebbles};
use crate::base::ImagoRng;
use crate::dataset::sample::canvas::Canvas;
use crate::dataset::sample::color::{Ink, chance, pick, span};
use crate::dataset::sample::noise::{Noise, paint};
use crate::dataset::sample::shapes::{Hairs, curve, limb, polar};

/// Soil with clods, pebbles, bits of straw and now and then a seedling.
pub fn soil(canvas: &mut Canvas, rng: &mut ImagoRng) {
    let (coarse, fine) = (Noise::new(rng), Noise::new(rng));
    let base = pick(rng, &[Ink::hex(0x0096_7858), Ink::hex(0x0085_6A52), Ink::hex(0x00A3_8464), Ink::hex(0x007C_6658)]);
    let base = base.jitter(rng, 0.04);
    let (light, dark) = (base.lighter(0.28), base.darker(0.5));
    let light_side = canvas.light;
    paint(&mut canvas.pixels, |x, y| {
        let height = |x: f32, y: f32| coarse.layers(x / 30.0, y / 30.0, 5);
        // Lit like a relief: the slope towards the light is bright.
        let slope = (height(x, y) - height(x + light_side.0 * 1.8, y + light_side.1 * 1.8)) * 4.6;
        let crumb = (fine.at(x / 1.7, y / 1.7) - 0.5) * 0.3;
        let tone = 0.42 + (height(x, y) - 0.5) * 0.55 + slope + crumb;
        if tone < 0.5 { dark.mix(base, (tone * 2.0).max(0.0)) } else { base.mix(light, (tone - 0.5).min(0.5) * 1.6) }
    });
    let stones = [base.lighter(0.35), base.darker(0.2), Ink::hex(0x009A_9088), Ink::hex(0x00B9_AA98), base];
    pebbles(canvas, rng, 110, (0.9, 3.4), &stones);
    pebbles(canvas, rng, 16, (2.5, extent(&canvas.pixels) * 0.035), &stones);
    for _ in 0..9 {
        straw(canvas, rng);
    }
    if chance(rng, 0.45) {
        let edge = canvas.pixels.height() as f32;
        let x = pick(rng, &[0.06, 0.94]) * canvas.pixels.width() as f32;
        for _ in 0..7 {
            let (dx, lean, length) = (span(rng, -14.0, 14.0), span(rng, -0.5, 0.5), span(rng, 30.0, 80.0));
            let ink = green(rng);
            blade(canvas, (x + dx, edge + 6.0), length, lean, span(rng, 3.0, 6.0), ink);
        }
    }
}

fn straw(canvas: &mut Canvas, rng: &mut ImagoRng) {
    let (width, height) = (canvas.pixels.width() as f32, canvas.pixels.height() as f32);
    let from = (span(rng, 0.0, width), span(rng, 0.0, height));
    let angle = span(rng, 0.0, TAU);
    let middle = polar(from, span(rng, 6.0, 20.0), angle);
    let to = polar(middle, span(rng, 6.0, 18.0), angle + span(rng, -0.5, 0.5));
    let ink = pick(rng, &[Ink::hex(0x00B8_A27C), Ink::hex(0x006A_5240), Ink::hex(0x009A_8A6E)]).jitter(rng, 0.05);
    let thick = span(rng, 0.8, 2.2);
    let off = |at: (f32, f32)| (at.0 - canvas.light.0 * thick, at.1 - canvas.light.1 * thick);
    if let Some(path) = limb(&[off(from), off(middle), off(to)], &[thick, thick, thick * 0.5]) {
        canvas.fill(&path, Ink::SHADE.alpha(0.35));
    }
    if let Some(path) = limb(&[from, middle, to], &[thick, thick, thick * 0.5]) {
        canvas.fill(&path, ink);
    }
}

/// Pale sand with ripples and coloured grains.
pub fn sand(canvas: &mut Canvas, rng: &mut ImagoRng) {
    let (wave, fine) = (Noise::new(rng), Noise::new(rng));
    let base = pick(rng, &[Ink::hex(0x00D3_C2A8), Ink::hex(0x00C9_BBAA), Ink::hex(0x00DB_CDB8), Ink::hex(0x00BF_AE9C)]);
    let base = base.jitter(rng, 0.03);
    let angle = span(rng, 0.0, TAU);
    let (sin, cos) = angle.sin_cos();
    let wavelength = span(rng, 26.0, 60.0);
    let ripples = if chance(rng, 0.7) { span(rng, 0.1, 0.24) } else { 0.03 };
    paint(&mut canvas.pixels, |x, y| {
        let warp = wave.layers(x / 70.0, y / 70.0, 2) * 46.0;
        let along = (x * cos + y * sin + warp) / wavelength * TAU;
        // Steep on one side, as the wind leaves it.
        let ripple = (along + 0.55 * along.sin()).sin() * ripples;
        let grain = (fine.at(x / 1.25, y / 1.25) - 0.5) * 0.2 + (fine.layers(x / 9.0, y / 9.0, 2) - 0.5) * 0.12;
        let tone = ripple + grain;
        if tone > 0.0 { base.lighter(tone * 1.3) } else { base.darker(-tone) }
    });
    for (ink, count) in
        [(base.darker(0.5), 380), (base.lighter(0.6), 420), (Ink::hex(0x009A_6A56), 120), (Ink::hex(0x0078_7E86), 120)]
    {
        let mut grains = Hairs::default();
        for _ in 0..count {
            let at = (span(rng, 0.0, canvas.pixels.width() as f32), span(rng, 0.0, canvas.pixels.height() as f32));
            grains.add(at, (at.0 + span(rng, -0.7, 0.7), at.1 + span(rng, -0.7, 0.7)));
        }
        if let Some(path) = grains.finish() {
            canvas.stroke(&path, 1.1, ink.alpha(0.6));
        }
    }
    let stones = [Ink::hex(0x00A8_9C94), Ink::hex(0x00C4_A898), Ink::hex(0x008E_8A8C), Ink::hex(0x00E3_DCD2)];
    pebbles(canvas, rng, 12, (1.5, extent(&canvas.pixels) * 0.03), &stones);
    if chance(rng, 0.35) {
        shell(canvas, rng);
    }
}

/// A small fan-shaped shell near a corner.
fn shell(canvas: &mut Canvas, rng: &mut ImagoRng) {
    let (width, height) = (canvas.pixels.width() as f32, canvas.pixels.height() as f32);
    let at = (pick(rng, &[0.1, 0.9]) * width, pick(rng, &[0.13, 0.87]) * height);
    let (size, turn) = (span(rng, 14.0, 24.0), span(rng, 0.0, TAU));
    let ink = pick(rng, &[Ink::hex(0x00E9_C9C0), Ink::hex(0x00EF_E4DA), Ink::hex(0x00C8_B0B4)]);
    let rim: Vec<_> = (0..=12)
        .map(|index| {
            let angle = turn + (index as f32 / 12.0 - 0.5) * 2.3;
            polar(at, size * if index % 2 == 0 { 1.0 } else { 0.93 }, angle)
        })
        .collect();
    let mut outline = vec![polar(at, -size * 0.25, turn)];
    outline.extend(&rim);
    let Some(path) = crate::dataset::sample::shapes::blob(&outline) else { return };
    let away = (-canvas.light.0 * 3.0, -canvas.light.1 * 3.0);
    if let Some(shadow) = path.clone().transform(tiny_skia::Transform::from_translate(away.0, away.1)) {
        canvas.fill(&shadow, Ink::SHADE.alpha(0.35));
    }
    let middle = polar(at, size * 0.4, turn);
    canvas.body(&path, middle, (size, size), 0.0, crate::dataset::sample::canvas::Skin { ink, gloss: 0.2 });
    for to in rim.iter().step_by(2) {
        if let Some(path) = curve(&[polar(at, -size * 0.15, turn), *to]) {
            canvas.stroke(&path, 0.9, ink.darker(0.4).alpha(0.6));
        }
    }
}
