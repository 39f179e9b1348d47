//! The labels laid over a scanned data set: for each picture the class and split that count, and its marks.
//!
//! One label changes one picture: nothing else is reckoned anew, however large the data set is.

use super::super::split::validation_count;
use super::super::{Dataset, Split};
use super::classes::{ClassColor, ClassId};
use super::edit::Edit;
use super::history::LabelEvent;
use super::record::{Action, Record, file_key};
use super::replay::{Effect, FileState, Label, Labels};

/// What a person noted about a picture beside its label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks {
    /// The label is not certain.
    pub unsure: bool,
    /// Left for later.
    pub skip: bool,
    /// Not used for training or evaluation.
    pub set_aside: bool,
}

/// What the folders say of a picture.
#[derive(Clone, Copy, Debug)]
struct Start {
    class: Option<ClassId>,
    split: Split,
}

/// Which class was at which place of the order, to find it again after classes were renamed, merged, made or reordered.
#[derive(Clone, Debug)]
pub struct ClassPlaces(Vec<ClassId>);

/// How much of a data set's labels comes from the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LabelSummary {
    /// Pictures whose label differs from what their folder says.
    pub changed: usize,
    /// Pictures that are in another split than their folder says.
    pub moved: usize,
    /// Without a label, neither skipped nor set aside.
    pub left: usize,
    /// Pictures marked unsure.
    pub unsure: usize,
    /// Pictures skipped.
    pub skipped: usize,
    /// Pictures set aside.
    pub set_aside: usize,
}

/// The labels of an open data set.
#[derive(Clone, Debug)]
pub struct LabelLayer {
    labels: Labels,
    start: Vec<Start>,
    marks: Vec<Marks>,
    /// Position of each file that the journal knows; none: it is gone.
    positions: Vec<Option<usize>>,
    /// The folders say nothing about validation: newly labelled pictures get their split from us, this share of each class.
    draws: Option<f64>,
}

impl LabelLayer {
    /// Lays `labels` over a freshly scanned data set. `val_fraction`: as it was scanned with.
    pub fn new(dataset: &mut Dataset, labels: Labels, val_fraction: f64) -> Self {
        // The classes of the folders are the first ones that the labels know, in the same order.
        let start: Vec<Start> =
            dataset.items.iter().map(|item| Start { class: item.class.map(ClassId), split: item.split }).collect();
        let mut layer = Self {
            marks: vec![Marks::default(); start.len()],
            start,
            positions: Vec::new(),
            draws: (!dataset.has_own_validation()).then_some(val_fraction).filter(|fraction| *fraction > 0.0),
            labels,
        };
        layer.find_positions(dataset);
        layer.lay_all(dataset);
        layer
    }

    fn find_positions(&mut self, dataset: &Dataset) {
        self.positions = vec![None; self.labels.files_known()];
        if self.positions.is_empty() {
            return;
        }
        for (position, item) in dataset.items.iter().enumerate() {
            let id = self.labels.id_of(&file_key(&item.rel_path));
            if let Some(place) = id.and_then(|id| self.positions.get_mut(id as usize)) {
                *place = Some(position);
            }
        }
    }

    /// What the journal amounts to.
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Marks of the picture at a position of [`Dataset::items`].
    pub fn marks(&self, position: usize) -> Marks {
        self.marks.get(position).copied().unwrap_or_default()
    }

    /// The class that the picture's folder stands for, as its place among the classes that there are now.
    pub fn folder_class(&self, position: usize) -> Option<usize> {
        self.start.get(position)?.class.and_then(|id| self.labels.classes.index_of(id))
    }

    /// Whether the label of a picture differs from what its folder says.
    pub fn is_changed(&self, dataset: &Dataset, position: usize) -> bool {
        dataset.items.get(position).is_some_and(|item| item.class != self.folder_class(position))
    }

    /// What became of the label of a picture, the first thing first.
    pub fn history(&self, dataset: &Dataset, position: usize) -> Vec<LabelEvent> {
        let item = dataset.items.get(position);
        item.map(|item| self.labels.history(&file_key(&item.rel_path))).unwrap_or_default()
    }

    /// Which class is at which place now.
    pub fn class_places(&self) -> ClassPlaces {
        ClassPlaces(self.labels.classes.ids().to_vec())
    }

    /// Where the class is now that was at `index`: under its new name, or within the one that took it in. None where it is no
    /// more.
    pub fn place_now(&self, before: &ClassPlaces, index: usize) -> Option<usize> {
        before.0.get(index).and_then(|id| self.labels.classes.index_of(*id))
    }

    /// Colours of the classes, in order; none: the usual one.
    pub fn class_colors(&self) -> Vec<Option<ClassColor>> {
        self.labels.classes.colors()
    }

    /// How much comes from the journal.
    pub fn summary(&self, dataset: &Dataset) -> LabelSummary {
        let index = self.labels.classes.indices();
        let mut summary = LabelSummary::default();
        for ((item, start), marks) in dataset.items.iter().zip(&self.start).zip(&self.marks) {
            let folder = start.class.and_then(|id| index.get(id.0).copied().flatten());
            summary.changed += usize::from(item.class != folder);
            summary.moved += usize::from(item.split != start.split);
            summary.left += usize::from(item.class.is_none() && !marks.skip && !marks.set_aside);
            summary.unsure += usize::from(marks.unsure);
            summary.skipped += usize::from(marks.skip);
            summary.set_aside += usize::from(marks.set_aside);
        }
        summary
    }

    /// The data set as training and evaluation see it: without what is set aside, and without classes that have no pictures.
    pub fn for_training(&self, dataset: &Dataset) -> Dataset {
        let mut dataset = dataset.clone();
        let mut marks = self.marks.iter();
        dataset.items.retain(|_| !marks.next().is_some_and(|marks| marks.set_aside));
        let mut used = vec![false; dataset.classes.len()];
        for class in dataset.items.iter().filter_map(|item| item.class) {
            used[class] = true;
        }
        if used.contains(&false) {
            let mut count = 0;
            let new: Vec<Option<usize>> = used
                .iter()
                .map(|used| {
                    count += usize::from(*used);
                    used.then(|| count - 1)
                })
                .collect();
            for item in &mut dataset.items {
                item.class = item.class.and_then(|class| new.get(class).copied().flatten());
            }
            let mut used = used.into_iter();
            dataset.classes.retain(|_| used.next().unwrap_or(true));
        }
        dataset
    }

    /// The same where the folder had been scanned with another share kept for validation: as a run sees it that keeps this share.
    pub fn for_training_keeping(&self, dataset: &Dataset, val_fraction: f64) -> Dataset {
        let mut other = dataset.clone();
        for (item, start) in other.items.iter_mut().zip(&self.start) {
            // The classes of the folders are the first ones that the labels know.
            (item.class, item.split) = (start.class.map(|id| id.0), start.split);
        }
        let mut other = other.keeping(val_fraction);
        Self::new(&mut other, self.labels.clone(), val_fraction).for_training(&other)
    }

    /// Whether training sees another data set than the one that is shown.
    pub fn training_differs(&self, dataset: &Dataset) -> bool {
        let mut used = vec![false; dataset.classes.len()];
        for class in dataset.items.iter().filter_map(|item| item.class) {
            used[class] = true;
        }
        used.contains(&false) || self.marks.iter().any(|marks| marks.set_aside)
    }

    /// Carries out an edit; returns the record to be written.
    ///
    /// # Errors
    /// One phrase: why it can't be. Nothing has changed then.
    pub fn carry_out(&mut self, dataset: &mut Dataset, edit: Edit, time_ms: u64) -> Result<Record, String> {
        let record = Record { seq: self.labels.next_seq(), time_ms, action: edit.action };
        let effect = self.labels.apply(&record)?;
        self.positions.resize(self.labels.files_known(), None);
        if let Effect::Files(ids) | Effect::FilesAndClasses(ids) = &effect {
            for (id, position) in ids.iter().zip(&edit.positions) {
                if let Some(place) = self.positions.get_mut(*id as usize) {
                    *place = Some(*position);
                }
            }
        }
        self.show(dataset, effect);
        Ok(record)
    }

    /// Takes back the last action; returns the record to be written, and what was taken back.
    pub fn undo(&mut self, dataset: &mut Dataset, time_ms: u64) -> Option<(Record, String)> {
        let title = self.labels.undo_title()?.to_owned();
        let action = Action::Undo { of: self.labels.undo_seq()? };
        let record = self.carry_out(dataset, Edit::of(action), time_ms).ok()?;
        Some((record, title))
    }

    /// Does again what was taken back last; returns the record to be written, and what was done.
    pub fn redo(&mut self, dataset: &mut Dataset, time_ms: u64) -> Option<(Record, String)> {
        let title = self.labels.redo_title()?.to_owned();
        let action = Action::Redo { of: self.labels.redo_seq()? };
        let record = self.carry_out(dataset, Edit::of(action), time_ms).ok()?;
        Some((record, title))
    }

    /// Takes in a record that was made elsewhere (before the data set was read again).
    pub fn take_in(&mut self, dataset: &mut Dataset, record: &Record) {
        if self.labels.apply(record).is_err() {
            return;
        }
        if self.labels.files_known() > self.positions.len() || matches!(record.action, Action::Moved { .. }) {
            self.find_positions(dataset);
        }
        self.lay_all(dataset);
    }

    /// The positions that an effect is seen at.
    fn show(&mut self, dataset: &mut Dataset, effect: Effect) {
        match effect {
            Effect::Files(ids) => {
                let index = self.labels.classes.indices();
                // A label may name a class that is made by it (its own creation was lost).
                if self.labels.classes.len() != dataset.classes.len() {
                    self.lay_all(dataset);
                    return;
                }
                for id in ids {
                    if let Some(position) = self.positions.get(id as usize).copied().flatten() {
                        self.lay(dataset, position, self.labels.state(id).cloned().as_ref(), &index);
                    }
                }
            }
            Effect::Classes | Effect::FilesAndClasses(_) => self.lay_all(dataset),
            Effect::Nothing => {}
        }
    }

    fn lay_all(&mut self, dataset: &mut Dataset) {
        dataset.classes = self.labels.classes.names();
        let index = self.labels.classes.indices();
        for position in 0..dataset.items.len() {
            self.lay(dataset, position, None, &index);
        }
        for id in 0..self.positions.len() {
            if let Some(position) = self.positions[id] {
                self.lay(dataset, position, self.labels.state(id as u32).cloned().as_ref(), &index);
            }
        }
    }

    fn lay(&mut self, dataset: &mut Dataset, position: usize, state: Option<&FileState>, index: &[Option<usize>]) {
        let (Some(item), Some(start)) = (dataset.items.get_mut(position), self.start.get(position)) else { return };
        let label = match state.map(|state| state.label).unwrap_or_default() {
            Label::OfFolder => start.class,
            Label::Cleared => None,
            Label::Given(class) => Some(class),
        };
        item.class = label.and_then(|id| index.get(id.0).copied().flatten());
        item.split = state.and_then(|state| state.split).unwrap_or(start.split);
        if let Some(marks) = self.marks.get_mut(position) {
            *marks = state.map(|state| state.marks).unwrap_or_default();
        }
    }

    /// For pictures that had no label and get one, where the folders say nothing about validation: the split that keeps the
    /// share of each class.
    pub(super) fn quota(&self, dataset: &Dataset, class: usize) -> Option<Quota> {
        let fraction = self.draws?;
        Some(Quota {
            fraction,
            train: dataset.count(Split::Train, Some(class)),
            val: dataset.count(Split::Val, Some(class)),
        })
    }
}

/// Keeps the share of validation pictures in a class that grows.
pub(super) struct Quota {
    fraction: f64,
    train: usize,
    val: usize,
}

impl Quota {
    /// The split of the next picture.
    pub fn next(&mut self) -> Split {
        if validation_count(self.train + self.val + 1, self.fraction) > self.val {
            self.val += 1;
            Split::Val
        } else {
            self.train += 1;
            Split::Train
        }
    }
}
