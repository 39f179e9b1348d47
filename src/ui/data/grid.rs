//! The grid of pictures. Only rows in view are laid out and asked for; the next ones are asked for ahead.

use std::path::PathBuf;

use egui::{
    Align2, Color32, CornerRadius, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

use super::band::{self, Tiles};
use super::{class_color, health, keys, labelling, split_title, suggestions};
use crate::app::command::Commands;
use crate::app::state::{DataState, FileFacts, GridView, LargeView, Pictures, Project, Suggestions};
use crate::dataset::Item;
use crate::lang::{self, t};
use crate::ui::theme;
use crate::ui::widgets::{self, PictureTile};

/// Between tiles, in points.
const GAP: f32 = 8.0;
/// At either side of the grid, in points; the scroll bar lies in the right one.
const SIDE: f32 = 12.0;
/// Rows below the view that are decoded ahead.
const ROWS_AHEAD: usize = 2;
/// Tiles at least this wide have room for a split's whole name.
const WORD_FROM: f32 = 104.0;

/// Columns and side of the tiles that fill `width` points with tiles as near as can be to `wanted` points.
fn geometry(width: f32, wanted: f32) -> (usize, f32) {
    let columns = ((width + GAP) / (wanted + GAP)).round().max(1.0);
    let side = ((width + GAP) / columns - GAP).floor().max(32.0);
    (columns as usize, side)
}

/// Draws the grid of the pictures shown; there is at least one.
pub fn grid_ui(
    ui: &mut Ui,
    project: &Project,
    data: &mut DataState,
    pictures: &mut Pictures,
    thumb_points: &mut f32,
    keys_are_free: bool,
    commands: &mut Commands,
) {
    if keys_are_free {
        // Before anything is laid out by their size.
        keys::size_keys(ui.ctx(), thumb_points);
    }
    let area = ui.max_rect();
    let (columns, side) = geometry(area.width() - 2.0 * SIDE, *thumb_points);
    let pitch = side + GAP;
    let count = data.shown().len();
    let rows = count.div_ceil(columns);
    let rows_in_view = ((area.height() / pitch).floor() as usize).max(1);

    // Below the tiles, so that it gets what they leave: a click beside them, and the focus for all of them.
    let ground = ui.interact(area, keys::grid_id(), Sense::click_and_drag());
    let name = t!("Pictures, {n} shown, {selected} selected", n = count, selected = data.selection.ids.len());
    ground.widget_info(|| WidgetInfo::labeled(Role::Grid, true, &name));
    if ground.clicked_by(egui::PointerButton::Primary) {
        data.clear_selection();
        release_focus(ui);
    }
    if keys_are_free {
        keys::grid_keys(ui.ctx(), project, data);
    }
    let has_focus = ground.has_focus();

    let mut scroll = ScrollArea::vertical().auto_shrink([false, false]).id_salt("data_grid_scroll");
    let old = data.grid;
    if old.columns > 0 && (old.columns != columns || old.pitch != pitch) {
        scroll = scroll.vertical_scroll_offset(offset_keeping_place(old, columns, pitch));
    }
    if let Some(offset) = data.scroll_to.take().and_then(|at| {
        offset_showing(at / columns, pitch, data.grid, area.height(), pitch != old.pitch || columns != old.columns)
    }) {
        scroll = scroll.vertical_scroll_offset(offset);
    }
    if let Some(by) = data.band_scroll.take() {
        scroll = scroll.vertical_scroll_offset((old.offset + by).max(0.0));
    }
    let output = scroll.show_viewport(ui, |ui, view| {
        ui.set_height(rows as f32 * pitch + GAP / 2.0);
        let first = (view.top() / pitch).floor().max(0.0) as usize;
        let last = ((view.bottom() / pitch).ceil().max(0.0) as usize).min(rows);
        let origin = ui.max_rect().min + vec2(SIDE, 2.0);
        let holding_c = keys_are_free && ui.input(|input| input.key_down(egui::Key::C) && input.modifiers.is_none());
        let mut clicked = None;
        for row in first..last {
            for at in row * columns..((row + 1) * columns).min(count) {
                let Some(item) = data.shown().get(at).and_then(|position| project.dataset.items.get(*position)) else {
                    continue;
                };
                let min = origin + vec2((at - row * columns) as f32 * pitch, row as f32 * pitch);
                let rect = Rect::from_min_size(min, vec2(side, side));
                let id = ui.scope_id().with(("tile", item.id.0));
                let response = ui.interact(rect, id, Sense::CLICK | Sense::DRAG);
                let is_cursor = has_focus && data.selection.cursor == Some(item.id);
                let group = data.shown().get(at).and_then(|position| data.health.group(*position));
                let look = TileLook {
                    selected: data.selection.ids.contains(&item.id),
                    is_cursor,
                    shows_crop: holding_c,
                    group,
                };
                let response = tile_ui(ui, project, &data.suggestions, item, pictures, response, look);
                if response.clicked() || response.secondary_clicked() {
                    clicked = Some((at, response.secondary_clicked(), response.double_clicked()));
                }
                if response.drag_started_by(egui::PointerButton::Primary) {
                    // What is dragged is what is selected; a picture beside the selection is dragged alone.
                    if !data.selection.ids.contains(&item.id) {
                        data.select_only(&project.dataset, at);
                    }
                    response.dnd_set_drag_payload(labelling::DraggedPictures);
                }
                let has_keys = keys_are_free && data.selection.cursor == Some(item.id);
                widgets::context_menu_with(&response, has_keys, |ui| menu_ui(ui, project, item, commands));
            }
        }
        for at in last * columns..((last + ROWS_AHEAD) * columns).min(count) {
            if let Some(item) = data.shown().get(at).and_then(|position| project.dataset.items.get(*position)) {
                pictures.prefetch(project.dataset.path_of(item), widgets::cover_pixels(ui, side));
            }
        }
        clicked
    });
    let offset = output.state.clamped_offset().y;
    data.grid = GridView { columns, pitch, offset, rows_in_view };
    let tiles = Tiles { area, origin: vec2(SIDE, 2.0), columns, side, pitch, count, offset };
    data.band_scroll = band::band_ui(ui, project, data, &ground, tiles);
    if let Some((at, is_secondary, is_double)) = output.inner {
        click(ui, project, data, at, is_secondary);
        if is_double {
            data.large = Some(LargeView::new(None));
        }
    }
}

/// The same pictures stay in view when the tiles change their size or the window its width.
fn offset_keeping_place(old: GridView, columns: usize, pitch: f32) -> f32 {
    let rows = old.offset / old.pitch.max(1.0);
    let first = rows.floor() as usize * old.columns;
    ((first / columns) as f32 + rows.fract()) * pitch
}

/// How far to scroll so that `row` is in view; `None` when it is already.
fn offset_showing(row: usize, pitch: f32, old: GridView, height: f32, geometry_changed: bool) -> Option<f32> {
    let (top, bottom) = (row as f32 * pitch, (row + 1) as f32 * pitch);
    if !geometry_changed && top >= old.offset && bottom <= old.offset + height {
        return None;
    }
    let offset = if top < old.offset { top } else { bottom + GAP / 2.0 - height };
    Some(offset.clamp(0.0, top))
}

fn click(ui: &Ui, project: &Project, data: &mut DataState, at: usize, is_secondary: bool) {
    let modifiers = ui.input(|input| input.modifiers);
    let id = data.shown().get(at).and_then(|position| project.dataset.items.get(*position)).map(|item| item.id);
    if is_secondary {
        // A menu opens on what is selected, or on what is under the pointer alone.
        if !id.is_some_and(|id| data.selection.ids.contains(&id)) {
            data.select_only(&project.dataset, at);
        }
    } else if modifiers.command {
        data.toggle(&project.dataset, at);
    } else if modifiers.shift {
        data.extend_to(&project.dataset, at);
    } else {
        data.select_only(&project.dataset, at);
    }
    release_focus(ui);
}

/// After a click in the grid the keys are its own again, whatever had the focus.
fn release_focus(ui: &Ui) {
    ui.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            memory.surrender_focus(id);
        }
    });
}

#[derive(Clone, Copy)]
struct TileLook {
    selected: bool,
    is_cursor: bool,
    shows_crop: bool,
    /// Number of the group of twins that is shown, from 0.
    group: Option<usize>,
}

fn tile_ui(
    ui: &Ui,
    project: &Project,
    said: &Suggestions,
    item: &Item,
    pictures: &mut Pictures,
    response: Response,
    look: TileLook,
) -> Response {
    let colors = theme::colors(ui);
    let rect = response.rect;
    let path = project.dataset.path_of(item);
    let class = project.class_name(item.class);
    let file = item.file_name();
    let name = format!(
        "{file}, {class}, {}{}{}",
        lang::text(item.split.name()),
        labelling::words(project, item),
        suggestions::words(said, item)
    );
    // The badge of the split at the right of the foot; the class's chip gets what is left.
    let split = if rect.width() >= WORD_FROM { lang::text(item.split.name()) } else { "" };
    let badge = badge_width(ui, split);
    let room = rect.width() - 34.0 - if badge > 0.0 { badge + 6.0 } else { 0.0 };
    let (text, color) = match (suggestions::chip(ui, said, item), item.class) {
        (Some(_), _) if rect.width() < widgets::SMALL_TILE => ("?".to_owned(), class_color(ui, item.class)),
        (Some(suggested), _) => suggested,
        // Names would cover the picture: the class's number, as in the tree and on the keyboard.
        (None, Some(number)) if rect.width() < widgets::SMALL_TILE => {
            ((number + 1).to_string(), class_color(ui, item.class))
        }
        (None, _) => (class.to_owned(), class_color(ui, item.class)),
    };
    let chip = widgets::elide_middle(ui, &text, &theme::caption(), room.max(8.0));
    let tile =
        PictureTile { path: &path, name: &name, chip: Some((&chip, color)), selected: look.selected, frame: None };
    let response = widgets::picture_tile_at(ui, pictures, &tile, response);
    if badge > 0.0 {
        let at = Rect::from_min_size(pos2(rect.right() - badge - 6.0, rect.bottom() - 26.0), vec2(badge, 20.0));
        ui.painter().rect_filled(at, 5.0, theme::on_picture::PLATE);
        ui.painter().text(at.center(), Align2::CENTER_CENTER, split, theme::caption(), theme::on_picture::TEXT);
    }
    labelling::signs_ui(ui, project, item, rect);
    // Both have the upper left corner.
    match look.group {
        Some(group) => health::group_badge_ui(ui, group, rect),
        None => suggestions::objection_ui(ui, said, item, rect),
    }
    if let Some(FileFacts::Unreadable(reason)) = project.facts.get(&item.id)
        && rect.width() >= WORD_FROM
    {
        let galley =
            ui.painter().layout(lang::sentence(reason), theme::caption(), colors.text_weak, rect.width() - 20.0);
        let clip = rect.shrink2(vec2(8.0, 0.0)).with_max_y(rect.bottom() - 30.0);
        let at = pos2(rect.center().x - galley.size().x / 2.0, rect.center().y + 16.0);
        ui.painter().with_clip_rect(clip.intersect(ui.clip_rect())).galley(at, galley, colors.text_weak);
    }
    if look.shows_crop {
        // A tile shows the middle square of its picture; the model sees 224 of every 256 pixels of that square.
        let seen = Rect::from_center_size(rect.center(), rect.size() * (224.0 / 256.0));
        ui.painter().rect_stroke(seen, 0.0, Stroke::new(2.0, Color32::from_black_alpha(120)), StrokeKind::Outside);
        ui.painter().rect_stroke(seen, 0.0, Stroke::new(1.0, Color32::WHITE), StrokeKind::Inside);
    }
    if look.is_cursor {
        let ring = Stroke::new(1.0, colors.text);
        ui.painter().rect_stroke(rect.shrink(3.5), CornerRadius::same(theme::RADIUS - 2), ring, StrokeKind::Inside);
    }
    response.on_hover_ui(|ui| {
        ui.set_max_width(320.0);
        ui.label(egui::RichText::new(&file).font(theme::strong(theme::size::BODY)));
        ui.label(format!("{class} · {}", split_title(item.split)));
        match project.facts.get(&item.id) {
            Some(FileFacts::Known { width, height, format }) => {
                ui.label(format!("{width}×{height} · {format} · {}", widgets::bytes(item.file_bytes)));
            }
            Some(FileFacts::Unreadable(reason)) => {
                ui.label(egui::RichText::new(lang::sentence(reason)).color(colors.bad));
            }
            None => {
                ui.label(widgets::bytes(item.file_bytes));
            }
        }
    })
}

fn badge_width(ui: &Ui, text: &str) -> f32 {
    if text.is_empty() {
        return 0.0;
    }
    ui.painter().layout_no_wrap(text.to_owned(), theme::caption(), Color32::WHITE).size().x + 14.0
}

fn menu_ui(ui: &mut Ui, project: &Project, item: &Item, commands: &mut Commands) {
    labelling::menu_ui(ui, project, commands);
    ui.separator();
    let path: PathBuf = project.dataset.path_of(item);
    if ui.button(t!("Copy path")).clicked() {
        ui.ctx().copy_text(path.display().to_string());
        ui.close();
    }
    if ui.button(t!("Copy name")).clicked() {
        ui.ctx().copy_text(item.file_name());
        ui.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fill_the_width_and_are_near_the_wanted_size() {
        for width in [300.0_f32, 512.0, 777.0, 1500.0] {
            for wanted in [64.0_f32, 160.0, 320.0] {
                let (columns, side) = geometry(width, wanted);
                let used = columns as f32 * (side + GAP) - GAP;
                assert!(used <= width && used > width - columns as f32 - 1.0, "{columns} of {side} in {width}");
                assert!(side < wanted * 1.6 && side > wanted * 0.6, "{side} for {wanted} in {width}");
            }
        }
    }

    #[test]
    fn a_row_out_of_view_is_scrolled_to_and_one_in_view_is_left() {
        let view = GridView { columns: 4, pitch: 100.0, offset: 250.0, rows_in_view: 4 };
        assert_eq!(offset_showing(3, 100.0, view, 400.0, false), None);
        assert_eq!(offset_showing(2, 100.0, view, 400.0, false), Some(200.0));
        assert_eq!(offset_showing(8, 100.0, view, 400.0, false), Some(504.0));
        assert_eq!(offset_showing(0, 100.0, view, 400.0, false), Some(0.0));
    }

    #[test]
    fn the_first_picture_in_view_stays_there_when_tiles_shrink() {
        let view = GridView { columns: 4, pitch: 100.0, offset: 1000.0, rows_in_view: 4 };
        // Row 10 begins with picture 40: row 5 of eight columns.
        assert_eq!(offset_keeping_place(view, 8, 50.0), 250.0);
    }
}
