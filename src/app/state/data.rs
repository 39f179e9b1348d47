//! State of the Data workspace: what is filtered, how it is sorted, what of it is selected.
//!
//! The list of pictures shown is computed only when the data set, the filter or the order changes ([`DataState::refresh`]),
//! never while scrolling: a data set may have a hundred thousand pictures.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use egui::{Rect, TextureHandle, pos2, vec2};

use super::labels::{ClassNaming, LabelFilter};
use super::project::{FileFacts, Project};
use crate::dataset::{Dataset, Item, ItemId, Split, natural_cmp};
use crate::imaging::{Preprocess, val_crop_rect};
use crate::lang::t;

/// Which classes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClassFilter {
    /// All pictures.
    #[default]
    Any,
    /// Those without a class.
    Unlabelled,
    /// Those of one class.
    Class(usize),
}

impl ClassFilter {
    /// Whether a picture of this class is shown.
    pub fn admits(self, class: Option<usize>) -> bool {
        match self {
            Self::Any => true,
            Self::Unlabelled => class.is_none(),
            Self::Class(wanted) => class == Some(wanted),
        }
    }
}

/// Which pictures are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataFilter {
    /// Words that must all be in a picture's path relative to the data set; case does not matter.
    pub text: String,
    /// One split only.
    pub split: Option<Split>,
    /// One class only.
    pub class: ClassFilter,
    /// By what a person said of them.
    pub labels: LabelFilter,
    /// Only pictures whose header can't be read.
    pub unreadable_only: bool,
}

impl DataFilter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && Self { text: String::new(), ..self.clone() } == Self::default()
    }
}

/// In which order pictures are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// As in the folders: split, class, name.
    #[default]
    Folder,
    /// File name, numbers in it by value.
    Name,
    /// Bytes of the file.
    FileSize,
    /// Width times height. Pictures whose header is not read yet, or can't be, come last.
    Pixels,
}

impl SortBy {
    /// All orders, as they are offered.
    pub const ALL: [Self; 4] = [Self::Folder, Self::Name, Self::FileSize, Self::Pixels];

    /// Its name in the list.
    pub fn title(self) -> &'static str {
        match self {
            Self::Folder => t!("Folder"),
            Self::Name => t!("Name"),
            Self::FileSize => t!("File size"),
            Self::Pixels => t!("Dimensions"),
        }
    }
}

/// What searching and sorting need of every picture; made in the background once a data set.
#[derive(Debug, Default)]
pub struct DataIndex {
    /// The relative paths in lower case, by position in [`Dataset::items`].
    search: Vec<String>,
    /// Place of each picture in the natural order of file names.
    name_rank: Vec<u32>,
}

impl DataIndex {
    /// The index of a data set. Takes about a second for a million pictures.
    pub fn of(dataset: &Dataset) -> Self {
        let search = dataset.items.iter().map(|item| item.rel_path.to_string_lossy().to_lowercase()).collect();
        let names: Vec<String> = dataset.items.iter().map(Item::file_name).collect();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|a, b| natural_cmp(&names[*a], &names[*b]).then(a.cmp(b)));
        let mut name_rank = vec![0; names.len()];
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
        for split in Split::ALL {
            let mut of_split = SplitCounts { total: 0, by_class: vec![0; dataset.classes.len()] };
            for item in dataset.items.iter().filter(|item| item.split == split) {
                of_split.total += 1;
                match item.class.and_then(|class| of_split.by_class.get_mut(class)) {
                    Some(count) => *count += 1,
                    None => counts.unlabelled += 1,
                }
            }
            if of_split.total > 0 {
                counts.splits.push((split, of_split));
            }
        }
        counts
    }
}

/// The pictures that are marked, and the one that the keyboard stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// All that are marked.
    pub ids: HashSet<ItemId>,
    /// Where the keyboard stands; the picture that the inspector shows.
    pub cursor: Option<ItemId>,
    /// Where a range that is being extended began.
    pub anchor: Option<ItemId>,
}

/// Geometry of the grid in the frame before, to keep the same pictures in view when it changes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GridView {
    /// Pictures in a row.
    pub columns: usize,
    /// Height of a row with the gap below, in points.
    pub pitch: f32,
    /// How far it is scrolled, in points.
    pub offset: f32,
    /// Rows that fit into view, at least one.
    pub rows_in_view: usize,
}

/// Drawn ants and bees for the welcome screen.
#[derive(Clone)]
pub struct Specimen {
    /// The drawing.
    pub texture: TextureHandle,
    /// What it shows: `ant` or `bee`.
    pub name: &'static str,
    /// Class index, for its colour.
    pub class: usize,
}

/// What the list shown was computed from.
#[derive(Clone)]
struct Computed {
    serial: u64,
    revision: u64,
    filter: DataFilter,
    sort: SortBy,
    descending: bool,
    has_index: bool,
    facts: usize,
    at_secs: f64,
}

/// State of the Data workspace.
pub struct DataState {
    /// Which pictures are shown.
    pub filter: DataFilter,
    /// In which order.
    pub sort: SortBy,
    /// The order turned round.
    pub descending: bool,
    /// Splits whose classes are folded away in the tree.
    pub folded: HashSet<Split>,
    /// Whether the inspector is shown.
    pub inspector_open: bool,
    /// Whether the part of a picture that the model sees is marked.
    pub show_crop: bool,
    /// The pictures that are marked.
    pub selection: Selection,
    /// Position in [`DataState::shown`] to be brought into view in the next frame.
    pub scroll_to: Option<usize>,
    /// Geometry of the grid in the frame before.
    pub grid: GridView,
    /// For searching and sorting; there soon after a data set is opened.
    pub index: Option<Arc<DataIndex>>,
    /// The folder that this state belongs to.
    pub root: Option<PathBuf>,
    /// Drawings for the welcome screen; there soon after the start.
    pub specimens: Vec<Specimen>,
    /// A class that is being named.
    pub naming: Option<ClassNaming>,
    counts: DataCounts,
    shown: Vec<usize>,
    computed: Option<Computed>,
}

impl Default for DataState {
    fn default() -> Self {
        Self {
            filter: DataFilter::default(),
            sort: SortBy::default(),
            descending: false,
            folded: HashSet::new(),
            inspector_open: true,
            show_crop: true,
            selection: Selection::default(),
            scroll_to: None,
            grid: GridView::default(),
            index: None,
            root: None,
            specimens: Vec::new(),
            naming: None,
            counts: DataCounts::default(),
            shown: Vec::new(),
            computed: None,
        }
    }
}

impl DataState {
    /// The pictures that are shown, in order, as positions in [`Dataset::items`].
    pub fn shown(&self) -> &[usize] {
        &self.shown
    }

    /// How many pictures there are.
    pub fn counts(&self) -> &DataCounts {
        &self.counts
    }

    /// Another data set is open (or the same, read again; or none): forgets what belonged to the one before.
    pub fn project_changed(&mut self, project: Option<&Project>) {
        self.index = None;
        self.naming = None;
        let root = project.map(|project| project.dataset.root.clone());
        if root != self.root {
            self.filter = DataFilter::default();
            self.selection = Selection::default();
            self.folded.clear();
            self.scroll_to = Some(0);
            self.root = root;
        }
        let classes = project.map_or(0, |project| project.dataset.classes.len());
        if matches!(self.filter.class, ClassFilter::Class(class) if class >= classes) {
            self.filter.class = ClassFilter::Any;
        }
        if project.is_none() {
            self.computed = None;
            self.shown = Vec::new();
            self.counts = DataCounts::default();
        }
    }

    /// Brings the list shown up to date where the data set, the filter or the order changed since the last call. `now_secs`
    /// is any clock that goes forward: headers that keep coming in change an order by dimensions once a second at most.
    pub fn refresh(&mut self, project: &Project, now_secs: f64) {
        let facts = project.facts.len();
        let old = self.computed.as_ref();
        let same_scan = old.is_some_and(|old| old.serial == project.serial);
        let same_dataset = same_scan && old.is_some_and(|old| old.revision == project.labels.revision);
        let same_question = old.is_some_and(|old| {
            old.filter == self.filter
                && old.sort == self.sort
                && old.descending == self.descending
                && old.has_index == self.index.is_some()
        });
        let complete = facts >= project.dataset.items.len();
        let facts_are_new = old.is_none_or(|old| old.facts != facts && (complete || now_secs - old.at_secs >= 1.0));
        if same_dataset && same_question && !facts_are_new {
            return;
        }
        if !same_dataset {
            self.counts = DataCounts::of(&project.dataset);
        }
        self.counts.unreadable =
            project.facts.values().filter(|facts| matches!(facts, FileFacts::Unreadable(_))).count();
        let needs_facts = self.sort == SortBy::Pixels || self.filter.unreadable_only;
        if !(same_dataset && same_question) || needs_facts {
            self.shown = self.compute(project);
            // New labels do not move what is in view.
            self.keep_selection_in_view(&project.dataset, !(same_scan && same_question));
        }
        self.computed = Some(Computed {
            serial: project.serial,
            revision: project.labels.revision,
            filter: self.filter.clone(),
            sort: self.sort,
            descending: self.descending,
            has_index: self.index.is_some(),
            facts,
            at_secs: now_secs,
        });
    }

    fn compute(&self, project: &Project) -> Vec<usize> {
        let items = &project.dataset.items;
        let words: Vec<String> = self.filter.text.split_whitespace().map(str::to_lowercase).collect();
        let has_words = |position: usize, item: &Item| {
            let holds = |text: &str| words.iter().all(|word| text.contains(word.as_str()));
            match self.index.as_ref().and_then(|index| index.search.get(position)) {
                Some(text) => holds(text),
                None => holds(&item.rel_path.to_string_lossy().to_lowercase()),
            }
        };
        let is_unreadable = |item: &Item| matches!(project.facts.get(&item.id), Some(FileFacts::Unreadable(_)));
        let mut shown: Vec<usize> = items
            .iter()
            .enumerate()
            .filter(|(position, item)| {
                self.filter.split.is_none_or(|split| split == item.split)
                    && self.filter.class.admits(item.class)
                    && self.filter.labels.admits(project, *position, item)
                    && (!self.filter.unreadable_only || is_unreadable(item))
                    && (words.is_empty() || has_words(*position, item))
            })
            .map(|(position, _)| position)
            .collect();
        match self.sort {
            SortBy::Folder if self.descending => shown.reverse(),
            SortBy::Folder => {}
            SortBy::Name => {
                // Without the index yet (the first moments of a large data set) the folders' order stands in.
                if let Some(index) = &self.index {
                    self.sort_by_key(&mut shown, |position| index.name_rank.get(position).map(|rank| u64::from(*rank)));
                }
            }
            SortBy::FileSize => {
                self.sort_by_key(&mut shown, |position| items.get(position).map(|item| item.file_bytes));
            }
            SortBy::Pixels => {
                self.sort_by_key(&mut shown, |position| match project.facts.get(&items.get(position)?.id)? {
                    FileFacts::Known { width, height, .. } => Some(u64::from(*width) * u64::from(*height)),
                    FileFacts::Unreadable(_) => None,
                });
            }
        }
        shown
    }

    /// Sorts by a key, the ones without a key last either way.
    fn sort_by_key(&self, shown: &mut [usize], key: impl Fn(usize) -> Option<u64>) {
        shown.sort_by_cached_key(|position| match key(*position) {
            Some(key) => (false, if self.descending { u64::MAX - key } else { key }),
            None => (true, 0),
        });
    }

    /// Unmarks what is not shown any more: nothing that can't be seen is ever acted on.
    fn keep_selection_in_view(&mut self, dataset: &Dataset, scroll: bool) {
        if !self.selection.ids.is_empty() || self.selection.cursor.is_some() {
            let ids: HashSet<ItemId> =
                self.shown.iter().filter_map(|position| Some(dataset.items.get(*position)?.id)).collect();
            self.selection.ids.retain(|id| ids.contains(id));
            self.selection.cursor = self.selection.cursor.filter(|id| ids.contains(id));
            self.selection.anchor = self.selection.anchor.filter(|id| ids.contains(id));
        }
        if scroll {
            self.scroll_to = Some(self.cursor_position(dataset).unwrap_or(0));
        }
    }

    /// Where in the list shown the keyboard stands.
    pub fn cursor_position(&self, dataset: &Dataset) -> Option<usize> {
        let cursor = self.selection.cursor?;
        self.shown.iter().position(|position| dataset.items.get(*position).is_some_and(|item| item.id == cursor))
    }

    fn id_at(&self, dataset: &Dataset, at: usize) -> Option<ItemId> {
        Some(dataset.items.get(*self.shown.get(at)?)?.id)
    }

    /// Marks the picture at a place of the list shown, and no other.
    pub fn select_only(&mut self, dataset: &Dataset, at: usize) {
        if let Some(id) = self.id_at(dataset, at) {
            self.selection = Selection { ids: HashSet::from([id]), cursor: Some(id), anchor: Some(id) };
        }
    }

    /// Marks the picture at a place of the list shown, or unmarks it; the others stay as they are.
    pub fn toggle(&mut self, dataset: &Dataset, at: usize) {
        if let Some(id) = self.id_at(dataset, at) {
            if !self.selection.ids.remove(&id) {
                self.selection.ids.insert(id);
            }
            self.selection.cursor = Some(id);
            self.selection.anchor = Some(id);
        }
    }

    /// Marks all from the anchor to a place of the list shown.
    pub fn extend_to(&mut self, dataset: &Dataset, at: usize) {
        let Some(id) = self.id_at(dataset, at) else { return };
        let anchor = self.selection.anchor.or(self.selection.cursor);
        let from = anchor
            .and_then(|anchor| {
                self.shown
                    .iter()
                    .position(|position| dataset.items.get(*position).is_some_and(|item| item.id == anchor))
            })
            .unwrap_or(at);
        let range = from.min(at)..=from.max(at);
        let ids = self.shown.get(range).unwrap_or_default();
        self.selection.ids = ids.iter().filter_map(|position| Some(dataset.items.get(*position)?.id)).collect();
        self.selection.cursor = Some(id);
        self.selection.anchor = anchor.or(Some(id));
    }

    /// Marks everything shown.
    pub fn select_all(&mut self, dataset: &Dataset) {
        self.selection.ids = self.shown.iter().filter_map(|position| Some(dataset.items.get(*position)?.id)).collect();
        self.selection.cursor = self.selection.cursor.or_else(|| self.id_at(dataset, 0));
        self.selection.anchor = self.selection.cursor;
    }

    /// Unmarks everything.
    pub fn clear_selection(&mut self) {
        self.selection = Selection::default();
    }
}

/// Where on a picture of `size` pixels the model looks when it validates or classifies, in the picture's pixels, and how much
/// of the picture that is (0 to 1). Pictures are scaled to 256 pixels at their shorter side and the middle 224×224 is cut out.
pub fn model_view(size: [u32; 2]) -> (Rect, f32) {
    let (x, y, width, height) = val_crop_rect(size[0], size[1], &Preprocess::default());
    let area = (f64::from(size[0]) * f64::from(size[1])).max(1.0);
    let share = (f64::from(width) * f64::from(height) / area) as f32;
    (Rect::from_min_size(pos2(x, y), vec2(width, height)), share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::DatasetLayout;

    fn item(number: u64, name: &str, split: Split, class: Option<usize>, file_bytes: u64) -> Item {
        Item { id: ItemId(number), rel_path: PathBuf::from(name), split, class, file_bytes }
    }

    fn project() -> Project {
        let items = vec![
            item(0, "train/ants/10.jpg", Split::Train, Some(0), 50),
            item(1, "train/ants/Big 2.JPG", Split::Train, Some(0), 90),
            item(2, "train/bees/1.jpg", Split::Train, Some(1), 10),
            item(3, "val/ants/3.jpg", Split::Val, Some(0), 70),
            item(4, "val/new.jpg", Split::Val, None, 30),
        ];
        let dataset = Dataset {
            root: PathBuf::from("/data"),
            layout: DatasetLayout::Splits,
            classes: vec!["ants".into(), "bees".into()],
            items,
            issues: Vec::new(),
        };
        Project::new(dataset, PathBuf::from("/runs"))
    }

    fn opened() -> (Project, DataState) {
        let project = project();
        let mut data = DataState::default();
        data.project_changed(Some(&project));
        data.index = Some(Arc::new(DataIndex::of(&project.dataset)));
        data.refresh(&project, 0.0);
        (project, data)
    }

    #[test]
    fn counts_are_by_split_and_class_and_empty_splits_are_left_out() {
        let (_, data) = opened();
        let counts = data.counts();
        assert_eq!((counts.total, counts.unlabelled), (5, 1));
        let splits: Vec<_> =
            counts.splits.iter().map(|(split, of)| (split.name(), of.total, of.by_class.clone())).collect();
        assert_eq!(splits, [("train", 3, vec![2, 1]), ("val", 2, vec![1, 0])]);
    }

    #[test]
    fn filters_go_together_and_words_are_found_in_any_case() {
        let (project, mut data) = opened();
        data.filter.class = ClassFilter::Class(0);
        data.filter.split = Some(Split::Train);
        data.refresh(&project, 0.0);
        assert_eq!(data.shown(), [0, 1]);
        data.filter.text = "  jpg BIG ".into();
        data.refresh(&project, 0.0);
        assert_eq!(data.shown(), [1]);
        data.filter = DataFilter { class: ClassFilter::Unlabelled, ..DataFilter::default() };
        data.refresh(&project, 0.0);
        assert_eq!(data.shown(), [4]);
    }

    #[test]
    fn names_are_sorted_by_the_numbers_in_them_and_sizes_either_way() {
        let (project, mut data) = opened();
        data.sort = SortBy::Name;
        data.refresh(&project, 0.0);
        assert_eq!(data.shown(), [2, 3, 0, 1, 4]);
        data.sort = SortBy::FileSize;
        data.descending = true;
        data.refresh(&project, 0.0);
        assert_eq!(data.shown(), [1, 3, 0, 4, 2]);
    }

    #[test]
    fn pictures_of_unknown_dimensions_come_last_in_both_orders() {
        let (mut project, mut data) = opened();
        let known = |width| FileFacts::Known { width, height: 10, format: "JPEG" };
        project.facts = [(ItemId(2), known(30)), (ItemId(3), known(20))].into();
        project.facts.insert(ItemId(0), FileFacts::Unreadable("it is empty".into()));
        data.sort = SortBy::Pixels;
        data.refresh(&project, 0.0);
        assert_eq!(data.shown(), [3, 2, 0, 1, 4]);
        data.descending = true;
        data.refresh(&project, 0.0);
        assert_eq!(data.shown(), [2, 3, 0, 1, 4]);
        data.filter.unreadable_only = true;
        data.refresh(&project, 0.0);
        assert_eq!((data.shown(), data.counts().unreadable), (&[0][..], 1));
    }

    #[test]
    fn what_a_filter_hides_is_not_selected_any_more() {
        let (project, mut data) = opened();
        data.select_only(&project.dataset, 0);
        data.extend_to(&project.dataset, 2);
        assert_eq!(data.selection.ids.len(), 3);
        assert_eq!(data.selection.cursor, Some(ItemId(2)));
        data.filter.class = ClassFilter::Class(0);
        data.refresh(&project, 0.0);
        assert_eq!(data.selection.ids, HashSet::from([ItemId(0), ItemId(1)]));
        assert_eq!(data.selection.cursor, None);
        data.toggle(&project.dataset, 0);
        assert_eq!(data.selection.ids, HashSet::from([ItemId(1)]));
    }

    #[test]
    fn a_rescan_keeps_filter_and_selection_and_another_folder_does_not() {
        let (project, mut data) = opened();
        data.filter.class = ClassFilter::Class(1);
        data.refresh(&project, 0.0);
        data.select_only(&project.dataset, 0);
        let again = self::project();
        data.project_changed(Some(&again));
        data.refresh(&again, 1.0);
        assert_eq!((data.shown(), data.selection.cursor), (&[2][..], Some(ItemId(2))));
        let mut other = self::project();
        Arc::make_mut(&mut other.dataset).root = PathBuf::from("/other");
        data.project_changed(Some(&other));
        data.refresh(&other, 2.0);
        assert_eq!((data.shown().len(), data.selection.cursor), (5, None));
    }

    #[test]
    fn the_model_sees_the_middle_square_of_a_picture() {
        let (rect, share) = model_view([768, 512]);
        assert!((rect.width() - 448.0).abs() < 2.0 && (rect.height() - 448.0).abs() < 2.0, "{rect:?}");
        assert!((rect.center() - pos2(384.0, 256.0)).length() < 2.0, "{rect:?}");
        assert!((share - 448.0 * 448.0 / (768.0 * 512.0)).abs() < 0.01);
    }
}
