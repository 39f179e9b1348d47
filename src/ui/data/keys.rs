//! The keyboard in the Data workspace. Plain keys work whenever nothing else wants them: no text field has the cursor, no menu
//! or dialog is open.

use egui::{Context, Event, EventFilter, Id, Key, Modifiers, Popup, Ui};

use super::toggle_class;
use super::toolbar::filter_id;
use crate::app::state::{ClassFilter, DataFilter, DataState, LabelFilter, PredictionFilter, Project, State, Workspace};

/// The grid's name: the one stop of the Tab key for all tiles together.
pub fn grid_id() -> Id {
    Id::unique("data_grid")
}

/// Whether plain keys are the workspace's.
pub fn are_free(ctx: &Context, state: &State) -> bool {
    let focused = ctx.memory(egui::Memory::focused);
    !is_overlaid(ctx, state) && focused.is_none_or(|id| id == grid_id())
}

/// Whether a menu, a dialog or the tour lies over the workspace.
pub fn is_overlaid(ctx: &Context, state: &State) -> bool {
    Popup::is_any_open(ctx)
        // Whatever dialog was drawn in the frame before. Those below are known before they are drawn first, too.
        || ctx.memory(|memory| memory.top_modal_layer().is_some())
        || state.tour.is_some()
        || state.fetch.offer.is_some()
        || state.palette.open
        || state.settings_open
        || state.shortcuts_open
        || state.lessons.open
        || state.issues_open
        || state.notices_view.open
        || state.leaving.is_some()
        || state.workspace == Workspace::Data && has_own_dialog(state)
}

/// Whether one of the dialogs is open that are drawn over the Data workspace alone.
fn has_own_dialog(state: &State) -> bool {
    let transfer = &state.transfer;
    transfer.export.open || transfer.preview.is_some() || transfer.incoming.is_some() || state.split.open
}

/// Keys that work wherever in the workspace one is.
pub fn workspace_keys(ui: &Ui, project: &Project, data: &mut DataState) {
    let ctx = ui.ctx();
    if ctx.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::F)) {
        ctx.memory_mut(|memory| memory.request_focus(filter_id()));
    }
    let plain = |key| ctx.input(|input| input.key_pressed(key) && input.modifiers.is_none());
    // A key that is held is pressed once: C is held to see the part on all tiles.
    let once = |wanted: Key| {
        let is_it = |event: &Event| {
            matches!(event, Event::Key { key, pressed: true, repeat: false, modifiers, .. }
                if *key == wanted && modifiers.is_none())
        };
        ctx.input(|input| input.events.iter().any(is_it))
    };
    if once(Key::C) {
        match &mut data.large {
            Some(view) => view.shows_crop = !view.shows_crop,
            None => data.show_crop = !data.show_crop,
        }
    }
    if once(Key::I) {
        data.inspector_open = !data.inspector_open;
    }
    let digits = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];
    for (class, key) in digits.into_iter().enumerate() {
        if class < project.dataset.classes.len() && ctx.input_mut(|input| input.consume_key(Modifiers::ALT, key)) {
            toggle_class(&mut data.filter, class);
        }
    }
    if ctx.input_mut(|input| input.consume_key(Modifiers::ALT, Key::Num0)) {
        data.filter.labels = LabelFilter::Any;
        data.filter.class = ClassFilter::Any;
        data.filter.split = None;
        data.filter.prediction = PredictionFilter::Any;
        data.filter.unreadable_only = false;
        data.filter.health = None;
    }
    if plain(Key::Escape) {
        if data.large.is_some() {
            data.close_large(&project.dataset);
        } else if data.selection.ids.is_empty() {
            data.filter = DataFilter::default();
        } else {
            data.clear_selection();
        }
    }
}

/// Where a key moves the grid's cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    By(isize),
    First,
    Last,
}

/// Alt and + or −: larger and smaller tiles.
pub fn size_keys(ctx: &Context, thumb_points: &mut f32) {
    let (larger, smaller) = ctx.input_mut(|input| {
        // Where + needs Shift, it comes with it.
        let larger = [Key::Plus, Key::Equals].into_iter().any(|key| input.consume_key(Modifiers::ALT, key))
            || input.consume_key(Modifiers::ALT | Modifiers::SHIFT, Key::Plus);
        (larger, input.consume_key(Modifiers::ALT, Key::Minus))
    });
    let by = 16.0 * (f32::from(u8::from(larger)) - f32::from(u8::from(smaller)));
    if by != 0.0 {
        *thumb_points = (*thumb_points + by).clamp(64.0, 320.0);
    }
}

/// Keys that move the cursor through the grid and mark.
pub fn grid_keys(ctx: &Context, project: &Project, data: &mut DataState) {
    // While the grid has the focus, arrows are its own and do not take the focus elsewhere.
    let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: true };
    ctx.memory_mut(|memory| memory.set_focus_lock_filter(grid_id(), filter));
    if ctx.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) {
        data.select_all(&project.dataset);
    }
    let (columns, page) = (data.grid.columns.max(1), data.grid.rows_in_view.max(1));
    let steps = [
        (Key::ArrowLeft, Step::By(-1)),
        (Key::ArrowRight, Step::By(1)),
        (Key::ArrowUp, Step::By(-(columns as isize))),
        (Key::ArrowDown, Step::By(columns as isize)),
        (Key::PageUp, Step::By(-((columns * page) as isize))),
        (Key::PageDown, Step::By((columns * page) as isize)),
        (Key::Home, Step::First),
        (Key::End, Step::Last),
    ];
    let (extend, taken) = ctx.input(|input| (input.modifiers.shift, input.modifiers.command || input.modifiers.alt));
    if taken {
        return;
    }
    for (key, step) in steps {
        for _ in 0..ctx.input(|input| input.num_presses(key)) {
            let from = data.cursor_position(&project.dataset);
            let to = target(from, step, columns, data.shown().len());
            if extend {
                data.extend_to(&project.dataset, to);
            } else {
                data.select_only(&project.dataset, to);
            }
            data.scroll_to = Some(to);
        }
    }
}

/// The place that a step leads to, in a list of `count` (at least one) in rows of `columns`. A step up or down stays in its
/// column: where it would leave the list it stops in the first or last row, or on the last picture of a short last row.
fn target(from: Option<usize>, step: Step, columns: usize, count: usize) -> usize {
    let last = count.saturating_sub(1);
    let Some(from) = from else {
        return if step == Step::Last { last } else { 0 };
    };
    match step {
        Step::First => 0,
        Step::Last => last,
        Step::By(by) if by.unsigned_abs() < columns || columns == 1 => from.saturating_add_signed(by).min(last),
        Step::By(by) => {
            let (row, column) = (from / columns, from % columns);
            let rows = (by / columns as isize).unsigned_abs();
            let row = if by < 0 { row.saturating_sub(rows) } else { (row + rows).min(last / columns) };
            (row * columns + column).min(last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stay_in_their_column_and_in_the_list() {
        // Rows: 0 1 2 3 / 4 5 6 7 / 8 9
        let to = |from, step| target(Some(from), step, 4, 10);
        assert_eq!(to(1, Step::By(4)), 5);
        assert_eq!(to(5, Step::By(4)), 9);
        assert_eq!(to(7, Step::By(4)), 9);
        assert_eq!(to(9, Step::By(4)), 9);
        assert_eq!(to(2, Step::By(-4)), 2);
        assert_eq!(to(3, Step::By(1)), 4);
        assert_eq!(to(0, Step::By(-1)), 0);
        assert_eq!(to(1, Step::By(400)), 9);
        assert_eq!(to(5, Step::Last), 9);
        assert_eq!(target(None, Step::By(4), 4, 10), 0);
        assert_eq!(target(None, Step::Last, 4, 10), 9);
    }

    #[test]
    fn a_single_column_is_walked_one_by_one() {
        assert_eq!(target(Some(3), Step::By(1), 1, 10), 4);
        assert_eq!(target(Some(0), Step::By(-1), 1, 10), 0);
    }
}
