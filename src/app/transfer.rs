//! Takes a data set out of Imago, as folders or as a table of labels, and labels in from a table: the jobs, and what becomes of
//! them. Nothing here writes into the data set.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::command::{LabelCommand, TransferCommand};
use super::imago_app::Cx;
use super::jobs::{JobContext, Message};
use super::state::{
    ClassFilter, ExportOutcome, ExportState, ImportedInto, Incoming, JobId, LabelsPreview, NoticeLevel, Workspace,
};
use super::{labels, native};
use crate::base::is_within;
use crate::dataset::{
    Dataset, ExportError, ExportMode, Exported, Imported, Split, class_folder, export_folders, import_pictures,
    reads_as_split,
};
use crate::lang::{self, t, tn};

/// Between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(100);
/// Pictures with another name that a notice names; of more it says how many.
const NAMED: usize = 5;

/// What the jobs report.
pub enum TransferMessage {
    /// An export ended.
    Exported(JobId, PathBuf, Result<Exported, ExportError>),
    /// Pictures were copied into a class of this name, or can't be. The folder is the data set's.
    Imported(PathBuf, String, Result<Imported, String>),
    /// The labels are written, or can't be: a sentence either way.
    LabelsSaved(Result<String, String>),
    /// A table was read for the data set in this folder, or can't be.
    LabelsRead(PathBuf, Result<Box<LabelsPreview>, String>),
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
        TransferCommand::ReadLabels(path) => read_labels(path, cx),
        TransferCommand::TakeLabels => take_labels(cx),
        TransferCommand::DropLabels => cx.state.transfer.preview = None,
        TransferCommand::ChooseImport(split, class) => native::choose_pictures_to_import(split, class, cx),
        TransferCommand::ChooseImportFolder(split, class) => native::choose_folder_to_import(split, class, cx),
        TransferCommand::Import(paths, split, class) => import(paths, split, class, cx),
        TransferCommand::ImportIntoNew(paths, split, name) => import_into_new(paths, split, name, cx),
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
        read_labels(table, cx);
    }
}

/// Once a frame: an export that is gone without a word (it panicked, which was said) is no longer waited for.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let job = cx.state.transfer.export.job;
    if job.is_some_and(|job| !cx.state.jobs.iter().any(|line| line.id == job)) {
        cx.state.transfer.export.job = None;
    }
}

/// Files and folders were dropped on the Data workspace: asks into which class they are to be copied, or says why they can't be.
/// `false`: they mean something else.
pub(super) fn dropped(paths: &[PathBuf], cx: &mut Cx<'_>) -> bool {
    let Some(project) = &cx.state.project else { return false };
    // The data set is not copied into itself, nor is a folder that it is in: they are opened.
    if holds_data_set(paths, &project.dataset) {
        return false;
    }
    let folder = match paths {
        [only] if only.is_dir() => Some(only.clone()),
        _ => None,
    };
    // There is no class, and none can be made: a folder can still be opened.
    if let Some(why) = project.labels.refusal().filter(|_| project.dataset.classes.is_empty()) {
        if folder.is_some() {
            return false;
        }
        let why = why.to_owned();
        cx.state.notify(NoticeLevel::Warning, why);
        return true;
    }
    // What is shown is what is meant.
    let filter = &cx.state.data.filter;
    let class = match filter.class {
        ClassFilter::Class(class) if class < project.dataset.classes.len() => class,
        _ => 0,
    };
    let split = filter.split.unwrap_or(Split::Train);
    let paths = paths.to_vec();
    cx.state.transfer.incoming = Some(Incoming { paths, folder, split, class, new_class: String::new() });
    true
}

/// Whether one of `paths` is the data set's folder, or one that it is in.
fn holds_data_set(paths: &[PathBuf], dataset: &Dataset) -> bool {
    paths.iter().any(|path| is_within(&dataset.root, path))
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

/// Makes a class and copies pictures into it. A name that no class can have is said, and the dialog stays for another.
fn import_into_new(paths: Vec<PathBuf>, split: Split, name: String, cx: &mut Cx<'_>) {
    // Before the class is made.
    if cx.state.project.as_ref().is_some_and(|project| reads_as_split(&project.dataset, name.trim())) {
        refuse_name_of_split(cx);
        return;
    }
    labels::handle(LabelCommand::CreateClass(name.clone()), cx);
    let Some(project) = &cx.state.project else { return };
    let class = project.dataset.classes.iter().position(|class| class == name.trim());
    if let Some(class) = class {
        import(paths, split, class, cx);
    }
}

fn refuse_name_of_split(cx: &mut Cx<'_>) {
    let text = t!(
        "A folder of this name would be taken for a split, and the other pictures would be in none. Give the class another name."
    );
    cx.state.notify(NoticeLevel::Warning, text);
}

/// Pictures were chosen for a class of this name in the data set in this folder: while the dialog was open another one may have
/// been opened, and classes may have changed places.
pub(super) fn import_into_named(paths: Vec<PathBuf>, split: Split, root: &Path, name: &str, cx: &mut Cx<'_>) {
    let project = cx.state.project.as_ref().filter(|project| project.dataset.root == root);
    let class = project.and_then(|project| project.dataset.classes.iter().position(|class| class == name));
    if let Some(class) = class {
        import(paths, split, class, cx);
    } else {
        let text = t!("Nothing was copied: the class {class} is not there any more.", class = name);
        cx.state.notify(NoticeLevel::Warning, text);
    }
}

fn import(paths: Vec<PathBuf>, split: Split, class: usize, cx: &mut Cx<'_>) {
    cx.state.transfer.incoming = None;
    let Some(project) = &cx.state.project else { return };
    let dataset = &project.dataset;
    // Every picture would be there twice, most of them in a class that is not theirs.
    if holds_data_set(&paths, dataset) {
        let text = t!("A data set is not copied into a class of its own. Choose a folder inside it or elsewhere.");
        cx.state.notify(NoticeLevel::Warning, text);
        return;
    }
    let Some(folder) = class_folder(dataset, project.labels.layer.as_ref(), split, class) else { return };
    if let Some(why) = project.labels.refusal().filter(|_| folder.is_of_another) {
        let why = why.to_owned();
        cx.state.notify(NoticeLevel::Warning, why);
        return;
    }
    let folder = folder.path;
    // The class's name may come from a table or from renaming.
    if !folder.is_dir() && reads_as_split(dataset, project.class_name(Some(class))) {
        refuse_name_of_split(cx);
        return;
    }
    // A folder that holds the class's own, such as that of its split, has the pictures of other classes too.
    if paths.iter().any(|path| is_within(&folder, path) && !is_within(path, &folder)) {
        let text =
            t!("A folder that has the class's own folder in it is not copied into the class. Choose another one.");
        cx.state.notify(NoticeLevel::Warning, text);
        return;
    }
    let (root, name) = (dataset.root.clone(), project.class_name(Some(class)).to_owned());
    let line = cx.services.jobs.spawn("import", t!("Copying pictures"), move |job| {
        let mut reported: Option<Instant> = None;
        let outcome = import_pictures(&paths, &folder, &job.cancel, &mut |done, total| {
            if done == total || reported.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
                reported = Some(Instant::now());
                job.progress(
                    Some(done as f32 / total.max(1) as f32),
                    t!("{done} of {total}", done = done, total = total),
                );
            }
        });
        let outcome = outcome.map_err(|error| {
            t!("The pictures could not be imported. {error}.", error = lang::sentence(&error.to_string()))
        });
        job.send(Message::Transfer(TransferMessage::Imported(root, name, outcome)));
    });
    let running: Vec<JobId> = cx.state.jobs.iter().map(|job| job.id).collect();
    let imports = &mut cx.state.transfer.imports;
    imports.retain(|import| running.contains(import));
    imports.push(line.id);
    cx.state.jobs.push(line);
}

fn imported(root: &Path, class: &str, outcome: Result<Imported, String>, cx: &mut Cx<'_>) {
    let imported = match outcome {
        Ok(imported) => imported,
        Err(text) => {
            cx.state.notify(NoticeLevel::Error, text);
            return;
        }
    };
    let (level, text) = what_was_imported(&imported, class);
    cx.state.notify(level, text);
    let is_open = cx.state.project.as_ref().is_some_and(|project| project.dataset.root == root);
    if imported.copied > 0 && is_open {
        let (root, class, pictures) = (root.to_owned(), class.to_owned(), imported.pictures);
        super::project::open(&root, cx);
        cx.state.transfer.imported.push(ImportedInto { root, class, pictures });
    }
}

/// A data set was read: pictures that were copied into a class and are not taken for it are labelled so. That happens where the
/// class's name is that of a folder which stands for another class by now.
pub(super) fn opened(cx: &mut Cx<'_>) {
    for imported in std::mem::take(&mut cx.state.transfer.imported) {
        let Some(project) = &cx.state.project else { return };
        let dataset = &project.dataset;
        let class = dataset.classes.iter().position(|name| *name == imported.class);
        let (Some(class), true) = (class, dataset.root == imported.root) else { continue };
        let copies = imported.pictures.iter().filter_map(|path| project.item_at(path));
        let others = copies.filter(|item| item.class != Some(class));
        let positions: Vec<usize> = others.filter_map(|item| project.index_of.get(&item.id).copied()).collect();
        labels::label_imported(&positions, class, cx);
    }
}

/// What became of pictures that were to be copied into a class.
fn what_was_imported(imported: &Imported, class: &str) -> (NoticeLevel, String) {
    let mut text =
        tn!(imported.copied, "{n} picture copied into {class}.", "{n} pictures copied into {class}.", class = class);
    // Each sentence after the first brings the space before it, which Chinese does without.
    match imported.renamed.as_slice() {
        [] => {}
        [(from, to)] => {
            let (from, name) = (name_of(from), name_of(to));
            text += &t!(" {from} was there already, so it is called {name}.", from = from, name = name);
        }
        many => {
            let called = many.iter().take(NAMED).map(|(from, to)| {
                let (from, name) = (name_of(from), name_of(to));
                t!("{from} is called {name}", from = from, name = name)
            });
            let called: Vec<String> = called.collect();
            text += &tn!(
                many.len(),
                " {n} picture got another name, since theirs was taken: {names}{more}.",
                " {n} pictures got another name, since theirs was taken: {names}{more}.",
                names = lang::list(&called),
                more = and_more(many.len() - called.len())
            );
        }
    }
    if imported.there_already > 0 {
        text += &tn!(
            imported.there_already,
            " {n} picture of the same content and name were there already.",
            " {n} pictures of the same content and name were there already."
        );
    }
    if imported.passed_over > 0 {
        text += &t!(" Files that are no pictures were left out: {count}.", count = imported.passed_over);
    }
    if imported.cancelled {
        text += t!(" It was stopped before its end.");
    }
    let level = if imported.copied > 0 { NoticeLevel::Success } else { NoticeLevel::Info };
    if let Some((path, why)) = imported.failed.first() {
        let more = and_more(imported.failed.len() - 1);
        let (path, why) = (path.display(), lang::sentence(why));
        text += &t!(" Not copied: {path}: {why}{more}.", path = path, why = why, more = more);
        return (NoticeLevel::Warning, text);
    }
    (level, text)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The end of a list that does not name all.
fn and_more(more: usize) -> String {
    if more > 0 { t!(", and {more} more", more = more) } else { String::new() }
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

fn read_labels(path: PathBuf, cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    if let Some(why) = project.labels.refusal() {
        let why = why.to_owned();
        cx.state.notify(NoticeLevel::Warning, why);
        return;
    }
    let Some(layer) = project.labels.layer.clone() else { return };
    let (dataset, of) = (project.dataset.clone(), (project.serial, project.labels.revision));
    let root = dataset.root.clone();
    cx.services.jobs.spawn("labels-csv", "", move |job| {
        let read = layer.read_csv(&dataset, &path);
        drop(dataset);
        let outcome = read
            .map(|import| Box::new(LabelsPreview { path, import, of }))
            .map_err(|error| t!("The table can't be used. {error}.", error = lang::sentence(&error.to_string())));
        job.send(Message::Transfer(TransferMessage::LabelsRead(root, outcome)));
    });
}

/// A table was read for the data set in the folder `root`.
fn labels_read(root: &Path, preview: LabelsPreview, cx: &mut Cx<'_>) {
    let Some(project) = cx.state.project.as_ref().filter(|project| project.dataset.root == root) else { return };
    if project.serial == preview.of.0 {
        cx.state.workspace = Workspace::Data;
        cx.state.transfer.preview = Some(preview);
    } else {
        // The folder was read again meanwhile: what the table would change may be something else now.
        read_labels(preview.path, cx);
    }
}

fn take_labels(cx: &mut Cx<'_>) {
    let (Some(preview), Some(project)) = (cx.state.transfer.preview.take(), &cx.state.project) else { return };
    if preview.of == (project.serial, project.labels.revision) {
        labels::handle(LabelCommand::TakeOver(preview.import.edit.into_iter().collect()), cx);
    } else {
        // Labels changed since the table was read: what it would change is shown anew.
        read_labels(preview.path, cx);
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
        TransferMessage::Imported(root, class, outcome) => imported(&root, &class, outcome, cx),
        TransferMessage::LabelsSaved(Ok(text)) => cx.state.notify(NoticeLevel::Success, text),
        TransferMessage::LabelsSaved(Err(text)) | TransferMessage::LabelsRead(_, Err(text)) => {
            cx.state.notify(NoticeLevel::Error, text);
        }
        TransferMessage::LabelsRead(root, Ok(preview)) => labels_read(&root, *preview, cx),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Language, within};

    /// So many pictures `a.jpg`, `b.jpg`, …, all of which got another name.
    fn renamed(count: u8) -> Imported {
        let pair = |number: u8| {
            let letter = char::from(b'a' + number);
            (PathBuf::from(format!("in/{letter}.jpg")), PathBuf::from(format!("ants/{letter} (2).jpg")))
        };
        Imported { copied: count.into(), renamed: (0..count).map(pair).collect(), ..Imported::default() }
    }

    #[test]
    fn pictures_that_got_another_name_are_named_up_to_five_of_them() {
        let said = |count: u8| what_was_imported(&renamed(count), "ants").1;
        assert_eq!(said(1), "1 picture copied into ants. a.jpg was there already, so it is called a (2).jpg.");
        assert_eq!(
            said(2),
            "2 pictures copied into ants. 2 pictures got another name, since theirs was taken: a.jpg is called a (2).jpg, \
             b.jpg is called b (2).jpg."
        );
        let five = said(5);
        assert!(five.ends_with("d.jpg is called d (2).jpg, e.jpg is called e (2).jpg."), "{five}");
        let seven = said(7);
        assert!(seven.ends_with("e.jpg is called e (2).jpg, and 2 more."), "{seven}");
        within(Language::Chinese, || {
            assert_eq!(
                said(2),
                "已将 2 张图片复制到 ants。2 张图片因重名已改名：a.jpg 改名为 a (2).jpg、b.jpg 改名为 b (2).jpg。"
            );
            let seven = said(7);
            assert!(seven.ends_with("e.jpg 改名为 e (2).jpg，另有 2 个。"), "{seven}");
        });
    }
}
