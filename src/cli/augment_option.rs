//! `--augment`: a preset's name, or a file with a pipeline.

use std::path::Path;

use anyhow::Context;

use super::UsageError;
use crate::augment::Pipeline;
use crate::train::AugmentChoice;

/// Reads the option.
///
/// # Errors
/// No preset and no file of that name, or the file isn't understood.
pub(super) fn read(text: &str) -> anyhow::Result<AugmentChoice> {
    if Pipeline::preset(text).is_some() {
        return Ok(AugmentChoice::Preset(text.to_owned()));
    }
    let path = Path::new(text);
    let is_toml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    if !is_toml && !path.exists() {
        return Err(UsageError::error(format!(
            "--augment {text}: neither a preset ({}) nor a file",
            Pipeline::PRESETS.join(", ")
        )));
    }
    let toml = std::fs::read_to_string(path).with_context(|| format!("reading the pipeline {text}"))?;
    let pipeline = Pipeline::from_toml(&toml).with_context(|| format!("the pipeline {text} can't be used"))?;
    Ok(AugmentChoice::Pipeline(pipeline))
}

/// Reads the option as the pipeline itself.
///
/// # Errors
/// As [`read`].
pub(super) fn pipeline(text: &str) -> anyhow::Result<Pipeline> {
    match read(text)? {
        AugmentChoice::Pipeline(pipeline) => Ok(pipeline),
        AugmentChoice::Preset(name) => Pipeline::preset(&name).context("there is no such preset"),
    }
}
