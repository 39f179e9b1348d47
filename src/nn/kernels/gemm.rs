//! The matrix product: a safe door to the `gemm` crate, which picks AVX-512, AVX2 or NEON at run time.
//!
//! Always single-threaded: the callers cut the work themselves, by shape, which keeps results independent of the number of
//! threads. The `unsafe` of Imago's numerics is this file's call, behind bounds checks.

use gemm::Parallelism;

/// A matrix inside a slice.
#[derive(Clone, Copy, Debug)]
pub struct Mat<'a> {
    data: &'a [f32],
    row_stride: usize,
    column_stride: usize,
}

impl<'a> Mat<'a> {
    /// Rows one after the other, `row_stride` numbers apart.
    pub fn rows(data: &'a [f32], row_stride: usize) -> Self {
        Self { data, row_stride, column_stride: 1 }
    }

    /// The transpose of [`Mat::rows`]: columns one after the other.
    pub fn columns(data: &'a [f32], column_stride: usize) -> Self {
        Self { data, row_stride: 1, column_stride }
    }

    /// The distance of the last number of a `rows` × `columns` part from the first, plus one.
    fn reach(&self, rows: usize, columns: usize) -> usize {
        reach(rows, columns, self.row_stride, self.column_stride)
    }
}

fn reach(rows: usize, columns: usize, row_stride: usize, column_stride: usize) -> usize {
    if rows == 0 || columns == 0 { 0 } else { (rows - 1) * row_stride + (columns - 1) * column_stride + 1 }
}

/// What happens to the numbers that are in the result already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    /// They are overwritten.
    Set,
    /// The product is added to them.
    Add,
}

/// `out` (m×n, rows `out_stride` apart) = or += `a` (m×k) · `b` (k×n).
///
/// # Panics
/// When a matrix reaches beyond its slice: a bug of the caller, never a matter of input.
pub fn gemm(
    (m, n, k): (usize, usize, usize),
    a: Mat<'_>,
    b: Mat<'_>,
    out: &mut [f32],
    out_stride: usize,
    store: Store,
) {
    assert!(a.reach(m, k) <= a.data.len(), "left matrix beyond its slice");
    assert!(b.reach(k, n) <= b.data.len(), "right matrix beyond its slice");
    assert!(reach(m, n, out_stride, 1) <= out.len(), "result beyond its slice");
    // Rows of the result must not overlap: the kernel writes them in any order.
    assert!(m <= 1 || out_stride >= n, "rows of the result overlap");
    if m == 0 || n == 0 {
        return;
    }
    if k == 0 {
        if store == Store::Set {
            out.chunks_mut(out_stride.max(1)).take(m).for_each(|row| row[..n].fill(0.0));
        }
        return;
    }
    // SAFETY: all three matrices lie within their slices (checked above, for the largest index that the strides reach), the
    // result is borrowed mutably and so shares no memory with the operands, and its rows do not overlap.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            out_stride as isize,
            store == Store::Add,
            a.data.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.column_stride as isize,
            b.row_stride as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_orders_and_both_ways_of_storing_give_the_schoolbook_product() {
        let (m, n, k) = (5, 7, 3);
        let number = |i: usize| ((i * 37 % 19) as f32) - 9.0;
        let a: Vec<f32> = (0..m * k).map(number).collect();
        let b: Vec<f32> = (0..k * n).map(|i| number(i + 5)).collect();
        let at: Vec<f32> = (0..m * k).map(|i| a[(i % m) * k + i / m]).collect();
        let bt: Vec<f32> = (0..k * n).map(|i| b[(i % k) * n + i / k]).collect();
        for left in [Mat::rows(&a, k), Mat::columns(&at, m)] {
            for right in [Mat::rows(&b, n), Mat::columns(&bt, k)] {
                let mut out = vec![1.0; m * 9];
                gemm((m, n, k), left, right, &mut out, 9, Store::Add);
                for (i, value) in out.iter().enumerate() {
                    let (row, column) = (i / 9, i % 9);
                    let product: f32 =
                        (0..k).map(|t| if column < n { a[row * k + t] * b[t * n + column] } else { 0.0 }).sum();
                    assert_eq!(*value, 1.0 + product, "row {row} column {column}");
                }
                gemm((m, n, k), left, right, &mut out, 9, Store::Set);
                assert_eq!(out[1], (0..k).map(|t| a[t] * b[t * n + 1]).sum::<f32>());
            }
        }
    }

    #[test]
    #[should_panic(expected = "beyond its slice")]
    fn a_matrix_beyond_its_slice_is_refused() {
        gemm((2, 2, 2), Mat::rows(&[0.0; 3], 2), Mat::rows(&[0.0; 4], 2), &mut [0.0; 4], 2, Store::Set);
    }
}
