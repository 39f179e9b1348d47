//! From records to what they amount to: the state of every picture that was ever touched, the classes, and what can be undone.
//!
//! Undo and redo exchange states, they do not reckon backwards: a step keeps what its pictures (or the classes) were before
//! it. So all undone is exactly as it was, and all redone exactly as it had become.

use std::collections::HashMap;

use super::super::Split;
use super::classes::{ClassId, ClassTable, color_of};
use super::content::ContentHash;
use super::describe::describe;
use super::history::{Happening, LabelEvent, Moment, told};
use super::layer::Marks;
use super::record::{Action, Change, Moved, Patch, Record};

/// A picture's label, as far as the journal says anything of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Label {
    /// It says nothing: the folder's counts.
    #[default]
    OfFolder,
    /// None.
    Cleared,
    /// This one.
    Given(ClassId),
}

/// What the journal says of one picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FileState {
    pub label: Label,
    /// None: what the folder says.
    pub split: Option<Split>,
    pub marks: Marks,
}

#[derive(Clone, Debug, PartialEq)]
struct FileEntry {
    key: String,
    hash: Option<ContentHash>,
    state: FileState,
    /// What became of it, the first moment first.
    history: Vec<Moment>,
}

/// What a step exchanges when it is undone or redone.
#[derive(Clone, Debug, PartialEq)]
struct Exchange {
    files: Vec<(u32, FileState)>,
    classes: Option<ClassTable>,
}

#[derive(Clone, Debug, PartialEq)]
struct Step {
    seq: u64,
    /// What it did, for people.
    title: String,
    exchange: Exchange,
}

/// What a record changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// These pictures, by their number.
    Files(Vec<u32>),
    /// These pictures, and the classes too.
    FilesAndClasses(Vec<u32>),
    /// The classes, and so possibly any picture.
    Classes,
    /// Nothing that is seen.
    Nothing,
}

/// What all records so far amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    pub(super) classes: ClassTable,
    files: Vec<FileEntry>,
    by_key: HashMap<String, u32>,
    undo: Vec<Step>,
    redo: Vec<Step>,
    next_seq: u64,
}

impl Labels {
    /// No records yet; the classes are those of the folders, in their order.
    pub fn new(folder_classes: &[String]) -> Self {
        Self {
            classes: ClassTable::of_folders(folder_classes),
            files: Vec::new(),
            by_key: HashMap::new(),
            undo: Vec::new(),
            redo: Vec::new(),
            next_seq: 1,
        }
    }

    /// Whether nothing was ever done.
    pub fn is_untouched(&self) -> bool {
        self.next_seq == 1 && self.files.is_empty()
    }

    /// The number that the next action gets.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// What undo would take back, in words: `3 pictures labelled bees`.
    pub fn undo_title(&self) -> Option<&str> {
        self.undo.last().map(|step| step.title.as_str())
    }

    /// What redo would do again, in words.
    pub fn redo_title(&self) -> Option<&str> {
        self.redo.last().map(|step| step.title.as_str())
    }

    /// How many steps can be undone and redone.
    pub fn steps(&self) -> (usize, usize) {
        (self.undo.len(), self.redo.len())
    }

    /// Number of the action that undo would take back.
    pub(super) fn undo_seq(&self) -> Option<u64> {
        self.undo.last().map(|step| step.seq)
    }

    /// Number of the action that redo would do again.
    pub(super) fn redo_seq(&self) -> Option<u64> {
        self.redo.last().map(|step| step.seq)
    }

    /// Takes in one record.
    ///
    /// # Errors
    /// One phrase: why it makes no sense after those before. Nothing has changed then.
    pub(super) fn apply(&mut self, record: &Record) -> Result<Effect, String> {
        let effect = match &record.action {
            Action::Change { changes, create, order } => {
                let title = describe(&record.action);
                let classes = (!create.is_empty()).then(|| self.classes.clone());
                create.iter().for_each(|name| self.classes.create(name));
                self.classes.reorder(order);
                let before = changes.iter().map(|change| self.change(change, record.time_ms)).collect();
                let ids = changes.iter().filter_map(|change| self.by_key.get(&change.file).copied()).collect();
                let effect = if classes.is_some() { Effect::FilesAndClasses(ids) } else { Effect::Files(ids) };
                self.remember(Step { seq: record.seq, title, exchange: Exchange { files: before, classes } });
                effect
            }
            Action::Undo { of } => {
                let step = self.undo.pop_if(|step| step.seq == *of).ok_or("it takes back what is not there")?;
                let (step, effect) = self.exchange(step, record.time_ms, Happening::Undone);
                self.redo.push(step);
                effect
            }
            Action::Redo { of } => {
                let step = self.redo.pop_if(|step| step.seq == *of).ok_or("it does again what was not taken back")?;
                let (step, effect) = self.exchange(step, record.time_ms, Happening::Redone);
                self.undo.push(step);
                effect
            }
            Action::Hashes { files } => {
                for (key, hash) in files {
                    let hash = hash.parse().ok();
                    if let Some(entry) = self.by_key.get(key).and_then(|id| self.files.get_mut(*id as usize)) {
                        entry.hash = hash;
                    }
                }
                Effect::Nothing
            }
            Action::Moved { files } => {
                self.moved(files);
                Effect::Nothing
            }
            class_action => {
                let mut classes = self.classes.clone();
                change_classes(&mut classes, class_action)?;
                let before = std::mem::replace(&mut self.classes, classes);
                let title = describe(&record.action);
                let exchange = Exchange { files: Vec::new(), classes: Some(before) };
                self.remember(Step { seq: record.seq, title, exchange });
                Effect::Classes
            }
        };
        self.next_seq = self.next_seq.max(record.seq.saturating_add(1));
        Ok(effect)
    }

    fn remember(&mut self, step: Step) {
        self.redo.clear();
        self.undo.push(step);
    }

    /// Changes a picture; returns what it was before.
    fn change(&mut self, change: &Change, time_ms: u64) -> (u32, FileState) {
        let id = self.intern(&change.file);
        let label = match &change.new.label {
            Some(Some(name)) => Some(Label::Given(self.classes.find_or_add(name))),
            Some(None) => Some(Label::Cleared),
            None => None,
        };
        let Patch { label: _, split, unsure, skip, set_aside } = change.new;
        let Some(entry) = self.files.get_mut(id as usize) else { return (id, FileState::default()) };
        let before = entry.state.clone();
        if let Some(hash) = change.hash.as_ref().and_then(|hash| hash.parse().ok()) {
            entry.hash = Some(hash);
        }
        let state = &mut entry.state;
        state.label = label.unwrap_or(state.label);
        state.split = split.or(state.split);
        state.marks.unsure = unsure.unwrap_or(state.marks.unsure);
        state.marks.skip = skip.unwrap_or(state.marks.skip);
        state.marks.set_aside = set_aside.unwrap_or(state.marks.set_aside);
        entry.history.push(Moment { time_ms, how: Happening::Done, after: entry.state.clone() });
        (id, before)
    }

    fn intern(&mut self, key: &str) -> u32 {
        if let Some(id) = self.by_key.get(key) {
            return *id;
        }
        let id = self.files.len() as u32;
        self.files.push(FileEntry {
            key: key.to_owned(),
            hash: None,
            state: FileState::default(),
            history: Vec::new(),
        });
        self.by_key.insert(key.to_owned(), id);
        id
    }

    fn exchange(&mut self, mut step: Step, time_ms: u64, how: Happening) -> (Step, Effect) {
        let Exchange { files, classes } = &mut step.exchange;
        // A picture named twice in one line is put back in the opposite order, and so to what it was at first.
        files.reverse();
        for (id, state) in files.iter_mut() {
            if let Some(entry) = self.files.get_mut(*id as usize) {
                std::mem::swap(&mut entry.state, state);
                entry.history.push(Moment { time_ms, how, after: entry.state.clone() });
            }
        }
        let ids: Vec<u32> = files.iter().map(|(id, _)| *id).collect();
        let effect = match classes {
            Some(classes) => {
                std::mem::swap(&mut self.classes, classes);
                if ids.is_empty() { Effect::Classes } else { Effect::FilesAndClasses(ids) }
            }
            None => Effect::Files(ids),
        };
        (step, effect)
    }

    fn moved(&mut self, files: &[Moved]) {
        for Moved { from, to } in files {
            if self.by_key.contains_key(to) {
                continue;
            }
            if let Some(id) = self.by_key.remove(from) {
                if let Some(entry) = self.files.get_mut(id as usize) {
                    entry.key.clone_from(to);
                }
                self.by_key.insert(to.clone(), id);
            }
        }
    }

    /// The number of a picture, where the journal knows it.
    pub(super) fn id_of(&self, key: &str) -> Option<u32> {
        self.by_key.get(key).copied()
    }

    /// What the journal says of a picture.
    pub(super) fn state(&self, id: u32) -> Option<&FileState> {
        self.files.get(id as usize).map(|entry| &entry.state)
    }

    /// What became of a picture, the first thing first; nothing where the journal does not know it.
    pub fn history(&self, key: &str) -> Vec<LabelEvent> {
        let entry = self.id_of(key).and_then(|id| self.files.get(id as usize));
        entry.map(|entry| told(&entry.history, &self.classes)).unwrap_or_default()
    }

    /// How many pictures the journal knows.
    pub fn files_known(&self) -> usize {
        self.files.len()
    }

    /// Pictures of which the journal says something, with the hash where it is known.
    pub(super) fn known(&self) -> impl Iterator<Item = (&str, Option<ContentHash>)> {
        let said = self.files.iter().filter(|entry| entry.state != FileState::default());
        said.map(|entry| (entry.key.as_str(), entry.hash))
    }

    /// Pictures of which the journal says something and whose hash it does not know, at most `most`.
    pub fn without_hash(&self, most: usize) -> Vec<String> {
        self.known().filter(|(_, hash)| hash.is_none()).take(most).map(|(key, _)| key.to_owned()).collect()
    }
}

fn change_classes(classes: &mut ClassTable, action: &Action) -> Result<(), String> {
    match action {
        Action::CreateClass { name, order } => {
            classes.create(name);
            classes.reorder(order);
        }
        Action::RenameClass { from, to, order } => {
            classes.rename(from, to)?;
            classes.reorder(order);
        }
        Action::MergeClasses { from, into } => classes.merge(from, into)?,
        Action::ColorClass { class, new, .. } => classes.recolor(class, new.as_deref().and_then(color_of)),
        Action::OrderClasses { new, .. } => classes.reorder(new),
        Action::Change { .. }
        | Action::Undo { .. }
        | Action::Redo { .. }
        | Action::Hashes { .. }
        | Action::Moved { .. } => {}
    }
    Ok(())
}
