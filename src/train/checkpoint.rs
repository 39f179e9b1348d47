//! `last.safetensors`: what is needed to go on exactly where the last finished epoch ended.
//!
//! A safetensors file: parameters, BatchNorm statistics and momentum as tensors, the rest (epoch, best epoch, figures,
//! times) as JSON in its metadata. There is no generator state: randomness is drawn from (seed, epoch, picture), so the
//! epoch says it all. The figures are kept as the text of `metrics.jsonl`, so that a resumed run writes the very same lines.
//!
//! Must not know: how a model is trained, the window.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::Path;

use candle_core::{Device, Tensor};
use safetensors::SafeTensors;
use serde::{Deserialize, Serialize};

use super::error::TrainError;
use crate::models::write_tensors;

/// Version of the format; a newer one is refused.
const FORMAT_VERSION: u32 = 1;
/// Metadata key of the JSON.
const META_KEY: &str = "imago_checkpoint";

/// The best epoch so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct BestEpoch {
    /// Counted from 1.
    pub(crate) epoch: usize,
    /// Validation accuracy, rounded as in `metrics.jsonl`.
    pub(crate) val_acc: f64,
}

/// All of a checkpoint but its tensors.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct CheckpointMeta {
    /// Version of this format.
    pub(crate) format_version: u32,
    /// Whole epochs done.
    pub(crate) epochs_done: usize,
    /// The best of them.
    pub(crate) best: Option<BestEpoch>,
    /// `metrics.jsonl` so far, to the letter.
    pub(crate) metrics: String,
    /// Seconds of the run so far.
    pub(crate) elapsed_secs: f64,
    /// Of those, seconds spent in training phases.
    pub(crate) train_secs: f64,
    /// Pictures learned from in those.
    pub(crate) train_pictures: usize,
    /// Says which pictures with which labels the run learns from.
    pub(crate) data_fingerprint: u64,
}

/// A checkpoint as read back.
#[derive(Debug)]
pub(crate) struct Checkpoint {
    pub(crate) meta: CheckpointMeta,
    pub(crate) tensors: HashMap<String, Tensor>,
}

/// Writes a checkpoint, one tensor after the other, so that no second copy of the whole is held in memory.
///
/// # Errors
/// What `out` says; a tensor that can't be read comes as [`io::ErrorKind::Other`].
pub(crate) fn write_checkpoint(
    out: &mut dyn Write,
    meta: &CheckpointMeta,
    tensors: &[(String, Tensor)],
) -> io::Result<()> {
    let meta = CheckpointMeta { format_version: FORMAT_VERSION, ..meta.clone() };
    let metadata = BTreeMap::from([
        ("format".to_owned(), "imago-checkpoint".to_owned()),
        (META_KEY.to_owned(), serde_json::to_string(&meta)?),
    ]);
    write_tensors(out, &metadata, tensors.iter().map(|(name, tensor)| (name, tensor)))
}

/// Reads a checkpoint; its tensors are put on the CPU.
///
/// # Errors
/// The file can't be read, is damaged, or comes from a newer version.
pub(crate) fn read_checkpoint(path: &Path) -> Result<Checkpoint, TrainError> {
    let bytes = std::fs::read(path).map_err(|error| TrainError::reading(path, error))?;
    parse_checkpoint(&bytes).map_err(|reason| TrainError::BadRunFile { path: path.to_path_buf(), reason })
}

fn parse_checkpoint(bytes: &[u8]) -> Result<Checkpoint, String> {
    let damaged = |detail: &dyn std::fmt::Display| {
        format!("the checkpoint is damaged ({detail}); start the run again in another folder")
    };
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| damaged(&error))?;
    let text = header
        .metadata()
        .as_ref()
        .and_then(|metadata| metadata.get(META_KEY))
        .ok_or_else(|| damaged(&"it is not one of Imago's"))?;
    // The version first: a newer format may well have other fields.
    #[derive(Deserialize)]
    struct Version {
        format_version: u32,
    }
    let version: Version = serde_json::from_str(text).map_err(|error| damaged(&error))?;
    if version.format_version > FORMAT_VERSION {
        return Err(format!(
            "it was written by a newer Imago (checkpoint format {}, this one knows {FORMAT_VERSION}): use that version",
            version.format_version
        ));
    }
    let meta: CheckpointMeta = serde_json::from_str(text).map_err(|error| damaged(&error))?;
    let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu).map_err(|error| damaged(&error))?;
    Ok(Checkpoint { meta, tensors })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (CheckpointMeta, Vec<(String, Tensor)>) {
        let meta = CheckpointMeta {
            epochs_done: 3,
            best: Some(BestEpoch { epoch: 2, val_acc: 0.849_673_203 }),
            metrics: "{\"epoch\":1}\n".to_owned(),
            elapsed_secs: 1.5,
            data_fingerprint: u64::MAX - 1,
            ..CheckpointMeta::default()
        };
        let values: Vec<f32> = (0..40_000).map(|index| index as f32 * 0.1).collect();
        let large = Tensor::from_vec(values, (100, 400), &Device::Cpu).unwrap();
        let tensors = vec![
            ("model.b".to_owned(), large.t().unwrap()),
            ("momentum.a".to_owned(), Tensor::new(&[-0.0_f32, f32::MIN_POSITIVE], &Device::Cpu).unwrap()),
        ];
        (meta, tensors)
    }

    #[test]
    fn a_checkpoint_reads_back_to_the_bit() {
        let (meta, tensors) = sample();
        let mut bytes = Vec::new();
        write_checkpoint(&mut bytes, &meta, &tensors).unwrap();
        let back = parse_checkpoint(&bytes).unwrap();
        assert_eq!(back.meta, CheckpointMeta { format_version: FORMAT_VERSION, ..meta });
        assert_eq!(back.tensors.len(), 2);
        for (name, tensor) in &tensors {
            let bits = |tensor: &Tensor| -> Vec<u32> {
                tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap().iter().map(|value| value.to_bits()).collect()
            };
            assert_eq!(back.tensors[name].dims(), tensor.dims());
            assert_eq!(bits(&back.tensors[name]), bits(tensor));
        }
    }

    #[test]
    fn a_cut_off_or_foreign_file_is_refused_without_a_panic() {
        let (meta, tensors) = sample();
        let mut bytes = Vec::new();
        write_checkpoint(&mut bytes, &meta, &tensors).unwrap();
        for length in [0, 7, 8, 100, bytes.len() / 2, bytes.len() - 1] {
            assert!(parse_checkpoint(&bytes[..length]).unwrap_err().contains("damaged"));
        }
        assert!(parse_checkpoint(b"\xff\xd8\xff\xe0 a renamed JPEG, more than eight bytes long").is_err());
    }

    #[test]
    fn a_newer_format_says_so() {
        let (meta, _) = sample();
        let mut bytes = Vec::new();
        write_checkpoint(&mut bytes, &meta, &[]).unwrap();
        let text = String::from_utf8(bytes).unwrap().replace("format_version\\\":1", "format_version\\\":9");
        assert!(parse_checkpoint(text.as_bytes()).unwrap_err().contains("newer"));
    }

    /// A disk with room for so many bytes.
    struct SmallDisk(usize);

    impl Write for SmallDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::from(io::ErrorKind::StorageFull));
            }
            let written = bytes.len().min(self.0);
            self.0 -= written;
            Ok(written)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_reported_and_the_old_checkpoint_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("last.safetensors");
        let (meta, tensors) = sample();
        crate::base::write_atomically(&path, |out| write_checkpoint(out, &meta, &tensors)).unwrap();
        let before = std::fs::read(&path).unwrap();
        for room in [0, 5, 200, 100_000] {
            let failed =
                crate::base::write_atomically(&path, |_| write_checkpoint(&mut SmallDisk(room), &meta, &tensors));
            let message = TrainError::writing(&path, failed.unwrap_err()).to_string();
            assert!(message.contains("last.safetensors") && message.contains("make room"), "{message}");
        }
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
