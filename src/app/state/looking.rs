//! The large view of one picture, or of two side by side: how far it is zoomed in and what of the picture is in the middle.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use super::pictures::{LARGEST_SIDE, Part};
use crate::dataset::ItemId;

/// Points that one pixel of a picture covers at most.
const MOST_POINTS_A_PIXEL: f32 = 16.0;

/// The large view. Everything is told in shares of the picture, so that two pictures of different sizes show the same part.
#[derive(Clone, Debug, PartialEq)]
pub struct LargeView {
    /// Two pictures side by side; none: the one that the keyboard stands on.
    pub pair: Option<[ItemId; 2]>,
    /// How much larger than whole in view, 1 and more.
    pub zoom: f32,
    /// What of the picture is in the middle: shares of its width and height, 0 to 1.
    pub center: Pos2,
    /// Whether the part that the model sees is marked.
    pub shows_crop: bool,
}

impl LargeView {
    /// Whole pictures.
    pub fn new(pair: Option<[ItemId; 2]>) -> Self {
        Self { pair, zoom: 1.0, center: pos2(0.5, 0.5), shows_crop: false }
    }

    /// Shows whole pictures again.
    pub fn fit(&mut self) {
        (self.zoom, self.center) = (1.0, pos2(0.5, 0.5));
    }

    /// Where a picture of `size` pixels lies when it is shown in `area`.
    pub fn rect(&self, area: Rect, size: Vec2) -> Rect {
        let size = size * fit_scale(area, size) * self.zoom;
        Rect::from_center_size(area.center() + (pos2(0.5, 0.5) - self.center) * size, size)
    }

    /// Makes the picture `factor` times larger; what is under `pointer` stays there.
    pub fn zoom_at(&mut self, factor: f32, pointer: Pos2, area: Rect, size: Vec2) {
        let rect = self.rect(area, size);
        let share = (pointer - rect.min) / rect.size();
        let most = (MOST_POINTS_A_PIXEL / fit_scale(area, size)).max(4.0);
        self.zoom = (self.zoom * factor).clamp(1.0, most);
        let new_size = size * fit_scale(area, size) * self.zoom;
        self.center = (share - (pointer - area.center()) / new_size).to_pos2();
        self.keep_in_view(area, size);
    }

    /// Moves the picture by `by` points.
    pub fn pan(&mut self, by: Vec2, area: Rect, size: Vec2) {
        self.center -= by / self.rect(area, size).size();
        self.keep_in_view(area, size);
    }

    /// Whole in view, or one pixel of the picture for each of the screen: whichever it is not.
    pub fn toggle(&mut self, pointer: Pos2, area: Rect, size: Vec2, points_per_pixel: f32) {
        if self.zoom > 1.0 {
            self.fit();
        } else {
            // Pictures that are small enough to be enlarged already become twice as large.
            let one_to_one = points_per_pixel / fit_scale(area, size);
            self.zoom_at(if one_to_one > 1.05 { one_to_one } else { 2.0 }, pointer, area, size);
        }
    }

    /// Points on the screen for each pixel of the picture.
    pub fn scale(&self, area: Rect, size: Vec2) -> f32 {
        fit_scale(area, size) * self.zoom
    }

    /// A picture larger than the area has no gap at its side; a smaller one is in the middle.
    fn keep_in_view(&mut self, area: Rect, size: Vec2) {
        let shown = self.rect(area, size).size();
        let margin = |area: f32, shown: f32| (area / shown.max(1.0) / 2.0).min(0.5);
        let (x, y) = (margin(area.width(), shown.x), margin(area.height(), shown.y));
        self.center = pos2(self.center.x.clamp(x, 1.0 - x), self.center.y.clamp(y, 1.0 - y));
    }
}

/// The part of a picture of `size` pixels that is to be decoded by itself when the picture lies at `rect` (in points) and `area`
/// of it is seen, and how many pixels its longer side is to have, `most` at most. None where the whole picture as it is decoded
/// has pixels enough. The part is a little larger than what is seen, so that it stays the same while the view moves a little.
pub fn part_in_view(rect: Rect, area: Rect, size: [u32; 2], pixels_per_point: f32, most: u32) -> Option<(Part, u32)> {
    let seen = rect.intersect(area);
    let longest = rect.width().max(rect.height()) * pixels_per_point;
    if !seen.is_positive() || size[0].max(size[1]) <= LARGEST_SIDE || longest <= LARGEST_SIDE as f32 {
        return None;
    }
    let whole = vec2(size[0] as f32, size[1] as f32);
    let (from, to) = ((seen.min - rect.min) / rect.size() * whole, (seen.max - rect.min) / rect.size() * whole);
    let longer = (to - from).max_elem();
    let cell = ((longer / 8.0).max(32.0) as u32).next_power_of_two();
    let snapped = |from: f32, to: f32, end: u32| {
        let from = (from.max(0.0) as u32 / cell * cell).min(end.saturating_sub(1));
        let to = ((to.max(0.0).ceil() as u32).div_ceil(cell) * cell).clamp(from + 1, end.max(from + 1));
        (from, to - from)
    };
    let ((x, width), (y, height)) = (snapped(from.x, to.x, size[0]), snapped(from.y, to.y, size[1]));
    let pixels = width.max(height);
    // As many as the screen shows, in steps, so that zooming does not decode anew all the time; never more than there are.
    let shown = pixels as f32 * (rect.width() * pixels_per_point / whole.x).min(1.0);
    let max_side = (shown.ceil() as u32).div_ceil(512).saturating_mul(512).min(pixels).min(most).max(1);
    Some((Part { x, y, width, height }, max_side))
}

/// Points for each pixel when a picture is whole in view.
fn fit_scale(area: Rect, size: Vec2) -> f32 {
    let size = size.max(vec2(1.0, 1.0));
    (area.width() / size.x).min(area.height() / size.y).max(1e-4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect { min: pos2(100.0, 50.0), max: pos2(500.0, 350.0) };

    #[test]
    fn a_picture_is_whole_and_in_the_middle_at_first() {
        let view = LargeView::new(None);
        assert_eq!(view.rect(AREA, vec2(800.0, 600.0)), AREA);
        let wide = view.rect(AREA, vec2(800.0, 200.0));
        assert_eq!((wide.center(), wide.size()), (AREA.center(), vec2(400.0, 100.0)));
    }

    #[test]
    fn what_is_under_the_pointer_stays_there_while_zooming() {
        let (mut view, size) = (LargeView::new(None), vec2(800.0, 600.0));
        let pointer = pos2(180.0, 120.0);
        let share = |view: &LargeView| {
            let rect = view.rect(AREA, size);
            (pointer - rect.min) / rect.size()
        };
        let before = share(&view);
        for factor in [1.3, 2.0, 0.7, 3.0] {
            view.zoom_at(factor, pointer, AREA, size);
            assert!((share(&view) - before).length() < 1e-4, "{:?}", share(&view));
        }
        view.zoom_at(1e-3, pointer, AREA, size);
        assert_eq!(view.rect(AREA, size), AREA);
        view.zoom_at(1e9, pointer, AREA, size);
        assert!((view.scale(AREA, size) - 16.0).abs() < 1e-3);
    }

    #[test]
    fn a_picture_can_not_be_pushed_out_of_view() {
        let (mut view, size) = (LargeView::new(None), vec2(800.0, 600.0));
        view.zoom_at(4.0, AREA.center(), AREA, size);
        view.pan(vec2(10_000.0, -10_000.0), AREA, size);
        let rect = view.rect(AREA, size);
        assert!((rect.left() - AREA.left()).abs() < 0.1 && (rect.bottom() - AREA.bottom()).abs() < 0.1, "{rect:?}");
        view.fit();
        view.pan(vec2(50.0, 50.0), AREA, size);
        assert_eq!(view.rect(AREA, size), AREA);
    }

    #[test]
    fn a_double_click_shows_every_pixel_and_the_whole_again() {
        let (mut view, size) = (LargeView::new(None), vec2(1600.0, 1200.0));
        view.toggle(AREA.center(), AREA, size, 1.0);
        assert!((view.scale(AREA, size) - 1.0).abs() < 1e-4);
        view.toggle(AREA.center(), AREA, size, 1.0);
        assert_eq!(view.zoom, 1.0);
        view.toggle(AREA.center(), AREA, vec2(40.0, 30.0), 1.0);
        assert_eq!(view.zoom, 2.0);
    }

    #[test]
    fn what_is_seen_of_a_large_picture_has_all_its_pixels_or_those_of_the_screen() {
        let (mut view, size) = (LargeView::new(None), [8000, 6000]);
        let whole = vec2(8000.0, 6000.0);
        let part = |view: &LargeView| part_in_view(view.rect(AREA, whole), AREA, size, 1.0, 4096);
        assert_eq!(part(&view), None, "the whole picture is small enough");
        view.zoom_at(8.0, pos2(300.0, 200.0), AREA, whole);
        // 1000×750 of its pixels are seen at 400×300.
        let (found, max_side) = part(&view).unwrap();
        let covers = |found: Part, left: u32, top: u32, right: u32, bottom: u32| {
            found.x <= left && found.y <= top && found.x + found.width >= right && found.y + found.height >= bottom
        };
        assert!(covers(found, 3500, 2625, 4500, 3375) && found.width < 1500 && found.height < 1300, "{found:?}");
        assert_eq!(max_side, 512, "{found:?}");
        view.zoom_at(2.5, pos2(300.0, 200.0), AREA, whole);
        let (found, max_side) = part(&view).unwrap();
        assert!(covers(found, 3800, 2850, 4200, 3150), "{found:?}");
        assert_eq!(max_side, found.width.max(found.height), "every pixel");
        view.pan(vec2(3.0, 3.0), AREA, whole);
        assert_eq!(part(&view), Some((found, max_side)), "a little further it is the same part");
        view.pan(vec2(9e9, 9e9), AREA, whole);
        let (corner, _) = part(&view).unwrap();
        assert_eq!((corner.x, corner.y), (0, 0));
        view.pan(vec2(-9e9, -9e9), AREA, whole);
        let (corner, max_side) = part(&view).unwrap();
        assert_eq!((corner.x + corner.width, corner.y + corner.height), (8000, 6000));
        assert!(max_side <= 4096);
        let small = vec2(2048.0, 1000.0);
        assert_eq!(part_in_view(view.rect(AREA, small), AREA, [2048, 1000], 1.0, 4096), None, "it is there as a whole");
    }

    #[test]
    fn two_pictures_of_different_sizes_show_the_same_part() {
        let mut view = LargeView::new(Some([ItemId(1), ItemId(2)]));
        view.zoom_at(4.0, pos2(150.0, 80.0), AREA, vec2(800.0, 600.0));
        let middle = |size: Vec2| {
            let rect = view.rect(AREA, size);
            (AREA.center() - rect.min) / rect.size()
        };
        assert!((middle(vec2(800.0, 600.0)) - middle(vec2(4000.0, 3000.0))).length() < 1e-4);
    }
}
