//! Resampling by any map, once for all composed steps, bilinear. Where the result is smaller than what it shows, the picture
//! is first shrunk with an antialiasing filter, as far as keeps the whole no blurrier than one antialiased resize would be.

use std::borrow::Cow;

use image::RgbImage;

use super::border::{Border, Filling};
use super::chain::{Link, is_inside, quad};
use super::map::Map;
use super::resample;

/// Coordinates beyond this many pixels are held here, so that they fit into integers.
const FAR: f64 = 1e6;

/// The picture seen through `links` (first to last, at least one), `output` pixels large.
pub(super) fn warp(picture: &RgbImage, links: &[Link], output: (u32, u32)) -> RgbImage {
    let [first, rest @ ..] = links else { return picture.clone() };
    let (picture, onto_smaller) = shrunk(picture, first, rest, output);
    let first = Link { map: onto_smaller.after(&first.map), ..*first };
    let source = Source::new(&picture, first.filling, onto_smaller != Map::IDENTITY);
    let mut out = RgbImage::new(output.0, output.1);
    if rest.is_empty() && first.map.is_affine() {
        affine(&source, &first, &mut out);
    } else {
        general(&source, &first, rest, &mut out);
    }
    out
}

/// The picture, or its part that is needed, shrunk; and the map from the whole picture's places to its places.
///
/// Bilinear interpolation on a grid with pitch p after a triangle filter of half-width p has the variance 2·p²/6; the
/// antialiased filter for shrinking by s has s²/6. They are equal for p = s/√2.
fn shrunk<'a>(picture: &'a RgbImage, first: &Link, rest: &[Link], output: (u32, u32)) -> (Cow<'a, RgbImage>, Map) {
    let (w, h) = (f64::from(picture.width()), f64::from(picture.height()));
    let total = rest.iter().fold(first.map, |map, link| map.after(&link.map));
    // Rest links may only move places about by borders, which change no scale.
    let centre = (f64::from(output.0) / 2.0, f64::from(output.1) / 2.0);
    let (reach_x, reach_y) = total.reach(centre.0, centre.1);
    let pitch = |reach: f64| (reach.clamp(0.0, FAR) * std::f64::consts::FRAC_1_SQRT_2).max(1.0);
    let (pitch_x, pitch_y) = (pitch(reach_x), pitch(reach_y));
    if pitch_x < 1.1 && pitch_y < 1.1 {
        return (Cow::Borrowed(picture), Map::IDENTITY);
    }
    let [left, top, right, bottom] = needed(first, rest, output, (w, h), 2.0 * pitch_x.max(pitch_y) + 2.0);
    let (part_w, part_h) = (right - left, bottom - top);
    let size = ((part_w / pitch_x).ceil().max(1.0) as u32, (part_h / pitch_y).ceil().max(1.0) as u32);
    let whole = [0, 0, picture.width(), picture.height()];
    let small = resample::stretch(picture, [left, top, right, bottom], whole, size);
    let (scale_x, scale_y) = (f64::from(size.0) / part_w, f64::from(size.1) / part_h);
    (Cow::Owned(small), Map::affine([scale_x, 0.0, -left * scale_x], [0.0, scale_y, -top * scale_y]))
}

/// The upright box of whole pixels (left, top, right, bottom) that is read, with a margin.
fn needed(first: &Link, rest: &[Link], output: (u32, u32), (w, h): (f64, f64), margin: f64) -> [f64; 4] {
    let corners = quad(&first.map, output);
    let folds = !matches!(first.filling.border, Border::Constant | Border::Edge);
    if !rest.is_empty() || (folds && !is_inside(&corners, (w as u32, h as u32))) {
        return [0.0, 0.0, w, h];
    }
    let (mut left, mut top, mut right, mut bottom) = (w, h, 0.0_f64, 0.0_f64);
    for (x, y) in corners {
        if !x.is_finite() || !y.is_finite() {
            return [0.0, 0.0, w, h];
        }
        (left, right) = (left.min(x - margin), right.max(x + margin));
        (top, bottom) = (top.min(y - margin), bottom.max(y + margin));
    }
    // A result that looks only outside still needs a pixel of the edge.
    let left = left.floor().clamp(0.0, w - 1.0);
    let top = top.floor().clamp(0.0, h - 1.0);
    [left, top, right.ceil().clamp(left + 1.0, w), bottom.ceil().clamp(top + 1.0, h)]
}

/// One affine map: coordinates step along a row in fixed point (32 bits after the point), inner pixels take a short way.
fn affine(source: &Source<'_>, link: &Link, out: &mut RgbImage) {
    let [[a, b, c], [d, e, f], _] = link.map.0;
    let one = f64::from(1 << 16) * f64::from(1 << 16);
    let fixed = |x: f64| (x.clamp(-FAR, FAR) * one) as i64;
    let (step_u, step_v) = (fixed(a), fixed(d));
    // Weights have 8 bits: half of their last bit is added, so that they are rounded rather than cut off.
    let half_weight = 1 << 23;
    let width = out.width() as usize;
    for (y, row) in out.as_flat_samples_mut().samples.chunks_exact_mut(3 * width).enumerate() {
        let centre_y = y as f64 + 0.5;
        let mut u = fixed(a * 0.5 + b * centre_y + c - 0.5) + half_weight;
        let mut v = fixed(d * 0.5 + e * centre_y + f - 0.5) + half_weight;
        for pixel in row.chunks_exact_mut(3) {
            let (iu, iv) = (u >> 32, v >> 32);
            let (wu, wv) = ((u >> 24) as u32 & 255, (v >> 24) as u32 & 255);
            let value = source.inner(iu, iv, wu, wv).unwrap_or_else(|| source.outer(iu, iv, wu, wv));
            pixel.copy_from_slice(&value);
            u = u.saturating_add(step_u);
            v = v.saturating_add(step_v);
        }
    }
}

/// Any map, and any number of borders on the way.
fn general(source: &Source<'_>, first: &Link, rest: &[Link], out: &mut RgbImage) {
    for (x, y, pixel) in out.enumerate_pixels_mut() {
        pixel.0 = through(source, first, rest, f64::from(x) + 0.5, f64::from(y) + 0.5);
    }
}

/// The colour at one place of the result: back through the links, last to first.
fn through(source: &Source<'_>, first: &Link, rest: &[Link], mut x: f64, mut y: f64) -> [u8; 3] {
    for link in rest.iter().rev() {
        let (w, h) = (f64::from(link.input.0), f64::from(link.input.1));
        let placed = back(link, x, y).and_then(|(u, v)| {
            Some((link.filling.border.place_between(u, w)?, link.filling.border.place_between(v, h)?))
        });
        match placed {
            Some(place) => (x, y) = place,
            None => return link.filling.color,
        }
    }
    let Some((u, v)) = back(first, x, y) else { return first.filling.color };
    let ((iu, wu), (iv, wv)) = (pixel_and_weight(u), pixel_and_weight(v));
    source.inner(iu, iv, wu, wv).unwrap_or_else(|| source.outer(iu, iv, wu, wv))
}

/// The pixel whose centre lies before a place, and the weight of the next one in 256ths.
fn pixel_and_weight(place: f64) -> (i64, u32) {
    // Shifted to positive numbers, where cutting off is rounding down; `floor` is a call without SSE 4.
    const SHIFT: i64 = 1 << 40;
    let fixed = ((place.clamp(-FAR, FAR) - 0.5) * 256.0 + 0.5 + SHIFT as f64) as i64 - SHIFT;
    (fixed >> 8, (fixed & 255) as u32)
}

/// `None`: behind the horizon, and nothing but a colour to fill it with.
fn back(link: &Link, x: f64, y: f64) -> Option<(f64, f64)> {
    (link.map.sees(x, y) || link.filling.border != Border::Constant).then(|| link.map.apply(x, y))
}

/// A picture that is read between its pixels.
struct Source<'a> {
    pixels: &'a [u8],
    width: i64,
    height: i64,
    stride: usize,
    filling: Filling,
    /// The edge to a constant border is blended over one pixel rather than cut.
    soft_edge: bool,
}

impl<'a> Source<'a> {
    fn new(picture: &'a RgbImage, filling: Filling, soft_edge: bool) -> Self {
        Self {
            pixels: picture.as_raw(),
            width: i64::from(picture.width()),
            height: i64::from(picture.height()),
            stride: 3 * picture.width() as usize,
            filling,
            soft_edge,
        }
    }

    /// The colour between the pixels (iu, iv) and (iu+1, iv+1), with weights of 0 to 255 for the latter; `None` where one of
    /// the four is outside (or at the very end of the buffer, where eight bytes can't be read).
    #[inline]
    fn inner(&self, iu: i64, iv: i64, wu: u32, wv: u32) -> Option<[u8; 3]> {
        if iu < 0 || iv < 0 || iu + 1 >= self.width || iv + 1 >= self.height {
            return None;
        }
        let at = iv as usize * self.stride + 3 * iu as usize;
        let upper = pair(self.pixels.get(at..at + 8)?);
        let lower = pair(self.pixels.get(at + self.stride..at + self.stride + 8)?);
        Some(blend([upper.0, upper.1, lower.0, lower.1], wu, wv))
    }

    /// The same near and beyond the edges.
    #[cold]
    fn outer(&self, iu: i64, iv: i64, wu: u32, wv: u32) -> [u8; 3] {
        let border = self.filling.border;
        if border == Border::Constant && self.soft_edge {
            // A shrunk picture stands for a filtered one, in which the edge to the border is filtered as well.
            let corner = |x: i64, y: i64| {
                let inside = (0..self.width).contains(&x) && (0..self.height).contains(&y);
                if inside { self.pixel(x, y) } else { lanes(self.filling.color) }
            };
            let corners = [corner(iu, iv), corner(iu + 1, iv), corner(iu, iv + 1), corner(iu + 1, iv + 1)];
            return blend(corners, wu, wv);
        }
        if border == Border::Constant {
            // As Pillow: a place outside the picture has the colour, one inside does not mix with it.
            // The place is i + 0.5 + weight/256 in pixels; below 0 or from n on is outside.
            let outside = |i: i64, weight: u32, n: i64| {
                let second_half = weight >= 128;
                i < -1 || (i == -1 && !second_half) || i >= n || (i == n - 1 && second_half)
            };
            if outside(iu, wu, self.width) || outside(iv, wv, self.height) {
                return self.filling.color;
            }
        }
        let (x0, x1) = (border.place(iu, self.width), border.place(iu + 1, self.width));
        let (y0, y1) = (border.place(iv, self.height), border.place(iv + 1, self.height));
        blend([self.pixel(x0, y0), self.pixel(x1, y0), self.pixel(x0, y1), self.pixel(x1, y1)], wu, wv)
    }

    fn pixel(&self, x: i64, y: i64) -> u64 {
        let at = y as usize * self.stride + 3 * x as usize;
        lanes([0, 1, 2].map(|c| self.pixels.get(at + c).copied().unwrap_or(0)))
    }
}

/// A colour in three lanes of 16 bits.
fn lanes([r, g, b]: [u8; 3]) -> u64 {
    u64::from(r) | u64::from(g) << 16 | u64::from(b) << 32
}

/// Two neighbouring pixels from eight bytes, each spread into three lanes of 16 bits.
#[inline]
fn pair(bytes: &[u8]) -> (u64, u64) {
    let mut eight = [0; 8];
    eight.copy_from_slice(bytes);
    let both = u64::from_le_bytes(eight);
    (spread(both), spread(both >> 24))
}

#[inline]
fn spread(rgb: u64) -> u64 {
    (rgb & 0xFF) | (rgb & 0xFF00) << 8 | (rgb & 0x00FF_0000) << 16
}

/// Bilinear interpolation of four pixels in three 16-bit lanes at once: the weights sum to 256, so that no lane overflows.
#[inline]
fn blend([p00, p10, p01, p11]: [u64; 4], wu: u32, wv: u32) -> [u8; 3] {
    let w11 = (wu * wv + 128) >> 8;
    let (w10, w01) = (wu - w11, wv - w11);
    let w00 = 256 + w11 - wu - wv;
    let half = 0x0080_0080_0080;
    let sum = p00 * u64::from(w00) + p10 * u64::from(w10) + p01 * u64::from(w01) + p11 * u64::from(w11) + half;
    [(sum >> 8) as u8, (sum >> 24) as u8, (sum >> 40) as u8]
}
