//! Notices: cards that come up for a while in the corner, and the list of all of them behind the bell. Every one can be copied
//! and closed.

use egui::accesskit::Live;
use egui::{Align2, Area, Color32, Context, Frame, Id, Label, Margin, Order, RichText, ScrollArea, Stroke, Ui, vec2};
use egui_material_icons::icons;

use super::overlays::dialog_ui;
use super::theme::{self, Colors, space};
use super::widgets;
use crate::app::state::{Notice, NoticeLevel, State};
use crate::lang::{self, t, tn};

/// Width of a card and of the list in points.
const CARD: f32 = 380.0;
const LIST: f32 = 560.0;
/// How long a card stays, in seconds: errors have to be read, and perhaps copied.
const STAYS: f64 = 6.0;
const ERROR_STAYS: f64 = 20.0;
/// And at least after the pointer has left it, or the focus.
const STAYS_AFTER: f64 = 2.0;

/// The sign of a level, its colour in the theme, and its name.
fn look(level: NoticeLevel, colors: &Colors) -> (&'static str, Color32, &'static str) {
    match level {
        NoticeLevel::Success => (icons::ICON_CHECK_CIRCLE.codepoint, colors.good, t!("Done@@notice")),
        NoticeLevel::Info => (icons::ICON_INFO.codepoint, colors.info, t!("Note")),
        NoticeLevel::Warning => (icons::ICON_WARNING.codepoint, colors.accent, t!("Warning")),
        NoticeLevel::Error => (icons::ICON_ERROR.codepoint, colors.bad, t!("Error")),
    }
}

/// Draws the cards in the corner.
pub fn cards_ui(ui: &Ui, state: &mut State) {
    if state.notices_view.cards.is_empty() {
        return;
    }
    let ctx = ui.ctx();
    let colors = theme::colors(ui);
    let width = CARD.min(ctx.content_rect().width() - 2.0 * space::M - 2.0 * space::M);
    let mut closed = Vec::new();
    let shown = Area::new(Id::unique("notices"))
        .order(Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-space::M, -44.0))
        .show(ctx, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            for card in &state.notices_view.cards {
                let frame = Frame::popup(ui.style())
                    .fill(colors.card)
                    .stroke(Stroke::new(1.0, colors.stroke))
                    .corner_radius(theme::CARD_RADIUS)
                    .inner_margin(Margin { left: 12, right: 6, top: 6, bottom: 6 });
                ui.push_id(card.id, |ui| {
                    frame.show(ui, |ui| {
                        ui.set_width(width);
                        if notice_ui(ui, &card.notice, None, true) {
                            closed.push(card.id);
                        }
                    });
                });
            }
        });
    let is_held = shown.response.contains_pointer() || has_focus_inside(ctx, shown.response.layer_id);
    let now = ctx.input(|input| input.time);
    for card in &mut state.notices_view.cards {
        let stays = if card.notice.level == NoticeLevel::Error { ERROR_STAYS } else { STAYS };
        let until = card.until.get_or_insert(now + stays);
        if is_held {
            *until = until.max(now + STAYS_AFTER);
        }
    }
    state.notices_view.cards.retain(|card| !closed.contains(&card.id) && card.until.is_none_or(|until| until > now));
    let next = state.notices_view.cards.iter().filter_map(|card| card.until).reduce(f64::min);
    if let Some(next) = next {
        ctx.request_repaint_after(std::time::Duration::from_secs_f64((next - now).max(0.0)));
    }
}

fn has_focus_inside(ctx: &Context, layer: egui::LayerId) -> bool {
    let focused = ctx.memory(egui::Memory::focused).and_then(|id| ctx.read_response(id));
    focused.is_some_and(|response| response.layer_id == layer)
}

/// A notice: its sign, what it says (which can be selected), when, and buttons to copy and, in the corner, to close it. Returns
/// whether it was closed.
fn notice_ui(ui: &mut Ui, notice: &Notice, when: Option<String>, is_card: bool) -> bool {
    let colors = theme::colors(ui);
    let (icon, color, name) = look(notice.level, colors);
    let text = lang::sentence(&notice.text);
    let mut is_closed = false;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let sign = ui.vertical(|ui| {
            // On the middle of the first line.
            ui.add_space(3.0);
            ui.add(Label::new(RichText::new(icon).size(theme::icon::L).color(color)).selectable(false))
        });
        let sign = sign.inner;
        sign.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name));
        ui.add_space(space::S);
        let buttons = theme::CONTROL_HEIGHT * if is_card { 2.0 } else { 1.0 };
        let room = (ui.available_width() - buttons - space::XS).max(60.0);
        ui.allocate_ui(vec2(room, 0.0), |ui| {
            ui.vertical(|ui| {
                ui.set_width(room);
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.add_space(5.0);
                let said = ui.add(Label::new(&text).wrap());
                if is_card {
                    // Read out when it comes up, an error at once.
                    let live = if notice.level == NoticeLevel::Error { Live::Assertive } else { Live::Polite };
                    ui.ctx().accesskit_node_builder(said.id, |node| node.set_live(live));
                }
                if let Some(when) = when {
                    ui.label(RichText::new(when).font(theme::caption()).color(colors.text_weak));
                }
                ui.add_space(5.0);
            });
        });
        ui.add_space(space::XS);
        if widgets::icon_button(ui, icons::ICON_CONTENT_COPY.codepoint, t!("Copy this notice"), false).clicked() {
            ui.ctx().copy_text(text.clone());
        }
        if is_card && widgets::icon_button(ui, icons::ICON_CLOSE.codepoint, t!("Close this notice"), false).clicked() {
            is_closed = true;
        }
    });
    is_closed
}

/// The bell that opens the list. A dot says that warnings or errors came since it was looked at.
pub fn bell_ui(ui: &mut Ui, state: &mut State) {
    let colors = theme::colors(ui);
    let view = &mut state.notices_view;
    let name = match view.unread {
        0 => t!("Notices").to_owned(),
        unread => tn!(unread, "Notices, {n} new", "Notices, {n} new"),
    };
    let bell = widgets::icon_button(ui, icons::ICON_NOTIFICATIONS.codepoint, &name, view.open);
    if view.unread > 0 {
        ui.painter().circle_filled(bell.rect.center() + vec2(6.0, -6.0), 3.5, colors.bad);
    }
    if bell.clicked() {
        view.open = true;
        view.unread = 0;
        // What they say is in the list.
        view.cards.clear();
    }
}

/// Draws the list if it is open.
pub fn list_ui(ui: &Ui, state: &mut State) {
    if !state.notices_view.open {
        return;
    }
    let mut is_emptied = false;
    let stays = dialog_ui(ui, "notices_list", t!("Notices"), LIST, |ui| {
        if state.notices.is_empty() {
            widgets::weak_ui(ui, t!("Nothing was reported since Imago was opened."));
            return;
        }
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let height = (ui.ctx().content_rect().height() - 260.0).clamp(80.0, 420.0);
        ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
            for (index, notice) in state.notices.iter().enumerate().rev() {
                ui.push_id(index, |ui| {
                    let when = lang::ago(now.saturating_sub(notice.unix_secs));
                    notice_ui(ui, notice, Some(when), false);
                    ui.separator();
                });
            }
        });
        ui.add_space(space::S);
        ui.horizontal(|ui| {
            if ui.button(t!("Copy all")).clicked() {
                let lines = state.notices.iter().map(|notice| lang::sentence(&notice.text));
                ui.ctx().copy_text(lines.collect::<Vec<_>>().join("\n"));
            }
            is_emptied = ui.button(t!("Empty the list")).clicked();
        });
    });
    if is_emptied {
        state.notices.clear();
    }
    state.notices_view.open = stays;
}
