//! Classes in the tree: the menu of a class (rename, merge, colour, order), the line for a new one, and dropping pictures on
//! one.

use egui::text::{CCursor, CCursorRange};
use egui::{Grid, Key, Rect, Response, Role, ScrollArea, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo};

use super::labelling::{CLASSES_HEIGHT, DraggedPictures};
use crate::app::command::{Command, Commands, LabelCommand, TransferCommand};
use crate::app::state::{ClassLetters, ClassNaming, DataState, Project};
use crate::dataset::Split;
use crate::lang::{self, t};
use crate::ui::theme;
use crate::ui::widgets;

/// The menu of a class.
pub fn menu_ui(
    ui: &mut Ui,
    project: &Project,
    data: &mut DataState,
    letters: &ClassLetters,
    (split, class): (Split, usize),
    commands: &mut Commands,
) {
    let name = project.class_name(Some(class));
    let classes = &project.dataset.classes;
    let can = project.labels.refusal().is_none();
    ui.set_min_width(170.0);
    let push = |commands: &mut Commands, command: LabelCommand| commands.push(Command::Label(command));
    let selected = data.selection.ids.len();
    if selected > 0 {
        let text = t!("Label {n} selected", n = selected);
        if ui.add_enabled(can, egui::Button::new(text)).clicked() {
            push(commands, LabelCommand::Label(Some(class)));
            ui.close();
        }
        ui.separator();
    }
    let tooltip = t!("Copies pictures from elsewhere into this class; the originals stay where they are.");
    if ui.button(t!("Import pictures…")).on_hover_text(tooltip).clicked() {
        commands.push(Command::Transfer(TransferCommand::ChooseImport(split, class)));
        ui.close();
    }
    let tooltip = t!(
        "Copies all pictures of a folder, also those of the folders in it, into this class; the originals stay where they are."
    );
    if ui.button(t!("Import a folder…")).on_hover_text(tooltip).clicked() {
        commands.push(Command::Transfer(TransferCommand::ChooseImportFolder(split, class)));
        ui.close();
    }
    if ui.add_enabled(can, egui::Button::new(t!("Rename…"))).clicked() {
        data.naming = Some(ClassNaming { class: Some((split, class)), text: name.to_owned(), is_new: true });
        ui.close();
    }
    ui.add_enabled_ui(can && classes.len() > 1, |ui| {
        ui.menu_button(t!("Merge into"), |ui| {
            ScrollArea::vertical().max_height(CLASSES_HEIGHT).show(ui, |ui| merge_ui(ui, classes, class, commands));
        });
    });
    ui.add_enabled_ui(can, |ui| {
        ui.menu_button(t!("Colour"), |ui| {
            for (name, color) in theme::CLASS_COLORS {
                ui.horizontal(|ui| {
                    widgets::legend_dot(ui, color);
                    if ui.button(lang::text(name)).clicked() {
                        let [red, green, blue, _] = color.to_array();
                        push(commands, LabelCommand::ColorClass(class, Some([red, green, blue])));
                        ui.close();
                    }
                });
            }
            if ui.button(t!("Usual colour")).clicked() {
                push(commands, LabelCommand::ColorClass(class, None));
                ui.close();
            }
        });
    });
    let own = letters.get(name).copied();
    ui.menu_button(t!("Letter"), |ui| {
        letters_ui(ui, own, |letter| push(commands, LabelCommand::GiveLetter(class, letter)));
    });
    if ui.add_enabled(can && class > 0, egui::Button::new(t!("Move up"))).clicked() {
        push(commands, LabelCommand::MoveClass(class, class - 1));
        ui.close();
    }
    if ui.add_enabled(can && class + 1 < classes.len(), egui::Button::new(t!("Move down"))).clicked() {
        push(commands, LabelCommand::MoveClass(class, class + 1));
        ui.close();
    }
}

/// The classes into which one can be merged.
fn merge_ui(ui: &mut Ui, classes: &[String], class: usize, commands: &mut Commands) {
    let Some(name) = classes.get(class) else { return };
    for (into, other) in classes.iter().enumerate().filter(|(into, _)| *into != class) {
        ui.horizontal(|ui| {
            widgets::legend_dot(ui, theme::class_color(into));
            let shown = widgets::elide_middle(ui, other, &theme::body(), 200.0);
            let tooltip =
                t!("All pictures of {name} become {other}. Undo brings {name} back.", name = name, other = other);
            if ui.button(shown).on_hover_text(tooltip).clicked() {
                commands.push(Command::Label(LabelCommand::MergeClasses(class, into)));
                ui.close();
            }
        });
    }
}

/// The letters that a class can have, in rows; one that is taken says so when it is chosen.
fn letters_ui(ui: &mut Ui, own: Option<char>, mut choose: impl FnMut(Option<char>)) {
    Grid::new("class_letters").spacing(egui::vec2(4.0, 4.0)).show(ui, |ui| {
        for (place, letter) in ('A'..='Z').enumerate() {
            let button =
                egui::Button::new(letter.to_string()).min_size(egui::vec2(26.0, 26.0)).selected(own == Some(letter));
            if ui.add(button).on_hover_text(t!("Label with this class by pressing {letter}", letter = letter)).clicked()
            {
                choose(Some(letter));
                ui.close();
            }
            if place % 7 == 6 {
                ui.end_row();
            }
        }
    });
    if ui.add_enabled(own.is_some(), egui::Button::new(t!("No letter"))).clicked() {
        choose(None);
        ui.close();
    }
}

/// The name of a class being typed, where its line is.
pub fn naming_ui(ui: &mut Ui, rect: Rect, data: &mut DataState, commands: &mut Commands) {
    let Some(naming) = &mut data.naming else { return };
    let field =
        TextEdit::singleline(&mut naming.text).hint_text(t!("Name of the class")).margin(egui::Margin::symmetric(6, 3));
    let response = ui.put(rect.shrink2(egui::vec2(8.0, 1.0)), field);
    let text = naming.text.clone();
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::TextInput, true, t!("Name of the class"));
        info.current_text_value = Some(text.clone());
        info
    });
    if naming.is_new {
        naming.is_new = false;
        response.request_focus();
        // The whole name is marked: typing replaces it.
        let mut state = TextEdit::load_state(ui.ctx(), response.id).unwrap_or_default();
        let end = CCursor::new(naming.text.chars().count());
        state.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(0), end)));
        state.store(ui.ctx(), response.id);
        return;
    }
    if !response.lost_focus() {
        return;
    }
    let entered = ui.input(|input| input.key_pressed(Key::Enter));
    let name = naming.text.trim().to_owned();
    let class = naming.class;
    data.naming = None;
    if entered && !name.is_empty() {
        commands.push(Command::Label(match class {
            Some((_, class)) => LabelCommand::RenameClass(class, name),
            None => LabelCommand::CreateClass(name),
        }));
    }
}

/// Does `command` with pictures that are dropped on a line.
pub fn drop_ui(ui: &Ui, response: &Response, command: LabelCommand, commands: &mut Commands) {
    if response.dnd_hover_payload::<DraggedPictures>().is_some() {
        let stroke = Stroke::new(1.5, theme::colors(ui).accent);
        ui.painter().rect_stroke(
            response.rect.shrink2(egui::vec2(8.0, 1.0)),
            theme::RADIUS,
            stroke,
            StrokeKind::Inside,
        );
    }
    if response.dnd_release_payload::<DraggedPictures>().is_some() {
        commands.push(Command::Label(command));
    }
}
