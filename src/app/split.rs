//! Draws splits in a job while the dialog is open, so that the counts shown are those that there would be, and carries the plan
//! out as one step of labelling.

use std::collections::HashMap;

use super::command::{LabelCommand, SplitCommand};
use super::imago_app::Cx;
use super::jobs::Message;
use super::labels;
use super::state::{JobId, NoticeLevel, PlannedSplit, Workspace};
use crate::dataset::ItemId;
use crate::health::together;
use crate::lang::tn;

/// What the job reports.
pub enum SplitMessage {
    /// A plan is there.
    Planned(JobId, Box<PlannedSplit>),
}

/// Carries out a command.
pub(super) fn handle(command: SplitCommand, cx: &mut Cx<'_>) {
    match command {
        SplitCommand::Show => {
            cx.state.workspace = Workspace::Data;
            cx.state.split.open = true;
        }
        SplitCommand::Apply => apply(cx),
    }
}

/// Another data set is open, or none.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    cx.state.split.planned = None;
    cx.state.split.open &= cx.state.project.is_some();
}

/// Once a frame: while the dialog is open, a plan that is not for what is asked now is drawn anew.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let split = &mut cx.state.split;
    let Some(project) = cx.state.project.as_ref().filter(|_| split.open) else { return };
    let survey = cx.state.data.health.survey().cloned();
    let (question, of) = (split.question, (project.serial, project.labels.revision));
    let checked = survey.is_some();
    let is_current =
        |planned: &PlannedSplit| planned.question == question && planned.of == of && planned.checked == checked;
    if split.job.is_some() || split.planned.as_ref().is_some_and(is_current) {
        return;
    }
    let Some(layer) = project.labels.layer.clone() else { return };
    let dataset = project.dataset.clone();
    let line = cx.services.jobs.spawn("split", "", move |job| {
        let index_of: HashMap<ItemId, usize> =
            dataset.items.iter().enumerate().map(|(position, item)| (item.id, position)).collect();
        let group_of = together(&dataset, survey.as_deref(), &index_of, question.keep());
        let plan = layer.plan_splits(&dataset, question.shares(), &group_of, question.seed);
        let moved = plan.moved(&dataset);
        let mut sizes: HashMap<usize, usize> = HashMap::new();
        group_of.iter().for_each(|group| *sizes.entry(*group).or_default() += 1);
        let groups = sizes.values().filter(|size| **size > 1).count();
        drop(dataset);
        let planned = PlannedSplit { question, of, checked, plan, moved, groups };
        job.send(Message::Split(SplitMessage::Planned(job.id, Box::new(planned))));
    });
    split.job = Some(line.id);
}

/// Folds in a plan.
pub(super) fn receive(message: SplitMessage, cx: &mut Cx<'_>) {
    let SplitMessage::Planned(job, planned) = message;
    if cx.state.split.job == Some(job) {
        cx.state.split.job = None;
        cx.state.split.planned = Some(*planned);
    }
}

/// A job is over; one that panicked is no longer waited for.
pub(super) fn ended(job: JobId, cx: &mut Cx<'_>) {
    if cx.state.split.job == Some(job) {
        cx.state.split.job = None;
        cx.state.split.open = false;
    }
}

fn apply(cx: &mut Cx<'_>) {
    let (Some(planned), Some(project)) = (&cx.state.split.planned, &cx.state.project) else { return };
    // What was not seen is not done.
    if planned.question != cx.state.split.question || planned.of != (project.serial, project.labels.revision) {
        return;
    }
    let layer = project.labels.layer.as_ref();
    let edit = layer.and_then(|layer| layer.carry_out_plan(&project.dataset, &planned.plan));
    let moved = planned.moved;
    cx.state.split.open = false;
    if let Some(edit) = edit {
        labels::handle(LabelCommand::TakeOver(vec![edit]), cx);
        let text = tn!(
            moved,
            "{n} picture is in another split now. Undo brings them back.",
            "{n} pictures are in another split now. Undo brings them back."
        );
        cx.state.notify(NoticeLevel::Success, text);
    }
}
