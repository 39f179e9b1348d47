//! The probabilities of a prediction as bars, in the classes' colours.

use egui::{Align, Layout, RichText, Ui, vec2};

use super::{elided_label, legend_dot, probability_bar};
use crate::predict::Prediction;
use crate::ui::theme;

/// One line for each of the `most` likeliest classes: colour, name, figure, bar.
pub fn probabilities_ui(ui: &mut Ui, classes: &[String], prediction: &Prediction, most: usize) {
    let colors = theme::colors(ui);
    ui.spacing_mut().item_spacing.y = 3.0;
    for (rank, (class, probability)) in prediction.ranked().into_iter().take(most).enumerate() {
        let name = classes.get(class).map_or("?", String::as_str);
        let color = theme::class_color_of(name, class);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            legend_dot(ui, color);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let figure = RichText::new(format!("{probability:.3}")).font(theme::tabular(theme::size::BODY));
                ui.add_sized(vec2(40.0, 18.0), egui::Label::new(figure).selectable(false));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let font = if rank == 0 { theme::strong(theme::size::BODY) } else { theme::body() };
                    elided_label(ui, name, font, colors.text);
                });
            });
        });
        probability_bar(ui, probability, color, 6.0);
        ui.add_space(2.0);
    }
}
