//! State of the Data workspace: what is filtered, how it is sorted, what of it is selected.
//!
//! The list of pictures shown is computed only when the data set, the filter or the order changes ([`DataState::refresh`]),
//! never while scrolling: a data set may have a hundred thousand pictures.

mod listing;
mod summary;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use egui::{Pos2, Rect, TextureHandle, pos2, vec2};

use listing::Listing;
use summary::MadeFrom;
pub use summary::{SHOWN_OF_MANY, SelectionSummary};

use super::health::HealthState;
use super::labels::{ClassNaming, LabelFilter};
use super::looking::LargeView;
use super::project::Project;
use super::suggestions::{PredictionFilter, Suggestions};
use crate::dataset::{Dataset, ItemId, Split, natural_key};
use crate::health::FindingKind;
use crate::imaging::{ExifFacts, Preprocess, val_crop_rect};
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
    /// By what the model says of them.
    pub prediction: PredictionFilter,
    /// Only pictures whose header can't be read.
    pub unreadable_only: bool,
    /// Only pictures with which something is wrong.
    pub health: Option<FindingKind>,
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
    /// When the file was last changed. Files that were not looked at yet come last.
    Date,
    /// Width times height. Pictures whose header is not read yet, or can't be, come last.
    Pixels,
    /// How sure the model is, the least sure first. Pictures of which it says nothing come last.
    Confidence,
    /// By how much surer the model is of another class than of the label, the likeliest mistakes first.
    Doubt,
    /// The class that the model takes them for, the surest first.
    Predicted,
}

impl SortBy {
    /// All orders, as they are offered.
    pub const ALL: [Self; 8] = [
        Self::Folder,
        Self::Name,
        Self::Date,
        Self::FileSize,
        Self::Pixels,
        Self::Confidence,
        Self::Doubt,
        Self::Predicted,
    ];

    /// Whether it needs what a model says.
    pub fn needs_model(self) -> bool {
        matches!(self, Self::Confidence | Self::Doubt | Self::Predicted)
    }

    /// Its name in the list.
    pub fn title(self) -> &'static str {
        match self {
            Self::Folder => t!("Folder"),
            Self::Name => t!("Name"),
            Self::Date => t!("Date"),
            Self::FileSize => t!("File size"),
            Self::Pixels => t!("Dimensions"),
            Self::Confidence => t!("Least sure"),
            Self::Doubt => t!("Likely mislabelled"),
            Self::Predicted => t!("Predicted class"),
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

/// A rubber band that is being drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Where it began, from the corner of the whole grid, in points.
    pub from: Pos2,
    /// What was marked before and stays so.
    pub before: HashSet<ItemId>,
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
    /// A rubber band that is being drawn.
    pub band: Option<Band>,
    /// How far the grid is to be scrolled along with the band in the next frame, in points.
    pub band_scroll: Option<f32>,
    /// What cameras wrote into the pictures that were looked at.
    pub exif: HashMap<ItemId, ExifFacts>,
    /// The large view in the place of the grid, while it is open.
    pub large: Option<LargeView>,
    /// What a trained model says of the pictures.
    pub suggestions: Suggestions,
    /// The folder that the suggestions are about.
    pub suggestions_of: Option<PathBuf>,
    /// What is known to be wrong.
    pub health: HealthState,
    counts: DataCounts,
    shown: Vec<usize>,
    listing: Listing,
    summary: Option<(MadeFrom, SelectionSummary)>,
    /// Where the picture was that was looked for last; it is mostly still there.
    found_at: Cell<usize>,
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
            band: None,
            band_scroll: None,
            exif: HashMap::new(),
            large: None,
            suggestions: Suggestions::default(),
            suggestions_of: None,
            health: HealthState::default(),
            counts: DataCounts::default(),
            shown: Vec::new(),
            listing: Listing::default(),
            summary: None,
            found_at: Cell::new(0),
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
        self.large = None;
        self.band = None;
        self.exif.clear();
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
            self.listing = Listing::default();
            self.shown = Vec::new();
            self.counts = DataCounts::default();
        }
    }

    /// Where in the list shown the keyboard stands.
    pub fn cursor_position(&self, dataset: &Dataset) -> Option<usize> {
        self.position_of(dataset, self.selection.cursor?)
    }

    /// Where in the list shown a picture is.
    pub fn position_of(&self, dataset: &Dataset, id: ItemId) -> Option<usize> {
        let is_it = |position: &usize| dataset.items.get(*position).is_some_and(|item| item.id == id);
        let at = self.found_at.get();
        if self.shown.get(at).is_some_and(is_it) {
            return Some(at);
        }
        let found = self.shown.iter().position(is_it)?;
        self.found_at.set(found);
        Some(found)
    }

    /// Opens the large view: of two pictures side by side where just two are selected, else of the one that the keyboard
    /// stands on. Closes it when it is open.
    pub fn toggle_large(&mut self, dataset: &Dataset) {
        if self.large.is_some() {
            self.close_large(dataset);
            return;
        }
        let pair = if self.selection.ids.len() == 2 {
            let mut at: Vec<_> = self.selection.ids.iter().filter_map(|id| self.position_of(dataset, *id)).collect();
            at.sort_unstable();
            let ids: Vec<ItemId> = at.into_iter().filter_map(|at| self.id_at(dataset, at)).collect();
            <[ItemId; 2]>::try_from(ids).ok()
        } else {
            None
        };
        if pair.is_none() && self.selection.cursor.is_none() {
            self.selection.cursor = self.selection.ids.iter().next().copied();
        }
        if pair.is_some() || self.selection.cursor.is_some() {
            self.large = Some(LargeView::new(pair));
        }
    }

    /// Back to the grid, at the picture that was looked at last.
    pub fn close_large(&mut self, dataset: &Dataset) {
        self.large = None;
        self.scroll_to = self.cursor_position(dataset).or(self.scroll_to);
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
        let from = anchor.and_then(|anchor| self.position_of(dataset, anchor)).unwrap_or(at);
        let range = from.min(at)..=from.max(at);
        let ids = self.shown.get(range).unwrap_or_default();
        self.selection.ids = ids.iter().filter_map(|position| Some(dataset.items.get(*position)?.id)).collect();
        self.selection.cursor = Some(id);
        self.selection.anchor = anchor.or(Some(id));
    }

    /// Marks the pictures that a rubber band touches (places of the list shown), beside what it leaves marked.
    pub fn select_band(&mut self, dataset: &Dataset, band: &Band, touched: &[usize]) {
        let ids: Vec<ItemId> = touched.iter().filter_map(|at| self.id_at(dataset, *at)).collect();
        self.selection.cursor = ids.last().copied().or(self.selection.cursor);
        self.selection.anchor = ids.first().copied().or(self.selection.anchor);
        self.selection.ids = band.before.iter().copied().chain(ids).collect();
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
    use super::super::project::FileFacts;
    use super::*;
    use crate::dataset::{DatasetLayout, Item};

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
