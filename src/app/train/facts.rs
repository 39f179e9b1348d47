//! What the workspace shows of the data set and the models: why it can't be trained on, how large each model is, its layers.

use crate::app::imago_app::Cx;
use crate::app::state::{Arch, LayerLine, Layers, ModelSize, Workspace};
use crate::augment::Pipeline;
use crate::models::ModelSpec;
use crate::models::summary::{LayerRow, TrainableParts, summary};

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
    let dataset = project.for_training();
    let classes = dataset.classes.len().max(1);
    train.sizes = Arch::ALL.into_iter().map(|arch| size(arch, classes)).collect();
    match dataset.check_trainable() {
        Ok(warnings) => train.dataset_warnings = warnings.into_iter().map(sentence).collect(),
        Err(problem) => train.dataset_problem = Some(sentence(problem)),
    }
}

/// Counts the layers of the model that is shown as chosen, where it is another one than before: of a run that is under way what it
/// learns.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    if cx.state.workspace != Workspace::Train && cx.state.train.layers.is_some() {
        return;
    }
    let run = cx.state.locked_run();
    let config = run.map_or(&cx.state.train.config, |run| &run.config);
    let (arch, fine_tune) = (config.arch, config.fine_tune);
    let learned_from = cx.services.train.dataset.clone().filter(|_| run.is_some());
    let classes = learned_from.unwrap_or_else(|| project.for_training()).classes.len().max(1);
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

/// With a capital and a full stop.
fn sentence(text: String) -> String {
    let mut chars = text.chars();
    // A sentence that begins with a path is left as it is.
    let first = chars.next().filter(|first| first.is_lowercase() && !text.contains(['/', '\\'].as_slice()));
    let mut text = first.map_or_else(|| text.clone(), |first| first.to_uppercase().chain(chars).collect());
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

fn layers(arch: Arch, classes: usize, fine_tune: bool) -> Layers {
    let parts = if arch.is_resnet() && !fine_tune { TrainableParts::Head } else { TrainableParts::All };
    let found = summary(&ModelSpec::new(arch, classes), parts);
    let line = |row: LayerRow| LayerLine {
        output: row.output_shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × "),
        kind: row.kind,
        name: row.name,
        parameters: row.parameters,
        trainable: row.trainable,
        multiply_adds: row.multiply_adds,
    };
    let (total, trainable, multiply_adds) = (found.total, found.trainable, found.multiply_adds);
    let lines = found.layers.into_iter().map(line).collect();
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
