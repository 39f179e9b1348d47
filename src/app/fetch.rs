//! Carries out fetching: says what there is, fetches it in a job that the status bar shows, and puts it to use.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::command::FetchCommand;
use super::imago_app::Cx;
use super::jobs::{JobContext, Message};
use super::project;
use super::state::{FetchKind, FetchOffer, JobId, NoticeLevel, Workspace};
use crate::base::AppPaths;
use crate::fetch::{self, Asked, Download, FetchError, Phase, Progress, catalog, photographs, weights};
use crate::lang::{self, t};
use crate::models::Arch;
use crate::train::WeightsChoice;

/// Between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// What a job reports at its end.
pub enum FetchMessage {
    /// It is there, or why not.
    Ended(JobId, Download, FetchKind, Result<PathBuf, FetchError>),
}

/// What is kept that is not state to be drawn.
pub(super) struct Service {
    /// What can be fetched.
    pub catalog: Vec<Download>,
}

impl Default for Service {
    fn default() -> Self {
        Self { catalog: catalog::weights().into_iter().chain(catalog::photographs()).collect() }
    }
}

/// Looks at what was fetched before.
pub(super) fn look(cx: &mut Cx<'_>) {
    let paths = &cx.services.paths;
    let (mut found, mut folder) = (Vec::new(), None);
    for download in &cx.services.fetch.catalog {
        match kind_of(download) {
            FetchKind::Weights(arch) if weights::is_there(download, paths) => {
                found.push((arch, weights::place_of(download, paths)));
            }
            FetchKind::Weights(_) => {}
            FetchKind::Photographs => {
                folder = Some(photographs::folder_of(download, paths)).filter(|folder| photographs::is_there(folder));
            }
        }
    }
    cx.state.fetch.weights = found;
    cx.state.fetch.photographs = folder;
}

fn kind_of(download: &Download) -> FetchKind {
    Arch::from_name(&download.name).map_or(FetchKind::Photographs, FetchKind::Weights)
}

fn download_of(kind: FetchKind, cx: &Cx<'_>) -> Option<Download> {
    cx.services.fetch.catalog.iter().find(|download| kind_of(download) == kind).cloned()
}

/// Opens the photographs where they were fetched; else says what there is to fetch.
pub(super) fn open_or_show_photographs(cx: &mut Cx<'_>) {
    look(cx);
    match cx.state.fetch.photographs.clone() {
        Some(folder) => project::open(&folder, cx),
        None => show(FetchKind::Photographs, cx),
    }
}

/// Carries out a command.
pub(super) fn handle(command: FetchCommand, cx: &mut Cx<'_>) {
    match command {
        FetchCommand::Show(kind) => show(kind, cx),
        FetchCommand::Start => start(cx),
    }
}

fn show(kind: FetchKind, cx: &mut Cx<'_>) {
    let Some(download) = download_of(kind, cx) else { return };
    let paths = &cx.services.paths;
    let (place, target) = match kind {
        FetchKind::Weights(_) => (weights::place_of(&download, paths), weights::place_of(&download, paths)),
        FetchKind::Photographs => (photographs::folder_of(&download, paths), photographs::archive_of(&download, paths)),
    };
    cx.state.fetch.error = None;
    cx.state.fetch.offer = Some(FetchOffer {
        kind,
        title: download.title.clone(),
        about: download.about.clone(),
        host: fetch::host_of(&cx.state.settings.network.address_of(&download)),
        licence: download.licence.clone(),
        bytes: download.bytes,
        there: fetch::bytes_there(&target, &download.sha256),
        place,
    });
}

fn start(cx: &mut Cx<'_>) {
    let Some(kind) = cx.state.fetch.offer.as_ref().map(|offer| offer.kind) else { return };
    let Some(download) = download_of(kind, cx) else { return };
    if cx.state.fetch.job.is_some() {
        return;
    }
    cx.state.fetch.error = None;
    let (paths, network) = (cx.services.paths.clone(), cx.state.settings.network.clone());
    let title = t!("Fetching {title}", title = download.title);
    let line = cx.services.jobs.spawn("fetch", &title, move |job| {
        let asked = Asked { network, cancel: job.cancel.clone(), ..Asked::default() };
        let result = run(kind, &download, &paths, &asked, job);
        job.send(Message::Fetch(FetchMessage::Ended(job.id, download, kind, result)));
    });
    cx.state.fetch.job = Some((line.id, kind));
    cx.state.jobs.push(line);
}

fn run(
    kind: FetchKind,
    download: &Download,
    paths: &AppPaths,
    asked: &Asked,
    job: &JobContext,
) -> Result<PathBuf, FetchError> {
    let mut reported: Option<(Phase, Instant)> = None;
    let mut report = |progress: Progress| {
        let is_due = reported.is_none_or(|(phase, when)| phase != progress.phase || when.elapsed() >= REPORT_EVERY);
        if is_due {
            reported = Some((progress.phase, Instant::now()));
            let share = progress.total.map(|total| progress.done as f32 / total.max(1) as f32);
            job.progress(share, detail(progress));
        }
    };
    match kind {
        FetchKind::Weights(_) => weights::get(download, paths, asked, &mut report),
        FetchKind::Photographs => {
            let folder = photographs::folder_of(download, paths);
            photographs::get(download, &folder, paths, asked, &mut report).map(|()| folder)
        }
    }
}

fn detail(progress: Progress) -> String {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    match (progress.phase, progress.total) {
        (Phase::Asking, _) => t!("asking").to_owned(),
        (Phase::Coming, Some(total)) => {
            t!("{done:.1} of {total:.1} MB", done = megabytes(progress.done), total = megabytes(total))
        }
        (Phase::Coming, None) => format!("{:.1} MB", megabytes(progress.done)),
        (Phase::Waiting, _) => t!("broke off, trying again").to_owned(),
        (Phase::Checking, _) => t!("checking").to_owned(),
        (Phase::Unpacking, total) => {
            t!("unpacking {done} of {total}", done = progress.done, total = total.unwrap_or_default())
        }
    }
}

/// Folds in what a job reports.
pub(super) fn receive(message: FetchMessage, cx: &mut Cx<'_>) {
    let FetchMessage::Ended(job, download, kind, result) = message;
    if cx.state.fetch.job != Some((job, kind)) {
        return;
    }
    cx.state.fetch.job = None;
    look(cx);
    let is_shown = cx.state.fetch.offer.as_ref().is_some_and(|offer| offer.kind == kind);
    match result {
        Ok(path) => {
            if is_shown {
                cx.state.fetch.offer = None;
            }
            arrived(kind, &download.title, &path, is_shown, cx);
        }
        Err(error) => {
            let text = t!(
                "{title}: {error}. {advice}",
                title = download.title,
                error = lang::sentence(&error.to_string()),
                advice = lang::sentence(error.advice())
            );
            let is_cancelled = matches!(error, FetchError::Cancelled);
            if is_shown {
                // The dialog says how much came.
                show(kind, cx);
            }
            if is_cancelled {
                cx.state.notify(NoticeLevel::Info, text);
            } else {
                if !is_shown {
                    cx.state.notify(NoticeLevel::Error, text.clone());
                }
                cx.state.fetch.error = Some(text);
            }
        }
    }
}

/// Puts to use what has come. Photographs are opened where the dialog still waits for them or nothing else is being done: whoever
/// went on working keeps what they work on, be it pictures to classify without a data set.
fn arrived(kind: FetchKind, title: &str, path: &Path, is_shown: bool, cx: &mut Cx<'_>) {
    match kind {
        FetchKind::Photographs => {
            cx.state.notify(NoticeLevel::Success, t!("{title} is in {path}.", title = title, path = path.display()));
            let state = &cx.state;
            let is_idle = state.project.is_none() && state.opening.is_none() && state.workspace != Workspace::Predict;
            if is_shown || is_idle {
                project::open(path, cx);
            }
        }
        FetchKind::Weights(arch) => {
            let train = &mut cx.state.train;
            let chosen = !train.is_running() && train.config.arch == arch;
            if chosen {
                train.weights_file = Some(path.to_owned());
                train.config.weights = WeightsChoice::File(path.to_owned());
                train.weights = None;
            }
            let text = if chosen {
                t!("The official ImageNet weights of {title} are there and chosen.", title = title)
            } else {
                t!("The official ImageNet weights of {title} are there.", title = title)
            };
            cx.state.notify(NoticeLevel::Success, text);
        }
    }
}

/// Once a frame: a job that is gone without a word (it panicked, which was said) is no longer waited for.
pub(super) fn tick(cx: &mut Cx<'_>) {
    if cx.state.fetch.job.is_some_and(|(job, _)| !cx.state.jobs.iter().any(|line| line.id == job)) {
        cx.state.fetch.job = None;
    }
}
