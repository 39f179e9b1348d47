//! The large view, in the place of the grid: one picture, or two side by side that are zoomed and moved together. The wheel
//! zooms where the pointer is, dragging moves, a double click shows every pixel; the keys that label go on working.

use egui::{
    Align, Align2, Color32, Context, Key, Layout, Rect, RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};
use egui_material_icons::icons;

use super::{class_color, inspector, labelling, suggestions};
use crate::app::state::{DataState, LargeView, Picture, Pictures, Project, part_in_view};
use crate::dataset::Item;
use crate::lang::{self, t};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Height of the line above the picture, in points.
const HEAD: f32 = 36.0;
/// Pixels of the longer side of a part that is looked at closely, at most: 64 MB.
const LARGEST_PART: usize = 4096;
/// Between two pictures, in points.
const GAP: f32 = 8.0;
/// Pictures that are decoded ahead: the next ones first, then the one before.
const AHEAD: [isize; 3] = [1, 2, -1];
/// How many pictures Page Up and Page Down go.
const PAGE: usize = 10;
/// What one press of plus zooms.
const STEP: f32 = 1.25;

/// Draws the large view.
pub fn large_ui(ui: &mut Ui, project: &Project, data: &mut DataState, pictures: &mut Pictures, keys_are_free: bool) {
    let Some(mut view) = data.large.clone() else { return };
    let ids = match view.pair {
        Some(pair) => pair.to_vec(),
        None => data.selection.cursor.into_iter().collect(),
    };
    let items: Vec<&Item> = ids.iter().filter_map(|id| project.item(*id)).collect();
    // What was looked at is not shown any more.
    if items.is_empty() || items.len() < ids.len() {
        data.close_large(&project.dataset);
        return;
    }
    let mut stays = true;
    let (mut area, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    let head = Rect::from_min_size(area.min, vec2(area.width(), HEAD));
    area.min.y += HEAD;
    let area = area.shrink2(vec2(12.0, 0.0)).with_max_y(area.bottom() - 8.0);
    ui.scope_builder(egui::UiBuilder::new().max_rect(head.shrink2(vec2(12.0, 4.0))), |ui| {
        stays = head_ui(ui, project, data, &items, &mut view);
    });
    let width = (area.width() - GAP * (items.len() - 1) as f32) / items.len() as f32;
    for (place, item) in items.iter().enumerate() {
        let min = area.min + vec2(place as f32 * (width + GAP), 0.0);
        pane_ui(ui, project, data, pictures, item, Rect::from_min_size(min, vec2(width, area.height())), &mut view);
    }
    if keys_are_free {
        zoom_keys(ui.ctx(), &mut view);
    }
    if view.pair.is_none() {
        prefetch(ui, project, data, pictures, area);
    }
    data.large = Some(view);
    if !stays {
        data.close_large(&project.dataset);
    } else if keys_are_free {
        step_keys(ui.ctx(), project, data);
    }
}

/// The line above: the way back, what is shown, and the zoom. Returns whether the view stays.
fn head_ui(ui: &mut Ui, project: &Project, data: &DataState, items: &[&Item], view: &mut LargeView) -> bool {
    let colors = theme::colors(ui);
    let mut stays = true;
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        if widgets::icon_button(ui, icons::ICON_CROP_FREE.codepoint, t!("What the model sees (C)"), view.shows_crop)
            .clicked()
        {
            view.shows_crop = !view.shows_crop;
        }
        if widgets::icon_button(ui, icons::ICON_FIT_SCREEN.codepoint, t!("Whole picture"), false).clicked() {
            view.fit();
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let name = t!("Back to the grid (Esc)");
            stays = !widgets::icon_button(ui, icons::ICON_ARROW_BACK.codepoint, name, false).clicked();
            if let [item] = items {
                let at = data.cursor_position(&project.dataset).map_or(0, |at| at + 1);
                let text = t!(
                    "{done} of {total}",
                    done = widgets::thousands(at),
                    total = widgets::thousands(data.shown().len())
                );
                let text = RichText::new(text).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak);
                ui.add(egui::Label::new(text).selectable(false));
                widgets::legend_dot(ui, class_color(ui, item.class));
                let mut words = project.class_name(item.class).to_owned();
                words += &labelling::words(project, item);
                words += &suggestions::words(&data.suggestions, item);
                widgets::elided_label(ui, &words, theme::strong(theme::size::BODY), colors.text);
            } else {
                let text = t!("Two pictures, zoomed and moved together. Click one to label it.");
                widgets::elided_label(ui, text, theme::body(), colors.text_weak);
            }
        });
    });
    stays
}

/// One picture with what the pointer does to it.
fn pane_ui(
    ui: &mut Ui,
    project: &Project,
    data: &mut DataState,
    pictures: &mut Pictures,
    item: &Item,
    area: Rect,
    view: &mut LargeView,
) {
    let colors = theme::colors(ui);
    let id = ui.scope_id().with(("large", item.id.0));
    let response = ui.interact(area, id, Sense::click_and_drag());
    let is_selected = data.selection.ids.contains(&item.id);
    let name = if view.pair.is_some() { t!("Compared picture") } else { t!("Large picture") };
    let name = format!("{name} {}", item.file_name());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, &name));
    let painter = ui.painter_at(area);
    painter.rect_filled(area, theme::RADIUS, colors.well);
    let path = project.dataset.path_of(item);
    // Sharp as far as there are pixels; whole pictures do with as many as the screen has.
    let side = area.width().max(area.height()) * ui.ctx().pixels_per_point() * view.zoom;
    match pictures.get(&path, side.min(2048.0)) {
        Picture::Loading => {
            let text = t!("Reading…");
            painter.text(area.center(), Align2::CENTER_CENTER, text, theme::body(), colors.text_weak);
        }
        Picture::Failed(reason) => {
            let galley = painter.layout(lang::sentence(&reason), theme::body(), colors.bad, area.width() - 24.0);
            painter.galley(area.center() - galley.size() / 2.0, galley, colors.bad);
        }
        Picture::Ready { texture, original_size } => {
            let size = vec2(original_size[0] as f32, original_size[1] as f32);
            pointer_input(ui, &response, view, area, size);
            let rect = view.rect(area, size);
            let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
            painter.image(texture.id(), rect, whole, Color32::WHITE);
            // Over it what is in view of a picture that has more pixels than it was decoded with.
            let most = ui.input(|input| input.max_texture_side).min(LARGEST_PART) as u32;
            let pixels_per_point = ui.ctx().pixels_per_point();
            if let Some((part, max_side)) = part_in_view(rect, area, original_size, pixels_per_point, most)
                && let Some((texture, part)) = pictures.part(&path, part, max_side)
            {
                let at = |x: u32, y: u32| rect.min + vec2(x as f32, y as f32) / size * rect.size();
                let place = Rect::from_min_max(at(part.x, part.y), at(part.x + part.width, part.y + part.height));
                painter.image(texture.id(), place, whole, Color32::WHITE);
            }
            if view.shows_crop {
                let mut clipped = ui.new_child(egui::UiBuilder::new().max_rect(area));
                clipped.set_clip_rect(area.intersect(ui.clip_rect()));
                inspector::crop_ui(&clipped, rect, original_size);
            }
            let text = widgets::percent(f64::from(view.scale(area, size) * ui.ctx().pixels_per_point()), 0);
            badge_ui(&painter, area.right_bottom() - vec2(8.0, 8.0), Align2::RIGHT_BOTTOM, &text);
        }
    }
    if view.pair.is_some() {
        let text = format!("{} · {}", item.file_name(), project.class_name(item.class));
        let text = widgets::elide_middle(ui, &text, &theme::caption(), area.width() - 32.0);
        badge_ui(&painter, area.min + vec2(8.0, 8.0), Align2::LEFT_TOP, &text);
        if is_selected {
            ui.painter().rect_stroke(area, theme::RADIUS, Stroke::new(2.0, colors.accent), StrokeKind::Inside);
        }
        if response.clicked()
            && let Some(at) = data.position_of(&project.dataset, item.id)
        {
            data.select_only(&project.dataset, at);
        }
    }
}

fn badge_ui(painter: &egui::Painter, at: egui::Pos2, align: Align2, text: &str) {
    let galley = painter.layout_no_wrap(text.to_owned(), theme::caption(), theme::on_picture::TEXT);
    let rect = align.anchor_size(at, galley.size() + vec2(12.0, 6.0));
    painter.rect_filled(rect, 5.0, theme::on_picture::PLATE);
    painter.galley(rect.min + vec2(6.0, 3.0), galley, Color32::WHITE);
}

fn pointer_input(ui: &Ui, response: &egui::Response, view: &mut LargeView, area: Rect, size: egui::Vec2) {
    if let Some(pointer) = response.hover_pos() {
        let (wheel, pinch) = ui.input(|input| (input.smooth_scroll_delta.y, input.zoom_delta()));
        let factor = pinch * (wheel / 200.0).exp();
        if factor != 1.0 {
            view.zoom_at(factor, pointer, area, size);
        }
        if response.double_clicked() {
            view.toggle(pointer, area, size, 1.0 / ui.ctx().pixels_per_point());
        }
    }
    if response.dragged() {
        view.pan(response.drag_delta(), area, size);
    }
}

fn zoom_keys(ctx: &Context, view: &mut LargeView) {
    let (larger, smaller) = ctx.input(|input| {
        let plain = |key| input.key_pressed(key) && !input.modifiers.command && !input.modifiers.alt;
        (plain(Key::Plus) || plain(Key::Equals), plain(Key::Minus))
    });
    if larger {
        view.zoom = (view.zoom * STEP).min(64.0);
    }
    if smaller {
        view.zoom = (view.zoom / STEP).max(1.0);
        if view.zoom == 1.0 {
            view.fit();
        }
    }
}

/// Keys that go on to another picture, or to the other of two.
fn step_keys(ctx: &Context, project: &Project, data: &mut DataState) {
    let pressed = |key| ctx.input(|input| if input.modifiers.is_none() { input.num_presses(key) } else { 0 });
    let pair = data.large.as_ref().and_then(|view| view.pair);
    if let Some([left, right]) = pair {
        for (key, id) in [(Key::ArrowLeft, left), (Key::ArrowRight, right)] {
            if pressed(key) > 0
                && let Some(at) = data.position_of(&project.dataset, id)
            {
                data.select_only(&project.dataset, at);
            }
        }
        return;
    }
    let last = data.shown().len().saturating_sub(1);
    let Some(mut at) = data.cursor_position(&project.dataset) else { return };
    let from = at;
    at = at.saturating_sub(pressed(Key::ArrowLeft) + pressed(Key::ArrowUp) + PAGE * pressed(Key::PageUp));
    at = (at + pressed(Key::ArrowRight) + pressed(Key::ArrowDown) + PAGE * pressed(Key::PageDown)).min(last);
    if pressed(Key::Home) > 0 {
        at = 0;
    }
    if pressed(Key::End) > 0 {
        at = last;
    }
    if at != from {
        data.select_only(&project.dataset, at);
        data.scroll_to = Some(at);
    }
}

/// The pictures that come next are decoded before they are asked for.
fn prefetch(ui: &Ui, project: &Project, data: &DataState, pictures: &mut Pictures, area: Rect) {
    let Some(at) = data.cursor_position(&project.dataset) else { return };
    let side = area.width().max(area.height()) * ui.ctx().pixels_per_point();
    for step in AHEAD {
        let neighbour = at.checked_add_signed(step).and_then(|at| data.shown().get(at));
        if let Some(item) = neighbour.and_then(|position| project.dataset.items.get(*position)) {
            pictures.prefetch(project.dataset.path_of(item), side.min(2048.0));
        }
    }
}
