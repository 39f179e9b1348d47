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
mod focus;
mod lessons;
mod notices;
mod overlays;
mod palette;
mod predict;
mod results;
mod shortcuts;
mod status_bar;
mod top_bar;
mod tour;
mod train;
mod welcome;

pub use fault::fault_ui;

use egui::{CentralPanel, Frame, ScrollArea, Sense, Ui, UiBuilder, Vec2, vec2};

use crate::app::command::Commands;
use crate::app::state::{State, Workspace};
use crate::dataset::labels::LabelLayer;

/// What a workspace needs, in points.
const LEAST: Vec2 = vec2(800.0, 320.0);

/// Draws the whole window.
pub fn window_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    focus::into_view(ui.ctx());
    let layer = state.project.as_ref().and_then(|project| project.labels.layer.as_ref());
    let classes = state.project.as_ref().map_or(&[][..], |project| &project.dataset.classes);
    theme::give_class_colors(classes, layer.map(LabelLayer::class_colors).unwrap_or_default());
    top_bar::top_bar_ui(ui, state, commands);
    status_bar::status_bar_ui(ui, state, commands);
    let colors = theme::colors(ui);
    CentralPanel::default().frame(Frame::new().fill(colors.window)).show(ui, |ui| {
        // Without a data set only Predict (with a model of its own) and the past runs in Results make sense.
        if state.project.is_none() && state.workspace != Workspace::Predict {
            welcome::welcome_ui(ui, state, commands);
            return;
        }
        at_least_ui(ui, |ui| match state.workspace {
            Workspace::Data => data::data_ui(ui, state, commands),
            Workspace::Augment => augment::augment_ui(ui, state, commands),
            Workspace::Train => train::train_ui(ui, state, commands),
            Workspace::Results => results::results_ui(ui, state, commands),
            Workspace::Predict => predict::predict_ui(ui, state, commands),
        });
    });
    lessons::lessons_ui(ui, state, commands);
    overlays::overlays_ui(ui, state, commands);
    fetch::fetch_ui(ui, state, commands);
    if state.workspace == Workspace::Data && state.project.is_some() {
        data::dialogs_ui(ui, state, commands);
    }
    notices::list_ui(ui, state);
    palette::palette_ui(ui, state, commands);
    tour::tour_ui(ui, state);
    notices::cards_ui(ui, state);
    focus::focus_ui(ui.ctx());
}

/// Gives a workspace the room that it needs at least: where the window has less (with a large interface on a small screen) it
/// scrolls, instead of squeezing panels until they lie over one another.
fn at_least_ui(ui: &mut Ui, workspace: impl FnOnce(&mut Ui)) {
    let room = ui.available_size();
    if room.x >= LEAST.x && room.y >= LEAST.y {
        workspace(ui);
        return;
    }
    ScrollArea::both().id_salt("workspace").auto_shrink([false, false]).show(ui, |ui| {
        let (rect, _) = ui.allocate_exact_size(room.max(LEAST), Sense::hover());
        ui.scope_builder(UiBuilder::new().max_rect(rect), workspace);
    });
}

/// Whether plain keys (without Ctrl) are commands now: nothing else wants them.
pub fn plain_keys_are_free(ctx: &egui::Context, state: &State) -> bool {
    match state.workspace {
        Workspace::Data => data::plain_keys_are_free(ctx, state),
        Workspace::Results => !data::is_overlaid(ctx, state) && !ctx.text_edit_focused(),
        Workspace::Augment | Workspace::Train | Workspace::Predict => false,
    }
}
