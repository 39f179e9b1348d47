//! What a person asks for, as an action that says of each picture what changes: pictures that are that way already are left
//! out, and where nothing changes there is no action.

use std::collections::HashMap;

use super::super::{Dataset, Split};
use super::ClassColor;
use super::classes::{check_class_name, color_text};
use super::layer::{LabelLayer, Marks, Quota};
use super::record::{Action, Change, Patch, file_key};

/// A mark that can be set and taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// The label is not certain.
    Unsure,
    /// Left for later.
    Skip,
    /// Not used for training or evaluation.
    SetAside,
}

impl Mark {
    /// Whether it is set.
    pub fn is_in(self, marks: Marks) -> bool {
        match self {
            Self::Unsure => marks.unsure,
            Self::Skip => marks.skip,
            Self::SetAside => marks.set_aside,
        }
    }
}

/// An action, and where the pictures that it changes are.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    pub(super) action: Action,
    /// Positions in [`Dataset::items`], one for each change.
    pub(super) positions: Vec<usize>,
}

impl Edit {
    /// An action that names no pictures.
    pub(super) fn of(action: Action) -> Self {
        Self { action, positions: Vec::new() }
    }

    /// The same, with classes made before, in one step.
    pub(super) fn making(mut self, dataset: &Dataset, classes: Vec<String>) -> Self {
        if let Action::Change { create, order, .. } = &mut self.action
            && !classes.is_empty()
        {
            *order = dataset.classes.iter().chain(&classes).cloned().collect();
            *create = classes;
        }
        self
    }

    /// A new class.
    ///
    /// # Errors
    /// One sentence: why there can be no class of this name.
    pub fn create_class(dataset: &Dataset, name: &str) -> Result<Self, String> {
        check_new_name(dataset, name)?;
        let mut order = dataset.classes.clone();
        order.push(name.to_owned());
        Ok(Self::of(Action::CreateClass { name: name.to_owned(), order }))
    }

    /// Another name for a class.
    ///
    /// # Errors
    /// One sentence: why it can't have this name.
    pub fn rename_class(dataset: &Dataset, class: usize, name: &str) -> Result<Self, String> {
        let from = class_name(dataset, class)?;
        check_new_name(dataset, name)?;
        let mut order = dataset.classes.clone();
        name.clone_into(&mut order[class]);
        Ok(Self::of(Action::RenameClass { from, to: name.to_owned(), order }))
    }

    /// All pictures of `class` to `into`; `class` is no more.
    ///
    /// # Errors
    /// One sentence: why that makes no sense.
    pub fn merge_classes(dataset: &Dataset, class: usize, into: usize) -> Result<Self, String> {
        if class == into {
            return Err("A class can't be merged into itself.".to_owned());
        }
        let (from, into) = (class_name(dataset, class)?, class_name(dataset, into)?);
        Ok(Self::of(Action::MergeClasses { from, into }))
    }

    /// Another colour for a class; none: the usual one.
    ///
    /// # Errors
    /// There is no such class.
    pub fn color_class(
        layer: &LabelLayer,
        dataset: &Dataset,
        class: usize,
        color: Option<ClassColor>,
    ) -> Result<Self, String> {
        let old = layer.class_colors().get(class).copied().flatten().map(color_text);
        Ok(Self::of(Action::ColorClass { class: class_name(dataset, class)?, old, new: color.map(color_text) }))
    }

    /// Moves a class to another place among the classes.
    ///
    /// # Errors
    /// There is no such class or place.
    pub fn move_class(dataset: &Dataset, class: usize, to: usize) -> Result<Self, String> {
        class_name(dataset, class)?;
        class_name(dataset, to)?;
        let old = dataset.classes.clone();
        let mut new = old.clone();
        let name = new.remove(class);
        new.insert(to, name);
        Ok(Self::of(Action::OrderClasses { old, new }))
    }
}

fn class_name(dataset: &Dataset, class: usize) -> Result<String, String> {
    dataset.classes.get(class).cloned().ok_or_else(|| "This class is not there any more.".to_owned())
}

fn check_new_name(dataset: &Dataset, name: &str) -> Result<(), String> {
    check_class_name(name)?;
    if dataset.classes.iter().any(|other| other == name) {
        return Err(format!("There is a class {name} already; merge the two to put their pictures together."));
    }
    Ok(())
}

impl LabelLayer {
    /// Gives pictures a label, or takes it away. A label is certain and settles the matter: it takes the marks unsure and skip
    /// away. `None` where nothing changes.
    pub fn label(&self, dataset: &Dataset, positions: &[usize], class: Option<usize>) -> Option<Edit> {
        let name = match class {
            Some(class) => Some(dataset.classes.get(class)?.clone()),
            None => None,
        };
        let mut quota: Option<Quota> = class.and_then(|class| self.quota(dataset, class));
        self.edit(dataset, positions, |item, marks| {
            let (mut old, mut new) = (Patch::default(), Patch::default());
            if item.class != class {
                old.label = Some(item.class.and_then(|class| dataset.classes.get(class).cloned()));
                new.label = Some(name.clone());
            }
            if class.is_some() && marks.unsure {
                (old.unsure, new.unsure) = (Some(true), Some(false));
            }
            if class.is_some() && marks.skip {
                (old.skip, new.skip) = (Some(true), Some(false));
            }
            if let Some(quota) = quota.as_mut().filter(|_| item.class.is_none()) {
                let split = quota.next();
                if split != item.split {
                    (old.split, new.split) = (Some(item.split), Some(split));
                }
            }
            (old, new)
        })
    }

    /// Gives each of some pictures (positions, each once) a label of its own, in one step. As with [`LabelLayer::label`], a
    /// label settles the matter. `None` where nothing changes.
    pub fn label_each(&self, dataset: &Dataset, labels: &[(usize, usize)]) -> Option<Edit> {
        let mut quotas: HashMap<usize, Option<Quota>> = HashMap::new();
        let known =
            |(position, class): &&(usize, usize)| *position < dataset.items.len() && *class < dataset.classes.len();
        let (positions, classes): (Vec<usize>, Vec<usize>) = labels.iter().filter(known).copied().unzip();
        let mut classes = classes.into_iter();
        self.edit(dataset, &positions, |item, marks| {
            let (mut old, mut new) = (Patch::default(), Patch::default());
            let Some(class) = classes.next() else { return (old, new) };
            if item.class != Some(class) {
                old.label = Some(item.class.and_then(|class| dataset.classes.get(class).cloned()));
                new.label = Some(dataset.classes.get(class).cloned());
            }
            if marks.unsure {
                (old.unsure, new.unsure) = (Some(true), Some(false));
            }
            if marks.skip {
                (old.skip, new.skip) = (Some(true), Some(false));
            }
            let quota = quotas.entry(class).or_insert_with(|| self.quota(dataset, class));
            if let Some(quota) = quota.as_mut().filter(|_| item.class.is_none()) {
                let split = quota.next();
                if split != item.split {
                    (old.split, new.split) = (Some(item.split), Some(split));
                }
            }
            (old, new)
        })
    }

    /// Gives pictures a label and moves them to a split, in one step. `None` where nothing changes.
    pub fn label_and_move(&self, dataset: &Dataset, positions: &[usize], class: usize, split: Split) -> Option<Edit> {
        let name = dataset.classes.get(class)?;
        self.edit(dataset, positions, |item, marks| {
            let (mut old, mut new) = (Patch::default(), Patch::default());
            if item.class != Some(class) {
                old.label = Some(item.class.and_then(|class| dataset.classes.get(class).cloned()));
                new.label = Some(Some(name.clone()));
            }
            if item.split != split {
                (old.split, new.split) = (Some(item.split), Some(split));
            }
            if marks.unsure {
                (old.unsure, new.unsure) = (Some(true), Some(false));
            }
            if marks.skip {
                (old.skip, new.skip) = (Some(true), Some(false));
            }
            (old, new)
        })
    }

    /// Sets a mark on pictures, or takes it away. `None` where nothing changes.
    pub fn mark(&self, dataset: &Dataset, positions: &[usize], mark: Mark, on: bool) -> Option<Edit> {
        self.edit(dataset, positions, |_, marks| {
            let (mut old, mut new) = (Patch::default(), Patch::default());
            if mark.is_in(marks) != on {
                let (before, after) = match mark {
                    Mark::Unsure => (&mut old.unsure, &mut new.unsure),
                    Mark::Skip => (&mut old.skip, &mut new.skip),
                    Mark::SetAside => (&mut old.set_aside, &mut new.set_aside),
                };
                (*before, *after) = (Some(!on), Some(on));
            }
            (old, new)
        })
    }

    /// Moves pictures to a split. `None` where nothing changes.
    pub fn move_to(&self, dataset: &Dataset, positions: &[usize], split: Split) -> Option<Edit> {
        self.edit(dataset, positions, |item, _| {
            let (mut old, mut new) = (Patch::default(), Patch::default());
            if item.split != split {
                (old.split, new.split) = (Some(item.split), Some(split));
            }
            (old, new)
        })
    }

    pub(super) fn edit(
        &self,
        dataset: &Dataset,
        positions: &[usize],
        mut patches: impl FnMut(&super::super::Item, Marks) -> (Patch, Patch),
    ) -> Option<Edit> {
        let (mut changes, mut changed) = (Vec::new(), Vec::new());
        for position in positions {
            let Some(item) = dataset.items.get(*position) else { continue };
            let (old, new) = patches(item, self.marks(*position));
            if !new.is_empty() {
                changes.push(Change { file: file_key(&item.rel_path), hash: None, old, new });
                changed.push(*position);
            }
        }
        (!changes.is_empty()).then_some(Edit { action: Action::change(changes), positions: changed })
    }
}
