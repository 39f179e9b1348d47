//! How a command ended, as an exit code.

use std::io;
use std::process::ExitCode;

use crate::dataset::{SampleError, ScanError};
use crate::import::ImportError;
use crate::predict::PredictError;

/// A command that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// All of it.
    All,
    /// All but some files that could not be read; each was named on standard error.
    SomeUnreadable,
    /// Interrupted by the user, who was told how to go on.
    Interrupted,
}

impl Done {
    /// [`Done::SomeUnreadable`] when there were any.
    pub(super) fn with_unreadable(count: usize) -> Self {
        if count == 0 { Self::All } else { Self::SomeUnreadable }
    }
}

/// The command was given in a way that makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(String);

impl UsageError {
    /// As the error that commands return.
    pub(super) fn error(message: impl Into<String>) -> anyhow::Error {
        Self(message.into()).into()
    }
}

/// Says what went wrong, and gives the exit code.
pub(super) fn code(result: anyhow::Result<Done>) -> ExitCode {
    match result {
        Ok(Done::All) => ExitCode::SUCCESS,
        Ok(Done::SomeUnreadable) => ExitCode::from(3),
        Ok(Done::Interrupted) => ExitCode::from(1),
        // Whoever read the output has seen enough (`imago scan … | head`): no reason to complain.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) if is_stopped(&error) => {
            super::output::note(format_args!("stopped"));
            ExitCode::from(1)
        }
        Err(error) => {
            super::output::notes(&format!("imago: {}", in_one(&error)));
            ExitCode::from(if error.is::<UsageError>() { 2 } else { 1 })
        }
    }
}

/// An error and what it came from, in one sentence; a cause that the sentence has said already is left out, as many an error
/// names its own.
fn in_one(error: &anyhow::Error) -> String {
    let mut said = error.to_string();
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !said.contains(&cause) {
            said.push_str(": ");
            said.push_str(&cause);
        }
    }
    said
}

/// Whether it ended because Ctrl+C asked for it: what the rooms below say then is no news to whoever pressed it.
fn is_stopped(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<ScanError>(), Some(ScanError::Cancelled))
        || matches!(error.downcast_ref::<SampleError>(), Some(SampleError::Cancelled))
        || matches!(error.downcast_ref::<PredictError>(), Some(PredictError::Cancelled))
        || matches!(error.downcast_ref::<ImportError>(), Some(ImportError::Cancelled))
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use anyhow::Context;

    use super::*;
    use crate::train::TrainError;

    #[test]
    fn a_reason_is_said_once_whether_the_error_says_it_itself_or_not() {
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let path = PathBuf::from("run/config.toml");
        let advice = "Check that it is there and may be read";
        let itself = TrainError::File { doing: "reading", path, source: denied(), advice };
        let said = in_one(&itself.into());
        assert_eq!(said, format!("reading run/config.toml failed: {}. {advice}", denied()));
        let other = Err::<(), _>(denied()).context("reading the pipeline a.toml").unwrap_err();
        assert_eq!(in_one(&other), format!("reading the pipeline a.toml: {}", denied()));
    }
}
