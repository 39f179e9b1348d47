//! The dialog that enlarges the data set offline: factor, folder, progress, what came of it.

use egui::{DragValue, Label, ProgressBar, RichText, ScrollArea, Ui, vec2};
use egui_material_icons::icons;

use super::params;
use crate::app::command::{AugmentCommand, Command, Commands, DataCommand};
use crate::app::state::{ENLARGE_FACTORS, EnlargeOutcome, JobLine, State};
use crate::dataset::Split;
use crate::lang::t;
use crate::ui::overlays::dialog_ui;
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Width of the dialog in points.
const WIDTH: f32 = 480.0;
/// Width of the names in front of the fields.
const NAMES: f32 = 64.0;

/// Draws the dialog if it is open.
pub(super) fn enlarge_ui(ui: &Ui, state: &mut State, commands: &mut Commands) {
    if !state.augment.enlarge.open {
        return;
    }
    let stays = dialog_ui(ui, "enlarge", t!("Enlarge offline"), WIDTH, |ui| contents_ui(ui, state, commands));
    state.augment.enlarge.open = stays;
}

fn contents_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let text = t!(
        "Writes a data set of its own: every training picture as it is, and versions of it made with this pipeline. \
                Validation and test pictures are copied as they are. Your own files stay as they are."
    );
    widgets::weak_ui(ui, text);
    ui.add_space(space::S);
    let line = state.augment.enlarge.job.and_then(|job| state.jobs.iter().find(|line| line.id == job)).cloned();
    ui.add_enabled_ui(line.is_none(), |ui| {
        factor_ui(ui, state);
        folder_ui(ui, state, commands);
    });
    for hint in hints(state) {
        widgets::weak_ui(ui, &hint);
    }
    ui.add_space(space::M);
    match line {
        Some(line) => running_ui(ui, &line, commands),
        None => start_ui(ui, state, commands),
    }
}

fn factor_ui(ui: &mut Ui, state: &mut State) {
    let training = state.project.as_ref().map_or(0, |project| project.for_training().labelled(Split::Train).count());
    let enlarge = &mut state.augment.enlarge;
    ui.horizontal(|ui| {
        name_ui(ui, t!("Factor"));
        let value = DragValue::new(&mut enlarge.factor).range(ENLARGE_FACTORS).speed(0.05).suffix("×");
        let response = ui.add_sized(vec2(64.0, theme::CONTROL_HEIGHT), value);
        params::name(ui, &response, t!("Factor"));
        if response.changed() {
            enlarge.outcome = None;
        }
        let colors = theme::colors(ui);
        let counts = t!(
            "{from} → {to} training pictures",
            from = widgets::thousands(training),
            to = widgets::thousands(training * enlarge.factor)
        );
        widgets::hint(
            ui,
            t!("the factor"),
            t!(
                "How many pictures come of one, itself included: 4 adds three versions to each training picture. More help a model \
                 that has few pictures, but each is a version of what is there already."
            ),
        );
        ui.add(Label::new(RichText::new(counts).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak)).selectable(false));
    });
}

fn folder_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    let enlarge = &mut state.augment.enlarge;
    let (typed, asked) = widgets::folder_ui(ui, &mut enlarge.folder, NAMES);
    if typed {
        enlarge.outcome = None;
    }
    if asked {
        commands.push(Command::Augment(AugmentCommand::ChooseEnlargeFolder));
    }
}

fn name_ui(ui: &mut Ui, name: &str) {
    ui.scope(|ui| {
        ui.set_width(NAMES);
        ui.add(Label::new(name).selectable(false));
    });
}

/// What is worth knowing about these settings.
fn hints(state: &State) -> Vec<String> {
    let seed = state.train.config.seed;
    let mut hints = vec![t!(
        "Version k of a picture is what epoch k of a training with seed {seed} sees, 224 × 224 pixels, as JPEG.",
        seed = seed
    )];
    let wanted = state.augment.enlarge.factor.saturating_sub(1);
    if let Some(different) = state.augment.pipeline.variants().filter(|different| (*different as usize) < wanted) {
        hints.push(t!(
            "This pipeline makes only {different} different pictures of one: some of the {wanted} versions will be the same.",
            different = different,
            wanted = wanted
        ));
    }
    if state.augment.pipeline.batch.is_some() {
        hints.push(t!("Mixing of pictures is left out: a file in a class folder has one label.").to_owned());
    }
    hints
}

fn running_ui(ui: &mut Ui, line: &JobLine, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let bar = ProgressBar::new(line.fraction.unwrap_or(0.0)).desired_height(8.0).fill(colors.accent);
    let response = ui.add(bar);
    params::name(ui, &response, t!("Progress of enlarging"));
    ui.horizontal(|ui| {
        let detail = RichText::new(&line.detail).font(theme::tabular(theme::size::SMALL)).color(colors.text_weak);
        ui.add(Label::new(detail).selectable(false));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button(t!("Stop")).on_hover_text(t!("What is written stays, and can be continued")).clicked() {
                commands.push(Command::CancelJob(line.id));
            }
        });
    });
}

fn start_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let enlarge = &state.augment.enlarge;
    match &enlarge.outcome {
        Some(EnlargeOutcome::Done { folder, summary, skipped, unreadable }) => {
            widgets::sign_ui(
                ui,
                icons::ICON_CHECK_CIRCLE.codepoint,
                theme::colors(ui).good,
                &t!("Done: {summary}.", summary = summary),
            );
            unread_ui(ui, t!("These pictures could not be read and are not in it:"), skipped);
            let held_out =
                t!("These pictures can't be read; they are for validation or test and were copied as they are:");
            unread_ui(ui, held_out, unreadable);
            ui.horizontal(|ui| {
                if widgets::primary_button(ui, t!("Open as data set"), true).clicked() {
                    commands.push(Command::OpenFolder(folder.clone()));
                }
                if ui.button(t!("Show folder")).on_hover_text(folder.display().to_string()).clicked() {
                    // A file in it, so that the folder itself is shown.
                    commands.push(Command::Data(DataCommand::ShowInFolder(folder.join("manifest.jsonl"))));
                }
            });
            return;
        }
        Some(EnlargeOutcome::Cancelled(folder)) => {
            let text = t!(
                "Stopped: {path} is incomplete. “Enlarge” goes on where it ended, as long as the settings are the same.",
                path = folder.display()
            );
            widgets::sign_ui(ui, icons::ICON_INFO.codepoint, theme::colors(ui).info, &text);
        }
        Some(EnlargeOutcome::Failed(reason)) => {
            widgets::sign_ui(ui, icons::ICON_ERROR.codepoint, theme::colors(ui).bad, reason);
        }
        None => {}
    }
    let ready = !enlarge.folder.is_empty();
    if widgets::primary_button(ui, t!("Enlarge"), ready).clicked() {
        commands.push(Command::Augment(AugmentCommand::Enlarge));
    }
}

fn unread_ui(ui: &mut Ui, about: &str, pictures: &[String]) {
    if pictures.is_empty() {
        return;
    }
    widgets::weak_ui(ui, about);
    let scroll = ScrollArea::vertical().id_salt(about).max_height(96.0).auto_shrink([false, true]);
    scroll.show(ui, |ui| {
        for line in pictures {
            widgets::weak_ui(ui, line);
        }
    });
}
