//! The lesson on convolutions.

use egui::{Button, DragValue, Label, RichText, Role, Ui, Vec2, WidgetInfo, vec2};

use super::picture::{Pixels, keep_inside, legend_ui, mark_ui, marker_ui, pixels_ui};
use super::{UNDER, arithmetic, caption_ui, changed, line_ui, pair_size, pair_ui, under_ui, words};
use crate::app::state::{ConvolutionLesson, LessonOriginal};
use crate::lang::t;
use crate::lessons::{Convolution, Kernel};
use crate::ui::augment::name;
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws kernel, weights, stride, padding, ReLU and the size of the result.
pub(super) fn controls_ui(ui: &mut Ui, lesson: &mut ConvolutionLesson, original: &LessonOriginal) {
    let settings = &mut lesson.settings;
    let before = *settings;
    caption_ui(ui, t!("Kernel"));
    kernels_ui(ui, settings);
    ui.horizontal(|ui| {
        caption_ui(ui, t!("Weights"));
        let sum: f32 = settings.weights.iter().sum();
        let text = t!("sum {n}", n = words::number(sum, 2));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let tip = t!("1: the picture stays as bright as it was. 0: an even wall becomes 0.");
            let colors = theme::colors(ui);
            let text = RichText::new(text).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak);
            ui.add(Label::new(text).selectable(false)).on_hover_text(tip);
        });
    });
    weights_ui(ui, &mut settings.weights);
    line_ui(ui, t!("Stride"), |ui| {
        widgets::segmented(ui, &mut settings.stride, &[(1, "1"), (2, "2")]);
    });
    line_ui(ui, t!("Padding with zeros"), |ui| {
        widgets::switch_ui(ui, &mut settings.pads, t!("Padding with zeros"))
            .on_hover_text(t!("A frame of zeros, one pixel wide, so that the kernel can stand on the border too."));
    });
    line_ui(ui, t!("ReLU"), |ui| {
        widgets::switch_ui(ui, &mut settings.relu, t!("ReLU"))
            .on_hover_text(t!("Sums below 0 become 0: only what a kernel looks for counts, not its opposite."));
    });
    if *settings != before {
        changed(ui);
    }
    size_ui(ui, settings, original);
}

fn kernels_ui(ui: &mut Ui, settings: &mut Convolution) {
    let chosen = Kernel::of_weights(&settings.weights);
    let width = (ui.available_width() - space::XS) / 2.0;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(space::XS);
        ui.spacing_mut().button_padding.x = space::XS;
        for row in Kernel::ALL.chunks(2) {
            ui.horizontal(|ui| {
                for kernel in row {
                    let selected = chosen == Some(*kernel);
                    let title = words::kernel(*kernel);
                    let button =
                        Button::new(RichText::new(title).size(theme::size::SMALL)).selected(selected).truncate();
                    let response = ui.add_sized(vec2(width, theme::CONTROL_HEIGHT), button);
                    let enabled = ui.is_enabled();
                    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, selected, title));
                    if response.on_hover_text(words::about_kernel(*kernel)).clicked() {
                        settings.weights = kernel.weights();
                    }
                }
            });
        }
    });
}

fn weights_ui(ui: &mut Ui, weights: &mut [f32; 9]) {
    let width = (ui.available_width() - 2.0 * space::XS) / 3.0;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(space::XS);
        for (row, weights) in weights.chunks_exact_mut(3).enumerate() {
            ui.horizontal(|ui| {
                for (column, weight) in weights.iter_mut().enumerate() {
                    let value = DragValue::new(weight)
                        .range(-99.0..=99.0)
                        .speed(0.05)
                        .max_decimals(3)
                        .custom_formatter(|weight, _| words::number(weight as f32, 3));
                    let response = ui.add_sized(vec2(width, theme::CONTROL_HEIGHT), value);
                    name(ui, &response, &t!("Weight {row}, {column}", row = row + 1, column = column + 1));
                    response.on_hover_text(t!("Drag, or click and type"));
                }
            });
        }
    });
}

/// `(n + 2p − k) / s + 1` with the numbers filled in.
fn size_ui(ui: &mut Ui, settings: &Convolution, original: &LessonOriginal) {
    let colors = theme::colors(ui);
    let plane = &original.plane;
    let (padding, stride) = (settings.padding(), settings.stride);
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        caption_ui(ui, t!("Size of the result"));
        widgets::hint(
            ui,
            t!("the size of the result"),
            t!("(n + 2p − k) / s + 1, rounded down: n pixels, p padding at each end, a kernel k wide, stride s. The custom \
             CNN starts with 64 kernels, stride 2, no padding: 224 pixels become 111."),
        );
    });
    ui.spacing_mut().item_spacing.y = 2.0;
    let (width, height) = settings.output_size(plane.width(), plane.height());
    for (n, result) in [(plane.width(), width), (plane.height(), height)] {
        let line = format!("({n} + 2·{padding} − {k}) / {stride} + 1 = {result}", k = Convolution::SIDE);
        ui.add(
            Label::new(RichText::new(line).font(theme::tabular(theme::size::SMALL)).color(colors.text))
                .selectable(false),
        );
    }
}

/// Draws the picture, what became of it, and the arithmetic of one pixel.
pub(super) fn result_ui(ui: &mut Ui, lesson: &mut ConvolutionLesson, original: &LessonOriginal, room: Vec2) {
    let Some(result) = lesson.result.clone() else { return };
    let plane = &original.plane;
    let each = pair_size(original, room.x, room.y - arithmetic::HEIGHT - UNDER - 2.0 * space::S);
    let settings = lesson.settings;
    pair_ui(ui, each + vec2(0.0, UNDER), |[left, right]| {
        let size = [result.plane.width(), result.plane.height()];
        let name = t!("Result: point at a pixel, or move the marker with the arrow keys");
        let after = pixels_ui(right, each, (result.texture.as_ref(), size), name);
        marker_ui(right, &after, &mut lesson.marker);
        under_ui(right, &t!("Result, {width} × {height}", width = size[0], height = size[1]), |ui| {
            if !result.plane.is_empty() {
                legend_ui(ui, &result);
            }
        });
        let size = [plane.width(), plane.height()];
        let name = t!("Picture, its brightness from 0 to 255");
        let before = pixels_ui(left, each, (Some(&original.grey), size), name);
        under_ui(left, &t!("Picture, {width} × {height}", width = size[0], height = size[1]), |_| {});
        point_back_ui(left, &before, lesson, &settings);
    });
    let (columns, rows) = settings.output_size(plane.width(), plane.height());
    if columns == 0 || rows == 0 {
        let text = t!("This picture is smaller than the kernel: without padding there is no place for it to stand.");
        widgets::weak_ui(ui, text);
        return;
    }
    let [column, row] = lesson.marker;
    let (column, row) = (column.min(columns - 1), row.min(rows - 1));
    arithmetic::arithmetic_ui(ui, &settings, &settings.place(plane, column, row), [column, row]);
}

/// Pointing at the picture itself moves the marker to the kernel that stands there; the kernel's window is outlined.
fn point_back_ui(ui: &Ui, before: &Pixels, lesson: &mut ConvolutionLesson, settings: &Convolution) {
    let (columns, rows) = settings.output_size(before.size[0], before.size[1]);
    if columns == 0 || rows == 0 {
        return;
    }
    if let Some(pointer) = before.response.hover_pos().filter(|pointer| before.rect.contains(*pointer)) {
        let share = (pointer - before.rect.min) / before.rect.size();
        let place = |share: f32, side: usize| {
            let at = (share * side as f32) as usize + settings.padding();
            at.saturating_sub(Convolution::SIDE / 2) / settings.stride.max(1)
        };
        lesson.marker = [place(share.x, before.size[0]), place(share.y, before.size[1])];
    }
    keep_inside(&mut lesson.marker, [columns, rows]);
    let start = |at: usize| (at * settings.stride) as isize - settings.padding() as isize;
    let [column, row] = lesson.marker;
    mark_ui(ui, before.part(start(column), start(row), Convolution::SIDE, Convolution::SIDE));
}
