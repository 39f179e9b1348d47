//! The plainest form of each kernel, written from its definition: what the tests compare the fast ones with. Sums are f64.

use super::conv::ConvGrads;
use super::shape::{ConvShape, PoolShape};

/// Calls `visit(output index, input index, weight index)` for every product of a convolution; the weight is in PyTorch's order.
fn products(s: &ConvShape, mut visit: impl FnMut(usize, usize, usize)) {
    for n in 0..s.n {
        for (y, x) in (0..s.oh).flat_map(|y| (0..s.ow).map(move |x| (y, x))) {
            for o in 0..s.o {
                for (ky, kx) in (0..s.kh).flat_map(|ky| (0..s.kw).map(move |kx| (ky, kx))) {
                    let row = (y * s.stride + ky).checked_sub(s.padding).filter(|row| *row < s.h);
                    let column = (x * s.stride + kx).checked_sub(s.padding).filter(|column| *column < s.w);
                    let (Some(row), Some(column)) = (row, column) else { continue };
                    for c in 0..s.c {
                        visit(
                            ((n * s.oh + y) * s.ow + x) * s.o + o,
                            ((n * s.h + row) * s.w + column) * s.c + c,
                            ((o * s.c + c) * s.kh + ky) * s.kw + kx,
                        );
                    }
                }
            }
        }
    }
}

/// Convolution.
pub fn conv_forward(s: &ConvShape, x: &[f32], weight: &[f32], bias: Option<&[f32]>) -> Vec<f32> {
    let start = |i: usize| bias.map_or(0.0, |bias| f64::from(bias[i % s.o]));
    let mut out: Vec<f64> = (0..s.n * s.output_len()).map(start).collect();
    products(s, |o, i, w| out[o] += f64::from(x[i]) * f64::from(weight[w]));
    narrowed(&out)
}

/// Its gradients.
pub fn conv_backward(s: &ConvShape, x: &[f32], weight: &[f32], dy: &[f32]) -> ConvGrads {
    let (mut dx, mut dw, mut db) = (vec![0.0; x.len()], vec![0.0; weight.len()], vec![0.0; s.o]);
    products(s, |o, i, w| {
        dx[i] += f64::from(dy[o]) * f64::from(weight[w]);
        dw[w] += f64::from(dy[o]) * f64::from(x[i]);
    });
    for (i, dy) in dy.iter().enumerate() {
        db[i % s.o] += f64::from(*dy);
    }
    ConvGrads { input: Some(narrowed(&dx)), weight: Some(narrowed(&dw)), bias: Some(narrowed(&db)) }
}

/// Max-pool: the values, and for each the input index of the first largest.
pub fn max_pool(s: &PoolShape, x: &[f32]) -> (Vec<f32>, Vec<usize>) {
    let (mut values, mut winners) = (Vec::new(), Vec::new());
    for n in 0..s.n {
        for (oy, ox) in (0..s.oh).flat_map(|y| (0..s.ow).map(move |x| (y, x))) {
            for c in 0..s.c {
                let mut best: Option<(f32, usize)> = None;
                for (ky, kx) in (0..s.kernel).flat_map(|ky| (0..s.kernel).map(move |kx| (ky, kx))) {
                    let row = (oy * s.stride + ky).checked_sub(s.padding).filter(|row| *row < s.h);
                    let column = (ox * s.stride + kx).checked_sub(s.padding).filter(|column| *column < s.w);
                    let (Some(row), Some(column)) = (row, column) else { continue };
                    let index = ((n * s.h + row) * s.w + column) * s.c + c;
                    if best.is_none_or(|(value, _)| x[index] > value) {
                        best = Some((x[index], index));
                    }
                }
                let (value, index) = best.unwrap_or((f32::NEG_INFINITY, 0));
                values.push(value);
                winners.push(index);
            }
        }
    }
    (values, winners)
}

fn narrowed(values: &[f64]) -> Vec<f32> {
    values.iter().map(|value| *value as f32).collect()
}
