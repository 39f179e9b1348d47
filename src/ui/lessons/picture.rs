//! Pixels on the screen, each a square of whole screen pixels, and the marker that moves over them.

use egui::{
    Align2, Color32, EventFilter, Key, Modifiers, Rect, Response, Role, Sense, Stroke, StrokeKind, TextureHandle, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};

use crate::app::state::ShownPlane;
use crate::lang::t;
use crate::ui::theme;

/// A picture of pixels where it was drawn.
pub(super) struct Pixels {
    /// All of it.
    pub rect: Rect,
    /// Columns and rows.
    pub size: [usize; 2],
    pub response: Response,
}

impl Pixels {
    /// The part of it from (left, top), in pixels; what lies outside is drawn too.
    pub fn part(&self, left: isize, top: isize, width: usize, height: usize) -> Rect {
        let pixel = self.rect.width() / self.size[0].max(1) as f32;
        let min = self.rect.min + vec2(left as f32, top as f32) * pixel;
        Rect::from_min_size(min, vec2(width as f32, height as f32) * pixel)
    }
}

/// Draws a picture in the middle of `room`. `name` is its accessible name.
pub(super) fn pixels_ui(ui: &mut Ui, room: Vec2, shown: (Option<&TextureHandle>, [usize; 2]), name: &str) -> Pixels {
    let (texture, size) = shown;
    let (area, response) = ui.allocate_exact_size(room, Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Image, enabled, name));
    let colors = theme::colors(ui);
    ui.painter().rect_filled(area, theme::RADIUS, colors.well);
    let rect = fit(area, size, ui.ctx().pixels_per_point());
    if let Some(texture) = texture {
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        ui.painter().image(texture.id(), rect, whole, Color32::WHITE);
    } else {
        let text = t!("nothing is left");
        ui.painter().text(area.center(), Align2::CENTER_CENTER, text, theme::body(), colors.text_weak);
    }
    Pixels { rect, size, response }
}

/// As large as fits, in whole screen pixels for each pixel where there is room for one at least.
fn fit(area: Rect, size: [usize; 2], pixels_per_point: f32) -> Rect {
    let size = vec2(size[0].max(1) as f32, size[1].max(1) as f32);
    let scale = (area.width() / size.x).min(area.height() / size.y) * pixels_per_point;
    let scale = if scale >= 1.0 { scale.floor() } else { scale };
    let shown = size * scale / pixels_per_point;
    let corner = area.min + (area.size() - shown) / 2.0;
    let on_grid = |at: f32| (at * pixels_per_point).round() / pixels_per_point;
    Rect::from_min_size(pos2(on_grid(corner.x), on_grid(corner.y)), shown)
}

/// Moves the marker to the pixel under the pointer, or by arrow keys while the picture has the focus, and draws it.
pub(super) fn marker_ui(ui: &Ui, pixels: &Pixels, marker: &mut [usize; 2]) {
    let response = &pixels.response;
    if let Some(pointer) = response.hover_pos().filter(|pointer| pixels.rect.contains(*pointer)) {
        let share = (pointer - pixels.rect.min) / pixels.rect.size();
        *marker = [(share.x * pixels.size[0] as f32) as usize, (share.y * pixels.size[1] as f32) as usize];
    }
    if response.has_focus() {
        let filter = EventFilter { tab: false, horizontal_arrows: true, vertical_arrows: true, escape: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let steps = [(Key::ArrowLeft, 0, -1), (Key::ArrowRight, 0, 1), (Key::ArrowUp, 1, -1), (Key::ArrowDown, 1, 1)];
        for (key, axis, by) in steps {
            let presses = ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
            marker[axis] = marker[axis].saturating_add_signed(by * presses as isize);
        }
    }
    keep_inside(marker, pixels.size);
    if pixels.size[0] > 0 && pixels.size[1] > 0 {
        mark_ui(ui, pixels.part(marker[0] as isize, marker[1] as isize, 1, 1));
    }
}

/// Holds a marker within a picture of `size`.
pub(super) fn keep_inside(marker: &mut [usize; 2], size: [usize; 2]) {
    for (at, size) in marker.iter_mut().zip(size) {
        *at = (*at).min(size.saturating_sub(1));
    }
}

/// A frame that is seen on bright and on dark pixels.
pub(super) fn mark_ui(ui: &Ui, rect: Rect) {
    let rect = rect.expand(1.0);
    ui.painter().rect_stroke(
        rect.expand(1.0),
        1.0,
        Stroke::new(1.0, Color32::from_black_alpha(200)),
        StrokeKind::Outside,
    );
    ui.painter().rect_stroke(rect, 1.0, Stroke::new(2.0, theme::DARK.accent), StrokeKind::Outside);
}

/// What the tones stand for: a bar from black to white, from blue on where there are numbers below 0.
pub(super) fn legend_ui(ui: &mut Ui, shown: &ShownPlane) {
    let colors = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(190.0, 18.0), Sense::hover());
    let white = super::words::number(shown.white, 0);
    let low = if shown.has_negative { format!("−{white}") } else { "0".to_owned() };
    let name = t!("Tones: {low} to {high}", low = low, high = white);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    let font = theme::tabular(theme::size::CAPTION);
    let painter = ui.painter();
    let right = painter.text(rect.right_center(), Align2::RIGHT_CENTER, &white, font.clone(), colors.text_weak);
    let bar = Rect::from_min_max(
        pos2(right.left() - 6.0 - 100.0, rect.center().y - 4.0),
        pos2(right.left() - 6.0, rect.center().y + 4.0),
    );
    let blue = Color32::from_rgb(76, 155, 255);
    let zero = if shown.has_negative { bar.center().x } else { bar.left() };
    let mut mesh = egui::Mesh::default();
    let mut stretch = |from: f32, to: f32, left: Color32, right: Color32| {
        let start = mesh.vertices.len() as u32;
        for (x, color) in [(from, left), (to, right)] {
            mesh.colored_vertex(pos2(x, bar.top()), color);
            mesh.colored_vertex(pos2(x, bar.bottom()), color);
        }
        mesh.add_triangle(start, start + 1, start + 2);
        mesh.add_triangle(start + 1, start + 2, start + 3);
    };
    if shown.has_negative {
        stretch(bar.left(), zero, blue, Color32::BLACK);
    }
    stretch(zero, bar.right(), Color32::BLACK, Color32::WHITE);
    painter.add(mesh);
    painter.rect_stroke(bar, 1.0, Stroke::new(1.0, colors.stroke), StrokeKind::Outside);
    painter.text(pos2(bar.left() - 6.0, rect.center().y), Align2::RIGHT_CENTER, low, font, colors.text_weak);
    response.on_hover_text(t!("0 is black. The larger a number, the brighter it is; numbers below 0 are blue."));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_squares_of_whole_screen_pixels() {
        let area = Rect::from_min_size(pos2(10.0, 20.0), vec2(340.0, 260.0));
        let rect = fit(area, [112, 84], 1.0);
        assert_eq!(rect.size(), vec2(336.0, 252.0));
        let half = fit(area, [112, 84], 1.5);
        assert!(((half.width() / 112.0 * 1.5) - 4.0).abs() < 1e-3, "{half:?}");
        assert!(fit(area, [1000, 10], 1.0).width() <= 340.0);
        assert_eq!(fit(area, [0, 0], 1.0).size(), vec2(260.0, 260.0));
    }

    #[test]
    fn a_marker_stays_inside() {
        let mut marker = [200, 3];
        keep_inside(&mut marker, [110, 82]);
        assert_eq!(marker, [109, 3]);
        keep_inside(&mut marker, [0, 0]);
        assert_eq!(marker, [0, 0]);
    }
}
