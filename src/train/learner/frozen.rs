//! A pretrained network whose last layer alone learns.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};

use super::head::Head;
use super::{Learner, SgdSettings, Targets, model_error, save_error};
use crate::models::fused_resnet::FusedResnet;
use crate::models::model_file::{self, ModelFile};
use crate::models::{Model, ModelError};
use crate::train::error::TrainError;
use crate::train::metrics::BatchOutcome;

/// Pictures that go through the backbone together: enough to keep the matrix products of the deep layers busy.
const GROUP: usize = 32;

/// A frozen backbone and the head that learns on its features.
pub(crate) struct FrozenBackbone {
    /// The network as it is saved. Its own last layer is only brought up to date for that.
    model: Model,
    /// The same backbone, packed for the processor; none on a GPU, where the network's own operations are faster.
    fused: Option<FusedResnet>,
    head: Head,
    sgd: SgdSettings,
    /// Side of the network's input.
    crop: usize,
}

impl FrozenBackbone {
    /// Learns the last layer of `model`, from the values it has now.
    pub(crate) fn new(model: Model, sgd: SgdSettings, crop: u32) -> Result<Self, TrainError> {
        let values = |name: &str| -> Result<Vec<f32>, TrainError> {
            let found = model.head_parameters().into_iter().find(|(parameter, _)| parameter == name);
            let (_, var) = found.ok_or_else(|| TrainError::Model(format!("the network has no {name} to train")))?;
            Ok(var.flatten_all()?.to_vec1()?)
        };
        let head = Head::new(values(WEIGHT)?, values(BIAS)?);
        let fused = match model.device() {
            Device::Cpu => {
                let fused = FusedResnet::new(&model.state_dict(), model.spec());
                Some(fused.map_err(|error| TrainError::Model(error.to_string()))?)
            }
            _ => None,
        };
        Ok(Self { model, fused, head, sgd, crop: crop as usize })
    }

    /// Puts the head's values into the network.
    fn bring_up_to_date(&self) -> Result<(), TrainError> {
        for (name, var) in self.model.head_parameters() {
            let values = if name == WEIGHT { &self.head.weight } else { &self.head.bias };
            var.set(&Tensor::from_slice(values, var.shape(), var.device())?)?;
        }
        Ok(())
    }

    fn slots(&mut self) -> [(&'static str, &mut Vec<f32>); 4] {
        [
            ("model.fc.weight", &mut self.head.weight),
            ("model.fc.bias", &mut self.head.bias),
            ("momentum.fc.weight", &mut self.head.weight_momentum),
            ("momentum.fc.bias", &mut self.head.bias_momentum),
        ]
    }
}

/// Torchvision's names of the last layer.
const WEIGHT: &str = "fc.weight";
const BIAS: &str = "fc.bias";

impl Learner for FrozenBackbone {
    fn input_len(&self) -> usize {
        self.head.features()
    }

    fn group_size(&self, batch_size: usize) -> usize {
        (GROUP / batch_size.max(1)).max(1) * batch_size
    }

    fn judge_size(&self) -> usize {
        GROUP
    }

    fn input_is_fixed(&self) -> bool {
        true
    }

    fn input(&mut self, pixels: Vec<f32>, count: usize) -> Result<Vec<f32>, TrainError> {
        if let Some(fused) = &self.fused {
            let mut features = Vec::new();
            return match fused.features_of_size(&pixels, count, self.crop, self.crop, &mut features) {
                Ok(()) => Ok(features),
                Err(error) => Err(TrainError::Model(error.to_string())),
            };
        }
        let pictures = Tensor::from_vec(pixels, (count, 3, self.crop, self.crop), self.model.device())?;
        Ok(self.model.backbone(&pictures)?.flatten_all()?.to_vec1()?)
    }

    fn learn(&mut self, input: &[f32], targets: Targets<'_>, lr: f64) -> Result<BatchOutcome, TrainError> {
        Ok(self.head.learn(input, targets, lr, self.sgd))
    }

    fn judge(&self, input: &[f32], labels: &[u32]) -> Result<BatchOutcome, TrainError> {
        Ok(self.head.judge(input, labels))
    }

    fn parameter_counts(&self) -> (usize, usize) {
        let count = |parameters: Vec<(String, candle_core::Var)>| {
            parameters.iter().map(|(_, var)| var.elem_count()).sum::<usize>()
        };
        (count(self.model.parameters()), count(self.model.head_parameters()))
    }

    fn state(&self) -> Result<Vec<(String, Tensor)>, TrainError> {
        let (classes, features) = (self.head.classes(), self.head.features());
        let cpu = Device::Cpu;
        Ok(vec![
            ("model.fc.weight".to_owned(), Tensor::from_slice(&self.head.weight, (classes, features), &cpu)?),
            ("model.fc.bias".to_owned(), Tensor::from_slice(&self.head.bias, classes, &cpu)?),
            (
                "momentum.fc.weight".to_owned(),
                Tensor::from_slice(&self.head.weight_momentum, (classes, features), &cpu)?,
            ),
            ("momentum.fc.bias".to_owned(), Tensor::from_slice(&self.head.bias_momentum, classes, &cpu)?),
        ])
    }

    fn load_state(&mut self, state: &HashMap<String, Tensor>) -> Result<(), String> {
        for (name, slot) in self.slots() {
            let tensor = state.get(name).ok_or_else(|| format!("{name} is missing"))?;
            let values: Vec<f32> =
                tensor.flatten_all().and_then(|flat| flat.to_vec1()).map_err(|error| format!("{name}: {error}"))?;
            if values.len() != slot.len() {
                return Err(format!("{name} has {} numbers where {} are expected", values.len(), slot.len()));
            }
            *slot = values;
        }
        Ok(())
    }

    fn save_model(&self, path: &Path, about: &ModelFile) -> Result<(), TrainError> {
        self.bring_up_to_date()?;
        model_file::save_model(path, &self.model, about).map_err(|error| save_error(path, error))
    }
}

impl From<ModelError> for TrainError {
    fn from(error: ModelError) -> Self {
        model_error(&error)
    }
}
