//! State of the dialog that draws training, validation and test pictures anew.

use super::JobId;
use crate::dataset::labels::{SplitPlan, SplitShares};
use crate::health::KeepTogether;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitQuestion {
    /// Per cent of each class for validation.
    pub val_percent: f64,
    /// Per cent of each class for testing.
    pub test_percent: f64,
    /// Decides which pictures those are.
    pub seed: u64,
    /// Pictures of one folder stay together.
    pub folders: bool,
    /// Pictures of one burst stay together.
    pub bursts: bool,
    /// Seconds between two shots of a burst.
    pub burst_secs: u32,
    /// Pictures that look alike stay together.
    pub alike: bool,
}

impl Default for SplitQuestion {
    fn default() -> Self {
        Self { val_percent: 20.0, test_percent: 0.0, seed: 0, folders: false, bursts: true, burst_secs: 2, alike: true }
    }
}

impl SplitQuestion {
    /// How much of each class goes where.
    pub fn shares(&self) -> SplitShares {
        SplitShares { val: self.val_percent / 100.0, test: self.test_percent / 100.0 }
    }

    /// What keeps pictures together.
    pub fn keep(&self) -> KeepTogether {
        KeepTogether { folders: self.folders, burst_secs: self.bursts.then_some(self.burst_secs), alike: self.alike }
    }
}

/// A plan, and what it was drawn for.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedSplit {
    /// What was asked.
    pub question: SplitQuestion,
    /// The scan and the revision of labels.
    pub of: (u64, u64),
    /// Whether what was found out about the files was at hand.
    pub checked: bool,
    /// The plan.
    pub plan: SplitPlan,
    /// Pictures that would change their split.
    pub moved: usize,
    /// Groups of two pictures or more.
    pub groups: usize,
}

/// State of the dialog.
#[derive(Clone, Debug, Default)]
pub struct SplitState {
    /// Whether it is shown.
    pub open: bool,
    /// What is asked for.
    pub question: SplitQuestion,
    /// The job that draws.
    pub job: Option<JobId>,
    /// The last plan.
    pub planned: Option<PlannedSplit>,
}
