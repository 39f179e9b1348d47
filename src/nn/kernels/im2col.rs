//! Convolution as one matrix product over patches copied side by side (im2col): any kernel, stride and padding.

use std::ops::Range;

use super::lifting::{Lifting, PlanesMut};
use super::shape::ConvShape;

/// A convolution of any kind.
#[derive(Clone, Copy, Debug)]
pub struct Im2col {
    shape: ConvShape,
    strip: usize,
}

impl Im2col {
    /// For `shape`, with `strip` rows of the output handled together (a pooling behind it needs its window's height).
    pub fn new(shape: ConvShape, strip: usize) -> Self {
        Self { shape, strip: strip.max(1) }
    }
}

impl Lifting for Im2col {
    fn shape(&self) -> &ConvShape {
        &self.shape
    }

    fn planes(&self) -> usize {
        1
    }

    fn width(&self) -> usize {
        self.shape.patch()
    }

    fn strip(&self) -> usize {
        self.strip
    }

    fn strip_rows(&self) -> usize {
        self.strip * self.shape.ow
    }

    fn direct(&self) -> bool {
        true
    }

    /// From (o, c, kh, kw) to (kh, kw, c, o): a patch is copied row by row, each of its rows one piece of memory.
    fn pack(&self, weight: &[f32], rows: Range<usize>, packed: PlanesMut<'_, '_>) {
        let s = &self.shape;
        let (window, patch) = (s.kh * s.kw, s.patch());
        let Some(packed) = packed.first_mut() else { return };
        for (k, row) in rows.zip(packed.chunks_exact_mut(s.o)) {
            let at = k % s.c * window + k / s.c;
            row.iter_mut().zip(weight.chunks_exact(patch)).for_each(|(out, kernel)| *out = kernel[at]);
        }
    }

    fn unpack(&self, packed: &[&[f32]], outputs: Range<usize>, weight: &mut [f32]) {
        let s = &self.shape;
        let (window, patch) = (s.kh * s.kw, s.patch());
        let Some(packed) = packed.first() else { return };
        for (k, row) in packed.chunks_exact(s.o).enumerate() {
            let at = k % s.c * window + k / s.c;
            let values = &row[outputs.clone()];
            weight.chunks_exact_mut(patch).zip(values).for_each(|(kernel, value)| kernel[at] = *value);
        }
    }

    fn lift_input(&self, x: &[f32], top: usize, strip: usize, lifted: PlanesMut<'_, '_>) {
        let s = &self.shape;
        let Some(patches) = lifted.first_mut() else { return };
        for (row, patches) in patches.chunks_exact_mut(s.ow * s.patch()).enumerate() {
            copy_row(s, (x, top), strip * self.strip + row, patches);
        }
    }

    fn land_output(&self, _product: &[&[f32]], _bias: Option<&[f32]>, _out: &mut [f32]) {}

    fn lift_gradient(&self, _dy: &[f32], _lifted: PlanesMut<'_, '_>) {}

    fn land_gradient(&self, product: &[&[f32]], strips: Range<usize>, rows: Range<usize>, dx: &mut [f32]) {
        let s = &self.shape;
        let Some(patches) = product.first() else { return };
        let band = s.kw * s.c;
        let outputs = strips.start * self.strip..(strips.end * self.strip).min(s.oh);
        for (y, patches) in outputs.zip(patches.chunks_exact(s.ow * s.patch())) {
            for ky in 0..s.kh {
                let row = (y * s.stride + ky).checked_sub(s.padding).filter(|row| rows.contains(row));
                let Some(row) = row else { continue };
                let dx = &mut dx[(row - rows.start) * s.w * s.c..][..s.w * s.c];
                for (column, patch) in patches.chunks_exact(s.patch()).enumerate() {
                    let inside = Inside::of(s, column);
                    let from = &patch[ky * band + inside.skip..][..inside.count];
                    dx[inside.start..][..inside.count].iter_mut().zip(from).for_each(|(to, from)| *to += from);
                }
            }
        }
    }
}

/// The part of a patch's row that lies inside the picture, in numbers.
#[derive(Clone, Copy)]
struct Inside {
    /// From the start of the patch's row.
    skip: usize,
    /// From the start of the picture's row.
    start: usize,
    count: usize,
}

impl Inside {
    fn of(s: &ConvShape, column: usize) -> Self {
        let left = column * s.stride;
        let skip = s.padding.saturating_sub(left).min(s.kw);
        let start = (left + skip).saturating_sub(s.padding).min(s.w);
        let end = (left + s.kw).saturating_sub(s.padding).min(s.w);
        Self { skip: skip * s.c, start: start * s.c, count: end.saturating_sub(start) * s.c }
    }
}

/// Copies the patches of output row `y` side by side; `x` has the picture's rows from the given one on.
fn copy_row(s: &ConvShape, x: (&[f32], usize), y: usize, patches: &mut [f32]) {
    // The first layers of the networks, 3×3 and 7×7 on three colours: so few numbers that calling a copy costs more than
    // copying them.
    match s.kw * s.c {
        9 => copy_row_with(s, x, y, patches, copy_few::<9>),
        21 => copy_row_with(s, x, y, patches, copy_few::<21>),
        _ => copy_row_with(s, x, y, patches, <[f32]>::copy_from_slice),
    }
}

/// Copies `N` numbers, or all where there are others.
#[inline(always)]
fn copy_few<const N: usize>(to: &mut [f32], from: &[f32]) {
    if let (Ok(to), Ok(from)) = (<&mut [f32; N]>::try_from(&mut *to), <&[f32; N]>::try_from(from)) {
        *to = *from;
    } else {
        to.copy_from_slice(from);
    }
}

#[inline(always)]
fn copy_row_with(
    s: &ConvShape,
    (x, top): (&[f32], usize),
    y: usize,
    patches: &mut [f32],
    copy: impl Fn(&mut [f32], &[f32]),
) {
    let band = s.kw * s.c;
    for (column, patch) in patches.chunks_exact_mut(s.patch()).enumerate() {
        let Inside { skip, start, count } = Inside::of(s, column);
        for (ky, out) in patch.chunks_exact_mut(band).enumerate() {
            match (y * s.stride + ky).checked_sub(s.padding).filter(|row| *row < s.h) {
                Some(row) => {
                    let from = &x[(row - top) * s.w * s.c + start..][..count];
                    if count < band {
                        out[..skip].fill(0.0);
                        out[skip + count..].fill(0.0);
                    }
                    copy(&mut out[skip..skip + count], from);
                }
                None => out.fill(0.0),
            }
        }
    }
}
