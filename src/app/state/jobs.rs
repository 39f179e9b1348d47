//! The jobs as the status bar shows them.

/// Names a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// One running job.
#[derive(Clone, Debug, PartialEq)]
pub struct JobLine {
    /// Its name for commands.
    pub id: JobId,
    /// What it does, as a short phrase: `Reading folder`.
    pub title: String,
    /// Details that change: `1,204 files`.
    pub detail: String,
    /// 0 to 1 where it is known.
    pub fraction: Option<f32>,
    /// Whether it can be cancelled.
    pub cancellable: bool,
}
