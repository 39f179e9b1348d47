//! Pipelines as files that somebody chose: read, written, named after.

use std::path::{Path, PathBuf};

use super::AugmentMessage;
use crate::app::imago_app::Cx;
use crate::app::jobs::Message;
use crate::augment::Pipeline;
use crate::base::write_atomically;
use crate::lang::{self, t};

/// Bytes of a pipeline file at most: what is larger is something else.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// Reads a pipeline in a job.
pub(super) fn open(path: PathBuf, cx: &mut Cx<'_>) {
    cx.services.jobs.spawn("pipeline", "", move |job| {
        let outcome = read_pipeline(&path);
        job.send(Message::Augment(AugmentMessage::Opened(path, outcome)));
    });
}

/// Writes the pipeline as it is now in a job.
pub(super) fn save(path: PathBuf, cx: &mut Cx<'_>) {
    let pipeline = cx.state.augment.pipeline.clone();
    cx.services.jobs.spawn("pipeline", "", move |job| {
        let text = pipeline.to_toml();
        let outcome = write_atomically(&path, |out| out.write_all(text.as_bytes())).map_err(|error| {
            t!("The pipeline could not be saved as {path}: {error}.", path = path.display(), error = lang::said(&error))
        });
        job.send(Message::Augment(AugmentMessage::Saved(path, pipeline, outcome)));
    });
}

/// What a pipeline from this file is called.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "pipeline".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// The pipeline in a file.
///
/// # Errors
/// One sentence that names the file, and the line where that is known.
pub(super) fn read_pipeline(path: &Path) -> Result<Pipeline, String> {
    let cannot = |reason: &dyn std::fmt::Display| {
        t!("The pipeline in {path} could not be read: {reason}.", path = path.display(), reason = lang::said(reason))
    };
    let facts = std::fs::metadata(path).map_err(|error| cannot(&error))?;
    if facts.len() > MAX_BYTES {
        return Err(cannot(&t!("the file is too large to be one")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
    Pipeline::from_toml(&text).map_err(|error| cannot(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_file_that_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        std::fs::write(&path, Pipeline::default().to_toml()).unwrap();
        assert_eq!(read_pipeline(&path).unwrap(), Pipeline::default());
        assert_eq!(stem(&path), "mine");
        std::fs::write(&path, "[[steps]]\ntransform = \"sharpen the mind\"\n").unwrap();
        let reason = read_pipeline(&path).unwrap_err();
        assert!(reason.contains("mine.toml") && reason.contains("line 2"), "{reason}");
        assert!(read_pipeline(&folder.path().join("none.toml")).unwrap_err().contains("none.toml"));
    }
}
