//! The grid of augmented pictures.

use std::path::PathBuf;

use egui::{
    Align2, Color32, CornerRadius, Key, Pos2, Rect, Response, Role, ScrollArea, Sense, Shape, Stroke, StrokeKind, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons;

use super::params;
use crate::app::state::{AugmentTile, Pictures, Project, ShownTile, State, TileContent};
use crate::augment::{Pipeline, Trace};
use crate::lang::{self, t};
use crate::ui::theme;
use crate::ui::widgets;

/// Between tiles.
const GAP: f32 = 8.0;
/// Tiles are not made larger: they have 224 × 224 pixels.
const LARGEST: f32 = 336.0;
/// Smaller ones are scrolled instead.
const SMALLEST: f32 = 76.0;

/// Draws the grid.
pub(super) fn tiles_ui(ui: &mut Ui, state: &mut State) {
    let Some(project) = &state.project else { return };
    let augment = &mut state.augment;
    let room = ui.available_size();
    let shape = if augment.originals { 2.0 } else { 1.0 };
    let grid = Grid::fit(room, augment.tiles.len(), shape);
    augment.tile_pixels = grid.side * ui.ctx().pixels_per_point();
    let holds_o =
        !ui.ctx().text_edit_focused() && ui.input(|input| input.modifiers.is_none() && input.key_down(Key::O));
    let mut marked = None;
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let whole = grid.size(augment.tiles.len());
        let (area, _) = ui.allocate_exact_size(vec2(room.x, whole.y.max(room.y)), Sense::hover());
        let origin = pos2(area.left() + ((room.x - whole.x) / 2.0).max(0.0), area.top());
        for (slot, tile) in augment.tiles.iter().enumerate() {
            let rect = grid.place(slot).translate(origin.to_vec2());
            let view = TileView {
                slot,
                selected: slot == augment.selected,
                originals: augment.originals,
                holds_o,
                pipeline: &augment.pipeline,
            };
            if tile_ui(ui, tile, project, &mut state.pictures, rect, &view).clicked() {
                marked = Some(slot);
            }
        }
    });
    if let Some(slot) = marked {
        augment.selected = slot;
    }
}

/// How a tile is to be drawn.
struct TileView<'a> {
    slot: usize,
    selected: bool,
    originals: bool,
    holds_o: bool,
    pipeline: &'a Pipeline,
}

fn tile_ui(
    ui: &mut Ui,
    tile: &AugmentTile,
    project: &Project,
    pictures: &mut Pictures,
    rect: Rect,
    view: &TileView<'_>,
) -> Response {
    let colors = theme::colors(ui);
    let response = ui.interact(rect, ui.scope_id().with(("augment-tile", view.slot)), Sense::click());
    // The label belongs to the picture that is shown, which may still be the one before.
    let item_id = tile.shown.as_ref().map_or(tile.item, |shown| shown.item);
    let item = project.item(item_id);
    let class = item.and_then(|item| item.class);
    let class_name = project.class_name(class);
    let file_name = item.map(crate::dataset::Item::file_name).unwrap_or_default();
    let mixture = tile.shown.as_ref().and_then(|shown| Mixture::of(shown, class, project));
    let label = mixture.as_ref().map_or(class_name, |mixture| mixture.label.as_str());
    let name = format!("{label}: {file_name}");
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, view.selected, &name));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let path = item.map(|item| project.dataset.path_of(item));
    let radius = CornerRadius::same(theme::RADIUS);
    let square = Vec2::splat(rect.height());
    let after = Rect::from_min_size(pos2(rect.right() - square.x, rect.top()), square);
    let trace = match tile.shown.as_ref().map(|shown| &shown.content) {
        Some(TileContent::Ready { trace, .. }) => Some(trace.as_ref()),
        _ => None,
    };
    if view.originals {
        let before = Rect::from_min_size(rect.min, square);
        ui.painter().rect_filled(rect, radius, colors.card);
        paint_original(ui, pictures, path.as_ref(), trace, before.shrink(4.0));
    }
    let is_held = response.is_pointer_button_down_on() || view.holds_o;
    match tile.shown.as_ref().map(|shown| &shown.content) {
        Some(TileContent::Ready { .. }) if is_held && !view.originals => {
            ui.painter().rect_filled(after, radius, colors.card);
            paint_original(ui, pictures, path.as_ref(), trace, after.shrink(2.0));
        }
        Some(TileContent::Ready { texture: Some(texture), .. }) => {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            let shape =
                egui::epaint::RectShape::filled(after, radius, Color32::WHITE).with_texture(texture.id(), whole);
            ui.painter().add(shape);
        }
        Some(TileContent::Failed(_)) => {
            ui.painter().rect_filled(after, radius, colors.well);
            let icon = icons::ICON_BROKEN_IMAGE.codepoint;
            ui.painter().text(
                after.center(),
                Align2::CENTER_CENTER,
                icon,
                egui::FontId::proportional(theme::icon::XL),
                colors.bad,
            );
        }
        Some(TileContent::Ready { texture: None, .. }) | None => widgets::skeleton(ui, after),
    }
    if tile.shown.is_some() {
        let class = mixture.as_ref().map_or(class, |mixture| mixture.dominant);
        let color = class.map_or(colors.text_weak, theme::class_color);
        widgets::chip_ui(ui, rect, label, color);
    }
    let stroke = if view.selected {
        Some(Stroke::new(2.5, colors.accent))
    } else if response.hovered() {
        Some(Stroke::new(1.5, colors.text_weak))
    } else {
        None
    };
    if let Some(stroke) = stroke {
        ui.painter().rect_stroke(rect, radius, stroke, StrokeKind::Inside);
    }
    if is_held {
        return response;
    }
    let content = tile.shown.as_ref().map(|shown| &shown.content);
    response.on_hover_ui(|ui| tooltip_ui(ui, &file_name, mixture.as_ref(), content, view.pipeline))
}

/// A tile with two pictures in it.
struct Mixture {
    /// `ants 70 % · bees 30 %`; two pictures of one class make `ants 100 %`
    label: String,
    /// The class with the larger share.
    dominant: Option<usize>,
    /// Name of the other picture's file.
    other: String,
}

impl Mixture {
    fn of(shown: &ShownTile, class: Option<usize>, project: &Project) -> Option<Self> {
        let mixed = shown.mixed?;
        let other = project.item(mixed.item)?;
        let own = (f64::from(mixed.own_share) * 100.0).round() / 100.0;
        // The larger share first: the chip has its colour.
        let mut shares = [(class, own), (other.class, 1.0 - own)];
        if mixed.own_share < 0.5 {
            shares.reverse();
        }
        let [(dominant, _), _] = shares;
        let label = if class == other.class {
            format!("{} {}", project.class_name(class), widgets::percent(1.0, 0))
        } else {
            shares
                .map(|(class, share)| format!("{} {}", project.class_name(class), widgets::percent(share, 0)))
                .join(" · ")
        };
        Some(Self { label, dominant, other: other.file_name() })
    }
}

fn tooltip_ui(
    ui: &mut Ui,
    file_name: &str,
    mixture: Option<&Mixture>,
    content: Option<&TileContent>,
    pipeline: &Pipeline,
) {
    let colors = theme::colors(ui);
    ui.label(egui::RichText::new(file_name).font(theme::strong(theme::size::BODY)));
    if let Some(mixture) = mixture {
        ui.label(t!("{label}, mixed with {other}", label = mixture.label, other = mixture.other));
    }
    match content {
        Some(TileContent::Ready { trace, .. }) => {
            ui.label(t!("Keeps {share} of the picture", share = widgets::percent(f64::from(trace.kept_share()), 0)));
            for step in &trace.steps {
                let title = pipeline.steps.get(step.index).map_or(step.name, |step| lang::text(step.transform.title()));
                let drawn: Vec<String> =
                    step.drawn.iter().map(|(name, value)| params::drawn(name, &value.to_string())).collect();
                let text = if drawn.is_empty() { title.to_owned() } else { format!("{title}: {}", lang::list(&drawn)) };
                ui.label(egui::RichText::new(text).font(theme::caption()).color(colors.text_weak));
            }
            ui.label(
                egui::RichText::new(t!("Hold to see the original")).font(theme::caption()).color(colors.text_weak),
            );
        }
        Some(TileContent::Failed(reason)) => {
            ui.label(egui::RichText::new(lang::sentence(reason)).color(colors.bad));
        }
        None => {}
    }
}

/// The whole original within `area`, what is kept of it outlined and the rest dimmed.
fn paint_original(ui: &Ui, pictures: &mut Pictures, path: Option<&PathBuf>, trace: Option<&Trace>, area: Rect) {
    let Some(path) = path else { return };
    let Some((rect, _)) = widgets::paint_picture(ui, pictures, path, area) else { return };
    if let Some(trace) = trace {
        paint_kept(ui, trace, rect);
    }
}

/// Outlines in `rect`, where the whole original is, what was kept of it.
pub(in crate::ui) fn paint_kept(ui: &Ui, trace: &Trace, rect: Rect) {
    let (width, height) = (trace.original.0.max(1) as f32, trace.original.1.max(1) as f32);
    let corners: Vec<Pos2> = trace
        .shown
        .iter()
        .map(|(x, y)| pos2(rect.left() + x / width * rect.width(), rect.top() + y / height * rect.height()))
        .collect();
    let painter = ui.painter_at(rect.expand(1.0));
    painter.add(Shape::closed_line(corners.clone(), Stroke::new(3.5, theme::on_picture::SHADE)));
    painter.add(Shape::closed_line(corners, Stroke::new(1.5, theme::DARK.accent)));
}

/// Where the tiles are.
struct Grid {
    columns: usize,
    /// Height of a tile.
    side: f32,
    /// Width divided by height of a tile.
    shape: f32,
}

impl Grid {
    /// The arrangement with the largest tiles that fit into `room`; few holes in the last row count as well.
    fn fit(room: Vec2, count: usize, shape: f32) -> Self {
        let mut best = Self { columns: 1, side: 0.0, shape };
        let mut best_score = 0.0;
        for columns in 1..=count.max(1) {
            let rows = count.max(1).div_ceil(columns);
            let by_width = (room.x - GAP * (columns - 1) as f32) / columns as f32 / shape;
            let by_height = (room.y - GAP * (rows - 1) as f32) / rows as f32;
            let side = by_width.min(by_height).min(LARGEST).floor();
            let filled = count.max(1) as f32 / (rows * columns) as f32;
            let score = side * filled.sqrt();
            if score > best_score {
                (best, best_score) = (Self { columns, side, shape }, score);
            }
        }
        if best.side >= SMALLEST {
            return best;
        }
        let columns = (((room.x + GAP) / (SMALLEST * shape + GAP)).floor() as usize).max(1);
        let side = ((room.x - GAP * (columns - 1) as f32) / columns as f32 / shape).floor().max(24.0);
        Self { columns, side, shape }
    }

    fn place(&self, slot: usize) -> Rect {
        let (column, row) = ((slot % self.columns) as f32, (slot / self.columns) as f32);
        let size = vec2(self.side * self.shape, self.side);
        Rect::from_min_size(pos2(column * (size.x + GAP), row * (size.y + GAP)), size)
    }

    fn size(&self, count: usize) -> Vec2 {
        let rows = count.div_ceil(self.columns) as f32;
        let columns = self.columns.min(count.max(1)) as f32;
        vec2(columns * (self.side * self.shape + GAP) - GAP, (rows * (self.side + GAP) - GAP).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tiles_fit_into_the_room_while_they_are_not_too_small() {
        for (room, count, shape) in [
            (vec2(1060.0, 560.0), 16, 1.0),
            (vec2(1060.0, 560.0), 64, 1.0),
            (vec2(690.0, 380.0), 16, 1.0),
            (vec2(1060.0, 560.0), 16, 2.0),
            (vec2(400.0, 900.0), 9, 1.0),
            (vec2(1600.0, 700.0), 1, 1.0),
        ] {
            let grid = Grid::fit(room, count, shape);
            let size = grid.size(count);
            assert!(
                grid.side >= SMALLEST && size.x <= room.x + 0.5 && size.y <= room.y + 0.5,
                "{room:?} {count}: {size:?}"
            );
            assert!(grid.side <= LARGEST);
        }
    }

    #[test]
    fn where_they_would_be_too_small_they_are_scrolled() {
        let grid = Grid::fit(vec2(640.0, 200.0), 64, 1.0);
        assert!(grid.side >= SMALLEST && grid.size(64).y > 200.0 && grid.size(64).x <= 640.0);
    }
}
