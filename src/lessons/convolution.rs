//! A convolution with one 3 × 3 kernel.

use super::kernel::Kernel;
use super::plane::Plane;

/// Numbers along one side of what a window leaves of `side` numbers: (side + 2 · padding − window) / stride + 1, rounded
/// down; 0 where the window does not fit in at all. A stride of 0 counts as 1.
pub fn output_side(side: usize, window: usize, padding: usize, stride: usize) -> usize {
    let room = side + 2 * padding;
    if side == 0 || window == 0 || room < window { 0 } else { (room - window) / stride.max(1) + 1 }
}

/// A convolution, as networks have it: the kernel is laid on the picture as it stands (mathematicians turn it round first and
/// call this a cross-correlation).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Convolution {
    /// The kernel's weights, row by row.
    pub weights: [f32; 9],
    /// Pixels from one place of the kernel to the next, at least 1.
    pub stride: usize,
    /// A frame of zeros, one pixel wide, round the picture.
    pub pads: bool,
    /// Negative sums become 0.
    pub relu: bool,
}

impl Default for Convolution {
    /// Upright edges, at every place, no frame, no ReLU.
    fn default() -> Self {
        Self { weights: Kernel::VerticalEdges.weights(), stride: 1, pads: false, relu: false }
    }
}

impl Convolution {
    /// Width and height of the kernel.
    pub const SIDE: usize = 3;

    /// Width of the frame of zeros in pixels.
    pub fn padding(&self) -> usize {
        usize::from(self.pads)
    }

    /// Width and height of the result for a picture of `width` × `height` pixels.
    pub fn output_size(&self, width: usize, height: usize) -> (usize, usize) {
        let side = |side| output_side(side, Self::SIDE, self.padding(), self.stride);
        (side(width), side(height))
    }

    /// The whole result. It has no pixels where the kernel does not fit into the picture.
    pub fn apply(&self, picture: &Plane) -> Plane {
        let (width, height) = self.output_size(picture.width(), picture.height());
        if width == 0 || height == 0 {
            return Plane::default();
        }
        Plane::from_fn(width, height, |x, y| self.place(picture, x, y).result)
    }

    /// What happens at one place of the result, (x, y) from its upper left corner.
    pub fn place(&self, picture: &Plane, x: usize, y: usize) -> Place {
        let start = |at: usize| (at * self.stride.max(1)) as isize - self.padding() as isize;
        let (left, top) = (start(x), start(y));
        let (mut values, mut products) = ([None; 9], [0.0; 9]);
        for (index, (value, product)) in values.iter_mut().zip(&mut products).enumerate() {
            let (column, row) = ((index % Self::SIDE) as isize, (index / Self::SIDE) as isize);
            *value = picture.get(left + column, top + row);
            *product = value.unwrap_or(0.0) * self.weights[index];
        }
        let sum = products.iter().sum();
        Place { left, top, values, products, sum, result: if self.relu { f32::max(sum, 0.0) } else { sum } }
    }
}

/// The arithmetic at one place of a convolution's result.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Where in the picture the kernel's left column lies; −1: on the frame of zeros.
    pub left: isize,
    /// Where in the picture the kernel's top row lies; −1: on the frame of zeros.
    pub top: isize,
    /// The nine numbers under the kernel, row by row; `None` on the frame of zeros.
    pub values: [Option<f32>; 9],
    /// Each of them times its weight.
    pub products: [f32; 9],
    /// The products added up.
    pub sum: f32,
    /// What stands in the result: the sum, or 0 where ReLU took it away.
    pub result: f32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Tensor};
    use rand::RngExt;

    fn counting(width: usize, height: usize) -> Plane {
        Plane::from_fn(width, height, |x, y| (y * width + x + 1) as f32)
    }

    fn of(kernel: Kernel) -> Convolution {
        Convolution { weights: kernel.weights(), ..Convolution::default() }
    }

    #[test]
    fn values_worked_by_hand_come_out() {
        // 1 2 3 / 4 5 6 / 7 8 9: right column minus left is 2 in every row, weighted 1 2 1.
        let picture = counting(3, 3);
        assert_eq!(of(Kernel::VerticalEdges).apply(&picture).values(), [8.0]);
        // The bottom row is 6 more than the top one: 6 · (1 + 2 + 1).
        assert_eq!(of(Kernel::HorizontalEdges).apply(&picture).values(), [24.0]);
        // 5 · 5 − 2 − 4 − 6 − 8.
        assert_eq!(of(Kernel::Sharpen).apply(&picture).values(), [5.0]);
        // −2 · 1 − 2 − 4 + 5 + 6 + 8 + 2 · 9.
        assert_eq!(of(Kernel::Emboss).apply(&picture).values(), [29.0]);
        assert!((of(Kernel::BoxBlur).apply(&picture).values()[0] - 5.0).abs() < 1e-5);
    }

    #[test]
    fn with_a_frame_of_zeros_the_size_stays_and_the_borders_see_the_zeros() {
        let same = Convolution { pads: true, ..of(Kernel::Identity) };
        assert_eq!(same.apply(&counting(5, 4)), counting(5, 4));
        let edges = Convolution { pads: true, ..of(Kernel::VerticalEdges) };
        // At the upper left corner: 1·(0) + 2·2 + 1·5 with nothing at the left.
        let place = edges.place(&counting(3, 3), 0, 0);
        assert_eq!((place.left, place.top, place.sum), (-1, -1, 9.0));
        assert_eq!(place.values, [None, None, None, None, Some(1.0), Some(2.0), None, Some(4.0), Some(5.0)]);
    }

    #[test]
    fn odd_sizes_and_a_stride_of_two_leave_what_the_formula_says() {
        let stride = Convolution { stride: 2, ..of(Kernel::Identity) };
        // 7 × 6 → (7 − 3) / 2 + 1 = 3 and (6 − 3) / 2 + 1 = 2.5, rounded down: 2. The middles are at 1, 3, 5.
        let result = stride.apply(&counting(7, 6));
        assert_eq!((result.width(), result.height()), (3, 2));
        assert_eq!(result.values(), [9.0, 11.0, 13.0, 23.0, 25.0, 27.0]);
        assert_eq!(output_side(224, 3, 0, 2), 111);
        assert_eq!([output_side(2, 3, 0, 1), output_side(0, 3, 2, 1), output_side(3, 3, 0, 0)], [0, 0, 1]);
    }

    #[test]
    fn a_picture_of_one_pixel_and_a_kernel_of_zeros_are_no_trouble() {
        let one = counting(1, 1);
        assert!(of(Kernel::Identity).apply(&one).is_empty());
        let padded = Convolution { pads: true, ..of(Kernel::Sharpen) };
        assert_eq!(padded.apply(&one).values(), [5.0]);
        let nothing = Convolution { weights: [0.0; 9], pads: true, ..Convolution::default() };
        assert!(nothing.apply(&counting(4, 3)).values().iter().all(|value| *value == 0.0));
        assert!(of(Kernel::Identity).apply(&Plane::default()).is_empty());
    }

    #[test]
    fn relu_turns_negative_sums_into_zero_and_leaves_the_others() {
        let mirrored = Plane::from_fn(4, 3, |x, _| [0.0, 10.0, 10.0, 0.0][x]);
        let plain = of(Kernel::VerticalEdges);
        assert_eq!(plain.apply(&mirrored).values(), [40.0, -40.0]);
        let relu = Convolution { relu: true, ..plain };
        assert_eq!(relu.apply(&mirrored).values(), [40.0, 0.0]);
        let place = relu.place(&mirrored, 1, 0);
        assert_eq!((place.sum, place.result), (-40.0, 0.0));
    }

    #[test]
    fn a_network_computes_the_same() {
        let mut rng = crate::base::rng_for(1, 2, 3);
        for (width, height) in [(3, 3), (8, 5), (13, 7), (16, 16)] {
            let picture = Plane::from_fn(width, height, |_, _| rng.random_range(0.0..255.0));
            let weights: [f32; 9] = std::array::from_fn(|_| rng.random_range(-2.0..2.0));
            let input = Tensor::from_slice(picture.values(), (1, 1, height, width), &Device::Cpu).unwrap();
            let kernel = Tensor::from_slice(&weights, (1, 1, 3, 3), &Device::Cpu).unwrap();
            for (stride, pads) in [(1, false), (1, true), (2, false), (2, true)] {
                let ours = Convolution { weights, stride, pads, relu: false }.apply(&picture);
                let theirs = input.conv2d(&kernel, usize::from(pads), stride, 1, 1).unwrap();
                assert_eq!(theirs.dims(), [1, 1, ours.height(), ours.width()]);
                let theirs: Vec<f32> = theirs.flatten_all().unwrap().to_vec1().unwrap();
                for (ours, theirs) in ours.values().iter().zip(theirs) {
                    assert!((ours - theirs).abs() < 1e-2, "{ours} {theirs}");
                }
            }
        }
    }
}
