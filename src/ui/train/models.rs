//! The models to choose from, and what a ResNet starts from.

use std::path::Path;

use egui::{
    Align2, Frame, Margin, Rect, Response, RichText, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use egui_material_icons::icons;

use super::hints::{self, Numbers};
use super::{count, warning_ui, words};
use crate::app::command::{Command, Commands, TrainCommand, UiCommand};
use crate::app::state::{Arch, FetchKind, FetchState, LessonPage, State, TrainState, WeightsState};
use crate::lang::{self, key, t};
use crate::train::WeightsChoice;
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Draws the models, and below the one that is chosen what it starts from.
pub fn models_ui(ui: &mut Ui, state: &mut State, numbers: Numbers, commands: &mut Commands) {
    ui.spacing_mut().item_spacing.y = 6.0;
    for arch in Arch::ALL {
        let size = state.train.sizes.iter().find(|size| size.arch == arch).map(|size| size.total);
        let selected = state.train.config.arch == arch;
        let response = model_card(ui, arch, size, selected);
        if response.clicked() && !selected {
            choose(&mut state.train, arch);
        }
        if state.train.config.arch == arch && arch.is_resnet() {
            pretrained_ui(ui, state, numbers, commands);
        } else if state.train.config.arch == arch {
            widgets::lesson_link(ui, t!("Try out convolution and pooling"), LessonPage::Convolution, commands);
        }
    }
}

/// Takes a model. ResNet34 has no starter: it takes the file that was chosen before, if there is one.
fn choose(train: &mut TrainState, arch: Arch) {
    train.config.arch = arch;
    if arch == Arch::Resnet34
        && train.config.weights == WeightsChoice::Starter
        && let Some(file) = &train.weights_file
    {
        train.config.weights = WeightsChoice::File(file.clone());
    }
}

/// A card with the model's name, size and one line.
fn model_card(ui: &mut Ui, arch: Arch, parameters: Option<usize>, selected: bool) -> Response {
    let colors = theme::colors(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 46.0), Sense::click());
    let enabled = ui.is_enabled();
    let title = words::arch_title(arch);
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, enabled, selected, title));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let fill = if selected {
        colors.accent_faint
    } else if response.hovered() {
        colors.hover
    } else {
        colors.card
    };
    let stroke = if selected { Stroke::new(1.5, colors.accent) } else { Stroke::new(1.0, colors.stroke) };
    let painter = ui.painter();
    painter.rect(rect, theme::RADIUS, fill, stroke, StrokeKind::Inside);
    radio_mark(ui, pos2(rect.left() + 18.0, rect.center().y), selected);
    let (text, weak) = (colors.text, colors.text_weak);
    let left = rect.left() + 36.0;
    painter.text(pos2(left, rect.top() + 15.0), Align2::LEFT_CENTER, title, theme::strong(theme::size::BODY), text);
    let line = widgets::elide_middle(ui, words::arch_line(arch), &theme::caption(), rect.right() - 8.0 - left);
    painter.text(pos2(left, rect.top() + 32.0), Align2::LEFT_CENTER, line, theme::caption(), weak);
    if let Some(parameters) = parameters {
        let at = pos2(rect.right() - 10.0, rect.top() + 15.0);
        painter.text(at, Align2::RIGHT_CENTER, count(parameters), theme::tabular(theme::size::SMALL), weak);
        let tip = t!("{n} parameters", n = widgets::thousands(parameters));
        return response.on_hover_text(tip);
    }
    response
}

fn radio_mark(ui: &Ui, center: egui::Pos2, selected: bool) {
    let colors = theme::colors(ui);
    let color = if selected { colors.accent } else { colors.text_weak };
    ui.painter().circle_stroke(center, 6.5, Stroke::new(1.5, color));
    if selected {
        ui.painter().circle_filled(center, 3.5, color);
    }
}

/// Which part of a ResNet learns, and from which weights.
fn pretrained_ui(ui: &mut Ui, state: &mut State, numbers: Numbers, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let (train, fetch) = (&mut state.train, &state.fetch);
    let shown = Frame::new().inner_margin(Margin { left: 14, right: 0, top: 2, bottom: 6 }).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::S;
        ui.horizontal(|ui| {
            widgets::segmented(ui, &mut train.config.fine_tune, &[(false, t!("Frozen")), (true, t!("Fine-tuned"))]);
            widgets::hint(ui, t!("frozen or fine-tuned"), &hints::learns(numbers));
            learning_count_ui(ui, train);
        });
        ui.horizontal(|ui| weights_choice_ui(ui, train, commands));
        weights_note_ui(ui, train, commands);
        official_ui(ui, train, fetch, commands);
    });
    // A line at the left ties this to the card above.
    let rect = shown.response.rect;
    let line = Rect::from_min_max(rect.left_top() + vec2(4.0, 0.0), pos2(rect.left() + 6.0, rect.bottom()));
    ui.painter().rect_filled(line, 1.0, colors.accent.gamma_multiply(0.6));
}

fn learning_count_ui(ui: &mut Ui, train: &TrainState) {
    let colors = theme::colors(ui);
    if let Some((_, trainable)) = train.chosen_parameters() {
        let text = RichText::new(t!("{n} learn", n = count(trainable)))
            .font(theme::tabular(theme::size::SMALL))
            .color(colors.text_weak);
        ui.add(egui::Label::new(text).selectable(false));
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Source {
    Starter,
    File,
    Random,
}

fn weights_choice_ui(ui: &mut Ui, train: &mut TrainState, commands: &mut Commands) {
    let before = match &train.config.weights {
        WeightsChoice::Starter => Source::Starter,
        WeightsChoice::File(_) => Source::File,
        WeightsChoice::Random => Source::Random,
    };
    let mut source = before;
    let mut choices = Vec::with_capacity(3);
    if train.config.arch == Arch::Resnet18 {
        choices.push((Source::Starter, t!("Starter (built in)")));
    }
    choices.extend([(Source::File, t!("A file…")), (Source::Random, t!("Random"))]);
    if widgets::segmented(ui, &mut source, &choices) {
        match (source, &train.weights_file) {
            (Source::Starter, _) => train.config.weights = WeightsChoice::Starter,
            (Source::Random, _) => train.config.weights = WeightsChoice::Random,
            (Source::File, Some(file)) => train.config.weights = WeightsChoice::File(file.clone()),
            (Source::File, None) => commands.push(Command::Train(TrainCommand::ChooseWeightsFile)),
        }
    }
    widgets::hint(ui, t!("the weights"), lang::text(hints::WEIGHTS));
}

fn weights_note_ui(ui: &mut Ui, train: &mut TrainState, commands: &mut Commands) {
    let note = match &train.config.weights {
        WeightsChoice::File(path) => {
            let path = path.clone();
            file_ui(ui, train, &path, commands);
            return;
        }
        WeightsChoice::Starter if train.config.arch == Arch::Resnet34 => {
            warning_ui(ui, t!("The built-in starter is a ResNet18. ResNet34 needs a weights file of its own."), false);
            if ui.button(t!("Choose a weights file…")).clicked() {
                commands.push(Command::Train(TrainCommand::ChooseWeightsFile));
            }
            return;
        }
        WeightsChoice::Starter => {
            t!(
                "Trained for Imago on Tiny ImageNet, so that no download is needed. Official ImageNet weights do better: on \
             hymenoptera_data they reach 0.94–0.96 where the starter reaches about 0.85."
            )
        }
        WeightsChoice::Random if train.config.fine_tune => {
            t!("Learns from nothing. It takes many pictures and epochs to be any good.")
        }
        WeightsChoice::Random => {
            t!(
                "A frozen network of random numbers is only good for comparison: choose “Fine-tuned” to learn from nothing."
            )
        }
    };
    let colors = theme::colors(ui);
    ui.add(egui::Label::new(RichText::new(note).size(theme::size::SMALL).color(colors.text_weak)).wrap());
}

/// The official weights: to be fetched, or to be chosen where they were.
fn official_ui(ui: &mut Ui, train: &mut TrainState, fetch: &FetchState, commands: &mut Commands) {
    let arch = train.config.arch;
    match fetch.weights_of(arch) {
        Some(path) if train.chosen_weights_file() == Some(path.as_path()) => {}
        Some(path) => {
            let button = ui.button(t!("Use the official {arch}", arch = words::arch_title(arch)));
            if button.on_hover_text(path.display().to_string()).clicked() {
                train.weights_file = Some(path.clone());
                train.config.weights = WeightsChoice::File(path.clone());
            }
        }
        None => {
            let command = UiCommand::GetWeights(arch);
            let is_coming = fetch.job.is_some_and(|(_, kind)| kind == FetchKind::Weights(arch));
            let title = if is_coming { t!("Being fetched…") } else { command.title() };
            let button = ui.button(title);
            if widgets::with_command_tooltip(ui, button, command).clicked() {
                commands.ui(command);
            }
        }
    }
}

/// The file's name, whether it fits, and what to do if it does not. Of a run that has begun only the name: its file is not looked
/// at any more.
fn file_ui(ui: &mut Ui, train: &mut TrainState, path: &Path, commands: &mut Commands) {
    let colors = theme::colors(ui);
    if !ui.is_enabled() {
        file_name_ui(ui, path);
        return;
    }
    let state = train.weights_state().cloned();
    ui.horizontal(|ui| {
        match &state {
            Some(WeightsState::Fits { .. }) => {
                ui.label(RichText::new(icons::ICON_CHECK_CIRCLE.codepoint).size(theme::icon::M).color(colors.good))
                    .on_hover_text(t!("This file fits the model."));
            }
            Some(WeightsState::Wrong { .. }) => {
                ui.label(RichText::new(icons::ICON_ERROR.codepoint).size(theme::icon::M).color(colors.bad));
            }
            Some(WeightsState::Checking) | None => {
                widgets::spinner_ui(ui, 14.0);
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button(t!("Change…")).on_hover_text(t!("Choose another weights file")).clicked() {
                commands.push(Command::Train(TrainCommand::ChooseWeightsFile));
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                file_name_ui(ui, path);
            });
        });
    });
    match state {
        Some(WeightsState::Fits { parameters }) => {
            let text = t!("Fits: {n} numbers are taken over from it.", n = count(parameters));
            ui.label(RichText::new(text).size(theme::size::SMALL).color(colors.text_weak));
        }
        Some(WeightsState::Checking) | None => {
            ui.label(RichText::new(t!("Checking the file…")).size(theme::size::SMALL).color(colors.text_weak));
        }
        Some(WeightsState::Wrong { message, fits }) => {
            warning_ui(ui, &lang::lead(key!("This file can’t be used"), message), true);
            if let Some(arch) = fits
                && ui.button(t!("Use {model} instead", model = words::arch_title(arch))).clicked()
            {
                train.config.arch = arch;
            }
        }
    }
}

fn file_name_ui(ui: &mut Ui, path: &Path) {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let color = theme::colors(ui).text;
    widgets::elided_label(ui, &name, theme::body(), color).on_hover_text(path.display().to_string());
}
