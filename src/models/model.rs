//! One type for all the networks.

use std::collections::{BTreeMap, HashMap};

use candle_core::{DType, Device, Result as CandleResult, Tensor, Var};

use super::cnn::{self, Cnn};
use super::resnet::ResNet;
use super::weights::ForeignWeights;
use super::{Arch, ModelSpec};
use crate::nn::{Maps, Param, global_average_pool};

/// Whether a forward pass is one of training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardMode {
    /// BatchNorm uses the batch's statistics and moves the running ones; gradients flow to all parameters.
    Train,
    /// BatchNorm uses the running statistics; nothing is changed and nothing is kept for a backward pass.
    Eval,
}

/// What can go wrong with a model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A specification that no network can have.
    #[error("{0}")]
    Spec(String),
    /// A tensor that the architecture needs is not there.
    #[error(
        "the tensor `{name}` is missing in {origin}: {model} expects it with shape {expected:?}; choose weights made for this network"
    )]
    Missing {
        /// PyTorch's name.
        name: String,
        /// Shape it should have.
        expected: Vec<usize>,
        /// Where it was looked for.
        origin: String,
        /// The architecture.
        model: String,
    },
    /// A tensor has another shape.
    #[error(
        "the tensor `{name}` in {origin} has shape {found:?}, but {model} expects {expected:?}; choose weights made for this network"
    )]
    Shape {
        /// PyTorch's name.
        name: String,
        /// Shape it should have.
        expected: Vec<usize>,
        /// Shape it has.
        found: Vec<usize>,
        /// Where it was found.
        origin: String,
        /// The architecture.
        model: String,
    },
    /// A tensor that the architecture has no place for.
    #[error(
        "{origin} holds a tensor `{name}` of shape {found:?} for which {model} has no place: it was made for another network; choose the model that fits it"
    )]
    Unexpected {
        /// Its name.
        name: String,
        /// Its shape.
        found: Vec<usize>,
        /// Where it was found.
        origin: String,
        /// The architecture.
        model: String,
    },
    /// A tensor holds infinities or NaN.
    #[error(
        "the tensor `{name}` in {origin} holds numbers that are not finite: the file is damaged or comes from a diverged training; choose another"
    )]
    NotFinite {
        /// PyTorch's name.
        name: String,
        /// Where it was found.
        origin: String,
    },
    /// The device failed.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
}

/// A network with its parameters on a device.
#[derive(Debug)]
pub struct Model {
    spec: ModelSpec,
    device: Device,
    net: Net,
}

#[derive(Debug)]
enum Net {
    Cnn(Box<Cnn>),
    Resnet(Box<ResNet>),
}

impl Model {
    /// A network with fresh parameters, drawn from `seed`: PyTorch's defaults for the custom networks, torchvision's for the
    /// ResNets.
    ///
    /// # Errors
    /// When the specification has no classes or no channels, or the device refuses the parameters.
    pub fn new(spec: &ModelSpec, seed: u64, device: &Device) -> Result<Self, ModelError> {
        if spec.classes == 0 {
            return Err(ModelError::Spec("a model needs at least one class".to_owned()));
        }
        if spec.resnet_widths().contains(&0) {
            return Err(ModelError::Spec("every stage of a ResNet needs at least one channel".to_owned()));
        }
        let net = if spec.arch.is_resnet() {
            Net::Resnet(Box::new(ResNet::new(spec, seed, device)?))
        } else {
            Net::Cnn(Box::new(Cnn::new(spec, seed, device)?))
        };
        Ok(Self { spec: spec.clone(), device: device.clone(), net })
    }

    /// Architecture and sizes.
    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    /// Where the parameters are.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Logits (n, classes) of a batch (n, 3, 224, 224) f32. ResNets and `cnn-gap` take other sizes as well.
    ///
    /// # Errors
    /// When the batch's shape does not fit or the device fails.
    pub fn forward(&self, x: &Tensor, mode: ForwardMode) -> CandleResult<Tensor> {
        match &self.net {
            Net::Cnn(net) => net.forward(x, mode),
            Net::Resnet(net) => net.forward(x, mode),
        }
    }

    /// The last convolutional map (n, c, h, w) in evaluation mode: what the classifier sees. For the custom networks it is taken
    /// after ReLU and pooling, (n, 256, 12, 12); for the ResNets it is the last stage's output, (n, 512, 7, 7).
    ///
    /// # Errors
    /// When the batch's shape does not fit or the device fails.
    pub fn feature_map(&self, x: &Tensor) -> CandleResult<Tensor> {
        self.last_maps(x)?.to_nchw()
    }

    /// Logits from a map of [`Model::feature_map`]. Gradients flow to the map, which may be a variable: explanations need them.
    ///
    /// # Errors
    /// When the map's shape does not fit or the device fails.
    pub fn classify_map(&self, map: &Tensor) -> CandleResult<Tensor> {
        let maps = Maps::from_nchw(map)?;
        match &self.net {
            Net::Cnn(net) => net.classify(&maps, false),
            Net::Resnet(net) => net.head(&global_average_pool(&maps)?, false),
        }
    }

    /// The ResNets' pooled features (n, 512) in evaluation mode, without gradient.
    ///
    /// # Errors
    /// For the custom networks; when the batch's shape does not fit or the device fails.
    pub fn backbone(&self, x: &Tensor) -> CandleResult<Tensor> {
        match &self.net {
            Net::Resnet(_) => Ok(global_average_pool(&self.last_maps(x)?)?.detach()),
            Net::Cnn(_) => candle_core::bail!("{} has no separate backbone", self.spec.arch.name()),
        }
    }

    /// The ResNets' logits (n, classes) from features (n, 512). Gradients flow to the head's parameters.
    ///
    /// # Errors
    /// For the custom networks; when shapes do not fit or the device fails.
    pub fn head(&self, features: &Tensor) -> CandleResult<Tensor> {
        match &self.net {
            Net::Resnet(net) => net.head(features, true),
            Net::Cnn(_) => candle_core::bail!("{} has no separate head", self.spec.arch.name()),
        }
    }

    fn last_maps(&self, x: &Tensor) -> CandleResult<Maps> {
        match &self.net {
            Net::Cnn(net) => net.maps(x, ForwardMode::Eval),
            Net::Resnet(net) => net.maps(x, ForwardMode::Eval),
        }
    }

    /// All parameters with their gradients' slots: for [`crate::nn::Sgd`] and [`crate::nn::gradients`].
    pub fn params(&self) -> Vec<Param> {
        match &self.net {
            Net::Cnn(net) => net.params(),
            Net::Resnet(net) => net.params(),
        }
    }

    /// The parameters of a ResNet's last layer; empty for the custom networks.
    pub fn head_params(&self) -> Vec<Param> {
        match &self.net {
            Net::Cnn(_) => Vec::new(),
            Net::Resnet(net) => net.head_params(),
        }
    }

    /// All parameters under PyTorch's (torchvision's) names, in a stable order.
    pub fn parameters(&self) -> Vec<(String, Var)> {
        named(self.params())
    }

    /// `fc.weight` and `fc.bias` of the ResNets; empty for the custom networks.
    pub fn head_parameters(&self) -> Vec<(String, Var)> {
        named(self.head_params())
    }

    /// Running means and variances.
    pub fn buffers(&self) -> Vec<(String, Var)> {
        match &self.net {
            Net::Cnn(net) => net.norms().flat_map(crate::nn::BatchNorm2d::buffers).collect(),
            Net::Resnet(net) => net.norms().flat_map(crate::nn::BatchNorm2d::buffers).collect(),
        }
    }

    fn variables(&self) -> impl Iterator<Item = (String, Var)> {
        self.parameters().into_iter().chain(self.buffers())
    }

    /// Parameters and buffers by name. The tensors share the model's memory: copy them where they have to outlive an update
    /// ([`Model::snapshot`]).
    pub fn state_dict(&self) -> BTreeMap<String, Tensor> {
        self.variables().map(|(name, var)| (name, var.as_detached_tensor())).collect()
    }

    /// As [`Model::state_dict`], copied: later updates do not change it.
    ///
    /// # Errors
    /// When the device has no memory left.
    pub fn snapshot(&self) -> CandleResult<BTreeMap<String, Tensor>> {
        self.variables().map(|(name, var)| Ok((name, var.copy()?.detach()))).collect()
    }

    /// Sets parameters and buffers from `tensors`. Strict: each must be there in its shape and no other may be.
    /// Checked first: on an error nothing is changed.
    ///
    /// # Errors
    /// When a tensor is missing, has another shape, or is not the model's; when the device fails.
    pub fn load_state_dict(&self, tensors: &HashMap<String, Tensor>) -> Result<(), ModelError> {
        self.load(tensors, "the model's state", |_| true)
    }

    /// Sets everything but the last layer of a ResNet from pretrained weights. The file's own last layer is ignored.
    /// Checked first: on an error nothing is changed.
    ///
    /// # Errors
    /// When this is no ResNet, or a tensor is missing, superfluous, of another shape or not finite.
    pub fn load_backbone(&self, weights: &ForeignWeights) -> Result<(), ModelError> {
        if !self.spec.arch.is_resnet() {
            let name = self.spec.arch.name();
            return Err(ModelError::Spec(format!("{name} starts from random weights; only the ResNets take a file")));
        }
        let backbone = weights.backbone();
        if let Some(name) = weights.first_not_finite() {
            return Err(ModelError::NotFinite { name: name.to_owned(), origin: weights.origin().to_owned() });
        }
        self.load(&backbone, weights.origin(), |name| !name.starts_with("fc."))
    }

    fn load(
        &self,
        tensors: &HashMap<String, Tensor>,
        origin: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<(), ModelError> {
        let (origin, model) = (origin.to_owned(), self.describe());
        let variables: BTreeMap<String, Var> = self.variables().filter(|(name, _)| wanted(name)).collect();
        let mut pairs = Vec::with_capacity(variables.len());
        for (name, var) in &variables {
            let Some(tensor) = tensors.get(name) else {
                // A strange tensor says more about which network the file is for than the first missing one.
                return Err(match self.first_strange(tensors, &variables) {
                    Some((name, found)) => ModelError::Unexpected { name, found, origin, model },
                    None => ModelError::Missing { name: name.clone(), expected: var.dims().to_vec(), origin, model },
                });
            };
            if tensor.dims() != var.dims() {
                let (expected, found) = (var.dims().to_vec(), tensor.dims().to_vec());
                return Err(ModelError::Shape { name: name.clone(), expected, found, origin, model });
            }
            pairs.push((var, tensor));
        }
        if let Some((name, found)) = self.first_strange(tensors, &variables) {
            return Err(ModelError::Unexpected { name, found, origin, model });
        }
        for (var, tensor) in pairs {
            // A copy: the tensor may be the variable's own, out of `state_dict`.
            var.set(&tensor.to_dtype(DType::F32)?.to_device(&self.device)?.copy()?)?;
        }
        Ok(())
    }

    fn first_strange(
        &self,
        tensors: &HashMap<String, Tensor>,
        variables: &BTreeMap<String, Var>,
    ) -> Option<(String, Vec<usize>)> {
        let strange = tensors.iter().filter(|(name, _)| !variables.contains_key(*name));
        strange.min_by_key(|(name, _)| *name).map(|(name, tensor)| (name.clone(), tensor.dims().to_vec()))
    }

    fn describe(&self) -> String {
        let name = match self.spec.arch {
            Arch::Resnet18 => "ResNet18",
            Arch::Resnet34 => "ResNet34",
            arch => arch.name(),
        };
        match self.spec.widths {
            Some(widths) => format!("{name} with widths {widths:?}"),
            None => name.to_owned(),
        }
    }
}

fn named(params: Vec<Param>) -> Vec<(String, Var)> {
    params.into_iter().map(|param| (param.name().to_owned(), param.var().clone())).collect()
}

/// Side of the pictures that every network takes; `cnn` and `cnn-bn` take no other.
pub const INPUT_SIDE: usize = 224;

// The flattened size is fixed by the input's side.
const _: () = assert!(cnn::LAST_SIDE == (((INPUT_SIDE - 3) / 2).div_ceil(2) - 2) / 2 / 2 - 1);
