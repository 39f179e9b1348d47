//! The architectures by name.

use serde::{Deserialize, Serialize};

/// A network's architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Arch {
    /// Three convolutions and three fully connected layers, from scratch.
    Cnn,
    /// The same with BatchNorm between each convolution and its ReLU.
    CnnBn,
    /// The same convolutions, then global average pooling and one linear layer.
    CnnGap,
    /// ResNet18 (He et al., 2015).
    Resnet18,
    /// ResNet34 (He et al., 2015).
    Resnet34,
}

impl Arch {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Cnn, Self::CnnBn, Self::CnnGap, Self::Resnet18, Self::Resnet34];

    /// The name used by the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cnn => "cnn",
            Self::CnnBn => "cnn-bn",
            Self::CnnGap => "cnn-gap",
            Self::Resnet18 => "resnet18",
            Self::Resnet34 => "resnet34",
        }
    }

    /// The architecture of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|arch| arch.name() == name)
    }

    /// Whether it is a residual network, which starts from pretrained weights.
    pub fn is_resnet(self) -> bool {
        matches!(self, Self::Resnet18 | Self::Resnet34)
    }
}

/// An architecture with its sizes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSpec {
    /// The architecture.
    pub arch: Arch,
    /// Number of classes (size of the logits).
    pub classes: usize,
    /// Channels of a ResNet's four stages; 64, 128, 256, 512 where it says nothing. The custom CNNs ignore it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub widths: Option<[usize; 4]>,
}

/// Channels of ResNet18's and ResNet34's four stages (He et al., 2015, table 1).
const RESNET_WIDTHS: [usize; 4] = [64, 128, 256, 512];

impl ModelSpec {
    /// `arch` with its usual sizes.
    pub fn new(arch: Arch, classes: usize) -> Self {
        Self { arch, classes, widths: None }
    }

    /// Channels of a ResNet's four stages.
    pub fn resnet_widths(&self) -> [usize; 4] {
        self.widths.unwrap_or(RESNET_WIDTHS)
    }

    /// Residual blocks in each of a ResNet's four stages.
    pub fn resnet_blocks(&self) -> [usize; 4] {
        match self.arch {
            Arch::Resnet34 => [3, 4, 6, 3],
            _ => [2, 2, 2, 2],
        }
    }
}
