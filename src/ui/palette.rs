//! The command palette: type a few letters of any command and press Enter.

use egui::text::LayoutJob;
use egui::{
    Align2, Area, Frame, Id, Key, Margin, Order, RichText, Role, ScrollArea, Sense, Stroke, TextEdit, TextFormat, Ui,
    WidgetInfo, vec2,
};

use super::theme::{self, Colors, space};
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
                    chosen = matches.get(state.palette.selected).map(|(command, _)| *command);
                }
                ui.add_space(space::XS);
                ScrollArea::vertical().max_height(340.0).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for (index, (command, places)) in matches.iter().enumerate() {
                        if line_ui(ui, *command, places, index == state.palette.selected) {
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

/// A command with the letters at `places` of its title marked: those that were typed.
fn line_ui(ui: &mut Ui, command: UiCommand, places: &[usize], marked: bool) -> bool {
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
    let title = ui.painter().layout_job(marked_title(command.title(), places, colors));
    let at = rect.left_center() + vec2(10.0, -title.size().y / 2.0);
    ui.painter().galley(at, title, colors.text);
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

/// A title whose letters at `places` are underlined and semi-bold: not by their colour alone.
fn marked_title(title: &str, places: &[usize], colors: &Colors) -> LayoutJob {
    let plain = TextFormat::simple(theme::body(), colors.text);
    let typed = TextFormat {
        underline: Stroke::new(1.0, colors.accent),
        ..TextFormat::simple(theme::strong(theme::body().size), colors.text)
    };
    let mut job = LayoutJob::default();
    for (place, letter) in title.chars().enumerate() {
        let format = if places.contains(&place) { &typed } else { &plain };
        // Neighbours of the same look become one piece.
        job.append(letter.encode_utf8(&mut [0; 4]), 0.0, format.clone());
    }
    job
}

/// The commands that can be carried out and have the letters of `query` in order, best match first, each with the places of
/// these letters in its title.
fn matching(query: &str, state: &State) -> Vec<(UiCommand, Vec<usize>)> {
    let mut found: Vec<(usize, UiCommand, Match)> = UiCommand::all()
        .into_iter()
        .enumerate()
        .filter(|(_, command)| *command != UiCommand::Palette && command.is_enabled(state))
        .filter_map(|(order, command)| Some((order, command, match_of(query, command)?)))
        .collect();
    found.sort_by_key(|(order, _, found)| (found.penalty, *order));
    found.into_iter().map(|(_, command, found)| (command, found.places)).collect()
}

/// How a title has the letters that were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Match {
    /// How badly: 0 for a prefix, more for each gap.
    penalty: usize,
    /// Which characters of the title they are.
    places: Vec<usize>,
}

/// A command is found by its title, and by its English one too: Latin letters are quick to type in any language. What was found
/// in a title that is not shown has no places.
fn match_of(query: &str, command: UiCommand) -> Option<Match> {
    let english = || lang::within(Language::English, || command.title());
    let unseen = |found: Match| Match { places: Vec::new(), ..found };
    best_match(query, command.title()).or_else(|| best_match(query, english()).map(unseen))
}

/// How `query`'s letters match `title` as a subsequence; `None` when they don't. Of several ways the best one counts: "trai" is
/// in the last word of "Go to Train", although there is a "t" before it.
fn best_match(query: &str, title: &str) -> Option<Match> {
    // A capital may have more than one small letter; each is still at the capital's place.
    let letters: Vec<(usize, char)> = title
        .chars()
        .enumerate()
        .flat_map(|(place, letter)| letter.to_lowercase().map(move |small| (place, small)))
        .collect();
    // The best way to each letter that what was typed so far can end at, and the letter after it.
    let mut ways = vec![(0, Match::default())];
    for wanted in query.to_lowercase().chars().filter(|letter| !letter.is_whitespace()) {
        let ends = letters.iter().enumerate().filter(|(_, (_, letter))| *letter == wanted);
        ways = ends
            .filter_map(|(at, (place, _))| {
                // Starting a new word costs little, so that "st" finds "Stop training" before "Command palette".
                let starts_word = at > 0 && letters[at - 1].1 == ' ';
                let so_far = |(next, way): &(usize, Match)| {
                    let gap = at - next;
                    way.penalty + if starts_word { gap.min(1) } else { gap }
                };
                let before = ways.iter().filter(|(next, _)| *next <= at).min_by_key(|way| so_far(way))?;
                let places = before.1.places.iter().copied().chain([*place]).collect();
                Some((at + 1, Match { penalty: so_far(before), places }))
            })
            .collect();
    }
    ways.into_iter().map(|(_, way)| way).min_by_key(|way| way.penalty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::Workspace;

    fn penalty(query: &str, title: &str) -> Option<usize> {
        best_match(query, title).map(|found| found.penalty)
    }

    #[test]
    fn a_few_letters_find_a_command_and_others_do_not() {
        assert_eq!(penalty("open", "Open folder…"), Some(0));
        assert!(penalty("gtr", "Go to Results").is_some());
        assert_eq!(penalty("xyz", "Open folder…"), None);
        assert!(penalty("trai", "Go to Train").is_some());
        assert_eq!(penalty("trai", "Go to Results"), None);
        assert!(penalty("stop", "Stop training") < penalty("stop", "Let it stop here"));
        assert_eq!(penalty("gotrain", "Go to Train"), Some(1), "one new word, not the gap after another \"t\"");
    }

    #[test]
    fn the_letters_that_were_typed_are_marked_where_they_match_best() {
        let places = |query: &str, title: &str| best_match(query, title).map(|found| found.places);
        assert_eq!(places("", "Open folder…"), Some(vec![]));
        assert_eq!(places("open", "Open folder…"), Some(vec![0, 1, 2, 3]));
        assert_eq!(places("of", "Open folder…"), Some(vec![0, 5]));
        // Not the "t" of "to".
        assert_eq!(places("trai", "Go to Train"), Some(vec![6, 7, 8, 9]));
        assert_eq!(places("GO train", "Go to Train"), Some(vec![0, 1, 6, 7, 8, 9, 10]));
        assert_eq!(places("训练", "前往训练"), Some(vec![2, 3]));
        // A capital of two small letters is one place for both.
        assert_eq!(places("i\u{307}s", "İs"), Some(vec![0, 0, 1]));
        assert_eq!(places("xyz", "Open folder…"), None);
        // Found by its English name, which is not shown: nothing to mark.
        let found = lang::within(Language::Chinese, || match_of("train", UiCommand::Go(Workspace::Train)));
        assert_eq!(found.map(|found| found.places), Some(vec![]));
    }

    #[test]
    fn a_title_is_cut_where_what_was_typed_begins_and_ends() {
        let job = marked_title("Go to Train", &[0, 1, 6, 7], &theme::DARK);
        assert_eq!(job.text, "Go to Train", "the title itself stays as it is");
        let marked: Vec<bool> = job.sections.iter().map(|section| section.format.underline != Stroke::NONE).collect();
        assert_eq!(marked, [true, false, true, false]);
    }
}
