//! The Predict workspace.

use crate::app::command::Commands;
use crate::app::state::State;

/// Draws the Predict workspace.
pub fn predict_ui(ui: &mut egui::Ui, state: &mut State, commands: &mut Commands) {
    let _ = (ui, state, commands);
}
