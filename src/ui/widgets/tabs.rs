//! Tabs inside a panel or a dialog.

use egui::{Align2, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use crate::ui::theme::{self, space};

/// Tabs side by side; the one in front is underlined.
pub fn tab_bar_ui<T: PartialEq + Copy, S: AsRef<str>>(ui: &mut Ui, tab: &mut T, tabs: &[(T, S)]) {
    let colors = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::L;
        for (choice, title) in tabs {
            let title = title.as_ref();
            let selected = choice == tab;
            let font = if selected { theme::strong(theme::size::BODY) } else { theme::body() };
            // As wide as the bold text, so that nothing moves when another tab is chosen.
            let width =
                ui.painter().layout_no_wrap(title.to_owned(), theme::strong(theme::size::BODY), colors.text).size().x;
            let (rect, response) = ui.allocate_exact_size(vec2(width, 28.0), Sense::click());
            response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, title));
            let color = if selected || response.hovered() { colors.text } else { colors.text_weak };
            ui.painter().text(rect.left_center(), Align2::LEFT_CENTER, title, font, color);
            if selected {
                let line = Rect::from_min_max(rect.left_bottom() - vec2(0.0, 2.0), rect.right_bottom());
                ui.painter().rect_filled(line, 1.0, colors.accent);
            }
            if response.clicked() {
                *tab = *choice;
            }
        }
    });
}
