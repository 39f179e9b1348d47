//! Pictures that could not be read during the run.

use egui::{RichText, ScrollArea, Ui};
use egui_material_icons::icons;

use crate::app::state::State;
use crate::lang::{self, t};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

const ROW: f32 = 36.0;

/// Draws the list.
pub fn skipped_ui(ui: &mut Ui, state: &State) {
    let Some(run) = state.train.shown() else { return };
    let colors = theme::colors(ui);
    ui.horizontal(|ui| {
        let text = t!("These pictures could not be read and were left out. The others were used.");
        ui.label(RichText::new(text).color(colors.text_weak));
        if ui.button(t!("Copy list")).clicked() {
            let list: String =
                run.skipped.iter().map(|(path, reason)| format!("{}\t{reason}\n", path.display())).collect();
            ui.ctx().copy_text(list);
        }
    });
    let area = ScrollArea::vertical().id_salt("train_skipped").auto_shrink([false, false]);
    area.show_rows(ui, ROW, run.skipped.len(), |ui, rows| {
        for (path, reason) in run.skipped.get(rows).unwrap_or_default() {
            ui.horizontal(|ui| {
                ui.set_height(ROW);
                ui.label(RichText::new(icons::ICON_BROKEN_IMAGE.codepoint).size(theme::icon::L).color(colors.bad));
                ui.add_space(space::XS);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    widgets::elided_label(ui, &path.display().to_string(), theme::body(), colors.text);
                    widgets::elided_label(ui, &lang::sentence(reason), theme::caption(), colors.text_weak);
                });
            });
        }
    });
}
