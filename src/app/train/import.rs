//! Converts a PyTorch file that was chosen as weights, in a child process, and takes the result.

use std::path::{Path, PathBuf};

use super::{TrainMessage, use_weights_file};
use crate::app::imago_app::Cx;
use crate::app::jobs::{JobContext, Message};
use crate::app::state::NoticeLevel;
use crate::import::{ImportError, Limits, import};
use crate::lang::{self, t};

/// Starts the conversion. The result is Imago's own; the file that was chosen stays as it is.
pub(super) fn start(path: PathBuf, cx: &mut Cx<'_>) {
    // Apart from fetched files, so that neither can take the other's place.
    let folder = cx.services.paths.weights_dir().join("imported");
    let program = cx.services.train.program.clone();
    let line = cx.services.jobs.spawn("import", t!("Converting PyTorch file"), move |job| {
        let result = run(program, &path, &folder, job);
        job.send(Message::Train(TrainMessage::Imported(result)));
    });
    cx.state.jobs.push(line);
}

fn run(program: Option<PathBuf>, path: &Path, folder: &Path, job: &JobContext) -> Result<PathBuf, Option<String>> {
    let program = match program {
        Some(program) => program,
        None => std::env::current_exe().map_err(|error| {
            Some(t!("{path} can’t be converted: {error}.", path = path.display(), error = lang::said(&error)))
        })?,
    };
    let place = free_place(path, folder);
    match import(&program, path, &place, &Limits::for_file(path), &job.cancel) {
        Ok(()) => Ok(place),
        Err(ImportError::Cancelled) => Err(None),
        Err(error) => Err(Some(format!("{error}."))),
    }
}

/// A name in the folder that is not taken: `resnet18.safetensors`, `resnet18-2.safetensors`.
fn free_place(path: &Path, folder: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let first = std::iter::once(format!("{stem}.safetensors"));
    let others = (2..10_000).map(|number| format!("{stem}-{number}.safetensors"));
    let places = first.chain(others).map(|name| folder.join(name));
    // After ten thousand the import says itself that the last one is taken.
    let mut last = folder.join(format!("{stem}.safetensors"));
    for place in places {
        last = place;
        if !last.exists() {
            break;
        }
    }
    last
}

/// Takes the result, or says why there is none.
pub(super) fn ended(result: Result<PathBuf, Option<String>>, cx: &mut Cx<'_>) {
    match result {
        Ok(path) => {
            cx.state.notify(NoticeLevel::Success, t!("Converted to {path}.", path = path.display()));
            use_weights_file(path, cx);
        }
        Err(Some(reason)) => cx.state.notify(NoticeLevel::Error, reason),
        Err(None) => cx.state.notify(NoticeLevel::Info, t!("Converting was cancelled.")),
    }
}
