//! The Data workspace.

use crate::app::command::Commands;
use crate::app::state::State;

/// Draws the Data workspace.
pub fn data_ui(ui: &mut egui::Ui, state: &mut State, commands: &mut Commands) {
    let _ = (ui, state, commands);
}
