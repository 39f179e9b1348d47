//! Sizes of a convolution and of a pooling, checked once.

use std::fmt;

/// Sizes that do not fit together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError(pub String);

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ShapeError {}

/// Sizes of a convolution: input (n, h, w, c), weight (o, kh, kw, c), output (n, oh, ow, o).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the letters are explained in the type's own documentation")]
pub struct ConvShape {
    pub n: usize,
    pub h: usize,
    pub w: usize,
    pub c: usize,
    pub o: usize,
    pub kh: usize,
    pub kw: usize,
    pub stride: usize,
    pub padding: usize,
    pub oh: usize,
    pub ow: usize,
}

impl ConvShape {
    /// From an input of (n, h, w, c) and a kernel of (o, kh, kw).
    ///
    /// # Errors
    /// When the stride is 0, a kernel or channel count is 0, or the kernel is larger than the padded input.
    pub fn new(
        (n, h, w, c): (usize, usize, usize, usize),
        (o, kh, kw): (usize, usize, usize),
        stride: usize,
        padding: usize,
    ) -> Result<Self, ShapeError> {
        let (oh, ow) = (out_size(h, kh, stride, padding), out_size(w, kw, stride, padding));
        match (oh, ow) {
            (Some(oh), Some(ow)) if c > 0 && o > 0 => Ok(Self { n, h, w, c, o, kh, kw, stride, padding, oh, ow }),
            _ => Err(ShapeError(format!(
                "a convolution of {c}→{o} channels, kernel {kh}×{kw}, stride {stride}, padding {padding} can't run on a map of {h}×{w}"
            ))),
        }
    }

    /// Numbers in one patch.
    pub fn patch(&self) -> usize {
        self.kh * self.kw * self.c
    }

    /// Numbers in one input picture.
    pub fn input_len(&self) -> usize {
        self.h * self.w * self.c
    }

    /// Numbers in one output picture.
    pub fn output_len(&self) -> usize {
        self.oh * self.ow * self.o
    }

    /// Numbers in the weight.
    pub fn weight_len(&self) -> usize {
        self.o * self.patch()
    }
}

/// Sizes of a max-pool: input (n, h, w, c), output (n, oh, ow, c), a square window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the letters are explained in the type's own documentation")]
pub struct PoolShape {
    pub n: usize,
    pub h: usize,
    pub w: usize,
    pub c: usize,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    pub oh: usize,
    pub ow: usize,
}

impl PoolShape {
    /// From an input of (n, h, w, c) and a window.
    ///
    /// # Errors
    /// When the window is larger than the padded input, has more than 255 pixels, or consists of padding alone somewhere
    /// (padding above half the window, which PyTorch refuses as well).
    pub fn new(
        (n, h, w, c): (usize, usize, usize, usize),
        kernel: usize,
        stride: usize,
        padding: usize,
    ) -> Result<Self, ShapeError> {
        let (oh, ow) = (out_size(h, kernel, stride, padding), out_size(w, kernel, stride, padding));
        match (oh, ow) {
            (Some(oh), Some(ow)) if kernel * kernel < 256 && 2 * padding <= kernel => {
                Ok(Self { n, h, w, c, kernel, stride, padding, oh, ow })
            }
            _ => Err(ShapeError(format!(
                "a max-pool of {kernel}×{kernel}, stride {stride}, padding {padding} can't run on a map of {h}×{w}"
            ))),
        }
    }

    /// Numbers in one input picture.
    pub fn input_len(&self) -> usize {
        self.h * self.w * self.c
    }

    /// Numbers in one output picture.
    pub fn output_len(&self) -> usize {
        self.oh * self.ow * self.c
    }
}

fn out_size(size: usize, kernel: usize, stride: usize, padding: usize) -> Option<usize> {
    if kernel == 0 || size == 0 {
        return None;
    }
    (size + 2 * padding).checked_sub(kernel)?.checked_div(stride).map(|steps| steps + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_pytorch() {
        let s = ConvShape::new((1, 97, 131, 3), (8, 7, 7), 2, 3).unwrap();
        assert_eq!((s.oh, s.ow), (49, 66));
        let p = PoolShape::new((1, 49, 66, 8), 3, 2, 1).unwrap();
        assert_eq!((p.oh, p.ow), (25, 33));
        assert_eq!(PoolShape::new((1, 55, 53, 8), 2, 2, 0).map(|p| (p.oh, p.ow)), Ok((27, 26)));
    }

    #[test]
    fn a_kernel_larger_than_the_map_is_an_error() {
        assert!(ConvShape::new((1, 2, 9, 3), (8, 3, 3), 1, 0).is_err());
        assert!(ConvShape::new((1, 9, 9, 3), (8, 3, 3), 0, 0).is_err());
    }
}
