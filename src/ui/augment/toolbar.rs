//! The line above the grid: how many tiles, other random numbers, which epoch, originals.

use egui::{Button, ComboBox, DragValue, Label, RichText, Ui, vec2};
use egui_material_icons::icons;

use super::{changed, params};
use crate::app::command::{AugmentCommand, Command, Commands, UiCommand};
use crate::app::state::{AugmentState, Coverage, State, TILE_COUNTS};
use crate::lang::{t, tn};
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws the line above the grid and the sentence below it.
pub(super) fn toolbar_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        // As high as its highest control from the start, so that all of them are on one line.
        ui.set_min_height(theme::PRIMARY_HEIGHT);
        let wide = ui.available_width() > 720.0;
        is_changed(commands, tiles_ui(ui, &mut state.augment, wide));
        let reroll = Button::new(format!("{}  {}", icons::ICON_CASINO.codepoint, t!("Reroll")));
        let reroll = ui.add_enabled(UiCommand::Reroll.is_enabled(state), reroll);
        params::name(ui, &reroll, t!("Reroll"));
        let tooltip = t!("The same pictures with other random numbers (R). Training is not changed by it.");
        if reroll.on_hover_text(tooltip).clicked() {
            commands.ui(UiCommand::Reroll);
        }
        epoch_ui(ui, state, commands);
        seed_ui(ui, state, commands);
        widgets::hint(
            ui,
            t!("epoch and seed"),
            t!(
                "Each epoch shuffles the pictures and alters them anew: here you see what that epoch of the training will see. The \
                 seed is where all random numbers start from, here and in training."
            ),
        );
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let label = ui.add(Label::new(t!("Originals")).selectable(false).sense(egui::Sense::click()));
            let label =
                label.on_hover_text(t!("Each picture beside its original, with what was kept outlined. Or hold O."));
            widgets::switch_ui(ui, &mut state.augment.originals, t!("Originals"));
            if label.clicked() {
                state.augment.originals = !state.augment.originals;
            }
        });
    });
    ui.horizontal(|ui| {
        ui.set_height(22.0);
        ui.spacing_mut().interact_size.y = 22.0;
        ui.spacing_mut().button_padding.y = 1.0;
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if let Some(coverage) = &state.augment.coverage {
                factor_ui(ui, state, coverage);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| sentence_ui(ui, state, commands));
        });
    });
}

fn is_changed(commands: &mut Commands, yes: bool) {
    if yes {
        changed(commands);
    }
}

fn tiles_ui(ui: &mut Ui, state: &mut AugmentState, wide: bool) -> bool {
    let before = state.tile_count;
    if wide {
        let names = TILE_COUNTS.map(|count| (count, count.to_string()));
        let choices: Vec<(usize, &str)> = names.iter().map(|(count, name)| (*count, name.as_str())).collect();
        let colors = theme::colors(ui);
        ui.add(Label::new(RichText::new(t!("Tiles")).color(colors.text_weak)).selectable(false));
        widgets::segmented(ui, &mut state.tile_count, &choices);
    } else {
        let text = tn!(state.tile_count, "{n} tile", "{n} tiles");
        let combo = ComboBox::from_id_salt("augment-tiles").width(84.0).selected_text(text).show_ui(ui, |ui| {
            for count in TILE_COUNTS {
                ui.selectable_value(&mut state.tile_count, count, tn!(count, "{n} tile", "{n} tiles"));
            }
        });
        params::name(ui, &combo.response, t!("Tiles"));
    }
    state.tile_count != before
}

fn epoch_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let last = state.train.config.epochs.max(1);
    let epoch = &mut state.augment.epoch;
    let before = *epoch;
    *epoch = (*epoch).clamp(1, last);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.add_enabled_ui(*epoch > 1, |ui| {
            if widgets::icon_button(ui, icons::ICON_CHEVRON_LEFT.codepoint, t!("Earlier epoch"), false).clicked() {
                *epoch -= 1;
            }
        });
        let value = DragValue::new(epoch).range(1..=last).speed(0.1).prefix(t!("epoch "));
        let response = ui.add_sized(vec2(74.0, theme::CONTROL_HEIGHT), value);
        params::name(ui, &response, t!("Epoch"));
        response.on_hover_text(t!("See what this epoch of the training will see: each one shuffles and draws anew."));
        ui.add_enabled_ui(*epoch < last, |ui| {
            if widgets::icon_button(ui, icons::ICON_CHEVRON_RIGHT.codepoint, t!("Later epoch"), false).clicked() {
                *epoch += 1;
            }
        });
    });
    is_changed(commands, *epoch != before);
}

fn seed_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let seed = &mut state.train.config.seed;
    let value = DragValue::new(seed).speed(0.05).prefix(t!("seed "));
    let response = ui.add_sized(vec2(70.0, theme::CONTROL_HEIGHT), value);
    params::name(ui, &response, t!("Seed"));
    is_changed(commands, response.changed());
    response
        .on_hover_text(t!("The seed of the training: the same seed gives the same run, and the same pictures here."));
}

/// What is seen: exactly what training will see, or another draw.
fn sentence_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let augment = &state.augment;
    let small = |text: String| RichText::new(text).size(theme::size::SMALL).color(colors.text_weak);
    if augment.reroll == 0 {
        let shown = augment.tiles.len();
        let batches = shown.div_ceil(state.train.config.batch_size.max(1));
        let batches = tn!(batches, "the first batch", "the first {n} batches");
        let sentence = t!(
            "What epoch {epoch} will see: {batches}, {shown} of {all} pictures",
            epoch = augment.epoch,
            batches = batches,
            shown = shown,
            all = augment.pictures_in_epoch
        );
        let response = ui.add(Label::new(small(sentence)).truncate().selectable(false));
        let mut tooltip = t!("The order and the random numbers are those of the training with this seed.").to_owned();
        if let Some(milliseconds) = augment.refresh_ms {
            let took = t!(" The last change took {time:.0} ms for all tiles.", time = milliseconds);
            tooltip += &took;
        }
        response.on_hover_text(tooltip);
        return;
    }
    let seed = state.train.config.seed.wrapping_add(augment.reroll);
    let times = tn!(
        usize::try_from(augment.reroll).unwrap_or(usize::MAX),
        "Rerolled once: seed {seed}, not training's.",
        "Rerolled {n} times: seed {seed}, not training's.",
        seed = seed
    );
    ui.add(Label::new(small(times)).truncate().selectable(false));
    let link = |text: &str| Button::new(RichText::new(text).size(theme::size::SMALL).color(colors.accent)).frame(false);
    let pin = ui.add(link(&t!("Train with seed {seed}", seed = seed)));
    let about = t!("Training then makes just these versions of the pictures. Their order is another one, too.");
    if pin.on_hover_text(about).clicked() {
        commands.push(Command::Augment(AugmentCommand::TrainWithDrawn));
    }
    if ui.add(link(t!("Back to training's draw"))).clicked() {
        commands.push(Command::Augment(AugmentCommand::AsTrained));
    }
}

/// The augmentation factor: how many pictures come of one.
fn factor_ui(ui: &mut Ui, state: &State, coverage: &Coverage) {
    let colors = theme::colors(ui);
    let (short, long) = factor(coverage.versions, state.augment.pictures_in_epoch, state.train.config.epochs);
    let text = RichText::new(short).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak);
    ui.add(Label::new(text).selectable(false)).on_hover_text(long);
}

/// The factor in a few words, and in full.
fn factor(versions: Option<u64>, pictures: usize, epochs: usize) -> (String, String) {
    let seen = widgets::thousands(pictures * epochs);
    match versions {
        None => (
            t!("Factor ∞ (online)").to_owned(),
            tn!(
                epochs,
                "Nothing is written to disk: every epoch draws anew and hardly ever the same picture twice. {n} epoch \
                 sees {seen} different pictures made from {pictures}.",
                "Nothing is written to disk: every epoch draws anew and hardly ever the same picture twice. {n} epochs \
                 see {seen} different pictures made from {pictures}.",
                seen = seen,
                pictures = widgets::thousands(pictures)
            ),
        ),
        Some(1) => (
            t!("Factor {n}", n = 1),
            t!("Every epoch sees the same pictures: there is nothing random in this pipeline.").to_owned(),
        ),
        Some(versions) => (
            t!("Factor {n}", n = versions),
            tn!(
                epochs,
                "{versions} different pictures can come of one, {all} in all. {n} epoch sees {seen} of them.",
                "{versions} different pictures can come of one, {all} in all. {n} epochs see {seen} pictures, so many of \
                 them come again.",
                versions = versions,
                all = widgets::thousands(pictures.saturating_mul(usize::try_from(versions).unwrap_or(usize::MAX))),
                seen = seen
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_is_one_two_or_endless() {
        assert_eq!(factor(Some(1), 244, 25).0, "Factor 1");
        let (short, long) = factor(Some(2), 244, 25);
        assert_eq!(short, "Factor 2");
        assert!(long.contains("488 in all") && long.contains("6,100"), "{long}");
        assert!(factor(None, 244, 25).1.contains("6,100 different pictures made from 244"));
    }
}
