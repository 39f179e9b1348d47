//! The Augment workspace: the pipeline at the left, the batch that it makes at the right, below it what was measured.
//!
//! ```text
//! pipeline     preset, the steps' cards, the line about training
//! mix_card     whether batches are mixed
//! step_card    one card: switch, summary, settings; params: sliders for any transform from its own descriptions
//! toolbar      tiles, reroll, seed, epoch, originals
//! enlarge      the dialog for offline augmentation
//! tiles        the grid; insight: heat map, warnings, the marked tile step by step
//! ```

mod enlarge;
mod insight;
mod mix_card;
mod params;
mod pipeline;
mod step_card;
mod tiles;
mod toolbar;

pub(super) use params::name;
pub(super) use pipeline::preset_title;
pub(super) use tiles::paint_kept;

use egui::{CentralPanel, Frame, Key, Margin, Panel, Ui};
use egui_material_icons::icons;

use super::theme;
use super::widgets::{self, Emblem};
use crate::app::command::{AugmentCommand, Command, Commands, UiCommand};
use crate::app::state::{State, Workspace};
use crate::dataset::Split;
use crate::lang::t;

/// Draws the Augment workspace.
pub fn augment_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let frame = Frame::new().fill(colors.panel).inner_margin(Margin::ZERO);
    let narrow = ui.available_width() < 1100.0;
    Panel::left("augment_pipeline")
        .frame(frame)
        .resizable(true)
        .default_size(if narrow { 300.0 } else { 336.0 })
        .size_range(288.0..=440.0)
        .show(ui, |ui| pipeline::pipeline_ui(ui, state, commands));
    let has_pictures =
        state.project.as_ref().is_some_and(|project| project.dataset.labelled(Split::Train).next().is_some());
    if !has_pictures {
        CentralPanel::no_frame().show(ui, |ui| nothing_ui(ui, state, commands));
        return;
    }
    let plain = Frame::new().fill(colors.window).inner_margin(Margin::symmetric(16, 8));
    Panel::top("augment_toolbar")
        .frame(plain)
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| toolbar::toolbar_ui(ui, state, commands));
    let bottom = Frame::new().fill(colors.panel).inner_margin(Margin::symmetric(16, 10));
    let roomy = ui.available_height() > 420.0;
    Panel::bottom("augment_insight")
        .frame(bottom)
        .resizable(false)
        .exact_size(if roomy { insight::HEIGHT } else { insight::SHORT_HEIGHT })
        .show(ui, |ui| insight::insight_ui(ui, state, roomy));
    let grid = Frame::new().fill(colors.window).inner_margin(Margin { left: 16, right: 16, top: 4, bottom: 12 });
    CentralPanel::no_frame().frame(grid).show(ui, |ui| tiles::tiles_ui(ui, state));
    enlarge::enlarge_ui(ui, state, commands);
    if !super::data::is_overlaid(ui.ctx(), state) && !state.augment.enlarge.open {
        keys_ui(ui, commands);
    }
}

/// R without a modifier rerolls, as long as nobody types. To be called where nothing lies over the workspace.
fn keys_ui(ui: &Ui, commands: &mut Commands) {
    let types = ui.ctx().text_edit_focused();
    if !types && ui.input(|input| input.modifiers.is_none() && input.key_pressed(Key::R)) {
        commands.ui(UiCommand::Reroll);
    }
}

/// Asks for what follows from a change that was made while drawing.
fn changed(commands: &mut Commands) {
    commands.push(Command::Augment(AugmentCommand::Changed));
}

fn nothing_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    widgets::empty_state(
        ui,
        Emblem::bee(&state.data, icons::ICON_PHOTO_LIBRARY.codepoint),
        t!("No training pictures"),
        t!("Augmentation changes labelled training pictures, and this data set has none yet."),
        |ui| {
            if widgets::primary_button(ui, t!("Go to Data"), true).clicked() {
                commands.push(Command::Go(Workspace::Data));
            }
        },
    );
}
