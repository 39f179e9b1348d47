//! Building blocks shared by all panels. Each has an accessible name, so that screen readers and tests find it.

mod buttons;
mod cards;
mod dialog;
mod menu;
mod picture;
mod probabilities;
mod switch;
mod tabs;
mod text;

pub use crate::lang::{ago, bytes, duration, percent, thousands};
pub use buttons::{
    command_button, icon_button, lesson_link, name_combo, primary_button, segmented, ui_command_button,
    wide_primary_button, with_command_tooltip,
};
pub use cards::{
    Emblem, card, empty_state, hint, legend_dot, probability_bar, section_label, side_panel_frame, spinner_ui,
};
pub use dialog::{folder_ui, sign_ui, weak_ui};
pub use menu::{context_menu, context_menu_with, more_button_at};
pub use picture::{PictureTile, cover_pixels, paint_cover, paint_picture, picture_tile_at, picture_tile_ui, skeleton};
pub use picture::{SMALL_TILE, chip_ui};
pub use probabilities::probabilities_ui;
pub use switch::switch_ui;
pub use tabs::tab_bar_ui;
pub use text::{capitalised, elide_middle, elided_label, facts_label, first_facts};
