//! What a selection of several pictures amounts to. A selection may be the whole of a large data set, so it is looked through
//! only when it, or a label, has changed.

use super::DataState;
use crate::app::state::project::Project;
use crate::dataset::{ItemId, Split};

/// Pictures of a selection that are shown small.
pub const SHOWN_OF_MANY: usize = 9;

/// What the selected pictures amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelectionSummary {
    /// Pictures of each class; those without one last.
    pub by_class: Vec<usize>,
    /// Pictures of each split, in order.
    pub by_split: [usize; Split::ALL.len()],
    /// Bytes of the files.
    pub total_bytes: u64,
    /// The first few in the order shown, as positions in the data set.
    pub first: Vec<usize>,
}

/// What a summary was made from. The names of all pictures are folded into one number: two selections of the same number
/// of pictures with the same fold are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MadeFrom {
    serial: u64,
    revision: u64,
    count: usize,
    fold: u64,
    first_shown: Option<usize>,
    shown: usize,
}

impl DataState {
    /// What the selected pictures amount to.
    pub fn selection_summary(&mut self, project: &Project) -> &SelectionSummary {
        let ids = &self.selection.ids;
        let made_from = MadeFrom {
            serial: project.serial,
            revision: project.labels.revision,
            count: ids.len(),
            fold: ids.iter().fold(0, |fold, ItemId(id)| fold ^ id.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            first_shown: self.shown.first().copied(),
            shown: self.shown.len(),
        };
        if self.summary.as_ref().is_none_or(|(old, _)| *old != made_from) {
            self.summary = Some((made_from, self.summarise(project)));
        }
        // It was made a line ago where it was missing.
        &self.summary.get_or_insert_with(|| (made_from, SelectionSummary::default())).1
    }

    fn summarise(&self, project: &Project) -> SelectionSummary {
        let classes = project.dataset.classes.len();
        let mut summary = SelectionSummary { by_class: vec![0; classes + 1], ..SelectionSummary::default() };
        for position in &self.shown {
            let Some(item) = project.dataset.items.get(*position) else { continue };
            if !self.selection.ids.contains(&item.id) {
                continue;
            }
            if let Some(count) = summary.by_class.get_mut(item.class.unwrap_or(classes)) {
                *count += 1;
            }
            summary.by_split[item.split as usize] += 1;
            summary.total_bytes += item.file_bytes;
            if summary.first.len() < SHOWN_OF_MANY {
                summary.first.push(*position);
            }
        }
        summary
    }
}
