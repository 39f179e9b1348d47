//! The card below the steps: whether, and how, the pictures of a batch are mixed.

use egui::{Frame, Label, Margin, RichText, Stroke, Ui, vec2};

use super::params;
use super::step_card::example_ui;
use crate::app::state::{AugmentState, MIX_CARD};
use crate::lang::{self, key, t};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Name of the switch.
const NAME: &str = key!("Mix pictures");

/// Draws the card; training takes `batch_size` pictures at a time. Returns whether something was changed.
pub(super) fn mix_card_ui(ui: &mut Ui, state: &mut AugmentState, batch_size: usize) -> bool {
    let colors = theme::colors(ui);
    let mut on = state.pipeline.batch.is_some();
    // Loaded, or undone, elsewhere.
    state.mix = state.pipeline.batch.unwrap_or(state.mix);
    let mut changed = false;
    let frame = Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.stroke))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin { left: 12, right: 12, top: 4, bottom: if on { 10 } else { 4 } });
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(space::XS, space::XS);
        ui.horizontal(|ui| {
            ui.set_height(40.0);
            let switch = widgets::switch_ui(ui, &mut on, lang::text(NAME));
            changed |=
                switch.on_hover_text(t!("Pictures of a batch are mixed two by two, and so are their labels")).changed();
            ui.add_space(space::S);
            let title = lang::text(if on { state.mix.mix.title() } else { NAME });
            let color = if on { colors.text } else { colors.text_weak };
            ui.add(
                Label::new(RichText::new(title).font(theme::strong(theme::size::BODY)).color(color)).selectable(false),
            );
        });
        if !on {
            return;
        }
        let explanation =
            RichText::new(lang::text(state.mix.mix.explain())).size(theme::size::SMALL).color(colors.text_weak);
        ui.add(Label::new(explanation).wrap().selectable(false));
        let is_alone = batch_size < 2;
        if is_alone {
            let text = t!("A batch of one picture has nothing to be mixed with: choose a larger batch size in Train.");
            ui.add_space(space::XS);
            ui.add(Label::new(RichText::new(text).font(theme::body()).color(colors.accent)).wrap().selectable(false));
        } else if let Some(example) = state.examples.get(&MIX_CARD) {
            let name = t!("Example: the marked picture, and mixed with another");
            let about = t!("The marked picture, and a few mixtures with the one before it in its batch.");
            ui.add_space(space::XS);
            example_ui(ui, Some(example), (name, about));
        }
        changed |= ui.push_id("mix", |ui| params::params_ui(ui, &mut state.mix)).inner;
        if is_alone {
            return;
        }
        let counting =
            t!("Each tile shows both labels. Training counts an answer as right when it names the larger share.");
        ui.add_space(space::XS);
        ui.add(
            Label::new(RichText::new(counting).font(theme::caption()).color(colors.text_weak)).wrap().selectable(false),
        );
    });
    if changed {
        state.pipeline.batch = on.then_some(state.mix);
    }
    changed
}
