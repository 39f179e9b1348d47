//! The Train workspace: settings at the left, curves and figures at the right.
//!
//! ```text
//! settings │ title, what became of the run, figures
//!  models  │ loss          accuracy
//!  numbers │ epochs · layers · runs · skipped
//!  buttons │
//! ```

mod charts;
mod controls;
mod curves;
mod epochs;
mod figures;
mod hints;
mod layers;
mod models;
mod outcome;
mod runs;
mod settings;
mod skipped;
mod words;

use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, RichText, ScrollArea, Ui};
use egui_material_icons::icons;

use super::theme::{self, space};
use super::widgets;
use crate::app::command::Commands;
use crate::app::state::{State, TrainTab};
use crate::lang::{self, t};

/// Width of the settings, in points.
const SETTINGS_WIDTH: f32 = 328.0;
/// The right side is never drawn lower than this; a lower window scrolls.
const LEAST_HEIGHT: f32 = 470.0;

/// Draws the Train workspace.
pub fn train_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let frame = Frame::new().fill(colors.panel);
    Panel::left("train_settings").frame(frame).exact_size(SETTINGS_WIDTH).resizable(false).show(ui, |ui| {
        let foot = Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(12, 12));
        Panel::bottom("train_controls").frame(foot).resizable(false).show(ui, |ui| {
            controls::controls_ui(ui, state, commands);
        });
        let body = Frame::new().fill(colors.panel);
        CentralPanel::default().frame(body).show(ui, |ui| {
            ScrollArea::vertical().id_salt("train_settings_scroll").auto_shrink([false, false]).show(ui, |ui| {
                Frame::new().inner_margin(Margin::same(12)).show(ui, |ui| settings::settings_ui(ui, state, commands));
            });
        });
    });
    let frame = Frame::new().fill(colors.window);
    CentralPanel::default().frame(frame).show(ui, |ui| {
        ScrollArea::vertical().id_salt("train_page").auto_shrink([false, false]).show(ui, |ui| {
            let height = ui.available_height().max(LEAST_HEIGHT);
            let margin = Margin::same(16);
            Frame::new().inner_margin(margin).show(ui, |ui| {
                ui.set_min_height(height - margin.sum().y);
                ui.set_max_height(height - margin.sum().y);
                watch_ui(ui, state, commands);
            });
        });
    });
}

/// The right side: the run that is shown, or what a run will show.
fn watch_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.y = space::M;
    outcome::other_data_set_ui(ui, state, commands);
    outcome::heading_ui(ui, state);
    outcome::banner_ui(ui, state, commands);
    figures::figures_ui(ui, state.train.shown());
    // The curves get what the list below leaves, which is about two fifths.
    let room = ui.available_height();
    let curves = (room * 0.56).clamp(170.0, 420.0);
    charts::charts_ui(ui, state, curves);
    tabs_ui(ui, state, commands);
}

fn tabs_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let skipped = state.train.shown().map_or(0, |run| run.skipped.len());
    let mut tabs = vec![(TrainTab::Epochs, t!("Epochs").to_owned()), (TrainTab::Layers, t!("Layers").to_owned())];
    let runs = state.train.past.len();
    tabs.push((TrainTab::Runs, if runs > 0 { format!("{} · {runs}", t!("Runs")) } else { t!("Runs").to_owned() }));
    if skipped > 0 {
        tabs.push((TrainTab::Skipped, format!("{} · {skipped}", t!("Skipped pictures"))));
    } else if state.train.view.tab == TrainTab::Skipped {
        state.train.view.tab = TrainTab::Epochs;
    }
    let colors = theme::colors(ui);
    let height = ui.available_height();
    Frame::new()
        .fill(colors.card)
        .stroke(egui::Stroke::new(1.0, colors.stroke))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin { left: 12, right: 12, top: 4, bottom: 8 })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.set_height(height - 12.0);
            ui.spacing_mut().item_spacing.y = space::S;
            ui.horizontal(|ui| {
                widgets::tab_bar_ui(ui, &mut state.train.view.tab, &tabs);
                let (term, explanation) = match state.train.view.tab {
                    TrainTab::Epochs => (t!("the table of epochs"), hints::EPOCH_TABLE),
                    TrainTab::Layers => (t!("a layer"), hints::LAYERS),
                    TrainTab::Runs | TrainTab::Skipped => return,
                };
                // At the other end of the line: beside the last tab it would seem to be about that one.
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    widgets::hint(ui, term, lang::text(explanation));
                });
            });
            match state.train.view.tab {
                TrainTab::Epochs => epochs::epochs_ui(ui, state),
                TrainTab::Layers => layers::layers_ui(ui, state),
                TrainTab::Runs => runs::runs_ui(ui, state, commands),
                TrainTab::Skipped => skipped::skipped_ui(ui, state),
            }
        });
}

/// A sentence where a list is still empty.
fn nothing_yet_ui(ui: &mut Ui, sentence: &str) {
    let colors = theme::colors(ui);
    ui.add_space(space::S);
    ui.add(egui::Label::new(RichText::new(sentence).color(colors.text_weak)).wrap());
}

/// A line with a warning sign.
fn warning_ui(ui: &mut Ui, text: &str, is_error: bool) {
    let colors = theme::colors(ui);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (icon, color) = if is_error {
            (icons::ICON_ERROR.codepoint, colors.bad)
        } else {
            (icons::ICON_WARNING.codepoint, colors.accent)
        };
        ui.add(egui::Label::new(RichText::new(icon).size(theme::icon::M).color(color)).selectable(false));
        ui.add(egui::Label::new(RichText::new(lang::sentence(text)).size(theme::size::SMALL)).wrap());
    });
}

/// `11.2 M`, `389 k`, `1,026`.
fn count(value: usize) -> String {
    match value {
        0..100_000 => widgets::thousands(value),
        100_000..1_000_000 => format!("{:.0} k", value as f64 / 1e3),
        _ => format!("{:.1} M", value as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short_but_small_ones_exact() {
        assert_eq!([count(1_026), count(389_123), count(11_177_538)], ["1,026", "389 k", "11.2 M"]);
    }
}
