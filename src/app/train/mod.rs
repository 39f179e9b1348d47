//! Carries out what the Train workspace asks for: starts a trainer, tells it what to do, folds its events into the run that
//! is shown; keeps the list of runs; has weights files, devices and model sizes looked at in the background.
//!
//! One trainer runs at a time. It keeps its own data set, so that another folder can be opened meanwhile.

mod clock;
mod facts;
mod import;
mod live;
mod past;
mod weights;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clock::RunClock;

use super::command::{ResultsCommand, TrainCommand};
use super::imago_app::{Cx, Services};
use super::native;
use super::state::{Arch, DeviceLine, DeviceState, JobId, NoticeLevel, RunView, WeightsState, Workspace};
use crate::dataset::Dataset;
use crate::lang::t;
use crate::nn::DeviceChoice;
use crate::train::{TrainerHandle, WeightsChoice};

/// What its jobs report.
pub enum TrainMessage {
    /// A weights file was looked at: which, for which model, what was found.
    Weights(JobId, PathBuf, Arch, WeightsState),
    /// A device was tested.
    Device(DeviceChoice, DeviceState),
    /// The runs of the open data set.
    Runs(JobId, Vec<RunView>),
    /// A PyTorch file was converted, or why not: one sentence; nothing when it was cancelled.
    Imported(Result<PathBuf, Option<String>>),
}

/// What this workspace keeps that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    /// The trainer at work, and when its figures come from.
    live: Option<Live>,
    /// What the run that is under way, or ended last, learns from.
    dataset: Option<Arc<Dataset>>,
    weights_job: Option<JobId>,
    runs_job: Option<JobId>,
    devices_asked: bool,
    /// What is started as the child that reads PyTorch's files; this program where nothing else is said.
    pub(super) program: Option<PathBuf>,
}

struct Live {
    handle: TrainerHandle,
    clock: RunClock,
}

/// Carries out a command.
pub(super) fn handle(command: TrainCommand, cx: &mut Cx<'_>) {
    match command {
        TrainCommand::Start => live::start(cx),
        TrainCommand::PauseOrResume => live::pause_or_resume(cx),
        TrainCommand::Stop => live::stop(cx),
        TrainCommand::Continue => live::go_on(cx),
        TrainCommand::UseWeightsFile(path) if crate::import::is_pytorch_file(&path) => import::start(path, cx),
        TrainCommand::UseWeightsFile(path) => use_weights_file(path, cx),
        TrainCommand::ChooseWeightsFile => native::choose_weights(cx),
        TrainCommand::ShowRun(dir) => cx.state.train.viewed = Some(dir),
        TrainCommand::ShowOwnRuns => {
            cx.state.train.viewed = cx.state.train.past.first().map(|run| run.dir.clone());
        }
        TrainCommand::LoadSettings(dir) => load_settings(&dir, cx),
        TrainCommand::LookAtResults(dir) => {
            super::results::handle(ResultsCommand::ShowRun(dir), cx);
            cx.state.workspace = Workspace::Results;
        }
    }
}

/// Folds in what a job reports.
pub(super) fn receive(message: TrainMessage, cx: &mut Cx<'_>) {
    match message {
        TrainMessage::Weights(job, path, arch, state) if cx.services.train.weights_job == Some(job) => {
            cx.state.train.weights = Some(super::state::WeightsCheck { path, arch, state });
        }
        TrainMessage::Runs(job, runs) if cx.services.train.runs_job == Some(job) => past::arrived(runs, cx),
        TrainMessage::Weights(..) | TrainMessage::Runs(..) => {}
        TrainMessage::Imported(result) => import::ended(result, cx),
        TrainMessage::Device(choice, state) => {
            if choice == DeviceChoice::Auto
                && let DeviceState::Ready { label, .. } = &state
            {
                cx.state.device_label.clone_from(label);
            }
            if let Some(line) = cx.state.train.devices.iter_mut().find(|line| line.choice == choice) {
                line.state = state;
            }
        }
    }
}

/// Another data set is open, or none any more. A run that is under way goes on with its own.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    facts::data_set_changed(cx);
    past::data_set_changed(cx);
}

/// Labels of the open data set have changed: what is said of it is looked at again.
pub(super) fn labels_changed(cx: &mut Cx<'_>) {
    facts::data_set_changed(cx);
}

/// Once a frame, before drawing.
pub(super) fn tick(cx: &mut Cx<'_>) {
    live::tick(cx);
    if cx.state.project.is_some() {
        weights::tick(cx);
        facts::tick(cx);
    }
    if cx.state.workspace == Workspace::Train && cx.state.project.is_some() && !cx.services.train.devices_asked {
        cx.services.train.devices_asked = true;
        ask_devices(cx);
    }
}

/// Stops a running training and waits for its thread, when the window closes.
pub(super) fn stop_and_wait(services: &mut Services) {
    if let Some(live) = services.train.live.take() {
        live.handle.stop();
        live.handle.join();
    }
}

/// Takes a weights file: the model that is chosen becomes a ResNet if it is none.
fn use_weights_file(path: PathBuf, cx: &mut Cx<'_>) {
    let train = &mut cx.state.train;
    if train.is_running() && cx.services.train.dataset.as_ref().map(|dataset| &dataset.root) == open_root(cx) {
        let text = t!("The weights of a run under way can’t be changed. Stop it first, or wait until it has finished.");
        cx.state.notify(NoticeLevel::Warning, text);
        return;
    }
    let train = &mut cx.state.train;
    if !train.config.arch.is_resnet() {
        train.config.arch = Arch::Resnet18;
    }
    train.weights_file = Some(path.clone());
    train.config.weights = WeightsChoice::File(path);
    // The file may have changed since it was looked at.
    train.weights = None;
    cx.state.workspace = Workspace::Train;
}

fn open_root<'a>(cx: &'a Cx<'_>) -> Option<&'a PathBuf> {
    cx.state.project.as_ref().map(|project| &project.dataset.root)
}

/// Takes over the settings of a run. The device and the threads are this machine's and stay.
fn load_settings(dir: &Path, cx: &mut Cx<'_>) {
    let Some(run) = cx.state.train.run_at(dir) else { return };
    let mut config = run.config.clone();
    let train = &mut cx.state.train;
    config.device = train.config.device;
    config.threads = train.config.threads;
    if let WeightsChoice::File(path) = &config.weights {
        train.weights_file = Some(path.clone());
    }
    train.config = config;
}

/// Tests the devices that this build can use, each in the background.
fn ask_devices(cx: &mut Cx<'_>) {
    let mut choices = vec![DeviceChoice::Auto, DeviceChoice::Cpu];
    if cfg!(feature = "cuda") {
        choices.push(DeviceChoice::Cuda);
    }
    if cfg!(feature = "metal") {
        choices.push(DeviceChoice::Metal);
    }
    let line = |choice| DeviceLine { choice, state: DeviceState::Checking };
    cx.state.train.devices = choices.iter().copied().map(line).collect();
    cx.services.jobs.spawn("devices", "", move |job| {
        for choice in choices {
            let state = match crate::nn::device::select_device(choice) {
                Ok(selected) => DeviceState::Ready { label: selected.label, note: selected.note },
                Err(error) => DeviceState::Unavailable(error.to_string()),
            };
            job.send(super::jobs::Message::Train(TrainMessage::Device(choice, state)));
        }
    });
}
