//! Where the computation runs.
//!
//! A GPU is used only after it has passed a self-test: Candle's `cuda_if_available` looks at compile-time features first, and a
//! device can still fail, or panic, at its first use. Whatever happens, there is a device at the end: the processor, with the
//! reason in words.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use candle_core::{Device, Result as CandleResult, Tensor, Var};
use serde::{Deserialize, Serialize};

use super::maps::Maps;
use super::pool::{PoolConfig, relu_max_pool};
use super::{ConvConfig, cross_entropy, linear};

/// Where the computation is asked to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// The fastest that passes its self-test.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
    /// An Apple GPU.
    Metal,
}

/// The device that was chosen.
#[derive(Clone, Debug)]
pub struct SelectedDevice {
    /// For Candle.
    pub device: Device,
    /// For people: `CPU · 2 threads`, `CUDA 0`.
    pub label: String,
    /// Why it is not what was asked for; a whole sentence.
    pub note: Option<String>,
}

/// Not even the processor passes its self-test.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "the processor fails Imago's self-test ({0}): the memory or this build is faulty; run a memory test, or use an official build"
)]
pub struct DeviceError(String);

/// A kind of GPU that this build may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gpu {
    Cuda,
    Metal,
}

impl fmt::Display for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cuda => "CUDA",
            Self::Metal => "Metal",
        })
    }
}

impl Gpu {
    fn compiled_in(self) -> bool {
        match self {
            Self::Cuda => candle_core::utils::cuda_is_available(),
            Self::Metal => candle_core::utils::metal_is_available(),
        }
    }

    fn feature(self) -> &'static str {
        match self {
            Self::Cuda => "cuda",
            Self::Metal => "metal",
        }
    }

    fn open(self) -> CandleResult<Device> {
        match self {
            Self::Cuda => Device::new_cuda(0),
            Self::Metal => Device::new_metal(0),
        }
    }

    /// The device, opened and tested.
    fn select(self) -> Result<SelectedDevice, String> {
        if !self.compiled_in() {
            return Err(format!("this build has no {self} support (build with `--features {}`)", self.feature()));
        }
        let device = guarded(|| self.open())?;
        guarded(|| self_test(&device))?;
        Ok(SelectedDevice { device, label: format!("{self} 0"), note: None })
    }
}

/// The device for `choice`. `Auto` tries the GPUs that this build knows; whatever was asked for, the processor takes over where
/// a GPU is missing, fails or computes wrongly, and the note says why.
///
/// # Errors
/// When the processor itself fails the self-test.
pub fn select_device(choice: DeviceChoice) -> Result<SelectedDevice, DeviceError> {
    let asked: &[Gpu] = match choice {
        DeviceChoice::Auto => &[Gpu::Cuda, Gpu::Metal],
        DeviceChoice::Cpu => &[],
        DeviceChoice::Cuda => &[Gpu::Cuda],
        DeviceChoice::Metal => &[Gpu::Metal],
    };
    let mut reasons = Vec::new();
    for gpu in asked {
        // That a build lacks a GPU is news only to someone who asked for it.
        if choice == DeviceChoice::Auto && !gpu.compiled_in() {
            continue;
        }
        match gpu.select() {
            Ok(selected) => return Ok(selected),
            Err(reason) => reasons.push(format!("{gpu} can't be used: {reason}")),
        }
    }
    let note = (!reasons.is_empty()).then(|| format!("{}. The processor is used instead.", reasons.join("; ")));
    guarded(|| self_test(&Device::Cpu)).map_err(DeviceError)?;
    Ok(SelectedDevice { device: Device::Cpu, label: cpu_label(rayon::current_num_threads()), note })
}

/// `CPU · 2 threads`.
pub fn cpu_label(threads: usize) -> String {
    format!("CPU · {threads} thread{}", if threads == 1 { "" } else { "s" })
}

/// Runs `work`; an error or a panic becomes its message.
fn guarded<T>(work: impl FnOnce() -> CandleResult<T>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| first_line(&error.to_string())),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(text.map_or_else(|| "the driver crashed".to_owned(), |text| first_line(&text)))
        }
    }
}

/// Errors may carry a backtrace; people need the first line.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().trim_end_matches('.').to_owned()
}

/// A tiny network (convolution, ReLU, max-pool, fully connected layer, loss), forwards and backwards, on `device`, compared with
/// figures that were worked out beforehand from the kernels' plain definitions.
fn self_test(device: &Device) -> CandleResult<()> {
    let ours = tiny_network(device, false)?;
    let truth = tiny_network(&Device::Cpu, true)?;
    let largest = truth.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    let wrong = ours.len() != truth.len()
        || !largest.is_finite()
        // GPUs may round products to 10 bits (TF32).
        || ours.iter().zip(&truth).any(|(a, b)| (a - b).abs().partial_cmp(&(5e-3 * largest)) != Some(std::cmp::Ordering::Less));
    if wrong {
        candle_core::bail!("it computes a small convolution wrongly")
    }
    Ok(())
}

/// Loss, and gradients of input, weights and bias. With `plain`, Candle's own operations on the processor do the work, so that
/// our kernels are tested as well.
fn tiny_network(device: &Device, plain: bool) -> CandleResult<Vec<f32>> {
    use super::maps::MapLayout;
    let wave = |count: usize, shape: &[usize], phase: f32| {
        let values: Vec<f32> = (0..count).map(|i| (i as f32 * 0.7 + phase).sin()).collect();
        Tensor::from_vec(values, shape, device).and_then(|t| Var::from_tensor(&t))
    };
    let (x, weight, bias) =
        (wave(2 * 3 * 36, &[2, 3, 6, 6], 0.0)?, wave(4 * 27, &[4, 3, 3, 3], 1.0)?, wave(4, &[4], 2.0)?);
    let head = (wave(2 * 16, &[2, 16], 3.0)?, wave(2, &[2], 4.0)?);
    let maps = if plain {
        let maps = Maps::from_nchw_as(&x, MapLayout::ChannelsFirst)?;
        let y = maps.tensor().conv2d(&weight, 0, 1, 1, 1)?.broadcast_add(&bias.reshape((1, 4, 1, 1))?)?;
        maps.with(y)
    } else {
        Maps::from_nchw(&super::conv2d(&x, &weight, Some(&bias), ConvConfig::default())?)?
    };
    let features = relu_max_pool(&maps, PoolConfig::TWO)?.to_nchw()?.flatten_from(1)?;
    let logits = if plain {
        features.matmul(&head.0.t()?)?.broadcast_add(&head.1)?
    } else {
        linear(&features, &head.0, &head.1)?
    };
    let loss = cross_entropy(&logits, &Tensor::new(&[1u32, 0], device)?)?;
    let grads = loss.backward()?;
    let mut values = vec![loss.to_scalar::<f32>()?];
    for var in [&x, &weight, &bias, &head.0, &head.1] {
        match grads.get(var) {
            Some(gradient) => values.extend(gradient.flatten_all()?.to_vec1::<f32>()?),
            None => candle_core::bail!("it returns no gradient"),
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_on_a_build_without_gpus_is_the_processor_without_a_word() {
        let selected = select_device(DeviceChoice::Auto).unwrap();
        if !Gpu::Cuda.compiled_in() && !Gpu::Metal.compiled_in() {
            assert!(selected.device.is_cpu());
            assert!(selected.note.is_none());
        }
        assert!(select_device(DeviceChoice::Cpu).unwrap().label.starts_with("CPU · "));
    }

    #[test]
    fn asking_for_a_missing_gpu_falls_back_with_the_reason() {
        for (choice, gpu) in [(DeviceChoice::Cuda, Gpu::Cuda), (DeviceChoice::Metal, Gpu::Metal)] {
            if !gpu.compiled_in() {
                let selected = select_device(choice).unwrap();
                assert!(selected.device.is_cpu());
                let note = selected.note.unwrap();
                assert!(note.contains(&gpu.to_string()) && note.contains(gpu.feature()), "{note}");
            }
        }
    }

    #[test]
    fn a_panicking_driver_becomes_a_reason() {
        let reason = guarded::<()>(|| panic!("CUDA_ERROR_NO_DEVICE\nstack")).unwrap_err();
        assert_eq!(reason, "CUDA_ERROR_NO_DEVICE");
    }

    #[test]
    fn the_label_counts_threads() {
        assert_eq!(cpu_label(1), "CPU · 1 thread");
        assert_eq!(cpu_label(2), "CPU · 2 threads");
    }
}
