//! The layers of the model that is chosen, or is being trained: shapes and numbers.

use egui::{Align, Layout, RichText, Ui};
use egui_extras::{Column, TableBuilder};

use super::{count, nothing_yet_ui, words};
use crate::app::state::{Layers, State};
use crate::lang::{self, t};
use crate::ui::theme;
use crate::ui::widgets;

const ROW: f32 = 22.0;

/// Draws the summary and the table.
pub fn layers_ui(ui: &mut Ui, state: &State) {
    let Some(layers) = &state.train.layers else {
        nothing_yet_ui(ui, t!("The layers are being counted…"));
        return;
    };
    let colors = theme::colors(ui);
    let config = state.locked_run().map_or(&state.train.config, |run| &run.config);
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(words::model_title(config)).font(theme::strong(theme::size::BODY)));
        ui.label(RichText::new(total_line(layers)).color(colors.text_weak));
    });
    let room = ui.available_width() - 12.0;
    let height = ui.available_height();
    ui.spacing_mut().item_spacing = egui::vec2(0.0, 0.0);
    ui.push_id("layer_table", |ui| {
        TableBuilder::new(ui)
            .striped(true)
            .resizable(false)
            .cell_layout(Layout::left_to_right(Align::Center))
            .column(Column::exact(room * 0.30).clip(true))
            .column(Column::exact(room * 0.28).clip(true))
            .column(Column::exact(room * 0.18).clip(true))
            .column(Column::exact(room * 0.14).clip(true))
            .column(Column::exact(room * 0.10).clip(true))
            .min_scrolled_height(0.0)
            .max_scroll_height((height - ROW).max(ROW))
            .auto_shrink([false, false])
            .header(ROW, |mut header| {
                for (index, title) in
                    [t!("layer"), t!("kind"), t!("output"), t!("parameters"), ""].into_iter().enumerate()
                {
                    header.col(|ui| {
                        let text = RichText::new(title).font(theme::caption()).color(colors.text_weak);
                        aligned(ui, index == 3, |ui| {
                            ui.add(egui::Label::new(text).selectable(false));
                        });
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, layers.lines.len(), |mut row| {
                    let Some(line) = layers.lines.get(row.index()) else { return };
                    let number =
                        if line.parameters > 0 { widgets::thousands(line.parameters) } else { "–".to_owned() };
                    let learns = match (line.parameters, line.trainable) {
                        (0, _) => "",
                        (_, true) => t!("learns"),
                        (_, false) => t!("frozen"),
                    };
                    let kind = lang::sentence(&line.kind);
                    let cells = [line.name.as_str(), &kind, &line.output, &number, learns];
                    for (index, text) in cells.into_iter().enumerate() {
                        row.col(|ui| {
                            let color = match index {
                                1 | 2 => colors.text_weak,
                                4 if line.trainable => colors.good,
                                4 => colors.text_weak,
                                _ => colors.text,
                            };
                            let font = if index == 4 { theme::caption() } else { theme::tabular(theme::size::SMALL) };
                            aligned(ui, index == 3, |ui| {
                                if index == 4 {
                                    ui.add_space(12.0);
                                }
                                ui.add(
                                    egui::Label::new(RichText::new(text).font(font).color(color))
                                        .selectable(false)
                                        .truncate(),
                                );
                            });
                        });
                    }
                });
            });
    });
}

fn aligned(ui: &mut Ui, right: bool, contents: impl FnOnce(&mut Ui)) {
    let layout = if right { Layout::right_to_left(Align::Center) } else { Layout::left_to_right(Align::Center) };
    ui.with_layout(layout, contents);
}

/// `62 layers · 11.2 M parameters · 1,026 learn · 1.8 G multiplications a picture`.
fn total_line(layers: &Layers) -> String {
    let operations = layers.multiply_adds as f64;
    let operations =
        if operations >= 1e9 { format!("{:.1} G", operations / 1e9) } else { format!("{:.0} M", operations / 1e6) };
    t!(
        "{layers} layers · {parameters} parameters · {learning} learn · {operations} multiplications a picture",
        layers = layers.lines.len(),
        parameters = count(layers.total),
        learning = count(layers.trainable),
        operations = operations
    )
}
