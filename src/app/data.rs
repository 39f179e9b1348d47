//! Carries out what the Data workspace asks for.

use super::command::DataCommand;
use super::imago_app::Cx;

/// What its jobs report.
pub enum DataMessage {}

/// What this workspace keeps that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {}

/// Carries out a command.
pub(super) fn handle(command: DataCommand, _cx: &mut Cx<'_>) {
    match command {}
}

/// Folds in what a job reports.
pub(super) fn receive(message: DataMessage, _cx: &mut Cx<'_>) {
    match message {}
}

/// Another data set is open, or none any more.
pub(super) fn project_changed(_cx: &mut Cx<'_>) {}

/// Once a frame, before drawing.
pub(super) fn tick(_cx: &mut Cx<'_>) {}
