//! The dialog that copies the classified pictures into a folder for each class: how many of which, folder, progress, what came
//! of it.

use egui::{Align, Layout, ProgressBar, RichText, Role, ScrollArea, Ui, WidgetInfo};
use egui_material_icons::icons;

use crate::app::command::{Command, Commands, DataCommand, PredictCommand};
use crate::app::state::{JobLine, NoticeLevel, PredictState, SortOutcome, State};
use crate::lang::{self, t, tn};
use crate::ui::overlays::dialog_ui;
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Width of the dialog in points.
const WIDTH: f32 = 480.0;
/// Width of the names in front of the fields.
const NAMES: f32 = 64.0;
/// Classes that are counted by name; of more it says how many.
const NAMED: usize = 12;

/// Draws the dialog if it is open.
pub(super) fn sort_ui(ui: &Ui, state: &mut State, commands: &mut Commands) {
    if !state.predict.sort.open {
        return;
    }
    let mut closes = false;
    let stays = dialog_ui(ui, "sort_into_folders", t!("Copy into class folders"), WIDTH, |ui| {
        closes = contents_ui(ui, state, commands);
    });
    state.predict.sort.open = stays && !closes;
}

/// Returns whether the dialog closes.
fn contents_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) -> bool {
    let text = t!(
        "Copies every picture of the list, not only those that a filter shows, into a folder of its predicted class; the originals \
         stay as they are."
    );
    widgets::weak_ui(ui, text);
    ui.add_space(space::S);
    counts_ui(ui, &state.predict);
    ui.add_space(space::S);
    let sort = &mut state.predict.sort;
    let line = sort.job.and_then(|job| state.jobs.iter().find(|line| line.id == job)).cloned();
    ui.add_enabled_ui(line.is_none(), |ui| {
        let (typed, asked) = widgets::folder_ui(ui, &mut sort.folder, NAMES);
        if typed {
            sort.outcome = None;
        }
        if asked {
            commands.push(Command::Predict(PredictCommand::ChooseSortFolder));
        }
    });
    ui.add_space(space::M);
    match line {
        Some(line) => {
            running_ui(ui, &line, commands);
            false
        }
        None => start_ui(ui, &state.predict, commands),
    }
}

/// `120 ants, 92 bees`, and how many could not be read.
fn counts_ui(ui: &mut Ui, predict: &PredictState) {
    let classes = predict.model.as_ref().map(|model| model.classes.as_slice()).unwrap_or_default();
    let (by_class, failed) = predict.counts();
    let found = || by_class.iter().zip(classes).filter(|(count, _)| **count > 0);
    let count = |(count, class): (&usize, &String)| t!("{n} {class}", n = lang::thousands(*count), class = class);
    let mut parts: Vec<String> = found().take(NAMED).map(count).collect();
    let more = found().count() - parts.len();
    if more > 0 {
        parts.push(tn!(more, "{n} more class", "{n} more classes"));
    }
    ui.label(RichText::new(lang::list(&parts)).font(theme::strong(theme::size::BODY)));
    if failed > 0 {
        let text = tn!(
            failed,
            "{n} picture could not be read and is left out.",
            "{n} pictures could not be read and are left out."
        );
        widgets::weak_ui(ui, &text);
    }
}

fn running_ui(ui: &mut Ui, line: &JobLine, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let response = ui.add(ProgressBar::new(line.fraction.unwrap_or(0.0)).desired_height(8.0).fill(colors.accent));
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, t!("Progress of copying")));
    ui.horizontal(|ui| {
        widgets::weak_ui(ui, &line.detail);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button(t!("Stop")).on_hover_text(t!("What is copied stays")).clicked() {
                commands.push(Command::CancelJob(line.id));
            }
        });
    });
}

/// What came of it, and what can be done now. Returns whether the dialog closes.
fn start_ui(ui: &mut Ui, predict: &PredictState, commands: &mut Commands) -> bool {
    let colors = theme::colors(ui);
    let sort = &predict.sort;
    match &sort.outcome {
        Some(SortOutcome::Done { folder, class_folder, level, text, failed }) => {
            let (icon, color) = match level {
                NoticeLevel::Success => (icons::ICON_CHECK_CIRCLE.codepoint, colors.good),
                NoticeLevel::Info => (icons::ICON_INFO.codepoint, colors.info),
                NoticeLevel::Warning | NoticeLevel::Error => (icons::ICON_WARNING.codepoint, colors.accent),
            };
            widgets::sign_ui(ui, icon, color, text);
            failed_ui(ui, failed);
            if let Some(class_folder) = class_folder {
                let mut closes = false;
                ui.horizontal(|ui| {
                    if widgets::primary_button(ui, t!("Open as data set"), true).clicked() {
                        commands.push(Command::OpenFolder(folder.clone()));
                        closes = true;
                    }
                    if ui.button(t!("Show folder")).on_hover_text(folder.display().to_string()).clicked() {
                        // A folder in it, so that the folder itself is shown.
                        commands.push(Command::Data(DataCommand::ShowInFolder(class_folder.clone())));
                    }
                });
                return closes;
            }
        }
        Some(SortOutcome::Failed(reason)) => widgets::sign_ui(ui, icons::ICON_ERROR.codepoint, colors.bad, reason),
        None => {}
    }
    let is_whole = predict.classifying.is_none();
    let ready = is_whole && predict.has_predictions() && !sort.folder.is_empty();
    if widgets::primary_button(ui, t!("Copy pictures"), ready).clicked() {
        commands.push(Command::Predict(PredictCommand::Sort));
    }
    if !is_whole {
        widgets::weak_ui(ui, t!("Pictures are still being classified."));
    }
    false
}

/// All that could not be copied, where the sentence above names only the first.
fn failed_ui(ui: &mut Ui, failed: &[String]) {
    if failed.len() < 2 {
        return;
    }
    widgets::weak_ui(ui, t!("These pictures could not be copied:"));
    // It may be all of a large list: only the lines in view are laid out.
    let colors = theme::colors(ui);
    let height = ui.text_style_height(&egui::TextStyle::Body);
    let list = ScrollArea::vertical().id_salt("not_copied").max_height(96.0).auto_shrink([false, true]);
    list.show_rows(ui, height, failed.len(), |ui, rows| {
        for line in failed.get(rows).unwrap_or_default() {
            widgets::elided_label(ui, line, theme::body(), colors.text_weak);
        }
    });
    ui.add_space(space::S);
}
