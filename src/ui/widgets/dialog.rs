//! What dialogs are made of.

use egui::{Align, Color32, Label, Layout, RichText, TextEdit, Ui};

use crate::app::state::FolderChoice;
use crate::lang::t;
use crate::ui::theme::{self, space};

/// A field for a folder to write into, with a button that asks for one. `name` is what stands before the field, `width` its
/// room. Returns whether the folder was typed, and whether the button was pressed.
pub fn folder_ui(ui: &mut Ui, folder: &mut FolderChoice, width: f32) -> (bool, bool) {
    let hint = t!("A new or empty folder");
    ui.horizontal(|ui| {
        let name = ui.scope(|ui| {
            ui.set_width(width);
            ui.add(Label::new(t!("Folder")).selectable(false)).id
        });
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let asked = ui.button(t!("Choose…")).on_hover_text(hint).clicked();
            let field = TextEdit::singleline(&mut folder.text).hint_text(hint).desired_width(ui.available_width());
            let typed = ui.add(field).labelled_by(name.inner).changed();
            if typed {
                folder.typed();
            }
            (typed, asked)
        })
        .inner
    })
    .inner
}

/// A sentence with a sign before it.
pub fn sign_ui(ui: &mut Ui, icon: &str, color: Color32, text: &str) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        ui.add(Label::new(RichText::new(icon).size(theme::icon::M).color(color)).selectable(false));
        ui.add(Label::new(text).wrap());
    });
    ui.add_space(space::S);
}

/// A sentence that is not the matter itself.
pub fn weak_ui(ui: &mut Ui, text: &str) {
    let colors = theme::colors(ui);
    ui.add(Label::new(RichText::new(text).size(theme::size::SMALL).color(colors.text_weak)).wrap());
}
