//! What is dropped on the window or pasted into it.

use std::path::PathBuf;

use super::command::{PredictCommand, TrainCommand};
use super::imago_app::Cx;
use super::state::Workspace;
use super::{predict, project, train, transfer};

/// Dropped things mean: a model → load it; in Data with a data set open, whatever else → ask into which class to copy it, and,
/// where it is one folder, whether that is a data set of its own; elsewhere one folder, unless Predict has a model for it →
/// open it; anything else → classify it.
pub(super) fn dropped(paths: Vec<PathBuf>, cx: &mut Cx<'_>) {
    if let [path] = paths.as_slice() {
        let is_model = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("safetensors"));
        let is_weights = is_model || crate::import::is_pytorch_file(path);
        if is_weights && cx.state.workspace == Workspace::Train {
            train::handle(TrainCommand::UseWeightsFile(path.clone()), cx);
            return;
        }
        if is_model || path.join("model.safetensors").is_file() {
            predict::handle(PredictCommand::LoadModel(path.clone()), cx);
            cx.state.workspace = Workspace::Predict;
            return;
        }
    }
    if cx.state.workspace == Workspace::Data && transfer::dropped(&paths, cx) {
        return;
    }
    if let [path] = paths.as_slice()
        && path.is_dir()
        && (cx.state.workspace != Workspace::Predict || !cx.state.predict.has_model())
    {
        project::open(path, cx);
        return;
    }
    cx.state.workspace = Workspace::Predict;
    predict::handle(PredictCommand::Classify(paths), cx);
}

/// The files that were copied in a file manager which puts no text beside them (Windows' and macOS').
pub(super) fn copied_files() -> Vec<PathBuf> {
    let files = arboard::Clipboard::new().and_then(|mut clipboard| clipboard.get().file_list());
    // Nothing of the kind is there, or no clipboard at all.
    files.unwrap_or_default()
}

/// The paths that pasted text names: one a line, as plain paths or `file://` addresses (as file managers copy them).
pub(super) fn pasted_paths(text: &str) -> Vec<PathBuf> {
    text.lines()
        .filter_map(|line| {
            let line = line.trim().trim_matches(['"', '\'']);
            let path = match line.strip_prefix("file://") {
                Some(address) => PathBuf::from(percent_decoded(address)),
                None => PathBuf::from(line),
            };
            (path.is_absolute() && path.exists()).then_some(path)
        })
        .collect()
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (bytes[at], hex) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                at += 3;
            }
            (byte, _) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_text_names_files_as_plain_paths_and_as_file_addresses() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b.jpg");
        std::fs::write(&path, b"x").unwrap();
        let address = format!("file://{}", path.display().to_string().replace(' ', "%20"));
        assert_eq!(pasted_paths(&format!("{}\n{address}\nnot a path", path.display())), [path.clone(), path]);
        assert_eq!(percent_decoded("50%"), "50%");
    }
}
