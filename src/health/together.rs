//! Which pictures belong together when splits are drawn, so that none is learned from while its twin is tested with.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::path::PathBuf;

use super::Survey;
use super::union::Union;
use crate::dataset::{Dataset, DatasetLayout, ItemId};

/// What keeps pictures together. Pictures that have the same bytes always stay together where a survey is at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeepTogether {
    /// Pictures of one folder below their class (a folder for each animal, day, camera).
    pub folders: bool,
    /// Pictures taken within this many seconds of each other, one after the other, in one folder.
    pub burst_secs: Option<u32>,
    /// Pictures that look alike.
    pub alike: bool,
}

/// The group of each picture, by its position in [`Dataset::items`]; those of one group have the same number.
pub fn together(
    dataset: &Dataset,
    survey: Option<&Survey>,
    index_of: &HashMap<ItemId, usize, impl BuildHasher>,
    keep: KeepTogether,
) -> Vec<usize> {
    let mut union = Union::new(dataset.items.len());
    // The folder of the split is left out: an animal that has a folder in train and one in val is one animal, and a burst of
    // which one half is in each is one burst.
    let split_depth = usize::from(dataset.layout == DatasetLayout::Splits);
    let folder_of = |position: usize| -> Option<PathBuf> {
        let folder = dataset.items.get(position)?.rel_path.parent()?;
        Some(folder.iter().skip(split_depth).collect())
    };
    if keep.folders {
        // A class's own folder keeps nothing together, or there would be nothing to draw from.
        let mut first_of: HashMap<PathBuf, usize> = HashMap::new();
        for position in 0..dataset.items.len() {
            let Some(folder) = folder_of(position) else { continue };
            if folder.iter().count() > 1 {
                union.join(*first_of.entry(folder).or_insert(position), position);
            }
        }
    }
    if let Some(survey) = survey {
        let groups = survey.same.iter().chain(keep.alike.then_some(&survey.alike).into_iter().flatten());
        for group in groups {
            let mut positions = group.iter().filter_map(|id| index_of.get(id).copied());
            if let Some(first) = positions.next() {
                positions.for_each(|position| union.join(first, position));
            }
        }
        if let Some(within) = keep.burst_secs {
            let timed = survey.taken_secs.iter();
            let mut timed: Vec<(PathBuf, i64, usize)> = timed
                .filter_map(|(id, secs)| {
                    let position = index_of.get(id).copied()?;
                    Some((folder_of(position)?, *secs, position))
                })
                .collect();
            timed.sort_unstable();
            for pair in timed.windows(2) {
                let [(folder, secs, position), (next_folder, next_secs, next)] = pair else { continue };
                if folder == next_folder && next_secs - secs <= i64::from(within) {
                    union.join(*position, *next);
                }
            }
        }
    }
    (0..dataset.items.len()).map(|position| union.root(position)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Item, Split, item_id};

    fn dataset(paths: &[&str]) -> (Dataset, HashMap<ItemId, usize>) {
        let items: Vec<Item> = paths
            .iter()
            .map(|path| {
                let rel_path = PathBuf::from(path);
                Item { id: item_id(&rel_path), rel_path, split: Split::Train, class: Some(0), file_bytes: 1 }
            })
            .collect();
        let index_of = items.iter().enumerate().map(|(position, item)| (item.id, position)).collect();
        let (root, layout) = (PathBuf::from("/data"), DatasetLayout::Classes);
        (Dataset { root, layout, classes: vec!["a".into()], items, issues: Vec::new() }, index_of)
    }

    #[test]
    fn folders_bursts_and_twins_are_kept_together_as_asked() {
        let (dataset, index_of) = dataset(&["a/x/1", "a/x/2", "a/x/3", "a/y/4", "a/y/5", "a/y/6"]);
        let id = |at: usize| dataset.items[at].id;
        let survey = Survey {
            same: vec![vec![id(0), id(3)]],
            alike: vec![vec![id(2), id(5)]],
            // Shot after shot, each within two seconds of the one before; the clocks of two folders are not compared.
            taken_secs: [(id(0), 100), (id(1), 102), (id(2), 104), (id(3), 101), (id(4), 200)].into(),
            ..Survey::default()
        };
        let of = |keep| together(&dataset, Some(&survey), &index_of, keep);
        assert_eq!(of(KeepTogether::default()), [0, 1, 2, 0, 4, 5]);
        assert_eq!(of(KeepTogether { alike: true, ..KeepTogether::default() }), [0, 1, 2, 0, 4, 2]);
        assert_eq!(of(KeepTogether { burst_secs: Some(2), ..KeepTogether::default() }), [0, 0, 0, 0, 4, 5]);
        assert_eq!(of(KeepTogether { burst_secs: Some(1), ..KeepTogether::default() }), [0, 1, 2, 0, 4, 5]);
        // The twins tie the two folders together.
        assert_eq!(of(KeepTogether { folders: true, ..KeepTogether::default() }), [0; 6]);
        let folders = KeepTogether { folders: true, ..KeepTogether::default() };
        assert_eq!(together(&dataset, None, &index_of, folders), [0, 0, 0, 3, 3, 3]);
    }

    #[test]
    fn a_burst_of_which_each_split_has_a_part_is_kept_together() {
        let (mut dataset, index_of) = dataset(&["train/a/1", "val/a/2", "train/a/3", "val/b/4"]);
        dataset.layout = DatasetLayout::Splits;
        let id = |at: usize| dataset.items[at].id;
        let taken_secs = [(id(0), 100), (id(1), 101), (id(2), 102), (id(3), 101)].into();
        let survey = Survey { taken_secs, ..Survey::default() };
        let keep = KeepTogether { burst_secs: Some(1), ..KeepTogether::default() };
        assert_eq!(together(&dataset, Some(&survey), &index_of, keep), [0, 0, 0, 3]);
    }

    #[test]
    fn a_class_folder_keeps_nothing_together_and_one_animal_may_have_a_folder_in_two_splits() {
        let paths = ["train/a/1", "train/a/2", "train/a/rex/3", "val/a/rex/4", "val/b/rex/5"];
        let (mut dataset, index_of) = dataset(&paths);
        dataset.layout = DatasetLayout::Splits;
        let folders = KeepTogether { folders: true, ..KeepTogether::default() };
        assert_eq!(together(&dataset, None, &index_of, folders), [0, 1, 2, 2, 4]);
    }
}
