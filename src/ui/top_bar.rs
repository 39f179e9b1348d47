//! The bar at the top: menu, the data set's name, the workspaces, device, theme, settings.

use egui::{Align, Frame, Layout, Margin, Panel, RichText, Role, Sense, Ui, WidgetInfo, vec2};
use egui_material_icons::icons;

use super::theme::{self, space};
use super::widgets;
use crate::app::command::{Command, Commands, UiCommand};
use crate::app::state::{State, Workspace};
use crate::lang::{self, Language, t, tn};

/// Icons at the right end.
const RIGHT_BUTTONS: f32 = 5.0;
/// Width of the data set's name at most, in points, and in a bar that is narrower than the other one.
const NAME: f32 = 180.0;
const SHORT_NAME: f32 = 96.0;
const NARROW: f32 = 760.0;

/// Draws the bar at the top.
pub fn top_bar_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let frame = Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(12, 6));
    Panel::top("top_bar").frame(frame).exact_size(44.0).show(ui, |ui| {
        ui.horizontal_centered(|ui| {
            let full = ui.max_rect();
            menu_ui(ui, state, commands);
            project_ui(ui, state, commands);
            let left_end = ui.cursor().left();
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let tabs = Workspace::ALL.into_iter().map(|workspace| tab_width(ui, workspace)).sum::<f32>();
                let buttons = RIGHT_BUTTONS * (theme::CONTROL_HEIGHT + space::XS);
                let room = full.right() - left_end - buttons - 3.0 * space::S - tabs;
                // What there is no room for goes first: the device, which Train names too; then the tabs become a menu.
                right_ui(ui, state, room >= device_width(ui, state), commands);
                let between = left_end + space::S..=ui.cursor().right() - space::S;
                if room >= 0.0 {
                    tabs_ui(ui, state, commands, full, between);
                } else {
                    tabs_menu_ui(ui, state, commands, full, between);
                }
            });
        });
    });
}

fn menu_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let title = RichText::new("imago").font(theme::strong(theme::size::SECTION)).color(theme::colors(ui).accent);
    ui.menu_button(title, |ui| {
        ui.set_min_width(230.0);
        let groups: [&[UiCommand]; 6] = [
            &[
                UiCommand::OpenFolder,
                UiCommand::OpenSample,
                UiCommand::GetPhotographs,
                UiCommand::Rescan,
                UiCommand::CloseProject,
            ],
            &[UiCommand::Undo, UiCommand::Redo],
            &[UiCommand::StartTraining, UiCommand::PauseOrResumeTraining, UiCommand::StopTraining],
            &[UiCommand::OpenModel, UiCommand::OpenPictures, UiCommand::SaveCsv, UiCommand::SortIntoFolders],
            &[
                UiCommand::Palette,
                UiCommand::ToggleTheme,
                UiCommand::Settings,
                UiCommand::Tour,
                UiCommand::Lessons,
                UiCommand::Shortcuts,
            ],
            &[UiCommand::Quit],
        ];
        for (index, group) in groups.into_iter().enumerate() {
            if index > 0 {
                ui.separator();
            }
            for command in group {
                menu_item_ui(ui, *command, state, commands);
            }
        }
    })
    .response
    .on_hover_text(t!("Menu"));
}

fn menu_item_ui(ui: &mut Ui, command: UiCommand, state: &State, commands: &mut Commands) {
    let mut button = egui::Button::new(command.title()).frame(false).min_size(vec2(ui.available_width(), 24.0));
    if let Some(shortcut) = command.shortcut() {
        button = button.shortcut_text(ui.ctx().format_shortcut(&shortcut));
    }
    if ui.add_enabled(command.is_enabled(state), button).on_hover_text(command.tooltip()).clicked() {
        commands.ui(command);
        ui.close();
    }
}

fn project_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let name = match (&state.opening, &state.project) {
        (Some((name, _)), _) => name.clone(),
        (None, Some(project)) => project.dataset.name(),
        (None, None) => return,
    };
    let most = if ui.max_rect().width() < NARROW { SHORT_NAME } else { NAME };
    let shown = widgets::elide_middle(ui, &name, &theme::body(), most);
    let title = RichText::new(shown).color(colors.text_weak);
    ui.menu_button(title, |ui| {
        ui.set_min_width(260.0);
        for recent in &state.settings.recents {
            let name = recent
                .path
                .file_name()
                .map_or_else(|| recent.path.display().to_string(), |name| name.to_string_lossy().into_owned());
            let text = format!("{name}   {}", tn!(recent.pictures, "{n} picture", "{n} pictures"));
            if ui.button(text).on_hover_text(recent.path.display().to_string()).clicked() {
                commands.push(Command::OpenFolder(recent.path.clone()));
                ui.close();
            }
        }
        ui.separator();
        for command in [UiCommand::OpenFolder, UiCommand::Rescan, UiCommand::CloseProject] {
            menu_item_ui(ui, command, state, commands);
        }
    })
    .response
    .on_hover_text(t!("Data set: open another, or one from before"));
}

fn device_text(ui: &Ui, state: &State) -> RichText {
    let colors = theme::colors(ui);
    RichText::new(lang::sentence(&state.device_label)).font(theme::caption()).color(colors.text_weak)
}

fn device_width(ui: &Ui, state: &State) -> f32 {
    let text = lang::sentence(&state.device_label);
    ui.painter().layout_no_wrap(text, theme::caption(), egui::Color32::WHITE).size().x + 2.0 * space::S
}

fn right_ui(ui: &mut Ui, state: &State, names_device: bool, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.x = space::XS;
    let is_dark = ui.visuals().dark_mode;
    let buttons = [
        (icons::ICON_SETTINGS.codepoint, UiCommand::Settings, state.settings_open),
        (
            if is_dark { icons::ICON_LIGHT_MODE.codepoint } else { icons::ICON_DARK_MODE.codepoint },
            UiCommand::ToggleTheme,
            false,
        ),
        (icons::ICON_SCHOOL.codepoint, UiCommand::Lessons, state.lessons.open),
        (icons::ICON_SEARCH.codepoint, UiCommand::Palette, state.palette.open),
    ];
    for (icon, command, selected) in buttons {
        let response = widgets::icon_button(ui, icon, command.title(), selected);
        if widgets::with_command_tooltip(ui, response, command).clicked() {
            commands.ui(command);
        }
    }
    language_ui(ui, commands);
    if names_device {
        ui.add_space(space::XS);
        ui.label(device_text(ui, state)).on_hover_text(t!("Where the computation runs"));
    }
}

/// The menu of languages. Its sign, and the languages' names, are the same in all of them.
fn language_ui(ui: &mut Ui, commands: &mut Commands) {
    let response = widgets::icon_button(ui, "文", t!("Language"), false).on_hover_text("Language · 语言");
    egui::Popup::menu(&response).show(|ui| {
        for language in Language::ALL {
            if ui.radio(lang::current() == language, language.name()).clicked() {
                commands.ui(UiCommand::Speak(language));
                ui.close();
            }
        }
    });
}

/// The tabs, in the middle of the bar where there is room.
fn tabs_ui(
    ui: &mut Ui,
    state: &State,
    commands: &mut Commands,
    full: egui::Rect,
    between: std::ops::RangeInclusive<f32>,
) {
    let widths: Vec<f32> = Workspace::ALL.iter().map(|workspace| tab_width(ui, *workspace)).collect();
    let total: f32 = widths.iter().sum();
    let mut left = (full.center().x - total / 2.0).min(between.end() - total).max(*between.start());
    for (workspace, width) in Workspace::ALL.into_iter().zip(widths) {
        let rect = egui::Rect::from_min_size(egui::pos2(left, full.top() - 6.0), vec2(width, full.height() + 12.0));
        left += width;
        tab_ui(ui, workspace, rect, state, commands);
    }
}

/// The tabs as a menu, in a window that is too narrow for them: a small one, or one with a large interface.
fn tabs_menu_ui(
    ui: &mut Ui,
    state: &State,
    commands: &mut Commands,
    full: egui::Rect,
    between: std::ops::RangeInclusive<f32>,
) {
    let rect = egui::Rect::from_x_y_ranges(between, full.y_range());
    let builder = egui::UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        let icon = icons::ICON_KEYBOARD_ARROW_DOWN.codepoint;
        let title = RichText::new(format!("{} {icon}", state.workspace.title())).font(theme::strong(theme::size::BODY));
        let menu = ui.menu_button(title, |ui| {
            for workspace in Workspace::ALL {
                let response = ui.radio(state.workspace == workspace, workspace.title());
                if widgets::with_command_tooltip(ui, response, UiCommand::Go(workspace)).clicked() {
                    commands.push(Command::Go(workspace));
                    ui.close();
                }
            }
        });
        let name = t!("Workspace: {name}", name = state.workspace.title());
        menu.response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        for workspace in Workspace::ALL {
            ui.ctx().data_mut(|data| data.insert_temp(place_id(workspace), menu.response.rect));
        }
    });
}

fn place_id(workspace: Workspace) -> egui::Id {
    egui::Id::unique("tab_place").with(workspace)
}

/// Where a tab was drawn last.
pub(super) fn tab_place(ctx: &egui::Context, workspace: Workspace) -> Option<egui::Rect> {
    ctx.data(|data| data.get_temp(place_id(workspace)))
}

fn tab_width(ui: &Ui, workspace: Workspace) -> f32 {
    let galley = ui.painter().layout_no_wrap(
        workspace.title().to_owned(),
        theme::strong(theme::size::BODY),
        egui::Color32::WHITE,
    );
    galley.size().x + 28.0
}

fn tab_ui(ui: &mut Ui, workspace: Workspace, rect: egui::Rect, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let selected = state.workspace == workspace;
    ui.ctx().data_mut(|data| data.insert_temp(place_id(workspace), rect));
    let response = ui.interact(rect, ui.scope_id().with(("tab", workspace)), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, workspace.title()));
    let color = if selected || response.hovered() { colors.text } else { colors.text_weak };
    let font = if selected { theme::strong(theme::size::BODY) } else { theme::body() };
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, workspace.title(), font, color);
    if selected {
        let line = egui::Rect::from_min_max(
            egui::pos2(rect.left() + 12.0, rect.bottom() - 2.0),
            egui::pos2(rect.right() - 12.0, rect.bottom()),
        );
        ui.painter().rect_filled(line, 1.0, colors.accent);
    }
    let response = widgets::with_command_tooltip(ui, response, UiCommand::Go(workspace));
    if response.clicked() {
        commands.push(Command::Go(workspace));
    }
}
