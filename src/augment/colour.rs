//! Colour changes that are a matrix: brightness, contrast, saturation, hue, grayscale, season and light. Any number of them
//! in a row is one matrix and one pass over the pixels.

use image::RgbImage;

/// Weights of red, green and blue in lightness (ITU-R BT.601), as Pillow's conversion to grey has them.
pub(crate) const LUMA: [f64; 3] = [0.299, 0.587, 0.114];

/// An affine map of colours with channels from 0 to 255: c → M·c + o.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ColorMap {
    pub matrix: [[f64; 3]; 3],
    pub offset: [f64; 3],
}

/// Mean and covariance of a picture's colours, channels from 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ColorStats {
    pub mean: [f64; 3],
    pub covariance: [[f64; 3]; 3],
}

impl ColorMap {
    pub const IDENTITY: ColorMap = ColorMap::linear([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]);

    /// c → M·c.
    pub const fn linear(matrix: [[f64; 3]; 3]) -> ColorMap {
        ColorMap { matrix, offset: [0.0; 3] }
    }

    /// c → factor·c + (1 − factor)·grey.
    pub fn towards(grey: f64, factor: f64) -> ColorMap {
        let mut map = ColorMap::linear([[factor, 0.0, 0.0], [0.0, factor, 0.0], [0.0, 0.0, factor]]);
        map.offset = [(1.0 - factor) * grey; 3];
        map
    }

    /// c → factor·c + (1 − factor)·(its own grey).
    pub fn saturation(factor: f64) -> ColorMap {
        let mut matrix = [LUMA.map(|weight| (1.0 - factor) * weight); 3];
        for (i, row) in matrix.iter_mut().enumerate() {
            row[i] += factor;
        }
        ColorMap::linear(matrix)
    }

    /// First `inner`, then this one.
    pub fn after(&self, inner: &ColorMap) -> ColorMap {
        let mut map = ColorMap { matrix: [[0.0; 3]; 3], offset: self.color(inner.offset) };
        for (i, row) in map.matrix.iter_mut().enumerate() {
            for (j, cell) in row.iter_mut().enumerate() {
                *cell = (0..3).map(|k| self.matrix[i][k] * inner.matrix[k][j]).sum();
            }
        }
        map
    }

    /// Where one colour goes, not held between 0 and 255.
    pub fn color(&self, color: [f64; 3]) -> [f64; 3] {
        let mut result = self.offset;
        for (value, row) in result.iter_mut().zip(&self.matrix) {
            *value += row.iter().zip(color).map(|(weight, channel)| weight * channel).sum::<f64>();
        }
        result
    }

    /// A colour that [`ColorMap::apply`] makes `wanted`, where there is one.
    pub fn source_of(&self, wanted: [u8; 3]) -> Option<[u8; 3]> {
        let m = &self.matrix;
        let minor = |i: usize, j: usize| {
            let (a, b, c, d) = ((i + 1) % 3, (i + 2) % 3, (j + 1) % 3, (j + 2) % 3);
            m[a][c] * m[b][d] - m[a][d] * m[b][c]
        };
        let determinant: f64 = (0..3).map(|j| m[0][j] * minor(0, j)).sum();
        let mut exact = [0.0; 3];
        for (j, channel) in exact.iter_mut().enumerate() {
            // Cramer's rule.
            let sum: f64 = (0..3).map(|i| (f64::from(wanted[i]) - self.offset[i]) * minor(i, j)).sum();
            *channel = sum / determinant;
        }
        // Whole numbers around it: colours may be spread so far apart that none of them will do.
        let fixed = Fixed::of(self);
        (0..8).find_map(|up| {
            let whole = |i: usize| if up >> i & 1 == 1 { exact[i].ceil() } else { exact[i].floor() };
            let source = [0, 1, 2].map(|i| whole(i).clamp(0.0, 255.0) as u8);
            (fixed.color(source) == wanted).then_some(source)
        })
    }

    /// What the statistics of a picture become.
    pub fn stats(&self, stats: &ColorStats) -> ColorStats {
        let m = &self.matrix;
        let mut covariance = [[0.0; 3]; 3];
        for (i, row) in covariance.iter_mut().enumerate() {
            for (j, cell) in row.iter_mut().enumerate() {
                for k in 0..3 {
                    *cell += (0..3).map(|l| m[i][k] * stats.covariance[k][l] * m[j][l]).sum::<f64>();
                }
            }
        }
        ColorStats { mean: self.color(stats.mean), covariance }
    }

    /// Changes every pixel, rounded and held between 0 and 255.
    pub fn apply(&self, picture: &mut RgbImage) {
        let fixed = Fixed::of(self);
        for pixel in picture.as_flat_samples_mut().samples.as_chunks_mut::<3>().0 {
            *pixel = fixed.color(*pixel);
        }
    }
}

/// A map in fixed point with 14 bits after the point.
struct Fixed {
    rows: [[i32; 3]; 3],
    /// With the half that makes cutting off a rounding.
    offset: [i32; 3],
}

impl Fixed {
    fn of(map: &ColorMap) -> Self {
        const ONE: f64 = 16384.0;
        // Products stay below 2³¹: |weight| ≤ 64 leaves 64 · 2¹⁴ · 255 · 3 < 2³⁰.
        let fixed = |x: f64, bound: f64| (x.clamp(-bound, bound) * ONE).round() as i32;
        Self {
            rows: map.matrix.map(|row| row.map(|weight| fixed(weight, 40.0))),
            offset: map.offset.map(|x| fixed(x, 32_000.0) + 8192),
        }
    }

    fn color(&self, color: [u8; 3]) -> [u8; 3] {
        let [x, y, z] = color.map(i32::from);
        let [r, g, b] = self.rows;
        let o = self.offset;
        [
            ((r[0] * x + r[1] * y + r[2] * z + o[0]) >> 14).clamp(0, 255) as u8,
            ((g[0] * x + g[1] * y + g[2] * z + o[1]) >> 14).clamp(0, 255) as u8,
            ((b[0] * x + b[1] * y + b[2] * z + o[2]) >> 14).clamp(0, 255) as u8,
        ]
    }
}

impl ColorStats {
    /// Of about 50,000 pixels spread over the picture, or of all where there are fewer.
    pub fn of(picture: &RgbImage) -> ColorStats {
        const ENOUGH: u64 = 50_176;
        let pixels = u64::from(picture.width()) * u64::from(picture.height());
        // An odd stride does not keep to columns of the usual, even widths.
        let stride = ((pixels / ENOUGH) as usize).max(1) | 1;
        let stride = if pixels <= 2 * ENOUGH { 1 } else { stride };
        let mut count = 0_u64;
        let mut sum = [0_u64; 3];
        let mut products = [0_u64; 6];
        for pixel in picture.as_raw().chunks_exact(3).step_by(stride) {
            let (r, g, b) = (u32::from(pixel[0]), u32::from(pixel[1]), u32::from(pixel[2]));
            count += 1;
            for (total, value) in sum.iter_mut().zip([r, g, b]) {
                *total += u64::from(value);
            }
            for (total, value) in products.iter_mut().zip([r * r, g * g, b * b, r * g, r * b, g * b]) {
                *total += u64::from(value);
            }
        }
        let n = count.max(1) as f64;
        let mean = sum.map(|total| total as f64 / n);
        let [rr, gg, bb, rg, rb, gb] = products.map(|total| total as f64 / n);
        let [r, g, b] = mean;
        let (rg, rb, gb) = (rg - r * g, rb - r * b, gb - g * b);
        ColorStats { mean, covariance: [[rr - r * r, rg, rb], [rg, gg - g * g, gb], [rb, gb, bb - b * b]] }
    }

    /// Lightness of the mean colour, 0 to 255.
    pub fn mean_luma(&self) -> f64 {
        LUMA.iter().zip(self.mean).map(|(weight, channel)| weight * channel).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_becomes_the_wanted_colour_to_the_bit() {
        let mut found = 0;
        for hundredths in (50..200).step_by(3) {
            let factor = f64::from(hundredths) / 100.0;
            let brighter = ColorMap::linear([[factor, 0.0, 0.0], [0.0, factor, 0.0], [0.0, 0.0, factor]]);
            for map in [brighter, ColorMap::towards(100.0, factor), ColorMap::saturation(factor).after(&brighter)] {
                for level in 0..=255 {
                    for wanted in [[level; 3], [level, 255 - level, 77]] {
                        let Some(source) = map.source_of(wanted) else { continue };
                        let mut picture = RgbImage::from_pixel(1, 1, image::Rgb(source));
                        map.apply(&mut picture);
                        assert_eq!(picture.get_pixel(0, 0).0, wanted, "{source:?} by {map:?}");
                        found += 1;
                    }
                }
            }
        }
        assert!(found > 20_000, "only {found}");
    }

    #[test]
    fn black_is_found_where_it_is_what_lies_below_it() {
        // 2 · 40 − 100 is below nought.
        assert!(ColorMap::towards(100.0, 2.0).source_of([0; 3]).is_some());
        assert!(ColorMap::towards(100.0, 0.5).source_of([0; 3]).is_none());
    }
}
