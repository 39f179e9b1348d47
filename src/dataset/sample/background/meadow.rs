//! What lies behind: a meadow far out of focus, lights as soft discs.

use super::flower::Head;
use super::{blade, extent, green};
use crate::base::ImagoRng;
use crate::dataset::sample::canvas::{Canvas, linear};
use crate::dataset::sample::color::{Ink, chance, pick, span};
use crate::dataset::sample::noise::blur;
use crate::dataset::sample::shapes::ellipse;

/// Skies and depths, top and bottom of the picture: morning, noon, shade, dusk, mist.
const AIRS: [(u32, u32); 7] = [
    (0x00BF_D8E4, 0x0072_9A5A),
    (0x008F_BEDD, 0x0088_AE62),
    (0x0042_6350, 0x0028_4636),
    (0x00D9_B9B4, 0x006C_7A5C),
    (0x00CF_D8D2, 0x008C_A488),
    (0x006C_8F66, 0x0034_5640),
    (0x0098_A9C9, 0x0058_7A62),
];

/// Fills the canvas with a blurred meadow.
pub fn meadow(canvas: &mut Canvas, rng: &mut ImagoRng) {
    let size = extent(&canvas.pixels);
    let (width, height) = (canvas.pixels.width() as f32, canvas.pixels.height() as f32);
    let (top, bottom) = pick(rng, &AIRS);
    let (top, bottom) = (Ink::hex(top).jitter(rng, 0.04), Ink::hex(bottom).jitter(rng, 0.04));
    let all = tiny_skia::Rect::from_xywh(0.0, 0.0, width, height).map(tiny_skia::PathBuilder::from_rect);
    let tilt = span(rng, -0.3, 0.3) * width;
    let air = linear(
        (width / 2.0 - tilt, 0.0),
        (width / 2.0 + tilt, height),
        &[(0.0, top), (0.45, top.mix(bottom, 0.4)), (1.0, bottom)],
    );
    if let (Some(all), Some(air)) = (all, air) {
        canvas.fill_shaded(&all, air, None);
    }
    // Masses of green and shade.
    for _ in 0..26 {
        let at = (span(rng, 0.0, width), span(rng, 0.15, 1.1) * height);
        let ink = if chance(rng, 0.5) { green(rng) } else { bottom.darker(span(rng, 0.1, 0.5)) };
        canvas.glow(at, (size * span(rng, 0.08, 0.3), size * span(rng, 0.08, 0.25)), 0.0, ink.alpha(0.55));
    }
    for _ in 0..24 {
        let root = (span(rng, -0.05, 1.05) * width, height * span(rng, 0.9, 1.2));
        let ink = green(rng).mix(bottom, 0.3);
        let (length, lean, thick) = (size * span(rng, 0.3, 0.9), span(rng, -0.6, 0.6), size * span(rng, 0.01, 0.03));
        blade(canvas, root, length, lean, thick, ink.alpha(0.8));
    }
    for _ in 0..pick(rng, &[0, 2, 4, 6]) {
        let head = Head::new(rng);
        let at = (span(rng, 0.0, width), span(rng, 0.1, 0.95) * height);
        let radius = size * span(rng, 0.05, 0.13);
        head.draw(canvas, rng, at, radius, false);
    }
    blur(&mut canvas.pixels, size * span(rng, 0.028, 0.05));
    lights(canvas, rng, top);
    blur(&mut canvas.pixels, size * 0.008);
}

/// Points of light out of focus: discs, a little brighter at the rim.
fn lights(canvas: &mut Canvas, rng: &mut ImagoRng, air: Ink) {
    let size = extent(&canvas.pixels);
    let (width, height) = (canvas.pixels.width() as f32, canvas.pixels.height() as f32);
    for _ in 0..pick(rng, &[5, 12, 22]) {
        let at = (span(rng, 0.0, width), span(rng, 0.0, height));
        let radius = size * span(rng, 0.015, 0.055);
        let ink = pick(rng, &[air.lighter(0.5), Ink::hex(0x00F2_F6DC), Ink::hex(0x00DF_EBC8), Ink::hex(0x00F6_E4EA)]);
        let alpha = span(rng, 0.08, 0.3);
        if let Some(path) = ellipse(at, (radius, radius), 0.0) {
            canvas.fill(&path, ink.alpha(alpha));
            canvas.stroke(&path, radius * 0.09, ink.alpha(alpha * 0.9));
        }
    }
}
