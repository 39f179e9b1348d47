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
}

/// Splits as they would be, to be looked at before they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitPlan {
    /// The split of each picture, by position.
    splits: Vec<Split>,
    /// For each class: how many pictures of training, validation and test there would be. Set-aside pictures are not counted.
    pub counts: Vec<[usize; 3]>,
}

impl SplitPlan {
    /// How many pictures would change their split.
    pub fn moved(&self, dataset: &Dataset) -> usize {
        self.splits.iter().zip(&dataset.items).filter(|(split, item)| **split != item.split).count()
    }
}

impl LabelLayer {
    /// Draws the split of every labelled picture that is not set aside, so that each class gives about its share and pictures of
    /// one group stay together, also where they have different labels. `group_of`: the group of each picture, by position. The
    /// same seed gives the same plan.
    ///
    /// The largest groups are placed first, each where the least of it is too much, and of such places where most is wanting:
    /// single pictures, which come last, then fill up what is left exactly.
    pub fn plan_splits(&self, dataset: &Dataset, shares: SplitShares, group_of: &[usize], seed: u64) -> SplitPlan {
        let classes = dataset.classes.len();
        let takes_part = |position: usize| {
            let class = dataset.items.get(position).and_then(|item| item.class).filter(|class| *class < classes);
            class.filter(|_| !self.marks(position).set_aside)
        };
        let mut groups: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut wanted = vec![[0_usize; 3]; classes];
        for position in 0..dataset.items.len() {
            if let Some(class) = takes_part(position) {
                groups.entry(group_of.get(position).copied().unwrap_or(position)).or_default().push(position);
                wanted[class][0] += 1;
            }
        }
        for wanted in &mut wanted {
            let all = wanted[0];
            let share = |share: f64| if share > 0.0 { validation_count(all, share.min(0.9)) } else { 0 };
            let val = share(shares.val);
            let test = share(shares.test).min(all.saturating_sub(val + 1));
            *wanted = [all - val - test, val, test];
        }
        let drawn = |group: &[usize]| {
            let first = group.first().and_then(|position| dataset.items.get(*position));
            first.map_or(0, |item| rng_for(seed, SPLIT_STREAM, item.id.0).next_u64())
        };
        let mut groups: Vec<(usize, u64, Vec<usize>)> =
            groups.into_values().map(|group| (usize::MAX - group.len(), drawn(&group), group)).collect();
        groups.sort();
        let mut splits: Vec<Split> = dataset.items.iter().map(|item| item.split).collect();
        let mut counts = vec![[0_usize; 3]; classes];
        for (_, _, group) in groups {
            let mut of_class: HashMap<usize, usize> = HashMap::new();
            for class in group.iter().filter_map(|position| takes_part(*position)) {
                *of_class.entry(class).or_default() += 1;
            }
            let place = place_of(&of_class, &wanted, &counts);
            for (class, count) in of_class {
                counts[class][place] += count;
            }
            for position in group {
                splits[position] = Split::ALL[place];
            }
        }
        SplitPlan { splits, counts }
    }

    /// What is to be done for a plan. `None` where nothing changes.
    pub fn carry_out_plan(&self, dataset: &Dataset, plan: &SplitPlan) -> Option<Edit> {
        let all: Vec<usize> = (0..dataset.items.len()).collect();
        let mut splits = plan.splits.iter();
        self.edit(dataset, &all, |item, _| {
            let split = splits.next().copied().unwrap_or(item.split);
            let (mut old, mut new) = (Patch::default(), Patch::default());
            if split != item.split {
                (old.split, new.split) = (Some(item.split), Some(split));
            }
            (old, new)
        })
    }
}

/// In which split a group with so many pictures of each class is placed.
fn place_of(of_class: &HashMap<usize, usize>, wanted: &[[usize; 3]], counts: &[[usize; 3]]) -> usize {
    let judged = (0..3).map(|place| {
        let (mut too_many, mut wanting) = (0, 0.0);
        for (class, count) in of_class {
            let (wanted, have) = (wanted[*class][place], counts[*class][place]);
            too_many += (have + count).saturating_sub(wanted.max(have));
            wanting += *count as f64 * wanted.saturating_sub(have) as f64 / wanted.max(1) as f64;
        }
        // Of equals the first: training.
        (too_many, -wanting, place)
    });
    let best = judged.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    best.map_or(0, |(_, _, place)| place)
}

#[cfg(test)]
mod tests {
    use super::super::Labels;
    use super::*;
    use crate::dataset::{DatasetLayout, Item, item_id};
    use std::path::PathBuf;

    fn bench(sizes: &[usize]) -> (Dataset, LabelLayer) {
        let mut items = Vec::new();
        for (class, size) in sizes.iter().enumerate() {
            for number in 0..*size {
                let rel_path = PathBuf::from(format!("{class}/{number}.jpg"));
                let id = item_id(&rel_path);
                items.push(Item { id, rel_path, split: Split::Train, class: Some(class), file_bytes: 1 });
            }
        }
        let classes: Vec<String> = (0..sizes.len()).map(|class| class.to_string()).collect();
        let labels = Labels::new(&classes);
        let (root, layout) = (PathBuf::from("/data"), DatasetLayout::Classes);
        let mut dataset = Dataset { root, layout, classes, items, issues: Vec::new() };
        let layer = LabelLayer::new(&mut dataset, labels, 0.2);
        (dataset, layer)
    }

    const SHARES: SplitShares = SplitShares { val: 0.2, test: 0.1 };

    #[test]
    fn single_pictures_meet_the_shares_exactly_and_the_seed_decides_which() {
        let (dataset, layer) = bench(&[50, 20, 1]);
        let alone: Vec<usize> = (0..71).collect();
        let plan = layer.plan_splits(&dataset, SHARES, &alone, 7);
        assert_eq!(plan.counts, [[35, 10, 5], [14, 4, 2], [1, 0, 0]]);
        assert_eq!(layer.plan_splits(&dataset, SHARES, &alone, 7), plan);
        assert_ne!(layer.plan_splits(&dataset, SHARES, &alone, 8).splits, plan.splits);
        assert_eq!(layer.plan_splits(&dataset, SHARES, &alone, 8).counts, plan.counts);
    }

    #[test]
    fn groups_stay_together_across_classes_and_the_shares_are_met_about() {
        let (dataset, layer) = bench(&[60, 60]);
        // Groups of four: pictures 0..4, 4..8, …; one of them spans both classes.
        let mut group_of: Vec<usize> = (0..120).map(|position| position / 4).collect();
        group_of[119] = 0;
        for seed in 0..5 {
            let plan = layer.plan_splits(&dataset, SHARES, &group_of, seed);
            for position in 0..120 {
                let first = group_of.iter().position(|group| *group == group_of[position]).unwrap();
                assert_eq!(plan.splits[position], plan.splits[first], "{position}, seed {seed}");
            }
            for counts in &plan.counts {
                assert_eq!(counts.iter().sum::<usize>(), 60);
                assert!(counts[1].abs_diff(12) <= 4 && counts[2].abs_diff(6) <= 4, "{counts:?}, seed {seed}");
            }
        }
    }

    #[test]
    fn a_plan_is_one_step_that_can_be_undone_and_leaves_set_aside_pictures_alone() {
        let (mut dataset, mut layer) = bench(&[10, 10]);
        let aside = layer.mark(&dataset, &[0], super::super::Mark::SetAside, true).unwrap();
        layer.carry_out(&mut dataset, aside, 1).unwrap();
        let before: Vec<Split> = dataset.items.iter().map(|item| item.split).collect();
        let alone: Vec<usize> = (0..20).collect();
        let shares = SplitShares { val: 0.5, ..SHARES };
        let plan = layer.plan_splits(&dataset, shares, &alone, 0);
        assert_eq!(plan.counts[0].iter().sum::<usize>(), 9);
        let edit = layer.carry_out_plan(&dataset, &plan).unwrap();
        layer.carry_out(&mut dataset, edit, 2).unwrap();
        assert_eq!(dataset.count(Split::Val, Some(1)), plan.counts[1][1]);
        assert_eq!(dataset.items[0].split, before[0]);
        assert_eq!(layer.carry_out_plan(&dataset, &plan), None, "it is that way now");
        layer.undo(&mut dataset, 3).unwrap();
        assert_eq!(dataset.items.iter().map(|item| item.split).collect::<Vec<_>>(), before);
    }
}
