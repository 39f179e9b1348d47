//! The left panel: preset, steps, and the line about training.

use egui::containers::menu::MenuButton;
use egui::{
    Button, CentralPanel, ComboBox, CursorIcon, Frame, Margin, Panel, Rect, RichText, ScrollArea, Stroke, Ui, pos2,
};
use egui_material_icons::icons;

use super::params::capitalised;
use super::step_card::{CardAction, Place, step_card_ui};
use super::{changed, mix_card, params};
use crate::app::command::{AugmentCommand, Command, Commands, UiCommand};
use crate::app::state::{AugmentState, LessonPage, State, Workspace};
use crate::augment::{Pipeline, Step, Transform};
use crate::lang::{self, t};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws the left panel.
pub(super) fn pipeline_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let foot = Frame::new().inner_margin(Margin::symmetric(12, 10));
    Panel::bottom("augment_pipeline_foot").frame(foot).resizable(false).show(ui, |ui| {
        training_ui(ui, state, commands);
    });
    let head = Frame::new().inner_margin(Margin { left: 12, right: 12, top: 12, bottom: 8 });
    Panel::top("augment_pipeline_head").frame(head).resizable(false).show_separator_line(false).show(ui, |ui| {
        head_ui(ui, &mut state.augment, commands);
    });
    CentralPanel::no_frame().show(ui, |ui| {
        ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            Frame::new().inner_margin(Margin { left: 12, right: 12, top: 0, bottom: 12 }).show(ui, |ui| {
                steps_ui(ui, &mut state.augment, state.train.config.batch_size, commands);
            });
        });
    });
}

fn head_ui(ui: &mut Ui, state: &mut AugmentState, commands: &mut Commands) {
    ui.horizontal(|ui| {
        widgets::section_label(ui, t!("Pipeline"));
        widgets::hint(
            ui,
            t!("augmentation"),
            t!("Training pictures are randomly cropped, flipped or altered each time they are used; the files never change. \
             Validation pictures are not altered."),
        );
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| menu_ui(ui, state, commands));
    });
    ui.horizontal(|ui| {
        let edited = state.is_edited();
        let undo_room = if edited || state.edited.is_some() { theme::CONTROL_HEIGHT + space::S } else { 0.0 };
        let width = ui.available_width() - undo_room;
        let font = theme::body();
        let mut name = widgets::elide_middle(ui, &preset_title(&state.origin), &font, width - 100.0);
        if edited {
            name.push_str(" · ");
            name.push_str(t!("edited"));
        }
        let combo = ComboBox::from_id_salt("augment-preset").width(width).height(360.0).selected_text(name);
        let response = combo.show_ui(ui, |ui| {
            ui.set_min_width(260.0);
            for preset in Pipeline::PRESETS {
                preset_ui(ui, preset, state, commands);
            }
        });
        params::name(ui, &response.response, t!("Preset"));
        if edited {
            let name = t!("Undo the changes to {name}", name = lang::text(&state.origin));
            if widgets::icon_button(ui, icons::ICON_UNDO.codepoint, &name, false).clicked() {
                state.restore_origin();
                changed(commands);
            }
        } else if state.edited.is_some() {
            let name = t!("Back to the edited pipeline");
            if widgets::icon_button(ui, icons::ICON_REDO.codepoint, name, false).clicked() {
                state.back_to_edited();
                changed(commands);
            }
        }
    });
}

fn preset_ui(ui: &mut Ui, preset: &str, state: &AugmentState, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let selected = state.origin == preset;
    let mut text = egui::text::LayoutJob::default();
    let format = |font, color| egui::TextFormat { font_id: font, color, ..Default::default() };
    text.append(&preset_title(preset), 0.0, format(theme::strong(theme::size::BODY), colors.text));
    let about = about_preset(preset);
    if !about.is_empty() {
        text.append(&format!("\n{about}"), 0.0, format(theme::caption(), colors.text_weak));
    }
    let response = ui.selectable_label(selected, text);
    params::name(ui, &response, &preset_title(preset));
    if response.clicked() {
        commands.push(Command::Augment(AugmentCommand::UsePreset(preset.to_owned())));
        ui.close();
    }
}

/// `insects-from-above` → `Insects from above`. Names of files stay as they are, but for the first letter.
pub(in crate::ui) fn preset_title(name: &str) -> String {
    if Pipeline::PRESETS.contains(&name) { capitalised(&lang::text(name).replace('-', " ")) } else { capitalised(name) }
}

fn about_preset(preset: &str) -> &'static str {
    match preset {
        "none" => t!("Scaled and cut as for validation"),
        "recipe" => t!("Random crop and flip: the usual start"),
        "light" => t!("A little of everything"),
        "strong" => t!("For few pictures and many epochs"),
        "insects-from-above" => t!("Any direction is as good as another"),
        _ => "",
    }
}

fn menu_ui(ui: &mut Ui, state: &AugmentState, commands: &mut Commands) {
    let icon = RichText::new(icons::ICON_MORE_VERT.codepoint).size(theme::icon::L);
    let button = Button::new(icon).frame_when_inactive(false);
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        ui.set_min_width(200.0);
        if ui.button(t!("Open pipeline…")).on_hover_text(t!("Read a pipeline from a TOML file")).clicked() {
            commands.push(Command::Augment(AugmentCommand::ChooseFileToOpen));
            ui.close();
        }
        if ui
            .button(t!("Save pipeline…"))
            .on_hover_text(t!("As a TOML file, for “imago train --augment FILE.toml” too"))
            .clicked()
        {
            commands.push(Command::Augment(AugmentCommand::ChooseFileToSave));
            ui.close();
        }
        if ui.button(t!("Copy as TOML")).clicked() {
            ui.ctx().copy_text(state.pipeline.to_toml());
            ui.close();
        }
    });
    params::name(ui, &response, t!("Pipeline menu"));
    response.on_hover_text(t!("Open, save, copy"));
}

fn steps_ui(ui: &mut Ui, state: &mut AugmentState, batch_size: usize, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let count = state.pipeline.steps.len().min(state.views.len());
    if count == 0 {
        let text = t!("No steps: training pictures are only scaled and cut, as validation pictures are.");
        ui.add(egui::Label::new(RichText::new(text).color(colors.text_weak)).wrap());
        ui.add_space(space::S);
    }
    let dragged_id = ui.scope_id().with("dragged-step");
    let dragged: Option<usize> = ui.data(|data| data.get_temp(dragged_id));
    let mut rects: Vec<Rect> = Vec::with_capacity(count);
    let (mut is_changed, mut action, mut dropped) = (false, None, None);
    for index in 0..count {
        let (Some(step), Some(view)) = (state.pipeline.steps.get_mut(index), state.views.get_mut(index)) else {
            continue;
        };
        let example = state.examples.get(&view.id);
        let place = Place { index, count, dragged: dragged == Some(index) };
        let outcome = ui.push_id(("augment-step", view.id), |ui| step_card_ui(ui, step, view, example, place)).inner;
        is_changed |= outcome.changed;
        action = outcome.action.map(|action| (index, action)).or(action);
        if outcome.handle.drag_started() {
            ui.data_mut(|data| data.insert_temp(dragged_id, index));
        }
        if outcome.handle.drag_stopped() {
            dropped = Some(index);
        }
        rects.push(outcome.rect);
    }
    if let Some(from) = dragged {
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        let to = ui.ctx().pointer_interact_pos().map_or(from, |pointer| gap_at(&rects, pointer.y));
        paint_gap(ui, &rects, to);
        if dropped.is_some() || !ui.input(|input| input.pointer.any_down()) {
            ui.data_mut(|data| data.remove::<usize>(dragged_id));
            // Gap `to` lies before the card `to`; taking the card out moves those behind it up by one.
            let to = if to > from { to - 1 } else { to };
            state.move_step(from, to);
            is_changed |= from != to;
        }
    }
    if let Some((index, action)) = action {
        let card = state.views.get(index).map_or(0, |view| view.id);
        match action {
            CardAction::Remove => state.remove_step(index),
            CardAction::Up => state.move_step(index, index.saturating_sub(1)),
            CardAction::Down => state.move_step(index, index + 1),
            CardAction::ChooseReference => commands.push(Command::Augment(AugmentCommand::ChooseReference(card))),
            CardAction::MarkedAsReference => {
                commands.push(Command::Augment(AugmentCommand::UseMarkedAsReference(card)));
            }
        }
        is_changed = true;
    }
    ui.add_space(space::XS);
    is_changed |= add_ui(ui, state);
    ui.add_space(space::XS);
    is_changed |= mix_card::mix_card_ui(ui, state, batch_size);
    if is_changed {
        changed(commands);
    }
}

/// The gap between cards that is nearest to `y`: 0 before the first card.
fn gap_at(rects: &[Rect], y: f32) -> usize {
    rects.iter().filter(|rect| rect.center().y < y).count()
}

fn paint_gap(ui: &Ui, rects: &[Rect], gap: usize) {
    let (Some(first), Some(last)) = (rects.first(), rects.last()) else { return };
    let half = ui.spacing().item_spacing.y / 2.0;
    let y = rects.get(gap).map_or(last.bottom() + half, |rect| rect.top() - half);
    let accent = theme::colors(ui).accent;
    ui.painter().line_segment([pos2(first.left(), y), pos2(first.right(), y)], Stroke::new(2.0, accent));
}

fn add_ui(ui: &mut Ui, state: &mut AugmentState) -> bool {
    let mut added = false;
    let text = format!("{}  {}", icons::ICON_ADD.codepoint, t!("Add a step"));
    let menu = ui.menu_button(text, |ui| {
        ui.set_min_width(230.0);
        ScrollArea::vertical().max_height(560.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for transform in Transform::all() {
                if ui.button(lang::text(transform.title())).on_hover_text(lang::text(transform.explain())).clicked() {
                    state.add_step(Step {
                        enabled: true,
                        probability: transform.default_probability(),
                        transform: transform.clone(),
                    });
                    added = true;
                    ui.close();
                }
            }
        });
    });
    params::name(ui, &menu.response, t!("Add a step"));
    added
}

fn training_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let (icon, text) = if state.train.is_running() {
        (icons::ICON_INFO.codepoint, t!("For the next run: the one under way keeps what it started with."))
    } else {
        (icons::ICON_CHECK_CIRCLE.codepoint, t!("Training uses this pipeline as it stands here."))
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let color = if state.train.is_running() { colors.info } else { colors.good };
        ui.add(egui::Label::new(RichText::new(icon).size(theme::icon::M).color(color)).selectable(false));
        ui.add(egui::Label::new(RichText::new(text).size(theme::size::SMALL).color(colors.text_weak)).wrap());
    });
    widgets::lesson_link(ui, t!("What augmentation changes"), LessonPage::Augmentation, commands);
    ui.add_space(space::XS);
    ui.vertical_centered_justified(|ui| {
        widgets::ui_command_button(ui, UiCommand::EnlargeOffline, state, commands);
        if widgets::primary_button(ui, t!("Go on to training"), true).clicked() {
            commands.push(Command::Go(Workspace::Train));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_dropped_into_the_nearest_gap() {
        let card = |top: f32| Rect::from_min_max(pos2(0.0, top), pos2(10.0, top + 40.0));
        let rects = [card(0.0), card(50.0), card(100.0)];
        assert_eq!([-5.0, 10.0, 30.0, 60.0, 80.0, 130.0].map(|y| gap_at(&rects, y)), [0, 0, 1, 1, 2, 3]);
    }
}
