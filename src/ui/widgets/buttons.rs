//! Buttons.

use egui::{Align2, Button, Response, RichText, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use egui_material_icons::icons;

use crate::app::command::{Command, Commands, UiCommand};
use crate::app::state::{LessonPage, State};
use crate::ui::theme;

/// The one amber button of a screen.
pub fn primary_button(ui: &mut Ui, text: &str, enabled: bool) -> Response {
    wide_primary_button(ui, text, enabled, 0.0)
}

/// The same, at least `width` points wide.
pub fn wide_primary_button(ui: &mut Ui, text: &str, enabled: bool, width: f32) -> Response {
    let colors = theme::colors(ui);
    let label = RichText::new(text).font(theme::strong(theme::size::BODY)).color(colors.on_accent);
    let button = Button::new(label)
        .fill(colors.accent)
        .stroke(Stroke::NONE)
        .corner_radius(theme::RADIUS)
        .min_size(vec2(width, theme::PRIMARY_HEIGHT));
    ui.add_enabled(enabled, button)
}

/// A square button with an icon; `name` is its accessible name and tooltip.
pub fn icon_button(ui: &mut Ui, icon: &str, name: &str, selected: bool) -> Response {
    let colors = theme::colors(ui);
    let size = vec2(theme::CONTROL_HEIGHT, theme::CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, selected, name));
    if ui.is_rect_visible(rect) {
        let fill = if selected {
            Some(colors.accent_faint)
        } else if response.hovered() || response.has_focus() {
            Some(colors.hover)
        } else {
            None
        };
        if let Some(fill) = fill {
            ui.painter().rect_filled(rect, theme::RADIUS, fill);
        }
        let color = match (enabled, selected, response.hovered()) {
            (false, ..) => colors.text_weak.gamma_multiply(0.5),
            (_, true, _) => colors.accent,
            (.., true) => colors.text,
            _ => colors.text_weak,
        };
        ui.painter().text(
            rect.center(),
            Align2::CENTER_CENTER,
            icon,
            egui::FontId::proportional(theme::icon::L),
            color,
        );
    }
    response.on_hover_text(name)
}

/// A button for a command of the table: its title, tooltip and shortcut; greyed out while it can't be carried out.
pub fn ui_command_button(ui: &mut Ui, command: UiCommand, state: &State, commands: &mut Commands) -> Response {
    let response = ui.add_enabled(command.is_enabled(state), Button::new(command.title()));
    let response = with_command_tooltip(ui, response, command);
    if response.clicked() {
        commands.ui(command);
    }
    response
}

/// A plain button that pushes a command.
pub fn command_button(ui: &mut Ui, text: &str, command: Command, commands: &mut Commands) -> Response {
    let response = ui.button(text);
    if response.clicked() {
        commands.push(command);
    }
    response
}

/// A small link to one of the lessons.
pub fn lesson_link(ui: &mut Ui, text: &str, page: LessonPage, commands: &mut Commands) {
    let shown = format!("{}  {text}", icons::ICON_SCHOOL.codepoint);
    let response = ui.link(RichText::new(shown).size(theme::size::SMALL));
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Link, enabled, text));
    if response.clicked() {
        commands.push(Command::ShowLesson(page));
    }
}

/// Adds a table command's tooltip with its shortcut.
pub fn with_command_tooltip(ui: &Ui, response: Response, command: UiCommand) -> Response {
    let text = match command.shortcut() {
        Some(shortcut) => format!("{}  ({})", command.tooltip(), ui.ctx().format_shortcut(&shortcut)),
        None => command.tooltip().to_owned(),
    };
    response.on_hover_text(text.clone()).on_disabled_hover_text(text)
}

/// One of a few, side by side. Returns whether the choice changed.
pub fn segmented<T: PartialEq + Copy>(ui: &mut Ui, value: &mut T, choices: &[(T, &str)]) -> bool {
    let colors = theme::colors(ui);
    let mut changed = false;
    egui::Frame::new().fill(colors.well).corner_radius(theme::RADIUS).inner_margin(2).show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.horizontal(|ui| {
            for (choice, name) in choices {
                let selected = *choice == *value;
                let text = RichText::new(*name).color(if selected { colors.text } else { colors.text_weak });
                let fill = if selected { colors.card } else { egui::Color32::TRANSPARENT };
                let stroke = if selected { Stroke::new(1.0, colors.stroke) } else { Stroke::NONE };
                let button = Button::new(text)
                    .fill(fill)
                    .stroke(stroke)
                    .corner_radius(theme::RADIUS - 1)
                    .min_size(vec2(0.0, theme::CONTROL_HEIGHT - 4.0))
                    .selected(false);
                let response = ui.add(button);
                let enabled = ui.is_enabled();
                response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, selected, *name));
                if response.clicked() && !selected {
                    *value = *choice;
                    changed = true;
                }
            }
        });
    });
    changed
}

/// Gives a list to choose from its name, for who does not see what stands beside it; `text` is what is chosen.
pub fn name_combo(ui: &Ui, response: &Response, name: &str, text: &str) {
    let enabled = ui.is_enabled();
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::ComboBox, enabled, name);
        info.current_text_value = Some(text.to_owned());
        info
    });
}
