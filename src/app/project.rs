//! Opening a data set: scanning it in a job, then reading the pictures' headers in another.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::imago_app::Cx;
use super::jobs::{JobContext, Message};
use super::labels::Held;
use super::state::{FileFacts, JobId, LabelSaving, Leaving, LeavingFor, NoticeLevel, Project, Recent, Workspace};
use super::{contents, labels, refresh, transfer};
use crate::base::AppPaths;
use crate::dataset::{self, Dataset, Item, ItemId, ScanOptions};
use crate::imaging;
use crate::lang::{self, key, t};

/// What the jobs of this file report.
pub enum ProjectMessage {
    /// Files seen so far.
    Scanning(JobId, usize),
    /// The folder is read, or can't be.
    Scanned(JobId, Result<Box<Scan>, String>),
    /// Some headers, and when the files were last changed, in nanoseconds since 1970.
    Facts(JobId, Vec<(ItemId, FileFacts)>, Vec<(ItemId, u64)>),
    /// The sample is drawn, or could not be.
    SampleDrawn(Result<PathBuf, String>),
}

/// A folder that was read.
pub struct Scan {
    project: Project,
    opened: labels::Opened,
}

impl Scan {
    /// The data set with the labels laid over.
    pub(super) fn dataset(&self) -> &Dataset {
        &self.project.dataset
    }

    /// The project and what is needed to label it.
    pub(super) fn into_parts(self) -> (Project, labels::Opened) {
        (self.project, self.opened)
    }
}

/// What is kept that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    /// The job whose result counts; those of earlier ones are dropped.
    current: Option<JobId>,
    /// It was asked for although labels were lost by it.
    anyway: bool,
}

/// Opens a folder in the background; the data set that is open stays until the new one is there. Asks first where that would
/// lose labels.
pub(super) fn open(path: &Path, cx: &mut Cx<'_>) {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let is_other = cx.state.project.as_ref().is_some_and(|project| project.dataset.root != path);
    if !is_other || !would_lose_labels(LeavingFor::Open(path.clone()), cx) {
        open_anyway(path, cx);
    }
}

/// Whether labels can't be written and would be lost; then it is asked whether to leave all the same.
pub(super) fn would_lose_labels(to: LeavingFor, cx: &mut Cx<'_>) -> bool {
    // A label given a moment ago may just be on its way, and can fail like any other.
    let unsaved = cx.services.labels.settle();
    if unsaved > 0 {
        cx.state.leaving = Some(Leaving { to, unsaved });
    }
    unsaved > 0
}

/// Opens a folder whatever becomes of labels that can't be written.
pub(super) fn open_anyway(path: PathBuf, cx: &mut Cx<'_>) {
    cancel_current(cx);
    cx.services.project.anyway = cx.services.labels.unsaved() > 0;
    refresh::forget(cx);
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    cx.state.opening = Some((name, 0));
    // After labels could not be saved for good, the folder is read as if for the first time.
    if cx.state.project.as_ref().is_some_and(|project| matches!(project.labels.saving, LabelSaving::Failed(_))) {
        labels::close(cx.services);
    }
    let (held, paths) = (cx.services.labels.holds(), cx.services.paths.clone());
    let options = ScanOptions::default();
    let is_other = cx.state.project.as_ref().is_none_or(|project| project.dataset.root != path);
    // As large as the grid will ask for them: tiles show the middle square of a 4:3 picture.
    let side = cx.state.settings.thumb_points * cx.ctx.pixels_per_point() * 4.0 / 3.0;
    let ahead = is_other.then(|| cx.services.ahead.clone());
    let line = cx.services.jobs.spawn("scan", t!("Reading folder"), move |job| {
        let show_soon = |dataset: &Dataset| {
            if let Some(ahead) = &ahead {
                ahead.read(dataset.items.iter().map(|item| dataset.path_of(item)), side);
            }
        };
        scan(&path, &options, held.as_ref(), &paths, job, &show_soon);
    });
    cx.services.project.current = Some(line.id);
    cx.state.jobs.push(line);
}

/// Closes the data set that is open. Asks first where that would lose labels.
pub(super) fn close(cx: &mut Cx<'_>) {
    if !would_lose_labels(LeavingFor::CloseDataSet, cx) {
        close_anyway(cx);
    }
}

/// Closes the data set that is open whatever becomes of labels that can't be written.
pub(super) fn close_anyway(cx: &mut Cx<'_>) {
    cancel_current(cx);
    refresh::forget(cx);
    labels::close(cx.services);
    cx.state.project = None;
    cx.state.opening = None;
    cx.state.workspace = Workspace::Data;
    cx.project_changed();
}

/// Tells the window's title bar, and with it the task bar, which data set is open, or without one which model.
pub(super) fn name_window(cx: &Cx<'_>) {
    let title = match (&cx.state.project, &cx.state.predict.model) {
        (Some(project), _) => format!("{} – Imago", project.dataset.name()),
        (None, Some(model)) => format!("{} – Imago", model.title),
        (None, None) => "Imago".to_owned(),
    };
    cx.ctx.send_viewport_cmd(egui::ViewportCommand::Title(title));
}

/// Draws the sample, or opens the one that was drawn before.
pub(super) fn open_sample(cx: &mut Cx<'_>) {
    // Two of them would write the same files.
    if cx.state.sample_job.is_some() {
        return;
    }
    let folder = cx.services.paths.sample_dir().join("ants-and-bees");
    if folder.join("train").is_dir() {
        open(&folder, cx);
        return;
    }
    let line = cx.services.jobs.spawn("sample", t!("Drawing ants and bees"), move |job| {
        let drawn = draw_sample(&folder, job);
        job.send(Message::Project(ProjectMessage::SampleDrawn(drawn.map(|()| folder))));
    });
    cx.state.sample_job = Some(line.id);
    cx.state.jobs.push(line);
}

/// Folds in what a job reports.
pub(super) fn receive(message: ProjectMessage, cx: &mut Cx<'_>) {
    match message {
        ProjectMessage::Scanning(job, files) if Some(job) == cx.services.project.current => {
            if let Some(opening) = &mut cx.state.opening {
                opening.1 = files;
            }
        }
        ProjectMessage::Scanned(job, outcome) if Some(job) == cx.services.project.current => {
            cx.state.opening = None;
            match outcome {
                // Labels were given while the folder was being read, and can't be written.
                Ok(scan) if loses_labels(&scan, cx) => read_missing_headers(cx),
                Ok(scan) => opened(*scan, cx),
                Err(reason) => {
                    let text = lang::lead(key!("The folder could not be opened"), reason);
                    cx.state.notify(NoticeLevel::Error, text);
                    // What is open stays; reading its headers was stopped for the other.
                    read_missing_headers(cx);
                }
            }
        }
        ProjectMessage::Facts(job, facts, modified) if Some(job) == cx.services.project.current => {
            contents::forget(&written_since(&modified, cx), cx);
            if let Some(project) = &mut cx.state.project {
                project.facts.extend(facts);
                project.modified.extend(modified);
            }
        }
        ProjectMessage::Scanning(..) | ProjectMessage::Scanned(..) | ProjectMessage::Facts(..) => {}
        ProjectMessage::SampleDrawn(Ok(folder)) => open(&folder, cx),
        ProjectMessage::SampleDrawn(Err(reason)) => cx.state.notify(NoticeLevel::Error, reason),
    }
}

/// Whether the data set that was read takes the place of another whose labels can't be written; then it is asked about.
fn loses_labels(scan: &Scan, cx: &mut Cx<'_>) -> bool {
    let root = &scan.project.dataset.root;
    let is_other = cx.state.project.as_ref().is_some_and(|project| project.dataset.root != *root);
    is_other && !cx.services.project.anyway && would_lose_labels(LeavingFor::Open(root.clone()), cx)
}

/// A job is over. One that was reading a folder and has not said what is in it was cancelled, or it panicked: what is open stays,
/// and reading its headers goes on.
pub(super) fn ended(job: JobId, cx: &mut Cx<'_>) {
    if cx.services.project.current == Some(job) && cx.state.opening.take().is_some() {
        cx.services.project.current = None;
        read_missing_headers(cx);
    }
}

/// The pictures whose files were written to since they were last looked at: where the folder is not watched, reading it again
/// is what finds them.
fn written_since(modified: &[(ItemId, u64)], cx: &Cx<'_>) -> contents::Others {
    let Some(project) = &cx.state.project else { return contents::Others::new() };
    let is_other = |(id, now): &&(ItemId, u64)| project.modified.get(id).is_some_and(|before| before != now);
    let path_of = |(id, _): &(ItemId, u64)| Some((*id, project.dataset.path_of(project.item(*id)?)));
    modified.iter().filter(is_other).filter_map(path_of).collect()
}

fn opened(scan: Scan, cx: &mut Cx<'_>) {
    let Scan { mut project, opened } = scan;
    let root = project.dataset.root.clone();
    project.runs_dir = cx.services.paths.runs_dir(&root);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let pictures = project.dataset.items.len();
    cx.state.settings.remember(Recent { path: root, pictures, opened_unix_secs: now, best: None });
    labels::opened(opened, &mut project, cx);
    let dataset = project.dataset.clone();
    let same = cx.state.project.as_ref().filter(|old| old.dataset.root == dataset.root);
    let (is_same, others) = (same.is_some(), same.map(|old| contents::others_between(&old.dataset, &dataset)));
    if is_same {
        follow_classes(&project, cx);
    }
    contents::forget(&others.unwrap_or_default(), cx);
    cx.state.pictures.retry_failed();
    let (mut facts, mut modified) = match cx.state.project.take() {
        Some(old) if is_same => (old.facts, old.modified),
        _ => (HashMap::new(), HashMap::new()),
    };
    // Grown once, not again and again in the frames in which headers come in.
    facts.reserve(dataset.items.len().saturating_sub(facts.len()));
    modified.reserve(dataset.items.len().saturating_sub(modified.len()));
    cx.state.project = Some(Project { facts, modified, ..project });
    if !is_same {
        cx.state.workspace = Workspace::Data;
    }
    // Reading the same folder again closes no dialog about it.
    let dialogs = is_same.then(|| transfer::take_dialogs(cx));
    cx.project_changed();
    if let Some(dialogs) = dialogs {
        transfer::put_back(dialogs, cx);
    }
    read_headers_of(dataset, None, cx);
    transfer::opened(cx);
}

/// The data set that is open was read again: filters by a class go on meaning it, by its name.
pub(super) fn follow_classes(new: &Project, cx: &mut Cx<'_>) {
    let Some(old) = &cx.state.project else { return };
    let place = |name: &String| new.dataset.classes.iter().position(|other| other == name);
    cx.state.data.follow_classes(|class| old.dataset.classes.get(class).and_then(place));
}

/// Reads the headers of pictures that were not there before, or are others now.
pub(super) fn read_missing_headers(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    let is_missing = |item: &&Item| !project.facts.contains_key(&item.id);
    let missing: HashSet<ItemId> = project.dataset.items.iter().filter(is_missing).map(|item| item.id).collect();
    if !missing.is_empty() {
        read_headers_of(project.dataset.clone(), Some(missing), cx);
    }
}

/// Reads headers in the background: of all pictures, or of some.
fn read_headers_of(dataset: Arc<Dataset>, wanted: Option<HashSet<ItemId>>, cx: &mut Cx<'_>) {
    let line = cx.services.jobs.spawn("headers", "", move |job| read_headers(&dataset, wanted.as_ref(), job));
    cx.services.project.current = Some(line.id);
}

fn cancel_current(cx: &mut Cx<'_>) {
    if let Some(job) = cx.services.project.current.take() {
        cx.services.jobs.cancel(job);
    }
}

/// `show_soon` gets the data set when it is known which pictures there are.
fn scan(
    path: &Path,
    options: &ScanOptions,
    held: Option<&Held>,
    paths: &AppPaths,
    job: &JobContext,
    show_soon: &dyn Fn(&Dataset),
) {
    let mut reported = 0;
    let outcome = read(path, options, held, paths, job, &mut |files| {
        // The window is woken for every 500 files, not for each.
        if files >= reported + 500 {
            reported = files;
            job.send(Message::Project(ProjectMessage::Scanning(job.id, reported)));
        }
    });
    if let Some(outcome) = outcome {
        if let Ok(scan) = &outcome {
            show_soon(scan.dataset());
        }
        job.send(Message::Project(ProjectMessage::Scanned(job.id, outcome)));
    }
}

/// Reads a folder and lays its labels over; `progress` gets the number of files seen. None where the job was cancelled.
pub(super) fn read(
    path: &Path,
    options: &ScanOptions,
    held: Option<&Held>,
    paths: &AppPaths,
    job: &JobContext,
    progress: &mut dyn FnMut(usize),
) -> Option<Result<Box<Scan>, String>> {
    let outcome = dataset::scan(path, options, &job.cancel, &mut |seen| progress(seen.files_seen));
    let outcome = outcome.map_err(|error| error.to_string()).map(|mut dataset| {
        let (labels, opened) = labels::open(&mut dataset, held, paths, options.val_fraction, &job.cancel);
        // Here and not in the window: for a large data set this takes a while.
        let mut project = Project::new(dataset, PathBuf::new());
        project.labels = labels;
        Box::new(Scan { project, opened })
    });
    (!job.cancel.is_cancelled()).then_some(outcome)
}

fn read_headers(dataset: &Dataset, wanted: Option<&HashSet<ItemId>>, job: &JobContext) {
    let items: Vec<&Item> =
        dataset.items.iter().filter(|item| wanted.is_none_or(|wanted| wanted.contains(&item.id))).collect();
    for items in items.chunks(256) {
        let (mut facts, mut modified) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
        for item in items {
            if job.cancel.is_cancelled() {
                return;
            }
            let known = match imaging::read_facts(&dataset.path_of(item)) {
                Ok(facts) => FileFacts::Known { width: facts.width, height: facts.height, format: facts.format },
                Err(error) => FileFacts::Unreadable(error.to_string()),
            };
            facts.push((item.id, known));
            modified.extend(modified_nanos(&dataset.path_of(item)).map(|nanos| (item.id, nanos)));
        }
        job.send(Message::Project(ProjectMessage::Facts(job.id, facts, modified)));
    }
}

/// When a file was last changed, in nanoseconds since 1970; none where the system does not say.
fn modified_nanos(path: &Path) -> Option<u64> {
    let modified = std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?;
    u64::try_from(modified.duration_since(UNIX_EPOCH).ok()?.as_nanos()).ok()
}

/// Draws into a folder beside the final one and renames it when all is there, so that half a sample is never opened.
fn draw_sample(folder: &Path, job: &JobContext) -> Result<(), String> {
    let parent = folder.parent().unwrap_or(folder);
    let cannot = |error: &dyn std::fmt::Display| {
        t!("The sample could not be drawn in {path}: {error}.", path = parent.display(), error = lang::said(error))
    };
    std::fs::create_dir_all(parent).map_err(|error| cannot(&error))?;
    let part = tempfile::Builder::new().prefix(".drawing-").tempdir_in(parent).map_err(|error| cannot(&error))?;
    dataset::write_sample(part.path(), 0, &job.cancel, &mut |done, total| {
        job.done(done, total);
    })
    .map_err(|error| error.to_string())?;
    if job.cancel.is_cancelled() {
        return Err(t!("Drawing the sample was cancelled.").to_owned());
    }
    let finished = part.keep();
    std::fs::rename(&finished, folder).map_err(|error| cannot(&error))
}
