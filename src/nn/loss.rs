//! Cross-entropy.

use candle_core::{D, Result, Tensor};

/// Mean over the batch of −log softmax(`logits`)\[target\], as PyTorch's `cross_entropy`.
/// `logits` is (n, classes) f32, `targets` (n) u32.
///
/// # Errors
/// When shapes do not fit or a target is no class.
pub fn cross_entropy(logits: &Tensor, targets: &Tensor) -> Result<Tensor> {
    let (n, classes) = logits.dims2()?;
    if targets.dims1()? != n {
        candle_core::bail!("{n} rows of logits for {} targets of {classes} classes", targets.dims1()?);
    }
    let picked = log_softmax(logits)?.gather(&targets.unsqueeze(1)?, 1)?;
    picked.mean_all()?.neg()
}

/// The same for a distribution over the classes instead of one class: −Σ p · log softmax(`logits`), averaged over the batch.
/// Both are (n, classes) f32.
///
/// # Errors
/// When shapes differ.
pub fn soft_cross_entropy(logits: &Tensor, probabilities: &Tensor) -> Result<Tensor> {
    let (n, _) = logits.dims2()?;
    (log_softmax(logits)? * probabilities)?.sum_all()?.neg()? / n.max(1) as f64
}

fn log_softmax(logits: &Tensor) -> Result<Tensor> {
    candle_nn::ops::log_softmax(logits, D::Minus1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Var};

    #[test]
    fn hard_and_soft_targets_give_the_same_loss_and_gradient() {
        let logits = Var::new(&[[1.0f32, -2.0, 0.5], [0.0, 3.0, 100.0]], &Device::Cpu).unwrap();
        let hard = cross_entropy(&logits, &Tensor::new(&[2u32, 1], &Device::Cpu).unwrap()).unwrap();
        let soft = Tensor::new(&[[0.0f32, 0.0, 1.0], [0.0, 1.0, 0.0]], &Device::Cpu).unwrap();
        let soft = soft_cross_entropy(&logits, &soft).unwrap();
        let (a, b) = (hard.to_scalar::<f32>().unwrap(), soft.to_scalar::<f32>().unwrap());
        assert!((a - b).abs() < 1e-5 && a.is_finite(), "{a} {b}");
        let a = hard.backward().unwrap().get(&logits).unwrap().to_vec2::<f32>().unwrap();
        let b = soft.backward().unwrap().get(&logits).unwrap().to_vec2::<f32>().unwrap();
        for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
            assert!((a - b).abs() < 1e-6);
        }
    }

    #[test]
    fn a_target_that_is_no_class_is_an_error() {
        let logits = Tensor::zeros((1, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
        assert!(cross_entropy(&logits, &Tensor::new(&[2u32], &Device::Cpu).unwrap()).is_err());
    }
}
