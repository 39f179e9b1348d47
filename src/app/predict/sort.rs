//! Carries out what the dialog “Copy into class folders” asks for: the job, and what becomes of it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::PredictMessage;
use crate::app::imago_app::Cx;
use crate::app::jobs::{JobContext, Message};
use crate::app::state::{JobId, NoticeLevel, SortOutcome, Workspace};
use crate::app::transfer;
use crate::dataset::{ExportError, Imported, sort_into_folders};
use crate::lang::{self, t, tn};

/// Between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// Brings the dialog to the front. A folder beside the open data set is proposed, or else beside that of the first picture.
pub(super) fn show(cx: &mut Cx<'_>) {
    cx.state.workspace = Workspace::Predict;
    let data_set = cx.state.project.as_ref().map(|project| project.dataset.root.clone());
    let predict = &mut cx.state.predict;
    let first =
        predict.outcomes.iter().find(|outcome| outcome.result.is_ok()).and_then(|outcome| outcome.path.parent());
    let other = data_set.or_else(|| std::path::absolute(first?).ok());
    predict.sort.show(other.as_deref());
}

/// Starts with the settings shown.
pub(super) fn start(cx: &mut Cx<'_>) {
    let predict = &mut cx.state.predict;
    let pictures = predict.classified();
    let Some(model) = predict.model.as_ref().filter(|_| !pictures.is_empty()) else { return };
    if predict.sort.job.is_some() {
        return;
    }
    let (classes, out) = (model.classes.clone(), predict.sort.folder.path.clone());
    if !out.is_absolute() {
        let text = t!("“{path}” is not a whole path: choose a folder.", path = out.display());
        predict.sort.outcome = Some(SortOutcome::Failed(text));
        return;
    }
    predict.sort.outcome = None;
    let data_set = cx.state.project.as_ref().map(|project| project.dataset.root.clone());
    let line = cx.services.jobs.spawn("sort", t!("Copying pictures"), move |job| {
        let outcome = run(&pictures, &classes, &out, data_set.as_deref(), job);
        job.send(Message::Predict(PredictMessage::Sorted(job.id, out, outcome)));
    });
    cx.state.predict.sort.job = Some(line.id);
    cx.state.jobs.push(line);
}

fn run(
    pictures: &[(PathBuf, usize)],
    classes: &[String],
    out: &Path,
    data_set: Option<&Path>,
    job: &JobContext,
) -> Result<Imported, ExportError> {
    let mut reported: Option<Instant> = None;
    sort_into_folders(pictures, classes, out, data_set, &job.cancel, &mut |done, total| {
        if done == total || reported.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            reported = Some(Instant::now());
            job.done(done, total);
        }
    })
}

/// Folds in how a job ended.
pub(super) fn sorted(job: JobId, folder: PathBuf, outcome: Result<Imported, ExportError>, cx: &mut Cx<'_>) {
    if cx.state.predict.sort.job != Some(job) {
        return;
    }
    cx.state.predict.sort.job = None;
    let (level, text, shown) = match outcome {
        Ok(imported) => {
            let (level, remarks) = transfer::remarks(&imported);
            let copied = tn!(
                imported.copied,
                "{n} picture copied into class folders in {path}.",
                "{n} pictures copied into class folders in {path}.",
                path = folder.display()
            );
            let text = copied + &remarks;
            let class_folder = imported.pictures.first().and_then(|picture| picture.parent()).map(Path::to_path_buf);
            let line = |(path, why): &(PathBuf, String)| {
                t!("{path}: {reason}", path = path.display(), reason = lang::sentence(why))
            };
            let failed = imported.failed.iter().map(line).collect();
            (level, text.clone(), SortOutcome::Done { folder, class_folder, level, text, failed })
        }
        Err(error) => {
            let error = error.to_string();
            let why = lang::sentence(error.trim_end_matches('.'));
            let text = t!("The pictures could not be copied: {why}.", why = why);
            (NoticeLevel::Error, text.clone(), SortOutcome::Failed(text))
        }
    };
    cx.state.notify(level, text);
    cx.state.predict.sort.outcome = Some(shown);
}

/// A job is gone. One that panicked has not said how it ended; it is no longer waited for.
pub(super) fn ended(job: JobId, cx: &mut Cx<'_>) {
    let sort = &mut cx.state.predict.sort;
    sort.job = sort.job.filter(|waited| *waited != job);
}
