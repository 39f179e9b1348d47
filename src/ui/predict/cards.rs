//! The outcomes as cards: the picture at the left, its classes at the right (only those in view are laid out).

use std::path::Path;

use egui::{
    Button, Label, Popup, PopupCloseBehavior, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind,
    Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use crate::app::command::{Command, Commands, TransferCommand};
use crate::app::state::{Project, State};
use crate::dataset::{DatasetLayout, Split, has_picture_extension};
use crate::lang::{self, t, tn};
use crate::predict::ImageOutcome;
use crate::ui::theme::{self, space};
use crate::ui::widgets::{self, PictureTile};

const WIDTH: f32 = 340.0;
const HEIGHT: f32 = 148.0;
/// Classes on a card, and in its tooltip, which can't be scrolled.
const ON_CARD: usize = 2;
const IN_TOOLTIP: usize = 20;
/// Room for all classes, in points; more of them scroll.
const ALL: Vec2 = vec2(300.0, 320.0);

/// Draws the cards.
pub fn cards_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
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
                card_ui(ui, state, &outcome, Rect::from_min_size(min, vec2(card_width, HEIGHT)), *index, commands);
            }
        }
    });
}

fn card_ui(ui: &mut Ui, state: &mut State, outcome: &ImageOutcome, rect: Rect, index: usize, commands: &mut Commands) {
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
        all_ui(&response, &file, &classes, outcome);
        widgets::context_menu(&response, |ui| menu_ui(ui, state, outcome, commands));
    });
    let right = Rect::from_min_max(inner.min + vec2(side + 12.0, 0.0), inner.max);
    ui.scope_builder(UiBuilder::new().max_rect(right).id_salt(("words", index)), |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        ui.scope(|ui| {
            ui.set_max_width(right.width() - theme::CONTROL_HEIGHT);
            widgets::elided_label(ui, &file, theme::strong(theme::size::BODY), colors.text)
                .on_hover_text(outcome.path.display().to_string());
        });
        // In the card's corner, level with the name.
        let corner = pos2(rect.right() - 4.0 - theme::CONTROL_HEIGHT, rect.top() + 4.0);
        let dots = Rect::from_min_size(corner, Vec2::splat(theme::CONTROL_HEIGHT));
        let more = t!("More: {name}", name = file);
        widgets::more_button_at(ui, dots, &more, |ui| menu_ui(ui, state, outcome, commands));
        match &outcome.result {
            Ok(found) => {
                let likeliest = ui.scope(|ui| widgets::probabilities_ui(ui, &classes, found, ON_CARD));
                likeliest.response.on_hover_ui(|ui| ranking_ui(ui, &file, &classes, outcome, IN_TOOLTIP));
                let more = classes.len().saturating_sub(ON_CARD);
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
                let text = RichText::new(widgets::capitalised(&lang::sentence(reason))).color(colors.bad);
                ui.add(Label::new(text).wrap()).on_hover_text(t!("Select the text to copy it"));
            }
        }
    });
}

/// All that the model says of a picture: a click on it shows that, or Enter and Space where it has the focus.
fn all_ui(picture: &Response, file: &str, classes: &[String], outcome: &ImageOutcome) {
    // A popup of its own: the usual one of a thing is its menu.
    let popup = Popup::from_toggle_button_response(picture).id(picture.id.with("all_classes"));
    popup.close_behavior(PopupCloseBehavior::CloseOnClickOutside).gap(space::XS).show(|ui| {
        ui.set_width(ALL.x);
        ScrollArea::vertical().max_height(ALL.y).show(ui, |ui| ranking_ui(ui, file, classes, outcome, usize::MAX));
    });
}

/// A file's name and the probabilities of the `most` likeliest classes, or why it could not be read.
fn ranking_ui(ui: &mut Ui, file: &str, classes: &[String], outcome: &ImageOutcome, most: usize) {
    ui.label(RichText::new(file).font(theme::strong(theme::size::BODY)));
    match &outcome.result {
        Ok(found) => {
            let ranked = found.ranked();
            for (class, probability) in ranked.iter().take(most) {
                let name = classes.get(*class).map_or("?", String::as_str);
                ui.label(RichText::new(format!("{probability:.3}  {name}")).font(theme::tabular(theme::size::BODY)));
            }
            let more = ranked.len().saturating_sub(most);
            if more > 0 {
                widgets::weak_ui(ui, &t!("and {n} more: click the picture", n = more));
            }
        }
        Err(reason) => {
            ui.label(widgets::capitalised(&lang::sentence(reason)));
        }
    }
}

/// What can be done with a picture that was looked at.
fn menu_ui(ui: &mut Ui, state: &State, outcome: &ImageOutcome, commands: &mut Commands) {
    if ui.button(t!("Copy the file's path")).clicked() {
        ui.ctx().copy_text(outcome.path.display().to_string());
        ui.close();
    }
    if let Ok(found) = &outcome.result {
        let predicted = state.predict.model.as_ref().and_then(|model| model.classes.get(found.label()));
        add_ui(ui, state.project.as_ref(), &outcome.path, predicted.map(String::as_str), commands);
    }
}

/// The classes of the data set that a copy of the picture can be added to, the predicted one first; or why there is none.
fn add_ui(ui: &mut Ui, project: Option<&Project>, path: &Path, predicted: Option<&str>, commands: &mut Commands) {
    let title = t!("Add to the data set…");
    let project = match project {
        None => Err(t!("No data set is open.")),
        // A copy of a validation picture in training would be a leak.
        Some(project) if project.item_at(path).is_some() => Err(t!("It is in the data set already.")),
        // A copy in a class's folder would be passed over.
        Some(_) if !has_picture_extension(path) => {
            Err(t!("A data set reads only jpg, jpeg, png, bmp, webp, tif, tiff, ppm and pgm files."))
        }
        Some(project) if project.dataset.classes.is_empty() => Err(t!("The data set has no classes yet.")),
        Some(project) => Ok(project),
    };
    let project = match project {
        Ok(project) => project,
        Err(reason) => {
            ui.add_enabled(false, Button::new(title));
            // Not in a tooltip: the keyboard does not get to what is greyed out.
            let reason = RichText::new(reason).font(theme::caption()).color(theme::colors(ui).text_weak);
            ui.add(Label::new(reason).extend().selectable(false));
            return;
        }
    };
    let classes = &project.dataset.classes;
    let has_splits = project.dataset.layout == DatasetLayout::Splits;
    ui.menu_button(title, |ui| {
        ui.set_min_width(170.0);
        ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
            for class in predicted_first(classes, predicted) {
                let Some(name) = classes.get(class) else { continue };
                let tooltip = if has_splits {
                    t!(
                        "Copies this picture to the training pictures of {class}; the original stays where it is.",
                        class = name
                    )
                } else {
                    t!("Copies this picture into {class}; the original stays where it is.", class = name)
                };
                ui.horizontal(|ui| {
                    widgets::legend_dot(ui, theme::class_color(class));
                    let shown = widgets::elide_middle(ui, name, &theme::body(), 200.0);
                    if ui.button(shown).on_hover_text(tooltip).clicked() {
                        let import = TransferCommand::Import(vec![path.to_owned()], Split::Train, class);
                        commands.push(Command::Transfer(import));
                        ui.close();
                    }
                    if Some(name.as_str()) == predicted {
                        let said = RichText::new(t!("predicted")).font(theme::caption());
                        ui.add(Label::new(said.color(theme::colors(ui).text_weak)).selectable(false));
                    }
                });
            }
        });
    });
}

/// The places of the classes, that of the predicted one first.
fn predicted_first(classes: &[String], predicted: Option<&str>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..classes.len()).collect();
    // The others stay in their order.
    order.sort_by_key(|class| classes.get(*class).map(String::as_str) != predicted);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_predicted_class_comes_first_and_the_others_keep_their_order() {
        let classes = ["ants", "bees", "wasps"].map(str::to_owned);
        assert_eq!(predicted_first(&classes, Some("bees")), [1, 0, 2]);
        assert_eq!(predicted_first(&classes, None), [0, 1, 2]);
        // The model knows a class that the data set does not have.
        assert_eq!(predicted_first(&classes, Some("flies")), [0, 1, 2]);
    }
}
