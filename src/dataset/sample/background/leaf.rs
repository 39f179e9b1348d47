//! A big leaf, from so near that it fills the picture, or nearly.

use tiny_skia::Mask;

use super::{dewdrop, extent, green};
use crate::base::ImagoRng;
use crate::dataset::sample::canvas::Canvas;
use crate::dataset::sample::color::{Ink, chance, pick, span};
use crate::dataset::sample::noise::{Noise, paint};
use crate::dataset::sample::shapes::{At, blob, curve, limb, polar};

/// A leaf with its veins, drops of dew, sometimes its edge.
pub fn leaf(canvas: &mut Canvas, rng: &mut ImagoRng, focus: At) {
    let ink = if chance(rng, 0.12) {
        // A leaf in autumn.
        pick(rng, &[Ink::hex(0x00A2_5A3C), Ink::hex(0x008C_4A44)]).jitter(rng, 0.04)
    } else {
        green(rng)
    };
    let size = extent(&canvas.pixels);
    let angle = span(rng, -0.9, 0.9);
    let axis = |t: f32| polar(focus, (t - 0.45) * size * 1.9, angle);
    let shows_edge = chance(rng, 0.5);
    if shows_edge {
        super::meadow(canvas, rng);
    }
    let half = size * if shows_edge { span(rng, 0.36, 0.5) } else { 1.6 };
    let across = |t: f32, side: f32| {
        let swell = (std::f32::consts::PI * t.clamp(0.0, 1.0).powf(0.8)).sin().max(0.0).powf(0.75);
        polar(axis(t), half * swell * side, angle + std::f32::consts::FRAC_PI_2)
    };
    let mut outline: Vec<At> = (0..=14).map(|index| across(index as f32 / 14.0, 1.0)).collect();
    outline.extend((1..14).rev().map(|index| across(index as f32 / 14.0, -1.0)));
    let Some(path) = blob(&outline) else { return };
    let Some(mask) = canvas.mask(&path) else { return };

    // Paint the whole surface aside, then let it through the outline.
    let mut surface = Canvas::new(canvas.pixels.width(), canvas.pixels.height());
    surface.light = canvas.light;
    let noise = Noise::new(rng);
    let (cos, sin) = (angle.cos(), angle.sin());
    paint(&mut surface.pixels, |x, y| {
        let across = -(x - focus.0) * sin + (y - focus.1) * cos;
        let broad = (noise.layers(x / 90.0, y / 90.0, 2) - 0.5) * 0.35;
        let cells = (noise.at(x / 4.0, y / 4.0) - 0.5) * 0.1 + (noise.at(x / 1.6 + 50.0, y / 1.6) - 0.5) * 0.05;
        // The two halves of a leaf catch the light differently.
        let fold = (across / (size * 0.12)).tanh() * 0.07;
        let tone = broad + cells + fold + 0.05;
        if tone > 0.0 { ink.lighter(tone) } else { ink.darker(-tone) }
    });
    veins(&mut surface, rng, ink, &axis, angle, size);
    if shows_edge {
        canvas.stroke(&path, 7.0, Ink::SHADE.alpha(0.18));
    }
    through(canvas, &surface, &mask);
    if shows_edge {
        canvas.stroke(&path, 1.6, ink.lighter(0.4).alpha(0.8));
    }
    if chance(rng, 0.7) {
        for _ in 0..pick(rng, &[3, 6, 10]) {
            let at = (
                span(rng, 0.03, 0.97) * canvas.pixels.width() as f32,
                span(rng, 0.03, 0.97) * canvas.pixels.height() as f32,
            );
            let far = (at.0 - focus.0).hypot(at.1 - focus.1) > size * 0.2;
            let on_leaf = mask_at(&mask, at) > 200;
            if far && on_leaf {
                dewdrop(canvas, at, span(rng, 2.5, 9.0));
            }
        }
    }
}

fn veins(surface: &mut Canvas, rng: &mut ImagoRng, ink: Ink, axis: &impl Fn(f32) -> At, angle: f32, size: f32) {
    let pale = ink.lighter(0.38);
    let spacing = span(rng, 0.055, 0.085);
    let lean = span(rng, 0.7, 1.0);
    let mut at = 0.02;
    while at < 1.0 {
        for side in [1.0, -1.0] {
            let from = axis(at + span(rng, -0.008, 0.008));
            let one = polar(from, size * 0.3, angle + lean * side);
            let two = polar(one, size * 0.42, angle + (lean - 0.25) * side);
            let three = polar(two, size * 0.4, angle + (lean - 0.5) * side);
            let points = [from, one, two, three];
            // Between veins the blade bulges: a soft dark valley, then the bright vein in it.
            let valley = points.map(|at| (at.0 - surface.light.0 * 2.2, at.1 - surface.light.1 * 2.2));
            if let Some(path) = curve(&valley) {
                surface.stroke(&path, size * 0.024, ink.darker(0.5).alpha(0.1));
                surface.stroke(&path, size * 0.012, ink.darker(0.5).alpha(0.18));
            }
            if let Some(path) = limb(&points, &[size * 0.009, size * 0.006, size * 0.004, size * 0.002]) {
                surface.fill(&path, pale.alpha(0.75));
            }
            // Fine cross veins.
            for step in 1..9 {
                let t = step as f32 / 9.0;
                let start = crate::dataset::sample::shapes::lerp(from, two, t);
                let end = polar(start, size * spacing * span(rng, 0.9, 1.5), angle + span(rng, -0.35, 0.35));
                if let Some(path) = curve(&[start, end]) {
                    surface.stroke(&path, size * 0.0022, pale.alpha(0.22));
                }
            }
        }
        at += spacing;
    }
    let rib: Vec<At> = (0..=6).map(|index| axis(index as f32 / 6.0)).collect();
    let shadow: Vec<At> = rib.iter().map(|at| (at.0 - surface.light.0 * 3.5, at.1 - surface.light.1 * 3.5)).collect();
    if let Some(path) = curve(&shadow) {
        surface.stroke(&path, size * 0.024, ink.darker(0.6).alpha(0.3));
    }
    let widths: Vec<f32> = (0..=6).map(|index| size * (0.024 - 0.0025 * index as f32)).collect();
    if let Some(path) = limb(&rib, &widths) {
        surface.fill(&path, pale);
    }
    let lit: Vec<At> = rib.iter().map(|at| (at.0 + surface.light.0 * 1.5, at.1 + surface.light.1 * 1.5)).collect();
    if let Some(path) = curve(&lit) {
        surface.stroke(&path, size * 0.005, pale.lighter(0.45));
    }
}

/// Draws `surface` onto `canvas` where `mask` is.
fn through(canvas: &mut Canvas, surface: &Canvas, mask: &Mask) {
    canvas.pixels.draw_pixmap(
        0,
        0,
        surface.pixels.as_ref(),
        &tiny_skia::PixmapPaint::default(),
        tiny_skia::Transform::identity(),
        Some(mask),
    );
}

fn mask_at(mask: &Mask, at: At) -> u8 {
    let index = at.1.max(0.0) as usize * mask.width() as usize + at.0.max(0.0) as usize;
    mask.data().get(index).copied().unwrap_or(0)
}
