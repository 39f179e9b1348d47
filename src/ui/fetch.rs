//! The dialog before something is fetched: what it is, how large, from where, under which licence, where it goes.

use egui::{Grid, Label, ProgressBar, RichText, Ui, vec2};
use egui_material_icons::icons;

use super::overlays::dialog_ui;
use super::theme::{self, space};
use super::widgets;
use crate::app::command::{Command, Commands, FetchCommand, TrainCommand};
use crate::app::state::{FetchKind, FetchOffer, JobLine, State};
use crate::lang::{self, t};

/// Width of the dialog in points.
const WIDTH: f32 = 480.0;

/// Draws the dialog if something is offered.
pub(super) fn fetch_ui(ui: &Ui, state: &mut State, commands: &mut Commands) {
    let Some(offer) = state.fetch.offer.clone() else { return };
    let stays = dialog_ui(ui, "fetch", &t!("Get {title}", title = offer.title), WIDTH, |ui| {
        contents_ui(ui, state, &offer, commands);
    });
    if !stays {
        state.fetch.offer = None;
    }
}

fn contents_ui(ui: &mut Ui, state: &mut State, offer: &FetchOffer, commands: &mut Commands) {
    widgets::weak_ui(ui, &lang::sentence(&format!("{}.", offer.about)));
    ui.add_space(space::S);
    facts_ui(ui, offer);
    ui.add_space(space::S);
    if let Some(error) = &state.fetch.error {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let sign = RichText::new(icons::ICON_ERROR.codepoint).size(theme::icon::M).color(theme::colors(ui).bad);
            ui.add(Label::new(sign).selectable(false));
            ui.add(Label::new(error).wrap());
        });
        ui.add_space(space::S);
    }
    let own = state.fetch.job.filter(|(_, kind)| *kind == offer.kind);
    let line = own.and_then(|(job, _)| state.jobs.iter().find(|line| line.id == job)).cloned();
    match line {
        Some(line) => running_ui(ui, &line, commands),
        None => start_ui(ui, state, offer, commands),
    }
}

fn facts_ui(ui: &mut Ui, offer: &FetchOffer) {
    let size = offer.bytes.map_or_else(|| t!("not known").to_owned(), widgets::bytes);
    let size = if offer.there > 0 {
        t!("{size}, {there} are there already", size = size, there = widgets::bytes(offer.there))
    } else {
        size
    };
    let facts = [
        (t!("From"), offer.host.clone()),
        (t!("Size"), size),
        (t!("Licence"), lang::sentence(&offer.licence)),
        (t!("To"), offer.place.display().to_string()),
    ];
    Grid::new("fetch_facts").num_columns(2).spacing(vec2(space::M, 6.0)).show(ui, |ui| {
        for (name, value) in facts {
            let colors = theme::colors(ui);
            ui.add(Label::new(RichText::new(name).color(colors.text_weak)).selectable(false));
            ui.scope(|ui| {
                ui.set_width(WIDTH - 76.0);
                widgets::elided_label(ui, &value, theme::body(), colors.text);
            });
            ui.end_row();
        }
    });
}

fn running_ui(ui: &mut Ui, line: &JobLine, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let bar = ProgressBar::new(line.fraction.unwrap_or(0.0)).desired_height(8.0).fill(colors.accent);
    let response = ui.add(bar);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, t!("Progress of fetching")));
    ui.horizontal(|ui| {
        let detail = RichText::new(&line.detail).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak);
        ui.add(Label::new(detail).selectable(false));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button(t!("Stop")).on_hover_text(t!("What came stays, and can be gone on from")).clicked() {
                commands.push(Command::CancelJob(line.id));
            }
        });
    });
    widgets::weak_ui(ui, t!("You can close this and go on working."));
}

fn start_ui(ui: &mut Ui, state: &State, offer: &FetchOffer, commands: &mut Commands) {
    let is_free = state.fetch.job.is_none();
    ui.horizontal(|ui| {
        let text = if offer.there > 0 { t!("Go on fetching") } else { t!("Fetch") };
        let start = widgets::primary_button(ui, text, is_free);
        if start.on_disabled_hover_text(t!("Something else is being fetched")).clicked() {
            commands.push(Command::Fetch(FetchCommand::Start));
        }
        let other = match offer.kind {
            FetchKind::Weights(_) => (t!("Open a file instead…"), Command::Train(TrainCommand::ChooseWeightsFile)),
            FetchKind::Photographs => {
                (t!("Open a folder instead…"), Command::Ui(crate::app::command::UiCommand::OpenFolder))
            }
        };
        widgets::command_button(ui, other.0, other.1, commands);
    });
    widgets::weak_ui(ui, t!("Proxy and mirror are in the settings."));
}
