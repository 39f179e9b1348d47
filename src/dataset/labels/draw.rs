//! Drawing the splits anew: stratified (each class gives its share) and seeded, as one step that can be undone.

use std::collections::HashMap;

use rand::Rng;

use super::super::split::{SPLIT_STREAM, validation_count};
use super::super::{Dataset, Split};
use super::edit::Edit;
use super::layer::LabelLayer;
use super::record::Patch;
use crate::base::rng_for;

/// How much of each class goes where; the rest is for training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitShares {
    /// For validation, 0 to 0.9.
    pub val: f64,
    /// For testing, 0 to 0.9. Both together leave something to learn from: of a class with few pictures training comes first.
    pub test: f64,
    /// Pictures of one folder stay together (a folder for each animal, each day, each camera), so that none is learned from
    /// while its twin is tested with. The shares are then met only about.
    pub keep_folders_together: bool,
}

impl LabelLayer {
    /// Draws the split of every labelled picture that is not set aside. The same seed gives the same split. `None` where nothing
    /// changes.
    pub fn draw_splits(&self, dataset: &Dataset, shares: SplitShares, seed: u64) -> Option<Edit> {
        let mut wanted: HashMap<usize, Split> = HashMap::new();
        for class in 0..dataset.classes.len() {
            let of_class = dataset.items.iter().enumerate().filter(|(_, item)| item.class == Some(class));
            let pictures: Vec<usize> =
                of_class.map(|(position, _)| position).filter(|position| !self.marks(*position).set_aside).collect();
            let groups = grouped(dataset, &pictures, shares.keep_folders_together, seed);
            let share = |share: f64| if share > 0.0 { validation_count(pictures.len(), share.min(0.9)) } else { 0 };
            let val = share(shares.val);
            let test = share(shares.test).min(pictures.len().saturating_sub(val + 1));
            let (mut of_val, mut of_test) = (0, 0);
            let last = groups.len().saturating_sub(1);
            for (index, group) in groups.into_iter().enumerate() {
                // Half a group too many is as near as half a group too few. The last group is always for training.
                let fits = |have: usize, want: usize| have < want && have + group.len() / 2 <= want && index < last;
                let split = if fits(of_val, val) {
                    of_val += group.len();
                    Split::Val
                } else if fits(of_test, test) {
                    of_test += group.len();
                    Split::Test
                } else {
                    Split::Train
                };
                wanted.extend(group.into_iter().map(|position| (position, split)));
            }
        }
        let mut positions: Vec<usize> = wanted.keys().copied().collect();
        positions.sort_unstable();
        let mut at = positions.iter();
        self.edit(dataset, &positions, |item, _| {
            let split = at.next().and_then(|position| wanted.get(position)).copied().unwrap_or(item.split);
            let (mut old, mut new) = (Patch::default(), Patch::default());
            if split != item.split {
                (old.split, new.split) = (Some(item.split), Some(split));
            }
            (old, new)
        })
    }
}

/// Pictures that stay together, in an order drawn from the seed.
fn grouped(dataset: &Dataset, pictures: &[usize], by_folder: bool, seed: u64) -> Vec<Vec<usize>> {
    let mut groups: Vec<(u64, Vec<usize>)> = Vec::new();
    let mut of_folder: HashMap<&std::path::Path, usize> = HashMap::new();
    for position in pictures {
        let Some(item) = dataset.items.get(*position) else { continue };
        let drawn = rng_for(seed, SPLIT_STREAM, item.id.0).next_u64();
        let folder = item.rel_path.parent().filter(|_| by_folder);
        let known = folder.and_then(|folder| of_folder.get(folder).copied());
        if let Some((_, group)) = known.and_then(|at| groups.get_mut(at)) {
            group.push(*position);
            continue;
        }
        if let Some(folder) = folder {
            of_folder.insert(folder, groups.len());
        }
        groups.push((drawn, vec![*position]));
    }
    groups.sort();
    groups.into_iter().map(|(_, group)| group).collect()
}
