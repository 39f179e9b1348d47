//! Pictures that could not be read: each is named once; too many of a split end the run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::error::TrainError;
use super::events::SkippedFile;
use super::loader::Unreadable;
use crate::dataset::{Dataset, Split};

/// One in so many of a split may be unreadable; more end the run.
const ONE_IN: usize = 5;

/// The unreadable pictures of a run.
pub(crate) struct BadPictures {
    /// Split of each item.
    splits: Vec<Split>,
    /// Labelled pictures of the training and the validation split.
    totals: [usize; 2],
    /// By item, in the order of the data set.
    found: BTreeMap<usize, PathBuf>,
    counts: [usize; 2],
}

impl BadPictures {
    pub(crate) fn new(dataset: &Dataset) -> Self {
        let totals = [dataset.labelled(Split::Train).count(), dataset.labelled(Split::Val).count()];
        let splits = dataset.items.iter().map(|item| item.split).collect();
        Self { splits, totals, found: BTreeMap::new(), counts: [0, 0] }
    }

    /// Notes a picture; gives it back when it is new.
    ///
    /// # Errors
    /// It is one too many.
    pub(crate) fn note(&mut self, unreadable: Unreadable) -> Result<Option<SkippedFile>, TrainError> {
        let Unreadable { item, path, reason } = unreadable;
        if self.found.contains_key(&item) {
            return Ok(None);
        }
        self.found.insert(item, path.clone());
        let validation = self.splits.get(item) == Some(&Split::Val);
        let index = usize::from(validation);
        self.counts[index] += 1;
        if self.counts[index] * ONE_IN > self.totals[index] {
            return Err(TrainError::TooManyUnreadable {
                unreadable: self.counts[index],
                total: self.totals[index],
                split: if validation { "validation" } else { "training" },
                path,
                reason,
            });
        }
        Ok(Some(SkippedFile { path, reason }))
    }

    /// All of them.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.found.values().map(|path| path.display().to_string()).collect()
    }
}
