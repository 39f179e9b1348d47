//! A grey picture as numbers.

/// A grey picture: one number for each pixel, row by row. Photographs have 0 (black) to 255 (white); what is made of them
/// may have any number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plane {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

impl Plane {
    /// The picture of `width` × `height` pixels whose number at (x, y) is `value(x, y)`.
    pub fn from_fn(width: usize, height: usize, mut value: impl FnMut(usize, usize) -> f32) -> Self {
        let mut values = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                values.push(value(x, y));
            }
        }
        Self { width, height, values }
    }

    /// The brightness of a colour picture, `rgb` being three bytes a pixel, row by row; weighted as the eye does (ITU-R
    /// BT.601) and rounded, as Pillow's `convert("L")`. What is missing of the last row is black.
    pub fn from_rgb(width: usize, rgb: &[u8]) -> Self {
        let height = if width == 0 { 0 } else { rgb.len().div_ceil(3).div_ceil(width) };
        Self::from_fn(width, height, |x, y| {
            let at = (y * width + x) * 3;
            rgb.get(at..at + 3).map_or(0.0, |rgb| {
                (0.299 * f32::from(rgb[0]) + 0.587 * f32::from(rgb[1]) + 0.114 * f32::from(rgb[2])).round()
            })
        })
    }

    /// Pixels from left to right.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels from top to bottom.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Whether there is no pixel at all.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All numbers, row by row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The number at (x, y); `None` outside the picture.
    pub fn get(&self, x: isize, y: isize) -> Option<f32> {
        let (x, y) = (usize::try_from(x).ok()?, usize::try_from(y).ok()?);
        if x < self.width { self.values.get(y * self.width + x).copied() } else { None }
    }

    /// The columns from `left` on, `width` of them; fewer where the picture ends before.
    #[must_use]
    pub fn columns(&self, left: usize, width: usize) -> Self {
        let left = left.min(self.width);
        let width = width.min(self.width - left);
        Self::from_fn(width, self.height, |x, y| self.values[y * self.width + left + x])
    }

    /// Each number changed by `change`.
    #[must_use]
    pub fn map(mut self, change: impl Fn(f32) -> f32) -> Self {
        self.values.iter_mut().for_each(|value| *value = change(*value));
        self
    }

    /// The largest number; 0 for a picture without pixels.
    pub fn largest(&self) -> f32 {
        self.values.iter().copied().reduce(f32::max).unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_place_and_there_is_nothing_outside() {
        let plane = Plane::from_fn(3, 2, |x, y| (10 * y + x) as f32);
        assert_eq!((plane.width(), plane.height(), plane.largest()), (3, 2, 12.0));
        assert_eq!([plane.get(2, 0), plane.get(0, 1)], [Some(2.0), Some(10.0)]);
        assert_eq!([plane.get(-1, 0), plane.get(3, 0), plane.get(0, 2)], [None; 3]);
        assert_eq!(plane.columns(1, 9).values(), [1.0, 2.0, 11.0, 12.0]);
        assert!(plane.columns(7, 2).is_empty());
    }

    #[test]
    fn grey_stays_as_bright_as_it_was_and_green_counts_most() {
        let plane = Plane::from_rgb(2, &[100, 100, 100, 0, 255, 0, 255, 0, 0, 0, 0, 255]);
        assert_eq!((plane.width(), plane.height()), (2, 2));
        assert_eq!(plane.values(), [100.0, 150.0, 76.0, 29.0]);
        assert!(Plane::from_rgb(0, &[1, 2, 3]).is_empty());
    }
}
