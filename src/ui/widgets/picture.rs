//! Tiles with a picture from a file.

use std::path::Path;

use egui::{
    Align2, Color32, CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::text::elide_middle;
use crate::app::state::{Picture, Pictures};
use crate::lang;
use crate::ui::theme;

/// What a tile shows.
pub struct PictureTile<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its accessible name.
    pub name: &'a str,
    /// What stands at its foot: text and colour of its mark; none for a bare picture.
    pub chip: Option<(&'a str, Color32)>,
    /// Marked.
    pub selected: bool,
    /// Colour of a frame that says something (wrong, right).
    pub frame: Option<Color32>,
}

/// A square tile of `side` points: the picture cut to fill it, its chip at the foot. Returns the response of a click.
pub fn picture_tile_ui(ui: &mut Ui, pictures: &mut Pictures, tile: &PictureTile<'_>, side: f32) -> Response {
    let (_, response) = ui.allocate_exact_size(vec2(side, side), Sense::click_and_drag());
    picture_tile_at(ui, pictures, tile, response)
}

/// A tile where `response` is, for grids that place their tiles and take their input themselves.
pub fn picture_tile_at(ui: &Ui, pictures: &mut Pictures, tile: &PictureTile<'_>, response: Response) -> Response {
    let colors = theme::colors(ui);
    let rect = response.rect;
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, tile.selected, tile.name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let radius = CornerRadius::same(theme::RADIUS);
    if let Some(reason) = paint_cover(ui, pictures, tile.path, rect) {
        response.clone().on_hover_text(format!("{}: {reason}", tile.name));
    }
    if let Some((text, color)) = tile.chip {
        chip_ui(ui, rect, text, color);
    }
    let stroke = if tile.selected {
        Some(Stroke::new(2.5, colors.accent))
    } else if let Some(color) = tile.frame {
        Some(Stroke::new(2.0, color))
    } else if response.hovered() {
        Some(Stroke::new(1.5, colors.text_weak))
    } else {
        None
    };
    if let Some(stroke) = stroke {
        ui.painter().rect_stroke(rect, radius, stroke, StrokeKind::Inside);
    }
    response
}

/// The longer side in pixels of a picture that is to fill a square of `side` points: a third more than the square, so that a
/// 4:3 picture, cut to its middle, is still sharp.
pub fn cover_pixels(ui: &Ui, side: f32) -> f32 {
    side * ui.ctx().pixels_per_point() * 4.0 / 3.0
}

/// Paints a picture cut to fill `rect`: a skeleton while it is being decoded, a sign and the reason returned when it can't be
/// read.
pub fn paint_cover(ui: &Ui, pictures: &mut Pictures, path: &Path, rect: Rect) -> Option<String> {
    let colors = theme::colors(ui);
    let radius = CornerRadius::same(theme::RADIUS);
    match pictures.get(path, cover_pixels(ui, rect.width())) {
        Picture::Loading => {
            skeleton(ui, rect);
            None
        }
        Picture::Ready { texture, original_size: _ } => {
            let uv = cover_uv(texture.size_vec2(), rect.size());
            let shape = egui::epaint::RectShape::filled(rect, radius, Color32::WHITE).with_texture(texture.id(), uv);
            ui.painter().add(shape);
            None
        }
        Picture::Failed(reason) => {
            let reason = lang::sentence(&reason);
            ui.painter().rect_filled(rect, radius, colors.well);
            let icon = egui_material_icons::icons::ICON_BROKEN_IMAGE.codepoint;
            ui.painter().text(
                rect.center(),
                Align2::CENTER_CENTER,
                icon,
                egui::FontId::proportional(theme::icon::XL),
                colors.bad,
            );
            Some(reason)
        }
    }
}

/// Tiles narrower than this, in points, have no room for words.
pub const SMALL_TILE: f32 = 100.0;

/// The chip at the foot of a tile: a mark of the class's colour and its name on a dark strip, readable on any picture.
pub fn chip_ui(ui: &Ui, tile: Rect, text: &str, color: Color32) {
    let font = theme::caption();
    let room = tile.width() - 34.0;
    if room < 12.0 {
        return;
    }
    let shown = elide_middle(ui, text, &font, room);
    let galley = ui.painter().layout_no_wrap(shown, font, theme::on_picture::TEXT);
    // On a small tile the chip is smaller too and nearer to the corner, so that the picture can be seen.
    let (margin, height, pad) = if tile.width() < SMALL_TILE { (3.0, 16.0, 4.0) } else { (6.0, 20.0, 6.0) };
    let size = vec2(galley.size().x + 2.0 * pad + 12.0, height);
    let rect = Rect::from_min_size(pos2(tile.left() + margin, tile.bottom() - margin - height), size);
    ui.painter().rect_filled(rect, 5.0, theme::on_picture::PLATE);
    let dot = Rect::from_center_size(pos2(rect.left() + pad + 4.0, rect.center().y), vec2(8.0, 8.0));
    ui.painter().rect_filled(dot, 2.5, color);
    let at = pos2(rect.left() + pad + 12.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, Color32::WHITE);
}

/// The part of a texture that fills `target` without distortion: `object-fit: cover`.
fn cover_uv(texture: egui::Vec2, target: egui::Vec2) -> Rect {
    let (texture_aspect, target_aspect) = (texture.x / texture.y.max(1.0), target.x / target.y.max(1.0));
    let (width, height) = if texture_aspect > target_aspect {
        (target_aspect / texture_aspect, 1.0)
    } else {
        (1.0, texture_aspect / target_aspect)
    };
    Rect::from_center_size(pos2(0.5, 0.5), vec2(width, height))
}

/// What stands in for a picture that is being decoded.
pub fn skeleton(ui: &Ui, rect: Rect) {
    ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS), theme::colors(ui).well);
}

/// Paints a picture whole into `area`, centred, and returns where it is; `None` while it is being decoded or can't be read
/// (a skeleton or the reason is painted then).
pub fn paint_picture(ui: &Ui, pictures: &mut Pictures, path: &Path, area: Rect) -> Option<(Rect, [u32; 2])> {
    match pictures.get(path, area.width().max(area.height()) * ui.ctx().pixels_per_point()) {
        Picture::Loading => {
            skeleton(ui, area);
            None
        }
        Picture::Failed(reason) => {
            let reason = lang::sentence(&reason);
            skeleton(ui, area);
            let colors = theme::colors(ui);
            let galley = ui.painter().layout(reason, theme::body(), colors.bad, area.width() - 24.0);
            ui.painter().galley(area.center() - galley.size() / 2.0, galley, colors.bad);
            None
        }
        Picture::Ready { texture, original_size } => {
            let size = vec2(original_size[0] as f32, original_size[1] as f32);
            let scale = (area.width() / size.x.max(1.0)).min(area.height() / size.y.max(1.0));
            let rect = Rect::from_center_size(area.center(), size * scale);
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            let shape = egui::epaint::RectShape::filled(rect, CornerRadius::same(theme::RADIUS), Color32::WHITE)
                .with_texture(texture.id(), whole);
            ui.painter().add(shape);
            Some((rect, original_size))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_picture_in_a_square_tile_loses_its_sides_only() {
        let uv = cover_uv(vec2(200.0, 100.0), vec2(50.0, 50.0));
        assert_eq!((uv.width(), uv.height()), (0.5, 1.0));
        assert_eq!(uv.center(), pos2(0.5, 0.5));
    }
}
