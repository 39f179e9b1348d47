//! Pipelines with a name.

use super::Border;
use super::pipeline::{Pipeline, Step};
use super::transform::Transform;
use super::transforms::{
    Brightness, Contrast, GaussianBlur, HorizontalFlip, Hue, RandomResizedCrop, Rotate, Saturation, VerticalFlip,
};

/// In the order of a menu: from nothing to much, then for a purpose.
pub(super) const NAMES: &[&str] = &["none", "recipe", "light", "strong", "insects-from-above"];

/// The preset of this name.
pub(super) fn by_name(name: &str) -> Option<Pipeline> {
    let steps = match name {
        "none" => Vec::new(),
        "recipe" => return Some(recipe()),
        "light" => light(),
        "strong" => strong(),
        "insects-from-above" => insects_from_above(),
        _ => return None,
    };
    Some(Pipeline { steps, batch: None })
}

/// RandomResizedCrop(224) and RandomHorizontalFlip(0.5), as PyTorch's transfer-learning tutorial has them.
pub(super) fn recipe() -> Pipeline {
    let steps = vec![
        Step::new(Transform::RandomResizedCrop(RandomResizedCrop::default())),
        Step::new(Transform::HorizontalFlip(HorizontalFlip::default())),
    ];
    Pipeline { steps, batch: None }
}

/// Most of every picture is kept; colours move by a tenth.
fn light() -> Vec<Step> {
    let mut steps = vec![crop([0.5, 1.0]), Step::new(Transform::HorizontalFlip(HorizontalFlip::default()))];
    steps.extend(colors(0.1, 0.0));
    steps
}

/// What torchvision spells RandomRotation(30), RandomResizedCrop(224), RandomHorizontalFlip(), ColorJitter(0.4, 0.4, 0.4, 0.1),
/// GaussianBlur; corners are mirrored rather than black.
fn strong() -> Vec<Step> {
    let mut steps =
        vec![rotation(30.0), crop([0.08, 1.0]), Step::new(Transform::HorizontalFlip(HorizontalFlip::default()))];
    steps.extend(colors(0.4, 36.0));
    steps.push(Step::new(Transform::GaussianBlur(GaussianBlur::default())).with_probability(1.0));
    steps
}

/// From above an insect points in any direction, and has a left and a right but no up and down.
fn insects_from_above() -> Vec<Step> {
    let mut steps = vec![
        rotation(180.0),
        crop([0.3, 1.0]),
        Step::new(Transform::HorizontalFlip(HorizontalFlip::default())),
        Step::new(Transform::VerticalFlip(VerticalFlip::default())),
    ];
    steps.extend(colors(0.2, 8.0));
    steps
}

fn rotation(degrees: f64) -> Step {
    Step::new(Transform::Rotate(Rotate { degrees: [-degrees, degrees], border: Border::Reflect, fill: [0; 3] }))
}

fn crop(area: [f64; 2]) -> Step {
    Step::new(Transform::RandomResizedCrop(RandomResizedCrop { area, ..RandomResizedCrop::default() }))
}

/// Brightness, contrast and saturation within 1 ± `amount`, hue within ± `degrees`.
fn colors(amount: f64, degrees: f64) -> Vec<Step> {
    let factor = [1.0 - amount, 1.0 + amount];
    let mut transforms = vec![
        Transform::Brightness(Brightness { factor }),
        Transform::Contrast(Contrast { factor }),
        Transform::Saturation(Saturation { factor }),
    ];
    if degrees > 0.0 {
        transforms.push(Transform::Hue(Hue { degrees: [-degrees, degrees] }));
    }
    transforms.into_iter().map(Step::new).collect()
}
