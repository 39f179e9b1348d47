//! Carries out what the dialog for offline augmentation asks for: the job, and what becomes of it.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::AugmentMessage;
use crate::app::imago_app::Cx;
use crate::app::jobs::{JobContext, Message};
use crate::app::state::{EnlargeOutcome, JobId, NoticeLevel, Workspace};
use crate::augment::Pipeline;
use crate::dataset::Dataset;
use crate::imaging::Preprocess;
use crate::lang::{self, key, t, tn};
use crate::offline::{EnlargeRequest, Enlarged, OfflineError, Skipped, enlarge};

/// Between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// What a job made, or why it did not.
pub enum Outcome {
    /// All of it.
    Done(Enlarged),
    /// It was cancelled.
    Cancelled,
    /// One sentence.
    Failed(String),
}

/// Brings the dialog to the front.
pub(super) fn show(cx: &mut Cx<'_>) {
    if let Some(project) = &cx.state.project {
        cx.state.workspace = Workspace::Augment;
        cx.state.augment.enlarge.show(&project.dataset.root);
    }
}

/// Starts with the settings shown: the pipeline and the seed are those of the workspace.
pub(super) fn start(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    let augment = &mut cx.state.augment;
    if augment.enlarge.job.is_some() {
        return;
    }
    let out = augment.enlarge.folder.path.clone();
    if !out.is_absolute() {
        let text = t!("“{path}” is not a whole path: choose a folder.", path = out.display());
        augment.enlarge.outcome = Some(EnlargeOutcome::Failed(text));
        return;
    }
    augment.enlarge.outcome = None;
    // As in training and on the command line: what is set aside stays out.
    let (dataset, pipeline) = (project.for_training(), augment.pipeline.clone());
    let (factor, seed) = (augment.enlarge.factor, cx.state.train.config.seed);
    let line = cx.services.jobs.spawn("enlarge", t!("Enlarging"), move |job| {
        let outcome = run(&dataset, &out, &pipeline, factor, seed, job);
        job.send(Message::Augment(AugmentMessage::Enlarged(job.id, out, outcome)));
    });
    augment.enlarge.job = Some(line.id);
    cx.state.jobs.push(line);
}

fn run(
    dataset: &Dataset,
    out: &std::path::Path,
    pipeline: &Pipeline,
    factor: usize,
    seed: u64,
    job: &JobContext,
) -> Outcome {
    let size = Preprocess::default().crop;
    let request = EnlargeRequest { dataset, out: out.to_owned(), pipeline, factor, seed, size };
    let mut reported: Option<Instant> = None;
    let enlarged = enlarge(&request, &job.cancel, &mut |done, total| {
        if done == total || reported.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            reported = Some(Instant::now());
            job.done(done, total);
        }
    });
    match enlarged {
        Ok(enlarged) => Outcome::Done(enlarged),
        Err(OfflineError::Cancelled) => Outcome::Cancelled,
        Err(error) => Outcome::Failed(lang::lead(key!("The data set could not be enlarged"), error.to_string())),
    }
}

/// Folds in how a job ended.
pub(super) fn ended(job: JobId, folder: PathBuf, outcome: Outcome, cx: &mut Cx<'_>) {
    if cx.state.augment.enlarge.job != Some(job) {
        return;
    }
    cx.state.augment.enlarge.job = None;
    let (level, text, shown) = match outcome {
        Outcome::Done(enlarged) => {
            let summary = summary(&enlarged);
            let line = |picture: &Skipped| {
                t!("{path}: {reason}", path = picture.path.display(), reason = lang::sentence(&picture.reason))
            };
            let lines = |pictures: &[Skipped]| pictures.iter().map(line).collect::<Vec<String>>();
            let (skipped, unreadable) = (lines(&enlarged.skipped), lines(&enlarged.unreadable));
            let (level, unread) = match skipped.len() + unreadable.len() {
                0 => (NoticeLevel::Success, String::new()),
                count => (
                    NoticeLevel::Warning,
                    tn!(count, " {n} picture could not be read.", " {n} pictures could not be read."),
                ),
            };
            let place = folder.display();
            let text = t!("The enlarged data set is in {path}: {summary}.", path = place, summary = summary) + &unread;
            (level, text, EnlargeOutcome::Done { folder, summary, skipped, unreadable })
        }
        Outcome::Cancelled => {
            let text = t!(
                "Stopped. {path} is incomplete; “Enlarge” with the same settings and folder goes on.",
                path = folder.display()
            );
            (NoticeLevel::Info, text, EnlargeOutcome::Cancelled(folder))
        }
        Outcome::Failed(reason) => (NoticeLevel::Error, reason.clone(), EnlargeOutcome::Failed(reason)),
    };
    cx.state.notify(level, text);
    cx.state.augment.enlarge.outcome = Some(shown);
}

fn summary(enlarged: &Enlarged) -> String {
    let training = enlarged.originals + enlarged.variants;
    let pictures = tn!(training, "{n} training picture", "{n} training pictures");
    let originals = tn!(enlarged.originals, "{n} original", "{n} originals");
    let variants = tn!(enlarged.variants, "{n} variant", "{n} variants");
    t!(
        "{pictures} ({originals}, {variants}), {others} for validation and test",
        pictures = pictures,
        originals = originals,
        variants = variants,
        others = lang::thousands(enlarged.held_out)
    )
}

/// Once a frame: a job that is gone without a word (it panicked, which was said) is no longer waited for.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let job = cx.state.augment.enlarge.job;
    if job.is_some_and(|job| !cx.state.jobs.iter().any(|line| line.id == job)) {
        cx.state.augment.enlarge.job = None;
    }
}
