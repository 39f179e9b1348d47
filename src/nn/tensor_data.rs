//! From Candle tensors to slices of f32 and back, for the kernels.

use std::ops::{Deref, Range};

use candle_core::{CpuStorage, Layout, Result, Storage, Tensor, bail};

/// The numbers of a contiguous f32 tensor on the CPU, locked for reading.
pub(crate) struct Floats<G> {
    guard: G,
    range: Range<usize>,
}

impl<G: Deref<Target = Storage>> Deref for Floats<G> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // `floats` has checked type, device and range.
        match &*self.guard {
            Storage::Cpu(CpuStorage::F32(all)) => all.get(self.range.clone()).unwrap_or_default(),
            _ => &[],
        }
    }
}

/// Locks the numbers of `tensor`.
///
/// # Errors
/// When the tensor is not f32, not on the CPU or not contiguous.
pub(crate) fn floats(tensor: &Tensor) -> Result<Floats<impl Deref<Target = Storage> + '_>> {
    let (guard, layout) = tensor.storage_and_layout();
    let range = contiguous_range(layout)?;
    match &*guard {
        Storage::Cpu(storage) => check_slice(storage, &range)?,
        _ => bail!("a CPU kernel was given a tensor of another device"),
    }
    Ok(Floats { guard, range })
}

/// The numbers behind a custom operation's argument.
///
/// # Errors
/// When they are not f32 or not contiguous.
pub(crate) fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let range = contiguous_range(layout)?;
    check_slice(storage, &range)?;
    Ok(&storage.as_slice::<f32>()?[range])
}

/// As [`slice`], to be changed in place.
pub(crate) fn slice_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    let range = contiguous_range(layout)?;
    check_slice(storage, &range)?;
    match storage {
        CpuStorage::F32(all) => Ok(&mut all[range]),
        _ => bail!("a CPU kernel works on f32 only"),
    }
}

fn contiguous_range(layout: &Layout) -> Result<Range<usize>> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(start..end),
        None => bail!("a CPU kernel was given a tensor that is not contiguous"),
    }
}

fn check_slice(storage: &CpuStorage, range: &Range<usize>) -> Result<()> {
    let all = storage.as_slice::<f32>()?;
    if range.end > all.len() {
        bail!("a tensor's layout reaches beyond its storage");
    }
    Ok(())
}

/// A tensor on the CPU without history.
pub(crate) fn tensor(data: Vec<f32>, shape: &[usize]) -> Result<Tensor> {
    Tensor::from_vec(data, shape, &candle_core::Device::Cpu)
}
