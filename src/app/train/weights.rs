//! Looks at a weights file as soon as it is chosen: can it be read, and does it fit the model?

use std::path::Path;

use candle_core::{Device, Var};

use super::TrainMessage;
use crate::app::imago_app::Cx;
use crate::app::jobs::Message;
use crate::app::state::{Arch, WeightsCheck, WeightsState};
use crate::models::{ForeignWeights, Model, ModelSpec, weights};

/// Has the file looked at that is chosen now, where that has not been done for the model that is chosen now.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let Some(path) = cx.state.train.chosen_weights_file() else { return };
    if cx.state.train.weights_state().is_some() {
        return;
    }
    let (path, arch) = (path.to_owned(), cx.state.train.config.arch);
    let state = WeightsState::Checking;
    cx.state.train.weights = Some(WeightsCheck { path: path.clone(), arch, state });
    let line = cx.services.jobs.spawn("weights", "", move |job| {
        let state = check(&path, arch);
        job.send(Message::Train(TrainMessage::Weights(job.id, path, arch, state)));
    });
    cx.services.train.weights_job = Some(line.id);
}

/// Reads the file and takes its tensors over into a model, as a run would.
fn check(path: &Path, arch: Arch) -> WeightsState {
    let found = match weights::read_weights(path) {
        Ok(found) => found,
        Err(error) => return WeightsState::Wrong { message: sentence(error.to_string()), fits: None },
    };
    match taken_over(&found, arch) {
        Ok(parameters) => WeightsState::Fits { parameters },
        Err(reason) => {
            let fits = found.arch().filter(|other| *other != arch && taken_over(&found, *other).is_ok());
            WeightsState::Wrong { message: sentence(named(path, reason)), fits }
        }
    }
}

/// Takes the weights over into a model. Returns how many numbers that were.
fn taken_over(found: &ForeignWeights, arch: Arch) -> Result<usize, String> {
    // The last layer is made anew for the data set's classes, so that their number does not matter here.
    let model = Model::new(&ModelSpec::new(arch, 2), 0, &Device::Cpu).map_err(|error| error.to_string())?;
    model.load_backbone(found).map_err(|error| error.to_string())?;
    let count = |parameters: Vec<(String, Var)>| parameters.iter().map(|(_, var)| var.elem_count()).sum::<usize>();
    Ok(count(model.parameters()) - count(model.head_parameters()))
}

/// The reason with the file's name, where it has not got it.
fn named(path: &Path, reason: String) -> String {
    let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    if reason.contains(file.as_ref()) { reason } else { format!("{}: {reason}", path.display()) }
}

fn sentence(text: String) -> String {
    if text.ends_with(['.', '!', '?']) { text } else { text + "." }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_weights_file_is_named_in_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("holiday.safetensors");
        for bytes in [&b""[..], b"\xFF\xD8\xFF\xE0 a JPEG by another name"] {
            std::fs::write(&path, bytes).unwrap();
            let WeightsState::Wrong { message, fits: None } = check(&path, Arch::Resnet18) else {
                panic!("accepted");
            };
            assert!(message.contains("holiday.safetensors") && message.ends_with('.'), "{message}");
        }
    }

    #[test]
    fn the_starter_fits_resnet18_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("starter.safetensors");
        let starter = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/resnet18-starter.safetensors");
        std::fs::copy(starter, &path).unwrap();
        let WeightsState::Fits { parameters } = check(&path, Arch::Resnet18) else { panic!("refused") };
        // torchvision's ResNet18 has 11,689,512 parameters, 513,000 of them in its last layer.
        assert_eq!(parameters, 11_689_512 - 513_000);
        let WeightsState::Wrong { message, fits } = check(&path, Arch::Resnet34) else { panic!("accepted") };
        assert_eq!(fits, Some(Arch::Resnet18));
        assert!(message.contains("starter.safetensors"), "{message}");
    }
}
