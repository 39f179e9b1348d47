//! What is shown instead of everything else after a fault: what happened, what is saved, where the report is.

use egui::{Align, CentralPanel, Frame, Label, Layout, RichText, Ui, ViewportCommand, vec2};
use egui_material_icons::icons;

use super::theme::{self, space};
use super::widgets;
use crate::app::state::Fault;
use crate::lang::t;

/// Width of the words in points.
const WIDTH: f32 = 560.0;

/// Draws the page.
pub fn fault_ui(ui: &mut Ui, fault: &Fault) {
    let colors = theme::colors(ui);
    CentralPanel::default().frame(Frame::new().fill(colors.window)).show(ui, |ui| {
        let height = 300.0_f32.min(ui.available_height());
        let block = egui::Rect::from_center_size(ui.max_rect().center(), vec2(WIDTH.min(ui.available_width()), height));
        let builder = egui::UiBuilder::new().max_rect(block).layout(Layout::top_down(Align::Min));
        ui.scope_builder(builder, |ui| words_ui(ui, fault));
    });
}

fn words_ui(ui: &mut Ui, fault: &Fault) {
    let colors = theme::colors(ui);
    ui.spacing_mut().item_spacing.y = space::M;
    ui.horizontal(|ui| {
        ui.label(RichText::new(icons::ICON_ERROR.codepoint).size(theme::icon::XL).color(colors.bad));
        ui.label(RichText::new(t!("Imago has a fault and had to stop")).font(theme::title()));
    });
    let saved = if fault.saved {
        t!(
            "Your labels and settings are saved, and a training that ran was stopped: it can be continued from its last finished \
         epoch. Nothing of your pictures was changed."
        )
    } else {
        t!(
            "Labels that were given before the last moments are saved, and a training that ran can be continued from its last \
         finished epoch. Nothing of your pictures was changed."
        )
    };
    ui.add(Label::new(saved).wrap());
    ui.add(Label::new(RichText::new(t!("What happened: {what}", what = fault.text)).color(colors.text_weak)).wrap());
    if let Some(report) = &fault.report {
        let text = t!("A report with the version and the place of the fault, and nothing of your pictures, is in");
        ui.add(Label::new(text).wrap());
        ui.add(Label::new(RichText::new(report.display().to_string()).font(theme::strong(theme::size::BODY))).wrap());
    }
    ui.add_space(space::S);
    ui.horizontal(|ui| {
        if widgets::primary_button(ui, t!("Close Imago"), true).clicked() {
            ui.ctx().send_viewport_cmd(ViewportCommand::Close);
        }
        if let Some(report) = &fault.report
            && ui.button(t!("Copy the report’s place")).clicked()
        {
            ui.ctx().copy_text(report.display().to_string());
        }
    });
}
