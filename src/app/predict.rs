//! Carries out what the Predict workspace asks for: loads a model, classifies what is dropped, saves CSV, and copies pictures
//! into a folder for each class (`sort`).

mod sort;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::command::PredictCommand;
use super::imago_app::Cx;
use super::jobs::{JobContext, Message};
use super::state::{FolderChoice, JobId, ModelLine, NoticeLevel, OutcomeFilter, Trained};
use super::{native, project};
use crate::base::write_atomically;
use crate::dataset::{ExportError, Imported};
use crate::lang::{self, key, t, tn};
use crate::nn::DeviceChoice;
use crate::predict::{self, ImageOutcome, PredictError, Predictor};

/// The clipboard is asked while the next frame is painted, and what it has comes with the one after that; where it is empty,
/// nothing comes. With some to spare.
const PASTE_FRAMES: u8 = 4;

/// What its jobs report.
pub enum PredictMessage {
    /// A model is loaded, or can't be.
    Loaded(JobId, PathBuf, Result<Arc<Predictor>, String>),
    /// Folders of a drop in which there are no pictures.
    WithoutPictures(JobId, Vec<PathBuf>),
    /// How many pictures there are to classify.
    Total(JobId, usize),
    /// Some outcomes.
    Outcomes(JobId, Vec<ImageOutcome>),
    /// All of a drop are classified, or it was stopped; or why it broke off.
    Done(JobId, Option<String>),
    /// The CSV file is written, or could not be.
    Saved(PathBuf, Result<usize, String>),
    /// Pictures were copied into class folders in this folder, or can't be.
    Sorted(JobId, PathBuf, Result<Imported, ExportError>),
}

/// What this workspace keeps that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    predictor: Option<Arc<Predictor>>,
    loading: Option<JobId>,
    classifying: Option<JobId>,
    /// What is being classified: looked at from the beginning where another model comes meanwhile.
    current: Vec<PathBuf>,
    /// Drops that wait until the one before is classified.
    queue: VecDeque<Vec<PathBuf>>,
    /// The run whose model was loaded of our own accord.
    noticed: Option<Trained>,
    /// Frames until the files that a button has asked the clipboard for have come, or never will.
    paste_frames: u8,
}

impl Service {
    /// Once a frame, with whether files were pasted in it: whether a button has asked for the clipboard and none have come.
    pub(super) fn pastes_in_vain(&mut self, have_come: bool) -> bool {
        if self.paste_frames == 0 {
            return false;
        }
        self.paste_frames = if have_come { 0 } else { self.paste_frames - 1 };
        !have_come && self.paste_frames == 0
    }
}

/// Carries out a command.
pub(super) fn handle(command: PredictCommand, cx: &mut Cx<'_>) {
    match command {
        PredictCommand::LoadModel(path) => load(path, cx),
        PredictCommand::Classify(paths) => {
            if cx.services.predict.predictor.is_some() {
                cx.services.predict.queue.push_back(paths);
                classify_next(cx);
            } else {
                cx.state.predict.waiting.extend(paths);
            }
        }
        PredictCommand::ChooseFolder => native::choose_folder_to_classify(cx),
        PredictCommand::Paste => {
            cx.services.predict.paste_frames = PASTE_FRAMES;
            cx.ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaste);
        }
        PredictCommand::SaveCsv(path) => save_csv(path, cx),
        PredictCommand::ShowSort => sort::show(cx),
        PredictCommand::ChooseSortFolder => native::choose_sort_folder(cx),
        PredictCommand::SortInto(folder) => {
            let sort = &mut cx.state.predict.sort;
            sort.folder.set(folder);
            sort.outcome = None;
        }
        PredictCommand::Sort => sort::start(cx),
        PredictCommand::Clear => {
            if let Some(job) = cx.services.predict.classifying.take() {
                cx.services.jobs.cancel(job);
            }
            cx.services.predict.current.clear();
            cx.services.predict.queue.clear();
            let predict = &mut cx.state.predict;
            predict.take_paths();
            predict.waiting.clear();
            predict.classifying = None;
            predict.filter = OutcomeFilter::All;
            predict.sort.outcome = None;
        }
    }
}

/// Folds in what a job reports.
pub(super) fn receive(message: PredictMessage, cx: &mut Cx<'_>) {
    match message {
        PredictMessage::Loaded(job, path, outcome) if cx.services.predict.loading == Some(job) => {
            cx.state.predict.loading = false;
            loaded(path, outcome, cx);
        }
        PredictMessage::WithoutPictures(job, folders) if cx.services.predict.classifying == Some(job) => {
            let names: Vec<String> = folders.iter().map(|folder| file_name(folder)).collect();
            let text = t!(
                "There are no pictures in {name}. In a folder Imago looks for jpg, jpeg, png, bmp, webp, tif, tiff, ppm and pgm \
                 files; a file of another kind can be dropped by itself.",
                name = lang::list(&names)
            );
            cx.state.notify(NoticeLevel::Warning, text);
        }
        PredictMessage::Total(job, total) if cx.services.predict.classifying == Some(job) => {
            cx.state.predict.classifying = Some((0, total));
        }
        PredictMessage::Outcomes(job, outcomes) if cx.services.predict.classifying == Some(job) => {
            if let Some((done, _)) = &mut cx.state.predict.classifying {
                *done += outcomes.len();
            }
            cx.state.predict.take_in(outcomes);
        }
        PredictMessage::Done(job, failure) if cx.services.predict.classifying == Some(job) => {
            if let Some(reason) = failure {
                cx.state.notify(NoticeLevel::Error, lang::lead(key!("Classifying broke off"), reason));
            }
            cx.services.predict.classifying = None;
            cx.services.predict.current.clear();
            cx.state.predict.classifying = None;
            classify_next(cx);
        }
        PredictMessage::Saved(path, Ok(lines)) => {
            let text = tn!(
                lines,
                "Saved {n} prediction in {path}.",
                "Saved {n} predictions in {path}.",
                path = path.display()
            );
            cx.state.notify(NoticeLevel::Success, text);
        }
        PredictMessage::Saved(_, Err(reason)) => cx.state.notify(NoticeLevel::Error, reason),
        PredictMessage::Sorted(job, folder, outcome) => sort::sorted(job, folder, outcome, cx),
        // What belongs to a model or a drop that was replaced.
        PredictMessage::Loaded(..)
        | PredictMessage::WithoutPictures(..)
        | PredictMessage::Total(..)
        | PredictMessage::Outcomes(..)
        | PredictMessage::Done(..) => {}
    }
}

/// A job is gone. One that classified and panicked has not said that it is done.
pub(super) fn ended(job: JobId, cx: &mut Cx<'_>) {
    // So for one that was loading a model.
    if cx.services.predict.loading == Some(job) {
        cx.state.predict.loading = false;
    }
    sort::ended(job, cx);
    if cx.services.predict.classifying == Some(job) {
        receive(PredictMessage::Done(job, None), cx);
    }
}

/// Another data set is open: predictions stay, they are about the user's own pictures. A folder for their copies was proposed
/// beside the data set before, or is the data set by now.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    let sort = &mut cx.state.predict.sort;
    if !sort.open {
        sort.folder = FolderChoice::default();
    }
}

/// Once a frame: the newest model is loaded by itself when there is none yet, or the one in use was loaded so too.
pub(super) fn tick(cx: &mut Cx<'_>) {
    if cx.services.predict.paste_frames > 0 {
        // Frames are counted, so there have to be some.
        cx.ctx.request_repaint();
    }
    let newest = cx
        .state
        .train
        .last_trained
        .clone()
        .or_else(|| cx.state.results.runs.iter().find(|run| run.has_model).map(Trained::of));
    // What comes while a model is loaded is looked at after that.
    if newest.is_none() || newest == cx.services.predict.noticed || cx.state.predict.loading {
        return;
    }
    let in_use = cx.state.predict.model.as_ref().map(|model| &model.path);
    let is_of = |trained: &Option<Trained>| in_use == trained.as_ref().map(|trained| &trained.dir);
    // A run that was chosen and went on has other weights now.
    let of_our_own_accord = in_use.is_none() || is_of(&cx.services.predict.noticed) || is_of(&newest);
    cx.services.predict.noticed.clone_from(&newest);
    if let Some(path) = newest.map(|newest| newest.dir).filter(|_| of_our_own_accord) {
        load(path, cx);
    }
}

fn load(path: PathBuf, cx: &mut Cx<'_>) {
    cx.state.predict.loading = true;
    cx.state.predict.model_error = None;
    let line = cx.services.jobs.spawn("model", t!("Loading model"), move |job| {
        let outcome = Predictor::load(&path, DeviceChoice::Auto, None).map(Arc::new).map_err(|error| error.to_string());
        job.send(Message::Predict(PredictMessage::Loaded(job.id, path, outcome)));
    });
    cx.services.predict.loading = Some(line.id);
    cx.state.jobs.push(line);
}

fn loaded(path: PathBuf, outcome: Result<Arc<Predictor>, String>, cx: &mut Cx<'_>) {
    let predictor = match outcome {
        Ok(predictor) => predictor,
        Err(reason) => {
            cx.state.predict.model_error = Some(lang::lead(key!("The model could not be loaded"), reason));
            return;
        }
    };
    let title = cx
        .state
        .results
        .runs
        .iter()
        .find(|run| run.dir == path)
        .map_or_else(|| format!("{} · {}", file_name(&path), predictor.model_name()), |run| run.title.clone());
    let classes = predictor.classes().to_vec();
    cx.state.predict.model = Some(ModelLine { path, title, classes });
    project::name_window(cx);
    cx.services.predict.predictor = Some(predictor);
    let predict = &mut cx.state.predict;
    predict.filter = OutcomeFilter::All;
    predict.sort.outcome = None;
    // What another model said of these pictures is no longer what is asked; they are looked at anew. (The same file has another
    // model in it where a run went on.)
    let mut again = predict.take_paths();
    // So are those of the drop under way that were not come to. The whole drop is put behind the ones that were: `expand_paths`
    // lists no file twice.
    again.append(&mut cx.services.predict.current);
    again.append(&mut predict.waiting);
    if !again.is_empty() {
        // They were dropped before those in the queue.
        cx.services.predict.queue.push_front(again);
    }
    if let Some(job) = cx.services.predict.classifying.take() {
        cx.services.jobs.cancel(job);
        cx.state.predict.classifying = None;
    }
    classify_next(cx);
}

/// The runs are listed anew: the model in use is called as its run is.
pub(super) fn runs_listed(cx: &mut Cx<'_>) {
    if let Some(model) = &mut cx.state.predict.model
        && let Some(run) = cx.state.results.runs.iter().find(|run| run.dir == model.path)
    {
        model.title.clone_from(&run.title);
        project::name_window(cx);
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Starts on the next drop, unless one is being classified.
fn classify_next(cx: &mut Cx<'_>) {
    let service = &mut cx.services.predict;
    if service.classifying.is_some() {
        return;
    }
    let Some(predictor) = service.predictor.clone() else { return };
    let Some(paths) = service.queue.pop_front() else { return };
    service.current.clone_from(&paths);
    let line = cx.services.jobs.spawn("classify", t!("Classifying"), move |job| classify(&predictor, &paths, job));
    cx.services.predict.classifying = Some(line.id);
    cx.state.predict.classifying = Some((0, 0));
    cx.state.jobs.push(line);
}

fn classify(predictor: &Predictor, paths: &[PathBuf], job: &JobContext) {
    let empty = predict::without_pictures(paths);
    if !empty.is_empty() {
        job.send(Message::Predict(PredictMessage::WithoutPictures(job.id, empty)));
    }
    let files = predict::expand_paths(paths);
    let total = files.len();
    job.send(Message::Predict(PredictMessage::Total(job.id, total)));
    let mut ready = Vec::new();
    let mut done = 0;
    let mut sent_at = Instant::now();
    let outcome = predictor.predict_paths(&files, &job.cancel, &mut |outcome| {
        ready.push(outcome);
        done += 1;
        // The first at once, the rest about ten times a second.
        if done == 1 || sent_at.elapsed() > Duration::from_millis(100) {
            sent_at = Instant::now();
            job.done(done, total);
            job.send(Message::Predict(PredictMessage::Outcomes(job.id, std::mem::take(&mut ready))));
        }
    });
    job.send(Message::Predict(PredictMessage::Outcomes(job.id, ready)));
    let failure = match outcome {
        // Who stopped it knows why it ended.
        Ok(()) | Err(PredictError::Cancelled) => None,
        Err(error) => Some(error.to_string()),
    };
    job.send(Message::Predict(PredictMessage::Done(job.id, failure)));
}

fn save_csv(path: PathBuf, cx: &mut Cx<'_>) {
    let Some(model) = &cx.state.predict.model else { return };
    let classes = model.classes.clone();
    let outcomes = cx.state.predict.outcomes.clone();
    let line = cx.services.jobs.spawn("csv", t!("Saving CSV"), move |job| {
        let written = write_atomically(&path, |out| predict::write_csv(&classes, &outcomes, out))
            .map(|()| outcomes.len())
            .map_err(|error| {
                t!(
                    "{path} could not be written: {error}. Choose another place.",
                    path = path.display(),
                    error = lang::said(&error)
                )
            });
        job.send(Message::Predict(PredictMessage::Saved(path, written)));
    });
    cx.state.jobs.push(line);
}
