//! Start, pause, stop, continue; and why a run can't be started.

use egui::{Button, Ui, vec2};
use egui_material_icons::icons;

use super::{warning_ui, words};
use crate::app::command::{Command, Commands, TrainCommand, UiCommand};
use crate::app::state::{RunPhase, State};
use crate::lang::t;
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws the buttons at the foot of the settings.
pub fn controls_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.y = space::S;
    let root = state.project.as_ref().map(|project| &project.dataset.root);
    match &state.train.run {
        Some(run) if run.phase.is_running() && Some(&run.dataset_root) == root => running_ui(ui, &run.phase, commands),
        _ => ready_ui(ui, state, commands),
    }
}

fn running_ui(ui: &mut Ui, phase: &RunPhase, commands: &mut Commands) {
    let width = (ui.available_width() - space::S) / 2.0;
    let size = vec2(width, theme::PRIMARY_HEIGHT);
    let is_stopping = *phase == RunPhase::Stopping;
    ui.horizontal(|ui| {
        let (icon, word) = if *phase == RunPhase::Paused {
            (icons::ICON_PLAY_ARROW.codepoint, t!("Resume"))
        } else {
            (icons::ICON_PAUSE.codepoint, t!("Pause"))
        };
        let pause = named(ui, icon, word, size, !is_stopping);
        if widgets::with_command_tooltip(ui, pause, UiCommand::PauseOrResumeTraining).clicked() {
            commands.ui(UiCommand::PauseOrResumeTraining);
        }
        let word = if is_stopping { t!("Stopping…") } else { t!("Stop") };
        let stop = named(ui, icons::ICON_STOP.codepoint, word, size, !is_stopping);
        if widgets::with_command_tooltip(ui, stop, UiCommand::StopTraining).clicked() {
            commands.ui(UiCommand::StopTraining);
        }
    });
}

fn ready_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let train = &state.train;
    let busy = train.run.as_ref().filter(|run| run.phase.is_running()).map(|run| {
        t!("“{name}” is being trained. One training runs at a time: wait for it, or stop it.", name = run.dataset_name)
    });
    let problem = busy.or_else(|| train.start_problem());
    match &problem {
        Some(problem) => warning_ui(ui, problem, train.dataset_problem.is_some()),
        None => {
            for warning in &train.dataset_warnings {
                warning_ui(ui, warning, false);
            }
        }
    }
    let width = ui.available_width();
    let can_start = problem.is_none() && state.project.is_some();
    ui.horizontal(|ui| {
        let mut width = width;
        if train.can_continue()
            && let Some(run) = train.shown()
        {
            let tip = t!(
                "{what} Goes on with epoch {epoch} of {epochs}, with the settings of that run ({settings}).",
                what = UiCommand::ContinueRun.tooltip(),
                epoch = run.history.epochs.len() + 1,
                epochs = run.config.epochs,
                settings = words::settings_line(&run.config)
            );
            let size = vec2((width - space::S) * 0.4, theme::PRIMARY_HEIGHT);
            width -= size.x + space::S;
            if named(ui, icons::ICON_PLAY_ARROW.codepoint, t!("Continue"), size, true).on_hover_text(tip).clicked() {
                commands.push(Command::Train(TrainCommand::Continue));
            }
        }
        let start = widgets::wide_primary_button(ui, UiCommand::StartTraining.title(), can_start, width);
        if widgets::with_command_tooltip(ui, start, UiCommand::StartTraining).clicked() {
            commands.ui(UiCommand::StartTraining);
        }
    });
}

/// A button with an icon whose accessible name is the word alone.
fn named(ui: &mut Ui, icon: &str, word: &str, size: egui::Vec2, enabled: bool) -> egui::Response {
    let response = ui.add_enabled(enabled, Button::new(format!("{icon}  {word}")).min_size(size));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, word));
    response
}
