//! What the workspace shows of the data set and the models: why it can't be trained on, how large each model is, its layers.

use crate::app::imago_app::Cx;
use crate::app::state::{Arch, LayerLine, Layers, ModelSize};
use crate::augment::Pipeline;
use crate::models::ModelSpec;
use crate::models::summary::{TrainableParts, summary};

/// Another data set is open, or none.
pub(super) fn data_set_changed(cx: &mut Cx<'_>) {
    let train = &mut cx.state.train;
    train.sizes.clear();
    train.layers = None;
    train.dataset_problem = None;
    train.dataset_warnings.clear();
    train.cores = std::thread::available_parallelism().map_or(1, usize::from);
    train.presets = Pipeline::PRESETS.iter().map(|name| (*name).to_owned()).collect();
    let Some(project) = &cx.state.project else { return };
    let classes = project.dataset.classes.len().max(1);
    train.sizes = Arch::ALL.into_iter().map(|arch| size(arch, classes)).collect();
}

/// Counts the layers of the model that is chosen, where it is another one than before.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    let classes = project.dataset.classes.len().max(1);
    let config = &cx.state.train.config;
    let (arch, fine_tune) = (config.arch, config.fine_tune);
    let is_known = cx
        .state
        .train
        .layers
        .as_ref()
        .is_some_and(|layers| (layers.arch, layers.classes, layers.fine_tune) == (arch, classes, fine_tune));
    if !is_known {
        cx.state.train.layers = Some(layers(arch, classes, fine_tune));
    }
}

fn layers(arch: Arch, classes: usize, fine_tune: bool) -> Layers {
    let parts = if arch.is_resnet() && !fine_tune { TrainableParts::Head } else { TrainableParts::All };
    let found = summary(&ModelSpec { arch, classes, widths: None }, parts);
    let line = |row: crate::models::summary::LayerRow| LayerLine {
        output: row.output_shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × "),
        kind: row.kind.to_string(),
        name: row.name,
        parameters: row.parameters,
        trainable: row.trainable,
        multiply_adds: row.multiply_adds as u64,
    };
    let (total, trainable) = (found.total, found.trainable);
    let lines: Vec<LayerLine> = found.layers.into_iter().map(line).collect();
    let multiply_adds = lines.iter().map(|line| line.multiply_adds).sum();
    Layers { arch, classes, fine_tune, lines, total, trainable, multiply_adds }
}

fn size(arch: Arch, classes: usize) -> ModelSize {
    let layers = layers(arch, classes, false);
    let last_layer = layers.lines.iter().rev().find(|line| line.parameters > 0).map_or(0, |line| line.parameters);
    ModelSize { arch, total: layers.total, last_layer }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_resnet18_of_two_classes_learns_1026_numbers() {
        let size = size(Arch::Resnet18, 2);
        assert_eq!((size.total, size.last_layer), (11_177_538, 1_026));
        assert_eq!(layers(Arch::Resnet18, 2, false).trainable, 1_026);
        assert_eq!(layers(Arch::Resnet18, 2, true).trainable, 11_177_538);
    }
}
