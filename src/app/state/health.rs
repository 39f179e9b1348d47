//! What is known to be wrong with the data set that is open.
//!
//! What was found out about the files stays; what follows from it is reckoned anew after every label, when it is looked at.

use std::collections::HashMap;
use std::sync::Arc;

use super::JobId;
use super::project::Project;
use crate::health::{Finding, FindingKind, Survey, findings};

/// How far looking at the files is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum HealthCheck {
    /// Not asked for yet: the data set is large.
    #[default]
    NotYet,
    /// It begins as soon as the pictures in view are there.
    Waiting,
    /// It is under way.
    Running(JobId),
    /// It was stopped before its end.
    Stopped,
    /// All pictures were looked at.
    Done,
}

/// What is known to be wrong with the data set that is open.
#[derive(Default)]
pub struct HealthState {
    /// Whether it is shown instead of the tree of splits and classes.
    pub open: bool,
    /// How far it is.
    pub check: HealthCheck,
    survey: Option<Arc<Survey>>,
    findings: Vec<Finding>,
    /// Number of the group that a picture is in, by position, of the finding that is shown.
    group_of: HashMap<usize, usize>,
    shown: Option<FindingKind>,
    /// What the findings were reckoned from: the scan, the labels, the survey.
    of: Option<(u64, u64, u64)>,
    surveys: u64,
    version: u64,
}

impl HealthState {
    /// Takes in what was found out, or forgets it.
    pub fn set_survey(&mut self, survey: Option<Arc<Survey>>) {
        self.survey = survey;
        self.surveys += 1;
    }

    /// What was found out about the files.
    pub fn survey(&self) -> Option<&Arc<Survey>> {
        self.survey.as_ref()
    }

    /// Grows whenever something was found out about the files, or forgotten.
    pub fn surveys(&self) -> u64 {
        self.surveys
    }

    /// What is wrong, gravest first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What is wrong of one kind.
    pub fn finding(&self, kind: FindingKind) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.kind == kind)
    }

    /// Grows whenever the findings were reckoned anew.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Why a picture can't be read to its end, where it was tried.
    pub fn unreadable(&self, id: crate::dataset::ItemId) -> Option<&str> {
        let survey = self.survey.as_ref()?;
        survey.unreadable.iter().find(|(other, _)| *other == id).map(|(_, reason)| reason.as_str())
    }

    /// Brings the findings up to date where labels, splits or files changed since the last call. `shown`: the kind whose groups
    /// are looked at.
    pub fn refresh(&mut self, project: &Project, shown: Option<FindingKind>) {
        let now = (project.serial, project.labels.revision, self.surveys);
        let is_new = self.of != Some(now);
        if is_new {
            self.of = Some(now);
            self.version += 1;
            self.findings = self.survey.as_ref().map_or_else(Vec::new, |survey| {
                let is_left_out = |position: usize| project.labels.marks(position).set_aside;
                findings(survey, &project.dataset, &project.index_of, is_left_out)
            });
        }
        if is_new || self.shown != shown {
            self.shown = shown;
            self.group_of.clear();
            let finding = shown.and_then(|kind| self.finding(kind)).filter(|finding| finding.is_grouped());
            let groups = finding.map(|finding| finding.groups.clone()).unwrap_or_default();
            for (number, group) in groups.iter().enumerate() {
                self.group_of.extend(group.iter().map(|position| (*position, number)));
            }
        }
    }

    /// Number, from 0, of the group of twins that a picture is in, of those that are shown.
    pub fn group(&self, position: usize) -> Option<usize> {
        self.group_of.get(&position).copied()
    }
}
