//! The run under way: starting, telling, listening.

use std::sync::Arc;
use std::time::Duration;

use super::clock::RunClock;
use super::{Live, past};
use crate::app::imago_app::Cx;
use crate::app::state::{NoticeLevel, RunPhase, RunView, Trained};
use crate::app::{results, suggest};
use crate::dataset::{Dataset, ScanOptions};
use crate::lang::{self, t};
use crate::train::{self, Event, RunRequest, run_folder};

/// While a run is under way the window is drawn at least this often, for the clock.
const REDRAW_EVERY: Duration = Duration::from_millis(500);

/// Starts a run with the settings shown.
pub(super) fn start(cx: &mut Cx<'_>) {
    if cx.state.train.is_running() {
        return;
    }
    let Some(project) = &cx.state.project else { return };
    if let Some(problem) = cx.state.train.start_problem() {
        cx.state.notify(NoticeLevel::Error, problem);
        return;
    }
    let dataset = project.for_training();
    let mut config = cx.state.train.config.clone();
    // As the folder was read, whatever the run had whose settings were taken over.
    config.val_fraction = ScanOptions::default().val_fraction;
    if let Err(error) = config.check() {
        cx.state.notify(NoticeLevel::Error, format!("{error}."));
        return;
    }
    let dir = run_folder::new_run_dir(&project.runs_dir, config.arch.name());
    let mut run = RunView::new(dir, config);
    run.started_unix_secs = Some(past::now_unix_secs());
    begin(run, dataset, false, cx);
}

/// Goes on with the run that is shown.
pub(super) fn go_on(cx: &mut Cx<'_>) {
    if !cx.state.train.can_continue() {
        return;
    }
    let Some(mut run) = cx.state.train.shown().cloned() else { return };
    // With the share for validation that it has, which may be another than the window's.
    let project = cx.state.project.as_ref().filter(|project| project.dataset.root == run.dataset_root);
    let open = project.map(|project| project.for_run(run.config.val_fraction));
    let known = cx.services.train.dataset.clone();
    let Some(dataset) = open.into_iter().chain(known).find(|dataset| dataset.root == run.dataset_root) else {
        let text =
            t!("This run learned from {path}. Open that folder to go on with it.", path = run.dataset_root.display());
        cx.state.notify(NoticeLevel::Warning, text);
        return;
    };
    run.phase = RunPhase::Starting;
    run.last_step = None;
    // They are said again.
    run.skipped.clear();
    begin(run, dataset, true, cx);
}

fn begin(mut run: RunView, dataset: Arc<Dataset>, resume: bool, cx: &mut Cx<'_>) {
    run.dataset_root.clone_from(&dataset.root);
    run.dataset_name = dataset.name();
    let request =
        RunRequest { config: run.config.clone(), dataset: Dataset::clone(&dataset), run_dir: run.dir.clone(), resume };
    let clock = RunClock::new(if resume { run.elapsed_secs } else { 0.0 });
    let handle = train::start(request, cx.services.jobs.wake());
    cx.services.train.live = Some(Live { handle, clock });
    cx.services.train.dataset = Some(dataset);
    cx.state.train.viewed = Some(run.dir.clone());
    cx.state.train.run = Some(run);
}

/// Lets the trainer wait, or go on.
pub(super) fn pause_or_resume(cx: &mut Cx<'_>) {
    let (Some(live), Some(run)) = (&cx.services.train.live, &cx.state.train.run) else { return };
    match run.phase {
        RunPhase::Paused => live.handle.resume(),
        RunPhase::Starting | RunPhase::Training | RunPhase::Validating { .. } => live.handle.pause(),
        RunPhase::Stopping | RunPhase::Finished | RunPhase::Stopped | RunPhase::Failed(_) => {}
    }
}

/// Ends the run after the batch under way.
pub(super) fn stop(cx: &mut Cx<'_>) {
    let (Some(live), Some(run)) = (&cx.services.train.live, &mut cx.state.train.run) else { return };
    live.handle.stop();
    run.phase = RunPhase::Stopping;
}

/// Takes in what the trainer reports, and keeps the clock.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let (Some(live), Some(run)) = (&mut cx.services.train.live, &mut cx.state.train.run) else { return };
    live.clock.tick(run.phase != RunPhase::Paused);
    let mut ended = None;
    loop {
        match live.handle.events.try_recv() {
            Ok(event) => ended = fold(event, run, &mut live.clock).or(ended),
            Err(crossbeam_channel::TryRecvError::Empty) => break,
            Err(crossbeam_channel::TryRecvError::Disconnected) => {
                if run.phase.is_running() {
                    let message =
                        t!("The training ended unexpectedly. The last finished epoch is kept and can be continued.");
                    run.phase = RunPhase::Failed(message.to_owned());
                    ended = Some(Ended::Failed(message.to_owned()));
                }
                break;
            }
        }
    }
    run.elapsed_secs = live.clock.elapsed_secs();
    let epochs_left = run.config.epochs.saturating_sub(run.history.epochs.len());
    run.eta_secs =
        if run.phase.is_running() { live.clock.left_secs(epochs_left, run.fraction_of_epoch()) } else { None };
    if run.phase.is_running() {
        cx.ctx.request_repaint_after(REDRAW_EVERY);
        return;
    }
    // Its thread is about to be over; the window does not wait for it.
    cx.services.train.live = None;
    if let Some(ended) = ended {
        announce(ended, cx);
    }
    past::list(cx);
}

/// How a run ended.
#[derive(Debug, PartialEq)]
enum Ended {
    Finished { best_epoch: usize, best_val_acc: f64 },
    Stopped { epochs_done: usize },
    Failed(String),
}

/// Folds an event into the run. Returns how it ended when that was the last one.
fn fold(event: Event, run: &mut RunView, clock: &mut RunClock) -> Option<Ended> {
    match event {
        Event::Started {
            device,
            device_note,
            train_count,
            val_count,
            steps_per_epoch,
            parameters,
            trainable,
            resumed_from,
            run_dir,
        } => {
            run.device = device;
            run.device_note = device_note;
            (run.train_count, run.val_count, run.steps_per_epoch) = (train_count, val_count, steps_per_epoch);
            (run.parameters, run.trainable) = (parameters, trainable);
            run.dir = run_dir;
            // What was learned after the checkpoint is learned again.
            run.history.epochs.truncate(resumed_from);
            run.history.steps.retain(|step| step.epoch <= resumed_from);
            set_active(run, RunPhase::Training);
            clock.epochs_begin();
        }
        Event::Step(step) => {
            run.push_step(step);
            set_active(run, RunPhase::Training);
        }
        Event::Validating { epoch: _, done, total } => set_active(run, RunPhase::Validating { done, total }),
        Event::Epoch(record) => {
            clock.epoch_ended(record.seconds);
            run.push_epoch(record);
            set_active(run, RunPhase::Training);
        }
        Event::Skipped(file) => run.skipped.push((file.path, file.reason)),
        Event::Paused => {
            if run.phase != RunPhase::Stopping {
                run.phase = RunPhase::Paused;
            }
        }
        Event::Resumed => {
            if run.phase == RunPhase::Paused {
                run.phase = RunPhase::Training;
            }
        }
        Event::Finished { best_epoch, best_val_acc, total_secs: _ } => {
            run.phase = RunPhase::Finished;
            return Some(Ended::Finished { best_epoch, best_val_acc });
        }
        Event::Stopped { epochs_done } => {
            run.history.epochs.truncate(epochs_done);
            run.phase = RunPhase::Stopped;
            return Some(Ended::Stopped { epochs_done });
        }
        Event::Failed { message } => {
            run.phase = RunPhase::Failed(message.clone());
            return Some(Ended::Failed(message));
        }
    }
    None
}

/// A run that was asked to stop shows so until it has; one that waits, until it goes on.
fn set_active(run: &mut RunView, phase: RunPhase) {
    if !matches!(run.phase, RunPhase::Stopping | RunPhase::Paused) {
        run.phase = phase;
    }
}

fn announce(ended: Ended, cx: &mut Cx<'_>) {
    let Some(run) = &cx.state.train.run else { return };
    let name = run.dataset_name.clone();
    let trained = Trained { dir: run.dir.clone(), epochs: run.history.epochs.len() };
    let (failed, has_learned) = (matches!(ended, Ended::Failed(_)), run.last_step.is_some());
    // A run that was stopped has the best model so far, which may be all that was wanted. One that failed may have another than
    // before as soon as it has learned anything.
    if trained.epochs > 0 && (!failed || has_learned) {
        suggest::trained(&trained.dir, cx);
        if failed {
            results::model_changed(&trained.dir, cx);
        }
        // What failed is put before others only where it was before, with the model that it had then.
        let was_last = cx.state.train.last_trained.as_ref().is_some_and(|last| last.dir == trained.dir);
        if !failed || was_last {
            cx.state.train.last_trained = Some(trained);
        }
    }
    match ended {
        Ended::Finished { best_epoch, best_val_acc } => {
            let text = t!(
                "“{name}” is trained: best validation accuracy {best:.3}, in epoch {epoch}.",
                name = name,
                best = best_val_acc,
                epoch = best_epoch
            );
            cx.state.notify(NoticeLevel::Success, text);
        }
        Ended::Stopped { epochs_done: 0 } => {
            cx.state.notify(NoticeLevel::Info, t!("Training stopped before its first epoch was whole."));
        }
        Ended::Stopped { epochs_done } => {
            let text = t!(
                "Training stopped after epoch {epoch}. Its best model can be used, and it can be continued.",
                epoch = epochs_done
            );
            cx.state.notify(NoticeLevel::Info, text);
        }
        // The card in Train says why, at length; it is not said twice where one is looking.
        Ended::Failed(message) => {
            results::list(cx);
            if cx.state.workspace != crate::app::state::Workspace::Train {
                cx.state.notify(
                    NoticeLevel::Error,
                    t!("The training could not go on: {message}", message = lang::sentence(&message)),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::train::{EpochRecord, StepRecord, TrainConfig};

    fn started(resumed_from: usize) -> Event {
        Event::Started {
            device: "CPU · 2 threads".to_owned(),
            device_note: None,
            train_count: 8,
            val_count: 4,
            steps_per_epoch: 2,
            parameters: 10,
            trainable: 5,
            resumed_from,
            run_dir: PathBuf::from("run"),
        }
    }

    fn epoch(epoch: usize) -> Event {
        let (train_loss, train_acc, val_loss, val_acc) = (1.0, 0.5, 1.0, 0.5);
        Event::Epoch(EpochRecord { epoch, train_loss, train_acc, val_loss, val_acc, lr: 0.1, seconds: 1.0 })
    }

    fn step(epoch: usize) -> Event {
        Event::Step(StepRecord {
            epoch,
            step: 1,
            steps_per_epoch: 2,
            loss: 1.0,
            running_loss: 1.0,
            running_acc: 0.5,
            lr: 0.1,
            images_per_sec: 8.0,
        })
    }

    fn run() -> RunView {
        RunView::new("run".into(), TrainConfig { epochs: 3, ..TrainConfig::default() })
    }

    fn play(run: &mut RunView, events: Vec<Event>) -> Option<Ended> {
        let mut clock = RunClock::new(0.0);
        let mut ended = None;
        for event in events {
            ended = fold(event, run, &mut clock).or(ended);
        }
        ended
    }

    #[test]
    fn a_run_is_told_from_its_first_event_to_its_last() {
        let mut run = run();
        let finished = Event::Finished { best_epoch: 1, best_val_acc: 0.5, total_secs: 2.0 };
        let validating = Event::Validating { epoch: 1, done: 2, total: 4 };
        assert_eq!(play(&mut run, vec![started(0), step(1), validating]), None);
        assert_eq!(run.phase, RunPhase::Validating { done: 2, total: 4 });
        let ended = play(&mut run, vec![epoch(1), step(2), epoch(2), step(3), epoch(3), finished]);
        assert_eq!(ended, Some(Ended::Finished { best_epoch: 1, best_val_acc: 0.5 }));
        assert_eq!((run.phase.clone(), run.history.epochs.len(), run.fraction_done()), (RunPhase::Finished, 3, 1.0));
    }

    #[test]
    fn a_step_that_was_still_on_its_way_does_not_hide_a_pause_or_a_stop() {
        let mut run = run();
        play(&mut run, vec![started(0), Event::Paused, step(1)]);
        assert_eq!(run.phase, RunPhase::Paused);
        play(&mut run, vec![Event::Resumed]);
        assert_eq!(run.phase, RunPhase::Training);
        run.phase = RunPhase::Stopping;
        play(&mut run, vec![step(1), Event::Paused, epoch(1)]);
        assert_eq!(run.phase, RunPhase::Stopping);
        let ended = play(&mut run, vec![Event::Stopped { epochs_done: 1 }]);
        assert_eq!((ended, run.can_continue()), (Some(Ended::Stopped { epochs_done: 1 }), true));
    }

    #[test]
    fn resuming_forgets_what_came_after_the_checkpoint() {
        let mut run = run();
        play(&mut run, vec![started(0), step(1), epoch(1), step(2), epoch(2), step(3)]);
        play(&mut run, vec![started(1)]);
        assert_eq!((run.history.epochs.len(), run.history.steps.len()), (1, 1));
    }
}
