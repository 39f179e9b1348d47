//! Reading the open data set's folder again because something has changed in it, without disturbing what is being done.
//!
//! Unlike opening (F5), nothing is shown while it is read; afterwards only what is new or gone changes, and a line says so.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::contents::Others;
use super::imago_app::Cx;
use super::jobs::Message;
use super::project::{self, Scan};
use super::state::{JobId, NoticeLevel, Project, Workspace};
use super::watch::Written;
use super::{contents, labels, results, transfer};
use crate::dataset::{Dataset, Item, ItemId, ScanOptions};
use crate::lang::{self, t};

/// Pause between two readings, as a multiple of the time that the last one took: a large folder in which files keep coming is
/// not read all the time.
const REST: u32 = 5;
/// Pause between two readings at least.
const LEAST_REST: Duration = Duration::from_secs(1);

/// The folder was read, or can't be.
pub struct RefreshMessage {
    job: JobId,
    outcome: Result<Box<(Scan, Differences)>, String>,
}

/// What is kept that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    /// What was reported and not yet looked at.
    due: Option<Written>,
    /// The job that reads the folder, and since when.
    running: Option<(JobId, Instant)>,
    /// Not before this.
    rests_until: Option<Instant>,
}

/// What is different in a folder.
#[derive(Debug, Default, PartialEq, Eq)]
struct Differences {
    /// Pictures that were not there before; their names.
    came: Vec<String>,
    /// Pictures that are not there any more; their names.
    went: Vec<String>,
    /// Those that came, those that went, and other pictures under the same names.
    others: Others,
    /// The list of pictures, the classes or what was passed over is another.
    is_other_list: bool,
}

impl Differences {
    fn between(before: &Dataset, now: &Dataset, written: &Written) -> Self {
        let ids = |dataset: &Dataset| -> HashSet<ItemId> { dataset.items.iter().map(|item| item.id).collect() };
        let (old, new) = (ids(before), ids(now));
        let only_in = |dataset: &Dataset, other: &HashSet<ItemId>| -> Vec<String> {
            dataset.items.iter().filter(|item| !other.contains(&item.id)).map(Item::file_name).collect()
        };
        let mut others = contents::others_between(before, now);
        // The sizes of files are part of the list.
        let is_other_list = !others.is_empty()
            || before.classes != now.classes
            || before.layout != now.layout
            || before.issues != now.issues;
        let paths = now.items.iter().map(|item| (item.id, now.path_of(item)));
        others.extend(paths.filter(|(_, path)| written.has(path)));
        Self { came: only_in(now, &old), went: only_in(before, &new), others, is_other_list }
    }

    /// A line for the user; none where no picture came or went.
    fn told(&self) -> Option<String> {
        let came = match self.came.as_slice() {
            [] => None,
            [name] => Some(t!("{name} is new in the folder.", name = name)),
            names => Some(t!("{n} pictures are new in the folder.", n = lang::thousands(names.len()))),
        };
        let went = match self.went.as_slice() {
            [] => None,
            [name] => Some(t!("{name} is gone from the folder. Its label is kept, should it come back.", name = name)),
            names => Some(t!(
                "{n} pictures are gone from the folder. Their labels are kept, should they come back.",
                n = lang::thousands(names.len())
            )),
        };
        let lines: Vec<String> = came.into_iter().chain(went).collect();
        (!lines.is_empty()).then(|| lines.join(" "))
    }
}

/// Something has changed in the folder: it is read again as soon as that disturbs nothing.
pub(super) fn ask(written: Written, cx: &mut Cx<'_>) {
    let due = &mut cx.services.refresh.due;
    *due = Some(due.take().unwrap_or_default().and(written));
}

/// The folder is opened anew, or another one: nothing is to be refreshed any more.
pub(super) fn forget(cx: &mut Cx<'_>) {
    if let Some((job, _)) = cx.services.refresh.running.take() {
        cx.services.jobs.cancel(job);
    }
    cx.services.refresh = Service::default();
}

/// Once a frame: begins to read where it is time.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let service = &cx.services.refresh;
    if service.due.is_none() || service.running.is_some() {
        return;
    }
    let rest = service.rests_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(Instant::now()));
    if !rest.is_zero() || is_busy(cx) {
        cx.ctx.request_repaint_after(rest.max(LEAST_REST));
        return;
    }
    let Some(project) = &cx.state.project else { return };
    let before = project.dataset.clone();
    let Some(written) = cx.services.refresh.due.take() else { return };
    let options = ScanOptions::default();
    let (held, paths) = (cx.services.labels.holds(), cx.services.paths.clone());
    let line = cx.services.jobs.spawn("refresh", "", move |job| {
        let outcome = project::read(&before.root, &options, held.as_ref(), &paths, job, &mut |_| {});
        let Some(outcome) = outcome else { return };
        let outcome = outcome.map(|scan| {
            let differences = Differences::between(&before, scan.dataset(), &written);
            Box::new((*scan, differences))
        });
        job.send(Message::Refresh(RefreshMessage { job: job.id, outcome }));
    });
    cx.services.refresh.running = Some((line.id, Instant::now()));
}

/// Whether it would disturb: a folder is being opened or its headers read, pictures are being copied into it or it is
/// asked into which class, a dialog about the data set is being read, something is being named, drawn or dragged. A dialog that
/// was left behind in Data, and is not to be seen, is shown again afterwards.
fn is_busy(cx: &Cx<'_>) -> bool {
    let (state, data) = (&*cx.state, &cx.state.data);
    let reads_headers = state.project.as_ref().is_some_and(|project| project.facts.len() < project.dataset.items.len());
    let imports = state.transfer.imports.iter().any(|job| state.jobs.iter().any(|line| line.id == *job));
    let reads_dialog =
        state.workspace == Workspace::Data && (state.transfer.export.open || state.transfer.preview.is_some());
    state.opening.is_some()
        || reads_headers
        || imports
        || data.naming.is_some()
        || state.transfer.incoming.is_some()
        || reads_dialog
        || data.band.is_some()
        || cx.ctx.dragged_id().is_some()
}

/// Folds in what was read.
pub(super) fn receive(message: RefreshMessage, cx: &mut Cx<'_>) {
    let running = cx.services.refresh.running.take_if(|(running, _)| *running == message.job);
    let Some((_, began)) = running else { return };
    cx.services.refresh.rests_until = Some(Instant::now() + (began.elapsed() * REST).max(LEAST_REST));
    match message.outcome {
        Ok(found) => take_over(found.0, &found.1, cx),
        Err(reason) => {
            let reason = lang::sentence(&reason);
            let text = t!("The folder has changed but can't be read again: {reason}", reason = reason);
            cx.state.notify(NoticeLevel::Warning, text);
        }
    }
}

fn take_over(scan: Scan, differences: &Differences, cx: &mut Cx<'_>) {
    let is_open = |project: &Project| project.dataset.root == scan.dataset().root;
    if !cx.state.project.as_ref().is_some_and(is_open) {
        return;
    }
    contents::forget(&differences.others, cx);
    if differences.is_other_list {
        replace(scan, cx);
    }
    project::read_missing_headers(cx);
    if let Some(text) = differences.told() {
        cx.state.notify(NoticeLevel::Info, text);
    }
}

/// Shows the data set as it is now; what is selected, opened and chosen stays.
fn replace(scan: Scan, cx: &mut Cx<'_>) {
    let (mut project, opened) = scan.into_parts();
    keep_place(&project, cx);
    labels::opened(opened, &mut project, cx);
    project::follow_classes(&project, cx);
    if let Some(old) = cx.state.project.take() {
        let is_there = |id: &ItemId| project.index_of.contains_key(id);
        project.facts = old.facts.into_iter().filter(|(id, _)| is_there(id)).collect();
        project.modified = old.modified.into_iter().filter(|(id, _)| is_there(id)).collect();
        project.runs_dir = old.runs_dir;
    }
    let large = cx
        .state
        .data
        .large
        .take()
        .filter(|view| view.pair.is_none_or(|pair| pair.iter().all(|id| project.index_of.contains_key(id))));
    cx.state.project = Some(project);
    // Opened while the folder was being read.
    let dialogs = transfer::take_dialogs(cx);
    cx.pictures_changed();
    transfer::put_back(dialogs, cx);
    cx.state.data.large = large;
    transfer::refreshed(cx);
    results::pictures_changed(cx);
}

/// What is selected and gone is selected no more. The keyboard, where it stood on a picture that is gone, goes on to the next
/// that is there.
fn keep_place(new: &Project, cx: &mut Cx<'_>) {
    let (Some(old), data) = (&cx.state.project, &mut cx.state.data) else { return };
    let is_there = |id: ItemId| new.index_of.contains_key(&id);
    let cursor = data.selection.cursor;
    let stood = data.cursor_position(&old.dataset);
    data.selection.ids.retain(|id| is_there(*id));
    data.selection.anchor = data.selection.anchor.filter(|id| is_there(*id));
    if cursor.is_none_or(is_there) {
        return;
    }
    let shown: Vec<ItemId> =
        data.shown().iter().filter_map(|at| old.dataset.items.get(*at)).map(|item| item.id).collect();
    let (before, after) = shown.split_at(stood.unwrap_or(0).min(shown.len()));
    let next = after.iter().chain(before.iter().rev()).copied().find(|id| is_there(*id));
    data.selection.cursor = next;
    if data.selection.ids.is_empty() {
        data.selection.ids.extend(next);
        data.selection.anchor = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::CancelToken;
    use crate::dataset;
    use std::path::Path;

    fn scan(root: &Path) -> Dataset {
        dataset::scan(root, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).expect("a data set")
    }

    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    #[test]
    fn what_came_what_went_and_what_was_written_anew_is_found() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ants/a.jpg", "ants/b.jpg", "ants/c.jpg", "bees/d.jpg"] {
            write(&folder.path().join(name), "12345");
        }
        let before = scan(folder.path());
        assert_eq!(Differences::between(&before, &scan(folder.path()), &Written::default()), Differences::default());
        std::fs::remove_file(folder.path().join("ants/b.jpg")).unwrap();
        write(&folder.path().join("bees/e.jpg"), "1");
        write(&folder.path().join("ants/a.jpg"), "123456789");
        let now = scan(folder.path());
        let same_size = Written::These([folder.path().join("bees/d.jpg")].into());
        let found = Differences::between(&before, &now, &same_size);
        assert_eq!(
            (found.came.as_slice(), found.went.as_slice()),
            (&["e.jpg".to_owned()][..], &["b.jpg".to_owned()][..])
        );
        let others: HashSet<_> = found.others.values().map(|path| path.file_name().unwrap().to_owned()).collect();
        let all = ["a.jpg", "b.jpg", "d.jpg", "e.jpg"].map(std::ffi::OsString::from);
        assert_eq!(others, HashSet::from(all), "one by its size, one by the report, one that went, one that came");
        assert!(found.is_other_list);
        let text = found.told().unwrap();
        assert!(text.contains("e.jpg is new") && text.contains("b.jpg is gone"), "{text}");
    }
}
