//! The outcomes as cards: the picture at the left, its classes at the right (only those in view are laid out).

use egui::{Label, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, vec2};

use crate::app::state::State;
use crate::lang::{self, t, tn};
use crate::predict::ImageOutcome;
use crate::ui::theme::{self, space};
use crate::ui::widgets::{self, PictureTile};

const WIDTH: f32 = 340.0;
const HEIGHT: f32 = 148.0;

/// Draws the cards.
pub fn cards_ui(ui: &mut Ui, state: &mut State) {
    let order = state.predict.order();
    let gap = space::M;
    let width = ui.available_width() - 12.0;
    let columns = ((width + gap) / (WIDTH + gap)).floor().max(1.0);
    let card_width = (width - gap * (columns - 1.0)) / columns;
    let columns = columns as usize;
    let row_height = HEIGHT + gap;
    let rows = order.len().div_ceil(columns);
    ScrollArea::vertical().id_salt("predict_cards").auto_shrink([false, false]).show_viewport(ui, |ui, viewport| {
        ui.set_height(rows as f32 * row_height);
        let origin = ui.max_rect().min;
        let first = (viewport.min.y / row_height).floor().max(0.0) as usize;
        let last = ((viewport.max.y / row_height).ceil() as usize).min(rows);
        for row in first..last {
            for column in 0..columns {
                let Some(index) = order.get(row * columns + column) else { break };
                let Some(outcome) = state.predict.outcomes.get(*index).cloned() else { continue };
                let min = origin + vec2(column as f32 * (card_width + gap), row as f32 * row_height);
                card_ui(ui, state, &outcome, Rect::from_min_size(min, vec2(card_width, HEIGHT)), *index);
            }
        }
    });
}

fn card_ui(ui: &mut Ui, state: &mut State, outcome: &ImageOutcome, rect: Rect, index: usize) {
    let colors = theme::colors(ui);
    let file = outcome.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let classes = state.predict.model.as_ref().map(|model| model.classes.clone()).unwrap_or_default();
    let spoken = match &outcome.result {
        Ok(found) => {
            let name = classes.get(found.label()).map_or("?", String::as_str);
            format!("{file}: {name}, {}", widgets::percent(f64::from(found.confidence()), 0))
        }
        Err(_) => t!("{file}: could not be read", file = file),
    };
    let response = ui.interact(rect, ui.scope_id().with(("card", index)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, spoken.clone()));
    ui.painter().rect_filled(rect, theme::CARD_RADIUS, colors.card);
    ui.painter().rect_stroke(rect, theme::CARD_RADIUS, Stroke::new(1.0, colors.stroke), StrokeKind::Inside);
    let inner = rect.shrink(10.0);
    let side = inner.height();
    let left = Rect::from_min_size(inner.min, vec2(side, side));
    ui.scope_builder(UiBuilder::new().max_rect(left).id_salt(("picture", index)), |ui| {
        let tile = PictureTile { path: &outcome.path, name: &file, chip: None, selected: false, frame: None };
        let response = widgets::picture_tile_ui(ui, &mut state.pictures, &tile, side);
        widgets::context_menu(&response, |ui| {
            if ui.button(t!("Copy the file's path")).clicked() {
                ui.ctx().copy_text(outcome.path.display().to_string());
                ui.close();
            }
        });
    });
    let right = Rect::from_min_max(inner.min + vec2(side + 12.0, 0.0), inner.max);
    ui.scope_builder(UiBuilder::new().max_rect(right).id_salt(("words", index)), |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        widgets::elided_label(ui, &file, theme::strong(13.0), colors.text)
            .on_hover_text(outcome.path.display().to_string());
        match &outcome.result {
            Ok(found) => {
                widgets::probabilities_ui(ui, &classes, found, 2);
                let more = classes.len().saturating_sub(2);
                let text = if more > 0 {
                    tn!(
                        more,
                        "and {n} more class · {time:.0} ms",
                        "and {n} more classes · {time:.0} ms",
                        time = found.millis
                    )
                } else {
                    format!("{:.0} ms", found.millis)
                };
                ui.label(RichText::new(text).font(theme::caption()).color(colors.text_weak));
            }
            Err(reason) => {
                let text = RichText::new(lang::sentence(reason)).color(colors.bad);
                ui.add(Label::new(text).wrap()).on_hover_text(t!("Select the text to copy it"));
            }
        }
    });
}
