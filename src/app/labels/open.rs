//! Opening a data set's labels, in the job that scans it.

use super::writer::Held;
use crate::app::state::LabelView;
use crate::base::{AppPaths, CancelToken};
use crate::dataset::Dataset;
use crate::dataset::labels::{
    Journal, LabelAccess, LabelLayer, Labels, OpenedLabels, Record, SeenPictures, open_labels, read_labels,
    reread_labels,
};
use crate::lang::{self, t};

/// Labels that are ready to be shown and added to.
#[derive(Default)]
pub struct Opened {
    /// To be written to; none: not here, or this window has it already.
    pub journal: Option<Journal>,
    /// To be written before the first action. Where this window has the journal already: to be taken in, too.
    pub bookkeeping: Vec<Record>,
    /// The pictures that the data set has or had, where this window has the journal already.
    pub seen: Option<SeenPictures>,
    /// Why no labels can be given.
    pub read_only: Option<String>,
    /// Sentences.
    pub problems: Vec<String>,
}

/// Lays the labels over a freshly scanned data set. `held`: the data set whose journal this window holds already; its labels
/// are asked for then, since the lock is taken.
pub(in crate::app) fn open(
    dataset: &mut Dataset,
    held: Option<&Held>,
    paths: &AppPaths,
    val_fraction: f64,
    cancel: &CancelToken,
) -> (LabelView, Opened) {
    let places = super::places(&dataset.root, paths);
    let mut opened = Opened::default();
    let held = held.filter(|held| held.root == dataset.root);
    let labels = match held.map(|held| held.holding(cancel)) {
        Some(Some(holding)) => reread_labels(dataset, &places, holding, super::now_ms(), cancel).map(|found| {
            opened.problems = found.problems;
            opened.bookkeeping = found.bookkeeping;
            opened.seen = Some(found.seen);
            found.labels
        }),
        Some(None) => read_labels(dataset, &places, cancel).map(|(labels, problems)| {
            opened.problems = problems;
            labels
        }),
        None => open_labels(dataset, &places, super::now_ms(), cancel).map(|found| take_apart(found, &mut opened)),
    };
    match labels {
        Ok(labels) => {
            let layer = LabelLayer::new(dataset, labels, val_fraction);
            (LabelView::new(layer, dataset), opened)
        }
        Err(error) => {
            opened.read_only = Some(t!("No labels can be given. {error}.", error = lang::said(&error)));
            opened.problems.push(format!("{error}."));
            (LabelView::default(), opened)
        }
    }
}

fn take_apart(found: OpenedLabels, opened: &mut Opened) -> Labels {
    opened.problems = found.problems;
    opened.bookkeeping = found.bookkeeping;
    match found.access {
        LabelAccess::Writable(journal) => opened.journal = Some(journal),
        LabelAccess::ReadOnly(why) => opened.read_only = Some(why),
    }
    found.labels
}
