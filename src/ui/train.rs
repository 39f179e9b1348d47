//! The Train workspace.

use crate::app::command::Commands;
use crate::app::state::State;

/// Draws the Train workspace.
pub fn train_ui(ui: &mut egui::Ui, state: &mut State, commands: &mut Commands) {
    let _ = (ui, state, commands);
}
