//! A picnic: a gingham cloth with folds, and crumbs.

use super::pebbles;
use crate::base::ImagoRng;
use crate::dataset::sample::canvas::Canvas;
use crate::dataset::sample::color::{Ink, pick, span};
use crate::dataset::sample::noise::{Noise, paint};

/// Checked cloth.
pub fn cloth(canvas: &mut Canvas, rng: &mut ImagoRng) {
    let folds = Noise::new(rng);
    let inks = [Ink::hex(0x00B8_3A44), Ink::hex(0x003F_64A8), Ink::hex(0x004E_8A5E), Ink::hex(0x0084_5A94)];
    let ink = pick(rng, &inks).jitter(rng, 0.03);
    let white = Ink::hex(0x00F3_F0EA);
    let (sin, cos) = span(rng, -0.7, 0.7).sin_cos();
    let check = span(rng, 22.0, 40.0);
    let light = canvas.light;
    paint(&mut canvas.pixels, |x, y| {
        let height = |x: f32, y: f32| folds.layers(x / 130.0, y / 130.0, 2) * 30.0;
        let lift = height(x, y);
        let slope = (height(x + light.0 * 4.0, y + light.1 * 4.0) - lift) * -0.085;
        let (u, v) = (x * cos + y * sin + lift * 0.4, -x * sin + y * cos + lift * 0.25);
        let stripe = |at: f32| (at / check).rem_euclid(2.0) < 1.0;
        // Where coloured threads cross coloured ones the check is full, elsewhere half.
        let over = ((u + v) * 0.9).sin() > 0.0;
        let colored = match (stripe(u), stripe(v)) {
            (true, true) => 1.0,
            (false, false) => 0.0,
            (warp, _) => {
                if warp == over {
                    0.72
                } else {
                    0.28
                }
            }
        };
        let weave = ((u * 2.6).sin() * (v * 2.6).sin()) * 0.05;
        let thread = white.mix(ink, colored);
        let tone = slope + weave;
        if tone > 0.0 { thread.lighter(tone) } else { thread.darker(-tone) }
    });
    let crumbs = [Ink::hex(0x00B9_8F62), Ink::hex(0x00C9_A67C), Ink::hex(0x008E_6244)];
    pebbles(canvas, rng, 12, (0.9, 4.0), &crumbs);
    pebbles(canvas, rng, 2, (5.0, 12.0), &crumbs);
}
