//! Asks a trained model for labels, in a job: the newest run of the data set that works, or the one that was chosen.
//!
//! Unlabelled pictures come first. A small data set is looked at of our own accord; a large one when a training has just
//! finished (its unlabelled pictures) or when it is asked for (all of them).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::command::SuggestCommand;
use super::imago_app::Cx;
use super::jobs::{JobContext, Message};
use super::state::{JobId, ModelLine, NoticeLevel};
use crate::base::CancelToken;
use crate::dataset::ItemId;
use crate::lang::t;
use crate::nn::DeviceChoice;
use crate::predict::{PredictError, Predictor};

/// Up to this many pictures are looked at unasked.
const UNASKED_UP_TO: usize = 5_000;
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
    /// Models that could not be loaded; the next older one is asked instead.
    failed: Vec<PathBuf>,
}

/// Carries out a command.
pub(super) fn handle(command: SuggestCommand, cx: &mut Cx<'_>) {
    match command {
        SuggestCommand::Switch(on) => {
            cx.state.settings.suggest = on;
            if !on {
                stop(cx);
                cx.state.data.suggestions.clear();
            }
        }
        SuggestCommand::Choose(model) => {
            cx.services.suggest.failed.clear();
            cx.state.data.suggestions.chosen = model;
            cx.state.data.suggestions.error = None;
        }
        SuggestCommand::Now => {
            stop(cx);
            cx.state.settings.suggest = true;
            cx.services.suggest.failed.clear();
            cx.services.suggest.wanted = true;
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

/// Once a frame: starts looking where there is something to look at.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    // A training under way needs the processor itself, and its own model is not ready.
    if !cx.state.settings.suggest || cx.state.train.is_running() {
        return;
    }
    let serial = project.serial;
    let is_small = project.dataset.items.len() <= UNASKED_UP_TO;
    let Some(model) = model_to_ask(cx) else { return };
    let service = &cx.services.suggest;
    let is_asked = |asked: &Asked| asked.model == model && asked.serial == serial;
    if service.asked.as_ref().is_some_and(is_asked) && !service.wanted {
        return;
    }
    let just_trained = cx.state.train.last_finished.as_ref() == Some(&model);
    let all = is_small || service.wanted;
    let chosen = cx.state.data.suggestions.chosen.as_ref() == Some(&model);
    cx.state.data.suggestions.waits_to_be_asked = !(all || just_trained || chosen);
    if !cx.state.data.suggestions.waits_to_be_asked {
        cx.services.suggest.wanted = false;
        start(Asked { model, serial, all: all || chosen }, cx);
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
    let is_open = |item: &&crate::dataset::Item| !(is_same_model && suggestions.is_known(item.id));
    let (mut unlabelled, labelled): (Vec<_>, Vec<_>) =
        project.dataset.items.iter().filter(is_open).partition(|item| item.class.is_none());
    if asked.all {
        unlabelled.extend(labelled);
    }
    if unlabelled.is_empty() {
        cx.services.suggest.asked = Some(asked);
        return;
    }
    let (ids, paths): (Vec<ItemId>, Vec<PathBuf>) =
        unlabelled.into_iter().map(|item| (item.id, project.dataset.path_of(item))).unzip();
    let total = ids.len();
    let model = asked.model.clone();
    let line = cx.services.jobs.spawn("suggest", t!("Suggesting labels"), move |job| {
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
