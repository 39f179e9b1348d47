//! The register tile, where nearly all of the time goes: a few rows times a panel of columns, summed in registers.
//!
//! Rows are plain slices, wherever they lie, so one tile serves all that is a matrix product. Each output is one chain `acc = a·b + acc` over ascending k, whatever the number of rows, so a result
//! depends neither on how rows are grouped nor on which thread computes it.
//!
//! Must not know: convolutions, threads.

use pulp::{Simd, WithSimd};

use super::cpu::{mul_add, vectors, vectors_mut};

/// Sums of `R` rows by one panel (two vectors).
pub(in crate::nn) type Sums<S, const R: usize> = [[<S as Simd>::f32s; 2]; R];

/// The most rows whose sums stay in registers: 12 sums, two weights and one factor of 16, or 16 of 32 registers.
pub(in crate::nn) const fn max_rows<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 8 } else { 6 }
}

/// Adds to each row's sums its numbers times the panel: `sums[r][j] += Σ_k rows[r][k] · panel[k][j]`.
///
/// `panel` is (k, two vectors), and decides k; a row must have at least as many numbers.
///
/// # Panics
/// When a row is shorter than the panel has rows.
#[inline(always)]
pub(in crate::nn) fn accumulate<S: Simd, const R: usize>(
    simd: S,
    sums: &mut Sums<S, R>,
    mut rows: [&[f32]; R],
    panel: &[f32],
) {
    let (panel, _) = vectors::<S>(panel).as_chunks::<2>();
    // One check for each row here spares one for each number below.
    for row in &mut rows {
        *row = &row[..panel.len()];
    }
    // A local copy, which the compiler keeps in registers.
    let mut kept = *sums;
    for (k, &[b0, b1]) in panel.iter().enumerate() {
        for (sum, row) in kept.iter_mut().zip(rows) {
            let a = simd.splat_f32s(row[k]);
            sum[0] = mul_add(simd, a, b0, sum[0]);
            sum[1] = mul_add(simd, a, b1, sum[1]);
        }
    }
    *sums = kept;
}

/// The same with rows that are columns: `sums[r][j] += Σ_k a[k · stride + first + r] · panel[k][j]`.
///
/// # Panics
/// When a stretch of `stride` numbers has fewer than `first` + `R`.
#[inline(always)]
pub(in crate::nn) fn accumulate_transposed<S: Simd, const R: usize>(
    simd: S,
    sums: &mut Sums<S, R>,
    (a, stride, first): (&[f32], usize, usize),
    panel: &[f32],
) {
    let (panel, _) = vectors::<S>(panel).as_chunks::<2>();
    let mut kept = *sums;
    for (&[b0, b1], row) in panel.iter().zip(a.chunks_exact(stride)) {
        for (sum, a) in kept.iter_mut().zip(&row[first..first + R]) {
            let a = simd.splat_f32s(*a);
            sum[0] = mul_add(simd, a, b0, sum[0]);
            sum[1] = mul_add(simd, a, b1, sum[1]);
        }
    }
    *sums = kept;
}

/// `R` rows of `k` numbers, `stride` apart. (A plain loop, here and wherever rows are gathered: what `std::array::from_fn` and
/// `map` call is not always inlined, and then each row costs a call.)
///
/// # Panics
/// When `a` is shorter than that.
#[inline(always)]
pub(in crate::nn) fn rows_of<const R: usize>(a: &[f32], stride: usize, k: usize) -> [&[f32]; R] {
    let mut rows: [&[f32]; R] = [&[]; R];
    for (r, row) in rows.iter_mut().enumerate() {
        *row = &a[r * stride..][..k];
    }
    rows
}

/// Runs `$body` with the constant `$rows` equal to `$count`, which must be 1 to 8.
///
/// Every arm ends in a way that can't be merged with the others' ends. Else the compiler lets them share their last store, and
/// keeps the sum that it stores in one place for all of them: in memory, where waiting for it takes as long as everything else.
macro_rules! with_rows {
    ($count:expr, $rows:ident => $body:expr) => {
        match $count {
            1 => with_rows!(@arm 1, $rows => $body),
            2 => with_rows!(@arm 2, $rows => $body),
            3 => with_rows!(@arm 3, $rows => $body),
            4 => with_rows!(@arm 4, $rows => $body),
            5 => with_rows!(@arm 5, $rows => $body),
            6 => with_rows!(@arm 6, $rows => $body),
            7 => with_rows!(@arm 7, $rows => $body),
            _ => with_rows!(@arm 8, $rows => $body),
        }
    };
    (@arm $number:literal, $rows:ident => $body:expr) => {{
        const $rows: usize = $number;
        $body;
        std::hint::black_box($rows);
    }};
}
pub(in crate::nn) use with_rows;

/// Splits `count` rows into as few groups of at most `max` as can be, of nearly equal size: a last group of one row would
/// take nearly as long as a full one.
#[inline(always)]
pub(in crate::nn) fn groups(count: usize, max: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut left = count.div_ceil(max);
    let mut at = 0;
    std::iter::from_fn(move || {
        (left > 0).then(|| {
            let start = at;
            at += (count - at).div_ceil(left);
            left -= 1;
            start..at
        })
    })
}

/// The matrix product `out = a · panel` of a (rows, k) matrix by a (k, two vectors) panel; `out` is (rows, two vectors).
///
/// # Panics
/// When `a` or `out` has fewer numbers than that.
pub(in crate::nn) fn product<S: Simd>(simd: S, a: &[f32], rows: usize, panel: &[f32], out: &mut [f32]) {
    product_onto(simd, (a, panel.len() / (2 * S::F32_LANES)), rows, panel, out, false);
}

/// The same with rows of `a` that lie a stride apart, and, with `more`, added to what is in `out`: so that a long sum can be
/// computed piece by piece, and is the same chain of operations as in one go.
///
/// A call of its own, so that the loop has all registers for itself.
///
/// # Panics
/// When `a` or `out` has fewer numbers than that.
#[inline(never)]
pub(in crate::nn) fn product_onto<S: Simd>(
    simd: S,
    (a, stride): (&[f32], usize),
    rows: usize,
    panel: &[f32],
    out: &mut [f32],
    more: bool,
) {
    simd.vectorize(Product { a, stride, rows, panel, out, more });
}

struct Product<'a> {
    a: &'a [f32],
    stride: usize,
    rows: usize,
    panel: &'a [f32],
    out: &'a mut [f32],
    more: bool,
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { a, stride, rows, panel, out, more } = self;
        let width = 2 * S::F32_LANES;
        for group in groups(rows, max_rows::<S>()) {
            let (a, out) = (&a[group.start * stride..], &mut out[group.start * width..]);
            with_rows!(group.len(), R => product_rows::<S, R>(simd, a, stride, panel, out, more));
        }
    }
}

#[inline(always)]
fn product_rows<S: Simd, const R: usize>(
    simd: S,
    a: &[f32],
    stride: usize,
    panel: &[f32],
    out: &mut [f32],
    more: bool,
) {
    let out = &mut vectors_mut::<S>(out).as_chunks_mut::<2>().0[..R];
    let mut sums = [[simd.splat_f32s(0.0); 2]; R];
    if more {
        sums.copy_from_slice(out);
    }
    let k = panel.len() / (2 * S::F32_LANES);
    accumulate(simd, &mut sums, rows_of(a, stride, k), panel);
    out.copy_from_slice(&sums);
}

#[cfg(test)]
mod tests {
    use super::super::Cpu;
    use super::*;
    use proptest::prelude::*;

    struct Whole<'a>(&'a [f32], usize, &'a [f32], &'a mut [f32]);
    impl WithSimd for Whole<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            product(simd, self.0, self.1, self.2, self.3);
        }
    }

    proptest! {
        #[test]
        fn a_product_equals_the_plain_sum_on_every_instruction_set(rows in 0usize..30, k in 0usize..40, seed in 0u32..1000) {
            let number = |i: usize| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 20) as f32 / 2048.0 - 1.0;
            for cpu in Cpu::all() {
                let width = cpu.panel();
                let a: Vec<f32> = (0..rows * k).map(number).collect();
                let b: Vec<f32> = (0..k * width).map(|i| number(i + 7777)).collect();
                let mut out = vec![f32::NAN; rows * width];
                cpu.run(Whole(&a, rows, &b, &mut out));
                for r in 0..rows {
                    for j in 0..width {
                        let want: f64 = (0..k).map(|i| f64::from(a[r * k + i]) * f64::from(b[i * width + j])).sum();
                        // A panel of no rows has no width either: nothing is computed then.
                        prop_assert!(k == 0 && out[r * width + j] == 0.0 || (f64::from(out[r * width + j]) - want).abs() < 1e-4, "{}", cpu.name());
                    }
                }
            }
        }

        #[test]
        fn groups_cover_all_rows_and_differ_by_one_at_most(count in 0usize..100, max in 1usize..9) {
            let all: Vec<_> = groups(count, max).collect();
            prop_assert_eq!(all.iter().flat_map(Clone::clone).collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
            prop_assert_eq!(all.len(), count.div_ceil(max));
            let sizes = all.iter().map(ExactSizeIterator::len);
            prop_assert!(sizes.clone().max().unwrap_or(0) <= max && sizes.clone().max().unwrap_or(0) - sizes.min().unwrap_or(0) <= 1);
        }
    }
}
