//! The loaded model: files → outcomes, in batches.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use candle_core::{D, Device, Tensor};
use image::RgbImage;
use rayon::prelude::*;

use super::evaluation::summarise;
use super::types::{Evaluation, ImageOutcome, Prediction};
use crate::base::CancelToken;
use crate::dataset::{Dataset, Item, Split};
use crate::imaging::{self, Preprocess};
use crate::models::fused_resnet::FusedResnet;
use crate::models::model_file::{ModelFile, load_model};
use crate::models::{ForwardMode, Model};
use crate::nn::{DeviceChoice, select_device};

/// Pictures that go through the network together.
const BATCH: usize = 16;

/// Why predictions can't be made.
#[derive(Debug, thiserror::Error)]
pub enum PredictError {
    /// The model's file can't be used; the sentence names it.
    #[error("{0}")]
    Model(String),
    /// The device can't be used.
    #[error("{0}")]
    Device(String),
    /// Threads could not be started.
    #[error("threads could not be started: {0}. Close other programs, or ask for fewer threads")]
    Threads(String),
    /// The computation failed.
    #[error("the computation failed: {0}")]
    Compute(#[from] candle_core::Error),
    /// Data set and model speak of different classes.
    #[error("{0}")]
    Classes(String),
    /// There is nothing to evaluate.
    #[error("{root} has no labelled pictures in its {split} split: choose another split, or label some", root = .root.display())]
    NothingToEvaluate {
        /// The data set.
        root: PathBuf,
        /// Which split.
        split: &'static str,
    },
    /// Stopped on request.
    #[error("stopped")]
    Cancelled,
}

/// A model ready to predict.
pub struct Predictor {
    model: Model,
    /// The backbone of a ResNet, packed for the processor; none for other networks and on a GPU.
    fused: Option<FusedResnet>,
    about: ModelFile,
    /// Its file or folder, to name it.
    path: PathBuf,
    pool: rayon::ThreadPool,
    device: String,
    device_note: Option<String>,
}

impl Predictor {
    /// Loads a model: its file, or the folder of the run that made it. `threads`: how many to compute with; `None`: one for
    /// each core.
    ///
    /// # Errors
    /// The file is missing, damaged, not a model of Imago's or from a newer version; the device or threads are refused.
    pub fn load(path: &Path, device: DeviceChoice, threads: Option<usize>) -> Result<Self, PredictError> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.unwrap_or(0))
            .thread_name(|index| format!("imago-predict-{index}"))
            .build()
            .map_err(|error| PredictError::Threads(error.to_string()))?;
        // In the pool, whose threads are those that the device's name counts.
        let device = pool.install(|| select_device(device)).map_err(|error| PredictError::Device(error.to_string()))?;
        let (model, about) = pool
            .install(|| load_model(path, &device.device))
            .map_err(|error| PredictError::Model(error.to_string()))?;
        let fused = if about.spec.arch.is_resnet() && matches!(device.device, Device::Cpu) {
            let fused = pool.install(|| FusedResnet::new(&model.state_dict(), model.spec()));
            Some(fused.map_err(|error| PredictError::Model(format!("{}: {error}", path.display())))?)
        } else {
            None
        };
        Ok(Self { model, fused, about, path: path.to_path_buf(), pool, device: device.label, device_note: device.note })
    }

    /// Class names, in the order of the probabilities.
    pub fn classes(&self) -> &[String] {
        &self.about.classes
    }

    /// What the model expects of pictures.
    pub fn preprocess(&self) -> &Preprocess {
        &self.about.preprocess
    }

    /// The architecture's name.
    pub fn model_name(&self) -> &'static str {
        self.about.spec.arch.name()
    }

    /// The network itself, for explanations.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What it runs on, and why that is not what was asked for.
    pub fn device(&self) -> (&str, Option<&str>) {
        (&self.device, self.device_note.as_deref())
    }

    /// Predicts one decoded picture.
    ///
    /// # Errors
    /// The computation fails.
    pub fn predict_image(&self, image: &RgbImage) -> Result<Prediction, PredictError> {
        let began = Instant::now();
        self.pool.install(|| {
            let mut probabilities = self.probabilities(&[self.prepare(image)])?;
            let millis = began.elapsed().as_secs_f32() * 1e3;
            Ok(Prediction { probabilities: probabilities.pop().unwrap_or_default(), millis })
        })
    }

    /// Predicts files in order, in batches; each outcome goes to `sink` as soon as it is known. A file that can't be read is
    /// an outcome too. Folders are to be expanded before ([`super::expand_paths`]).
    ///
    /// # Errors
    /// Stopped by `cancel`, or the computation fails.
    pub fn predict_paths(
        &self,
        paths: &[PathBuf],
        cancel: &CancelToken,
        sink: &mut dyn FnMut(ImageOutcome),
    ) -> Result<(), PredictError> {
        for batch in paths.chunks(BATCH) {
            if cancel.is_cancelled() {
                return Err(PredictError::Cancelled);
            }
            for outcome in self.pool.install(|| self.predict_batch(batch))? {
                sink(outcome);
            }
        }
        Ok(())
    }

    /// Judges the model on the labelled pictures of a split. Classes are matched by name, so that a data set may list them in
    /// another order, or lack some of the model's.
    ///
    /// # Errors
    /// The data set has a class that the model doesn't know, or nothing labelled in that split; stopped by `cancel`; the
    /// computation fails.
    pub fn evaluate(
        &self,
        dataset: &Dataset,
        split: Split,
        cancel: &CancelToken,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Evaluation, PredictError> {
        let items: Vec<&Item> = dataset.labelled(split).collect();
        if items.is_empty() {
            return Err(PredictError::NothingToEvaluate { root: dataset.root.clone(), split: split.name() });
        }
        let truths = self.match_classes(dataset, &items)?;
        let paths: Vec<PathBuf> = items.iter().map(|item| dataset.path_of(item)).collect();
        let mut outcomes = Vec::with_capacity(items.len());
        progress(0, items.len());
        self.predict_paths(&paths, cancel, &mut |outcome| {
            let truth = truths.get(outcomes.len()).copied();
            outcomes.push(ImageOutcome { truth, ..outcome });
            progress(outcomes.len(), items.len());
        })?;
        Ok(summarise(self.about.classes.clone(), outcomes))
    }

    /// The model's index of each picture's class.
    fn match_classes(&self, dataset: &Dataset, items: &[&Item]) -> Result<Vec<usize>, PredictError> {
        let known: HashMap<&str, usize> =
            self.about.classes.iter().enumerate().map(|(index, class)| (class.as_str(), index)).collect();
        let of_dataset: Vec<Option<usize>> =
            dataset.classes.iter().map(|class| known.get(class.as_str()).copied()).collect();
        let truth = |item: &&Item| {
            let class = item.class.unwrap_or(usize::MAX);
            of_dataset.get(class).copied().flatten().ok_or_else(|| {
                let name = dataset.classes.get(class).map_or("?", String::as_str);
                PredictError::Classes(format!(
                    "the data set {} has the class `{name}`, which this model was not trained on (it knows {}): use a data \
                     set with the same class names, or train on this one",
                    dataset.root.display(),
                    self.about.classes.join(", ")
                ))
            })
        };
        items.iter().map(truth).collect()
    }

    fn predict_batch(&self, paths: &[PathBuf]) -> Result<Vec<ImageOutcome>, PredictError> {
        let began = Instant::now();
        let prepared: Vec<Result<Vec<f32>, String>> = paths.par_iter().map(|path| self.prepare_file(path)).collect();
        let ready: Vec<&[f32]> = prepared.iter().filter_map(|picture| picture.as_deref().ok()).collect();
        let mut probabilities = self.probabilities(&ready)?.into_iter();
        let millis = began.elapsed().as_secs_f32() * 1e3 / paths.len().max(1) as f32;
        let outcomes = paths.iter().zip(&prepared).map(|(path, picture)| {
            let result = match picture {
                Ok(_) => Ok(Prediction { probabilities: probabilities.next().unwrap_or_default(), millis }),
                Err(reason) => Err(reason.clone()),
            };
            ImageOutcome { path: path.clone(), truth: None, result }
        });
        Ok(outcomes.collect())
    }

    /// A decoder that panics over a strange file costs that file, not the rest.
    fn prepare_file(&self, path: &Path) -> Result<Vec<f32>, String> {
        let decoded = std::panic::catch_unwind(|| imaging::decode_file(path))
            .unwrap_or_else(|_| Err(imaging::DecodeError::Io("decoding it failed unexpectedly".to_owned())));
        decoded.map(|image| self.prepare(&image)).map_err(|error| match error {
            imaging::DecodeError::NotAFile => why_unreadable(path).unwrap_or_else(|| error.to_string()),
            error => error.to_string(),
        })
    }

    /// The validation transform of training, and normalised.
    fn prepare(&self, image: &RgbImage) -> Vec<f32> {
        let shown = imaging::val_transform(image, &self.about.preprocess);
        let mut pixels = vec![0.0; shown.as_raw().len()];
        imaging::normalize_into(&shown, &self.about.preprocess, &mut pixels);
        pixels
    }

    /// Softmax probabilities of prepared pictures.
    fn probabilities<P: AsRef<[f32]>>(&self, pictures: &[P]) -> Result<Vec<Vec<f32>>, PredictError> {
        if pictures.is_empty() {
            return Ok(Vec::new());
        }
        let side = self.about.preprocess.crop as usize;
        let mut pixels = Vec::with_capacity(pictures.len() * 3 * side * side);
        for picture in pictures {
            pixels.extend_from_slice(picture.as_ref());
        }
        let logits = if let Some(fused) = &self.fused {
            let mut features = Vec::new();
            fused
                .features_of_size(&pixels, pictures.len(), side, side, &mut features)
                .map_err(|error| PredictError::Model(error.to_string()))?;
            let features = Tensor::from_vec(features, (pictures.len(), fused.width()), self.model.device())?;
            self.model.head(&features)?
        } else {
            let input = Tensor::from_vec(pixels, (pictures.len(), 3, side, side), self.model.device())?;
            self.model.forward(&input, ForwardMode::Eval)?
        };
        let probabilities: Vec<Vec<f32>> = candle_nn::ops::softmax(&logits, D::Minus1)?.to_vec2()?;
        if probabilities.iter().flatten().all(|probability| probability.is_finite()) {
            Ok(probabilities)
        } else {
            Err(PredictError::Model(format!(
                "{}: the model's answers are no numbers: the file is damaged or comes from a diverged training; choose another",
                self.path.display()
            )))
        }
    }
}

/// Why a folder is among the files: what is in it can't be listed ([`super::expand_paths`]). None of anything else.
fn why_unreadable(folder: &Path) -> Option<String> {
    if !folder.is_dir() {
        return None;
    }
    let error = std::fs::read_dir(folder).err()?;
    let why = match error.kind() {
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Some(format!("the folder can't be read: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::model_file::save_state;
    use crate::models::{Arch, ModelSpec};

    #[test]
    fn a_model_whose_answers_are_no_numbers_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("odd.safetensors");
        let spec = ModelSpec { arch: Arch::CnnGap, classes: 2, widths: None };
        let mut state = Model::new(&spec, 0, &Device::Cpu).unwrap().state_dict();
        // Numbers themselves, but not what comes of them.
        for (_, tensor) in state.iter_mut().filter(|(name, _)| name.starts_with("fc.")) {
            *tensor = Tensor::full(f32::MAX, tensor.dims(), &Device::Cpu).unwrap();
        }
        let about = ModelFile::now(spec, vec!["a".to_owned(), "b".to_owned()], Preprocess::default());
        save_state(&path, &state, &about).unwrap();
        let predictor = Predictor::load(&path, DeviceChoice::Cpu, Some(1)).unwrap();
        let error = predictor.predict_image(&RgbImage::from_pixel(32, 32, image::Rgb([200, 10, 90]))).unwrap_err();
        assert!(error.to_string().contains("odd.safetensors: the model's answers are no numbers"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_can_not_be_listed_says_so_and_any_other_is_no_file() {
        use std::os::unix::fs::PermissionsExt;
        let parent = tempfile::tempdir().unwrap();
        assert_eq!(why_unreadable(parent.path()), None);
        assert_eq!(why_unreadable(&parent.path().join("missing")), None);
        let closed = parent.path().join("closed");
        std::fs::create_dir(&closed).unwrap();
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
        // The superuser reads it all the same.
        if std::fs::read_dir(&closed).is_err() {
            assert_eq!(why_unreadable(&closed).as_deref(), Some("the folder can't be read: permission denied"));
        }
        std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
}
