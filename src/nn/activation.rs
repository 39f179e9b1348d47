//! ReLU, alone and behind the sum of a residual block.
//!
//! The gradient at exactly 0 is 0, as in PyTorch; Candle's own is 1 there.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::maps::{MapLayout, Maps};
use super::tensor_data::{floats, slice, tensor};

/// Numbers that one thread handles at a time: 64 KB of each operand.
const CHUNK: usize = 16 * 1024;

/// max(x, 0) of any tensor.
///
/// # Errors
/// When the device fails.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    if x.device().is_cpu() { x.contiguous()?.apply_op1(ReluOp) } else { x.relu() }
}

/// max(a + b, 0): the end of a residual block.
///
/// # Errors
/// When shapes differ or the device fails.
pub fn add_relu(a: &Maps, b: &Maps) -> Result<Maps> {
    let sum = match a.layout() {
        MapLayout::ChannelsLast => {
            if a.tensor().dims() != b.tensor().dims() {
                candle_core::bail!("a residual block's branches differ: {:?} and {:?}", a.dims()?, b.dims()?);
            }
            a.tensor().apply_op2(b.tensor(), AddReluOp)?
        }
        MapLayout::ChannelsFirst => (a.tensor() + b.tensor())?.relu()?,
    };
    Ok(a.with(sum))
}

/// The gradient where the output is positive, 0 elsewhere.
pub(crate) fn masked(gradient: &Tensor, output: &Tensor) -> Result<Tensor> {
    let gradient = gradient.contiguous()?;
    let (g, y) = (floats(&gradient)?, floats(output)?);
    let mut masked = vec![0.0; g.len()];
    masked.par_chunks_mut(CHUNK).zip(g.par_chunks(CHUNK)).zip(y.par_chunks(CHUNK)).for_each(|((out, g), y)| {
        for ((out, g), y) in out.iter_mut().zip(g).zip(y) {
            *out = if *y > 0.0 { *g } else { 0.0 };
        }
    });
    tensor(masked, output.dims())
}

struct ReluOp;

impl CustomOp1 for ReluOp {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = slice(storage, layout)?;
        let mut out = vec![0.0; x.len()];
        out.par_chunks_mut(CHUNK).zip(x.par_chunks(CHUNK)).for_each(|(out, x)| {
            for (out, x) in out.iter_mut().zip(x) {
                // Not `max`: that would turn NaN into 0 and hide a diverged run.
                *out = if *x < 0.0 { 0.0 } else { *x };
            }
        });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(&self, _arg: &Tensor, res: &Tensor, grad_res: &Tensor) -> Result<Option<Tensor>> {
        masked(grad_res, res).map(Some)
    }
}

struct AddReluOp;

impl CustomOp2 for AddReluOp {
    fn name(&self) -> &'static str {
        "add-relu"
    }

    fn cpu_fwd(&self, s1: &CpuStorage, l1: &Layout, s2: &CpuStorage, l2: &Layout) -> Result<(CpuStorage, Shape)> {
        let (a, b) = (slice(s1, l1)?, slice(s2, l2)?);
        let mut out = vec![0.0; a.len()];
        out.par_chunks_mut(CHUNK).zip(a.par_chunks(CHUNK)).zip(b.par_chunks(CHUNK)).for_each(|((out, a), b)| {
            for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                let sum = a + b;
                *out = if sum < 0.0 { 0.0 } else { sum };
            }
        });
        Ok((CpuStorage::F32(out), l1.shape().clone()))
    }

    fn bwd(&self, a: &Tensor, b: &Tensor, res: &Tensor, grad_res: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = masked(grad_res, res)?;
        Ok((a.track_op().then(|| gradient.clone()), b.track_op().then_some(gradient)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    #[test]
    fn relu_passes_the_gradient_of_positive_numbers_only() {
        let x = Var::new(&[-1.0f32, 0.0, 2.0], &Device::Cpu).unwrap();
        let y = relu(&x).unwrap();
        assert_eq!(y.to_vec1::<f32>().unwrap(), [0.0, 0.0, 2.0]);
        let grads = y.sum_all().unwrap().backward().unwrap();
        assert_eq!(grads.get(&x).unwrap().to_vec1::<f32>().unwrap(), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn relu_keeps_nan_so_that_a_diverged_run_is_seen() {
        let x = Tensor::new(&[f32::NAN], &Device::Cpu).unwrap();
        assert!(relu(&x).unwrap().to_vec1::<f32>().unwrap()[0].is_nan());
    }
}
