//! The Predict workspace: drop pictures, see what the model says of each.

mod cards;
mod sort;

use egui::{
    Align, Atom, AtomPaintArgs, Button, CentralPanel, Color32, ComboBox, Frame, Key, KeyboardShortcut, Label, Layout,
    Margin, Modifiers, Panel, ProgressBar, RichText, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, Vec2, WidgetInfo,
    vec2,
};
use egui_material_icons::icons;

use super::theme::{self, space};
use super::widgets;
use crate::app::command::{Command, Commands, PredictCommand, UiCommand};
use crate::app::state::{OutcomeFilter, State, Workspace};
use crate::lang::{t, tn};

/// Height in points of what the zone for dropping holds while it is large, and of the strip that it is afterwards.
const ZONE: f32 = 132.0;
const STRIP: f32 = 76.0;

/// Draws the Predict workspace.
pub fn predict_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let frame = Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(12, 8));
    Panel::top("predict_model").frame(frame).show(ui, |ui| model_ui(ui, state, commands));
    let frame = Frame::new().fill(colors.window).inner_margin(Margin::same(12));
    CentralPanel::default().frame(frame).show(ui, |ui| {
        if state.predict.model.is_none() && !state.predict.loading {
            no_model_ui(ui, state, commands);
            return;
        }
        drop_zone_ui(ui, state, commands);
        ui.add_space(space::M);
        if state.predict.has_outcomes() || state.predict.classifying.is_some() {
            summary_ui(ui, state, commands);
            ui.add_space(space::S);
            cards::cards_ui(ui, state, commands);
        }
    });
    sort::sort_ui(ui, state, commands);
}

fn model_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new(t!("Model")).color(colors.text_weak));
        let chosen = match (&state.predict.model, state.predict.loading) {
            (_, true) => t!("loading…").to_owned(),
            (Some(model), false) => model.title.clone(),
            (None, false) => t!("none@@no model").to_owned(),
        };
        let shown = widgets::elide_middle(ui, &chosen, &theme::body(), 320.0);
        let combo = ComboBox::from_id_salt("predict_model").selected_text(shown).width(260.0);
        let combo = combo.show_ui(ui, |ui| {
            let current = state.predict.model.as_ref().map(|model| model.path.clone());
            for run in state.results.runs.iter().filter(|run| run.has_model) {
                let figure = run.best_val_acc.map_or_else(String::new, |acc| format!("   {acc:.3}"));
                let selected = current.as_ref() == Some(&run.dir);
                if ui.selectable_label(selected, format!("{}{figure}", run.title)).clicked() {
                    commands.push(Command::Predict(PredictCommand::LoadModel(run.dir.clone())));
                }
            }
            if state.results.runs.iter().any(|run| run.has_model) {
                ui.separator();
            }
            if ui.button(UiCommand::OpenModel.title()).clicked() {
                commands.ui(UiCommand::OpenModel);
                ui.close();
            }
        });
        combo.response.labelled_by(label.id);
        if let Some(model) = &state.predict.model {
            for (index, class) in model.classes.iter().enumerate().take(6) {
                widgets::legend_dot(ui, theme::class_color_of(class, index));
                ui.label(
                    RichText::new(widgets::elide_middle(ui, class, &theme::body(), 120.0)).color(colors.text_weak),
                );
            }
            if model.classes.len() > 6 {
                ui.label(RichText::new(t!("and {n} more", n = model.classes.len() - 6)).color(colors.text_weak));
            }
        }
    });
    if let Some(reason) = &state.predict.model_error {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(icons::ICON_ERROR.codepoint).color(colors.bad));
            ui.label(RichText::new(reason).color(colors.bad));
            if ui.button(t!("Copy")).clicked() {
                ui.ctx().copy_text(reason.clone());
            }
        });
    }
}

fn no_model_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let waiting = state.predict.waiting.len();
    let sentence = if waiting > 0 {
        t!("{n} dropped, waiting for a model: train one, or open a model.safetensors that Imago made.", n = waiting)
    } else {
        t!("Train a model, or open a model.safetensors that Imago made. Then drop your own pictures here.").to_owned()
    };
    let emblem = widgets::Emblem::bee(&state.data, icons::ICON_MODEL_TRAINING.codepoint);
    widgets::empty_state(ui, emblem, t!("No model yet"), &sentence, |ui| {
        ui.horizontal(|ui| {
            ui.add_space((ui.available_width() - 220.0).max(0.0) / 2.0);
            let text = if state.train.is_running() { t!("Watch the training") } else { t!("Train a model") };
            if widgets::primary_button(ui, text, true).clicked() {
                commands.push(Command::Go(Workspace::Train));
            }
            let open = Button::new(UiCommand::OpenModel.title()).min_size(vec2(0.0, theme::PRIMARY_HEIGHT));
            if ui.add(open).clicked() {
                commands.ui(UiCommand::OpenModel);
            }
        });
    });
}

/// Where pictures are dropped, with the other ways to give some: large while there are none yet, a strip afterwards.
fn drop_zone_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let is_empty = !state.predict.has_outcomes() && state.predict.classifying.is_none();
    let height = if is_empty { (ui.available_height() - 8.0).max(160.0) } else { STRIP };
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    ui.painter().rect_filled(rect, theme::CARD_RADIUS, colors.card);
    let stroke = Stroke::new(1.5, colors.text_weak.gamma_multiply(0.7));
    let inner = rect.shrink(1.0);
    let corners = [inner.left_top(), inner.right_top(), inner.right_bottom(), inner.left_bottom(), inner.left_top()];
    ui.painter().extend(egui::Shape::dashed_line(&corners, stroke, 7.0, 5.0));
    // A child takes no room of its own: what comes next goes below the whole zone.
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Center)).id_salt("drop_zone");
    let mut zone = ui.new_child(builder);
    let title = t!("Drop pictures or folders anywhere");
    if is_empty {
        zone.add_space(((height - ZONE) / 2.0).max(space::XS));
        let icon =
            RichText::new(icons::ICON_ADD_PHOTO_ALTERNATE.codepoint).size(theme::icon::EMPTY).color(colors.accent);
        zone.add(Label::new(icon).selectable(false));
        zone.add(Label::new(RichText::new(title).font(theme::section())).selectable(false));
        zone.add_space(space::XS);
    } else {
        zone.add_space(space::M);
        let title = RichText::new(title).font(theme::strong(theme::size::BODY));
        zone.add(Label::new(title).selectable(false));
    }
    ways_ui(&mut zone, state, commands);
}

/// The ways to give pictures other than dropping them, side by side in the middle.
fn ways_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let enabled = UiCommand::OpenPictures.is_enabled(state);
    let (padding, gap) = (2.0 * ui.spacing().button_padding.x, ui.spacing().item_spacing.x);
    // Known beforehand, so that they can stand in the middle.
    let measured = |title: &'static str| {
        let galley = ui.painter().layout_no_wrap(title.to_owned(), theme::body(), Color32::WHITE);
        (title, (galley.size().x + padding + 2.0).ceil())
    };
    let [pictures, folder, paste] = [t!("Open pictures…"), t!("Open a folder…"), t!("Paste")].map(measured);
    let size = vec2(pictures.1 + folder.1 + paste.1 + 2.0 * gap, theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        let way = |ui: &mut Ui, (title, width): (&'static str, f32)| {
            ui.add_enabled(enabled, Button::new(title).min_size(vec2(width, theme::CONTROL_HEIGHT)))
        };
        let response = way(ui, pictures);
        if widgets::with_command_tooltip(ui, response, UiCommand::OpenPictures).clicked() {
            commands.ui(UiCommand::OpenPictures);
        }
        let about = t!("Choose a folder and see what the model says of each picture in it.");
        if way(ui, folder).on_hover_text(about).clicked() {
            commands.push(Command::Predict(PredictCommand::ChooseFolder));
        }
        let keys = ui.ctx().format_shortcut(&KeyboardShortcut::new(Modifiers::COMMAND, Key::V));
        let about = t!("See what the model says of pictures or folders that were copied in the file manager.");
        if way(ui, paste).on_hover_text(format!("{about}  ({keys})")).clicked() {
            commands.push(Command::Predict(PredictCommand::Paste));
        }
    });
}

/// How many pictures there are, which of them are shown, and what can be done with all of them.
fn summary_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    ui.horizontal(|ui| {
        let total = state.predict.outcomes.len();
        let text = tn!(total, "{n} picture", "{n} pictures");
        ui.label(RichText::new(text).font(theme::strong(theme::size::BODY)));
        if let Some((done, of)) = state.predict.classifying.filter(|(_, of)| *of > 0) {
            ui.add(
                ProgressBar::new(done as f32 / of as f32).desired_width(120.0).desired_height(6.0).fill(colors.accent),
            );
            ui.label(
                RichText::new(t!("{done} of {total}", done = done, total = of))
                    .font(theme::tabular(theme::size::SMALL))
                    .color(colors.text_weak),
            );
        }
        // The buttons first: however many classes there are, they keep their place, and the chips get the room that is left.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            list_buttons_ui(ui, state, commands);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                // There is nothing else here that a wheel could mean.
                ui.style_mut().always_scroll_the_only_direction = true;
                ScrollArea::horizontal().id_salt("predict_chips").show(ui, |ui| chips_ui(ui, state));
            });
        });
    });
}

/// What can be done with the whole list. To be called right to left.
fn list_buttons_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if ui.button(t!("Clear")).on_hover_text(t!("Empty the list. The files stay.")).clicked() {
        commands.push(Command::Predict(PredictCommand::Clear));
    }
    widgets::ui_command_button(ui, UiCommand::SortIntoFolders, state, commands);
    let save = Button::new(t!("Save CSV…"));
    let save = ui.add_enabled(UiCommand::SaveCsv.is_enabled(state), save);
    if widgets::with_command_tooltip(ui, save, UiCommand::SaveCsv).clicked() {
        commands.ui(UiCommand::SaveCsv);
    }
}

/// Which outcomes are shown: all, those of a class, those that could not be read.
fn chips_ui(ui: &mut Ui, state: &mut State) {
    let (by_class, failed) = state.predict.counts();
    let classes = state.predict.model.as_ref().map(|model| model.classes.clone()).unwrap_or_default();
    filter_chip(ui, state, OutcomeFilter::All, t!("all"), t!("all"), None);
    for (index, count) in by_class.iter().enumerate().filter(|(_, count)| **count > 0) {
        let name = classes.get(index).map_or("?", String::as_str);
        let shown = format!("{} {count}", widgets::elide_middle(ui, name, &theme::body(), 120.0));
        let color = theme::class_color_of(name, index);
        filter_chip(ui, state, OutcomeFilter::Class(index), &format!("{name} {count}"), &shown, Some(color));
    }
    if failed > 0 {
        let text = t!("could not be read {n}", n = failed);
        let bad = theme::colors(ui).bad;
        filter_chip(ui, state, OutcomeFilter::Failed, &text, &text, Some(bad));
    }
}

/// A chip that chooses what is shown; `shown` is as much of `text` as there is room for.
fn filter_chip(ui: &mut Ui, state: &mut State, filter: OutcomeFilter, text: &str, shown: &str, color: Option<Color32>) {
    let colors = theme::colors(ui);
    let selected = state.predict.filter == filter;
    let label = RichText::new(shown).color(colors.text);
    let chip = match color {
        // The mark that the cards have, in the same colour.
        Some(color) => {
            let mark = move |ui: &Ui, args: AtomPaintArgs| theme::paint_mark(ui, args.rect, 3.0, color);
            Button::new((Atom::paint(Vec2::splat(10.0), mark), label))
        }
        None => Button::new(label),
    };
    let fill = if selected { colors.accent_faint } else { colors.card };
    let stroke = Stroke::new(1.0, if selected { colors.accent } else { colors.stroke });
    let response = ui.add(chip.fill(fill).stroke(stroke).corner_radius(14.0));
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, t!("Show {what}", what = text)));
    let response = if shown == text { response } else { response.on_hover_text(text) };
    if response.clicked() {
        state.predict.filter = filter;
    }
}
