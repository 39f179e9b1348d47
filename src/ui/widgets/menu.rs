//! Menus of what can be done with a thing that is shown: by a right click, by the keyboard, or by a button with three dots.

use egui::{Key, Modifiers, Popup, Rect, Response, SetOpenCommand, Ui, UiBuilder};
use egui_material_icons::icons;

use super::icon_button;

/// A menu that a right click opens, and, while the thing has the focus, Shift+F10 or the menu key.
pub fn context_menu(response: &Response, contents: impl FnOnce(&mut Ui)) {
    context_menu_with(response, response.has_focus(), contents);
}

/// The same where the keyboard is at this thing in another way than by the focus.
pub fn context_menu_with(response: &Response, has_keys: bool, contents: impl FnOnce(&mut Ui)) {
    let ctx = &response.ctx;
    // A popup of its own: that of a right click opens where the pointer is.
    let by_key = response.id.with("menu_by_key");
    let pressed = |input: &mut egui::InputState| {
        input.consume_key(Modifiers::SHIFT, Key::F10) || input.consume_key(Modifiers::NONE, Key::Menu)
    };
    if has_keys && ctx.input_mut(pressed) {
        Popup::open_id(ctx, by_key);
    }
    if Popup::is_id_open(ctx, by_key) {
        Popup::menu(response).id(by_key).open_memory(None::<SetOpenCommand>).show(contents);
    } else {
        response.context_menu(contents);
    }
}

/// A button with three dots in `rect` that opens the same menu; `name` is its accessible name.
pub fn more_button_at(ui: &mut Ui, rect: Rect, name: &str, contents: impl FnOnce(&mut Ui)) {
    // A child takes no room of its own: what comes next goes below the thing, not below the button on it.
    let mut place = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(name));
    let more = icon_button(&mut place, icons::ICON_MORE_HORIZ.codepoint, name, false);
    Popup::menu(&more).show(contents);
}
