//! The title above the curves, and what became of the run: finished, stopped, failed.

use egui::{Checkbox, Color32, Frame, Margin, RichText, Stroke, Ui};
use egui_material_icons::icons;

use super::words;
use crate::app::command::{Command, Commands, PredictCommand, TrainCommand};
use crate::app::state::{RunPhase, RunView, State, TrainState, Workspace};
use crate::dataset::{Dataset, Split};
use crate::lang::{self, t};
use crate::train::TrainMode;
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// A line while another data set is being trained.
pub fn other_data_set_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let Some(project) = &state.project else { return };
    let Some(run) = &state.train.run else { return };
    if !run.phase.is_running() || run.dataset_root == project.dataset.root {
        return;
    }
    let is_shown = state.train.viewed.as_ref() == Some(&run.dir);
    banner(ui, theme::colors(ui).info, |ui| {
        ui.horizontal_wrapped(|ui| {
            let text = t!(
                "“{name}” goes on training in the background: epoch {epoch} of {epochs}.",
                name = run.dataset_name,
                epoch = run.current_epoch(),
                epochs = run.config.epochs
            );
            icon_ui(ui, icons::ICON_INFO.codepoint, theme::colors(ui).info);
            ui.label(text);
            if is_shown {
                if ui.button(t!("Back to “{name}”", name = project.dataset.name())).clicked() {
                    commands.push(Command::Train(TrainCommand::ShowOwnRuns));
                }
            } else if ui.button(t!("Show its curves")).clicked() {
                commands.push(Command::Train(TrainCommand::ShowRun(run.dir.clone())));
            }
            if ui.button(t!("Open that data set")).clicked() {
                commands.push(Command::OpenFolder(run.dataset_root.clone()));
            }
        });
    });
}

/// The run's name and state, and how its curves are drawn.
pub fn heading_ui(ui: &mut Ui, state: &mut State) {
    let colors = theme::colors(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(theme::CONTROL_HEIGHT);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            steps_ui(ui, &mut state.train);
            ui.checkbox(&mut state.train.view.smooth, t!("smooth"))
                .on_hover_text(t!("Average the curves over a few epochs. The dots stay where they are."));
            ui.add_space(space::S);
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let Some(run) = state.train.shown() else {
                    ui.label(RichText::new(t!("No run yet")).font(theme::title()));
                    return;
                };
                let title = words::model_title(&run.config);
                ui.add(egui::Label::new(RichText::new(title).font(theme::title())).selectable(false))
                    .on_hover_text(run.dir.display().to_string());
                phase_chip_ui(ui, &run.phase);
                let mut facts = Vec::new();
                if let Some(started) = run.started_unix_secs {
                    facts.push(widgets::ago(now_unix_secs().saturating_sub(started)));
                }
                facts.push(words::settings_line(&run.config));
                let text = facts.join(" · ");
                widgets::facts_label(ui, &text, egui::FontId::proportional(theme::size::SMALL), colors.text_weak);
            });
        });
    });
    if state.train.shown().is_none()
        && let Some(project) = &state.project
    {
        let text = what_will_happen(state, &project.dataset);
        ui.add(egui::Label::new(RichText::new(text).color(colors.text_weak)).wrap());
    }
}

/// Whether single steps are drawn. A run that was read from its folder has none.
fn steps_ui(ui: &mut Ui, train: &mut TrainState) {
    let has_steps = train.shown().is_none_or(|run| run.phase.is_running() || !run.history.steps.is_empty());
    let mut are_drawn = has_steps && train.view.steps;
    ui.add_enabled(has_steps, Checkbox::new(&mut are_drawn, t!("steps")))
        .on_hover_text(t!("Show single steps as a faint line: the loss of each batch, the epoch’s accuracy so far."))
        .on_disabled_hover_text(t!("Single steps are not kept with a run: they are there until Imago is closed."));
    if has_steps {
        train.view.steps = are_drawn;
    }
}

/// One sentence before the first run.
fn what_will_happen(state: &State, dataset: &Dataset) -> String {
    let config = &state.train.config;
    let classes = match dataset.classes.as_slice() {
        [one, two] => t!("{one} and {two}", one = one, two = two),
        classes => t!("{n} classes", n = classes.len()),
    };
    let what = match config.mode() {
        TrainMode::Scratch => t!("from nothing"),
        TrainMode::Frozen => t!("by its last layer alone"),
        TrainMode::FineTune => t!("with all its layers"),
    };
    let count = |split| widgets::thousands(dataset.labelled(split).count());
    t!(
        "{model} will learn {what} to tell {classes} apart: it looks {epochs} times at {train} pictures, and after each epoch \
         is checked on {val} others that it never learns from. The best epoch is kept.",
        model = words::arch_title(config.arch),
        what = what,
        classes = classes,
        epochs = config.epochs,
        train = count(Split::Train),
        val = count(Split::Val)
    )
}

fn phase_chip_ui(ui: &mut Ui, phase: &RunPhase) {
    let colors = theme::colors(ui);
    let (icon, word, color) = match phase {
        RunPhase::Starting => (icons::ICON_HOURGLASS_EMPTY.codepoint, t!("Starting"), colors.accent),
        RunPhase::Training => (icons::ICON_PLAY_ARROW.codepoint, t!("Training"), colors.accent),
        RunPhase::Validating { .. } => (icons::ICON_PLAY_ARROW.codepoint, t!("Validating"), colors.accent),
        RunPhase::Paused => (icons::ICON_PAUSE.codepoint, t!("Paused"), colors.text_weak),
        RunPhase::Stopping => (icons::ICON_STOP.codepoint, t!("Stopping"), colors.text_weak),
        RunPhase::Finished => (icons::ICON_CHECK.codepoint, t!("Finished"), colors.good),
        RunPhase::Stopped => (icons::ICON_STOP.codepoint, t!("Stopped"), colors.text_weak),
        RunPhase::Failed(_) => (icons::ICON_ERROR.codepoint, t!("Failed"), colors.bad),
    };
    let frame = Frame::new()
        .stroke(Stroke::new(1.0, color.gamma_multiply(0.6)))
        .corner_radius(10)
        .inner_margin(Margin::symmetric(8, 2));
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        ui.add(egui::Label::new(RichText::new(icon).size(theme::icon::S).color(color)).selectable(false));
        ui.add(egui::Label::new(RichText::new(word).size(theme::size::SMALL).color(color)).selectable(false));
    });
}

/// What became of a run that is over.
pub fn banner_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let Some(run) = state.train.shown().cloned() else { return };
    match &run.phase {
        RunPhase::Finished => finished_ui(ui, state, &run, commands),
        RunPhase::Stopped => stopped_ui(ui, state, &run, commands),
        RunPhase::Failed(message) => failed_ui(ui, state, &run, message, commands),
        _ => {}
    }
}

fn finished_ui(ui: &mut Ui, state: &State, run: &RunView, commands: &mut Commands) {
    let colors = theme::colors(ui);
    banner(ui, colors.good, |ui| {
        ui.horizontal_wrapped(|ui| {
            icon_ui(ui, icons::ICON_CHECK_CIRCLE.codepoint, colors.good);
            let text = match run.best() {
                Some(best) => t!(
                    "Finished in {time}. Best validation accuracy {acc}, in epoch {epoch}; its weights are kept.",
                    time = widgets::duration(run.elapsed_secs),
                    acc = words::accuracy(best.val_acc),
                    epoch = best.epoch
                ),
                None => t!("Finished in {time}.", time = widgets::duration(run.elapsed_secs)),
            };
            ui.label(text);
            use_ui(ui, run, commands);
            load_settings_ui(ui, state, run, commands);
        });
    });
}

fn stopped_ui(ui: &mut Ui, state: &State, run: &RunView, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let done = run.history.epochs.len();
    banner(ui, colors.text_weak, |ui| {
        ui.horizontal_wrapped(|ui| {
            icon_ui(ui, icons::ICON_STOP_CIRCLE.codepoint, colors.text_weak);
            let text = if done == 0 {
                t!("Stopped before the first epoch was whole: there is nothing to keep.").to_owned()
            } else {
                t!(
                    "Stopped after epoch {done} of {epochs}. “Continue” goes on exactly as if it had not been stopped.",
                    done = done,
                    epochs = run.config.epochs
                )
            };
            ui.label(text);
            if done > 0 {
                use_ui(ui, run, commands);
            }
            load_settings_ui(ui, state, run, commands);
        });
    });
}

fn failed_ui(ui: &mut Ui, state: &mut State, run: &RunView, message: &str, commands: &mut Commands) {
    let colors = theme::colors(ui);
    banner(ui, colors.bad, |ui| {
        ui.horizontal_top(|ui| {
            icon_ui(ui, icons::ICON_ERROR.codepoint, colors.bad);
            ui.vertical(|ui| {
                ui.label(RichText::new(t!("The training could not go on")).font(theme::strong(theme::size::BODY)));
                ui.add(egui::Label::new(capitalised(&lang::sentence(message))).wrap().selectable(true));
                ui.horizontal_wrapped(|ui| {
                    if ui.button(t!("Copy message")).clicked() {
                        ui.ctx().copy_text(capitalised(&lang::sentence(message)));
                    }
                    let is_rate = message.contains("learning rate");
                    let lower = run.config.lr / 10.0;
                    if is_rate
                        && state.train.config.lr > lower * 1.000_001
                        && ui.button(t!("Set the learning rate to {rate}", rate = words::rate(lower))).clicked()
                    {
                        state.train.config.lr = lower;
                    }
                    if run.best().is_some() {
                        use_ui(ui, run, commands);
                    }
                    load_settings_ui(ui, state, run, commands);
                });
            });
        });
    });
}

/// What one can do with a trained model.
fn use_ui(ui: &mut Ui, run: &RunView, commands: &mut Commands) {
    if ui.button(t!("Look at results")).on_hover_text(t!("Every prediction on the validation pictures")).clicked() {
        commands.push(Command::Train(TrainCommand::LookAtResults(run.dir.clone())));
    }
    if ui.button(t!("Classify pictures")).on_hover_text(t!("Use this model on pictures of your own")).clicked() {
        commands.push(Command::Predict(PredictCommand::LoadModel(run.dir.clone())));
        commands.push(Command::Go(Workspace::Predict));
    }
}

fn load_settings_ui(ui: &mut Ui, state: &State, run: &RunView, commands: &mut Commands) {
    if state.train.config != run.config
        && !state.train.is_running()
        && ui
            .button(t!("Load settings"))
            .on_hover_text(t!("Take over the model and all settings of this run"))
            .clicked()
    {
        commands.push(Command::Train(TrainCommand::LoadSettings(run.dir.clone())));
    }
}

/// A card with a coloured edge.
fn banner(ui: &mut Ui, color: Color32, contents: impl FnOnce(&mut Ui)) {
    let colors = theme::colors(ui);
    let shown = Frame::new()
        .fill(colors.card)
        .stroke(Stroke::new(1.0, colors.stroke))
        .corner_radius(theme::CARD_RADIUS)
        .inner_margin(Margin { left: 14, right: 12, top: 8, bottom: 8 })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 6.0;
            contents(ui);
        });
    let rect = shown.response.rect;
    let edge = egui::Rect::from_min_size(rect.min + egui::vec2(0.0, 8.0), egui::vec2(3.0, rect.height() - 16.0));
    ui.painter().rect_filled(edge, 1.5, color);
}

fn icon_ui(ui: &mut Ui, icon: &str, color: Color32) {
    ui.add(egui::Label::new(RichText::new(icon).size(theme::icon::L).color(color)).selectable(false));
}

fn capitalised(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn now_unix_secs() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
