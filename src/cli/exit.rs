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
            super::output::note(format_args!("imago: {error:#}"));
            ExitCode::from(if error.is::<UsageError>() { 2 } else { 1 })
        }
    }
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
