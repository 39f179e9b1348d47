//! Carries out the commands of the table, and tells which keys stand for them.

use egui::Context;

use super::command::{Command, Commands, FetchCommand, LabelCommand, PredictCommand, TrainCommand, UiCommand};
use super::imago_app::Cx;
use super::state::{FetchKind, LeavingFor, State, ThemeChoice};
use super::{
    augment, data, fetch, health, labels, lessons, native, predict, project, split, state, suggest, train, transfer,
};
use crate::ui;
/// Keys without Ctrl are commands while nothing else wants them, in the order in which they were pressed: two labels in quick
/// succession are two labels. A key held down is pressed once.
pub(super) fn take_plain_keys(ctx: &Context, state: &State, commands: &mut Commands) {
    if !ui::plain_keys_are_free(ctx, state) {
        return;
    }
    let plain: Vec<UiCommand> = UiCommand::all().into_iter().filter(|command| command.is_plain_key()).collect();
    let is_for = |command: &UiCommand, key: egui::Key| {
        [command.shortcut(), command.other_shortcut()].into_iter().flatten().any(|shortcut| shortcut.logical_key == key)
    };
    let letters = &state.settings.class_letters;
    let classes = state.project.as_ref().map(|project| project.dataset.classes.as_slice()).unwrap_or_default();
    let can_label = UiCommand::Label(1).is_enabled(state);
    let mut pressed: Vec<Command> = Vec::new();
    ctx.input_mut(|input| {
        input.events.retain(|event| match event {
            egui::Event::Key { key, pressed: true, repeat, modifiers, .. } if modifiers.is_none() => {
                let of_table = plain.iter().find(|command| is_for(command, *key) && command.is_enabled(state));
                let of_letter = || state::class_of_key(letters, classes, *key).filter(|_| can_label);
                let command = of_table.map(|command| Command::Ui(*command));
                let command = command.or_else(|| Some(Command::Label(LabelCommand::Label(Some(of_letter()?)))));
                pressed.extend(command.clone().filter(|_| !repeat));
                command.is_none()
            }
            _ => true,
        });
    });
    for command in pressed {
        commands.push(command);
    }
}

/// Carries out what stands in the command table.
pub(super) fn carry_out_ui(command: UiCommand, cx: &mut Cx<'_>) {
    match command {
        UiCommand::OpenFolder => native::choose_folder(cx),
        UiCommand::OpenSample => project::open_sample(cx),
        UiCommand::Rescan => {
            if let Some(root) = cx.state.project.as_ref().map(|project| project.dataset.root.clone()) {
                project::open(&root, cx);
            }
        }
        UiCommand::CloseProject => project::close(cx),
        UiCommand::GetPhotographs => fetch::open_or_show_photographs(cx),
        UiCommand::GetWeights(arch) => fetch::handle(FetchCommand::Show(FetchKind::Weights(arch)), cx),
        UiCommand::Go(workspace) => cx.state.workspace = workspace,
        UiCommand::StartTraining => train::handle(TrainCommand::Start, cx),
        UiCommand::PauseOrResumeTraining => train::handle(TrainCommand::PauseOrResume, cx),
        UiCommand::StopTraining => train::handle(TrainCommand::Stop, cx),
        UiCommand::ContinueRun => train::handle(TrainCommand::Continue, cx),
        UiCommand::OpenPictures => native::choose_pictures(cx),
        UiCommand::OpenModel => native::choose_model(cx),
        UiCommand::SaveCsv => native::choose_csv(cx),
        UiCommand::SortIntoFolders => predict::handle(PredictCommand::ShowSort, cx),
        UiCommand::Undo => labels::handle(LabelCommand::Undo, cx),
        UiCommand::Redo => labels::handle(LabelCommand::Redo, cx),
        UiCommand::Label(number) => {
            labels::handle(LabelCommand::Label(Some(usize::from(number).saturating_sub(1))), cx);
        }
        UiCommand::ClearLabel => labels::handle(LabelCommand::Label(None), cx),
        UiCommand::Mark(mark) => labels::handle(LabelCommand::Mark(mark), cx),
        UiCommand::AcceptSuggestion => labels::handle(LabelCommand::AcceptSuggestions, cx),
        UiCommand::LookClosely => {
            if let Some(project) = &cx.state.project {
                cx.state.data.toggle_large(&project.dataset);
            }
        }
        UiCommand::SuggestLabels => suggest::handle(super::command::SuggestCommand::Now, cx),
        UiCommand::Reroll => augment::handle(super::command::AugmentCommand::Reroll, cx),
        UiCommand::EnlargeOffline => augment::handle(super::command::AugmentCommand::ShowEnlarge, cx),
        UiCommand::ClearThumbnails => data::handle(super::command::DataCommand::ClearThumbnails, cx),
        UiCommand::CheckHealth => health::handle(super::command::HealthCommand::Check, cx),
        UiCommand::ExportFolders => transfer::handle(super::command::TransferCommand::ShowExport, cx),
        UiCommand::DrawSplits => split::handle(super::command::SplitCommand::Show, cx),
        UiCommand::ExportLabels => native::choose_labels_to_save(cx),
        UiCommand::ImportLabels => native::choose_labels_to_read(cx),
        UiCommand::Palette => {
            cx.state.palette.open = !cx.state.palette.open;
            cx.state.palette.query.clear();
            cx.state.palette.selected = 0;
        }
        UiCommand::ToggleTheme => {
            let is_dark = cx.ctx.theme() == egui::Theme::Dark;
            cx.state.settings.theme = if is_dark { ThemeChoice::Light } else { ThemeChoice::Dark };
        }
        UiCommand::Speak(language) => cx.state.settings.language = language.into(),
        UiCommand::ZoomIn => set_scale(cx, 0.1),
        UiCommand::ZoomOut => set_scale(cx, -0.1),
        UiCommand::ZoomReset => cx.state.settings.ui_scale = 1.0,
        UiCommand::Settings => cx.state.settings_open = !cx.state.settings_open,
        UiCommand::Tour => cx.state.tour = Some(0),
        UiCommand::Lessons if cx.state.lessons.open => cx.state.lessons.open = false,
        UiCommand::Lessons => lessons::show(None, cx),
        UiCommand::Shortcuts => cx.state.shortcuts_open = !cx.state.shortcuts_open,
        UiCommand::Quit => cx.ctx.send_viewport_cmd(egui::ViewportCommand::Close),
    }
}

/// Does what was asked for although labels are lost by it.
pub(super) fn leave_anyway(cx: &mut Cx<'_>) {
    match cx.state.leaving.take().map(|leaving| leaving.to) {
        Some(LeavingFor::Window) => {
            cx.services.leaves_anyway = true;
            cx.ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        Some(LeavingFor::CloseDataSet) => project::close_anyway(cx),
        Some(LeavingFor::Open(path)) => project::open_anyway(path, cx),
        None => {}
    }
}

fn set_scale(cx: &mut Cx<'_>, by: f32) {
    let steps = ((cx.state.settings.ui_scale + by) * 10.0).round();
    cx.state.settings.ui_scale = (steps / 10.0).clamp(0.8, 2.0);
}
