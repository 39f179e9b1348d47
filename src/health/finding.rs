//! From what was found out about the files, and the labels and splits as they are now, to what is worth a person's attention.

use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasher;

use super::Survey;
use crate::dataset::{Dataset, ItemId, Split};

/// A class with this many times the training pictures of another: whoever always says the larger one is right three times of
/// four.
pub const IMBALANCED_FROM: usize = 3;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// Pictures that are the same, or look alike, have different labels.
    Conflict {
        /// The same bytes.
        exactly: bool,
    },
    /// Pictures of a split that is to judge the model are in a split that it knows.
    Leak {
        /// The split that judges.
        of: Split,
        /// Where they are too.
        also_in: Split,
        /// The same bytes.
        exactly: bool,
    },
    /// Files that can't be read to their end.
    Unreadable,
    /// Pictures that show nothing.
    Blank,
    /// The same picture several times in a split.
    Repeated,
    /// Pictures of a split that look alike.
    Alike,
    /// Pictures with few pixels.
    Tiny,
    /// Pictures that are very long and narrow.
    Elongated,
    /// A class with few pictures, beside the largest.
    Imbalance {
        /// The class.
        small: usize,
        /// The largest.
        large: usize,
    },
}

impl FindingKind {
    /// Its name for other programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conflict { exactly: true } => "conflict",
            Self::Conflict { exactly: false } => "conflict_alike",
            Self::Leak { exactly: true, .. } => "leak",
            Self::Leak { exactly: false, .. } => "leak_alike",
            Self::Unreadable => "unreadable",
            Self::Blank => "blank",
            Self::Repeated => "repeated",
            Self::Alike => "alike",
            Self::Tiny => "tiny",
            Self::Elongated => "elongated",
            Self::Imbalance { .. } => "imbalance",
        }
    }
}

/// One thing that is wrong, and the pictures meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// How many pictures are wrong; of two that are the same in two splits, one.
    pub count: usize,
    /// All pictures to be looked at, as positions in [`Dataset::items`], those that belong together in one group.
    pub groups: Vec<Vec<usize>>,
    /// What it says, in a sentence.
    pub sentence: String,
    /// What can be done, in a sentence.
    pub advice: &'static str,
}

impl Finding {
    /// The pictures to be looked at, in order.
    pub fn pictures(&self) -> impl Iterator<Item = usize> {
        self.groups.iter().flatten().copied()
    }

    /// Whether it is about pictures that belong together.
    pub fn is_grouped(&self) -> bool {
        self.groups.iter().any(|group| group.len() > 1)
    }
}

/// What is wrong with a data set, gravest first. Pictures for which `is_left_out` (they are set aside) take no part: setting one of
/// two twins aside is one way to settle it. `index_of`: position of each picture.
pub fn findings(
    survey: &Survey,
    dataset: &Dataset,
    index_of: &HashMap<ItemId, usize, impl BuildHasher>,
    is_left_out: impl Fn(usize) -> bool,
) -> Vec<Finding> {
    let position = |id: &ItemId| index_of.get(id).copied().filter(|position| !is_left_out(*position));
    let grouped = |groups: &[Vec<ItemId>]| -> Vec<Vec<usize>> {
        let groups = groups.iter().map(|group| group.iter().filter_map(position).collect::<Vec<_>>());
        groups.filter(|group| group.len() > 1).collect()
    };
    let (same, alike) = (grouped(&survey.same), grouped(&survey.alike));
    let mut found = Found { dataset, findings: Vec::new() };
    // A picture that is named for a twin with the same bytes is not named again for one that looks alike.
    let mut named = BTreeSet::new();
    found.conflicts(&same, true, &mut named);
    found.conflicts(&alike, false, &mut named);
    for (of, also_in) in [(Split::Val, Split::Train), (Split::Test, Split::Train), (Split::Test, Split::Val)] {
        let mut named = BTreeSet::new();
        found.leaks(&same, of, also_in, true, &mut named);
        found.leaks(&alike, of, also_in, false, &mut named);
    }
    let unreadable: Vec<usize> = survey.unreadable.iter().filter_map(|(id, _)| position(id)).collect();
    found.single(FindingKind::Unreadable, unreadable);
    found.single(FindingKind::Blank, survey.blank.iter().filter_map(position).collect());
    let mut named = BTreeSet::new();
    found.within_splits(&same, FindingKind::Repeated, &mut named);
    found.within_splits(&alike, FindingKind::Alike, &mut named);
    found.single(FindingKind::Tiny, survey.tiny.iter().filter_map(position).collect());
    found.single(FindingKind::Elongated, survey.elongated.iter().filter_map(position).collect());
    found.imbalance(&is_left_out);
    found.findings
}

struct Found<'a> {
    dataset: &'a Dataset,
    findings: Vec<Finding>,
}

impl Found<'_> {
    fn split(&self, position: usize) -> Option<Split> {
        self.dataset.items.get(position).map(|item| item.split)
    }

    fn class(&self, position: usize) -> Option<usize> {
        self.dataset.items.get(position)?.class
    }

    fn add(&mut self, kind: FindingKind, count: usize, groups: Vec<Vec<usize>>) {
        self.add_compared(kind, count, 0, groups);
    }

    /// The same for pictures that are too few beside `most` others.
    fn add_compared(&mut self, kind: FindingKind, count: usize, most: usize, groups: Vec<Vec<usize>>) {
        if count > 0 {
            let sentence = super::words::sentence(kind, count, most, self.dataset);
            self.findings.push(Finding { kind, count, groups, sentence, advice: super::words::advice(kind, count) });
        }
    }

    fn single(&mut self, kind: FindingKind, pictures: Vec<usize>) {
        let mut pictures = pictures;
        pictures.sort_unstable();
        self.add(kind, pictures.len(), pictures.into_iter().map(|position| vec![position]).collect());
    }

    fn conflicts(&mut self, groups: &[Vec<usize>], exactly: bool, named: &mut BTreeSet<usize>) {
        let mut wanted = Vec::new();
        for group in groups {
            let labels: BTreeSet<usize> = group.iter().filter_map(|position| self.class(*position)).collect();
            if labels.len() > 1 && group.iter().any(|position| !named.contains(position)) {
                wanted.push(group.clone());
            }
        }
        let count = wanted.iter().flatten().filter(|position| self.class(**position).is_some()).count();
        named.extend(wanted.iter().flatten());
        self.add(FindingKind::Conflict { exactly }, count, wanted);
    }

    fn leaks(&mut self, groups: &[Vec<usize>], of: Split, also_in: Split, exactly: bool, named: &mut BTreeSet<usize>) {
        let (mut wanted, mut count) = (Vec::new(), 0);
        for group in groups {
            let of_these: Vec<usize> = group
                .iter()
                .copied()
                .filter(|position| self.split(*position) == Some(of) && !named.contains(position))
                .collect();
            if of_these.is_empty() || !group.iter().any(|position| self.split(*position) == Some(also_in)) {
                continue;
            }
            count += of_these.len();
            named.extend(of_these);
            let both = |position: &usize| self.split(*position).is_some_and(|split| split == of || split == also_in);
            wanted.push(group.iter().copied().filter(both).collect());
        }
        self.add(FindingKind::Leak { of, also_in, exactly }, count, wanted);
    }

    /// Groups within a split; all but one of a group are too many.
    fn within_splits(&mut self, groups: &[Vec<usize>], kind: FindingKind, named: &mut BTreeSet<usize>) {
        let (mut wanted, mut count) = (Vec::new(), 0);
        for group in groups {
            for split in Split::ALL {
                let of_split: Vec<usize> =
                    group.iter().copied().filter(|position| self.split(*position) == Some(split)).collect();
                let is_new = of_split.iter().any(|position| !named.contains(position));
                if of_split.len() > 1 && is_new {
                    // Copies that were counted as such are one picture among those that look alike.
                    let known = of_split.iter().filter(|position| named.contains(position)).count();
                    count += of_split.len() - known.max(1);
                    named.extend(of_split.iter());
                    wanted.push(of_split);
                }
            }
        }
        self.add(kind, count, wanted);
    }

    fn imbalance(&mut self, is_left_out: &impl Fn(usize) -> bool) {
        let mut of_class: Vec<Vec<usize>> = vec![Vec::new(); self.dataset.classes.len()];
        for (position, item) in self.dataset.items.iter().enumerate() {
            if item.split == Split::Train
                && !is_left_out(position)
                && let Some(pictures) = item.class.and_then(|class| of_class.get_mut(class))
            {
                pictures.push(position);
            }
        }
        let Some(large) = (0..of_class.len()).rev().max_by_key(|class| of_class[*class].len()) else { return };
        let most = of_class[large].len();
        for (small, pictures) in of_class.iter().enumerate() {
            if small != large && !pictures.is_empty() && most >= pictures.len() * IMBALANCED_FROM {
                let groups = pictures.iter().map(|position| vec![*position]).collect();
                self.add_compared(FindingKind::Imbalance { small, large }, pictures.len(), most, groups);
            }
        }
    }
}

#[cfg(test)]
mod tests;
