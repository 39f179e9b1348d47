//! The epochs as a table, newest first.

use egui::{Align, Layout, RichText, Role, Ui, WidgetInfo};
use egui_extras::{Column, TableBuilder};
use egui_material_icons::icons;

use super::{nothing_yet_ui, words};
use crate::app::state::State;
use crate::lang::t;
use crate::train::EpochRecord;
use crate::ui::theme;

const ROW: f32 = 24.0;

/// Draws the table.
pub fn epochs_ui(ui: &mut Ui, state: &mut State) {
    let Some(run) = state.train.shown() else {
        nothing_yet_ui(ui, t!("Each epoch adds a line: loss and accuracy of both phases, learning rate, seconds."));
        return;
    };
    if run.history.epochs.is_empty() {
        nothing_yet_ui(ui, t!("No epoch is whole yet."));
        return;
    }
    let epochs = &run.history.epochs;
    let best = run.best().map(|record| record.epoch);
    let marked = state.train.view.hovered_epoch;
    let mut hovered = None;
    let colors = theme::colors(ui);
    let room = ui.available_width() - 12.0;
    let height = ui.available_height();
    ui.spacing_mut().item_spacing = egui::vec2(0.0, 0.0);
    ui.push_id("epoch_table", |ui| {
        let narrow = room * 0.10;
        let figure = (room - 2.0 * narrow) / 5.0;
        TableBuilder::new(ui)
            .striped(false)
            .resizable(false)
            .sense(egui::Sense::hover())
            .cell_layout(Layout::right_to_left(Align::Center))
            .column(Column::exact(narrow))
            .columns(Column::exact(figure), 5)
            .column(Column::exact(narrow))
            .min_scrolled_height(0.0)
            .max_scroll_height((height - ROW).max(ROW))
            .auto_shrink([false, false])
            .header(ROW, |mut header| {
                for title in
                    [t!("epoch"), t!("train loss"), t!("train acc"), t!("val loss"), t!("val acc"), t!("lr"), t!("s")]
                {
                    header.col(|ui| {
                        ui.add_space(20.0);
                        let text = RichText::new(title).font(theme::caption()).color(colors.text_weak);
                        ui.add(egui::Label::new(text).selectable(false));
                    });
                }
            })
            .body(|body| {
                body.rows(ROW, epochs.len(), |mut row| {
                    let Some(record) = epochs.iter().rev().nth(row.index()) else { return };
                    row.set_hovered(marked == Some(record.epoch));
                    row_ui(&mut row, record, best == Some(record.epoch));
                    if row.response().hovered() {
                        hovered = Some(record.epoch);
                    }
                });
            });
    });
    if let Some(epoch) = hovered {
        if state.train.view.hovered_epoch != Some(epoch) {
            ui.ctx().request_repaint();
        }
        state.train.view.hovered_epoch = Some(epoch);
    }
}

fn row_ui(row: &mut egui_extras::TableRow<'_, '_>, record: &EpochRecord, is_best: bool) {
    let cells = [
        record.epoch.to_string(),
        words::loss(record.train_loss),
        words::accuracy(record.train_acc),
        words::loss(record.val_loss),
        words::accuracy(record.val_acc),
        words::rate(record.lr),
        format!("{:.1}", record.seconds),
    ];
    for (index, text) in cells.into_iter().enumerate() {
        row.col(|ui| {
            let colors = theme::colors(ui);
            // Room for the star in every cell, so that figures stand below one another.
            if index == 4 && is_best {
                let star = RichText::new(icons::ICON_STAR.codepoint).size(theme::icon::S).color(colors.accent);
                ui.add_sized([20.0, ROW], egui::Label::new(star).selectable(false))
                    .on_hover_text(t!("The best epoch: its weights are kept"));
            } else {
                ui.add_space(20.0);
            }
            let color = match index {
                0 => colors.text_weak,
                4 if is_best => colors.accent,
                _ => colors.text,
            };
            let label = egui::Label::new(RichText::new(text).font(theme::tabular(theme::size::BODY)).color(color))
                .selectable(false);
            let response = ui.add(label);
            if index == 0 {
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, spoken(record, is_best)));
            }
        });
    }
}

/// A row in words.
fn spoken(record: &EpochRecord, is_best: bool) -> String {
    t!(
        "Epoch {epoch}: training loss {loss}, accuracy {acc}; validation loss {val_loss}, accuracy {val_acc}{best}",
        epoch = record.epoch,
        loss = words::loss(record.train_loss),
        acc = words::accuracy(record.train_acc),
        val_loss = words::loss(record.val_loss),
        val_acc = words::accuracy(record.val_acc),
        best = if is_best { t!(", the best") } else { "" }
    )
}
