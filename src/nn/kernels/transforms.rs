//! Winograd's transforms for 3×3 kernels: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015
//! (arXiv 1509.09308).
//!
//! With inputs d, kernel g and outputs y of one dimension, y = Aᵀ·[(G·g) ⊙ (Bᵀ·d)]; in two dimensions each matrix is applied to
//! rows and columns. The matrices follow from the points at which the polynomials are evaluated.

/// The matrices of F(`OUT`, 3), which makes `OUT` outputs from `IN` = `OUT` + 2 inputs with `IN` multiplications, and their
/// transposes for the gradients.
pub trait Transform<const OUT: usize, const IN: usize>: Copy + Sync + 'static {
    /// Bᵀ·d.
    fn bt(d: [f32; IN]) -> [f32; IN];
    /// B·v.
    fn b(v: [f32; IN]) -> [f32; IN];
    /// Aᵀ·m.
    fn at(m: [f32; IN]) -> [f32; OUT];
    /// A·y.
    fn a(y: [f32; OUT]) -> [f32; IN];
    /// G·g.
    fn g(g: [f32; 3]) -> [f32; IN];
    /// Gᵀ·u.
    fn gt(u: [f32; IN]) -> [f32; 3];
}

/// F(2×2, 3×3), points 0, ±1: 16 multiplications for 4 outputs instead of 36. As exact as summing the products one by one.
#[derive(Clone, Copy, Debug)]
pub struct F2;

impl Transform<2, 4> for F2 {
    #[inline(always)]
    fn bt([d0, d1, d2, d3]: [f32; 4]) -> [f32; 4] {
        [d0 - d2, d1 + d2, d2 - d1, d3 - d1]
    }

    #[inline(always)]
    fn b([v0, v1, v2, v3]: [f32; 4]) -> [f32; 4] {
        [v0, v1 - v2 - v3, v1 + v2 - v0, v3]
    }

    #[inline(always)]
    fn at([m0, m1, m2, m3]: [f32; 4]) -> [f32; 2] {
        [m0 + (m1 + m2), (m1 - m2) + m3]
    }

    #[inline(always)]
    fn a([y0, y1]: [f32; 2]) -> [f32; 4] {
        [y0, y0 + y1, y0 - y1, y1]
    }

    #[inline(always)]
    fn g([g0, g1, g2]: [f32; 3]) -> [f32; 4] {
        let outer = g0 + g2;
        [g0, (outer + g1) * 0.5, (outer - g1) * 0.5, g2]
    }

    #[inline(always)]
    fn gt([u0, u1, u2, u3]: [f32; 4]) -> [f32; 3] {
        let (sum, difference) = ((u1 + u2) * 0.5, (u1 - u2) * 0.5);
        [u0 + sum, difference, sum + u3]
    }
}

/// F(4×4, 3×3): 36 multiplications for 16 outputs instead of 144. The points 0, ±5/8, ±3/2 halve the rounding errors of the usual
/// 0, ±1, ±2; they are still twice those of [`F2`] or so.
#[derive(Clone, Copy, Debug)]
pub struct F4;

/// The points other than 0 and ∞, ±P and ±Q, and their powers.
const P: f32 = 0.625;
const Q: f32 = 1.5;
const P2: f32 = P * P;
const Q2: f32 = Q * Q;
const P3: f32 = P2 * P;
const Q3: f32 = Q2 * Q;
/// Factors of the kernel's transform: 1 / Π (point − other point).
const AT_NOUGHT: f32 = 1.0 / (P2 * Q2);
const AT_P: f32 = 1.0 / (2.0 * P2 * (P2 - Q2));
const AT_Q: f32 = 1.0 / (2.0 * Q2 * (Q2 - P2));

impl Transform<4, 6> for F4 {
    #[inline(always)]
    fn bt([d0, d1, d2, d3, d4, d5]: [f32; 6]) -> [f32; 6] {
        let (even_p, odd_p) = (d4 - Q2 * d2, P * (d3 - Q2 * d1));
        let (even_q, odd_q) = (d4 - P2 * d2, Q * (d3 - P2 * d1));
        [
            P2 * Q2 * d0 + (d4 - (P2 + Q2) * d2),
            even_p + odd_p,
            even_p - odd_p,
            even_q + odd_q,
            even_q - odd_q,
            P2 * Q2 * d1 + (d5 - (P2 + Q2) * d3),
        ]
    }

    #[inline(always)]
    fn b([v0, v1, v2, v3, v4, v5]: [f32; 6]) -> [f32; 6] {
        let (even_p, odd_p) = (v1 + v2, P * (v1 - v2));
        let (even_q, odd_q) = (v3 + v4, Q * (v3 - v4));
        [
            P2 * Q2 * v0,
            P2 * Q2 * v5 - (Q2 * odd_p + P2 * odd_q),
            -(P2 + Q2) * v0 - (Q2 * even_p + P2 * even_q),
            (odd_p + odd_q) - (P2 + Q2) * v5,
            v0 + (even_p + even_q),
            v5,
        ]
    }

    #[inline(always)]
    fn at([m0, m1, m2, m3, m4, m5]: [f32; 6]) -> [f32; 4] {
        let (even_p, odd_p, even_q, odd_q) = (m1 + m2, m1 - m2, m3 + m4, m3 - m4);
        [m0 + (even_p + even_q), P * odd_p + Q * odd_q, P2 * even_p + Q2 * even_q, (P3 * odd_p + Q3 * odd_q) + m5]
    }

    #[inline(always)]
    fn a([y0, y1, y2, y3]: [f32; 4]) -> [f32; 6] {
        let (even_p, odd_p) = (y0 + P2 * y2, P * y1 + P3 * y3);
        let (even_q, odd_q) = (y0 + Q2 * y2, Q * y1 + Q3 * y3);
        [y0, even_p + odd_p, even_p - odd_p, even_q + odd_q, even_q - odd_q, y3]
    }

    #[inline(always)]
    fn g([g0, g1, g2]: [f32; 3]) -> [f32; 6] {
        let (even_p, odd_p) = (AT_P * (g0 + P2 * g2), AT_P * P * g1);
        let (even_q, odd_q) = (AT_Q * (g0 + Q2 * g2), AT_Q * Q * g1);
        [AT_NOUGHT * g0, even_p + odd_p, even_p - odd_p, even_q + odd_q, even_q - odd_q, g2]
    }

    #[inline(always)]
    fn gt([u0, u1, u2, u3, u4, u5]: [f32; 6]) -> [f32; 3] {
        let (even_p, odd_p) = (AT_P * (u1 + u2), AT_P * P * (u1 - u2));
        let (even_q, odd_q) = (AT_Q * (u3 + u4), AT_Q * Q * (u3 - u4));
        [AT_NOUGHT * u0 + (even_p + even_q), odd_p + odd_q, (P2 * even_p + Q2 * even_q) + u5]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A linear map's matrix, by its effect on unit vectors: `matrix[row][column]`.
    fn matrix<const N: usize, const M: usize>(map: impl Fn([f32; N]) -> [f32; M]) -> Vec<Vec<f64>> {
        let columns: Vec<[f32; M]> =
            (0..N).map(|i| map(std::array::from_fn(|j| f32::from(u8::from(i == j))))).collect();
        (0..M).map(|row| columns.iter().map(|column| f64::from(column[row])).collect()).collect()
    }

    fn check<const OUT: usize, const IN: usize, T: Transform<OUT, IN>>() {
        let (a, b, g) = (matrix(T::at), matrix(T::bt), matrix(T::g));
        // Σ over products p of Aᵀ[y][p] · G[p][k] · Bᵀ[p][d] is 1 where d = y + k, 0 elsewhere.
        for y in 0..OUT {
            for k in 0..3 {
                for d in 0..IN {
                    let sum: f64 = (0..IN).map(|p| a[y][p] * g[p][k] * b[p][d]).sum();
                    let expected = f64::from(u8::from(d == y + k));
                    assert!((sum - expected).abs() < 1e-6, "output {y}, tap {k}, input {d}: {sum}");
                }
            }
        }
        let transposed = |m: &[Vec<f64>]| -> Vec<Vec<f64>> {
            (0..m[0].len()).map(|column| m.iter().map(|row| row[column]).collect()).collect()
        };
        let close = |a: &[Vec<f64>], b: &[Vec<f64>]| {
            a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| (a - b).abs() < 1e-6)
        };
        assert!(close(&transposed(&a), &matrix(T::a)));
        assert!(close(&transposed(&b), &matrix(T::b)));
        assert!(close(&transposed(&g), &matrix(T::gt)));
    }

    #[test]
    fn the_matrices_convolve_and_the_gradients_use_their_transposes() {
        check::<2, 4, F2>();
        check::<4, 6, F4>();
    }
}
