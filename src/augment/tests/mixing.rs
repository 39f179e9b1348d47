//! Mixup and CutMix against torchvision's `v2.MixUp`, `v2.CutMix` and PyTorch's cross-entropy with soft targets.

use super::*;
use crate::augment::{MixPlan, soft_cross_entropy};

fn assert_as_pytorch(name: &str, plan: &MixPlan) {
    let fixture = Fixture::open();
    let mut images = fixture.numbers("mix.images");
    plan.mix(&mut images, 3, 8, 8);
    let wanted = fixture.numbers(&format!("{name}.images"));
    assert!(images.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-6));

    let soft = plan.soft_labels(&fixture.labels("mix.labels"), 3);
    let wanted = fixture.numbers(&format!("{name}.soft"));
    assert!(soft.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-6), "{soft:?} {wanted:?}");

    let loss = soft_cross_entropy(&fixture.numbers("mix.logits"), &soft, 3);
    let wanted = f64::from(fixture.numbers(&format!("{name}.loss"))[0]);
    assert!((loss - wanted).abs() < 1e-6, "{loss} {wanted}");
}

#[test]
fn mixup_and_its_loss_are_as_in_pytorch() {
    assert_as_pytorch("mixup", &MixPlan { own_share: 0.3, window: None });
}

#[test]
fn cutmix_and_its_loss_are_as_in_pytorch() {
    assert_as_pytorch("cutmix", &MixPlan::cut([2, 1, 7, 5], 8, 8));
}
