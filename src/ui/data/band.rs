//! The rubber band: dragging from the ground beside the tiles selects all that it touches.

use std::collections::HashSet;

use egui::{PointerButton, Pos2, Rect, Response, Stroke, StrokeKind, Ui, vec2};

use crate::app::state::{Band, DataState, Project};
use crate::ui::theme;

/// So near to the edge, in points, the grid scrolls along.
const EDGE: f32 = 28.0;
/// How fast it scrolls, in points a frame at the edge.
const SPEED: f32 = 18.0;

/// Where the tiles lie.
#[derive(Clone, Copy)]
pub struct Tiles {
    /// The grid on the screen.
    pub area: Rect,
    /// The first tile's corner, from the corner of the grid.
    pub origin: egui::Vec2,
    /// Tiles in a row.
    pub columns: usize,
    /// Side of a tile, in points.
    pub side: f32,
    /// From a tile to the next, in points.
    pub pitch: f32,
    /// All tiles.
    pub count: usize,
    /// How far the grid is scrolled, in points.
    pub offset: f32,
}

/// Rows and columns that a rectangle touches: first and last of each, ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Touched {
    rows: (usize, usize),
    columns: (usize, usize),
}

impl Tiles {
    /// A place of the screen as a place of the whole grid, however far it is scrolled.
    fn in_grid(&self, pos: Pos2) -> Pos2 {
        pos - self.area.min.to_vec2() + vec2(0.0, self.offset)
    }

    fn on_screen(&self, rect: Rect) -> Rect {
        rect.translate(self.area.min.to_vec2() - vec2(0.0, self.offset))
    }

    /// What a rectangle of the grid touches; none where it lies between tiles.
    fn touched(&self, rect: Rect) -> Option<Touched> {
        let span = |from: f32, to: f32, most: usize| {
            // The first tile that ends after `from`, the last that begins before `to`.
            let first = ((from - self.side) / self.pitch).floor() + 1.0;
            let last = (to / self.pitch).ceil() - 1.0;
            let (first, last) = (first.max(0.0) as usize, last.min(most as f32 - 1.0));
            (last >= 0.0 && first <= last as usize).then_some((first, last as usize))
        };
        let rect = rect.translate(-self.origin);
        let rows = span(rect.top(), rect.bottom(), self.count.div_ceil(self.columns))?;
        Some(Touched { rows, columns: span(rect.left(), rect.right(), self.columns)? })
    }
}

/// Begins, draws and ends the band. Returns how far the grid is to be scrolled, in points.
pub fn band_ui(ui: &Ui, project: &Project, data: &mut DataState, ground: &Response, tiles: Tiles) -> Option<f32> {
    if ground.drag_started_by(PointerButton::Primary)
        && let Some(origin) = ui.input(|input| input.pointer.press_origin())
    {
        let adds = ui.input(|input| input.modifiers.command || input.modifiers.shift);
        let before = if adds { data.selection.ids.clone() } else { HashSet::default() };
        data.band = Some(Band { from: tiles.in_grid(origin), before });
    }
    let band = data.band.take()?;
    let pointer = ui.input(|input| input.pointer.latest_pos())?;
    if !ground.dragged_by(PointerButton::Primary) {
        return None;
    }
    let rect = Rect::from_two_pos(band.from, tiles.in_grid(pointer));
    let mut touched = Vec::new();
    if let Some(Touched { rows, columns }) = tiles.touched(rect) {
        for row in rows.0..=rows.1 {
            touched.extend((columns.0..=columns.1).map(|column| row * tiles.columns + column));
        }
    }
    data.select_band(&project.dataset, &band, &touched);
    data.band = Some(band);
    let colors = theme::colors(ui);
    let painter = ui.painter_at(tiles.area);
    let shown = tiles.on_screen(rect);
    painter.rect_filled(shown, 2.0, colors.accent.gamma_multiply(0.15));
    painter.rect_stroke(shown, 2.0, Stroke::new(1.0, colors.accent), StrokeKind::Inside);
    let beyond = |distance: f32| ((EDGE - distance) / EDGE).clamp(0.0, 2.0) * SPEED;
    let by = beyond(tiles.area.bottom() - pointer.y) - beyond(pointer.y - tiles.area.top());
    if by == 0.0 {
        return None;
    }
    ui.ctx().request_repaint();
    Some(by)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    fn tiles() -> Tiles {
        Tiles {
            area: Rect::from_min_size(pos2(200.0, 100.0), vec2(400.0, 300.0)),
            origin: vec2(10.0, 0.0),
            columns: 3,
            side: 90.0,
            pitch: 100.0,
            count: 8,
            offset: 50.0,
        }
    }

    #[test]
    fn a_band_touches_the_tiles_under_it_and_none_between_them() {
        let tiles = tiles();
        let touched = |left: f32, top: f32, right: f32, bottom: f32| {
            tiles.touched(Rect::from_min_max(pos2(left, top), pos2(right, bottom)))
        };
        // The first tile reaches from 10 to 100, the second from 110.
        assert_eq!(touched(102.0, 0.0, 108.0, 90.0), None);
        assert_eq!(touched(2.0, 2.0, 12.0, 12.0), Some(Touched { rows: (0, 0), columns: (0, 0) }));
        assert_eq!(touched(99.0, 80.0, 115.0, 150.0), Some(Touched { rows: (0, 1), columns: (0, 1) }));
        assert_eq!(touched(-50.0, -50.0, 999.0, 999.0), Some(Touched { rows: (0, 2), columns: (0, 2) }));
        assert_eq!(touched(-50.0, -50.0, -10.0, 999.0), None);
        assert_eq!(touched(0.0, 900.0, 300.0, 999.0), None);
    }

    #[test]
    fn a_place_on_the_screen_is_found_again_however_far_one_has_scrolled() {
        let mut tiles = tiles();
        let at = tiles.in_grid(pos2(250.0, 150.0));
        assert_eq!(at, pos2(50.0, 100.0));
        tiles.offset = 100.0;
        assert_eq!(tiles.on_screen(Rect::from_min_size(at, vec2(1.0, 1.0))).min, pos2(250.0, 100.0));
    }
}
