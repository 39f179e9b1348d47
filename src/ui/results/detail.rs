//! One prediction looked at closely.

use egui::{RichText, Sense, Ui, vec2};
use egui_material_icons::icons;

use crate::app::state::State;
use crate::lang::{self, t};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws the picture large, with the probability of every class.
pub fn detail_ui(ui: &mut Ui, state: &mut State) {
    let colors = theme::colors(ui);
    let Some(judged) = state.results.judged.clone() else { return };
    let Some(outcome) = state.results.selected.and_then(|index| judged.evaluation.outcomes.get(index)) else { return };
    let file = outcome.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if widgets::icon_button(ui, icons::ICON_CLOSE.codepoint, t!("Close the close look"), false).clicked() {
                state.results.selected = None;
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                widgets::elided_label(ui, &file, theme::strong(13.0), colors.text);
            });
        });
    });
    let width = ui.available_width();
    let (area, _) = ui.allocate_exact_size(vec2(width, width.min(ui.available_height() * 0.6)), Sense::hover());
    widgets::paint_picture(ui, &mut state.pictures, &outcome.path, area);
    ui.add_space(space::S);
    let name_of = |class: usize| judged.evaluation.classes.get(class).map_or("?", String::as_str);
    let (sign, color) = match outcome.is_right() {
        Some(true) => (t!("✓ right"), colors.good),
        Some(false) => (t!("✗ wrong"), colors.bad),
        None => (t!("not judged"), colors.text_weak),
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new(sign).font(theme::strong(13.0)).color(color));
        if let Some(truth) = outcome.truth {
            ui.label(t!("labelled"));
            widgets::legend_dot(ui, theme::class_color(truth));
            ui.label(name_of(truth));
        }
    });
    ui.add_space(space::XS);
    match &outcome.result {
        Ok(found) => widgets::probabilities_ui(ui, &judged.evaluation.classes, found, 10),
        Err(reason) => {
            ui.label(RichText::new(lang::sentence(reason)).color(colors.bad));
        }
    }
    ui.add_space(space::S);
    if ui.button(t!("Copy the file's path")).clicked() {
        ui.ctx().copy_text(outcome.path.display().to_string());
    }
}
