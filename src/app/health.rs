//! Has every picture of the data set looked at, in a job, and keeps what was found out.
//!
//! A data set of usual size is checked by itself once its pictures in view are there; a very large one when asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::command::HealthCommand;
use super::imago_app::Cx;
use super::jobs::Message;
use super::state::{HealthCheck, JobId, Workspace};
use crate::health::{Survey, survey};
use crate::lang::{self, t};

/// Up to this many pictures are checked without being asked: a matter of seconds.
const CHECKED_BY_ITSELF: usize = 5_000;
/// Between two reports of progress, in milliseconds.
const REPORT_EVERY_MS: u64 = 100;

/// What the job reports.
pub enum HealthMessage {
    /// It is over; none: it was cancelled.
    Surveyed(JobId, Option<Box<Survey>>),
}

/// What is kept that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    /// The data set that was open before, to tell a folder that was read again from another one.
    root: Option<std::path::PathBuf>,
}

/// Carries out a command.
pub(super) fn handle(command: HealthCommand, cx: &mut Cx<'_>) {
    match command {
        HealthCommand::Check => {
            cx.state.workspace = Workspace::Data;
            cx.state.data.health.open = true;
            start(cx);
        }
        HealthCommand::Toggle => {
            cx.state.workspace = Workspace::Data;
            cx.state.data.health.open = !cx.state.data.health.open;
        }
    }
}

/// Another data set is open, or the same, read again; or none.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    let health = &mut cx.state.data.health;
    if let HealthCheck::Running(job) = health.check {
        cx.services.jobs.cancel(job);
    }
    let root = cx.state.project.as_ref().map(|project| project.dataset.root.clone());
    let is_same = root.is_some() && root == cx.services.health.root;
    let was_asked = is_same && matches!(health.check, HealthCheck::Running(_) | HealthCheck::Done);
    if !is_same {
        health.set_survey(None);
        health.open = false;
    }
    cx.services.health.root = root;
    let is_small = |project: &super::state::Project| project.dataset.items.len() <= CHECKED_BY_ITSELF;
    let by_itself = cx.state.project.as_ref().is_some_and(is_small);
    health.check = if was_asked || by_itself { HealthCheck::Waiting } else { HealthCheck::NotYet };
}

/// Some files are others now: what was found out of them is looked for again, where it was looked for before.
pub(super) fn contents_changed(cx: &mut Cx<'_>) {
    let health = &mut cx.state.data.health;
    match health.check {
        HealthCheck::Running(job) => {
            cx.services.jobs.cancel(job);
            health.check = HealthCheck::Waiting;
        }
        HealthCheck::Done => health.check = HealthCheck::Waiting,
        HealthCheck::NotYet | HealthCheck::Waiting | HealthCheck::Stopped => {}
    }
}

/// Once a frame: a check that waits begins when nothing else is being read.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let health = &mut cx.state.data.health;
    match health.check {
        HealthCheck::Waiting => {
            let headers_read =
                cx.state.project.as_ref().is_some_and(|project| project.facts.len() >= project.dataset.items.len());
            if headers_read && !cx.state.pictures.is_loading() {
                start(cx);
            }
        }
        // The job is gone without a word: it panicked, which was said.
        HealthCheck::Running(job) if !cx.state.jobs.iter().any(|line| line.id == job) => {
            health.check = HealthCheck::Stopped;
        }
        _ => {}
    }
}

fn start(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    if matches!(cx.state.data.health.check, HealthCheck::Running(_)) {
        return;
    }
    let dataset = project.dataset.clone();
    let cache = cx.services.paths.health_cache(&dataset.root);
    // One processor is left to the window.
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).saturating_sub(1).max(1);
    // Threads of the survey report, which know of no language.
    let language = lang::current();
    let line = cx.services.jobs.spawn("health", t!("Checking pictures"), move |job| {
        let (began, reported) = (Instant::now(), AtomicU64::new(0));
        let found = survey(&dataset, Some(&cache), threads, &job.cancel, &|done, total| {
            let now = began.elapsed().as_millis() as u64;
            let last = reported.load(Ordering::Relaxed);
            if now >= last + REPORT_EVERY_MS
                && reported.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
            {
                let detail = lang::within(language, || t!("{done} of {total}", done = done, total = total));
                job.progress(Some(done as f32 / total.max(1) as f32), detail);
            }
        });
        // The next label must not copy the whole data set because this job still holds it.
        drop(dataset);
        job.send(Message::Health(HealthMessage::Surveyed(job.id, found.map(Box::new))));
    });
    cx.state.data.health.check = HealthCheck::Running(line.id);
    cx.state.jobs.push(line);
}

/// Folds in how the job ended.
pub(super) fn receive(message: HealthMessage, cx: &mut Cx<'_>) {
    let HealthMessage::Surveyed(job, found) = message;
    let health = &mut cx.state.data.health;
    if health.check != HealthCheck::Running(job) {
        return;
    }
    health.check = if found.is_some() { HealthCheck::Done } else { HealthCheck::Stopped };
    if let Some(found) = found {
        health.set_survey(Some(Arc::new(*found)));
    }
}
