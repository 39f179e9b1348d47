//! The Augment workspace.

use crate::app::command::Commands;
use crate::app::state::State;

/// Draws the Augment workspace.
pub fn augment_ui(ui: &mut egui::Ui, state: &mut State, commands: &mut Commands) {
    let _ = (ui, state, commands);
}
