//! Everything that is drawn: one file a panel, `widgets/`, the theme.
//!
//! Draws [`crate::app::state::State`] and pushes [`crate::app::command::Command`]s. Must not know: Candle, the file system,
//! threads, channels.

pub mod theme;
pub mod widgets;

mod augment;
mod data;
mod fault;
mod fetch;
mod lessons;
mod overlays;
mod palette;
mod predict;
mod results;
mod status_bar;
mod top_bar;
mod tour;
mod train;
mod welcome;

pub use fault::fault_ui;

use egui::{CentralPanel, Frame, Ui};
use egui_material_icons::icons;

use crate::app::command::Commands;
use crate::app::state::{Notice, NoticeLevel, State, Workspace};
use crate::dataset::labels::LabelLayer;
use crate::lang;

/// Draws the whole window.
pub fn window_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let layer = state.project.as_ref().and_then(|project| project.labels.layer.as_ref());
    theme::give_class_colors(layer.map(LabelLayer::class_colors).unwrap_or_default());
    top_bar::top_bar_ui(ui, state, commands);
    status_bar::status_bar_ui(ui, state, commands);
    let colors = theme::colors(ui);
    CentralPanel::default().frame(Frame::new().fill(colors.window)).show(ui, |ui| {
        // Without a data set only Predict (with a model of its own) and the past runs in Results make sense.
        match state.workspace {
            Workspace::Predict => predict::predict_ui(ui, state, commands),
            _ if state.project.is_none() => welcome::welcome_ui(ui, state, commands),
            Workspace::Data => data::data_ui(ui, state, commands),
            Workspace::Augment => augment::augment_ui(ui, state, commands),
            Workspace::Train => train::train_ui(ui, state, commands),
            Workspace::Results => results::results_ui(ui, state, commands),
        }
    });
    lessons::lessons_ui(ui, state, commands);
    overlays::overlays_ui(ui, state, commands);
    fetch::fetch_ui(ui, state, commands);
    if state.workspace == Workspace::Data && state.project.is_some() {
        data::dialogs_ui(ui, state, commands);
    }
    palette::palette_ui(ui, state, commands);
    tour::tour_ui(ui, state);
}

/// Whether plain keys (without Ctrl) are commands now: nothing else wants them.
pub fn plain_keys_are_free(ctx: &egui::Context, state: &State) -> bool {
    match state.workspace {
        Workspace::Data => data::plain_keys_are_free(ctx, state),
        Workspace::Results => !data::is_overlaid(ctx, state) && !ctx.text_edit_focused(),
        Workspace::Augment | Workspace::Train | Workspace::Predict => false,
    }
}

/// The corner where notices appear.
pub fn toasts() -> egui_notify::Toasts {
    egui_notify::Toasts::default()
        .with_anchor(egui_notify::Anchor::BottomRight)
        .with_margin(egui::vec2(12.0, 44.0))
        .with_default_font(egui::FontId::proportional(13.0))
}

/// Shows a notice for a while; errors stay longer.
pub fn add_toast(toasts: &mut egui_notify::Toasts, notice: &Notice) {
    let text = widgets::wrap_text(&lang::sentence(&notice.text), 64);
    // The crate's own signs are emoji, which our fonts don't have; its closing cross is one too.
    let (icon, color) = match notice.level {
        NoticeLevel::Success => (icons::ICON_CHECK_CIRCLE, theme::DARK.good),
        NoticeLevel::Info => (icons::ICON_INFO, theme::DARK.info),
        NoticeLevel::Warning => (icons::ICON_WARNING, theme::DARK.accent),
        NoticeLevel::Error => (icons::ICON_ERROR, theme::DARK.bad),
    };
    let toast = toasts.custom(text, icon.codepoint.to_owned(), color);
    let seconds = if notice.level == NoticeLevel::Error { 20 } else { 6 };
    toast.duration(Some(std::time::Duration::from_secs(seconds))).closable(false);
}
