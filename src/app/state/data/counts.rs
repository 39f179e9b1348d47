//! What is known of all pictures together: how many there are, and what searching and sorting need.

use crate::dataset::{Dataset, Split, natural_key};

/// What searching and sorting need of every picture; made in the background once a data set.
#[derive(Debug, Default)]
pub struct DataIndex {
    /// The relative paths in lower case, by position in [`Dataset::items`].
    pub(super) search: Vec<String>,
    /// Place of each picture in the natural order of file names.
    pub(super) name_rank: Vec<u32>,
}

impl DataIndex {
    /// The index of a data set. Takes about a second for a million pictures.
    pub fn of(dataset: &Dataset) -> Self {
        let search = dataset.items.iter().map(|item| item.rel_path.to_string_lossy().to_lowercase()).collect();
        let mut order: Vec<usize> = (0..dataset.items.len()).collect();
        order.sort_by_cached_key(|position| {
            let name = dataset.items[*position].file_name();
            (natural_key(&name), name, *position)
        });
        let mut name_rank = vec![0; order.len()];
        for (rank, position) in order.into_iter().enumerate() {
            name_rank[position] = rank as u32;
        }
        Self { search, name_rank }
    }
}

/// How many pictures a split has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitCounts {
    /// In all.
    pub total: usize,
    /// By class.
    pub by_class: Vec<usize>,
}

/// How many pictures there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataCounts {
    /// In all.
    pub total: usize,
    /// Splits that have pictures, in order.
    pub splits: Vec<(Split, SplitCounts)>,
    /// Without a class.
    pub unlabelled: usize,
    /// With a header that can't be read, of those looked at so far.
    pub unreadable: usize,
}

impl DataCounts {
    /// Counts the pictures of a data set.
    pub fn of(dataset: &Dataset) -> Self {
        let mut counts = Self { total: dataset.items.len(), ..Self::default() };
        let nothing = SplitCounts { total: 0, by_class: vec![0; dataset.classes.len()] };
        let mut by_split = Split::ALL.map(|_| nothing.clone());
        for item in &dataset.items {
            let of_split = &mut by_split[item.split as usize];
            of_split.total += 1;
            match item.class.and_then(|class| of_split.by_class.get_mut(class)) {
                Some(count) => *count += 1,
                None => counts.unlabelled += 1,
            }
        }
        let with_pictures = Split::ALL.into_iter().zip(by_split).filter(|(_, of_split)| of_split.total > 0);
        counts.splits = with_pictures.collect();
        counts
    }
}
