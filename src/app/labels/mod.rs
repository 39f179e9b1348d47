//! Carries out what is asked for while labelling: changes the labels at once, and has them written down by a thread.
//!
//! The window never waits for the disk. A label is there as soon as the key is pressed; when it can't be written down, a
//! notice says so and it is tried again.

mod hasher;
mod open;
mod perform;
mod writer;

use std::time::{SystemTime, UNIX_EPOCH};

pub(super) use open::{Opened, open};
pub(super) use perform::label_imported;
use perform::{do_again, perform, perform_checked, take_back};
pub(super) use writer::Held;
use writer::Writer;

use super::command::LabelCommand;
use super::imago_app::{Cx, Services};
use super::state::{JobId, LabelSaving, NoticeLevel, Project, Selection, Workspace, refuse_letter};
use crate::dataset::labels::{Edit, Mark, Record};
use crate::dataset::{Split, labels};
use crate::lang::{self, t};

/// Selections of up to this many pictures are looked up one by one.
const LOOKED_UP_ONE_BY_ONE: usize = 8;

/// What the thread that writes labels reports.
pub enum LabelsMessage {
    /// What could not be written is written now.
    Saved(JobId),
    /// The file of the labels was gone, and is there again with all of them.
    Restored(JobId),
    /// Labels could not be written.
    NotSaved {
        /// Whose.
        writer: JobId,
        /// One sentence.
        reason: String,
        /// It will not be tried again.
        for_good: bool,
    },
}

/// What labelling keeps that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    writer: Option<Writer>,
    /// Records of this session, for when the folder is read again meanwhile.
    session: Vec<Record>,
    /// The revision of labels that the other workspaces know.
    told: Option<(u64, u64)>,
}

impl Service {
    /// Whether all labels are written, or can't be.
    pub fn is_idle(&self) -> bool {
        self.writer.as_ref().is_none_or(Writer::is_idle)
    }

    /// How many actions could not be written so far.
    pub fn unsaved(&self) -> usize {
        self.writer.as_ref().map_or(0, Writer::unsaved)
    }

    /// Waits a moment for labels that are just being written. How many actions are not written then.
    pub fn settle(&self) -> usize {
        self.writer.as_ref().map_or(0, Writer::settle)
    }

    /// The data set whose journal this window holds.
    pub fn holds(&self) -> Option<Held> {
        self.writer.as_ref().map(Writer::held)
    }
}

/// Writes what is still to be written and lets the journal go. Whether all labels are written.
pub(super) fn close(services: &mut Services) -> bool {
    let unsaved = services.labels.writer.take().map_or(0, Writer::close);
    services.labels.session.clear();
    unsaved == 0
}

/// Carries out a command.
pub(super) fn handle(command: LabelCommand, cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    if let LabelCommand::GiveLetter(class, letter) = command {
        give_letter(class, letter, cx);
        return;
    }
    if let Some(why) = project.labels.refusal() {
        let why = why.to_owned();
        cx.state.notify(NoticeLevel::Warning, why);
        return;
    }
    let Some(layer) = &project.labels.layer else { return };
    let dataset = &project.dataset;
    match command {
        LabelCommand::Label(class) => {
            let acting = acting(cx);
            let edit = layer.label(dataset, &acting, class);
            perform(edit, cx);
            move_on(cx);
        }
        LabelCommand::AcceptSuggestions => {
            let suggested = suggested(cx);
            if suggested.is_empty() {
                let text = t!(
                    "The model says nothing of this picture yet, or names a class that this data set does not have."
                );
                cx.state.notify(NoticeLevel::Info, text);
                return;
            }
            let edit = layer.label_each(dataset, &suggested);
            perform(edit, cx);
            move_on(cx);
        }
        LabelCommand::Mark(mark) => {
            let acting = acting(cx);
            let all_have_it = acting.iter().all(|position| mark.is_in(layer.marks(*position)));
            let edit = layer.mark(dataset, &acting, mark, !all_have_it);
            perform(edit, cx);
            move_on(cx);
        }
        LabelCommand::MoveTo(split) => {
            let edit = layer.move_to(dataset, &acting(cx), split);
            perform(edit, cx);
        }
        LabelCommand::Drop(split, class) => dropped(split, class, cx),
        LabelCommand::SetAside(positions) => {
            let edit = layer.mark(dataset, &positions, Mark::SetAside, true);
            perform(edit, cx);
        }
        LabelCommand::TakeOver(edits) => edits.into_iter().for_each(|edit| perform(Some(edit), cx)),
        LabelCommand::Undo => take_back(cx),
        LabelCommand::Redo => do_again(cx),
        LabelCommand::CreateClass(name) => {
            let edit = Edit::create_class(dataset, name.trim());
            perform_checked(edit, cx);
        }
        LabelCommand::RenameClass(class, name) => {
            let name = name.trim().to_owned();
            let edit = Edit::rename_class(dataset, class, &name);
            let old = dataset.classes.get(class).cloned().filter(|_| edit.is_ok());
            perform_checked(edit, cx);
            // Its letter goes with it.
            let letters = &mut cx.state.settings.class_letters;
            if let Some(letter) = old.and_then(|old| letters.remove(&old)) {
                letters.insert(name, letter);
            }
        }
        LabelCommand::MergeClasses(class, into) => {
            let edit = Edit::merge_classes(dataset, class, into);
            perform_checked(edit, cx);
        }
        LabelCommand::ColorClass(class, color) => {
            let edit = Edit::color_class(layer, dataset, class, color);
            perform_checked(edit, cx);
        }
        LabelCommand::MoveClass(class, to) => {
            let edit = Edit::move_class(dataset, class, to);
            perform_checked(edit, cx);
        }
        LabelCommand::GiveLetter(..) => {}
    }
}

/// Folds in what the writing thread reports.
pub(super) fn receive(message: LabelsMessage, cx: &mut Cx<'_>) {
    let current = cx.services.labels.writer.as_ref().map(|writer| writer.id);
    let Some(project) = &mut cx.state.project else { return };
    match message {
        LabelsMessage::Saved(writer) if Some(writer) == current => {
            project.labels.saving = LabelSaving::Fine;
            cx.state.leaving = None;
            cx.state.notify(NoticeLevel::Success, t!("All labels are saved now."));
        }
        LabelsMessage::NotSaved { writer, reason, for_good } if Some(writer) == current => {
            let text = if for_good {
                project.labels.saving = LabelSaving::Failed(reason.clone());
                t!("The last labels could not be saved. {reason}.", reason = lang::sentence(&reason))
            } else {
                project.labels.saving = LabelSaving::Retrying(reason.clone());
                t!("Labels are not saved yet. {reason}. Imago goes on trying.", reason = lang::sentence(&reason))
            };
            cx.state.notify(NoticeLevel::Error, text);
        }
        LabelsMessage::Restored(writer) if Some(writer) == current => {
            let text = t!("The file with the labels was gone. It is there again, with all of them.");
            cx.state.notify(NoticeLevel::Warning, text);
        }
        LabelsMessage::Saved(_) | LabelsMessage::Restored(_) | LabelsMessage::NotSaved { .. } => {}
    }
}

/// Once a frame: the other workspaces are told of new labels when one of them comes to the front.
pub(super) fn tick(cx: &mut Cx<'_>) {
    // It was only slow.
    if cx.state.leaving.is_some() && cx.services.labels.writer.as_ref().is_none_or(Writer::has_written_all) {
        cx.state.leaving = None;
    }
    let Some(project) = &cx.state.project else { return };
    let now = (project.serial, project.labels.revision);
    match cx.services.labels.told {
        Some(told) if told == now || told.0 == now.0 && cx.state.workspace == Workspace::Data => {}
        Some(told) if told.0 == now.0 => {
            cx.services.labels.told = Some(now);
            super::train::labels_changed(cx);
            super::results::labels_changed(cx);
        }
        // A data set that was just opened: they know it.
        _ => cx.services.labels.told = Some(now),
    }
}

/// A data set was opened, its labels with it.
pub(super) fn opened(opened: Opened, project: &mut Project, cx: &mut Cx<'_>) {
    let root = project.dataset.root.clone();
    let is_ours = cx.services.labels.writer.as_ref().is_some_and(|writer| writer.root == root);
    for problem in opened.problems {
        cx.state.notify(NoticeLevel::Warning, problem);
    }
    project.labels.read_only = opened.read_only;
    if is_ours {
        // Labels that were given while the folder was being read, and then what was found moved: as it will be in the journal.
        let next = project.labels.layer.as_ref().map_or(u64::MAX, |layer| layer.labels().next_seq());
        let session = cx.services.labels.session.iter().filter(|record| record.seq >= next);
        let records: Vec<&Record> = session.chain(&opened.bookkeeping).collect();
        if !records.is_empty() {
            project.change_labels(|layer, dataset| {
                records.iter().for_each(|record| layer.take_in(dataset, record));
            });
        }
        if let Some(old) = &cx.state.project {
            project.labels.saving = old.labels.saving.clone();
        }
        if !matches!(project.labels.saving, LabelSaving::Failed(_)) {
            if let (Some(writer), Some(seen)) = (&cx.services.labels.writer, opened.seen) {
                writer.reread(opened.bookkeeping, seen);
            }
            return;
        }
    }
    close(cx.services);
    let Some(journal) = opened.journal else { return };
    let unhashed = project.labels.layer.as_ref().map(|layer| layer.labels().without_hash(100_000)).unwrap_or_default();
    let context = cx.services.jobs.context();
    match Writer::start(root, journal, opened.bookkeeping, unhashed, context) {
        Ok(writer) => cx.services.labels.writer = Some(writer),
        Err(error) => {
            project.labels.read_only =
                Some(t!("No labels can be given: no thread could be started ({error}).", error = lang::said(&error)));
        }
    }
}

/// Milliseconds since 1970 (UTC).
pub(super) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// Positions of the pictures that an action is about: those that are selected, in the order shown, or the one that the
/// keyboard stands on; in Results the one that is looked at closely.
fn acting(cx: &Cx<'_>) -> Vec<usize> {
    let (data, Some(project)) = (&cx.state.data, &cx.state.project) else { return Vec::new() };
    if cx.state.workspace == Workspace::Results {
        let item = cx.state.results.item(project);
        return item.and_then(|item| project.index_of.get(&item.id).copied()).into_iter().collect();
    }
    let ids = &data.selection.ids;
    match (ids.len(), data.selection.cursor) {
        (0, cursor) => cursor.and_then(|id| project.index_of.get(&id).copied()).into_iter().collect(),
        (1, _) => ids.iter().filter_map(|id| project.index_of.get(id).copied()).collect(),
        _ => {
            let is_selected = |at: &usize| project.dataset.items.get(*at).is_some_and(|item| ids.contains(&item.id));
            data.shown().iter().copied().filter(is_selected).collect()
        }
    }
}

/// Place in the list shown of the last picture that is selected, or that the keyboard stands on.
fn last_selected(data: &super::state::DataState, project: &Project) -> Option<usize> {
    let Selection { ids, cursor, .. } = &data.selection;
    if ids.len() <= LOOKED_UP_ONE_BY_ONE {
        // Mostly one: looking for it is much quicker than asking of every picture whether it is selected.
        let places = ids.iter().chain(cursor).filter_map(|id| data.position_of(&project.dataset, *id));
        return places.max();
    }
    let id_at = |at: usize| Some(project.dataset.items.get(*data.shown().get(at)?)?.id);
    (0..data.shown().len()).rev().find(|at| id_at(*at).is_some_and(|id| ids.contains(&id) || *cursor == Some(id)))
}

/// Positions of the pictures that an action is about, with the class that the model suggests for each; those without a
/// suggestion are left out.
fn suggested(cx: &Cx<'_>) -> Vec<(usize, usize)> {
    let Some(project) = &cx.state.project else { return Vec::new() };
    let suggestions = &cx.state.data.suggestions;
    let class = |position: usize| suggestions.of(project.dataset.items.get(position)?.id)?.class;
    acting(cx).into_iter().filter_map(|position| Some((position, class(position)?))).collect()
}

/// The keyboard goes on to the picture after those that were acted on, so that the next key is for that one.
fn move_on(cx: &mut Cx<'_>) {
    let Some(project) = cx.state.project.as_ref().filter(|_| cx.state.workspace == Workspace::Data) else { return };
    let data = &mut cx.state.data;
    // Two that are compared stay in view.
    if data.large.as_ref().is_some_and(|view| view.pair.is_some()) {
        return;
    }
    let count = data.shown().len();
    let Some(last) = last_selected(data, project) else { return };
    if last + 1 < count {
        data.select_only(&project.dataset, last + 1);
        data.scroll_to = Some(last + 1);
    }
}

/// Gives a class a letter; one that does something else already is refused.
fn give_letter(class: usize, letter: Option<char>, cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    let classes = &project.dataset.classes;
    let Some(name) = classes.get(class).cloned() else { return };
    let letters = &mut cx.state.settings.class_letters;
    match letter.map(|letter| (letter, refuse_letter(letters, classes, class, letter))) {
        Some((_, Some(why))) => cx.state.notify(NoticeLevel::Warning, why),
        Some((letter, None)) => {
            letters.insert(name, letter.to_ascii_uppercase());
        }
        None => {
            letters.remove(&name);
        }
    }
}

fn dropped(split: Split, class: usize, cx: &mut Cx<'_>) {
    let Some(project) = &cx.state.project else { return };
    let Some(layer) = &project.labels.layer else { return };
    let edit = layer.label_and_move(&project.dataset, &acting(cx), class, split);
    perform(edit, cx);
}

/// The places where a data set's labels are.
pub(super) fn places(root: &std::path::Path, paths: &crate::base::AppPaths) -> labels::LabelPlaces {
    labels::LabelPlaces::of(root, &paths.data_dir)
}
