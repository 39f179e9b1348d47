//! Initial parameters, drawn from Imago's seeded generator and equal in distribution to PyTorch's and torchvision's.
//!
//! Each parameter has a generator of its own, made from the seed and the parameter's name: adding a layer does not change
//! the others' values.

use candle_core::{Device, Result, Tensor};
use rand::RngExt;

use crate::base::{ImagoRng, rng_for, stable_hash};

/// How a parameter starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform in ±1/√`fan_in`: weight and bias of PyTorch's `Conv2d` and `Linear` (`kaiming_uniform_` with a = √5).
    UniformFanIn(usize),
    /// Normal with standard deviation √(2/`fan_out`): convolutions of torchvision's ResNets (He et al., 2015).
    KaimingNormalFanOut(usize),
    /// The same number everywhere.
    Constant(f32),
}

impl Init {
    /// A tensor of `shape` for the parameter `name` of a model with `seed`.
    ///
    /// # Errors
    /// When the device refuses the data.
    pub fn draw(self, shape: &[usize], name: &str, seed: u64, device: &Device) -> Result<Tensor> {
        let count = shape.iter().product();
        let mut rng = rng_for(seed, 0, stable_hash(name.as_bytes()));
        let values: Vec<f32> = match self {
            Self::UniformFanIn(fan_in) => {
                let bound = 1.0 / (fan_in.max(1) as f64).sqrt();
                (0..count).map(|_| (bound * (2.0 * rng.random::<f64>() - 1.0)) as f32).collect()
            }
            Self::KaimingNormalFanOut(fan_out) => {
                let deviation = (2.0 / fan_out.max(1) as f64).sqrt();
                (0..count).map(|_| (deviation * standard_normal(&mut rng)) as f32).collect()
            }
            Self::Constant(value) => vec![value; count],
        };
        Tensor::from_vec(values, shape, device)
    }
}

/// One standard normal number (Box and Muller, 1958).
fn standard_normal(rng: &mut ImagoRng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[f32]) -> (f64, f64) {
        let n = values.len() as f64;
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
        (mean, values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n)
    }

    #[test]
    fn uniform_values_have_the_bound_and_the_variance_of_pytorch() {
        let t = Init::UniformFanIn(576).draw(&[128, 64, 3, 3], "conv2.weight", 0, &Device::Cpu).unwrap();
        let values = t.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let bound = 1.0 / 24.0;
        assert!(values.iter().all(|v| v.abs() <= bound));
        let (mean, variance) = moments(&values);
        assert!(mean.abs() < 5e-4, "{mean}");
        assert!((variance / f64::from(bound * bound / 3.0) - 1.0).abs() < 0.02, "{variance}");
    }

    #[test]
    fn normal_values_have_the_variance_of_torchvision() {
        let fan_out = 64 * 9;
        let t = Init::KaimingNormalFanOut(fan_out).draw(&[64, 64, 3, 3], "layer1.0.conv1.weight", 0, &Device::Cpu);
        let values = t.unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let (mean, variance) = moments(&values);
        assert!(mean.abs() < 1e-3, "{mean}");
        assert!((variance * fan_out as f64 / 2.0 - 1.0).abs() < 0.03, "{variance}");
        assert!(values.iter().any(|v| f64::from(v.abs()) > 3.0 * variance.sqrt()), "a normal distribution has tails");
    }

    #[test]
    fn seed_and_name_decide_the_values() {
        let draw = |name, seed| {
            let t = Init::UniformFanIn(9).draw(&[3, 3], name, seed, &Device::Cpu).unwrap();
            t.flatten_all().unwrap().to_vec1::<f32>().unwrap()
        };
        assert_eq!(draw("a", 1), draw("a", 1));
        assert_ne!(draw("a", 1), draw("b", 1));
        assert_ne!(draw("a", 1), draw("a", 2));
    }
}
