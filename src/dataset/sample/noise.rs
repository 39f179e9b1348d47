//! Texture and softness: seeded value noise, blur, depth of field, film grain.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use rand::RngExt;
use tiny_skia::Pixmap;

use super::color::Ink;
use super::shapes::At;
use crate::base::ImagoRng;

/// Smooth noise over the plane, 0 to 1, the same everywhere for the same seed.
#[derive(Clone, Copy)]
pub struct Noise(u32);

impl Noise {
    /// Noise of its own.
    pub fn new(rng: &mut ImagoRng) -> Self {
        Self(rng.random())
    }

    fn lattice(self, x: i32, y: i32) -> f32 {
        let mut h = (x as u32).wrapping_mul(0x8DA6_B343) ^ (y as u32).wrapping_mul(0xD816_3841) ^ self.0;
        h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
        h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
        ((h ^ (h >> 15)) >> 8) as f32 / 16_777_216.0
    }

    /// One octave; features are about one unit wide.
    pub fn at(self, x: f32, y: f32) -> f32 {
        let (cell_x, cell_y) = (x.floor(), y.floor());
        let ease = |t: f32| t * t * (3.0 - 2.0 * t);
        let (u, v) = (ease(x - cell_x), ease(y - cell_y));
        let (x, y) = (cell_x as i32, cell_y as i32);
        let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
        let top = mix(self.lattice(x, y), self.lattice(x + 1, y), u);
        let bottom = mix(self.lattice(x, y + 1), self.lattice(x + 1, y + 1), u);
        mix(top, bottom, v)
    }

    /// `octaves` layers, each twice as fine and half as strong.
    pub fn layers(self, x: f32, y: f32, octaves: usize) -> f32 {
        let (mut sum, mut weight, mut scale, mut total) = (0.0, 1.0, 1.0, 0.0);
        for octave in 0..octaves {
            let shift = octave as f32 * 17.3;
            sum += weight * self.at(x * scale + shift, y * scale - shift);
            total += weight;
            weight *= 0.5;
            scale *= 2.03;
        }
        sum / total
    }
}

/// Fills `pixels` with an opaque colour for each place.
pub fn paint(pixels: &mut Pixmap, mut ink_at: impl FnMut(f32, f32) -> Ink) {
    let width = pixels.width() as usize;
    for (index, pixel) in pixels.data_mut().as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let ink = ink_at((index % width) as f32, (index / width) as f32);
        *pixel = [byte(ink.r), byte(ink.g), byte(ink.b), 255];
    }
}

fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

/// Blurs by about `radius` pixels (three box blurs, nearly a Gaussian). Edges repeat. Wide blurs are done on a smaller copy,
/// in which nothing is lost that the blur would keep.
pub fn blur(pixels: &mut Pixmap, radius: f32) {
    let shrink = (radius / 3.0).floor().clamp(1.0, 6.0) as u32;
    let small = (shrink > 1).then(|| scaled(pixels, pixels.width().div_ceil(shrink), pixels.height().div_ceil(shrink)));
    if let Some(mut small) = small.flatten() {
        box_blur(&mut small, radius / shrink as f32);
        if let Some(large) = scaled(&small, pixels.width(), pixels.height()) {
            *pixels = large;
        }
    } else {
        box_blur(pixels, radius);
    }
}

/// A copy at another size, bilinear, every pixel counted when it shrinks.
fn scaled(pixels: &Pixmap, width: u32, height: u32) -> Option<Pixmap> {
    let source = ImageRef::new(pixels.width(), pixels.height(), pixels.data(), PixelType::U8x4).ok()?;
    let mut out = Pixmap::new(width, height)?;
    let mut target = Image::from_slice_u8(width, height, out.data_mut(), PixelType::U8x4).ok()?;
    // The colours are premultiplied already.
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(false);
    Resizer::new().resize(&source, &mut target, &options).ok()?;
    Some(out)
}

fn box_blur(pixels: &mut Pixmap, radius: f32) {
    let radius = (radius / 1.7).round() as usize;
    if radius == 0 {
        return;
    }
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let mut other = vec![0; width * height * 4];
    for _ in 0..3 {
        box_columns(pixels.data(), &mut other, width, height, radius.min(height.saturating_sub(1)));
        box_rows(&other, pixels.data_mut(), width, radius.min(width.saturating_sub(1)));
    }
}

/// Averages along columns: one running sum for every column at once.
fn box_columns(from: &[u8], to: &mut [u8], width: usize, height: usize, radius: usize) {
    let stride = width * 4;
    let row = |y: usize| &from[y.min(height - 1) * stride..][..stride];
    let inverse = 65_536 / (2 * radius as u32 + 1);
    let mut sums = vec![0_u32; stride];
    for offset in 0..=2 * radius {
        sums.iter_mut().zip(row(offset.saturating_sub(radius))).for_each(|(sum, value)| *sum += u32::from(*value));
    }
    for (y, out) in to.chunks_exact_mut(stride).enumerate() {
        let (gone, come) = (row(y.saturating_sub(radius)), row(y + radius + 1));
        for (((out, sum), gone), come) in out.iter_mut().zip(&mut sums).zip(gone).zip(come) {
            *out = ((*sum * inverse + 32_768) >> 16) as u8;
            *sum = *sum + u32::from(*come) - u32::from(*gone);
        }
    }
}

/// Averages along rows.
fn box_rows(from: &[u8], to: &mut [u8], width: usize, radius: usize) {
    let inverse = 65_536 / (2 * radius as u32 + 1);
    for (row, out) in from.chunks_exact(width * 4).zip(to.chunks_exact_mut(width * 4)) {
        let row = row.as_chunks::<4>().0;
        let mut sum = [0_u32; 4];
        let add = |sum: &mut [u32; 4], pixel: &[u8; 4]| (0..4).for_each(|c| sum[c] += u32::from(pixel[c]));
        (0..=2 * radius).for_each(|offset| add(&mut sum, &row[offset.saturating_sub(radius).min(width - 1)]));
        for (x, out) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            *out = sum.map(|sum| ((sum * inverse + 32_768) >> 16) as u8);
            add(&mut sum, &row[(x + radius + 1).min(width - 1)]);
            let gone = &row[x.saturating_sub(radius)];
            (0..4).for_each(|c| sum[c] -= u32::from(gone[c]));
        }
    }
}

/// Keeps what is nearer than `near` to `focus` sharp and blurs what is farther than `far` by `radius` pixels. `squash` above
/// 1 makes the sharp zone a flat band, as when looking across a surface.
pub fn depth_of_field(pixels: &mut Pixmap, focus: At, near: f32, far: f32, radius: f32, squash: f32) {
    let mut soft = pixels.clone();
    blur(&mut soft, radius);
    let width = pixels.width() as usize;
    let sharp = pixels.data_mut().as_chunks_mut::<4>().0.iter_mut();
    for (index, (sharp, soft)) in sharp.zip(soft.data().as_chunks::<4>().0).enumerate() {
        let (x, y) = ((index % width) as f32 - focus.0, (index / width) as f32 - focus.1);
        let distance = x.hypot(y * squash);
        let t = ((distance - near) / (far - near)).clamp(0.0, 1.0);
        let t = t * t * (3.0 - 2.0 * t);
        for (sharp, soft) in sharp.iter_mut().zip(soft) {
            *sharp = (f32::from(*sharp) + (f32::from(*soft) - f32::from(*sharp)) * t + 0.5) as u8;
        }
    }
}

/// The look of a photograph: a little grain, darker corners, `warmth` (about 0) and `exposure` (about 1).
pub fn develop(pixels: &mut Pixmap, rng: &mut ImagoRng, grain: f32, warmth: f32, exposure: f32) {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let (half_x, half_y) = (width as f32 / 2.0, height as f32 / 2.0);
    let gain = [exposure * (1.0 + warmth), exposure, exposure * (1.0 - warmth)];
    for (index, pixel) in pixels.data_mut().as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let x = ((index % width) as f32 - half_x) / half_x;
        let y = ((index / width) as f32 - half_y) / half_y;
        let corner = 1.0 - 0.11 * (x * x + y * y);
        let speck = (rng.random::<f32>() + rng.random::<f32>() - 1.0) * grain * 255.0;
        for (value, gain) in pixel.iter_mut().take(3).zip(gain) {
            *value = (f32::from(*value) * gain * corner + speck + 0.5).clamp(0.0, 255.0) as u8;
        }
    }
}
