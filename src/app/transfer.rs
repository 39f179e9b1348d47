//! Takes a data set out of Imago, as folders or as a table of labels, and labels in from a table: the jobs, and what becomes of
//! them; and pictures into a class of it (`import`). Apart from these copies nothing here writes into the data set.

mod import;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::command::{LabelCommand, TransferCommand};
use super::imago_app::Cx;
use super::jobs::{JobContext, Message};
use super::state::{ExportOutcome, ExportState, JobId, LabelsPreview, NoticeLevel, Project, Workspace};
use super::{labels, native};
use crate::dataset::{Dataset, ExportError, ExportMode, Exported, Imported, Split, export_folders};
use crate::lang::{self, t, tn};

pub(super) use import::{dropped, import_into_named, opened, refreshed, remarks};

/// Between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// What the jobs report.
pub enum TransferMessage {
    /// An export ended.
    Exported(JobId, PathBuf, Result<Exported, ExportError>),
    /// Pictures were copied into a class of this name, or can't be, and for this split where their folder is not that split's. The
    /// folder is the data set's.
    Imported(PathBuf, String, Option<Split>, Result<Imported, String>),
    /// The labels are written, or can't be: a sentence either way.
    LabelsSaved(Result<String, String>),
    /// A table was read, or can't be.
    LabelsRead(ReadFor, Result<Box<LabelsPreview>, String>),
}

/// What a table is read for.
#[derive(Clone, Debug)]
pub struct ReadFor {
    /// Folder of the data set.
    root: PathBuf,
    /// Somebody has just asked for it, and is shown it. Else it was looked at before, and the folder was read again.
    is_asked_for: bool,
}

/// The dialogs that stay where the same folder is read again.
pub(super) struct Dialogs {
    export: ExportState,
    /// The table that was being looked through.
    table: Option<PathBuf>,
}

/// Carries out a command.
pub(super) fn handle(command: TransferCommand, cx: &mut Cx<'_>) {
    match command {
        TransferCommand::ShowExport => {
            if let Some(project) = &cx.state.project {
                cx.state.workspace = Workspace::Data;
                cx.state.transfer.export.show(&project.dataset.root);
            }
        }
        TransferCommand::ChooseExportFolder => native::choose_export_folder(cx),
        TransferCommand::ExportInto(folder) => {
            let export = &mut cx.state.transfer.export;
            export.folder.set(folder);
            export.outcome = None;
        }
        TransferCommand::Export => export(cx),
        TransferCommand::SaveLabels(path) => save_labels(path, cx),
        TransferCommand::ReadLabels(path) => read_labels(path, true, cx),
        TransferCommand::TakeLabels => take_labels(cx),
        TransferCommand::DropLabels => cx.state.transfer.preview = None,
        TransferCommand::ChooseImport(split, class) => native::choose_pictures_to_import(split, class, cx),
        TransferCommand::ChooseImportFolder(split, class) => native::choose_folder_to_import(split, class, cx),
        TransferCommand::Import(paths, split, class) => import::import(paths, split, class, cx),
        TransferCommand::ImportIntoNew(paths, split, name) => import::import_into_new(paths, split, name, cx),
    }
}

/// Another data set is open, or none.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    let serial = cx.state.project.as_ref().map(|project| project.serial);
    let transfer = &mut cx.state.transfer;
    transfer.incoming = None;
    if transfer.preview.as_ref().is_some_and(|preview| Some(preview.of.0) != serial) {
        transfer.preview = None;
    }
    if transfer.export.job.is_none() {
        transfer.export = ExportState::default();
    }
}

/// Takes out what is to stay although the list of pictures becomes another: it is of the same folder.
pub(super) fn take_dialogs(cx: &mut Cx<'_>) -> Dialogs {
    let transfer = &mut cx.state.transfer;
    Dialogs { export: std::mem::take(&mut transfer.export), table: transfer.preview.take().map(|preview| preview.path) }
}

/// Shows the dialogs again; a table is compared with what is there now.
pub(super) fn put_back(dialogs: Dialogs, cx: &mut Cx<'_>) {
    cx.state.transfer.export = dialogs.export;
    if let Some(table) = dialogs.table {
        read_labels(table, false, cx);
    }
}

/// Once a frame: an export that is gone without a word (it panicked, which was said) is no longer waited for.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let job = cx.state.transfer.export.job;
    if job.is_some_and(|job| !cx.state.jobs.iter().any(|line| line.id == job)) {
        cx.state.transfer.export.job = None;
    }
}

fn export(cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    let export = &mut cx.state.transfer.export;
    if export.job.is_some() {
        return;
    }
    let (out, mode) = (export.folder.path.clone(), export.mode);
    if !out.is_absolute() {
        let text = t!("“{path}” is not a whole path: choose a folder.", path = out.display());
        export.outcome = Some(ExportOutcome::Failed(text));
        return;
    }
    export.outcome = None;
    let dataset = project.for_training();
    let line = cx.services.jobs.spawn("export", t!("Exporting"), move |job| {
        let outcome = run_export(&dataset, &out, mode, job);
        drop(dataset);
        job.send(Message::Transfer(TransferMessage::Exported(job.id, out, outcome)));
    });
    export.job = Some(line.id);
    cx.state.jobs.push(line);
}

fn run_export(dataset: &Dataset, out: &Path, mode: ExportMode, job: &JobContext) -> Result<Exported, ExportError> {
    let mut reported: Option<Instant> = None;
    export_folders(dataset, out, mode, &job.cancel, &mut |done, total| {
        if done == total || reported.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            reported = Some(Instant::now());
            job.progress(Some(done as f32 / total.max(1) as f32), t!("{done} of {total}", done = done, total = total));
        }
    })
}

fn save_labels(path: PathBuf, cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    let Some(layer) = project.labels.layer.clone() else { return };
    let dataset = project.dataset.clone();
    cx.services.jobs.spawn("labels-csv", "", move |job| {
        let pictures = dataset.items.len();
        let written = layer.write_csv(&dataset, &path);
        drop(dataset);
        let outcome = match written {
            Ok(()) => Ok(tn!(
                pictures,
                "The label of {n} picture is in {path}.",
                "The labels of {n} pictures are in {path}.",
                path = path.display()
            )),
            Err(error) => {
                Err(t!("The labels could not be written: {error}.", error = lang::sentence(&error.to_string())))
            }
        };
        job.send(Message::Transfer(TransferMessage::LabelsSaved(outcome)));
    });
}

fn read_labels(path: PathBuf, is_asked_for: bool, cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    if let Some(why) = project.labels.refusal() {
        let why = why.to_owned();
        cx.state.notify(NoticeLevel::Warning, why);
        return;
    }
    let Some(layer) = project.labels.layer.clone() else { return };
    let (dataset, of) = (project.dataset.clone(), (project.serial, project.labels.revision));
    let read_for = ReadFor { root: dataset.root.clone(), is_asked_for };
    cx.services.jobs.spawn("labels-csv", "", move |job| {
        let read = layer.read_csv(&dataset, &path);
        drop(dataset);
        let outcome = read
            .map(|import| Box::new(LabelsPreview { path, import, of }))
            .map_err(|error| t!("The table can't be used. {error}.", error = lang::sentence(&error.to_string())));
        job.send(Message::Transfer(TransferMessage::LabelsRead(read_for, outcome)));
    });
}

/// A table was read.
fn labels_read(read_for: &ReadFor, preview: LabelsPreview, cx: &mut Cx<'_>) {
    let is_open = |project: &&Project| project.dataset.root == read_for.root;
    let Some(project) = cx.state.project.as_ref().filter(is_open) else { return };
    if project.serial == preview.of.0 {
        if read_for.is_asked_for {
            cx.state.workspace = Workspace::Data;
        }
        cx.state.transfer.preview = Some(preview);
    } else {
        // The folder was read again meanwhile: what the table would change may be something else now.
        read_labels(preview.path, read_for.is_asked_for, cx);
    }
}

fn take_labels(cx: &mut Cx<'_>) {
    let (Some(preview), Some(project)) = (cx.state.transfer.preview.take(), &cx.state.project) else { return };
    if preview.of == (project.serial, project.labels.revision) {
        labels::handle(LabelCommand::TakeOver(preview.import.edit.into_iter().collect()), cx);
    } else {
        // Labels changed since the table was read: what it would change is shown anew.
        read_labels(preview.path, true, cx);
    }
}

/// Folds in what a job reports.
pub(super) fn receive(message: TransferMessage, cx: &mut Cx<'_>) {
    match message {
        TransferMessage::Exported(job, folder, outcome) if cx.state.transfer.export.job == Some(job) => {
            cx.state.transfer.export.job = None;
            exported(folder, outcome, cx);
        }
        TransferMessage::Exported(..) => {}
        TransferMessage::Imported(root, class, split, outcome) => import::imported(&root, &class, split, outcome, cx),
        TransferMessage::LabelsSaved(Ok(text)) => cx.state.notify(NoticeLevel::Success, text),
        TransferMessage::LabelsSaved(Err(text)) | TransferMessage::LabelsRead(_, Err(text)) => {
            cx.state.notify(NoticeLevel::Error, text);
        }
        TransferMessage::LabelsRead(read_for, Ok(preview)) => labels_read(&read_for, *preview, cx),
    }
}

fn exported(folder: PathBuf, outcome: Result<Exported, ExportError>, cx: &mut Cx<'_>) {
    let (level, text, shown) = match outcome {
        Ok(exported) => {
            let summary = summary(&exported);
            let renamed = exported
                .renamed
                .iter()
                .map(|(from, to)| {
                    let name = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
                    t!("{path} is called {name} there", path = from.display(), name = name)
                })
                .collect();
            let text =
                t!("The data set is exported to {folder}: {summary}.", folder = folder.display(), summary = summary);
            (NoticeLevel::Success, text, ExportOutcome::Done { folder, summary, renamed })
        }
        Err(ExportError::Cancelled) => {
            let text = t!("The export was stopped; nothing was exported.").to_owned();
            (NoticeLevel::Info, text, ExportOutcome::Cancelled)
        }
        Err(error) => {
            let text = t!("The data set could not be exported. {error}.", error = lang::sentence(&error.to_string()));
            (NoticeLevel::Error, text.clone(), ExportOutcome::Failed(text))
        }
    };
    cx.state.notify(level, text);
    cx.state.transfer.export.outcome = Some(shown);
}

fn summary(exported: &Exported) -> String {
    let mut parts = Vec::new();
    if exported.copied > 0 {
        parts.push(tn!(exported.copied, "{n} picture copied", "{n} pictures copied"));
    }
    if exported.linked > 0 {
        parts.push(tn!(exported.linked, "{n} picture linked", "{n} pictures linked"));
    }
    if exported.unlabelled > 0 {
        parts.push(tn!(exported.unlabelled, "{n} without a label left out", "{n} without a label left out"));
    }
    lang::list(&parts)
}
