//! One prediction looked at closely.

use egui::{Button, RichText, Role, Sense, Ui, WidgetInfo, vec2};
use egui_material_icons::icons;

use crate::app::command::{Command, Commands, LabelCommand};
use crate::app::state::{Picture, State};
use crate::lang::{self, t};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws the picture large, with the probability of every class and the label, which can be mended here.
pub fn detail_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
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
                widgets::elided_label(ui, &file, theme::strong(theme::size::BODY), colors.text);
            });
        });
    });
    let width = ui.available_width();
    // As high as the picture is at this width; 4:3 is usual until that is known.
    let shape = match state.pictures.get(&outcome.path, width * ui.ctx().pixels_per_point()) {
        Picture::Ready { original_size: [across, down], .. } => down as f32 / across.max(1) as f32,
        Picture::Loading | Picture::Failed(_) => 0.75,
    };
    let height = (width * shape).min(ui.available_height() * 0.6);
    let (area, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    widgets::paint_picture(ui, &mut state.pictures, &outcome.path, area);
    ui.add_space(space::S);
    let name_of = |class: usize| judged.evaluation.classes.get(class).map_or("?", String::as_str);
    let (sign, color) = match outcome.is_right() {
        Some(true) => (t!("✓ right"), colors.good),
        Some(false) => (t!("✗ wrong"), colors.bad),
        None => (t!("not judged"), colors.text_weak),
    };
    ui.horizontal(|ui| {
        ui.label(RichText::new(sign).font(theme::strong(theme::size::BODY)).color(color));
        if let Some(truth) = outcome.truth {
            ui.label(t!("labelled"));
            widgets::legend_dot(ui, theme::class_color_of(name_of(truth), truth));
            ui.label(name_of(truth));
        }
    });
    ui.add_space(space::XS);
    match &outcome.result {
        Ok(found) => widgets::probabilities_ui(ui, &judged.evaluation.classes, found, 10),
        Err(reason) => {
            ui.label(RichText::new(widgets::capitalised(&lang::sentence(reason))).color(colors.bad));
        }
    }
    relabel_ui(ui, state, commands);
    ui.add_space(space::S);
    if ui.button(t!("Copy the file's path")).clicked() {
        ui.ctx().copy_text(outcome.path.display().to_string());
    }
}

/// The label of a picture of the open data set, to be changed by a click or by the keys that label in Data.
fn relabel_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(project) = &state.project else { return };
    let Some(item) = state.results.item(project).filter(|_| project.labels.refusal().is_none()) else { return };
    ui.add_space(space::M);
    ui.horizontal(|ui| {
        widgets::section_label(ui, t!("Its label"));
        widgets::hint(
            ui,
            t!("Its label"),
            t!(
                "Is the label wrong and the model right? Choose the right class, or press its number. Your files stay as they are, Ctrl+Z takes it back, and the figures follow at once."
            ),
        );
    });
    ui.horizontal_wrapped(|ui| {
        for (class, name) in project.dataset.classes.iter().enumerate() {
            let key = if class < 9 { format!("{}  ", class + 1) } else { String::new() };
            let text = format!("{key}{}", widgets::elide_middle(ui, name, &theme::body(), 160.0));
            let response = ui.add(Button::selectable(item.class == Some(class), text));
            response.widget_info(|| {
                let spoken = t!("Label as {class}", class = name);
                WidgetInfo::selected(Role::RadioButton, true, item.class == Some(class), spoken)
            });
            if response.clicked() {
                commands.push(Command::Label(LabelCommand::Label(Some(class))));
            }
        }
    });
}
