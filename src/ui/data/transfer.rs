//! The menu of the data set, and the dialogs that take it out of Imago and labels in.

use egui::{Key, Label, ProgressBar, RichText, ScrollArea, TextEdit, Ui, WidgetInfo};
use egui_material_icons::icons;

use crate::app::command::{Command, Commands, TransferCommand, UiCommand};
use crate::app::state::{ExportOutcome, Incoming, JobLine, LabelsPreview, Project, State};
use crate::dataset::{DatasetLayout, ExportMode, Split};
use crate::lang::{self, t, tn};
use crate::ui::overlays::dialog_ui;
use crate::ui::theme::{self, space};
use crate::ui::widgets;

/// Width of the dialogs in points.
const WIDTH: f32 = 480.0;
/// Room for the names of fields, in points.
const NAMES: f32 = 56.0;

/// The menu at the head of the tree.
pub fn menu_ui(ui: &mut Ui) -> Option<UiCommand> {
    let mut chosen = None;
    let icon = RichText::new(icons::ICON_MORE_VERT.codepoint).size(theme::icon::L);
    let response = ui.menu_button(icon, |ui| {
        ui.set_min_width(190.0);
        for command in [
            UiCommand::DrawSplits,
            UiCommand::CheckHealth,
            UiCommand::ExportFolders,
            UiCommand::ExportLabels,
            UiCommand::ImportLabels,
        ] {
            if ui.button(command.title()).on_hover_text(command.tooltip()).clicked() {
                chosen = Some(command);
                ui.close();
            }
        }
    });
    let enabled = ui.is_enabled();
    response.response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, enabled, t!("Export, import and check")));
    response.response.on_hover_text(t!("Export, import and check"));
    chosen
}

/// Draws the dialogs that are open.
pub fn dialogs_ui(ui: &Ui, state: &mut State, commands: &mut Commands) {
    if state.transfer.export.open {
        let stays = dialog_ui(ui, "export", t!("Export as folders"), WIDTH, |ui| export_ui(ui, state, commands));
        state.transfer.export.open = stays;
    }
    let State { project, transfer, .. } = state;
    if let (Some(project), Some(incoming)) = (project.as_ref(), &mut transfer.incoming) {
        let stays =
            dialog_ui(ui, "import", t!("Import pictures"), WIDTH, |ui| incoming_ui(ui, project, incoming, commands));
        if !stays {
            transfer.incoming = None;
        }
    }
    if let Some(preview) = &state.transfer.preview {
        let stays = dialog_ui(ui, "labels_from_table", t!("Labels from a table"), WIDTH, |ui| {
            preview_ui(ui, preview, commands);
        });
        if !stays {
            state.transfer.preview = None;
        }
    }
}

fn export_ui(ui: &mut Ui, state: &mut State, commands: &mut Commands) {
    widgets::weak_ui(
        ui,
        t!(
            "Writes the labelled pictures as train, val and test with a folder for each class, as other programs expect them. Your \
         own files stay as they are; pictures that are set aside are left out."
        ),
    );
    ui.add_space(space::S);
    let line = state.transfer.export.job.and_then(|job| state.jobs.iter().find(|line| line.id == job)).cloned();
    ui.add_enabled_ui(line.is_none(), |ui| {
        let export = &mut state.transfer.export;
        let choices = [(ExportMode::Copy, t!("Copies")), (ExportMode::Link, t!("Hard links"))];
        if widgets::segmented(ui, &mut export.mode, &choices) {
            export.outcome = None;
        }
        widgets::weak_ui(
            ui,
            match export.mode {
                ExportMode::Copy => t!("Each copy is compared with its original."),
                ExportMode::Link => {
                    t!("Take no room, but whoever changes one changes the original too. Where that is impossible, copies.")
                }
            },
        );
        ui.add_space(space::S);
        let (typed, asked) = widgets::folder_ui(ui, &mut export.folder, NAMES);
        if typed {
            export.outcome = None;
        }
        if asked {
            commands.push(Command::Transfer(TransferCommand::ChooseExportFolder));
        }
    });
    ui.add_space(space::M);
    match line {
        Some(line) => running_ui(ui, &line, commands),
        None => start_ui(ui, state, commands),
    }
}

fn running_ui(ui: &mut Ui, line: &JobLine, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let response = ui.add(ProgressBar::new(line.fraction.unwrap_or(0.0)).desired_height(8.0).fill(colors.accent));
    response.widget_info(|| WidgetInfo::labeled(egui::Role::ProgressIndicator, true, t!("Progress of the export")));
    ui.horizontal(|ui| {
        widgets::weak_ui(ui, &line.detail);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button(t!("Stop")).on_hover_text(t!("What was exported so far is taken back")).clicked() {
                commands.push(Command::CancelJob(line.id));
            }
        });
    });
}

fn start_ui(ui: &mut Ui, state: &State, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let export = &state.transfer.export;
    match &export.outcome {
        Some(ExportOutcome::Done { folder, summary, renamed }) => {
            widgets::sign_ui(
                ui,
                icons::ICON_CHECK_CIRCLE.codepoint,
                colors.good,
                &t!("Done: {summary}.", summary = summary),
            );
            list_ui(ui, t!("These had the name of another and got a number:"), renamed);
            if widgets::primary_button(ui, t!("Open as data set"), true).clicked() {
                commands.push(Command::OpenFolder(folder.clone()));
            }
            return;
        }
        Some(ExportOutcome::Cancelled) => {
            widgets::sign_ui(ui, icons::ICON_INFO.codepoint, colors.info, t!("Stopped; nothing was exported."));
        }
        Some(ExportOutcome::Failed(reason)) => widgets::sign_ui(ui, icons::ICON_ERROR.codepoint, colors.bad, reason),
        None => {}
    }
    if widgets::primary_button(ui, t!("Export"), !export.folder.is_empty()).clicked() {
        commands.push(Command::Transfer(TransferCommand::Export));
    }
}

/// Into which class dropped files are to be copied.
fn incoming_ui(ui: &mut Ui, project: &Project, incoming: &mut Incoming, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let text = match incoming.paths.as_slice() {
        [only] => only.display().to_string(),
        many => tn!(many.len(), "{n} files and folders", "{n} files and folders"),
    };
    widgets::elided_label(ui, &text, theme::body(), colors.text);
    let what_is_done = if incoming.folder.is_some() {
        t!(
            "All its pictures are copied, also those of the folders in it; the originals stay where they are. A name that is taken \
             gets a number."
        )
    } else {
        t!("They are copied; the originals stay where they are. A name that is taken gets a number.")
    };
    widgets::weak_ui(ui, what_is_done);
    let classes = &project.dataset.classes;
    if classes.is_empty() {
        widgets::weak_ui(ui, t!("There is no class yet: write the name of the first one."));
    }
    ui.add_space(space::S);
    let name = project.class_name(Some(incoming.class)).to_owned();
    let mut entered = false;
    ui.horizontal(|ui| {
        let label = ui.label(t!("Class"));
        if classes.is_empty() {
            let field = TextEdit::singleline(&mut incoming.new_class).hint_text(t!("Name of the class"));
            let response = ui.add(field.desired_width(180.0)).labelled_by(label.id);
            // Where the dialog has just come up: the name is all that is wanted.
            if incoming.new_class.is_empty() && ui.memory(|memory| memory.focused().is_none()) {
                response.request_focus();
            }
            entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        } else {
            egui::ComboBox::from_id_salt("incoming_class")
                .selected_text(name)
                .show_ui(ui, |ui| {
                    for (class, name) in classes.iter().enumerate() {
                        ui.selectable_value(&mut incoming.class, class, name);
                    }
                })
                .response
                .labelled_by(label.id);
        }
        if project.dataset.layout == DatasetLayout::Splits {
            let choices = Split::ALL.map(|split| (split, super::split_title(split)));
            widgets::segmented(ui, &mut incoming.split, &choices);
        }
    });
    ui.add_space(space::M);
    ui.horizontal(|ui| {
        let has_class = !classes.is_empty() || !incoming.new_class.trim().is_empty();
        let pressed = widgets::primary_button(ui, t!("Copy into class"), has_class).clicked();
        if has_class && (pressed || entered) {
            let Incoming { paths, split, class, new_class, .. } = incoming.clone();
            commands.push(Command::Transfer(if classes.is_empty() {
                TransferCommand::ImportIntoNew(paths, split, new_class)
            } else {
                TransferCommand::Import(paths, split, class)
            }));
        }
        if let Some(folder) = &incoming.folder
            && ui.button(t!("Open it as a data set instead")).clicked()
        {
            commands.push(Command::OpenFolder(folder.clone()));
        }
    });
}

/// What a table would change.
fn preview_ui(ui: &mut Ui, preview: &LabelsPreview, commands: &mut Commands) {
    let colors = theme::colors(ui);
    let import = &preview.import;
    let path = preview.path.display().to_string();
    widgets::elided_label(ui, &path, theme::body(), colors.text_weak);
    ui.add_space(space::S);
    ui.label(tn!(
        import.pictures,
        "{n} line of pictures that are in this data set",
        "{n} lines of pictures that are in this data set"
    ));
    let changed =
        tn!(import.changed, "{n} of them changes a label, split or mark", "{n} of them change a label, split or mark");
    ui.label(RichText::new(changed).font(theme::strong(theme::size::BODY)));
    if !import.new_classes.is_empty() {
        ui.add(Label::new(t!("New classes: {names}", names = lang::list(&import.new_classes))).wrap());
    }
    if !import.unknown.is_empty() {
        ui.add_space(space::S);
        let heading = tn!(
            import.unknown.len(),
            "{n} line of no picture here, left out:",
            "{n} lines of no picture here, left out:"
        );
        list_ui(ui, &heading, &import.unknown);
    }
    ui.add_space(space::M);
    ui.horizontal(|ui| {
        if widgets::primary_button(ui, t!("Take over"), import.edit.is_some()).clicked() {
            commands.push(Command::Transfer(TransferCommand::TakeLabels));
        }
        if ui.button(t!("Cancel")).clicked() {
            commands.push(Command::Transfer(TransferCommand::DropLabels));
        }
        if import.edit.is_none() {
            widgets::weak_ui(ui, t!("All of it is that way already."));
        }
    });
}

fn list_ui(ui: &mut Ui, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    widgets::weak_ui(ui, heading);
    let height = ui.text_style_height(&egui::TextStyle::Body);
    ScrollArea::vertical().max_height(110.0).auto_shrink([false, true]).show_rows(
        ui,
        height,
        lines.len(),
        |ui, rows| {
            let colors = theme::colors(ui);
            for line in lines.get(rows).unwrap_or_default() {
                widgets::elided_label(ui, line, theme::body(), colors.text);
            }
        },
    );
    ui.add_space(space::S);
}
