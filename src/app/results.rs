//! Carries out what the Results workspace asks for: lists the runs of the open data set and judges one of them on a split.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::command::ResultsCommand;
use super::imago_app::Cx;
use super::jobs::{JobContext, Message};
use super::run_title::run_line;
use super::state::{JobId, Judged, NoticeLevel, Project, ResultsState, RunLine, Trained};
use crate::dataset::{Dataset, Split};
use crate::lang::{self, key, t};
use crate::nn::DeviceChoice;
use crate::predict::{Evaluation, Predictor, judge_anew};
use crate::train::run_folder;

/// What its jobs report.
pub enum ResultsMessage {
    /// The runs of the data set.
    Runs(JobId, Vec<RunLine>),
    /// Pictures judged so far, of how many.
    Judging(JobId, usize, usize),
    /// The figures of a run on a split, or why there are none.
    Judged(JobId, Result<Judged, String>),
}

/// What this workspace keeps that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    listing: Option<JobId>,
    judging: Option<JobId>,
    comparing: Option<JobId>,
    /// Folder of the data set whose runs these are.
    root: Option<PathBuf>,
    /// The run that ended last with a model, as far as it was noticed here.
    noticed: Option<Trained>,
}

/// Carries out a command.
pub(super) fn handle(command: ResultsCommand, cx: &mut Cx<'_>) {
    match command {
        ResultsCommand::ShowRun(dir) => {
            show(dir, cx);
            judge(cx);
        }
        ResultsCommand::ShowSplit(split) => {
            cx.state.results.split = split;
            judge(cx);
            compare(cx);
        }
        ResultsCommand::Compare(dir) => {
            cx.state.results.compared = dir;
            compare(cx);
        }
    }
}

/// Folds in what a job reports.
pub(super) fn receive(message: ResultsMessage, cx: &mut Cx<'_>) {
    match message {
        ResultsMessage::Runs(job, runs) if cx.services.results.listing == Some(job) => listed(runs, cx),
        ResultsMessage::Judging(job, done, total) if cx.services.results.judging == Some(job) => {
            cx.state.results.judging = Some((done, total));
        }
        ResultsMessage::Judged(job, outcome) if cx.services.results.judging == Some(job) => {
            cx.state.results.judging = None;
            match outcome {
                Ok(judged) => cx.state.results.show_figures(judged),
                Err(reason) => {
                    let text = lang::lead(key!("The run could not be judged"), reason);
                    cx.state.results.error = Some(text);
                }
            }
        }
        ResultsMessage::Judged(job, outcome) if cx.services.results.comparing == Some(job) => match outcome {
            Ok(judged) => cx.state.results.compared_judged = Some(judged),
            Err(reason) => {
                cx.state.results.compared = None;
                let text = t!("The other run can't be compared: {reason}", reason = lang::sentence(&reason));
                cx.state.notify(NoticeLevel::Warning, text);
            }
        },
        ResultsMessage::Runs(..) | ResultsMessage::Judging(..) | ResultsMessage::Judged(..) => {}
    }
}

/// The runs are there. The one that is shown, or else the newest, is judged unless it is or is just being judged. One that went
/// on since it was listed last has another model, which is.
fn listed(runs: Vec<RunLine>, cx: &mut Cx<'_>) {
    if let Some(project) = &cx.state.project {
        let best = runs.iter().filter_map(|run| run.best_val_acc).max_by(f64::total_cmp);
        cx.state.settings.note_best(&project.dataset.root, best);
    }
    let before = std::mem::replace(&mut cx.state.results.runs, runs);
    super::predict::runs_listed(cx);
    let results = &mut cx.state.results;
    let shown_went_on = went_on(results.shown.as_deref(), &before, &results.runs);
    let other_went_on = went_on(results.compared.as_deref(), &before, &results.runs);
    let is_there = results.runs.iter().any(|run| results.shown.as_ref() == Some(&run.dir));
    let is_judged = results.judged.as_ref().is_some_and(|judged| results.shown.as_ref() == Some(&judged.dir));
    if !is_there {
        results.shown = newest_with_model(&results.runs);
        judge(cx);
    } else if !results.stopped && (shown_went_on || !is_judged && results.judging.is_none()) {
        judge(cx);
    }
    if other_went_on {
        compare(cx);
    }
}

/// Whether the run in this folder has other epochs now than it had before.
fn went_on(dir: Option<&Path>, before: &[RunLine], now: &[RunLine]) -> bool {
    let epochs = |runs: &[RunLine]| runs.iter().find(|run| dir == Some(run.dir.as_path())).map(|run| run.epochs_done);
    epochs(before).is_some_and(|before| epochs(now).is_some_and(|now| now != before))
}

/// A job is over; what was stopped in the status bar, or panicked, is no longer waited for, and not begun again unasked.
pub(super) fn ended(job: JobId, cx: &mut Cx<'_>) {
    let (service, results) = (&mut cx.services.results, &mut cx.state.results);
    if service.judging.take_if(|judging| *judging == job).is_some() && results.judging.take().is_some() {
        results.stopped = true;
    }
    if service.comparing.take_if(|comparing| *comparing == job).is_some() && results.compared_judged.is_none() {
        results.compared = None;
    }
}

/// Another data set is open, the same was read again, or none is open any more.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    let root = cx.state.project.as_ref().map(|project| project.dataset.root.clone());
    // Pictures may be others, but what is looked at and how is still what is wanted.
    let is_same = root.is_some() && root == cx.services.results.root;
    if !is_same {
        cancel(cx);
        cx.services.results.root = root;
        cx.state.results = ResultsState::default();
    }
    let splits = cx.state.project.as_ref().map(Project::splits).unwrap_or_default();
    cx.state.results.split = split_among(&splits, cx.state.results.split);
    if is_same {
        pictures_changed(cx);
    }
    list(cx);
}

/// The split to judge on where these have pictures: the one wanted, or else validation, or else the last.
fn split_among(splits: &[Split], wanted: Split) -> Split {
    let first = [wanted, Split::Val].into_iter().find(|split| splits.contains(split));
    first.or(splits.last().copied()).unwrap_or(wanted)
}

/// A run that has failed may have another model than before: what was found out is of that one. With the next list it is found
/// out anew.
pub(in crate::app) fn model_changed(dir: &Path, cx: &mut Cx<'_>) {
    if cx.state.results.shown.as_deref() == Some(dir) && !cx.state.results.stopped {
        stop_judging(cx);
        (cx.state.results.judged, cx.state.results.error) = (None, None);
    }
    if cx.state.results.compared.as_deref() == Some(dir) {
        compare(cx);
    }
}

/// Another language is spoken: the runs are called otherwise.
pub(super) fn language_changed(cx: &mut Cx<'_>) {
    list(cx);
}

/// Labels of the open data set have changed: what was judged by the old ones is judged by the new ones, without asking the
/// model again where the pictures are the same.
pub(super) fn labels_changed(cx: &mut Cx<'_>) {
    if cx.state.project.is_none() {
        return;
    }
    let seen = &*cx;
    let anew = |judged: &Judged| {
        let dataset = dataset_of(&judged.dir, seen)?;
        let evaluation = Arc::new(judge_anew(&judged.evaluation, &dataset, judged.split)?);
        Some(Judged { evaluation, ..judged.clone() })
    };
    let results = &seen.state.results;
    let (shown, other) = (results.judged.as_ref().and_then(anew), results.compared_judged.as_ref().and_then(anew));
    let (asks_shown, asks_other) = (shown.is_none(), other.is_none());
    let results = &mut cx.state.results;
    results.judged = shown.or_else(|| results.judged.take());
    results.compared_judged = other.or_else(|| results.compared_judged.take());
    if asks_shown {
        judge_again(cx);
    }
    if asks_other && cx.state.results.compared.is_some() {
        compare(cx);
    }
}

/// Pictures have come, gone or were written anew: the model is asked again.
pub(super) fn pictures_changed(cx: &mut Cx<'_>) {
    judge_again(cx);
    if cx.state.results.compared.is_some() {
        compare(cx);
    }
}

/// Judges the run that is shown again, if one was judged or is being judged, or could not be.
fn judge_again(cx: &mut Cx<'_>) {
    let results = &cx.state.results;
    if results.judged.is_some() || results.judging.is_some() || results.error.is_some() {
        judge(cx);
    }
}

/// Once a frame: a run that has just ended with a model is listed and shown.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let trained = cx.state.train.last_trained.clone();
    if trained != cx.services.results.noticed {
        cx.services.results.noticed.clone_from(&trained);
        if let (Some(Trained { dir, .. }), Some(project)) = (trained, &cx.state.project)
            && dir.starts_with(&project.runs_dir)
        {
            // What is just being found out is about another model.
            stop_judging(cx);
            show(dir, cx);
            let results = &mut cx.state.results;
            (results.judged, results.error, results.stopped) = (None, None, false);
            list(cx);
        }
    }
}

/// Lists the runs of the open data set in the background.
pub(in crate::app) fn list(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    let runs_dir = project.runs_dir.clone();
    let line = cx.services.jobs.spawn("runs", "", move |job| {
        let runs = run_folder::list_runs(&runs_dir).iter().map(run_line).collect();
        job.send(Message::Results(ResultsMessage::Runs(job.id, runs)));
    });
    cx.services.results.listing = Some(line.id);
}

fn newest_with_model(runs: &[RunLine]) -> Option<PathBuf> {
    runs.iter().find(|run| run.has_model).map(|run| run.dir.clone())
}

/// Chooses the run that is shown. It does not stand beside itself.
fn show(dir: PathBuf, cx: &mut Cx<'_>) {
    if cx.state.results.compared.as_ref() == Some(&dir) {
        cx.state.results.compared = None;
        compare(cx);
    }
    cx.state.results.shown = Some(dir);
}

fn stop_judging(cx: &mut Cx<'_>) {
    if let Some(job) = cx.services.results.judging.take() {
        cx.services.jobs.cancel(job);
    }
    cx.state.results.judging = None;
}

fn cancel(cx: &mut Cx<'_>) {
    for job in [cx.services.results.judging.take(), cx.services.results.comparing.take()].into_iter().flatten() {
        cx.services.jobs.cancel(job);
    }
}

/// Judges the run that is shown.
fn judge(cx: &mut Cx<'_>) {
    stop_judging(cx);
    let results = &mut cx.state.results;
    (results.judged, results.error, results.stopped) = (None, None, false);
    results.cell = None;
    results.selected = None;
    let Some(dir) = results.shown.clone() else { return };
    let Some(dataset) = dataset_of(&dir, cx) else { return };
    let results = &mut cx.state.results;
    results.judging = Some((0, 0));
    let split = results.split;
    let line = cx.services.jobs.spawn("judge", t!("Looking at every picture"), move |job| {
        run_judge(&dir, &dataset, split, job);
    });
    cx.services.results.judging = Some(line.id);
    cx.state.jobs.push(line);
}

/// Judges the run that is put beside it, or stops doing so where there is none.
fn compare(cx: &mut Cx<'_>) {
    if let Some(job) = cx.services.results.comparing.take() {
        cx.services.jobs.cancel(job);
    }
    cx.state.results.compared_judged = None;
    let Some(dir) = cx.state.results.compared.clone() else { return };
    let Some(dataset) = dataset_of(&dir, cx) else { return };
    let split = cx.state.results.split;
    let line = cx.services.jobs.spawn("compare", t!("Judging the other run"), move |job| {
        run_judge(&dir, &dataset, split, job);
    });
    cx.services.results.comparing = Some(line.id);
    cx.state.jobs.push(line);
}

/// The data set that the run in a folder is judged on: the one that is open, split as the run has it.
fn dataset_of(dir: &Path, cx: &Cx<'_>) -> Option<Arc<Dataset>> {
    let project = cx.state.project.as_ref()?;
    let listed = cx.state.results.runs.iter().find(|run| run.dir == dir).map(|run| run.val_fraction);
    let share = listed.or_else(|| cx.state.train.run_at(dir).map(|run| run.config.val_fraction));
    Some(share.map_or_else(|| project.for_training(), |share| project.for_run(share)))
}

fn run_judge(dir: &Path, dataset: &Arc<Dataset>, split: Split, job: &JobContext) {
    let outcome = evaluate(dir, dataset, split, job);
    if !job.cancel.is_cancelled() {
        let judged = outcome.map(|evaluation| Judged { dir: dir.to_owned(), split, evaluation: Arc::new(evaluation) });
        job.send(Message::Results(ResultsMessage::Judged(job.id, judged)));
    }
}

fn evaluate(dir: &Path, dataset: &Dataset, split: Split, job: &JobContext) -> Result<Evaluation, String> {
    let predictor = Predictor::load(dir, DeviceChoice::Auto, None).map_err(|error| error.to_string())?;
    predictor
        .evaluate(dataset, split, &job.cancel, &mut |done, total| {
            job.done(done, total);
            job.send(Message::Results(ResultsMessage::Judging(job.id, done, total)));
        })
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, epochs_done: usize) -> RunLine {
        RunLine {
            dir: name.into(),
            title: name.to_owned(),
            detail: String::new(),
            best_val_acc: None,
            best_epoch: None,
            epochs_done,
            total_secs: None,
            has_model: true,
            val_fraction: 0.2,
        }
    }

    #[test]
    fn a_run_that_has_more_epochs_than_before_went_on() {
        let (before, now) = ([line("a", 1), line("b", 2)], [line("c", 1), line("a", 1), line("b", 3)]);
        let went_on = |name: &str| went_on(Some(Path::new(name)), &before, &now);
        assert!(went_on("b") && !went_on("a") && !went_on("c"));
        assert!(!super::went_on(None, &before, &now));
    }

    #[test]
    fn the_split_that_is_looked_at_stays_while_it_has_pictures() {
        assert_eq!(split_among(&[Split::Train, Split::Val], Split::Train), Split::Train);
        assert_eq!(split_among(&[Split::Train, Split::Val], Split::Test), Split::Val);
        assert_eq!(split_among(&[Split::Train], Split::Val), Split::Train);
        assert_eq!(split_among(&[], Split::Val), Split::Val);
    }
}
