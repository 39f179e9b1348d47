//! What the Train workspace shows of a model: its size, its layers, the weights it starts from.

use std::path::PathBuf;

use crate::models::Arch;

/// How large a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelSize {
    /// Which.
    pub arch: Arch,
    /// All parameters.
    pub total: usize,
    /// Those of the last layer, which alone learn in a frozen ResNet.
    pub last_layer: usize,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerLine {
    /// `layer1.0.conv1`.
    pub name: String,
    /// `Conv2d 3×3`.
    pub kind: String,
    /// `64 × 56 × 56`.
    pub output: String,
    /// Numbers in it.
    pub parameters: usize,
    /// Whether they learn.
    pub trainable: bool,
    /// Multiplications for one picture.
    pub multiply_adds: u64,
}

/// The layers of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layers {
    /// Whose.
    pub arch: Arch,
    /// For how many classes.
    pub classes: usize,
    /// Whether all of a ResNet learns.
    pub fine_tune: bool,
    /// From the picture to the classes.
    pub lines: Vec<LayerLine>,
    /// All parameters.
    pub total: usize,
    /// Those that learn.
    pub trainable: usize,
    /// Multiplications for one picture.
    pub multiply_adds: u64,
}

/// What is known of a weights file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeightsState {
    /// It is being read.
    Checking,
    /// It fits the model.
    Fits {
        /// Numbers taken over from it.
        parameters: usize,
    },
    /// It can't be used.
    Wrong {
        /// Why: which file, what was expected, what was found.
        message: String,
        /// The model that it would fit.
        fits: Option<Arch>,
    },
}

/// A weights file and the model it was checked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightsCheck {
    /// The file.
    pub path: PathBuf,
    /// The model.
    pub arch: Arch,
    /// What was found.
    pub state: WeightsState,
}
