//! What the reference tests share: where the figures are, the formula behind every input, and how close is close enough.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};

/// Largest relative error of a norm.
const NORM_TOLERANCE: f64 = 1e-4;
/// Largest error of a value, relative to the largest value of its tensor.
const VALUE_TOLERANCE: f64 = 1e-3;

/// The folder of the figures: `IMAGO_REFERENCE`, or the small ones in the repository.
pub fn folder() -> PathBuf {
    std::env::var_os("IMAGO_REFERENCE").map_or_else(fixtures, PathBuf::from)
}

/// The small figures in the repository.
pub fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The seed that the figures were made with: `IMAGO_REFERENCE_SEED`, or 0.
pub fn seed() -> u64 {
    std::env::var("IMAGO_REFERENCE_SEED").map_or(0, |text| text.parse().expect("IMAGO_REFERENCE_SEED is a number"))
}

/// The formula that stands for every input and initial parameter: unit variance times `scale`, from a hash of the index.
pub fn noise(count: usize, scale: f64, stream: u64) -> Vec<f32> {
    let value = |i: u64| {
        let hash = i.wrapping_add(stream.wrapping_mul(1_000_003) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let hash = (hash ^ (hash >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let hash = hash ^ (hash >> 32);
        let uniform = (hash >> 40) as f64 / f64::from(1u32 << 24);
        (scale * 3f64.sqrt() * (2.0 * uniform - 1.0)) as f32
    };
    (0..count as u64).map(value).collect()
}

/// The formula as a tensor.
pub fn noise_tensor(shape: &[usize], scale: f64, stream: u64) -> Tensor {
    Tensor::from_vec(noise(shape.iter().product(), scale, stream), shape, &Device::Cpu).unwrap()
}

/// The figures of one file.
pub struct Figures(HashMap<String, Tensor>);

impl Figures {
    /// Reads `name` from the folder.
    pub fn read(name: &str) -> Self {
        Self::read_from(&folder(), name)
    }

    /// Reads `name` from `folder`.
    pub fn read_from(folder: &Path, name: &str) -> Self {
        let path = folder.join(name);
        let tensors = candle_core::safetensors::load(&path, &Device::Cpu);
        Self(tensors.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    /// A figure's tensor.
    pub fn get(&self, name: &str) -> &Tensor {
        self.0.get(name).unwrap_or_else(|| panic!("no figure `{name}`"))
    }

    /// The tensors whose names start with `prefix`, without it.
    pub fn under(&self, prefix: &str) -> HashMap<String, Tensor> {
        let named = self.0.iter().filter_map(|(name, tensor)| Some((name.strip_prefix(prefix)?, tensor)));
        named.map(|(name, tensor)| (name.to_owned(), tensor.clone())).collect()
    }

    /// Compares all of `tensor` with the stored values, and with norm and sum where they are stored.
    pub fn check(&self, name: &str, tensor: &Tensor) {
        self.check_values(name, tensor, 0, VALUE_TOLERANCE);
        self.check_norm(name, tensor);
    }

    /// Compares `tensor` with the stored values; `tolerance` is relative to the largest.
    pub fn check_within(&self, tolerance: f64, name: &str, tensor: &Tensor) {
        self.check_values(name, tensor, 0, tolerance);
    }

    /// As [`Figures::check`] for parameters after several steps. Where two pixels of a max-pool's window are equal up to their last
    /// bits, or a pixel is as near to ReLU's corner, rounding decides which way the gradient goes, and later steps amplify that:
    /// PyTorch itself is 1.3e-3 off these figures when it computes with f64 (three steps at this rate drive the loss from 1.5 to
    /// 215), and a change of rounding alone moves one or two values of a bias as far. So one value in 100 may differ, by no more
    /// than ten times the tolerance; norms are held to their bound all the same.
    pub fn check_after_steps(&self, name: &str, tensor: &Tensor) {
        let few = values(self.get(name)).len().div_ceil(100);
        self.check_values(name, tensor, few, VALUE_TOLERANCE);
        self.check_values(name, tensor, 0, 10.0 * VALUE_TOLERANCE);
        self.check_norm(name, tensor);
    }

    /// For gradients that are nought but for rounding: those of a bias before a BatchNorm, which takes every constant away again.
    /// Both figures must be tiny beside `scale`.
    pub fn check_nought(&self, name: &str, tensor: &Tensor, scale: &Tensor) {
        let scale = values(scale).iter().fold(0f64, |largest, value| largest.max(value.abs()));
        for value in values(tensor).iter().chain(&values(self.get(name))) {
            assert!(value.abs() <= NORM_TOLERANCE * scale, "{name}: {value}, expected 0 (scale {scale})");
        }
    }

    fn check_values(&self, name: &str, tensor: &Tensor, exceptions: usize, tolerance: f64) {
        let ours = values(tensor);
        let theirs = values(self.get(name));
        assert!(!theirs.is_empty() && theirs.len() <= ours.len(), "{name}: {} of {} values", theirs.len(), ours.len());
        let largest = ours.iter().chain(&theirs).fold(0f64, |largest, value| largest.max(value.abs()));
        let far = |(_, (ours, theirs)): &(usize, (&f64, &f64))| {
            (*ours - *theirs).abs().partial_cmp(&(tolerance * largest)) != Some(std::cmp::Ordering::Less)
        };
        let far: Vec<_> = ours.iter().zip(&theirs).enumerate().filter(far).collect();
        assert!(far.len() <= exceptions, "{name}, of {}: (index, (ours, expected)) {far:?}", theirs.len());
    }

    fn check_norm(&self, name: &str, tensor: &Tensor) {
        let Some(norm) = self.0.get(&format!("{name}.norm")) else { return };
        let ours = values(tensor);
        let (ours_norm, theirs) = (ours.iter().map(|v| v * v).sum::<f64>().sqrt(), values(norm)[0]);
        assert!(
            (ours_norm - theirs).abs() <= NORM_TOLERANCE * theirs,
            "norm of {name}: {ours_norm}, expected {theirs}"
        );
        // A sum cancels: its error is measured against what the values could add up to.
        let (ours_sum, theirs) = (ours.iter().sum::<f64>(), values(self.get(&format!("{name}.sum")))[0]);
        let scale = ours_norm * (ours.len() as f64).sqrt();
        assert!((ours_sum - theirs).abs() <= NORM_TOLERANCE * scale, "sum of {name}: {ours_sum}, expected {theirs}");
    }
}

fn values(tensor: &Tensor) -> Vec<f64> {
    let flat = tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    flat.into_iter().map(f64::from).collect()
}
