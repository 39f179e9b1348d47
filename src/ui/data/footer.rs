//! The line below the grid: how many pictures are shown and selected, and which keys there are.

use egui::{Align, Label, Layout, RichText, Ui};

use super::labelling;
use crate::app::state::{DataFilter, DataState, Project};
use crate::lang::{t, tn};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws the line.
pub fn footer_ui(ui: &mut Ui, project: &Project, data: &mut DataState) {
    let colors = theme::colors(ui);
    let small = |text: String| {
        Label::new(RichText::new(text).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak))
            .selectable(false)
    };
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let (shown, total) = (data.shown().len(), project.dataset.items.len());
        let text = if shown == total {
            tn!(total, "{n} picture", "{n} pictures")
        } else {
            tn!(total, "{done} of {n} picture", "{done} of {n} pictures", done = widgets::thousands(shown))
        };
        ui.add(small(text));
        if !data.filter.is_empty()
            && shown > 0
            && ui.link(RichText::new(t!("Clear filter")).size(theme::size::SMALL)).clicked()
        {
            data.filter = DataFilter::default();
        }
        let selected = data.selection.ids.len();
        if selected > 0 {
            ui.add(small("·".to_owned()));
            let text = RichText::new(t!("{n} selected", n = widgets::thousands(selected)));
            ui.add(Label::new(text.font(theme::tabular(theme::size::SMALL)).color(colors.accent)).selectable(false));
        }
        labelling::status_ui(ui, project);
        if ui.available_width() > 340.0 {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let keys = t!("1–9 label   0 clear   U unsure   X set aside   S skip   C crop");
                ui.add(
                    Label::new(RichText::new(keys).font(theme::caption()).color(colors.text_weak)).selectable(false),
                );
            });
        }
    });
}
