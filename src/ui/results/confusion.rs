//! The figures of a run: accuracy with its interval, the confusion matrix, precision, recall and F1 of each class.

use std::collections::HashMap;
use std::ffi::OsStr;

use egui::{
    Align, Align2, Color32, Grid, Layout, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

use crate::app::state::{Judged, State, Verdict};
use crate::lang::{self, t, tn};
use crate::predict::{Evaluation, ImageOutcome};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws the accuracy, large, with what it is worth.
pub fn figures_ui(ui: &mut Ui, state: &mut State, judged: &Judged) {
    let colors = theme::colors(ui);
    let evaluation = &judged.evaluation;
    let readable: usize = evaluation.confusion.iter().flatten().sum();
    ui.horizontal(|ui| {
        ui.label(RichText::new(format!("{:.3}", evaluation.accuracy)).font(theme::display()));
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            ui.add_space(3.0);
            ui.label(RichText::new(t!("accuracy on {n} {split} pictures", n = readable, split = lang::text(judged.split.name()))).strong());
            let (low, high) = evaluation.accuracy_interval;
            let points = 100.0 / readable.max(1) as f64;
            let text = t!(
                "95 %: {low:.3} to {high:.3} · one picture = {points:.2} points",
                low = low,
                high = high,
                points = points
            );
            ui.horizontal(|ui| {
                ui.label(RichText::new(text).font(theme::caption()).color(colors.text_weak));
                widgets::hint(
                    ui,
                    t!("the interval"),
                    t!("Wilson's interval: with so few pictures the true accuracy may well lie anywhere in it. The best epoch \
                     was chosen on the validation pictures, so their score is slightly optimistic."),
                );
            });
        });
    });
    if let Some(other) = state.results.compared_judged.clone() {
        compared_ui(ui, state, judged, &other);
    }
}

fn compared_ui(ui: &mut Ui, state: &mut State, judged: &Judged, other: &Judged) {
    let colors = theme::colors(ui);
    let title =
        state.results.runs.iter().find(|run| run.dir == other.dir).map_or(t!("other run"), |run| run.title.as_str());
    let both = Common::of(&judged.evaluation, &other.evaluation);
    let difference = both.difference();
    let (color, sign) = if difference >= 0.0 { (colors.good, "+") } else { (colors.bad, "−") };
    widgets::card(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.label(
                RichText::new(format!("{:.3}", other.evaluation.accuracy)).font(theme::tabular(theme::size::BODY)),
            );
            widgets::elided_label(ui, title, theme::body(), colors.text_weak);
        });
        let text = t!("{sign}{difference:.3} here", sign = sign, difference = difference.abs());
        ui.label(RichText::new(text).font(theme::strong(theme::size::BODY)).color(color));
        if !both.is_all {
            widgets::weak_ui(ui, &tn!(both.count, "on {n} picture that both judge", "on {n} pictures that both judge"));
        }
        ui.label(t!(
            "{here} right only here, {there} right only there",
            here = both.only_here,
            there = both.only_there
        ));
        if ui.button(t!("Stop comparing")).clicked() {
            state.results.compared = None;
            state.results.compared_judged = None;
        }
    });
}

/// Two runs on the pictures that both were judged on: a run that kept another share for validation is judged on other pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Common {
    /// How many pictures both judged.
    count: usize,
    /// Whether these are all pictures of both.
    is_all: bool,
    /// Pictures that only the first is right on.
    only_here: usize,
    /// Pictures that only the second is right on.
    only_there: usize,
}

impl Common {
    fn of(here: &Evaluation, there: &Evaluation) -> Self {
        let (a, b) = (&here.outcomes, &there.outcomes);
        // In each frame: usually they are the same pictures in the same order, which is quickly seen.
        let is_all = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.path.as_os_str() == b.path.as_os_str());
        let pairs: Vec<(&ImageOutcome, &ImageOutcome)> = if is_all {
            a.iter().zip(b).collect()
        } else {
            let others: HashMap<&OsStr, &ImageOutcome> =
                b.iter().map(|outcome| (outcome.path.as_os_str(), outcome)).collect();
            a.iter().filter_map(|outcome| Some((outcome, *others.get(outcome.path.as_os_str())?))).collect()
        };
        let judged = pairs.into_iter().filter_map(|(here, there)| Some((here.is_right()?, there.is_right()?)));
        let mut common = Self { count: 0, is_all, only_here: 0, only_there: 0 };
        for (here, there) in judged {
            common.count += 1;
            common.only_here += usize::from(here && !there);
            common.only_there += usize::from(there && !here);
        }
        common
    }

    /// By how much the first is right more often.
    fn difference(self) -> f64 {
        (self.only_here as f64 - self.only_there as f64) / self.count.max(1) as f64
    }
}

/// Draws the confusion matrix. A click on a cell shows its pictures; a second click all again.
pub fn confusion_ui(ui: &mut Ui, state: &mut State, evaluation: &Evaluation) {
    let colors = theme::colors(ui);
    ui.horizontal(|ui| {
        widgets::section_label(ui, t!("Confusion matrix"));
        widgets::hint(
            ui,
            t!("a confusion matrix"),
            t!("Rows are true classes, columns predicted ones; the diagonal is right. Click a cell to see its pictures."),
        );
    });
    let count = evaluation.classes.len();
    let label_width = 104.0;
    let cell = ((ui.available_width() - label_width - 8.0) / count.max(1) as f32 - 4.0).clamp(34.0, 84.0);
    let largest = evaluation.confusion.iter().flatten().copied().max().unwrap_or(1).max(1);
    ScrollArea::horizontal().id_salt("confusion_scroll").show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
        ui.horizontal(|ui| {
            corner_ui(ui, label_width);
            for (index, class) in evaluation.classes.iter().enumerate() {
                let (rect, response) = ui.allocate_exact_size(vec2(cell, 30.0), Sense::hover());
                let shown = widgets::elide_middle(ui, class, &theme::caption(), cell);
                ui.painter().text(rect.center_top(), Align2::CENTER_TOP, shown, theme::caption(), colors.text_weak);
                let mark = egui::Rect::from_center_size(rect.center_bottom() - vec2(0.0, 6.0), vec2(cell - 8.0, 3.0));
                theme::paint_mark(ui, mark, 1.5, theme::class_color_of(class, index));
                response.on_hover_text(t!("predicted as {class}", class = class));
            }
        });
        for (truth, row) in evaluation.confusion.iter().enumerate() {
            ui.horizontal(|ui| {
                let class = evaluation.classes.get(truth).map_or("", String::as_str);
                row_label_ui(ui, truth, class, label_width, cell.min(56.0));
                for (predicted, value) in row.iter().enumerate() {
                    let name = evaluation.classes.get(predicted).map_or("", String::as_str);
                    let text = t!("{n} {class} predicted as {name}", n = value, class = class, name = name);
                    let selected = state.results.cell == Some((truth, predicted));
                    let share = *value as f32 / largest as f32;
                    if cell_ui(ui, vec2(cell, cell.min(56.0)), *value, share, truth == predicted, selected, &text) {
                        state.results.cell = if selected { None } else { Some((truth, predicted)) };
                        state.results.selected = None;
                        if !selected {
                            state.results.verdict = if truth == predicted { Verdict::Right } else { Verdict::Wrong };
                        }
                    }
                }
            });
        }
    });
}

fn corner_ui(ui: &mut Ui, width: f32) {
    let colors = theme::colors(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 30.0), Sense::hover());
    ui.painter().text(
        rect.left_bottom(),
        Align2::LEFT_BOTTOM,
        t!("true ↓   predicted →"),
        theme::caption(),
        colors.text_weak,
    );
}

fn row_label_ui(ui: &mut Ui, class: usize, name: &str, width: f32, height: f32) {
    let colors = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let dot = egui::Rect::from_center_size(rect.left_center() + vec2(5.0, 0.0), vec2(10.0, 10.0));
    theme::paint_mark(ui, dot, 3.0, theme::class_color_of(name, class));
    let shown = widgets::elide_middle(ui, name, &theme::body(), width - 18.0);
    ui.painter().text(rect.left_center() + vec2(16.0, 0.0), Align2::LEFT_CENTER, shown, theme::body(), colors.text);
    response.on_hover_text(name);
}

fn cell_ui(ui: &mut Ui, size: egui::Vec2, value: usize, share: f32, right: bool, selected: bool, name: &str) -> bool {
    let colors = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, name));
    let base = if right { colors.good } else { colors.bad };
    // The tint stays faint enough for the figure on it to be read in either theme.
    let tint = if value == 0 { colors.card } else { blend(colors.card, base, 0.12 + 0.26 * share) };
    ui.painter().rect_filled(rect, theme::RADIUS, tint);
    let stroke = if selected {
        Stroke::new(2.0, colors.accent)
    } else if response.hovered() || response.has_focus() {
        Stroke::new(1.5, colors.text_weak)
    } else {
        Stroke::new(1.0, colors.stroke)
    };
    ui.painter().rect_stroke(rect, theme::RADIUS, stroke, StrokeKind::Inside);
    let color = if value == 0 { colors.text_weak } else { colors.text };
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        value.to_string(),
        theme::tabular(theme::size::FIGURE),
        color,
    );
    response.on_hover_text(name).clicked()
}

fn blend(below: Color32, above: Color32, share: f32) -> Color32 {
    let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
    Color32::from_rgb(mix(below.r(), above.r()), mix(below.g(), above.g()), mix(below.b(), above.b()))
}

/// Draws precision, recall and F1 of each class.
pub fn classes_ui(ui: &mut Ui, evaluation: &Evaluation) {
    let colors = theme::colors(ui);
    ui.horizontal(|ui| {
        widgets::section_label(ui, t!("By class"));
        widgets::hint(
            ui,
            t!("precision, recall and F1"),
            t!("Precision: of the pictures predicted as this class, the share that is. Recall: of the pictures that are this class, \
             the share that was found; F1 is high only where both are."),
        );
    });
    ui.add_space(space::XS);
    let figure = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    Grid::new("by_class").num_columns(5).striped(true).spacing(vec2(space::M, 6.0)).min_col_width(44.0).show(
        ui,
        |ui| {
            for (head, explanation) in [
                (t!("class"), t!("The true class.")),
                (t!("precision"), t!("Of those predicted as this class, the share that is.")),
                (t!("recall"), t!("Of those that are this class, the share that was found.")),
                (t!("F1"), t!("Harmonic mean of precision and recall.")),
                (t!("pictures"), t!("How many there are of this class.")),
            ] {
                ui.label(RichText::new(head).font(theme::caption()).color(colors.text_weak)).on_hover_text(explanation);
            }
            ui.end_row();
            for (index, class) in evaluation.per_class.iter().enumerate() {
                ui.horizontal(|ui| {
                    widgets::legend_dot(ui, theme::class_color_of(&class.class, index));
                    let shown = widgets::elide_middle(ui, &class.class, &theme::body(), 80.0);
                    ui.label(shown).on_hover_text(&class.class);
                });
                let figures =
                    [figure(class.precision), figure(class.recall), figure(class.f1), class.support.to_string()];
                for text in figures {
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        ui.label(RichText::new(text).font(theme::tabular(theme::size::BODY)));
                    });
                }
                ui.end_row();
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predict::Prediction;

    /// Pictures of the first of two classes, each judged right or wrong.
    fn judged(pictures: &[(&str, bool)]) -> Evaluation {
        let outcome = |(name, is_right): &(&str, bool)| {
            let probabilities = if *is_right { vec![0.9, 0.1] } else { vec![0.1, 0.9] };
            let result = Ok(Prediction { probabilities, millis: 1.0 });
            ImageOutcome { path: name.into(), truth: Some(0), result }
        };
        Evaluation {
            classes: vec!["ants".to_owned(), "bees".to_owned()],
            outcomes: pictures.iter().map(outcome).collect(),
            confusion: vec![vec![0; 2]; 2],
            loss: 0.0,
            accuracy: 0.0,
            accuracy_interval: (0.0, 1.0),
            per_class: Vec::new(),
        }
    }

    #[test]
    fn runs_are_compared_picture_by_picture_also_where_they_were_judged_on_others() {
        let here = judged(&[("a", true), ("b", false), ("c", true)]);
        let same = Common::of(&here, &judged(&[("a", false), ("b", false), ("c", true)]));
        assert_eq!(same, Common { count: 3, is_all: true, only_here: 1, only_there: 0 });
        assert!((same.difference() - 1.0 / 3.0).abs() < 1e-12);
        let others = Common::of(&here, &judged(&[("b", true), ("c", false), ("d", false)]));
        assert_eq!(others, Common { count: 2, is_all: false, only_here: 1, only_there: 1 });
        assert_eq!((others.difference(), Common::of(&here, &judged(&[])).difference()), (0.0, 0.0));
    }
}
