//! Where the keyboard is: one ring round whatever has the focus, drawn over it once everything else is drawn. So no control can
//! forget it, or hide it under a fill of its own. And what gets the focus is scrolled into view.

use egui::accesskit::{Action, ActionRequest, TreeId};
use egui::{Context, Event, Id, Rect, Stroke, StrokeKind};

use super::theme;

/// Between a control and its ring, in points: an amber ring shows on an amber button too.
const GAP: f32 = 1.5;
const WIDTH: f32 = 2.0;

/// What had the focus in the last frame.
fn seen_id() -> Id {
    Id::unique("focus_seen")
}

/// What is to be scrolled into view.
fn wanted_id() -> Id {
    Id::unique("focus_wanted")
}

/// Scrolls what got the focus in the last frame into view, unless it is there. To be called before anything is drawn: only while a
/// control is drawn is it known what it scrolls in, so it is asked as a screen reader asks.
pub fn into_view(ctx: &Context) {
    let Some(id) = ctx.data_mut(|data| data.get_temp_mut_or_default::<Option<Id>>(wanted_id()).take()) else { return };
    let is_in_view = ctx.read_response(id).is_none_or(|response| response.interact_rect.contains_rect(response.rect));
    if !is_in_view {
        let request = ActionRequest {
            action: Action::ScrollIntoView,
            target_tree: TreeId::ROOT,
            target_node: id.accesskit_id(),
            data: None,
        };
        ctx.input_mut(|input| input.events.push(Event::AccessKitActionRequest(request)));
    }
}

/// Draws the ring. To be called after all panels and dialogs of a frame.
pub fn focus_ui(ctx: &Context) {
    let Some(id) = ctx.memory(egui::Memory::focused) else {
        ctx.data_mut(|data| data.insert_temp(seen_id(), None::<Id>));
        return;
    };
    let before = ctx.data_mut(|data| data.get_temp_mut_or_default::<Option<Id>>(seen_id()).replace(id));
    if before != Some(id) {
        ctx.data_mut(|data| data.insert_temp(wanted_id(), Some(id)));
        ctx.request_repaint();
    }
    // A text field has its cursor, and an amber frame of its own.
    if ctx.text_edit_focused() {
        return;
    }
    let Some(response) = ctx.read_response(id) else { return };
    let (rect, visible) = (response.rect, response.interact_rect);
    // Scrolled out of view, or the ground of a whole panel.
    if !visible.is_positive() {
        return;
    }
    let outer = GAP + WIDTH;
    let painter = ctx.layer_painter(response.layer_id);
    let window = ctx.content_rect();
    let ring = rect.expand(GAP).intersect(window.shrink(WIDTH));
    let clip = Rect::intersect(visible.expand(outer), window);
    let colors = theme::colors_of(ctx.global_style().visuals.dark_mode);
    let stroke = Stroke::new(WIDTH, colors.accent);
    painter.with_clip_rect(clip).rect_stroke(ring, theme::RADIUS + 2, stroke, StrokeKind::Outside);
}
