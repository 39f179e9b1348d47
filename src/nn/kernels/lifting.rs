//! What a convolution has to know to be computed as: *lift* the input, *multiply* with the weight, *land* the product.
//!
//! Lifting turns strips of the input into the rows of one matrix (patches: [`super::im2col`]) or of 36 (Winograd:
//! [`super::winograd`]), one for each *plane*; landing turns the product's rows into pixels. The gradients are the same three steps
//! transposed: with left = lifted input, right = lifted gradient of the output,
//!
//! ```text
//! forward            land(left · packed weight)
//! input's gradient   land_gradient(right · packed weightᵀ)
//! weight's gradient  unpack(Σ leftᵀ · right)
//! ```
//!
//! Implementations are single-threaded and safe; [`super::conv`] drives them, cuts the work and calls the matrix product.

use std::ops::Range;

use super::shape::ConvShape;

/// One plane's rows for a strip, for all planes.
pub type PlanesMut<'a, 'b> = &'a mut [&'b mut [f32]];

/// A way to turn a convolution into matrix products.
pub trait Lifting: Sync {
    /// Sizes.
    fn shape(&self) -> &ConvShape;

    /// Number of matrix products.
    fn planes(&self) -> usize;

    /// Numbers in a row of the lifted input.
    fn width(&self) -> usize;

    /// Rows of the output that are lifted and landed together; a picture's last strip may have fewer.
    fn strip(&self) -> usize;

    /// Rows of the lifted matrices in a strip.
    fn strip_rows(&self) -> usize;

    /// Whether the only plane's product is the output itself, and the output's gradient its own lifted form.
    fn direct(&self) -> bool;

    /// Rows `rows` (of `width`) of the lifted weight, which is `planes` of `width` × o; `weight` is in PyTorch's order (o, c, kh,
    /// kw).
    fn pack(&self, weight: &[f32], rows: Range<usize>, packed: PlanesMut<'_, '_>);

    /// The transpose of [`Lifting::pack`], for the gradient of the kernels of `outputs`: `weight`, which is overwritten.
    fn unpack(&self, packed: &[&[f32]], outputs: Range<usize>, weight: &mut [f32]);

    /// Lifts what strip number `strip` of a picture (h, w, c) is computed from; `x` has the picture's rows from `top` on, as
    /// many as that takes.
    fn lift_input(&self, x: &[f32], top: usize, strip: usize, lifted: PlanesMut<'_, '_>);

    /// Lands a strip: `out` is its rows × ow × o. Not called for direct liftings.
    fn land_output(&self, product: &[&[f32]], bias: Option<&[f32]>, out: &mut [f32]);

    /// Lifts the gradient `dy` of a strip (rows × ow × o). Not called for direct liftings.
    fn lift_gradient(&self, dy: &[f32], lifted: PlanesMut<'_, '_>);

    /// Adds to rows `rows` of the input's gradient (`dx`, rows × w × c) what comes from `strips` of the same picture, whose
    /// lifted gradients `product` holds.
    fn land_gradient(&self, product: &[&[f32]], strips: Range<usize>, rows: Range<usize>, dx: &mut [f32]);

    /// Strips of a picture.
    fn strips(&self) -> usize {
        self.shape().oh.div_ceil(self.strip())
    }
}
