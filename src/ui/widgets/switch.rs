//! A switch: on or off at once.

use egui::{Response, Role, Sense, Ui, WidgetInfo, lerp, pos2, vec2};

use crate::ui::theme;

/// A switch without text beside it; `name` is its accessible name. The response says whether it was changed.
pub fn switch_ui(ui: &mut Ui, on: &mut bool, name: &str) -> Response {
    let (rect, mut response) = ui.allocate_exact_size(vec2(28.0, 18.0), Sense::click());
    if response.clicked() {
        *on = !*on;
        response.mark_changed();
    }
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, enabled, *on, name));
    if ui.is_rect_visible(rect) {
        let colors = theme::colors(ui);
        let progress = ui.ctx().animate_bool_responsive(response.id, *on);
        let rail = rect.shrink2(vec2(0.0, 1.0));
        let fill = colors.text_weak.gamma_multiply(if response.hovered() { 0.55 } else { 0.4 });
        ui.painter().rect_filled(rail, rail.height() / 2.0, fill.lerp_to_gamma(colors.accent, progress));
        let inset = rail.height() / 2.0;
        let knob = pos2(lerp(rail.left() + inset..=rail.right() - inset, progress), rail.center().y);
        let off = if ui.visuals().dark_mode { colors.text } else { colors.card };
        ui.painter().circle_filled(knob, inset - 2.5, off.lerp_to_gamma(colors.on_accent, progress));
    }
    response
}
