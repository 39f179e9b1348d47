//! Asks a trained model for labels, in a job: the newest run of the data set that works, or the one that was chosen.
//!
//! It is done of our own accord, in the background: unlabelled pictures first; the labelled ones too in a data set of usual
//! size, or when it is asked for. A training goes first. Who stops it in the status bar is not disturbed by it again.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::command::SuggestCommand;
use super::imago_app::Cx;
use super::jobs::{JobContext, Message};
use super::state::{JobId, ModelLine, NoticeLevel, Project};
use crate::base::CancelToken;
use crate::dataset::{Item, ItemId};
use crate::lang::t;
use crate::nn::DeviceChoice;
use crate::predict::{PredictError, Predictor};

/// In data sets of up to this many pictures the labelled ones are looked at unasked too.
const LABELLED_TOO_UP_TO: usize = 5_000;
/// What was found is handed over this often.
const HAND_OVER: Duration = Duration::from_millis(150);

/// What the job reports.
pub enum SuggestMessage {
    /// The model is loaded: its classes.
    Begun(JobId, Vec<String>),
    /// What it says of some pictures: probabilities in the order of its classes.
    Found(JobId, Vec<(ItemId, Box<[f32]>)>),
    /// All are looked at, or why not; `None` as reason where it was stopped.
    Ended(JobId, Result<(), Option<String>>),
}

/// What is asked of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    model: PathBuf,
    /// The data set as it was read.
    serial: u64,
    /// Labelled pictures too.
    all: bool,
}

/// What is kept that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    job: Option<JobId>,
    /// What was asked last, whether it is done or was stopped.
    asked: Option<Asked>,
    /// It was asked for all pictures, however many.
    wanted: bool,
    /// The model that was looking when it was stopped in the status bar; it goes on when it is asked to.
    stopped: Option<PathBuf>,
    /// Models that could not be loaded; the next older one is asked instead.
    failed: Vec<PathBuf>,
    /// Pictures without a label when it was asked last, also those that can't be read.
    unlabelled: HashSet<ItemId>,
    /// The labels among which none was found that lost its label since.
    revision: u64,
}

impl Service {
    /// Whether a picture has lost its label since it was asked, where only those without one were asked about.
    fn has_more_to_ask(&mut self, project: &Project) -> bool {
        let revision = project.labels.revision;
        if self.job.is_some() || self.revision == revision || self.asked.as_ref().is_none_or(|asked| asked.all) {
            return false;
        }
        self.revision = revision;
        project.dataset.items.iter().any(|item| item.class.is_none() && !self.unlabelled.contains(&item.id))
    }
}

/// Carries out a command.
pub(super) fn handle(command: SuggestCommand, cx: &mut Cx<'_>) {
    match command {
        SuggestCommand::Switch(on) => {
            cx.state.settings.suggest = on;
            cx.services.suggest.stopped = None;
            if !on {
                stop(cx);
                cx.state.data.suggestions.clear();
            }
        }
        SuggestCommand::Choose(model) => {
            cx.services.suggest.failed.clear();
            cx.services.suggest.stopped = None;
            cx.state.data.suggestions.chosen = model;
            cx.state.data.suggestions.error = None;
        }
        SuggestCommand::Now => {
            stop(cx);
            cx.state.settings.suggest = true;
            cx.services.suggest.failed.clear();
            cx.services.suggest.wanted = true;
            cx.services.suggest.stopped = None;
            if model_to_ask(cx).is_none() {
                let text = t!(
                    "There is no trained model yet. Train one in the Train workspace; it then suggests labels here."
                );
                cx.state.notify(NoticeLevel::Info, text);
            }
        }
    }
}

/// Folds in what the job reports; what another one reports came too late.
pub(super) fn receive(message: SuggestMessage, cx: &mut Cx<'_>) {
    let current = cx.services.suggest.job;
    let Some(project) = &cx.state.project else { return };
    let suggestions = &mut cx.state.data.suggestions;
    match message {
        SuggestMessage::Begun(job, classes) if Some(job) == current => {
            let Some(asked) = &cx.services.suggest.asked else { return };
            let run = cx.state.results.runs.iter().find(|run| run.dir == asked.model);
            let title = run.map_or_else(|| asked.model.display().to_string(), |run| run.title.clone());
            let model = ModelLine { path: asked.model.clone(), title, classes };
            suggestions.begin(model, &project.dataset.classes);
        }
        SuggestMessage::Found(job, found) if Some(job) == current => {
            if let Some((done, _)) = &mut suggestions.progress {
                *done += found.len();
            }
            for (id, probabilities) in found {
                suggestions.insert(id, probabilities);
            }
        }
        SuggestMessage::Ended(job, outcome) if Some(job) == current => {
            cx.services.suggest.job = None;
            suggestions.progress = None;
            if outcome == Err(None) {
                suggestions.waits_to_be_asked = true;
                cx.services.suggest.stopped = cx.services.suggest.asked.as_ref().map(|asked| asked.model.clone());
            }
            if let Err(Some(reason)) = outcome {
                // Of our own accord the next older model is asked; one that was chosen says why it can't be.
                if suggestions.chosen.is_none()
                    && suggestions.is_empty()
                    && let Some(asked) = cx.services.suggest.asked.take()
                {
                    cx.services.suggest.failed.push(asked.model);
                }
                suggestions.error = Some(reason);
            }
        }
        SuggestMessage::Begun(..) | SuggestMessage::Found(..) | SuggestMessage::Ended(..) => {}
    }
}

/// Another data set is open, the same was read again, or none is open any more.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    stop(cx);
    let root = cx.state.project.as_ref().map(|project| project.dataset.root.clone());
    if root != cx.state.data.suggestions_of {
        cx.state.data.suggestions_of = root;
        cx.state.data.suggestions.clear();
        cx.state.data.suggestions.chosen = None;
        cx.services.suggest = Service::default();
    }
}

/// Some files are others now: what was said of them is forgotten, also what is just being said, and they are looked at again.
pub(super) fn contents_changed(others: &HashSet<ItemId>, cx: &mut Cx<'_>) {
    cx.state.data.suggestions.forget(others);
    let service = &mut cx.services.suggest;
    service.wanted |= service.job.is_some() && service.asked.as_ref().is_some_and(|asked| asked.all);
    stop(cx);
}

/// A run has another model from now on: what the one before it said is forgotten.
pub(super) fn trained(dir: &Path, cx: &mut Cx<'_>) {
    cx.services.suggest.failed.retain(|failed| failed != dir);
    if cx.state.data.suggestions.model.as_ref().is_some_and(|model| model.path == dir) {
        stop(cx);
        cx.state.data.suggestions.clear();
    }
}

/// Once a frame: starts looking where there is something to look at.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    if !cx.state.settings.suggest {
        return;
    }
    let serial = project.serial;
    let is_small = project.dataset.items.len() <= LABELLED_TOO_UP_TO;
    // A training under way needs the processor itself, and its own model is not ready.
    if cx.state.train.is_running() {
        if cx.services.suggest.job.is_some() {
            stop(cx);
        }
        return;
    }
    let Some(model) = model_to_ask(cx) else { return };
    let service = &mut cx.services.suggest;
    let is_asked = |asked: &Asked| asked.model == model && asked.serial == serial;
    if service.asked.as_ref().is_some_and(is_asked) && !service.wanted && !service.has_more_to_ask(project) {
        return;
    }
    let chosen = cx.state.data.suggestions.chosen.as_ref() == Some(&model);
    let all = is_small || service.wanted || chosen;
    let was_stopped = service.stopped.as_ref() == Some(&model);
    cx.state.data.suggestions.waits_to_be_asked = was_stopped;
    if !was_stopped {
        cx.services.suggest.wanted = false;
        start(Asked { model, serial, all }, cx);
    }
}

/// The run that was chosen, or else the newest that has a model that works.
fn model_to_ask(cx: &Cx<'_>) -> Option<PathBuf> {
    let suggestions = &cx.state.data.suggestions;
    if let Some(chosen) = &suggestions.chosen {
        return Some(chosen.clone());
    }
    let failed = &cx.services.suggest.failed;
    let works = |run: &&super::state::RunLine| run.has_model && run.epochs_done > 0 && !failed.contains(&run.dir);
    cx.state.results.runs.iter().find(works).map(|run| run.dir.clone())
}

fn stop(cx: &mut Cx<'_>) {
    if let Some(job) = cx.services.suggest.job.take() {
        cx.services.jobs.cancel(job);
    }
    cx.services.suggest.asked = None;
    cx.state.data.suggestions.progress = None;
}

fn start(asked: Asked, cx: &mut Cx<'_>) {
    stop(cx);
    let Some(project) = &cx.state.project else { return };
    let suggestions = &cx.state.data.suggestions;
    let is_same_model = suggestions.model.as_ref().is_some_and(|model| model.path == asked.model);
    let is_open =
        |item: &&Item| (asked.all || item.class.is_none()) && !(is_same_model && suggestions.is_known(item.id));
    if !asked.all {
        let unlabelled = project.dataset.items.iter().filter(|item| item.class.is_none());
        cx.services.suggest.unlabelled = unlabelled.map(|item| item.id).collect();
        cx.services.suggest.revision = project.labels.revision;
    }
    let items = project.dataset.items.iter().enumerate().filter(|(_, item)| is_open(item));
    let mut open: Vec<(bool, usize)> = items.map(|(position, item)| (item.class.is_some(), position)).collect();
    if open.is_empty() {
        cx.services.suggest.asked = Some(asked);
        return;
    }
    let total = open.len();
    let (model, dataset) = (asked.model.clone(), project.dataset.clone());
    let line = cx.services.jobs.spawn("suggest", t!("Suggesting labels"), move |job| {
        // In the job: for a large data set this takes a while.
        open.sort_unstable();
        let items = open.iter().filter_map(|(_, position)| dataset.items.get(*position));
        let (ids, paths): (Vec<ItemId>, Vec<PathBuf>) = items.map(|item| (item.id, dataset.path_of(item))).unzip();
        // The next label must not copy the whole data set because this job still holds it.
        drop(dataset);
        let outcome = look(&model, &ids, &paths, job);
        job.send(Message::Suggest(SuggestMessage::Ended(job.id, outcome)));
    });
    cx.services.suggest.job = Some(line.id);
    cx.services.suggest.asked = Some(asked);
    cx.state.data.suggestions.progress = Some((0, total));
    cx.state.data.suggestions.error = None;
    cx.state.jobs.push(line);
}

fn look(model: &Path, ids: &[ItemId], paths: &[PathBuf], job: &JobContext) -> Result<(), Option<String>> {
    // One core is left to the window.
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().saturating_sub(1).max(1));
    let predictor =
        Predictor::load(model, DeviceChoice::Auto, Some(threads)).map_err(|error| Some(error.to_string()))?;
    if job.cancel.is_cancelled() {
        return Err(None);
    }
    job.send(Message::Suggest(SuggestMessage::Begun(job.id, predictor.classes().to_vec())));
    let mut ready = Vec::new();
    let mut done = 0;
    let mut sent_at = Instant::now();
    let cancel: &CancelToken = &job.cancel;
    let outcome = predictor.predict_paths(paths, cancel, &mut |outcome| {
        // A picture that can't be read has no suggestion; the grid says why it can't be read.
        if let (Ok(found), Some(id)) = (outcome.result, ids.get(done)) {
            ready.push((*id, found.probabilities.into_boxed_slice()));
        }
        done += 1;
        if sent_at.elapsed() > HAND_OVER {
            sent_at = Instant::now();
            job.progress(
                Some(done as f32 / ids.len().max(1) as f32),
                t!("{done} of {total}", done = done, total = ids.len()),
            );
            job.send(Message::Suggest(SuggestMessage::Found(job.id, std::mem::take(&mut ready))));
        }
    });
    job.send(Message::Suggest(SuggestMessage::Found(job.id, ready)));
    match outcome {
        Ok(()) => Ok(()),
        Err(PredictError::Cancelled) => Err(None),
        Err(error) => Err(Some(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Dataset, DatasetLayout, Split};
    use std::sync::Arc;

    #[test]
    fn a_picture_that_loses_its_label_in_a_large_data_set_is_asked_about_once() {
        let item = |number: u64, class| {
            let rel_path = PathBuf::from(format!("ants/{number}.jpg"));
            Item { id: ItemId(number), rel_path, split: Split::Train, class, file_bytes: 1 }
        };
        let items = vec![item(0, None), item(1, Some(0)), item(2, Some(0))];
        let (root, layout) = (PathBuf::from("/data"), DatasetLayout::Classes);
        let dataset = Dataset { root, layout, classes: vec!["ants".into()], items, issues: Vec::new() };
        let mut project = Project::new(dataset, PathBuf::from("/runs"));
        let asked = Asked { model: PathBuf::from("/runs/1"), serial: project.serial, all: false };
        let mut service =
            Service { asked: Some(asked), unlabelled: [ItemId(0)].into(), revision: 1, ..Service::default() };
        let mut label = |number: usize, class, revision| {
            Arc::make_mut(&mut project.dataset).items[number].class = class;
            project.labels.revision = revision;
            service.has_more_to_ask(&project)
        };
        assert!(!label(0, None, 1), "nothing has changed");
        assert!(!label(0, Some(0), 2), "it has a label now");
        assert!(!label(0, None, 3), "it was asked about");
        assert!(label(1, None, 4));
        assert!(!label(1, None, 4), "once");
        // While it is looking, it is not disturbed; it is seen to after that.
        service.job = Some(JobId(1));
        project.labels.revision = 5;
        assert!(!service.has_more_to_ask(&project));
        service.job = None;
        assert!(service.has_more_to_ask(&project));
    }
}
