//! What a network expects of its pictures.

use serde::{Deserialize, Serialize};

/// Validation preprocessing: shorter side to `resize`, the middle `crop`×`crop`, then `(x / 255 - mean) / std` by channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preprocess {
    /// Pixels of the shorter side after resizing.
    pub resize: u32,
    /// Side of the square cut from the middle, in pixels: what the network sees.
    pub crop: u32,
    /// Mean of red, green, blue, in 0 to 1.
    pub mean: [f32; 3],
    /// Standard deviation of red, green, blue, in 0 to 1.
    pub std: [f32; 3],
}

impl Default for Preprocess {
    /// ImageNet's, as in torchvision's transfer-learning recipe.
    fn default() -> Self {
        Self { resize: 256, crop: 224, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
    }
}
