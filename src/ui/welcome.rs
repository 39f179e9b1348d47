//! What is shown while nothing is open: ways to begin.

use egui::{Align, Align2, Frame, Layout, RichText, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, vec2};
use egui_material_icons::icons;

use super::theme::{self, space};
use super::widgets;
use crate::app::command::{Command, Commands, UiCommand};
use crate::app::state::{Recent, State};

/// Draws the welcome screen.
pub fn welcome_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let width = 640.0_f32.min(ui.available_width() - 2.0 * space::XL);
    let recents = state.settings.recents.len().min(5);
    let height = 330.0 + recents as f32 * 44.0;
    let area = egui::Rect::from_center_size(ui.max_rect().center(), vec2(width, height.min(ui.available_height())));
    ui.scope_builder(UiBuilder::new().max_rect(area).layout(Layout::top_down(Align::Min)), |ui| {
        ui.label(RichText::new("Teach your computer to tell things apart.").font(theme::display()));
        ui.add_space(space::XS);
        let sentence = "Open a folder of photographs, see what augmentation does to them, train a classifier on this machine \
                        while you watch, and use it. Nothing leaves your computer.";
        ui.label(RichText::new(sentence).size(14.0).color(colors.text_weak));
        ui.add_space(space::L);
        begin_ui(ui, state, commands);
        ui.add_space(space::M);
        let note = "or drop a folder of pictures, or a trained model, anywhere on this window.";
        ui.horizontal(|ui| {
            ui.label(RichText::new(note).color(colors.text_weak));
            widgets::hint(
                ui,
                "a data set",
                "One folder for each class, named after it, with its pictures inside: ants/…, bees/…. If there are train and \
                 val folders above them, they are used; if not, every fifth picture is set apart for validation.",
            );
        });
        if !state.settings.recents.is_empty() {
            ui.add_space(space::XL);
            widgets::section_label(ui, "Recent");
            ui.add_space(space::XS);
            ui.spacing_mut().item_spacing.y = space::XS;
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
            for recent in state.settings.recents.iter().take(5) {
                recent_ui(ui, recent, now, commands);
            }
        }
    });
}

fn begin_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let drawing = state.jobs.iter().any(|job| job.title.starts_with("Drawing"));
    let busy = state.opening.is_some() || drawing;
    ui.horizontal(|ui| {
        let open = widgets::primary_button(ui, UiCommand::OpenFolder.title(), !busy);
        if widgets::with_command_tooltip(ui, open, UiCommand::OpenFolder).clicked() {
            commands.ui(UiCommand::OpenFolder);
        }
        let sample = egui::Button::new(UiCommand::OpenSample.title()).min_size(vec2(0.0, theme::PRIMARY_HEIGHT));
        let sample = ui.add_enabled(!busy, sample);
        if widgets::with_command_tooltip(ui, sample, UiCommand::OpenSample).clicked() {
            commands.ui(UiCommand::OpenSample);
        }
        if busy {
            ui.spinner();
            let text = match &state.opening {
                Some((name, files)) => format!("Reading {name}… {} files", widgets::thousands(*files)),
                None => "Drawing the sample…".to_owned(),
            };
            ui.label(text);
        }
    });
}

fn recent_ui(ui: &mut Ui, recent: &Recent, now_unix_secs: u64, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::click());
    let name = recent
        .path
        .file_name()
        .map_or_else(|| recent.path.display().to_string(), |name| name.to_string_lossy().into_owned());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Open {name}")));
    let fill = if response.hovered() || response.has_focus() { colors.hover } else { colors.card };
    let card = Frame::new().fill(fill).stroke(Stroke::new(1.0, colors.stroke)).corner_radius(theme::RADIUS);
    ui.painter().add(card.paint(rect));
    let painter = ui.painter();
    let icon = icons::ICON_FOLDER.codepoint;
    painter.text(
        rect.left_center() + vec2(14.0, 0.0),
        Align2::LEFT_CENTER,
        icon,
        egui::FontId::proportional(17.0),
        colors.accent,
    );
    let shown = widgets::elide_middle(ui, &name, &theme::strong(13.0), rect.width() * 0.45);
    painter.text(rect.left_center() + vec2(42.0, 0.0), Align2::LEFT_CENTER, shown, theme::strong(13.0), colors.text);
    let ago = widgets::ago(now_unix_secs.saturating_sub(recent.opened_unix_secs));
    let facts = format!("{} pictures · {ago}", widgets::thousands(recent.pictures));
    painter.text(rect.right_center() - vec2(14.0, 0.0), Align2::RIGHT_CENTER, facts, theme::body(), colors.text_weak);
    let response = response.on_hover_text(recent.path.display().to_string());
    response.context_menu(|ui| {
        if ui.button("Forget (the folder stays)").clicked() {
            commands.push(Command::ForgetRecent(recent.path.clone()));
            ui.close();
        }
    });
    if response.clicked() {
        commands.push(Command::OpenFolder(recent.path.clone()));
    }
}
