//! Matrix products on the register tile: the right matrix is cut into panels, the left one is read where it lies.
//!
//! [`Panels`] are cut once, by all threads; [`add_transposed`] cuts them as it goes. The products themselves run on the calling
//! thread, as in [`super::gemm`]; each number is summed in one order, whatever block of rows it belongs to.

use pulp::{Simd, WithSimd};
use rayon::prelude::*;

use super::gemm::Store;
use super::planes::{Planes, Scratch};
use crate::nn::simd::Cpu;
use crate::nn::simd::cpu::{vectors, vectors_mut};
use crate::nn::simd::tile::{Sums, accumulate, accumulate_transposed, groups, max_rows, rows_of, with_rows};

/// Rows of both matrices that [`add_transposed`] goes through together: their panel stays in the first cache.
const DEPTH: usize = 128;
/// Numbers in two of the longest vectors.
const MAX_WIDTH: usize = 32;

/// Right matrices (k × n), cut into panels of two vectors, of which the last is filled up with noughts.
#[derive(Debug)]
pub struct Panels {
    /// (matrix, panel, k, numbers of a panel)
    numbers: Scratch,
    cpu: Cpu,
    k: usize,
    n: usize,
}

impl Panels {
    /// Of matrices (k × n) as they are.
    pub fn of(matrices: &Planes, cpu: Cpu) -> Self {
        let (count, k, n) = matrices.size();
        Self::cut((count, k, n), cpu, |matrix, columns, panel, width| {
            let rows = matrices.plane(matrix).chunks_exact(n.max(1));
            for (row, panel) in rows.zip(panel.chunks_exact_mut(width)) {
                panel[..columns.len()].copy_from_slice(&row[columns.clone()]);
            }
        })
    }

    /// Of the transposes of matrices (n × k).
    pub fn transposed(matrices: &Planes, cpu: Cpu) -> Self {
        let (count, n, k) = matrices.size();
        Self::cut((count, k, n), cpu, |matrix, columns, panel, width| {
            let rows = matrices.plane(matrix)[columns.start * k..columns.end * k].chunks_exact(k.max(1));
            for (column, row) in rows.enumerate() {
                for (panel, value) in panel.chunks_exact_mut(width).zip(row) {
                    panel[column] = *value;
                }
            }
        })
    }

    fn cut(
        (matrices, k, n): (usize, usize, usize),
        cpu: Cpu,
        fill: impl Fn(usize, std::ops::Range<usize>, &mut [f32], usize) + Sync,
    ) -> Self {
        let width = cpu.panel();
        let (panels, len) = (n.div_ceil(width), k * width);
        let mut numbers = Scratch::take(matrices * panels * len);
        numbers.par_chunks_mut(len.max(1)).enumerate().for_each(|(i, panel)| {
            let first = i % panels * width;
            let columns = first..(first + width).min(n);
            if columns.len() < width {
                panel.fill(0.0);
            }
            fill(i / panels, columns, panel, width);
        });
        Self { numbers, cpu, k, n }
    }

    /// `out` (rows × n) = or += `a` (rows × k) · matrix number `matrix`. The sums of `piece` products are formed by themselves
    /// before they are added to the rest: the rounding errors of long sums grow with their length.
    ///
    /// # Panics
    /// When there is no such matrix, `out` is no whole number of rows, or `a` has fewer rows: bugs of the caller, never a matter
    /// of input.
    pub fn multiply(&self, a: &[f32], matrix: usize, out: &mut [f32], store: Store, piece: usize) {
        if out.is_empty() {
            return;
        }
        if self.k == 0 {
            if store == Store::Set {
                out.fill(0.0);
            }
            return;
        }
        let len = self.n.div_ceil(self.cpu.panel()) * self.cpu.panel() * self.k;
        let panels = &self.numbers[matrix * len..][..len];
        self.cpu.run(Multiply { a, panels, k: self.k, n: self.n, out, store, piece: piece.max(1) });
    }
}

struct Multiply<'a> {
    a: &'a [f32],
    panels: &'a [f32],
    k: usize,
    n: usize,
    out: &'a mut [f32],
    store: Store,
    piece: usize,
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { a, panels, k, n, out, store, piece } = self;
        let width = 2 * S::F32_LANES;
        let rows = out.len() / n;
        for (p, panel) in panels.chunks_exact(k * width).enumerate() {
            let first = p * width;
            let columns = width.min(n - first);
            for group in groups(rows, max_rows::<S>()) {
                let out = &mut out[group.start * n + first..];
                for (i, panel) in panel.chunks(piece.saturating_mul(width)).enumerate() {
                    let a = &a[group.start * k + i * piece..];
                    let add = i > 0 || store == Store::Add;
                    with_rows!(group.len(), R => {
                        let mut sums = [[simd.splat_f32s(0.0); 2]; R];
                        accumulate(simd, &mut sums, rows_of::<R>(a, k, panel.len() / width), panel);
                        put(simd, &sums, out, n, columns, add);
                    });
                }
            }
        }
    }
}

/// `out` (m × n) += `a`ᵀ · `b`, with `b` (rows × n) and the m columns from `first` on of `a`, whose rows are `stride` long.
///
/// # Panics
/// When `a` has fewer columns, or fewer rows than `b`.
pub fn add_transposed(cpu: Cpu, (a, stride, first): (&[f32], usize, usize), b: &[f32], n: usize, out: &mut [f32]) {
    if out.is_empty() || b.is_empty() {
        return;
    }
    assert!(a.len() / stride >= b.len() / n, "fewer rows on the left than on the right");
    let mut panel = Scratch::take(DEPTH * cpu.panel());
    cpu.run(AddTransposed { a, stride, first, b, n, out, panel: &mut panel });
}

struct AddTransposed<'a> {
    a: &'a [f32],
    stride: usize,
    first: usize,
    b: &'a [f32],
    n: usize,
    out: &'a mut [f32],
    panel: &'a mut [f32],
}

impl WithSimd for AddTransposed<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { a, stride, first, b, n, out, panel } = self;
        let width = 2 * S::F32_LANES;
        for (a, b) in a.chunks(DEPTH * stride).zip(b.chunks(DEPTH * n)) {
            let panel = &mut panel[..b.len() / n * width];
            for column in (0..n).step_by(width) {
                let columns = width.min(n - column);
                copy_panel::<S>(b, n, column, columns, panel);
                for group in groups(out.len() / n, max_rows::<S>()) {
                    let out = &mut out[group.start * n + column..];
                    let at = first + group.start;
                    with_rows!(group.len(), R => {
                        let mut sums = [[simd.splat_f32s(0.0); 2]; R];
                        accumulate_transposed(simd, &mut sums, (a, stride, at), panel);
                        put(simd, &sums, out, n, columns, true);
                    });
                }
            }
        }
    }
}

/// `columns` columns of `b` (rows × n), the rest of the panel noughts.
#[inline(always)]
fn copy_panel<S: Simd>(b: &[f32], n: usize, column: usize, columns: usize, panel: &mut [f32]) {
    let width = 2 * S::F32_LANES;
    if columns == width {
        let (to, _) = vectors_mut::<S>(panel).as_chunks_mut::<2>();
        for (to, row) in to.iter_mut().zip(b.chunks_exact(n)) {
            if let Some(from) = vectors::<S>(&row[column..]).first_chunk::<2>() {
                *to = *from;
            }
        }
    } else {
        panel.fill(0.0);
        for (to, row) in panel.chunks_exact_mut(width).zip(b.chunks_exact(n)) {
            to[..columns].copy_from_slice(&row[column..column + columns]);
        }
    }
}

/// Writes or adds the first `columns` of each row of sums to rows `stride` apart.
#[inline(always)]
fn put<S: Simd, const R: usize>(simd: S, sums: &Sums<S, R>, out: &mut [f32], stride: usize, columns: usize, add: bool) {
    for (r, sum) in sums.iter().enumerate() {
        let out = &mut out[r * stride..][..columns];
        if let Some(out) = vectors_mut::<S>(out).first_chunk_mut::<2>() {
            *out = if add { [simd.add_f32s(out[0], sum[0]), simd.add_f32s(out[1], sum[1])] } else { *sum };
        } else {
            let mut spilled = [0.0; MAX_WIDTH];
            if let Some(vectors) = vectors_mut::<S>(&mut spilled).first_chunk_mut::<2>() {
                *vectors = *sum;
            }
            for (out, sum) in out.iter_mut().zip(spilled) {
                *out = if add { *out + sum } else { sum };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(i: usize) -> f32 {
        ((i as u32).wrapping_mul(2_654_435_761) >> 20) as f32 / 2048.0 - 1.0
    }

    fn planes(count: usize, rows: usize, width: usize) -> Planes {
        let mut planes = Planes::take(count, rows, width);
        for (p, plane) in planes.all_mut().into_iter().enumerate() {
            plane.iter_mut().enumerate().for_each(|(i, value)| *value = number(i + 31 * p));
        }
        planes
    }

    /// `before` + Σ_t a(t) · b(t), as exact as can be.
    fn assert_sum(cpu: Cpu, got: f32, before: f32, k: usize, product: impl Fn(usize) -> (f32, f32)) {
        let sum: f64 = (0..k).map(product).map(|(a, b)| f64::from(a) * f64::from(b)).sum();
        assert!((f64::from(got) - f64::from(before) - sum).abs() < 1e-4, "{}: {got} for {sum}", cpu.name());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn both_orders_of_the_right_matrix_give_the_schoolbook_product(
            rows in 0usize..20, k in 0usize..40, n in 1usize..70, piece in 1usize..50, add: bool,
        ) {
            let a: Vec<f32> = (0..rows * k).map(|i| number(i + 999)).collect();
            let (straight, turned) = (planes(3, k, n), planes(3, n, k));
            let (store, before) = if add { (Store::Add, 0.5) } else { (Store::Set, 0.0) };
            for cpu in Cpu::all() {
                for matrix in 0..3 {
                    let mut out = vec![0.5; rows * n];
                    Panels::of(&straight, cpu).multiply(&a, matrix, &mut out, store, piece);
                    let mut other = vec![0.5; rows * n];
                    Panels::transposed(&turned, cpu).multiply(&a, matrix, &mut other, store, piece);
                    for (i, (out, other)) in out.into_iter().zip(other).enumerate() {
                        let (row, column) = (i / n, i % n);
                        assert_sum(cpu, out, before, k, |t| (a[row * k + t], straight.plane(matrix)[t * n + column]));
                        assert_sum(cpu, other, before, k, |t| (a[row * k + t], turned.plane(matrix)[column * k + t]));
                    }
                }
            }
        }

        #[test]
        fn a_transposed_left_matrix_gives_the_schoolbook_product(
            rows in 0usize..300, stride in 1usize..30, first in 0usize..30, n in 1usize..70,
        ) {
            let (first, columns) = (first.min(stride - 1), stride - first.min(stride - 1));
            let a: Vec<f32> = (0..rows * stride).map(number).collect();
            let b: Vec<f32> = (0..rows * n).map(|i| number(i + 5555)).collect();
            for cpu in Cpu::all() {
                let mut out = vec![0.5; columns * n];
                add_transposed(cpu, (&a, stride, first), &b, n, &mut out);
                for (i, out) in out.into_iter().enumerate() {
                    assert_sum(cpu, out, 0.5, rows, |t| (a[t * stride + first + i / n], b[t * n + i % n]));
                }
            }
        }
    }
}
