//! The runs of this data set: look at their curves, take over their settings.

use egui::{Align2, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use egui_material_icons::icons;

use super::{nothing_yet_ui, words};
use crate::app::command::{Command, Commands, TrainCommand};
use crate::app::state::{RunPhase, RunView, State};
use crate::lang::{t, tn};
use crate::ui::theme;
use crate::ui::widgets;

const ROW: f32 = 40.0;

/// Draws the list, newest first.
pub fn runs_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    if state.train.past.is_empty() {
        let text = if state.train.past_loading {
            t!("Looking for earlier runs…")
        } else {
            t!("Every run of this data set is kept here with its settings, its curves and its model.")
        };
        nothing_yet_ui(ui, text);
        return;
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    ui.spacing_mut().item_spacing.y = 2.0;
    let runs = &state.train.past;
    ScrollArea::vertical().id_salt("train_runs").auto_shrink([false, false]).show_rows(
        ui,
        ROW,
        runs.len(),
        |ui, rows| {
            for run in runs.get(rows).unwrap_or_default() {
                // The run under way is shown as it is now, not as its folder had it.
                let run = state.train.run.as_ref().filter(|live| live.dir == run.dir).unwrap_or(run);
                row_ui(ui, state, run, now, commands);
            }
        },
    );
}

fn row_ui(ui: &mut Ui, state: &State, run: &RunView, now_unix_secs: u64, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let selected = state.train.viewed.as_ref() == Some(&run.dir);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let title = words::model_title(&run.config);
    let ago = run.started_unix_secs.map(|started| widgets::ago(now_unix_secs.saturating_sub(started)));
    let name = t!("Run: {title}, {when}", title = title, when = ago.clone().unwrap_or_else(|| folder_name(run)));
    response.widget_info(|| WidgetInfo::selected(Role::ListItem, true, selected, &name));
    let button = vec2(104.0, theme::CONTROL_HEIGHT);
    if ui.is_rect_visible(rect) {
        if selected || response.hovered() {
            ui.painter().rect_filled(rect, theme::RADIUS, if selected { colors.accent_faint } else { colors.hover });
        }
        paint_row(ui, rect, run, &title, ago.as_deref(), rect.right() - button.x - 20.0);
    }
    if response.on_hover_text(run.dir.display().to_string()).clicked() {
        commands.push(Command::Train(TrainCommand::ShowRun(run.dir.clone())));
    }
    let at = Rect::from_min_size(pos2(rect.right() - button.x - 6.0, rect.center().y - button.y / 2.0), button);
    let can_load = !state.train.is_running() && state.train.config != run.config;
    ui.scope_builder(egui::UiBuilder::new().max_rect(at), |ui| {
        let load = ui.add_enabled(can_load, egui::Button::new(t!("Load settings")).min_size(button));
        let load = load
            .on_hover_text(t!("Take over the model and all settings of this run"))
            .on_disabled_hover_text(t!("These are the settings at the left already, or a training is running"));
        if load.clicked() {
            commands.push(Command::Train(TrainCommand::LoadSettings(run.dir.clone())));
        }
    });
}

fn paint_row(ui: &Ui, rect: Rect, run: &RunView, title: &str, ago: Option<&str>, right: f32) {
    let colors = theme::colors(ui);
    let painter = ui.painter();
    let (icon, color) = match &run.phase {
        RunPhase::Finished => (icons::ICON_CHECK.codepoint, colors.good),
        RunPhase::Failed(_) => (icons::ICON_ERROR.codepoint, colors.bad),
        RunPhase::Stopped => (icons::ICON_STOP.codepoint, colors.text_weak),
        _ => (icons::ICON_PLAY_ARROW.codepoint, colors.accent),
    };
    let middle = rect.center().y;
    painter.text(
        pos2(rect.left() + 16.0, middle),
        Align2::CENTER_CENTER,
        icon,
        egui::FontId::proportional(theme::icon::L),
        color,
    );
    let left = rect.left() + 34.0;
    let best = run.best().map_or_else(|| "–".to_owned(), |best| words::accuracy(best.val_acc));
    let epochs = tn!(run.config.epochs, "{done} of {n} epoch", "{done} of {n} epochs", done = run.history.epochs.len());
    let (upper, lower) = (rect.top() + 13.0, rect.top() + 28.0);
    let best =
        painter.text(pos2(right, upper), Align2::RIGHT_CENTER, best, theme::tabular(theme::size::BODY), colors.text);
    if run.best().is_some() {
        let at = pos2(best.left() - 4.0, upper);
        painter.text(
            at,
            Align2::RIGHT_CENTER,
            icons::ICON_STAR.codepoint,
            egui::FontId::proportional(theme::icon::S),
            colors.accent,
        );
    }
    let epochs = painter.text(
        pos2(right, lower),
        Align2::RIGHT_CENTER,
        epochs,
        theme::tabular(theme::size::CAPTION),
        colors.text_weak,
    );
    let room = epochs.left().min(best.left()) - left - 28.0;
    let head = match ago {
        Some(ago) => format!("{title} · {ago}"),
        None => format!("{title} · {}", folder_name(run)),
    };
    let shown = widgets::elide_middle(ui, &head, &theme::strong(theme::size::BODY), room);
    painter.text(pos2(left, upper), Align2::LEFT_CENTER, shown, theme::strong(theme::size::BODY), colors.text);
    let settings = words::settings_line(&run.config);
    let shown = widgets::elide_middle(ui, &settings, &theme::caption(), room);
    painter.text(pos2(left, lower), Align2::LEFT_CENTER, shown, theme::caption(), colors.text_weak);
}

fn folder_name(run: &RunView) -> String {
    run.dir.file_name().unwrap_or(run.dir.as_os_str()).to_string_lossy().into_owned()
}
