//! Pipelines with a name.

use super::pipeline::{Pipeline, Step};
use super::transform::Transform;
use super::transforms::{HorizontalFlip, RandomResizedCrop};

/// In the order of a menu: from nothing to much.
pub(super) const NAMES: &[&str] = &["none", "recipe"];

/// The preset of this name.
pub(super) fn by_name(name: &str) -> Option<Pipeline> {
    match name {
        "none" => Some(Pipeline { steps: Vec::new() }),
        "recipe" => Some(recipe()),
        _ => None,
    }
}

/// RandomResizedCrop(224) and RandomHorizontalFlip(0.5), as PyTorch's transfer-learning tutorial has them.
pub(super) fn recipe() -> Pipeline {
    Pipeline {
        steps: vec![
            Step::new(Transform::RandomResizedCrop(RandomResizedCrop::default())),
            Step::new(Transform::HorizontalFlip(HorizontalFlip::default())),
        ],
    }
}
