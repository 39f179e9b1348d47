//! The names that the Train workspace gives to models, and how it writes figures.

use crate::app::state::{Arch, DeviceChoice};
use crate::lang::{self, t, tn};
use crate::train::{AugmentChoice, TrainConfig, TrainMode, WeightsChoice};

/// The model's name.
pub fn arch_title(arch: Arch) -> &'static str {
    match arch {
        Arch::Cnn => t!("Custom CNN"),
        Arch::CnnBn => t!("CNN + BatchNorm"),
        Arch::CnnGap => t!("CNN + global average pooling"),
        Arch::Resnet18 => "ResNet18",
        Arch::Resnet34 => "ResNet34",
    }
}

/// The model in one plain line.
pub fn arch_line(arch: Arch) -> &'static str {
    match arch {
        Arch::Cnn => t!("Three convolutions, learnt from scratch."),
        Arch::CnnBn => t!("The same, its activations normalised: steadier."),
        Arch::CnnGap => t!("The same convolutions, far fewer numbers."),
        Arch::Resnet18 => t!("Has seen many pictures before: best with few."),
        Arch::Resnet34 => t!("Deeper still. Needs a weights file."),
    }
}

/// `ResNet18, frozen`.
pub fn model_title(config: &TrainConfig) -> String {
    let title = arch_title(config.arch);
    match config.mode() {
        TrainMode::Scratch => title.to_owned(),
        TrainMode::Frozen => t!("{title}, frozen", title = title),
        TrainMode::FineTune => t!("{title}, fine-tuned", title = title),
    }
}

/// `25 epochs · batch 4 · lr 0.001 · the recipe’s augmentation`.
pub fn settings_line(config: &TrainConfig) -> String {
    let mut parts = vec![
        tn!(config.epochs, "{n} epoch", "{n} epochs"),
        t!("batch {n}", n = config.batch_size),
        t!("lr {rate}", rate = rate(config.lr)),
        augment_word(&config.augment),
    ];
    if config.arch.is_resnet() {
        parts.push(match &config.weights {
            WeightsChoice::Starter => t!("starter").to_owned(),
            WeightsChoice::File(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
            WeightsChoice::Random => t!("random weights").to_owned(),
        });
    }
    if let Some(views) = config.views {
        parts.push(tn!(views, "turbo: {n} view", "turbo: {n} views"));
    }
    if config.seed != 0 {
        parts.push(t!("seed {n}", n = config.seed));
    }
    parts.join(" · ")
}

/// The augmentation's name.
pub fn augment_title(choice: &AugmentChoice) -> String {
    match choice {
        AugmentChoice::Preset(name) => preset_title(name),
        AugmentChoice::Pipeline(_) => t!("As set in Augment").to_owned(),
    }
}

/// The augmentation in a word, within a line.
fn augment_word(choice: &AugmentChoice) -> String {
    match choice {
        AugmentChoice::Preset(name) if name == "none" => t!("no augmentation").to_owned(),
        AugmentChoice::Preset(name) if name == "recipe" => t!("the recipe’s augmentation").to_owned(),
        AugmentChoice::Preset(name) => t!("{name} augmentation", name = lang::text(name)),
        AugmentChoice::Pipeline(_) => t!("own augmentation").to_owned(),
    }
}

/// A preset's name with a capital.
pub fn preset_title(name: &str) -> String {
    match name {
        "none" => t!("None").to_owned(),
        "recipe" => t!("The recipe’s").to_owned(),
        other => {
            let mut chars = lang::text(other).chars();
            chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
        }
    }
}

/// The device's name.
pub fn device_title(choice: DeviceChoice) -> &'static str {
    match choice {
        DeviceChoice::Auto => t!("Automatic"),
        DeviceChoice::Cpu => "CPU",
        DeviceChoice::Cuda => t!("NVIDIA GPU (CUDA)"),
        DeviceChoice::Metal => t!("Apple GPU (Metal)"),
    }
}

/// A learning rate as people write it: `0.001`, not `1e-3` nor `0.0010000000000000002`.
pub fn rate(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let digits_after_point = (3 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{value:.digits_after_point$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// An accuracy as a table has it: `0.954`.
pub fn accuracy(value: f64) -> String {
    format!("{value:.3}")
}

/// A loss as a table has it: `0.2012`; large ones lose digits, so that columns stay narrow.
pub fn loss(value: f64) -> String {
    if !value.is_finite() {
        value.to_string()
    } else if value < 100.0 {
        format!("{value:.4}")
    } else {
        format!("{value:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learning_rates_are_written_as_people_do() {
        let written: Vec<_> = [0.001, 0.1 * 0.1 * 0.1, 1e-6, 0.05, 1.0, 12.5, 0.0].into_iter().map(rate).collect();
        assert_eq!(written, ["0.001", "0.001", "0.000001", "0.05", "1", "12.5", "0"]);
    }

    #[test]
    fn a_run_is_told_in_a_line() {
        let config = TrainConfig { seed: 3, ..TrainConfig::default() };
        assert_eq!(
            settings_line(&config),
            "25 epochs · batch 4 · lr 0.001 · the recipe’s augmentation · starter · seed 3"
        );
        assert_eq!(model_title(&config), "ResNet18, frozen");
        assert_eq!(loss(f64::NAN), "NaN");
    }
}
