//! Safetensors files: writing them without a second copy in memory; reading what may be anything: empty, cut off, a renamed
//! picture, hostile.
//!
//! The file is read into memory as a whole (a mapped file that someone changes is undefined behaviour), after its size, its
//! header's size and its number of tensors were checked.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use half::{bf16, f16};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// Largest file that is read: eight times a ResNet152 in f32.
const MAX_FILE_BYTES: u64 = 2 << 30;
/// Largest header; a ResNet's is below 100 KB.
const MAX_HEADER_BYTES: u64 = 8 << 20;
/// Most tensors; a ResNet34 has 218.
const MAX_TENSORS: usize = 10_000;

/// A file's tensors in f32 on the CPU, and its metadata.
pub(super) struct TensorFile {
    pub(super) metadata: HashMap<String, String>,
    pub(super) tensors: HashMap<String, Tensor>,
}

/// Writes `tensors` as f32 with `metadata`, one after the other, so that no second copy of the whole is held in memory.
///
/// # Errors
/// What `out` says; a tensor that can't be read comes as [`io::ErrorKind::Other`].
pub(crate) fn write<'a>(
    out: &mut dyn Write,
    metadata: &BTreeMap<String, String>,
    tensors: impl Iterator<Item = (&'a String, &'a Tensor)> + Clone,
) -> io::Result<()> {
    let header = header(metadata, tensors.clone())?;
    out.write_all(&(header.len() as u64).to_le_bytes())?;
    out.write_all(&header)?;
    let mut bytes = Vec::with_capacity(CHUNK * 4);
    for (_, tensor) in tensors {
        let values = tensor
            .flatten_all()
            .and_then(|flat| flat.to_dtype(DType::F32))
            .and_then(|flat| flat.to_vec1::<f32>())
            .map_err(io::Error::other)?;
        for chunk in values.chunks(CHUNK) {
            bytes.clear();
            bytes.extend(chunk.iter().flat_map(|value| value.to_le_bytes()));
            out.write_all(&bytes)?;
        }
    }
    Ok(())
}

/// Values converted at a time.
const CHUNK: usize = 1 << 14;

/// The safetensors header: names, shapes and places of the tensors, padded with blanks to a multiple of 8 bytes.
fn header<'a>(
    metadata: &BTreeMap<String, String>,
    tensors: impl Iterator<Item = (&'a String, &'a Tensor)>,
) -> io::Result<Vec<u8>> {
    let mut header = serde_json::Map::new();
    header.insert("__metadata__".to_owned(), serde_json::to_value(metadata)?);
    let mut begin = 0;
    for (name, tensor) in tensors {
        let end = begin + tensor.elem_count() * 4;
        let entry = serde_json::json!({ "dtype": "F32", "shape": tensor.dims(), "data_offsets": [begin, end] });
        header.insert(name.clone(), entry);
        begin = end;
    }
    let mut header = serde_json::to_vec(&header)?;
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

/// Reads the file at `path`.
///
/// # Errors
/// What is wrong with it, without its name, as the second half of a sentence that begins with the name.
pub(super) fn read(path: &Path) -> Result<TensorFile, String> {
    let io = |error: std::io::Error| format!("can't be read ({error})");
    let file = File::open(path).map_err(io)?;
    let facts = file.metadata().map_err(io)?;
    if facts.is_dir() {
        return Err("is a folder, not a file".to_owned());
    }
    if facts.len() > MAX_FILE_BYTES {
        return Err(format!("is too large ({} MB; at most {} MB are read)", facts.len() >> 20, MAX_FILE_BYTES >> 20));
    }
    let mut bytes = Vec::with_capacity(facts.len() as usize);
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(io)?;
    parse(&bytes)
}

/// Takes `bytes` apart; the error is as that of [`read`].
pub(super) fn parse(bytes: &[u8]) -> Result<TensorFile, String> {
    if bytes.is_empty() {
        return Err("is empty".to_owned());
    }
    if let Some(kind) = other_kind(bytes) {
        return Err(format!("is not a safetensors file but {kind}"));
    }
    let header_bytes = match bytes.first_chunk::<8>() {
        Some(length) => u64::from_le_bytes(*length),
        None => return Err("is cut off: not even its header is whole".to_owned()),
    };
    if bytes.get(8) != Some(&b'{') || header_bytes > MAX_HEADER_BYTES {
        return Err("is not a safetensors file".to_owned());
    }
    if header_bytes + 8 > bytes.len() as u64 {
        return Err("is cut off: not even its header is whole".to_owned());
    }
    let (header_len, header) = SafeTensors::read_metadata(bytes).map_err(|error| match error {
        safetensors::SafeTensorError::MetadataIncompleteBuffer => {
            "is cut off or has rubbish at its end: its size differs from what its header says".to_owned()
        }
        error => format!("has a damaged header ({error})"),
    })?;
    if header.tensors().len() > MAX_TENSORS {
        return Err(format!("holds {} tensors, more than any network Imago knows", header.tensors().len()));
    }
    debug_assert_eq!(header_len as u64, header_bytes);
    let metadata = header.metadata().clone().unwrap_or_default();
    let file = SafeTensors::deserialize(bytes).map_err(|error| format!("is damaged ({error})"))?;
    let mut tensors = HashMap::new();
    for (name, view) in file.iter() {
        // PyTorch's BatchNorm counts batches in an integer that no computation uses.
        if name.ends_with("num_batches_tracked") {
            continue;
        }
        let values = values(name, &view)?;
        let tensor = Tensor::from_vec(values, view.shape(), &Device::Cpu)
            .map_err(|error| format!("holds a tensor `{name}` that can't be used ({error})"))?;
        tensors.insert(name.to_owned(), tensor);
    }
    Ok(TensorFile { metadata, tensors })
}

fn values(name: &str, view: &TensorView<'_>) -> Result<Vec<f32>, String> {
    let data = view.data();
    let two = |convert: fn([u8; 2]) -> f32| data.as_chunks::<2>().0.iter().map(|bytes| convert(*bytes)).collect();
    Ok(match view.dtype() {
        Dtype::F32 => data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        Dtype::F16 => two(|bytes| f16::from_le_bytes(bytes).to_f32()),
        Dtype::BF16 => two(|bytes| bf16::from_le_bytes(bytes).to_f32()),
        dtype => return Err(format!("holds a tensor `{name}` of type {dtype:?}; expected F32, F16 or BF16")),
    })
}

/// What files that end up with the wrong name usually are.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 7] = [
        (b"\xFF\xD8\xFF", "a JPEG picture"),
        (b"\x89PNG", "a PNG picture"),
        (b"PK\x03\x04", "a zip archive, as PyTorch's .pth files are (convert it with safetensors.torch.save_file)"),
        (b"\x80\x02", "an old PyTorch file (convert it with safetensors.torch.save_file)"),
        (b"GGUF", "a GGUF file"),
        (b"\x89HDF", "an HDF5 file"),
        (b"version https://git-lfs", "a Git LFS pointer (fetch the file itself with `git lfs pull`)"),
    ];
    kinds.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(bytes: &[u8]) -> String {
        parse(bytes).err().expect("an error")
    }

    fn small() -> Vec<u8> {
        let data: Vec<u8> = [1.0f32, -2.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        safetensors::serialize([("a", TensorView::new(Dtype::F32, vec![2], &data).unwrap())], None).unwrap()
    }

    #[test]
    fn half_precision_is_widened_and_integers_are_refused() {
        let half: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect();
        let brain: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|v| bf16::from_f32(*v).to_le_bytes()).collect();
        let count = 7i64.to_le_bytes();
        let views = |with_integer: bool| {
            let mut views = vec![
                ("h", TensorView::new(Dtype::F16, vec![2], &half).unwrap()),
                ("b", TensorView::new(Dtype::BF16, vec![2], &brain).unwrap()),
                ("bn1.num_batches_tracked", TensorView::new(Dtype::I64, vec![], &count).unwrap()),
            ];
            if with_integer {
                views.push(("conv1.weight", TensorView::new(Dtype::I64, vec![1], &count).unwrap()));
            }
            safetensors::serialize(views, None).unwrap()
        };
        let file = parse(&views(false)).unwrap();
        assert_eq!(file.tensors.len(), 2);
        for name in ["h", "b"] {
            assert_eq!(file.tensors[name].to_vec1::<f32>().unwrap(), [1.5, -2.0]);
        }
        assert!(error(&views(true)).contains("`conv1.weight` of type I64"));
    }

    #[test]
    fn whatever_is_no_safetensors_file_is_named() {
        assert_eq!(error(b""), "is empty");
        assert!(error(b"\xFF\xD8\xFF\xE0 rest of a picture").contains("JPEG"));
        assert!(error(b"PK\x03\x04").contains("PyTorch"));
        assert!(error(&[7; 40]).contains("not a safetensors file"));
        assert!(error(&u64::MAX.to_le_bytes()).contains("not a safetensors file"));
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error_and_never_a_panic() {
        let whole = small();
        assert!(parse(&whole).is_ok());
        for length in 0..whole.len() {
            error(&whole[..length]);
        }
        assert!(error(&whole[..whole.len() - 1]).contains("cut off"));
    }

    #[test]
    fn a_header_with_too_many_tensors_is_refused() {
        let names: Vec<String> = (0..=MAX_TENSORS).map(|i| format!("t{i}")).collect();
        let views = names.iter().map(|name| (name.as_str(), TensorView::new(Dtype::F32, vec![0], &[]).unwrap()));
        assert!(error(&safetensors::serialize(views, None).unwrap()).contains("10001 tensors"));
    }
}
