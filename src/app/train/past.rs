//! The runs of the open data set, as their folders tell them.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::TrainMessage;
use crate::app::imago_app::Cx;
use crate::app::jobs::Message;
use crate::app::state::{RunPhase, RunView};
use crate::train::run_folder::{self, RunRecord};

/// Another data set is open, or none: its runs are listed, and the newest is shown.
pub(super) fn data_set_changed(cx: &mut Cx<'_>) {
    let root = cx.state.project.as_ref().map(|project| project.dataset.root.clone());
    let train = &mut cx.state.train;
    let is_same = train.past.first().is_some_and(|run| Some(&run.dataset_root) == root.as_ref());
    if !is_same {
        train.past.clear();
    }
    // A run of another data set that is over has its place in that data set's list.
    if train.run.as_ref().is_some_and(|run| !run.phase.is_running() && Some(&run.dataset_root) != root.as_ref()) {
        train.run = None;
    }
    let shown_root = train.shown().map(|run| run.dataset_root.clone());
    if shown_root != root {
        train.viewed =
            train.run.as_ref().filter(|run| Some(&run.dataset_root) == root.as_ref()).map(|run| run.dir.clone());
    }
    list(cx);
}

/// Reads the folders of the runs in the background.
pub(super) fn list(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else {
        cx.services.train.runs_job = None;
        cx.state.train.past_loading = false;
        return;
    };
    let runs_dir = project.runs_dir.clone();
    let (root, name) = (project.dataset.root.clone(), project.dataset.name());
    cx.state.train.past_loading = true;
    let line = cx.services.jobs.spawn("train-runs", "", move |job| {
        let view = |record: RunRecord| RunView {
            dataset_root: root.clone(),
            dataset_name: name.clone(),
            started_unix_secs: started_unix_secs(&record.dir),
            ..view_of(record)
        };
        let runs = run_folder::list_runs(&runs_dir).into_iter().map(view).collect();
        job.send(Message::Train(TrainMessage::Runs(job.id, runs)));
    });
    cx.services.train.runs_job = Some(line.id);
}

/// The list is there.
pub(super) fn arrived(mut runs: Vec<RunView>, cx: &mut Cx<'_>) {
    let train = &mut cx.state.train;
    train.past_loading = false;
    // A run that ended in this session has more to tell than its folder: steps, and why it failed.
    if let Some(live) = &train.run
        && let Some(same) = runs.iter_mut().find(|run| run.dir == live.dir)
    {
        *same = live.clone();
    }
    train.past = runs;
    if train.shown().is_none() {
        train.viewed = train.past.first().map(|run| run.dir.clone());
    }
}

/// A run as its folder tells it.
fn view_of(record: RunRecord) -> RunView {
    let mut run = RunView::new(record.dir, record.config);
    run.history = record.history;
    let secs = run.history.epochs.iter().map(|epoch| epoch.seconds).sum();
    run.elapsed_secs = record.summary.as_ref().map_or(secs, |summary| summary.total_seconds);
    let is_whole = run.history.epochs.len() >= run.config.epochs;
    run.phase = if is_whole { RunPhase::Finished } else { RunPhase::Stopped };
    if let Some(summary) = record.summary {
        run.device = summary.device;
        run.images_per_sec = (summary.images_per_second > 0.0).then_some(summary.images_per_second);
        run.skipped = summary.skipped.into_iter().map(|path| (path.into(), String::new())).collect();
    }
    if let Some(dataset) = record.dataset {
        run.train_count = dataset.train_count;
        run.val_count = dataset.val_count;
    }
    run
}

/// When the run in `dir` began, from the folder's name (`20260131-235959-resnet18`, UTC) or else its date.
fn started_unix_secs(dir: &Path) -> Option<u64> {
    let name = dir.file_name()?.to_str()?;
    stamp_unix_secs(name).or_else(|| {
        let modified = std::fs::metadata(dir).ok()?.modified().ok()?;
        Some(modified.duration_since(UNIX_EPOCH).ok()?.as_secs())
    })
}

fn stamp_unix_secs(name: &str) -> Option<u64> {
    let (date, rest) = name.split_once('-')?;
    let time = rest.get(..6)?;
    let is_stamp = date.len() == 8 && date.bytes().chain(time.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_stamp {
        return None;
    }
    let number = |text: &str, from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(date, 0, 4)?, number(date, 4, 6)?, number(date, 6, 8)?);
    let (hour, minute, second) = (number(time, 0, 2)?, number(time, 2, 4)?, number(time, 4, 6)?);
    // Days since 1970 by Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March.
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = era * 146_097 + day_of_era - 719_468;
    u64::try_from(days * 86_400 + hour * 3600 + minute * 60 + second).ok()
}

/// Seconds since 1970.
pub(super) fn now_unix_secs() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_name_tells_when_a_run_began() {
        assert_eq!(stamp_unix_secs("19700101-000000-cnn"), Some(0));
        assert_eq!(stamp_unix_secs("20240229-235959-resnet18"), Some(1_709_251_199));
        assert_eq!(stamp_unix_secs("21000301-000000"), Some(4_107_542_400));
        assert_eq!(stamp_unix_secs("my-favourite-run"), None);
        assert_eq!(stamp_unix_secs("2024022-9235959"), None);
    }
}
