//! State of the Data workspace: what is filtered, how it is sorted, what of it is selected.
//!
//! The list of pictures shown is computed only when the data set, the filter or the order changes ([`DataState::refresh`]),
//! never while scrolling: a data set may have a hundred thousand pictures.

mod counts;
mod filter;
mod listing;
mod summary;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use egui::{Pos2, Rect, TextureHandle, TextureId, pos2, vec2};

pub use counts::{DataCounts, DataIndex, SplitCounts};
pub use filter::{ClassFilter, DataFilter, SortBy};
use listing::Listing;
use summary::MadeFrom;
pub use summary::{SHOWN_OF_MANY, SelectionSummary};

use super::health::HealthState;
use super::labels::ClassNaming;
use super::looking::LargeView;
use super::project::Project;
use super::suggestions::Suggestions;
use crate::dataset::{Dataset, ItemId, Split};
use crate::imaging::{ExifFacts, Preprocess, val_crop_rect};

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

/// Drawn ants and bees for the welcome screen and for empty states.
#[derive(Clone)]
pub struct Specimen {
    /// The drawing.
    pub texture: TextureHandle,
    /// The same with half as many pixels at a side: small on the screen, the other would look frayed.
    pub small: TextureHandle,
    /// What it shows: `ant` or `bee`.
    pub name: &'static str,
    /// Class index, for its colour.
    pub class: usize,
}

/// The name mark, a picture for each theme.
#[derive(Clone)]
pub struct NameMark {
    /// With light letters.
    pub on_dark: TextureHandle,
    /// With dark letters.
    pub on_light: TextureHandle,
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
    /// Drawings for the welcome screen and for empty states; there soon after the start.
    pub specimens: Vec<Specimen>,
    /// The name mark for the welcome screen; there soon after the start.
    pub name_mark: Option<NameMark>,
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
            name_mark: None,
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

    /// The small drawing of an `ant` or a `bee`, once it is there.
    pub fn small_drawing(&self, name: &str) -> Option<TextureId> {
        self.specimens.iter().find(|specimen| specimen.name == name).map(|specimen| specimen.small.id())
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
        self.filter.follow_classes(|class| (class < classes).then_some(class));
        if project.is_none() {
            self.listing = Listing::default();
            self.shown = Vec::new();
            self.counts = DataCounts::default();
        }
    }

    /// The classes are others, or in another order: `now` says where the class is that was at a place.
    pub fn follow_classes(&mut self, now: impl Fn(usize) -> Option<usize>) {
        self.filter.follow_classes(&now);
        // A name that is being typed for a class that is no more is for none.
        if let Some((split, class)) = self.naming.as_ref().and_then(|naming| naming.class) {
            match (now(class), &mut self.naming) {
                (Some(class), Some(naming)) => naming.class = Some((split, class)),
                _ => self.naming = None,
            }
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
mod tests;
