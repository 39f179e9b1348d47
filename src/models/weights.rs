//! Pretrained ResNet weights from other programs, under torchvision's names.
//!
//! Understood: torchvision's and timm's names (`layer1.0.conv1.weight`), Hugging Face's ResNet names
//! (`resnet.encoder.stages.0.layers.0.layer.0.convolution.weight`), either behind a common prefix (`model.`, `module.`,
//! `backbone.`, …), with or without a last layer, in f32, f16 or bf16.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use candle_core::Tensor;

use super::Arch;
use super::tensor_file::{self, TensorFile};

/// A weights file that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// Not a readable safetensors file.
    #[error("{} {reason}; choose a .safetensors file with ResNet weights, or the built-in starter", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A safetensors file without a ResNet in it.
    #[error(
        "{origin} holds no ResNet: expected a tensor `conv1.weight` (torchvision, timm) or `resnet.embedder.embedder.convolution.weight` (Hugging Face), found {found}; choose ResNet18 or ResNet34 weights"
    )]
    NoResnet {
        /// Where it was looked for.
        origin: String,
        /// Some of its tensors.
        found: String,
    },
}

/// A ResNet's tensors from a file, named as torchvision does, f32, on the CPU.
#[derive(Clone, Debug)]
pub struct ForeignWeights {
    origin: String,
    tensors: HashMap<String, Tensor>,
}

/// Reads the weights file at `path` into memory.
///
/// # Errors
/// When the file can't be read, is no safetensors file, is cut off, too large, or holds no ResNet.
pub fn read_weights(path: &Path) -> Result<ForeignWeights, WeightsError> {
    let file = tensor_file::read(path).map_err(|reason| WeightsError::File { path: path.to_owned(), reason })?;
    ForeignWeights::from_file(file, path.display().to_string())
}

/// The built-in starter: a ResNet18 trained on Tiny ImageNet for this project. Official ImageNet weights do better.
///
/// # Errors
/// Never for an intact program.
pub fn starter() -> Result<ForeignWeights, WeightsError> {
    const STARTER: &[u8] = include_bytes!("../../assets/resnet18-starter.safetensors");
    let origin = "the built-in starter";
    let file = tensor_file::parse(STARTER).map_err(|reason| WeightsError::File { path: origin.into(), reason })?;
    ForeignWeights::from_file(file, origin.to_owned())
}

impl ForeignWeights {
    fn from_file(file: TensorFile, origin: String) -> Result<Self, WeightsError> {
        let names: Vec<&str> = file.tensors.keys().map(String::as_str).collect();
        let Some(naming) = Naming::of(&names) else {
            return Err(WeightsError::NoResnet { origin, found: some_of(names) });
        };
        let tensors = file.tensors.iter().filter_map(|(name, tensor)| Some((naming.translate(name)?, tensor.clone())));
        Ok(Self { origin, tensors: tensors.collect() })
    }

    /// Where they come from: the file's path, or `the built-in starter`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Everything but the last layer.
    pub fn backbone(&self) -> HashMap<String, Tensor> {
        let backbone = self.tensors.iter().filter(|(name, _)| is_backbone(name));
        backbone.map(|(name, tensor)| (name.clone(), tensor.clone())).collect()
    }

    /// The tensor of this (torchvision) name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// Which of Imago's networks the file is for, by its number of blocks; `None` for other ResNets.
    pub fn arch(&self) -> Option<Arch> {
        let has = |name: &str| self.tensors.contains_key(name);
        if has("layer1.0.conv3.weight") {
            return None; // bottleneck blocks: ResNet50 and deeper
        }
        match (has("layer3.1.conv1.weight"), has("layer3.2.conv1.weight"), has("layer3.5.conv1.weight")) {
            (true, false, false) => Some(Arch::Resnet18),
            (true, true, true) => Some(Arch::Resnet34),
            _ => None,
        }
    }

    /// The first backbone tensor with an infinity or NaN in it.
    pub(super) fn first_not_finite(&self) -> Option<&str> {
        let bad = self.tensors.iter().filter(|(name, tensor)| is_backbone(name) && !is_finite(tensor));
        bad.map(|(name, _)| name.as_str()).min()
    }
}

/// Whether a tensor holds neither infinities nor NaN.
pub(super) fn is_finite(tensor: &Tensor) -> bool {
    let values = tensor.flatten_all().and_then(|flat| flat.to_vec1::<f32>());
    values.is_ok_and(|values| values.iter().all(|value| value.is_finite()))
}

/// Whether a torchvision name belongs to the backbone. Everything else in a file is some kind of head.
fn is_backbone(name: &str) -> bool {
    ["conv1.", "bn1.", "layer1.", "layer2.", "layer3.", "layer4."].iter().any(|start| name.starts_with(start))
}

fn some_of(mut names: Vec<&str>) -> String {
    names.sort_unstable();
    match names.as_slice() {
        [] => "no tensors at all".to_owned(),
        [one] => format!("`{one}`"),
        [first, .., last] => format!("`{first}` … `{last}` ({} tensors)", names.len()),
    }
}

/// How a file names its tensors: a prefix, and whose names follow.
enum Naming {
    Torchvision { prefix: String },
    HuggingFace { prefix: String },
}

const HF_STEM: &str = "embedder.embedder.convolution.weight";

impl Naming {
    fn of(names: &[&str]) -> Option<Self> {
        let shortest_before = |end: &str| {
            let prefixes = names.iter().filter_map(|name| name.strip_suffix(end));
            prefixes
                .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
                .min_by_key(|prefix| (prefix.len(), *prefix))
        };
        if let Some(prefix) = shortest_before(HF_STEM) {
            return Some(Self::HuggingFace { prefix: prefix.to_owned() });
        }
        // Blocks have a `conv1.weight` as well; the stem's has the shortest prefix and a BatchNorm beside it.
        let prefix = shortest_before("conv1.weight")?;
        let in_block = prefix.split('.').any(|part| part.starts_with("layer"));
        let normed = names.contains(&format!("{prefix}bn1.weight").as_str());
        (normed && !in_block).then(|| Self::Torchvision { prefix: prefix.to_owned() })
    }

    /// torchvision's name; `None` for tensors outside the network.
    fn translate(&self, name: &str) -> Option<String> {
        match self {
            Self::Torchvision { prefix } => name.strip_prefix(prefix.as_str()).map(str::to_owned),
            Self::HuggingFace { prefix } => match name.strip_prefix(prefix.as_str()).and_then(from_hugging_face) {
                Some(name) => Some(name),
                // The classifier stands outside the prefix `resnet.`.
                None => name.rsplit_once("classifier.1.").map(|(_, leaf)| format!("fc.{leaf}")),
            },
        }
    }
}

/// `encoder.stages.0.layers.1.layer.0.convolution.weight` → `layer1.1.conv1.weight`.
fn from_hugging_face(name: &str) -> Option<String> {
    if let Some(rest) = name.strip_prefix("embedder.embedder.") {
        let (part, leaf) = rest.split_once('.')?;
        let part = match part {
            "convolution" => "conv1",
            "normalization" => "bn1",
            _ => return None,
        };
        return Some(format!("{part}.{leaf}"));
    }
    let (stage, rest) = name.strip_prefix("encoder.stages.")?.split_once('.')?;
    let (block, rest) = rest.strip_prefix("layers.")?.split_once('.')?;
    let stage = stage.parse::<usize>().ok()?.checked_add(1)?;
    let (part, leaf) = if let Some(rest) = rest.strip_prefix("shortcut.") {
        let (kind, leaf) = rest.split_once('.')?;
        let number = match kind {
            "convolution" => 0,
            "normalization" => 1,
            _ => return None,
        };
        (format!("downsample.{number}"), leaf)
    } else {
        let (index, rest) = rest.strip_prefix("layer.")?.split_once('.')?;
        let (kind, leaf) = rest.split_once('.')?;
        let kind = match kind {
            "convolution" => "conv",
            "normalization" => "bn",
            _ => return None,
        };
        (format!("{kind}{}", index.parse::<usize>().ok()?.checked_add(1)?), leaf)
    };
    Some(format!("layer{stage}.{block}.{part}.{leaf}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hugging_face_names_become_those_of_torchvision() {
        for (theirs, ours) in [
            ("embedder.embedder.convolution.weight", "conv1.weight"),
            ("embedder.embedder.normalization.running_var", "bn1.running_var"),
            ("encoder.stages.0.layers.1.layer.0.convolution.weight", "layer1.1.conv1.weight"),
            ("encoder.stages.3.layers.0.layer.1.normalization.bias", "layer4.0.bn2.bias"),
            ("encoder.stages.2.layers.0.shortcut.convolution.weight", "layer3.0.downsample.0.weight"),
            ("encoder.stages.2.layers.0.shortcut.normalization.weight", "layer3.0.downsample.1.weight"),
        ] {
            assert_eq!(from_hugging_face(theirs).as_deref(), Some(ours));
        }
        assert_eq!(from_hugging_face("encoder.stages.x.layers.0.layer.0.convolution.weight"), None);
    }

    #[test]
    fn a_common_prefix_is_taken_off_and_heads_outside_it_are_left() {
        let names = [
            "head.weight",
            "module.backbone.bn1.weight",
            "module.backbone.conv1.weight",
            "module.backbone.layer1.0.conv1.weight",
        ];
        let naming = Naming::of(&names).unwrap();
        assert_eq!(naming.translate(names[3]).as_deref(), Some("layer1.0.conv1.weight"));
        assert_eq!(naming.translate("head.weight"), None);
    }

    #[test]
    fn files_without_a_stem_hold_no_resnet() {
        assert!(Naming::of(&["features.0.weight", "classifier.1.weight"]).is_none());
        assert!(Naming::of(&["layer1.0.conv1.weight", "layer1.0.bn1.weight"]).is_none());
        assert!(Naming::of(&["conv1.weight", "conv1.bias"]).is_none());
    }

    #[test]
    fn the_starter_is_a_whole_resnet18() {
        let weights = starter().unwrap();
        assert_eq!(weights.arch(), Some(Arch::Resnet18));
        assert_eq!(weights.get("conv1.weight").unwrap().dims(), [64, 3, 7, 7]);
        assert_eq!(weights.first_not_finite(), None);
    }
}
