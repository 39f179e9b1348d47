//! Putting an insect in its place: pose, size, light, shadow, what is before and behind it.

use image::{RgbImage, RgbaImage};
use tiny_skia::{Pixmap, PixmapPaint, Transform};

use super::ant::Ant;
use super::background::{Perch, Surface, meadow};
use super::bee::Bee;
use super::canvas::Canvas;
use super::color::{Ink, chance, pick, span};
use super::noise::{blur, depth_of_field, develop};
use super::shapes::{At, ellipse, polar};
use crate::base::{ImagoRng, rng_for};

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Specimen {
    /// An ant.
    Ant,
    /// A bee.
    Bee,
}

impl Specimen {
    /// The class's name: `ants` or `bees`.
    pub fn class(self) -> &'static str {
        match self {
            Self::Ant => "ants",
            Self::Bee => "bees",
        }
    }

    /// Keeps the two kinds' generators apart.
    fn stream(self) -> u64 {
        match self {
            Self::Ant => 0x0A17,
            Self::Bee => 0x0BEE,
        }
    }
}

/// How the insect is seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    Above,
    Side,
    /// From the side, in the air.
    Flying,
}

/// An insect that knows how to draw itself.
enum Insect {
    Ant(Ant),
    Bee(Bee),
}

impl Insect {
    fn new(kind: Specimen, view: View, rng: &mut ImagoRng) -> Self {
        match kind {
            Specimen::Ant => Self::Ant(Ant::new(rng)),
            Specimen::Bee => Self::Bee(Bee::new(rng, view == View::Flying)),
        }
    }

    fn draw(&self, view: View, canvas: &mut Canvas, rng: &mut ImagoRng) {
        match (self, view) {
            (Self::Ant(ant), View::Above) => ant.draw_from_above(canvas, rng),
            (Self::Ant(ant), _) => ant.draw_from_the_side(canvas, rng),
            (Self::Bee(bee), View::Above) => bee.draw_from_above(canvas, rng),
            (Self::Bee(bee), _) => bee.draw_from_the_side(canvas, rng, view == View::Flying),
        }
    }

    /// Where the feet stand, in the insect's own units, when seen from the side.
    fn ground(&self) -> f32 {
        match self {
            Self::Ant(_) => 27.0,
            Self::Bee(_) => 34.0,
        }
    }
}

/// Draws picture number `number` of `kind`: about 320×240 to 400×300 pixels, some upright. The same arguments always give the
/// same picture.
pub fn draw_scene(kind: Specimen, seed: u64, number: u64) -> RgbImage {
    let rng = &mut rng_for(seed, kind.stream(), number);
    let wide = span(rng, 320.0, 400.0).round();
    let high = (wide * span(rng, 0.72, 0.78)).round();
    let (width, height) = if chance(rng, 0.14) { (high, wide) } else { (wide, high) };
    let light = polar((0.0, 0.0), 1.0, span(rng, -2.7, -0.45));
    let view = match (kind, span(rng, 0.0, 1.0)) {
        (Specimen::Ant, lot) if lot < 0.58 => View::Above,
        (Specimen::Ant, _) => View::Side,
        (Specimen::Bee, lot) if lot < 0.46 => View::Above,
        (Specimen::Bee, lot) if lot < 0.76 => View::Side,
        (Specimen::Bee, _) => View::Flying,
    };
    let mut canvas = Canvas::new(width as u32, height as u32);
    canvas.light = light;
    match view {
        View::Above => from_above(&mut canvas, rng, kind),
        View::Side | View::Flying => from_the_side(&mut canvas, rng, kind, view),
    }
    let (warmth, exposure) = (span(rng, -0.035, 0.045), span(rng, 0.92, 1.08));
    develop(&mut canvas.pixels, rng, 0.018, warmth, exposure);
    opaque(&canvas.pixels)
}

fn from_above(canvas: &mut Canvas, rng: &mut ImagoRng, kind: Specimen) {
    let (width, height) = (canvas.pixels.width() as f32, canvas.pixels.height() as f32);
    let small = width.min(height);
    let focus = (width * span(rng, 0.42, 0.58), height * span(rng, 0.42, 0.58));
    Surface::any(rng).paint(canvas, rng, focus);
    let scale = small / 100.0 * span(rng, 0.56, 0.86);
    let squash = if chance(rng, 0.4) { span(rng, 1.3, 2.2) } else { 1.0 };
    depth_of_field(&mut canvas.pixels, focus, scale * 45.0, scale * 120.0, small * 0.02, squash);
    let turn = span(rng, -180.0, 180.0);
    let flip = if chance(rng, 0.5) { -1.0 } else { 1.0 };
    let to_pixels = Transform::from_translate(focus.0, focus.1)
        .pre_rotate(turn)
        .pre_scale(scale, scale * flip)
        .pre_translate(if kind == Specimen::Ant { -4.0 } else { 4.0 }, 0.0);
    let insect = Insect::new(kind, View::Above, rng);
    let mut layer = Canvas::new(canvas.pixels.width(), canvas.pixels.height()).within(to_pixels, canvas.light);
    insect.draw(View::Above, &mut layer, rng);
    let light = canvas.light;
    let away = |distance: f32| (-light.0 * distance * scale, -light.1 * distance * scale);
    // The body stands on its legs: a soft shadow some way off, and a dark one close by.
    cast_shadow(canvas, &layer.pixels, away(11.0), scale * 4.2, 0.34);
    cast_shadow(canvas, &layer.pixels, away(3.5), scale * 1.5, 0.34);
    over(canvas, &layer.pixels);
}

fn from_the_side(canvas: &mut Canvas, rng: &mut ImagoRng, kind: Specimen, view: View) {
    let (width, height) = (canvas.pixels.width() as f32, canvas.pixels.height() as f32);
    let small = width.min(height);
    // From the side the light comes from above.
    canvas.light = polar((0.0, 0.0), 1.0, span(rng, -2.3, -0.85));
    meadow(canvas, rng);
    let insect = Insect::new(kind, view, rng);
    let scale = small / 100.0 * span(rng, 0.56, 0.82);
    let slope = if view == View::Flying { span(rng, -0.35, 0.3) } else { span(rng, -0.3, 0.3) };
    let flip = if chance(rng, 0.5) { -1.0 } else { 1.0 };
    let center = (width * span(rng, 0.44, 0.56), height * span(rng, 0.46, 0.56));
    let drop = insect.ground() * scale;
    let foot = polar(center, drop, slope + std::f32::consts::FRAC_PI_2);
    if view == View::Flying {
        if chance(rng, 0.55) {
            let below = (width * span(rng, 0.2, 0.8), height * span(rng, 0.8, 1.0));
            let mut far = Canvas::new(canvas.pixels.width(), canvas.pixels.height());
            far.light = canvas.light;
            let tilt = span(rng, -0.2, 0.2);
            Perch::FlowerTop.draw(&mut far, rng, below, tilt);
            blur(&mut far.pixels, small * span(rng, 0.008, 0.02));
            over(canvas, &far.pixels);
        }
    } else {
        let mut near = Canvas::new(canvas.pixels.width(), canvas.pixels.height());
        near.light = canvas.light;
        Perch::any(rng).draw(&mut near, rng, foot, slope);
        depth_of_field(&mut near.pixels, foot, scale * 60.0, scale * 150.0, small * 0.02, 1.0);
        over(canvas, &near.pixels);
    }
    let to_pixels = Transform::from_translate(center.0, center.1)
        .pre_rotate(slope.to_degrees())
        .pre_scale(scale * flip, scale)
        .pre_translate(if kind == Specimen::Ant { -5.0 } else { 0.0 }, 0.0);
    let mut layer = Canvas::new(canvas.pixels.width(), canvas.pixels.height()).within(to_pixels, canvas.light);
    insect.draw(view, &mut layer, rng);
    if view == View::Side {
        contact_shadow(canvas, foot, slope, scale);
    }
    over(canvas, &layer.pixels);
    if chance(rng, 0.4) {
        foreground(canvas, rng);
    }
}

/// The insect's outline, moved by `by`, blurred, dark.
fn cast_shadow(canvas: &mut Canvas, insect: &Pixmap, by: At, softness: f32, strength: f32) {
    let Some(mut shadow) = Pixmap::new(insect.width(), insect.height()) else { return };
    let shift = Transform::from_translate(by.0, by.1);
    shadow.draw_pixmap(0, 0, insect.as_ref(), &PixmapPaint::default(), shift, None);
    for pixel in shadow.data_mut().as_chunks_mut::<4>().0 {
        let alpha = f32::from(pixel[3]) / 255.0 * strength;
        let ink = Ink::SHADE;
        let part = |value: f32| (value * alpha * 255.0 + 0.5) as u8;
        *pixel = [part(ink.r), part(ink.g), part(ink.b), part(1.0)];
    }
    blur(&mut shadow, softness);
    over(canvas, &shadow);
}

/// Darkness under an insect that stands on an edge seen from the side.
fn contact_shadow(canvas: &mut Canvas, foot: At, slope: f32, scale: f32) {
    let below = polar(foot, scale * 3.0, slope + std::f32::consts::FRAC_PI_2);
    let Some(mut shadow) = Pixmap::new(canvas.pixels.width(), canvas.pixels.height()) else { return };
    let mut layer = Canvas::new(1, 1);
    std::mem::swap(&mut layer.pixels, &mut shadow);
    layer.glow(below, (scale * 50.0, scale * 7.0), slope, Ink::SHADE.alpha(0.42));
    // Only on what is there: the air takes no shadow. What is there is sharp, so the shade is kept narrow instead.
    blur(&mut layer.pixels, scale * 1.5);
    over(canvas, &layer.pixels);
}

/// Something very near and very blurred at an edge of the picture.
fn foreground(canvas: &mut Canvas, rng: &mut ImagoRng) {
    let (width, height) = (canvas.pixels.width() as f32, canvas.pixels.height() as f32);
    let mut near = Canvas::new(canvas.pixels.width(), canvas.pixels.height());
    let inks = [Ink::hex(0x0056_7C44), Ink::hex(0x0048_6A44), Ink::hex(0x00D0_A0B8), Ink::hex(0x0086_9C64)];
    let ink = pick(rng, &inks).jitter(rng, 0.05);
    let x = pick(rng, &[-0.02, 1.02]) * width;
    for _ in 0..3 {
        let at = (x + span(rng, -0.08, 0.08) * width, height * span(rng, 0.7, 1.1));
        let turn = span(rng, -0.9, 0.9);
        if let Some(path) = ellipse(at, (width * span(rng, 0.03, 0.07), height * span(rng, 0.2, 0.5)), turn) {
            near.fill(&path, ink.jitter(rng, 0.04).alpha(0.85));
        }
    }
    blur(&mut near.pixels, width * 0.035);
    over(canvas, &near.pixels);
}

fn over(canvas: &mut Canvas, layer: &Pixmap) {
    let paint = PixmapPaint::default();
    canvas.pixels.draw_pixmap(0, 0, layer.as_ref(), &paint, Transform::identity(), None);
}

fn opaque(pixels: &Pixmap) -> RgbImage {
    let data = pixels.data().as_chunks::<4>().0;
    let rgb: Vec<u8> = data.iter().flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    RgbImage::from_raw(pixels.width(), pixels.height(), rgb).unwrap_or_default()
}

/// Draws one insect alone, `size`×`size` pixels, its shadow under it, on nothing: for places in the window that are empty yet.
/// The same arguments always give the same picture. Straight (not premultiplied) alpha.
pub fn draw_specimen(kind: Specimen, seed: u64, size: u32) -> RgbaImage {
    let size = size.clamp(1, 4096);
    let rng = &mut rng_for(seed, kind.stream() ^ 0xFACE, 0);
    let side = size as f32;
    let mut canvas = Canvas::new(size, size);
    canvas.light = polar((0.0, 0.0), 1.0, -2.2);
    // A standing ant and a flying bee: each at its most itself.
    let view = if kind == Specimen::Ant { View::Side } else { View::Flying };
    let insect = Insect::new(kind, view, rng);
    // An ant is longer than a bee: from the hairs of its abdomen to antennae held straight forward, 134 units.
    let (scale, center) = match kind {
        Specimen::Ant => (side * 0.0070, (side * 0.46, side * 0.52)),
        Specimen::Bee => (side * 0.0072, (side * 0.48, side * 0.58)),
    };
    let to_pixels = Transform::from_translate(center.0, center.1).pre_scale(scale, scale).pre_translate(-5.0, 0.0);
    let mut layer = Canvas::new(size, size).within(to_pixels, canvas.light);
    insect.draw(view, &mut layer, rng);
    let floor = (center.0, center.1 + (insect.ground() + if view == View::Flying { 8.0 } else { 1.0 }) * scale);
    canvas.glow(floor, (scale * 46.0, scale * 5.0), 0.0, Ink::SHADE.alpha(0.3));
    over(&mut canvas, &layer.pixels);
    let data = canvas.pixels.pixels().iter().flat_map(|pixel| {
        let straight = pixel.demultiply();
        [straight.red(), straight.green(), straight.blue(), straight.alpha()]
    });
    RgbaImage::from_raw(size, size, data.collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_picture_and_another_number_another() {
        let one = draw_scene(Specimen::Bee, 3, 5);
        assert_eq!(one, draw_scene(Specimen::Bee, 3, 5));
        assert_ne!(one, draw_scene(Specimen::Bee, 3, 6));
        assert_ne!(one, draw_scene(Specimen::Bee, 4, 5));
        assert_ne!(one, draw_scene(Specimen::Ant, 3, 5));
    }

    #[test]
    fn pictures_have_the_promised_size_and_are_not_blank() {
        for number in 0..4 {
            for kind in [Specimen::Ant, Specimen::Bee] {
                let picture = draw_scene(kind, 1, number);
                let (long, short) = (picture.width().max(picture.height()), picture.width().min(picture.height()));
                assert!((320..=400).contains(&long) && (228..=315).contains(&short), "{long}×{short}");
                let mean = picture.iter().map(|value| f64::from(*value)).sum::<f64>() / picture.len() as f64;
                let spread = picture.iter().map(|value| (f64::from(*value) - mean).powi(2)).sum::<f64>();
                assert!((spread / picture.len() as f64).sqrt() > 15.0, "{kind:?} {number} is nearly blank");
            }
        }
    }

    #[test]
    fn a_specimen_stands_alone_on_nothing() {
        let picture = draw_specimen(Specimen::Ant, 0, 120);
        assert_eq!(picture.dimensions(), (120, 120));
        assert_eq!(picture.get_pixel(0, 0).0[3], 0);
        assert!(picture.pixels().filter(|pixel| pixel.0[3] > 200).count() > 500);
        assert_eq!(draw_specimen(Specimen::Bee, 0, 0).dimensions(), (1, 1));
    }

    #[test]
    fn no_ant_is_cut_off_at_a_side() {
        for seed in 0..16 {
            let picture = draw_specimen(Specimen::Ant, seed, 120);
            let is_clear = |x: u32| (0..120).all(|y| picture.get_pixel(x, y).0[3] == 0);
            assert!(is_clear(0) && is_clear(119), "seed {seed}");
        }
    }
}
