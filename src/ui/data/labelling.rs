//! What is seen of labelling on tiles, in the inspector and below the grid: signs for labels that differ from the folder, for
//! marks, how many pictures are left, what was undone, and why no label can be given.

use egui::{Align2, Button, Color32, FontId, Label, Order, Rect, RichText, ScrollArea, Ui, pos2, vec2};
use egui_material_icons::icons;

use super::{class_color, split_explained, split_title};
use crate::app::command::{Command, Commands, LabelCommand, UiCommand};
use crate::app::state::{DataState, LabelSaving, Project};
use crate::dataset::labels::{Mark, Marks};
use crate::dataset::{Item, Split};
use crate::lang::{self, t, tn};
use crate::ui::theme;
use crate::ui::widgets;

/// Side of a sign on a tile, in points.
const SIGN: f32 = 20.0;
/// Height of a list of classes in a menu at most, in points: a hundred of them scroll instead of running off the screen.
pub const CLASSES_HEIGHT: f32 = 420.0;

/// What is dragged from the grid: the pictures that are selected.
#[derive(Clone, Copy, Debug)]
pub struct DraggedPictures;

/// Marks of a picture, and whether its label differs from its folder's.
fn said_of(project: &Project, item: &Item) -> (bool, Marks) {
    let position = project.index_of.get(&item.id).copied();
    position
        .map_or((false, Marks::default()), |position| (project.is_changed(position), project.labels.marks(position)))
}

/// What a picture's accessible name says beside file, class and split.
pub fn words(project: &Project, item: &Item) -> String {
    let (changed, marks) = said_of(project, item);
    let words = [
        (changed, t!("changed")),
        (marks.unsure, t!("unsure")),
        (marks.skip, t!("skipped")),
        (marks.set_aside, t!("set aside")),
    ];
    words.iter().filter(|(said, _)| *said).map(|(_, word)| t!(", {word}", word = word)).collect()
}

/// Paints the signs at the top right of a tile.
pub fn signs_ui(ui: &Ui, project: &Project, item: &Item, tile: Rect) {
    let colors = theme::colors(ui);
    let (changed, marks) = said_of(project, item);
    let painter = ui.painter();
    if marks.set_aside {
        painter.rect_filled(tile, theme::RADIUS, theme::on_picture::SHADE);
    }
    let signs = [
        (changed, icons::ICON_EDIT.codepoint, colors.accent),
        (marks.unsure, icons::ICON_HELP.codepoint, theme::on_picture::TEXT),
        (marks.skip, icons::ICON_SKIP_NEXT.codepoint, theme::on_picture::TEXT),
        (marks.set_aside, icons::ICON_BLOCK.codepoint, theme::on_picture::TEXT),
    ];
    let mut right = tile.right() - 6.0;
    for (_, icon, color) in signs.into_iter().filter(|(said, ..)| *said) {
        let rect = Rect::from_min_size(pos2(right - SIGN, tile.top() + 6.0), vec2(SIGN, SIGN));
        // On a ground of its own, so that it is seen on any picture, in either theme.
        painter.rect_filled(rect, 5.0, theme::on_picture::PLATE);
        let color = if color == colors.accent { theme::DARK.accent } else { color };
        painter.text(rect.center(), Align2::CENTER_CENTER, icon, FontId::proportional(theme::icon::S), color);
        right -= SIGN + 4.0;
    }
}

/// What can be done with the selected pictures, at the top of a tile's menu.
pub fn menu_ui(ui: &mut Ui, project: &Project, commands: &mut Commands) {
    let can = project.labels.refusal().is_none();
    ui.set_min_width(190.0);
    ui.add_enabled_ui(can && !project.dataset.classes.is_empty(), |ui| {
        ui.menu_button(t!("Label"), |ui| {
            ScrollArea::vertical().max_height(CLASSES_HEIGHT).show(ui, |ui| classes_ui(ui, project, commands));
        });
    });
    let marks = [UiCommand::ClearLabel, UiCommand::Mark(Mark::Unsure), UiCommand::Mark(Mark::SetAside)];
    for command in marks.into_iter().chain([UiCommand::Mark(Mark::Skip)]) {
        let mut button = Button::new(command.title());
        if let Some(shortcut) = command.shortcut() {
            button = button.shortcut_text(ui.ctx().format_shortcut(&shortcut));
        }
        if ui.add_enabled(can, button).on_hover_text(command.tooltip()).clicked() {
            commands.ui(command);
            ui.close();
        }
    }
    ui.add_enabled_ui(can, |ui| {
        ui.menu_button(t!("Move to"), |ui| {
            for split in Split::ALL {
                if ui.button(split_title(split)).on_hover_text(split_explained(split)).clicked() {
                    commands.push(Command::Label(LabelCommand::MoveTo(split)));
                    ui.close();
                }
            }
        });
    });
}

/// The classes with which the selected pictures can be labelled.
fn classes_ui(ui: &mut Ui, project: &Project, commands: &mut Commands) {
    for (class, name) in project.dataset.classes.iter().enumerate() {
        ui.horizontal(|ui| {
            widgets::legend_dot(ui, theme::class_color(class));
            let mut button = Button::new(widgets::elide_middle(ui, name, &theme::body(), 200.0));
            if class < 9 {
                button = button.shortcut_text((class + 1).to_string());
            }
            if ui.add(button).clicked() {
                commands.push(Command::Label(LabelCommand::Label(Some(class))));
                ui.close();
            }
        });
    }
}

/// Lines of the inspector about a picture's label.
pub fn about_ui(ui: &mut Ui, project: &Project, item: &Item) {
    let colors = theme::colors(ui);
    let (changed, marks) = said_of(project, item);
    if changed {
        let folder = project.index_of.get(&item.id).and_then(|at| project.labels.layer.as_ref()?.folder_class(*at));
        ui.horizontal(|ui| {
            let text =
                RichText::new(format!("{}  {}", icons::ICON_EDIT.codepoint, t!("labelled here; the folder says")));
            ui.add(Label::new(text.color(colors.text_weak)).selectable(false));
            widgets::legend_dot(ui, class_color(ui, folder));
            widgets::elided_label(ui, project.class_name(folder), theme::body(), colors.text_weak);
        });
    }
    let lines = [
        (marks.unsure, icons::ICON_HELP.codepoint, t!("unsure")),
        (marks.skip, icons::ICON_SKIP_NEXT.codepoint, t!("skipped, for later")),
        (marks.set_aside, icons::ICON_BLOCK.codepoint, t!("set aside: not used for training or evaluation")),
    ];
    for (_, icon, text) in lines.into_iter().filter(|(said, ..)| *said) {
        ui.add(Label::new(RichText::new(format!("{icon}  {text}")).color(colors.text_weak)).wrap());
    }
}

/// Below the grid: what is left to label, what was undone, and whether labels can be given and are saved.
pub fn status_ui(ui: &mut Ui, project: &Project) {
    let colors = theme::colors(ui);
    let small = |text: String, color: Color32| {
        Label::new(RichText::new(text).font(theme::tabular(theme::size::SMALL)).color(color)).selectable(false)
    };
    let labels = &project.labels;
    let left = labels.summary().left;
    if left > 0 {
        ui.add(small("·".to_owned(), colors.text_weak));
        ui.add(small(t!("{n} left", n = widgets::thousands(left)), colors.text))
            .on_hover_text(t!("Pictures without a label, neither skipped nor set aside"));
    }
    let problem = match (&labels.saving, labels.refusal()) {
        (LabelSaving::Retrying(why), _) => Some((t!("labels not saved yet"), why.as_str(), colors.bad)),
        (LabelSaving::Failed(why), _) => Some((t!("labels not saved"), why.as_str(), colors.bad)),
        (LabelSaving::Fine, Some(why)) => Some((t!("labels are read-only"), why, colors.text)),
        (LabelSaving::Fine, None) => None,
    };
    if let Some((text, why, color)) = problem {
        ui.add(small("·".to_owned(), colors.text_weak));
        ui.add(small(format!("{}  {text}", icons::ICON_LOCK.codepoint), color)).on_hover_text(lang::sentence(why));
    }
    if let Some((text, _)) = labels.said.as_ref().filter(|(_, revision)| *revision == labels.revision) {
        ui.add(small("·".to_owned(), colors.text_weak));
        let room = (ui.available_width() - 8.0).max(40.0);
        let shown = widgets::elide_middle(ui, text, &theme::tabular(theme::size::SMALL), room);
        ui.add(small(shown, colors.accent)).on_hover_text(text);
    }
}

/// What hangs at the pointer while pictures are dragged.
pub fn dragged_ui(ui: &Ui, data: &DataState) {
    let ctx = ui.ctx();
    if !egui::DragAndDrop::has_payload_of_type::<DraggedPictures>(ctx) {
        return;
    }
    let Some(pointer) = ctx.pointer_interact_pos() else { return };
    let colors = theme::colors(ui);
    let count = data.selection.ids.len();
    let text = tn!(count, "{n} picture", "{n} pictures");
    let painter = ctx.layer_painter(egui::LayerId::new(Order::Tooltip, egui::Id::unique("dragged_pictures")));
    let galley = painter.layout_no_wrap(text, theme::strong(theme::size::SMALL), colors.on_accent);
    let rect = Rect::from_min_size(pointer + vec2(12.0, 10.0), galley.size() + vec2(16.0, 8.0));
    painter.rect_filled(rect, theme::RADIUS, colors.accent);
    painter.galley(rect.min + vec2(8.0, 4.0), galley, colors.on_accent);
}
