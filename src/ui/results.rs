//! The Results workspace.

use crate::app::command::Commands;
use crate::app::state::State;

/// Draws the Results workspace.
pub fn results_ui(ui: &mut egui::Ui, state: &mut State, commands: &mut Commands) {
    let _ = (ui, state, commands);
}
