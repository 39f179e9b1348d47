//! The Results workspace: runs, figures and confusion matrix at the left, every prediction as a gallery at the right.

mod confusion;
mod detail;
mod gallery;
mod runs;

use egui::{CentralPanel, Frame, Margin, Panel, ScrollArea, Ui};
use egui_material_icons::icons;

use super::theme::{self, space};
use super::widgets::{self, Emblem};
use crate::app::command::{Command, Commands, ResultsCommand};
use crate::app::state::{State, Workspace};
use crate::lang::t;

/// Draws the Results workspace.
pub fn results_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    if state.results.runs.is_empty() {
        let sentence =
            t!("Train a model on this data set: every validation picture then appears here with its prediction.");
        let emblem = Emblem::ant(&state.data, icons::ICON_INSIGHTS.codepoint);
        widgets::empty_state(ui, emblem, t!("No results yet"), sentence, |ui| {
            let running = state.train.is_running();
            let text = if running { t!("Watch the training") } else { t!("Go to Train") };
            if widgets::primary_button(ui, text, true).clicked() {
                commands.push(Command::Go(Workspace::Train));
            }
        });
        return;
    }
    let frame = widgets::side_panel_frame(ui);
    Panel::left("results_left").frame(frame).resizable(true).default_size(330.0).size_range(290.0..=460.0).show(
        ui,
        |ui| {
            ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                runs::runs_ui(ui, state, commands);
                if let Some(judged) = state.results.judged.clone() {
                    ui.add_space(space::L);
                    confusion::figures_ui(ui, state, &judged);
                    ui.add_space(space::L);
                    confusion::confusion_ui(ui, state, &judged.evaluation);
                    ui.add_space(space::L);
                    confusion::classes_ui(ui, &judged.evaluation);
                }
            });
        },
    );
    if state.results.judged.is_some() && state.results.selected.is_some() {
        let frame = widgets::side_panel_frame(ui);
        Panel::right("results_right").frame(frame).resizable(true).default_size(320.0).size_range(240.0..=560.0).show(
            ui,
            |ui| {
                detail::detail_ui(ui, state, commands);
            },
        );
    }
    let frame = Frame::new().fill(theme::colors(ui).window).inner_margin(Margin::same(12));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        if let Some(reason) = state.results.error.clone() {
            error_ui(ui, &reason, commands);
        } else if state.results.judged.is_some() {
            gallery::gallery_ui(ui, state);
        } else if state.results.stopped {
            stopped_ui(ui, state, commands);
        } else {
            waiting_ui(ui, state);
        }
    });
}

fn error_ui(ui: &mut Ui, reason: &str, commands: &mut Commands) {
    widgets::empty_state(ui, icons::ICON_ERROR.codepoint, t!("This run can't be judged"), reason, |ui| {
        ui.horizontal(|ui| {
            let room = (ui.available_width() - 180.0).max(0.0) / 2.0;
            ui.add_space(room);
            if ui.button(t!("Copy")).clicked() {
                ui.ctx().copy_text(reason.to_owned());
            }
            widgets::command_button(ui, t!("Go to Train"), Command::Go(Workspace::Train), commands);
        });
    });
}

fn stopped_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let sentence = t!("Not every picture was looked at, so there are no figures of this run.");
    widgets::empty_state(ui, icons::ICON_VISIBILITY.codepoint, t!("Judging was stopped"), sentence, |ui| {
        if let Some(dir) = &state.results.shown
            && widgets::primary_button(ui, t!("Judge it now"), true).clicked()
        {
            commands.push(Command::Results(ResultsCommand::ShowRun(dir.clone())));
        }
    });
}

fn waiting_ui(ui: &mut Ui, state: &State) {
    if let Some((done, total)) = state.results.judging {
        let sentence = if total == 0 {
            t!("Loading the model…").to_owned()
        } else {
            t!("{done} of {total} pictures", done = done, total = total)
        };
        let emblem = Emblem::bee(&state.data, icons::ICON_VISIBILITY.codepoint);
        widgets::empty_state(ui, emblem, t!("Looking at every picture"), &sentence, |ui| {
            ui.add(egui::ProgressBar::new(done as f32 / total.max(1) as f32).desired_width(240.0).desired_height(6.0));
        });
    } else {
        let sentence = t!("Choose a run at the left. A run has a model from its first finished epoch on.");
        let emblem = Emblem::ant(&state.data, icons::ICON_INSIGHTS.codepoint);
        widgets::empty_state(ui, emblem, t!("No run chosen"), sentence, |_| {});
    }
}
