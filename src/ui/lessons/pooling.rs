//! The lesson on pooling.

use egui::{Label, RichText, Slider, Ui, Vec2, vec2};

use super::picture::{keep_inside, legend_ui, mark_ui, marker_ui, pixels_ui};
use super::{UNDER, caption_ui, changed, pair_size, pair_ui, under_ui, words};
use crate::app::state::{LessonOriginal, MOST_SHIFT, PoolingLesson, ShownPlane};
use crate::lang::{self, t, tn};
use crate::lessons::{Plane, PoolKind};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Height of what stands under the pictures.
const FOOT: f32 = 128.0;
/// Width of the names before the bars.
const BAR_NAMES: f32 = 56.0;

/// Draws what is pooled and how.
pub(super) fn controls_ui(ui: &mut Ui, lesson: &mut PoolingLesson) {
    let before = (lesson.settings, lesson.on_edges, lesson.shift);
    let settings = &mut lesson.settings;
    caption_ui(ui, t!("Kept of each square"));
    widgets::segmented(
        ui,
        &mut settings.kind,
        &[(PoolKind::Max, t!("Largest number")), (PoolKind::Average, t!("Average"))],
    );
    caption_ui(ui, t!("Side of the square"));
    let sides = [(2, "2"), (3, "3"), (4, "4"), (8, "8")];
    if widgets::segmented(ui, &mut settings.window, &sides) {
        // Squares side by side, as nearly always; the slider below changes it.
        settings.stride = settings.window;
    }
    slider_ui(ui, t!("Stride@@pooling"), Slider::new(&mut settings.stride, 1..=8));
    ui.add_space(space::XS);
    caption_ui(ui, t!("Pooled is"));
    let choices = [(true, t!("Edges + ReLU")), (false, t!("Photograph"))];
    widgets::segmented(ui, &mut lesson.on_edges, &choices);
    slider_ui(ui, t!("Move the picture by"), Slider::new(&mut lesson.shift, 0..=MOST_SHIFT).suffix(t!(" px")));
    if (lesson.settings, lesson.on_edges, lesson.shift) != before {
        changed(ui);
    }
    remain_ui(ui, lesson);
}

fn slider_ui(ui: &mut Ui, name: &str, slider: Slider<'_>) {
    let colors = theme::colors(ui);
    let label =
        ui.add(Label::new(RichText::new(name).size(theme::size::SMALL).color(colors.text_weak)).selectable(false));
    ui.spacing_mut().slider_width = ui.available_width() - 64.0;
    ui.add(slider).labelled_by(label.id);
}

/// How many numbers are left.
fn remain_ui(ui: &mut Ui, lesson: &PoolingLesson) {
    let (Some(before), Some(after)) = (&lesson.before, &lesson.after) else { return };
    let colors = theme::colors(ui);
    ui.add_space(space::XS);
    caption_ui(ui, t!("Numbers that remain"));
    ui.spacing_mut().item_spacing.y = 2.0;
    let count = |plane: &Plane| plane.width() * plane.height();
    for shown in [before, after] {
        let (width, height) = (shown.plane.width(), shown.plane.height());
        let line = format!("{width} × {height} = {}", lang::thousands(width * height));
        ui.add(
            Label::new(RichText::new(line).font(theme::tabular(theme::size::SMALL)).color(colors.text))
                .selectable(false),
        );
    }
    let share = count(&after.plane) as f64 / count(&before.plane).max(1) as f64;
    let text = t!("{share} remain", share = lang::percent(share, usize::from(share < 0.1)));
    ui.add(
        Label::new(RichText::new(text).font(theme::strong(theme::size::BODY)).color(colors.accent)).selectable(false),
    );
}

/// Draws the picture before and after pooling, and how much a shift changes both.
pub(super) fn result_ui(ui: &mut Ui, lesson: &mut PoolingLesson, original: &LessonOriginal, room: Vec2) {
    let (Some(before), Some(after)) = (lesson.before.clone(), lesson.after.clone()) else { return };
    let each = pair_size(original, room.x, room.y - FOOT - UNDER - 2.0 * space::S);
    let settings = lesson.settings;
    pair_ui(ui, each + vec2(0.0, UNDER), |[left, right]| {
        let size = [after.plane.width(), after.plane.height()];
        let name = t!("After pooling: point at a pixel, or move the marker with the arrow keys");
        let pooled = pixels_ui(right, each, (after.texture.as_ref(), size), name);
        marker_ui(right, &pooled, &mut lesson.marker);
        under_ui(right, &t!("After pooling, {width} × {height}", width = size[0], height = size[1]), |ui| {
            if !after.plane.is_empty() {
                legend_ui(ui, &after);
            }
        });
        let size = [before.plane.width(), before.plane.height()];
        let name = t!("Before pooling");
        let whole = pixels_ui(left, each, (before.texture.as_ref(), size), name);
        under_ui(left, &t!("Before pooling, {width} × {height}", width = size[0], height = size[1]), |_| {});
        // The marker must not lie outside what is pooled now: the picture on the screen may be a frame behind.
        let (columns, rows) = settings.output_size(size[0], size[1]);
        keep_inside(&mut lesson.marker, [columns, rows]);
        if columns > 0 && rows > 0 {
            let window = settings.window_at(&before.plane, lesson.marker[0], lesson.marker[1]);
            let side = settings.window;
            mark_ui(left, whole.part(window.left as isize, window.top as isize, side, side));
            if settings.kind == PoolKind::Max {
                let (column, row) = window.largest_at;
                let spot = whole.part(column as isize, row as isize, 1, 1);
                let accent = theme::DARK.accent;
                left.painter().rect_filled(spot, 0.0, accent);
            }
        }
    });
    foot_ui(ui, lesson, &before);
}

/// The marked square in words, and what the shift changed.
fn foot_ui(ui: &mut Ui, lesson: &PoolingLesson, before: &ShownPlane) {
    let colors = theme::colors(ui);
    let plane = &before.plane;
    let settings = lesson.settings;
    let (columns, rows) = settings.output_size(plane.width(), plane.height());
    if columns == 0 || rows == 0 {
        widgets::weak_ui(ui, t!("This picture is smaller than the square: nothing is left of it."));
        return;
    }
    let window = settings.window_at(plane, lesson.marker[0].min(columns - 1), lesson.marker[1].min(rows - 1));
    let result = words::number(window.result, 1);
    let count = settings.window * settings.window;
    let text = match settings.kind {
        PoolKind::Max => t!("In the marked square the largest of {count} numbers is {n}.", count = count, n = result),
        PoolKind::Average => {
            t!("In the marked square the average of {count} numbers is {n}.", count = count, n = result)
        }
    };
    ui.add(Label::new(RichText::new(text).size(theme::size::SMALL).color(colors.text_weak)).selectable(false));
    let Some((still, pooled)) = lesson.differences else { return };
    widgets::card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::XS;
        let percent = |share: f32| lang::percent(f64::from(share), 0);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let text = if lesson.shift == 0 {
                t!("Move the picture to see how much of the change gets through pooling.").to_owned()
            } else {
                tn!(
                    lesson.shift,
                    "Moved by {n} pixel, the picture differs from itself by {before} before pooling and by {after} after.",
                    "Moved by {n} pixels, the picture differs from itself by {before} before pooling and by {after} after.",
                    before = percent(still),
                    after = percent(pooled)
                )
            };
            ui.add(Label::new(RichText::new(text).font(theme::strong(theme::size::BODY))).selectable(false));
            widgets::hint(
                ui,
                t!("the difference"),
                t!("All differences between the moved picture and the one that was not moved, added up, as a share of all \
                 their numbers. 0 %: the same picture; 100 %: nothing in the same place."),
            );
        });
        for (name, share, color) in [(t!("before"), still, colors.text_weak), (t!("after"), pooled, colors.accent)] {
            ui.horizontal(|ui| {
                ui.set_height(16.0);
                let start = ui.cursor().left();
                caption_ui(ui, name);
                ui.add_space((start + BAR_NAMES - ui.cursor().left()).max(0.0));
                widgets::probability_bar(ui, share, color, 8.0);
            });
        }
    });
}
