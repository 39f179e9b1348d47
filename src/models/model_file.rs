//! Imago's own model file, `model.safetensors`: the weights, and in its metadata all that is needed to use them (architecture,
//! classes, preprocessing, version). Other programs read the weights as from any safetensors file.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};

use super::summary::{TrainableParts, summary};
use super::{Arch, Model, ModelError, ModelSpec};
use super::{tensor_file, weights};
use crate::base::write_atomically;
use crate::imaging::Preprocess;

/// Name of the model file inside a run's folder.
pub const MODEL_FILE_NAME: &str = "model.safetensors";

/// What tells the folder of a run from any other, whether it has a model yet or not.
const OF_A_RUN: [&str; 2] = ["config.toml", "dataset.json"];

/// What a run has once an epoch is finished.
const OF_AN_EPOCH: &str = "last.safetensors";

/// The format that this version writes and the newest that it reads.
const FORMAT_VERSION: u32 = 1;

/// Most classes that a file may name.
const MAX_CLASSES: usize = 100_000;

/// Sides of what a network may be shown, in pixels; Imago's own are 224. Of smaller pictures nothing is left between the layers,
/// and a batch of larger ones takes more memory than there is. Fully connected layers take one number of places only.
const fn crops(arch: Arch) -> RangeInclusive<u32> {
    match arch {
        Arch::Cnn | Arch::CnnBn => 223..=225,
        Arch::CnnGap => 41..=1024,
        Arch::Resnet18 | Arch::Resnet34 => 32..=1024,
    }
}

/// Largest shorter side that pictures may be resized to before.
const MAX_RESIZE: u32 = 2048;

/// What a model file says beside its weights.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFile {
    /// Architecture and sizes.
    pub spec: ModelSpec,
    /// Names of the classes, in the order of the logits.
    pub classes: Vec<String>,
    /// What the network expects of its pictures.
    pub preprocess: Preprocess,
    /// Version of Imago that wrote the file.
    pub imago_version: String,
    /// When it was written, in seconds since 1970, where known.
    pub created_unix_secs: Option<u64>,
}

impl ModelFile {
    /// A description by this version of Imago, at this moment.
    pub fn now(spec: ModelSpec, classes: Vec<String>, preprocess: Preprocess) -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let created_unix_secs = now.ok().map(|since| since.as_secs());
        Self { spec, classes, preprocess, imago_version: crate::VERSION.to_owned(), created_unix_secs }
    }
}

/// A model file that can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// Writing failed; what was there before is unchanged.
    #[error("the model can't be saved as {}: {source}; make room there or choose another folder", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The file is not readable as a safetensors file.
    #[error("{} {reason}; choose a model.safetensors that Imago has saved", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A whole safetensors file, but not one of Imago's.
    #[error("{} was not saved by Imago; choose a model.safetensors from a run's folder (pretrained weights are given with --weights when training)", path.display())]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// From a later version.
    #[error("{} was saved by a newer Imago ({version}, file format {format}); this one reads formats up to {FORMAT_VERSION}: update Imago", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
        /// The version that wrote it.
        version: String,
    },
    /// Description and tensors do not agree.
    #[error("{}: {source}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: ModelError,
    },
}

/// Saves `model` with its description as `path`: whole, or not at all.
///
/// # Errors
/// When the number of classes differs from the model's, the device fails, or the file can't be written.
pub fn save_model(path: &Path, model: &Model, description: &ModelFile) -> Result<(), ModelFileError> {
    save_state(path, &model.state_dict(), description)
}

/// As [`save_model`], from a state that was kept ([`Model::snapshot`]).
///
/// # Errors
/// As [`save_model`].
pub fn save_state(
    path: &Path,
    state: &BTreeMap<String, Tensor>,
    description: &ModelFile,
) -> Result<(), ModelFileError> {
    let failed = |source: std::io::Error| ModelFileError::Write { path: path.to_owned(), source };
    if description.classes.len() != description.spec.classes {
        let (names, logits) = (description.classes.len(), description.spec.classes);
        return Err(failed(std::io::Error::other(format!("{names} class names for {logits} logits"))));
    }
    write_atomically(path, |out| tensor_file::write(out, &metadata(description), state.iter())).map_err(failed)
}

fn metadata(description: &ModelFile) -> BTreeMap<String, String> {
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    let mut metadata = BTreeMap::from([
        ("format".to_owned(), "imago".to_owned()),
        ("format_version".to_owned(), FORMAT_VERSION.to_string()),
        ("arch".to_owned(), description.spec.arch.name().to_owned()),
        ("classes".to_owned(), json(serde_json::to_string(&description.classes))),
        ("preprocess".to_owned(), json(serde_json::to_string(&description.preprocess))),
        ("imago_version".to_owned(), description.imago_version.clone()),
    ]);
    if let Some(widths) = description.spec.widths {
        metadata.insert("widths".to_owned(), json(serde_json::to_string(&widths)));
    }
    if let Some(secs) = description.created_unix_secs {
        metadata.insert("created_unix_secs".to_owned(), secs.to_string());
    }
    metadata
}

/// Loads the model at `path`, a file or a run's folder, onto `device`.
///
/// # Errors
/// When there is no such file, it is damaged, not Imago's, from a newer version, or its tensors do not fit its description.
pub fn load_model(path: &Path, device: &Device) -> Result<(Model, ModelFile), ModelFileError> {
    let path = file_at(path)?;
    let file = tensor_file::read(&path).map_err(|reason| ModelFileError::File { path: path.clone(), reason })?;
    let description = describe(&path, &file.metadata)?;
    // Before room is made for all that it says it has.
    let numbers: usize = file.tensors.values().map(Tensor::elem_count).sum();
    if description.spec.widths.is_some() && summary(&description.spec, TrainableParts::All).total > numbers {
        return Err(damaged(&path, "widths"));
    }
    let loaded = Model::new(&description.spec, 0, device).and_then(|model| {
        model.load_state_dict(&file.tensors)?;
        let bad = file.tensors.iter().filter(|(_, tensor)| !weights::is_finite(tensor)).map(|(name, _)| name).min();
        match bad {
            Some(name) => Err(ModelError::NotFinite { name: name.clone(), origin: "the model's state".to_owned() }),
            None => Ok(model),
        }
    });
    match loaded {
        Ok(model) => Ok((model, description)),
        Err(source) => Err(ModelFileError::Model { path, source }),
    }
}

/// The model file that is meant by `path`: a file, or a run's folder.
fn file_at(path: &Path) -> Result<PathBuf, ModelFileError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let file = path.join(MODEL_FILE_NAME);
    let is_run = OF_A_RUN.iter().all(|name| path.join(name).is_file());
    if !file.exists() && is_run && !path.join(OF_AN_EPOCH).exists() {
        let reason = "is a run without a finished epoch, so it has no model yet".to_owned();
        return Err(ModelFileError::File { path: path.to_owned(), reason });
    }
    Ok(file)
}

/// Reads the description of the model at `path` alone (a file or a run's folder).
///
/// # Errors
/// As [`load_model`], but that tensors are not compared with the description.
pub fn read_description(path: &Path) -> Result<ModelFile, ModelFileError> {
    let path = file_at(path)?;
    let file = tensor_file::read(&path).map_err(|reason| ModelFileError::File { path: path.clone(), reason })?;
    describe(&path, &file.metadata)
}

fn describe(path: &Path, metadata: &HashMap<String, String>) -> Result<ModelFile, ModelFileError> {
    if metadata.get("format").map(String::as_str) != Some("imago") {
        return Err(ModelFileError::NotOurs { path: path.to_owned() });
    }
    let damaged = |key: &str| damaged(path, key);
    let get = |key: &'static str| metadata.get(key).ok_or_else(|| damaged(key));
    let format: u32 = get("format_version")?.parse().map_err(|_| damaged("format_version"))?;
    if format > FORMAT_VERSION {
        let version = metadata.get("imago_version").cloned().unwrap_or_else(|| "unknown version".to_owned());
        return Err(ModelFileError::Newer { path: path.to_owned(), format, version });
    }
    let arch = Arch::from_name(get("arch")?).ok_or_else(|| damaged("arch"))?;
    let classes: Vec<String> = serde_json::from_str(get("classes")?).map_err(|_| damaged("classes"))?;
    let distinct: HashSet<&str> = classes.iter().map(String::as_str).collect();
    if classes.is_empty() || classes.len() > MAX_CLASSES || distinct.len() < classes.len() || distinct.contains("") {
        return Err(damaged("classes"));
    }
    let widths: Option<[usize; 4]> = match metadata.get("widths") {
        Some(text) => Some(serde_json::from_str(text).map_err(|_| damaged("widths"))?),
        None => None,
    };
    if widths.is_some_and(|widths| widths.iter().any(|width| *width > 1 << 14)) {
        return Err(damaged("widths"));
    }
    let preprocess: Preprocess = serde_json::from_str(get("preprocess")?).map_err(|_| damaged("preprocess"))?;
    if !is_sane(&preprocess, arch) {
        return Err(damaged("preprocess"));
    }
    Ok(ModelFile {
        spec: ModelSpec { arch, classes: classes.len(), widths },
        classes,
        preprocess,
        imago_version: metadata.get("imago_version").cloned().unwrap_or_default(),
        created_unix_secs: metadata.get("created_unix_secs").and_then(|text| text.parse().ok()),
    })
}

fn damaged(path: &Path, key: &str) -> ModelFileError {
    ModelFileError::File { path: path.to_owned(), reason: format!("has a damaged description (`{key}`)") }
}

/// Whether pictures can be prepared so: not for pictures larger than memory, and not by dividing by nought.
fn is_sane(preprocess: &Preprocess, arch: Arch) -> bool {
    let Preprocess { resize, crop, mean, std } = preprocess;
    crops(arch).contains(crop)
        && (*crop..=MAX_RESIZE).contains(resize)
        && mean.iter().all(|mean| mean.is_finite())
        && std.iter().all(|std| std.is_finite() && *std > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> (Model, ModelFile) {
        let spec = ModelSpec { arch: Arch::Resnet18, classes: 2, widths: Some([4, 4, 6, 6]) };
        let model = Model::new(&spec, 3, &Device::Cpu).unwrap();
        let classes = vec!["ants".to_owned(), "蜜蜂".to_owned()];
        (model, ModelFile::now(spec, classes, Preprocess::default()))
    }

    fn rewritten(path: &Path, change: impl FnOnce(&mut BTreeMap<String, String>)) {
        let (model, description) = small();
        let mut metadata = metadata(&description);
        change(&mut metadata);
        let state = model.state_dict();
        let mut bytes = Vec::new();
        tensor_file::write(&mut bytes, &metadata, state.iter()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    #[test]
    fn a_saved_model_comes_back_from_its_file_and_from_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(MODEL_FILE_NAME);
        let (model, description) = small();
        save_model(&path, &model, &description).unwrap();
        for place in [path.as_path(), folder.path()] {
            let (loaded, found) = load_model(place, &Device::Cpu).unwrap();
            assert_eq!(found, description);
            for (name, tensor) in model.state_dict() {
                let theirs = loaded.state_dict()[&name].flatten_all().unwrap().to_vec1::<f32>().unwrap();
                assert_eq!(tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap(), theirs, "{name}");
            }
        }
        assert_eq!(read_description(&path).unwrap().classes[1], "蜜蜂");
    }

    #[test]
    fn a_newer_format_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        rewritten(&path, |metadata| {
            metadata.insert("format_version".to_owned(), "2".to_owned());
            metadata.insert("imago_version".to_owned(), "9.0.0".to_owned());
        });
        let message = load_model(&path, &Device::Cpu).unwrap_err().to_string();
        assert!(message.contains("newer Imago (9.0.0") && message.contains("a.safetensors"), "{message}");
    }

    #[test]
    fn files_of_others_and_damaged_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        let message = || load_model(&path, &Device::Cpu).unwrap_err().to_string();
        assert!(message().contains("a.safetensors can't be read"));
        rewritten(&path, BTreeMap::clear);
        assert!(message().contains("was not saved by Imago"));
        rewritten(&path, |metadata| drop(metadata.remove("classes")));
        assert!(message().contains("damaged description (`classes`)"));
        rewritten(&path, |metadata| drop(metadata.insert("classes".to_owned(), "[\"one\"]".to_owned())));
        assert!(message().contains("`fc."), "{}", message());
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(message().contains("cut off"));
        std::fs::write(&path, b"\xFF\xD8\xFF\xE0 picture").unwrap();
        assert!(message().contains("JPEG"));
    }

    #[test]
    fn a_description_that_would_fell_the_program_or_make_no_sense_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        let preprocess = |resize: u64, crop: u64, mean: &str, std: &str| {
            format!("{{\"resize\":{resize},\"crop\":{crop},\"mean\":[{mean},0.4,0.4],\"std\":[{std},0.2,0.2]}}")
        };
        let wrong = [
            ("preprocess", preprocess(60_001, 60_000, "0.4", "0.2")),
            ("preprocess", preprocess(60_000, 224, "0.4", "0.2")),
            ("preprocess", preprocess(200, 224, "0.4", "0.2")),
            ("preprocess", preprocess(256, 0, "0.4", "0.2")),
            ("preprocess", preprocess(256, 224, "1e39", "0.2")),
            ("preprocess", preprocess(256, 224, "0.4", "0")),
            ("preprocess", preprocess(256, 224, "0.4", "-0.2")),
            ("classes", "[\"ants\",\"ants\"]".to_owned()),
            ("classes", "[\"ants\",\"\"]".to_owned()),
            ("widths", "[16384,16384,16384,16384]".to_owned()),
        ];
        for (key, value) in wrong {
            rewritten(&path, |metadata| drop(metadata.insert(key.to_owned(), value.clone())));
            let message = load_model(&path, &Device::Cpu).unwrap_err().to_string();
            assert!(message.contains("a.safetensors") && message.contains(&format!("(`{key}`)")), "{value}: {message}");
        }
        rewritten(&path, |metadata| {
            drop(metadata.insert("preprocess".to_owned(), preprocess(256, 224, "0.4", "0.2")));
        });
        load_model(&path, &Device::Cpu).unwrap();
    }

    #[test]
    fn a_run_without_a_model_yet_says_so_and_any_other_folder_lacks_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let message = || load_model(folder.path(), &Device::Cpu).unwrap_err().to_string();
        assert!(message().contains("model.safetensors can't be read"), "{}", message());
        let write = |name: &str| std::fs::write(folder.path().join(name), "").unwrap();
        write("config.toml");
        assert!(message().contains("model.safetensors can't be read"), "any program may have one: {}", message());
        write("dataset.json");
        assert!(
            message().contains("without a finished epoch") && !message().contains("can't be read"),
            "{}",
            message()
        );
        write("last.safetensors");
        assert!(message().contains("model.safetensors can't be read"), "its model was deleted: {}", message());
    }

    #[test]
    fn weights_that_are_no_numbers_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.safetensors");
        let (model, description) = small();
        let mut state = model.state_dict();
        state.insert("fc.bias".to_owned(), Tensor::new(&[f32::NAN, 0.0], &Device::Cpu).unwrap());
        save_state(&path, &state, &description).unwrap();
        let message = load_model(&path, &Device::Cpu).unwrap_err().to_string();
        assert!(message.contains("a.safetensors") && message.contains("`fc.bias`"), "{message}");
        assert!(message.contains("not finite"), "{message}");
    }

    #[test]
    fn a_folder_that_is_not_there_leaves_an_error_with_the_path() {
        let (model, description) = small();
        let message = save_model(Path::new("/nowhere/at/all.safetensors"), &model, &description).unwrap_err();
        assert!(message.to_string().contains("/nowhere/at/all.safetensors"));
    }
}
