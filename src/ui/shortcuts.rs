//! The list of all keys: those of the command table, and those that are no commands.

use egui::{Context, Grid, Key, KeyboardShortcut, Modifiers, RichText, Ui, vec2};

use super::overlays::dialog_ui;
use super::theme::{self, space};
use super::widgets;
use crate::app::command::UiCommand;
use crate::app::state::{State, Workspace};
use crate::lang::{self, t};

/// The keys that go through pictures.
const ARROWS: &str = "← ↑ → ↓";
/// A class's name is shortened to this width, in points.
const NAME_WIDTH: f32 = 180.0;

/// What keys are for, and the keys.
type Row = (String, String);

/// Draws the dialog with the list; returns whether it stays open.
pub(super) fn shortcuts_ui(ui: &Ui, state: &State) -> bool {
    dialog_ui(ui, "shortcuts", t!("Keyboard shortcuts"), 460.0, |ui| {
        let groups = [
            (t!("Everywhere"), everywhere(ui.ctx())),
            (Workspace::Data.title(), in_data(ui, state)),
            (Workspace::Augment.title(), in_augment(ui.ctx())),
        ];
        let colors = theme::colors(ui);
        Grid::new("shortcuts").num_columns(2).striped(true).spacing(vec2(space::XL, 6.0)).show(ui, |ui| {
            for (heading, rows) in groups {
                widgets::section_label(ui, heading);
                ui.end_row();
                for (what, keys) in rows {
                    ui.label(what);
                    ui.label(RichText::new(keys).color(colors.text_weak));
                    ui.end_row();
                }
            }
        });
    })
}

fn everywhere(ctx: &Context) -> Vec<Row> {
    let mut rows = of_table(ctx, |command| !command.is_plain_key());
    rows.push((t!("Open or classify files that were copied").to_owned(), shown(ctx, Modifiers::COMMAND, Key::V)));
    rows.push((t!("Menu of what has the focus").to_owned(), shown(ctx, Modifiers::SHIFT, Key::F10)));
    rows
}

fn in_data(ui: &Ui, state: &State) -> Vec<Row> {
    let ctx = ui.ctx();
    let plain = |key| shown(ctx, Modifiers::NONE, key);
    let mut rows = of_table(ctx, |command| command.is_plain_key());
    // The letters that the user has given to classes of this data set.
    let classes = state.project.as_ref().map(|project| project.dataset.classes.as_slice()).unwrap_or_default();
    rows.extend(classes.iter().filter_map(|name| {
        let letter = state.settings.class_letters.get(name)?;
        let name = widgets::elide_middle(ui, name, &theme::body(), NAME_WIDTH);
        Some((t!("Label as {class}", class = name), letter.to_string()))
    }));
    let first = shown(ctx, Modifiers::ALT, Key::Num1);
    let tiles = [Key::Plus, Key::Minus].map(|key| shown(ctx, Modifiers::ALT, key));
    let others = [
        (t!("Go from picture to picture"), ARROWS.to_owned()),
        (t!("A page back or on"), lang::list(&[Key::PageUp, Key::PageDown].map(plain))),
        (t!("The first or the last picture"), lang::list(&[Key::Home, Key::End].map(plain))),
        (t!("Select on the way"), format!("{}  {ARROWS}", ctx.format_modifiers(Modifiers::SHIFT))),
        (t!("Select all pictures"), shown(ctx, Modifiers::COMMAND, Key::A)),
        (t!("Filter by name"), shown(ctx, Modifiers::COMMAND, Key::F)),
        (t!("Show only one class"), format!("{first}…9")),
        (t!("Show all pictures"), shown(ctx, Modifiers::ALT, Key::Num0)),
        (t!("Larger or smaller tiles"), lang::list(&tiles)),
        (t!("Zoom the large picture"), lang::list(&[Key::Plus, Key::Minus].map(plain))),
        (t!("Show what the model sees (held: on all tiles)"), plain(Key::C)),
        (t!("Show or hide the inspector"), plain(Key::I)),
        (t!("Leave the large picture, selection, filter"), plain(Key::Escape)),
    ];
    rows.extend(others.map(|(what, keys)| (what.to_owned(), keys)));
    rows
}

fn in_augment(ctx: &Context) -> Vec<Row> {
    let plain = |key| shown(ctx, Modifiers::NONE, key);
    vec![
        (UiCommand::Reroll.title().to_owned(), plain(Key::R)),
        (t!("Show the originals while it is held").to_owned(), plain(Key::O)),
    ]
}

/// Those commands of the table that are wanted and have a key, with all their keys.
fn of_table(ctx: &Context, is_wanted: impl Fn(&UiCommand) -> bool) -> Vec<Row> {
    let rows = UiCommand::all().into_iter().filter(is_wanted).filter_map(|command| {
        let shortcuts = command.shortcut().into_iter().chain(command.other_shortcut());
        let keys: Vec<String> = shortcuts.map(|shortcut| ctx.format_shortcut(&shortcut)).collect();
        (!keys.is_empty()).then(|| (command.title().to_owned(), lang::list(&keys)))
    });
    rows.collect()
}

fn shown(ctx: &Context, modifiers: Modifiers, key: Key) -> String {
    ctx.format_shortcut(&KeyboardShortcut::new(modifiers, key))
}
