//! The command palette: type a few letters of any command and press Enter.

use egui::{
    Align2, Area, Frame, Id, Key, Margin, Order, RichText, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo,
    vec2,
};

use super::theme::{self, space};
use crate::app::command::{Commands, UiCommand};
use crate::app::state::State;
use crate::lang::{self, Language, t};

/// Draws the palette when it is open.
pub fn palette_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    if !state.palette.open {
        return;
    }
    let ctx = ui.ctx().clone();
    if ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Escape)) {
        state.palette.open = false;
        return;
    }
    // Taken before the text field sees it, acted on after: what was typed in the same frame counts.
    let entered = ctx.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Enter));
    let moved = moves(&ctx);
    let mut chosen = None;
    let colors = theme::colors(ui);
    let shown = Area::new(Id::unique("palette"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 72.0))
        .show(&ctx, |ui| {
            Frame::popup(ui.style()).fill(colors.panel).inner_margin(Margin::same(8)).show(ui, |ui| {
                ui.set_width(460.0);
                let field = TextEdit::singleline(&mut state.palette.query)
                    .hint_text(t!("Type a command…"))
                    .desired_width(f32::INFINITY)
                    .margin(Margin::symmetric(10, 7));
                let response = ui.add(field);
                response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, t!("Command")));
                if response.changed() {
                    state.palette.selected = 0;
                }
                response.request_focus();
                let matches = matching(&state.palette.query, state);
                move_mark(state, moved, matches.len());
                if entered {
                    chosen = matches.get(state.palette.selected).copied();
                }
                ui.add_space(space::XS);
                ScrollArea::vertical().max_height(340.0).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for (index, command) in matches.iter().enumerate() {
                        if line_ui(ui, *command, index == state.palette.selected) {
                            chosen = Some(*command);
                        }
                    }
                    if matches.is_empty() {
                        ui.label(RichText::new(t!("No command has these letters.")).color(colors.text_weak));
                    }
                });
            });
        });
    let clicked_outside = ctx.input(|input| {
        input.pointer.any_pressed()
            && input.pointer.interact_pos().is_some_and(|pos| !shown.response.rect.contains(pos))
    });
    if let Some(command) = chosen {
        state.palette.open = false;
        commands.ui(command);
    } else if clicked_outside {
        state.palette.open = false;
    }
}

/// How far the arrow keys move the mark in this frame.
fn moves(ctx: &egui::Context) -> isize {
    ctx.input_mut(|input| {
        let mut pressed = |key| isize::from(input.consume_key(egui::Modifiers::NONE, key));
        pressed(Key::ArrowDown) - pressed(Key::ArrowUp)
    })
}

fn move_mark(state: &mut State, by: isize, count: usize) {
    let mark = &mut state.palette.selected;
    let last = count.saturating_sub(1);
    *mark = match (*mark).min(last).checked_add_signed(by) {
        Some(at) if at <= last => at,
        Some(_) => 0,
        None => last,
    };
}

fn line_ui(ui: &mut Ui, command: UiCommand, marked: bool) -> bool {
    let colors = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 30.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, marked, command.title()));
    if marked || response.hovered() {
        let fill = if marked { colors.accent_faint } else { colors.hover };
        ui.painter().rect_filled(rect, theme::RADIUS, fill);
    }
    if marked {
        response.scroll_to_me(None);
        ui.painter().rect_stroke(rect, theme::RADIUS, Stroke::new(1.0, colors.accent), egui::StrokeKind::Inside);
    }
    ui.painter().text(
        rect.left_center() + vec2(10.0, 0.0),
        Align2::LEFT_CENTER,
        command.title(),
        theme::body(),
        colors.text,
    );
    if let Some(shortcut) = command.shortcut() {
        ui.painter().text(
            rect.right_center() - vec2(10.0, 0.0),
            Align2::RIGHT_CENTER,
            ui.ctx().format_shortcut(&shortcut),
            theme::caption(),
            colors.text_weak,
        );
    }
    response.on_hover_text(command.tooltip()).clicked()
}

/// The commands that can be carried out and have the letters of `query` in order, best match first.
fn matching(query: &str, state: &State) -> Vec<UiCommand> {
    let mut found: Vec<(usize, usize, UiCommand)> = UiCommand::all()
        .into_iter()
        .enumerate()
        .filter(|(_, command)| *command != UiCommand::Palette && command.is_enabled(state))
        .filter_map(|(order, command)| Some((penalty_of(query, command)?, order, command)))
        .collect();
    found.sort_by_key(|(penalty, order, _)| (*penalty, *order));
    found.into_iter().map(|(.., command)| command).collect()
}

/// A command is found by its title, and by its English one too: Latin letters are quick to type in any language.
fn penalty_of(query: &str, command: UiCommand) -> Option<usize> {
    let english = || lang::within(Language::English, || command.title());
    penalty(query, command.title()).or_else(|| penalty(query, english()))
}

/// How badly `query`'s letters match `title` as a subsequence: 0 for a prefix, more for each gap; `None` when they don't.
fn penalty(query: &str, title: &str) -> Option<usize> {
    let title: Vec<char> = title.to_lowercase().chars().collect();
    let (mut at, mut gaps) = (0, 0);
    for letter in query.to_lowercase().chars().filter(|letter| !letter.is_whitespace()) {
        let distance = title[at..].iter().position(|other| *other == letter)?;
        // Starting a new word costs little, so that "st" finds "Stop training" before "Command palette".
        let starts_word = at + distance > 0 && title[at + distance - 1] == ' ';
        gaps += if starts_word { distance.min(1) } else { distance };
        at += distance + 1;
    }
    Some(gaps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_letters_find_a_command_and_others_do_not() {
        assert_eq!(penalty("open", "Open folder…"), Some(0));
        assert!(penalty("gtr", "Go to Results").is_some());
        assert_eq!(penalty("xyz", "Open folder…"), None);
        assert!(penalty("trai", "Go to Train").is_some());
        assert_eq!(penalty("trai", "Go to Results"), None);
        assert!(penalty("stop", "Stop training") < penalty("stop", "Let it stop here"));
    }
}
