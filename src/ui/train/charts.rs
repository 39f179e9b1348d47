//! Loss and accuracy over the epochs.
//!
//! The wheel scrolls the page, never the chart. A frame drawn with the mouse zooms in; a double click shows all again.

use egui::{Align2, Color32, Frame, Id, Margin, Pos2, Rect, RichText, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use egui_material_icons::icons;
use egui_plot::{
    AxisHints, GridMark, Line, LineStyle, MarkerShape, Plot, PlotBounds, PlotPoint, PlotTransform, Points,
};

use super::curves::{Quantity, accuracy_bottom, by_epoch, epoch_points, loss_top, nice_step, smoothed, step_points};
use super::{hints, words};
use crate::app::state::{RunView, State, TrainView};
use crate::lang::{self, t};
use crate::train::{EpochRecord, History};
use crate::ui::theme::{self, Colors, space};
use crate::ui::widgets;

/// Weight of the past in smoothed epochs, and in smoothed steps, of which there are many more.
const SMOOTH_EPOCHS: f64 = 0.6;
const SMOOTH_STEPS: f64 = 0.9;
/// A frame smaller than this was a slip of the hand.
const LEAST_ZOOM_POINTS: f32 = 12.0;

/// Draws both charts side by side, `height` points high.
pub fn charts_ui(ui: &mut Ui, state: &mut State, height: f32) {
    let mut view = state.train.view.clone();
    let marked = view.hovered_epoch.take();
    let epochs = state.train.config.epochs;
    let run = state.train.shown();
    let size = vec2((ui.available_width() - space::M) / 2.0, height);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        for quantity in [Quantity::Loss, Quantity::Accuracy] {
            // Without a layout of its own the card would go on from left to right, with the chart beside its heading.
            ui.allocate_ui_with_layout(size, egui::Layout::top_down(egui::Align::Min), |ui| {
                chart_card_ui(ui, quantity, run, epochs, &mut view, marked, size);
            });
        }
    });
    if view.hovered_epoch != marked {
        ui.ctx().request_repaint();
    }
    state.train.view = view;
}

fn chart_card_ui(
    ui: &mut Ui,
    quantity: Quantity,
    run: Option<&RunView>,
    epochs: usize,
    view: &mut TrainView,
    marked: Option<usize>,
    size: egui::Vec2,
) {
    let colors = theme::colors(ui);
    Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.stroke))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin { left: 8, right: 12, top: 8, bottom: 6 })
        .show(ui, |ui| {
            ui.set_width(size.x - 22.0);
            ui.spacing_mut().item_spacing.y = space::XS;
            let zoomed = zoom_slot(view, quantity);
            let mut zoomed_now = *zoomed;
            ui.horizontal(|ui| {
                ui.set_height(20.0);
                ui.add_space(space::XS);
                let (title, term, hint) = match quantity {
                    Quantity::Loss => (t!("Loss"), t!("loss"), hints::LOSS),
                    Quantity::Accuracy => (t!("Accuracy"), t!("accuracy"), hints::ACCURACY),
                };
                widgets::section_label(ui, title);
                widgets::hint(ui, term, lang::text(hint));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    if zoomed_now {
                        let text = RichText::new(t!("Show all")).size(theme::size::CAPTION);
                        if ui
                            .add(egui::Button::new(text).small())
                            .on_hover_text(t!("Or double-click the chart"))
                            .clicked()
                        {
                            zoomed_now = false;
                        }
                    } else {
                        legend_ui(ui);
                    }
                });
            });
            *zoom_slot(view, quantity) = zoomed_now;
            let plot_size = vec2(ui.available_width(), size.y - 44.0);
            plot_ui(ui, quantity, run, epochs, view, marked, plot_size);
        });
}

fn zoom_slot(view: &mut TrainView, quantity: Quantity) -> &mut bool {
    let [loss, accuracy] = &mut view.zoomed;
    match quantity {
        Quantity::Loss => loss,
        Quantity::Accuracy => accuracy,
    }
}

/// What the lines mean, drawn as they are drawn in the chart. Laid out from the right; nothing where there is no room for it.
fn legend_ui(ui: &mut Ui) {
    let colors = theme::colors(ui);
    ui.spacing_mut().item_spacing.x = space::XS;
    let lines = [(t!("validation"), colors.val, true), (t!("training"), colors.train, false)];
    let words = lines.iter().map(|(name, color, _)| {
        ui.painter().layout_no_wrap((*name).to_owned(), theme::caption(), *color).size().x + 22.0 + space::M + space::S
    });
    if words.sum::<f32>() > ui.available_width() {
        return;
    }
    for (name, color, is_dashed) in lines {
        let text = RichText::new(name).font(theme::caption()).color(colors.text_weak);
        ui.add(egui::Label::new(text).selectable(false));
        let (rect, _) = ui.allocate_exact_size(vec2(22.0, 12.0), Sense::hover());
        let (left, right) = (rect.left_center(), rect.right_center());
        if is_dashed {
            ui.painter().extend(egui::Shape::dashed_line(&[left, right], Stroke::new(1.8, color), 5.0, 3.5));
        } else {
            ui.painter().line_segment([left, right], Stroke::new(1.8, color));
        }
        ui.painter().circle_filled(rect.center(), 2.6, color);
        ui.add_space(space::S);
    }
}

/// The part of the plane that is shown while nothing is zoomed.
fn whole_bounds(quantity: Quantity, history: Option<&History>, epochs: usize, with_steps: bool) -> PlotBounds {
    let epochs = epochs.max(1) as f64;
    let (bottom, top) = match quantity {
        Quantity::Accuracy => {
            let bottom = history.map_or(0.0, accuracy_bottom);
            (bottom - 0.02 * (1.0 - bottom), 1.0 + 0.04 * (1.0 - bottom))
        }
        Quantity::Loss => {
            let top = history.map_or(1.0, |history| loss_top(history, with_steps));
            (-0.02 * top, top)
        }
    };
    PlotBounds::from_min_max([-0.015 * epochs, bottom], [epochs * 1.02, top])
}

fn plot_ui(
    ui: &mut Ui,
    quantity: Quantity,
    run: Option<&RunView>,
    epochs: usize,
    view: &mut TrainView,
    marked: Option<usize>,
    size: egui::Vec2,
) {
    let colors = theme::colors(ui);
    let epochs = run.map_or(epochs, |run| run.config.epochs.max(run.history.epochs.len()));
    let history = run.map(|run| &run.history);
    let bounds = whole_bounds(quantity, history, epochs, view.steps);
    let is_zoomed = *zoom_slot(view, quantity);
    let (smooth, steps) = (view.smooth, view.steps);
    let response = framed_plot(quantity, colors, size).show(ui, |plot| {
        if !is_zoomed {
            plot.set_plot_bounds(bounds);
        }
        if let Some(history) = history {
            add_curves(plot, quantity, history, colors, smooth, steps);
        }
    });
    let transform = response.transform;
    let painter = ui.painter_at(*transform.frame());
    match run {
        Some(run) if !run.history.epochs.is_empty() || !run.history.steps.is_empty() => {
            mark_best(ui, &painter, quantity, run, &transform);
        }
        Some(run) if run.phase.is_running() => {
            ghost(&painter, colors, &transform, t!("The first steps are on their way…"));
        }
        Some(_) => ghost(&painter, colors, &transform, t!("This run ended before its first epoch was whole.")),
        None => {
            let text = match quantity {
                Quantity::Loss => t!("How wrong it is: falls while it learns"),
                Quantity::Accuracy => t!("How often it is right: rises while it learns"),
            };
            ghost(&painter, colors, &transform, text);
        }
    }
    let plot = response.response;
    plot.widget_info(|| WidgetInfo::labeled(Role::Image, true, describe(quantity, history)));
    zoom(ui, &plot, zoom_slot(view, quantity));
    let Some(history) = history else { return };
    if let Some(at) = plot.hover_pos()
        && let Some(record) = nearest_epoch(history, transform.value_from_position(at).x)
    {
        view.hovered_epoch = Some(record.epoch);
        let record = record.clone();
        plot.on_hover_ui_at_pointer(|ui| epoch_tip_ui(ui, &record));
    }
    if let Some(record) = history.epochs.iter().find(|record| Some(record.epoch) == marked) {
        mark_epoch(&painter, quantity, record, colors, &transform);
    }
}

/// The empty chart: axes, grid, nothing that catches the wheel.
fn framed_plot<'a>(quantity: Quantity, colors: &Colors, size: egui::Vec2) -> Plot<'a> {
    let ticks = |axis: AxisHints<'a>| {
        axis.tick_label_font(theme::tabular(theme::size::CAPTION))
            .tick_label_color(colors.text_weak)
            .label_spacing(12.0..=18.0)
    };
    let (width, height) = (f64::from(size.x), f64::from(size.y));
    let x_axis = ticks(AxisHints::new_x())
        .formatter(|mark, _| if mark.value >= 0.0 { format!("{:.0}", mark.value) } else { String::new() })
        .label(RichText::new(t!("epochs")).font(theme::caption()).color(colors.text_weak));
    let y_axis = ticks(AxisHints::new_y()).min_thickness(42.0).formatter(move |mark, _| match quantity {
        _ if mark.value < -1e-9 => String::new(),
        Quantity::Accuracy if mark.value > 1.0 + 1e-9 => String::new(),
        Quantity::Accuracy => t!("{n} %", n = words::rate(round_to(mark.value * 100.0, 1e-6))),
        Quantity::Loss => words::rate(round_to(mark.value, mark.step_size * 1e-3)),
    });
    Plot::new(("train_chart", quantity == Quantity::Loss))
        .width(size.x)
        .height(size.y)
        .allow_scroll(false)
        .allow_zoom(false)
        .allow_drag(false)
        .allow_axis_zoom_drag(false)
        .allow_double_click_reset(false)
        .boxed_zoom_pointer_button(egui::PointerButton::Primary)
        .show_x(false)
        .show_y(false)
        .show_background(false)
        .grid_color(colors.stroke)
        .grid_spacing(8.0..=24.0)
        .custom_x_axes(vec![x_axis])
        .custom_y_axes(vec![y_axis])
        .x_grid_spacer(move |input| marks(input.bounds, nice_step(input.bounds.1 - input.bounds.0, width, 42.0, true)))
        .y_grid_spacer(move |input| {
            marks(input.bounds, nice_step(input.bounds.1 - input.bounds.0, height, 34.0, false))
        })
}

fn round_to(value: f64, unit: f64) -> f64 {
    if unit > 0.0 { (value / unit).round() * unit } else { value }
}

fn marks((low, high): (f64, f64), step: f64) -> Vec<GridMark> {
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    (first..=last.min(first + 200)).map(|index| GridMark { value: index as f64 * step, step_size: step }).collect()
}

fn add_curves(
    plot: &mut egui_plot::PlotUi<'_>,
    quantity: Quantity,
    history: &History,
    colors: &Colors,
    smooth: bool,
    steps: bool,
) {
    if steps || history.epochs.is_empty() {
        let mut points = step_points(history, quantity);
        if smooth {
            points = smoothed(&points, SMOOTH_STEPS);
        }
        // A batch of four has wild losses: hundreds of them side by side must not outshine the epochs.
        let faint = if quantity == Quantity::Loss && !smooth { 0.2 } else { 0.38 };
        let mut add = |points: Vec<[f64; 2]>| {
            plot.line(Line::new("steps", points).color(colors.train.gamma_multiply(faint)).width(1.0));
        };
        match quantity {
            Quantity::Loss => add(points),
            Quantity::Accuracy => by_epoch(&points).for_each(|points| add(points.to_vec())),
        }
    }
    let curves: [(&str, Vec<[f64; 2]>, Color32, LineStyle); 2] = [
        ("training", epoch_points(history, |record| quantity.train(record)), colors.train, LineStyle::Solid),
        (
            "validation",
            epoch_points(history, |record| quantity.val(record)),
            colors.val,
            LineStyle::Dashed { length: 6.0 },
        ),
    ];
    for (name, points, color, style) in curves {
        let line = if smooth { smoothed(&points, SMOOTH_EPOCHS) } else { points.clone() };
        plot.line(Line::new(name, line).color(color).width(1.8).style(style));
        let dots = format!("{name} dots");
        plot.points(Points::new(dots, points).color(color).radius(2.6).shape(MarkerShape::Circle).filled(true));
    }
}

/// A star at the best epoch, and in the accuracy chart what it reached.
fn mark_best(ui: &Ui, painter: &egui::Painter, quantity: Quantity, run: &RunView, transform: &PlotTransform) {
    let colors = theme::colors(ui);
    let Some(best) = run.best() else { return };
    let value = quantity.val(best);
    if !value.is_finite() {
        return;
    }
    let at = transform.position_from_point(&PlotPoint::new(best.epoch as f64, value));
    let star = icons::ICON_STAR.codepoint;
    // A rim of the card's colour sets the star off from the curves.
    painter.text(at, Align2::CENTER_CENTER, star, egui::FontId::proportional(theme::icon::L + 4.0), colors.card);
    painter.text(at, Align2::CENTER_CENTER, star, egui::FontId::proportional(theme::icon::L), colors.accent);
    if quantity == Quantity::Accuracy {
        let text = t!("best {acc}, epoch {epoch}", acc = words::accuracy(best.val_acc), epoch = best.epoch);
        let galley = painter.layout_no_wrap(text, theme::strong(theme::size::SMALL), colors.text);
        let frame = transform.frame().shrink(4.0);
        let rect = beside(at, galley.size() + vec2(12.0, 6.0), frame);
        painter.rect(
            rect,
            4.0,
            colors.card.gamma_multiply(0.92),
            Stroke::new(1.0, colors.accent),
            egui::StrokeKind::Inside,
        );
        painter.galley(rect.min + vec2(6.0, 3.0), galley, colors.text);
    }
}

/// Where a label of this size goes: below its point and on from there, where curves seldom run, and within the frame.
fn beside(at: Pos2, size: egui::Vec2, frame: Rect) -> Rect {
    let below = at.y + 14.0;
    let top = if below + size.y <= frame.bottom() { below } else { at.y - 14.0 - size.y };
    let left = (at.x - 10.0).clamp(frame.left(), (frame.right() - size.x).max(frame.left()));
    Rect::from_min_size(pos2(left, top), size)
}

fn ghost(painter: &egui::Painter, colors: &Colors, transform: &PlotTransform, text: &str) {
    let frame = transform.frame();
    let galley = painter.layout(text.to_owned(), theme::body(), colors.text_weak, frame.width() - 32.0);
    let rect = Align2::CENTER_CENTER.anchor_size(frame.center(), galley.size());
    painter.rect_filled(rect.expand2(vec2(10.0, 6.0)), 6.0, colors.card);
    painter.galley(rect.min, galley, colors.text_weak);
}

fn nearest_epoch(history: &History, x: f64) -> Option<&EpochRecord> {
    history.epochs.iter().min_by(|a, b| (a.epoch as f64 - x).abs().total_cmp(&(b.epoch as f64 - x).abs()))
}

/// A line through the epoch under the pointer, and its two dots larger.
fn mark_epoch(
    painter: &egui::Painter,
    quantity: Quantity,
    record: &EpochRecord,
    colors: &Colors,
    transform: &PlotTransform,
) {
    let frame = transform.frame();
    let x = transform.position_from_point_x(record.epoch as f64);
    painter.vline(x, frame.y_range(), Stroke::new(1.0, colors.text_weak.gamma_multiply(0.5)));
    for (value, color) in [(quantity.train(record), colors.train), (quantity.val(record), colors.val)] {
        if value.is_finite() {
            let at = transform.position_from_point(&PlotPoint::new(record.epoch as f64, value));
            painter.circle(at, 4.5, color, Stroke::new(1.5, colors.card));
        }
    }
}

fn epoch_tip_ui(ui: &mut Ui, record: &EpochRecord) {
    let colors = theme::colors(ui);
    ui.label(RichText::new(t!("Epoch {n}", n = record.epoch)).font(theme::strong(theme::size::BODY)));
    egui::Grid::new("epoch_tip").num_columns(3).spacing(vec2(space::M, 2.0)).show(ui, |ui| {
        let figure = |text: String| RichText::new(text).font(theme::tabular(theme::size::SMALL));
        let weak = |text: &str| RichText::new(text).size(theme::size::SMALL).color(colors.text_weak);
        ui.label(weak(""));
        ui.label(weak(t!("loss")));
        ui.label(weak(t!("accuracy")));
        ui.end_row();
        ui.label(RichText::new(t!("training")).size(theme::size::SMALL).color(colors.train));
        ui.label(figure(words::loss(record.train_loss)));
        ui.label(figure(words::accuracy(record.train_acc)));
        ui.end_row();
        ui.label(RichText::new(t!("validation")).size(theme::size::SMALL).color(colors.val));
        ui.label(figure(words::loss(record.val_loss)));
        ui.label(figure(words::accuracy(record.val_acc)));
        ui.end_row();
    });
    let rest = format!("{} {} · {}", t!("learning rate"), words::rate(record.lr), widgets::duration(record.seconds));
    ui.label(RichText::new(rest).size(theme::size::SMALL).color(colors.text_weak));
}

/// Keeps account of whether a frame was drawn or a double click undid it.
fn zoom(ui: &Ui, plot: &egui::Response, zoomed: &mut bool) {
    let origin: Id = plot.id.with("zoom_origin");
    if plot.drag_started_by(egui::PointerButton::Primary)
        && let Some(at) = ui.input(|input| input.pointer.press_origin())
    {
        ui.data_mut(|data| data.insert_temp(origin, at));
    }
    if plot.drag_stopped_by(egui::PointerButton::Primary)
        && let Some(from) = ui.data_mut(|data| data.remove_temp::<Pos2>(origin))
        && let Some(to) = plot.interact_pointer_pos().or_else(|| plot.hover_pos())
    {
        let moved = (to - from).abs();
        *zoomed = *zoomed || (moved.x > LEAST_ZOOM_POINTS && moved.y > LEAST_ZOOM_POINTS);
    }
    if plot.double_clicked() {
        *zoomed = false;
    }
}

/// The chart in words, for those who do not see it.
fn describe(quantity: Quantity, history: Option<&History>) -> String {
    let name = match quantity {
        Quantity::Loss => t!("Loss chart"),
        Quantity::Accuracy => t!("Accuracy chart"),
    };
    match history.and_then(|history| history.epochs.last()) {
        Some(last) => t!(
            "{name}: epoch {epoch}, training {train}, validation {val}",
            name = name,
            epoch = last.epoch,
            train = words::loss(quantity.train(last)),
            val = words::loss(quantity.val(last))
        ),
        None => t!("{name}: nothing yet", name = name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_of_the_best_epoch_stays_within_the_chart() {
        let frame = Rect::from_min_max(pos2(0.0, 0.0), pos2(200.0, 100.0));
        for at in [pos2(0.0, 0.0), pos2(200.0, 0.0), pos2(200.0, 100.0), pos2(5.0, 95.0)] {
            let rect = beside(at, vec2(110.0, 20.0), frame);
            assert!(frame.contains_rect(rect), "{at:?}: {rect:?}");
        }
    }

    #[test]
    fn marks_are_multiples_of_the_step_within_the_bounds() {
        let values: Vec<_> = marks((-0.4, 25.5), 5.0).iter().map(|mark| mark.value).collect();
        assert_eq!(values, [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]);
    }
}
