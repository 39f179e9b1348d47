//! Which pictures are shown, and in which order.
//!
//! The order of all pictures is kept from one change to the next, so that a new label, which may only change whether a picture
//! is shown, costs one pass over the data set and no sorting. Nothing is done here in frames in which nothing changed.

use std::collections::HashSet;

use super::{DataCounts, DataFilter, DataState, SortBy};
use crate::app::state::labels::LabelFilter;
use crate::app::state::project::{FileFacts, Project};
use crate::app::state::suggestions::PredictionFilter;
use crate::dataset::{Item, ItemId};
use crate::health::Finding;

/// Facts and predictions that keep coming in change an order this often at most, in seconds.
const EVERY_SECS: f64 = 1.0;

/// What the list shown was made from.
#[derive(Clone, Default)]
pub(super) struct Listing {
    computed: Option<Computed>,
    /// All pictures in the order chosen, as positions.
    order: Vec<usize>,
}

#[derive(Clone)]
struct Computed {
    serial: u64,
    revision: u64,
    filter: DataFilter,
    sort: SortBy,
    descending: bool,
    has_index: bool,
    facts: usize,
    said: u64,
    health: u64,
    surveys: u64,
    at_secs: f64,
}

impl DataState {
    /// Brings the list shown up to date where the data set, the filter or the order changed since the last call. `now_secs`
    /// is any clock that goes forward: headers and predictions that keep coming in change an order once a second at most.
    pub fn refresh(&mut self, project: &Project, now_secs: f64) {
        self.health.refresh(project, self.filter.health);
        let (facts, said) = (project.facts.len(), self.suggestions.revision());
        let old = self.listing.computed.as_ref();
        let same_scan = old.is_some_and(|old| old.serial == project.serial);
        let same_labels = same_scan && old.is_some_and(|old| old.revision == project.labels.revision);
        let same_filter = old.is_some_and(|old| old.filter == self.filter);
        let same_order = old.is_some_and(|old| {
            old.sort == self.sort && old.descending == self.descending && old.has_index == self.index.is_some()
        });
        let same_health = self.filter.health.is_none() || old.is_some_and(|old| old.health == self.health.version());
        let is_time = old.is_none_or(|old| now_secs - old.at_secs >= EVERY_SECS);
        let facts_are_new =
            old.is_none_or(|old| old.facts != facts) && (is_time || facts >= project.dataset.items.len());
        // Tiles do not change places under the one who stands on a picture: the next key would be for one that was not seen.
        let stands_in_order = self.sort.needs_model() && self.selection.cursor.is_some();
        let all_is_said = self.suggestions.progress.is_none();
        let said_is_new = old.is_none_or(|old| old.said != said) && (all_is_said || is_time && !stands_in_order);
        // What is not taken in now is taken in when it is time.
        let facts_taken = old.filter(|_| !facts_are_new).map_or(facts, |old| old.facts);
        let said_taken = old.filter(|_| !said_is_new).map_or(said, |old| old.said);
        let taken_at = old.filter(|_| !facts_are_new && !said_is_new).map_or(now_secs, |old| old.at_secs);
        let has_more_facts = old.is_none_or(|old| old.facts != facts);
        // When pictures were taken is found out together with what is wrong with them.
        let same_dates = self.sort != SortBy::Date || old.is_some_and(|old| old.surveys == self.health.surveys());
        if same_labels && same_filter && same_order && same_health && same_dates && !facts_are_new && !said_is_new {
            return;
        }
        if !same_labels {
            self.counts = DataCounts { unreadable: self.counts.unreadable, ..DataCounts::of(&project.dataset) };
            self.suggestions.match_classes(&project.dataset.classes);
        }
        if has_more_facts || !same_scan {
            let is_unreadable = |facts: &&FileFacts| matches!(facts, FileFacts::Unreadable(_));
            self.counts.unreadable = project.facts.values().filter(is_unreadable).count();
        }
        let sort_needs_facts = matches!(self.sort, SortBy::Pixels | SortBy::Date);
        let needs_order = !(same_scan && same_order && same_dates)
            || facts_are_new && sort_needs_facts
            || said_is_new && self.sort.needs_model();
        if needs_order {
            self.listing.order = self.ordered(project);
        }
        let needs_filter = needs_order
            || !same_labels
            || !same_filter
            || !same_health
            || facts_are_new && self.filter.unreadable_only
            || said_is_new && self.filter.prediction != PredictionFilter::Any;
        if needs_filter {
            let is_same_list = same_scan && same_filter && same_order;
            let only_labels = is_same_list && !same_labels;
            let stood = if only_labels { self.cursor_position(&project.dataset) } else { None };
            let shown = self.filtered(project);
            let before = std::mem::replace(&mut self.shown, shown);
            self.keep_selection_in_view(project);
            if let Some(stood) = stood {
                self.go_on_from(project, &before, stood);
            }
            // New labels do not move what is in view; all that was said of the pictures does where they are sorted by it.
            if !is_same_list || said_is_new && stands_in_order {
                self.scroll_to = Some(self.cursor_position(&project.dataset).unwrap_or(0));
            }
        }
        self.listing.computed = Some(Computed {
            serial: project.serial,
            revision: project.labels.revision,
            filter: self.filter.clone(),
            sort: self.sort,
            descending: self.descending,
            has_index: self.index.is_some(),
            facts: facts_taken,
            said: said_taken,
            health: self.health.version(),
            surveys: self.health.surveys(),
            at_secs: taken_at,
        });
    }

    /// All pictures in order. What a label changes about a picture does not move it: one goes on from where one is.
    fn ordered(&self, project: &Project) -> Vec<usize> {
        let items = &project.dataset.items;
        let mut order: Vec<usize> = (0..items.len()).collect();
        let suggestions = &self.suggestions;
        match self.sort {
            SortBy::Folder if self.descending => order.reverse(),
            SortBy::Folder => {}
            SortBy::Name => {
                // Without the index yet (the first moments of a large data set) the folders' order stands in.
                if let Some(index) = &self.index {
                    self.sort_by_key(&mut order, |position| index.name_rank.get(position).map(|rank| u64::from(*rank)));
                }
            }
            SortBy::FileSize => {
                self.sort_by_key(&mut order, |position| items.get(position).map(|item| item.file_bytes));
            }
            SortBy::Date => {
                let survey = self.health.survey().cloned().unwrap_or_default();
                self.sort_by_key(&mut order, |position| {
                    let id = items.get(position)?.id;
                    let taken = survey.taken_secs.get(&id).map(|secs| secs.saturating_mul(1_000_000_000));
                    let modified = || i64::try_from(*project.modified.get(&id)?).ok();
                    // Times before 1970 come before those after it.
                    taken.or_else(modified).map(|nanos| nanos.cast_unsigned() ^ (1 << 63))
                });
            }
            SortBy::Pixels => {
                self.sort_by_key(&mut order, |position| match project.facts.get(&items.get(position)?.id)? {
                    FileFacts::Known { width, height, .. } => Some(u64::from(*width) * u64::from(*height)),
                    FileFacts::Unreadable(_) => None,
                });
            }
            SortBy::Confidence => {
                self.sort_by_key(&mut order, |position| suggestions.sureness(items.get(position)?.id));
            }
            SortBy::Doubt => self.sort_by_key(&mut order, |position| suggestions.agreement(items.get(position)?)),
            SortBy::Predicted => {
                self.sort_by_key(&mut order, |position| suggestions.class_order(items.get(position)?.id));
            }
        }
        order
    }

    /// Sorts by a key, the ones without a key last either way.
    fn sort_by_key(&self, order: &mut [usize], key: impl Fn(usize) -> Option<u64>) {
        order.sort_by_cached_key(|position| match key(*position) {
            Some(key) => (false, if self.descending { u64::MAX - key } else { key }),
            None => (true, 0),
        });
    }

    fn filtered(&self, project: &Project) -> Vec<usize> {
        let filter = &self.filter;
        if filter.is_empty() {
            return self.listing.order.clone();
        }
        let words: Vec<String> = filter.text.split_whitespace().map(str::to_lowercase).collect();
        let has_words = |position: usize, item: &Item| {
            let holds = |text: &str| words.iter().all(|word| text.contains(word.as_str()));
            match self.index.as_ref().and_then(|index| index.search.get(position)) {
                Some(text) => holds(text),
                None => holds(&item.rel_path.to_string_lossy().to_lowercase()),
            }
        };
        let wrong = filter.health.map(|kind| {
            let pictures = self.health.finding(kind).into_iter().flat_map(Finding::pictures);
            pictures.collect::<HashSet<usize>>()
        });
        let is_unreadable = |item: &Item| matches!(project.facts.get(&item.id), Some(FileFacts::Unreadable(_)));
        let is_shown = |position: usize| {
            let Some(item) = project.dataset.items.get(position) else { return false };
            filter.split.is_none_or(|split| split == item.split)
                && filter.class.admits(item.class)
                && (filter.labels == LabelFilter::Any || filter.labels.admits(project, position, item))
                && self.suggestions.admits(filter.prediction, item)
                && (!filter.unreadable_only || is_unreadable(item))
                && wrong.as_ref().is_none_or(|wrong| wrong.contains(&position))
                && (words.is_empty() || has_words(position, item))
        };
        let mut shown: Vec<usize> = self.listing.order.iter().copied().filter(|position| is_shown(*position)).collect();
        if filter.health.is_some() && self.sort == SortBy::Folder {
            // Twins side by side.
            shown.sort_by_key(|position| self.health.group(*position));
        }
        shown
    }

    /// Unmarks what is not shown any more: nothing that can't be seen is ever acted on.
    fn keep_selection_in_view(&mut self, project: &Project) {
        if self.selection.ids.is_empty() && self.selection.cursor.is_none() {
            return;
        }
        let is_shown = self.which_are_shown(project);
        let stays =
            |id: &ItemId| project.index_of.get(id).is_some_and(|position| is_shown.get(*position) == Some(&true));
        let selection = &mut self.selection;
        selection.ids.retain(stays);
        selection.cursor = selection.cursor.filter(stays);
        selection.anchor = selection.anchor.filter(stays);
    }

    /// Labels alone have changed, and the picture on which the keyboard stood, at the place `stood` of the list `before`, may not
    /// be shown any more: the keyboard goes on to the one that is in its place now, or to the last one. It does not where two are
    /// compared, which stay in view: another one would be marked unseen.
    fn go_on_from(&mut self, project: &Project, before: &[usize], stood: usize) {
        let compares = self.large.as_ref().is_some_and(|view| view.pair.is_some());
        if self.selection.cursor.is_some() || compares {
            return;
        }
        let is_shown = self.which_are_shown(project);
        let id_of = |position: usize| project.dataset.items.get(position).map(|item| item.id);
        // Where others stay selected, one of them: keys are for what is selected.
        let ids = &self.selection.ids;
        let is_meant = |position: usize| ids.is_empty() || id_of(position).is_some_and(|id| ids.contains(&id));
        let may_be = |position: &usize| is_shown.get(*position) == Some(&true) && is_meant(*position);
        let (passed, coming) = before.split_at(stood.min(before.len()));
        let Some(next) = coming.iter().chain(passed.iter().rev()).copied().find(may_be) else { return };
        let Some(at) = self.shown.iter().position(|position| *position == next) else { return };
        if self.selection.ids.is_empty() {
            self.select_only(&project.dataset, at);
        } else {
            self.selection.cursor = id_of(next);
        }
        self.scroll_to = Some(at);
    }

    /// Of each picture of the data set whether it is in the list shown.
    fn which_are_shown(&self, project: &Project) -> Vec<bool> {
        let mut is_shown = vec![false; project.dataset.items.len()];
        for position in &self.shown {
            is_shown[*position] = true;
        }
        is_shown
    }
}
