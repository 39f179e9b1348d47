//! Carries out what the Train workspace asks for.

use super::command::TrainCommand;
use super::imago_app::Cx;

/// What its jobs report.
pub enum TrainMessage {}

/// What this workspace keeps that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {}

/// Carries out a command.
pub(super) fn handle(command: TrainCommand, _cx: &mut Cx<'_>) {
    let _ = (command, _cx); // (being written)
}

/// Folds in what a job reports.
pub(super) fn receive(message: TrainMessage, _cx: &mut Cx<'_>) {
    match message {}
}

/// Another data set is open, or none any more.
pub(super) fn project_changed(_cx: &mut Cx<'_>) {}

/// Once a frame, before drawing.
pub(super) fn tick(_cx: &mut Cx<'_>) {}

/// Stops a running training and waits for its thread, when the window closes.
pub(super) fn stop_and_wait(_services: &mut super::imago_app::Services) {}
