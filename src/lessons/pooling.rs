//! Max-pooling and average pooling.

use super::convolution::output_side;
use super::plane::Plane;

/// What is kept of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PoolKind {
    /// The largest number.
    #[default]
    Max,
    /// The average.
    Average,
}

/// Pooling without padding: windows that reach beyond the picture are left out, as PyTorch does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pooling {
    /// What is kept.
    pub kind: PoolKind,
    /// Width and height of the window in pixels.
    pub window: usize,
    /// Pixels from one window to the next, at least 1.
    pub stride: usize,
}

impl Default for Pooling {
    /// The recipe's: the largest of 2 × 2.
    fn default() -> Self {
        Self { kind: PoolKind::Max, window: 2, stride: 2 }
    }
}

impl Pooling {
    /// Width and height of the result for a picture of `width` × `height` pixels.
    pub fn output_size(&self, width: usize, height: usize) -> (usize, usize) {
        let side = |side| output_side(side, self.window, 0, self.stride);
        (side(width), side(height))
    }

    /// The whole result. It has no pixels where the window does not fit into the picture.
    pub fn apply(&self, picture: &Plane) -> Plane {
        let (width, height) = self.output_size(picture.width(), picture.height());
        if width == 0 || height == 0 {
            return Plane::default();
        }
        Plane::from_fn(width, height, |x, y| self.window_at(picture, x, y).result)
    }

    /// What is kept at one place of the result, (x, y) from its upper left corner.
    pub fn window_at(&self, picture: &Plane, x: usize, y: usize) -> PoolWindow {
        let (left, top) = (x * self.stride.max(1), y * self.stride.max(1));
        let (mut largest, mut at, mut sum, mut count) = (f32::NEG_INFINITY, (left, top), 0.0, 0);
        for row in top..(top + self.window).min(picture.height()) {
            for column in left..(left + self.window).min(picture.width()) {
                let value = picture.values()[row * picture.width() + column];
                if value > largest {
                    (largest, at) = (value, (column, row));
                }
                sum += value;
                count += 1;
            }
        }
        let result = match self.kind {
            _ if count == 0 => 0.0,
            PoolKind::Max => largest,
            PoolKind::Average => sum / count as f32,
        };
        PoolWindow { left, top, largest_at: at, result }
    }
}

/// One window of a pooling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolWindow {
    /// Where in the picture its left column is.
    pub left: usize,
    /// Where in the picture its top row is.
    pub top: usize,
    /// Where in the picture its largest number is: column, row.
    pub largest_at: (usize, usize),
    /// What is kept of it.
    pub result: f32,
}

/// How far two pictures of one size are apart: all differences added up, as a share of all their numbers added up (Bray and
/// Curtis, 1957). 0: the same; 1: nothing in common. Numbers below 0 count as 0; pictures of different sizes have nothing in
/// common.
pub fn difference(a: &Plane, b: &Plane) -> f32 {
    if (a.width(), a.height()) != (b.width(), b.height()) {
        return 1.0;
    }
    let (mut apart, mut all) = (0.0_f64, 0.0_f64);
    for (a, b) in a.values().iter().zip(b.values()) {
        let (a, b) = (f64::from(a.max(0.0)), f64::from(b.max(0.0)));
        apart += (a - b).abs();
        all += a + b;
    }
    if all > 0.0 { (apart / all) as f32 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Tensor};
    use rand::RngExt;

    fn counting(width: usize, height: usize) -> Plane {
        Plane::from_fn(width, height, |x, y| (y * width + x + 1) as f32)
    }

    #[test]
    fn values_worked_by_hand_come_out_and_an_odd_last_row_is_left_out() {
        // 1 2 3 4 5 / 6 7 8 9 10 / 11 …: of five columns the last has no window of its own.
        let picture = counting(5, 3);
        assert_eq!(Pooling::default().apply(&picture).values(), [7.0, 9.0]);
        let average = Pooling { kind: PoolKind::Average, ..Pooling::default() };
        assert_eq!(average.apply(&picture).values(), [4.0, 6.0]);
        let overlapping = Pooling { window: 3, stride: 1, ..Pooling::default() };
        assert_eq!(overlapping.apply(&picture).values(), [13.0, 14.0, 15.0]);
        let window = Pooling::default().window_at(&picture, 1, 0);
        assert_eq!(window, PoolWindow { left: 2, top: 0, largest_at: (3, 1), result: 9.0 });
    }

    #[test]
    fn a_window_that_does_not_fit_leaves_nothing_and_one_pixel_is_itself() {
        assert!(Pooling::default().apply(&counting(1, 1)).is_empty());
        assert!(Pooling { window: 4, ..Pooling::default() }.apply(&counting(9, 3)).is_empty());
        assert_eq!(Pooling { window: 1, stride: 1, ..Pooling::default() }.apply(&counting(1, 1)), counting(1, 1));
    }

    #[test]
    fn the_largest_of_negative_numbers_is_negative() {
        let below = counting(4, 4).map(|value| -value);
        assert_eq!(Pooling::default().apply(&below).values(), [-1.0, -3.0, -9.0, -11.0]);
    }

    #[test]
    fn a_network_computes_the_same() {
        let mut rng = crate::base::rng_for(4, 5, 6);
        for (width, height) in [(8, 8), (9, 13), (17, 10)] {
            let picture = Plane::from_fn(width, height, |_, _| rng.random_range(-100.0..255.0));
            let input = Tensor::from_slice(picture.values(), (1, 1, height, width), &Device::Cpu).unwrap();
            for (window, stride) in [(2, 2), (3, 2), (3, 3), (4, 1), (8, 8), (2, 5)] {
                for kind in [PoolKind::Max, PoolKind::Average] {
                    let ours = Pooling { kind, window, stride }.apply(&picture);
                    let theirs = match kind {
                        PoolKind::Max => input.max_pool2d_with_stride(window, stride),
                        PoolKind::Average => input.avg_pool2d_with_stride(window, stride),
                    };
                    let theirs = theirs.unwrap();
                    assert_eq!(theirs.dims(), [1, 1, ours.height(), ours.width()], "{window} {stride}");
                    let theirs: Vec<f32> = theirs.flatten_all().unwrap().to_vec1().unwrap();
                    for (ours, theirs) in ours.values().iter().zip(theirs) {
                        assert!((ours - theirs).abs() < 1e-3, "{ours} {theirs}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_picture_is_as_far_from_another_as_what_they_do_not_share() {
        let spot = |at: usize| Plane::from_fn(4, 1, |x, _| if x == at { 8.0 } else { 0.0 });
        assert_eq!(difference(&spot(0), &spot(0)), 0.0);
        assert_eq!(difference(&spot(0), &spot(1)), 1.0);
        // In one window of two both spots are the same number: pooling did not notice the step.
        let pool = |plane: &Plane| Plane::from_fn(2, 1, |x, _| plane.values()[2 * x].max(plane.values()[2 * x + 1]));
        assert_eq!(difference(&pool(&spot(0)), &pool(&spot(1))), 0.0);
        assert_eq!(difference(&counting(2, 2), &counting(2, 2).map(|value| value * 3.0)), 0.5);
        assert_eq!(difference(&counting(2, 2), &counting(3, 2)), 1.0);
        assert_eq!(difference(&Plane::default(), &Plane::default()), 0.0);
    }
}
