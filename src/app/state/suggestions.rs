//! What a trained model says of the pictures of the open data set: a suggestion for each unlabelled one, and a second opinion
//! on the others.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use super::predict::ModelLine;
use crate::dataset::{Item, ItemId};
use crate::predict::Prediction;

/// Which pictures are shown, by what the model says of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PredictionFilter {
    /// All.
    #[default]
    Any,
    /// Those of which the model says something else than their label.
    Differs,
    /// Those that it takes for this class of the data set.
    Class(usize),
}

/// What the model says of one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suggestion {
    /// The likeliest class, as index into the data set's classes; none: the data set has no class of that name.
    pub class: Option<usize>,
    /// Its index into the model's classes.
    pub model_class: usize,
    /// Its probability, 0 to 1.
    pub confidence: f32,
}

/// What a trained model says of the pictures.
#[derive(Default)]
pub struct Suggestions {
    /// The run that was chosen to be asked; none: the newest.
    pub chosen: Option<PathBuf>,
    /// The model that said what there is.
    pub model: Option<ModelLine>,
    /// While a model looks at the pictures: done, of how many.
    pub progress: Option<(usize, usize)>,
    /// Why the model that was chosen can't be asked.
    pub error: Option<String>,
    /// Looking was stopped; it goes on when it is asked to.
    pub waits_to_be_asked: bool,
    revision: u64,
    /// Probabilities in the order of the model's classes.
    found: HashMap<ItemId, Box<[f32]>>,
    /// Index into the data set's classes of each of the model's.
    in_dataset: Vec<Option<usize>>,
}

impl Suggestions {
    /// Forgets all that was said.
    pub fn clear(&mut self) {
        let revision = self.revision + 1;
        *self = Self { chosen: self.chosen.take(), revision, ..Self::default() };
    }

    /// Another model is asked from now on; what the one before said is forgotten.
    pub fn begin(&mut self, model: ModelLine, dataset_classes: &[String]) {
        if self.model.as_ref().is_none_or(|old| old.path != model.path || old.classes != model.classes) {
            self.found.clear();
        }
        self.error = None;
        self.model = Some(model);
        self.match_classes(dataset_classes);
        self.revision += 1;
    }

    /// Takes in what the model says of a picture.
    pub fn insert(&mut self, id: ItemId, probabilities: Box<[f32]>) {
        self.found.insert(id, probabilities);
        self.revision += 1;
    }

    /// Forgets what was said of some pictures.
    pub fn forget(&mut self, ids: &HashSet<ItemId>) {
        let before = self.found.len();
        self.found.retain(|id, _| !ids.contains(id));
        self.revision += u64::from(self.found.len() < before);
    }

    /// Matches the model's classes with those of the data set, by name.
    pub fn match_classes(&mut self, dataset_classes: &[String]) {
        let index: HashMap<&str, usize> =
            dataset_classes.iter().enumerate().map(|(index, name)| (name.as_str(), index)).collect();
        let classes = self.model.iter().flat_map(|model| &model.classes);
        self.in_dataset = classes.map(|name| index.get(name.as_str()).copied()).collect();
    }

    /// Grows with everything that is said.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many pictures something is said of.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing is said of any picture.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether something is said of a picture.
    pub fn is_known(&self, id: ItemId) -> bool {
        self.found.contains_key(&id)
    }

    /// What the model says of a picture.
    pub fn of(&self, id: ItemId) -> Option<Suggestion> {
        let probabilities = self.found.get(&id)?;
        let mut best = 0;
        for (class, probability) in probabilities.iter().enumerate() {
            if *probability > probabilities[best] {
                best = class;
            }
        }
        let confidence = probabilities.get(best).copied()?;
        Some(Suggestion { class: self.in_dataset.get(best).copied().flatten(), model_class: best, confidence })
    }

    /// The name of the class that the model takes a picture for.
    pub fn class_name(&self, suggestion: Suggestion) -> &str {
        self.model.as_ref().and_then(|model| model.classes.get(suggestion.model_class)).map_or("?", String::as_str)
    }

    /// What is to be shown on a picture: a suggestion where it has no label, an objection where the model says otherwise.
    pub fn remark(&self, item: &Item) -> Option<Suggestion> {
        self.of(item.id).filter(|suggestion| item.class.is_none() || suggestion.class != item.class)
    }

    /// The probabilities of a picture in the order of the data set's classes, with their names; classes that the data set does
    /// not have come last.
    pub fn in_order_of(&self, dataset_classes: &[String], id: ItemId) -> Option<(Vec<String>, Prediction)> {
        let probabilities = self.found.get(&id)?;
        let mut names = dataset_classes.to_vec();
        let mut ordered = vec![0.0; names.len()];
        for (class, probability) in probabilities.iter().enumerate() {
            if let Some(place) = self.in_dataset.get(class).copied().flatten().and_then(|place| ordered.get_mut(place))
            {
                *place = *probability;
            } else {
                let name = self.model.as_ref().and_then(|model| model.classes.get(class)).cloned();
                names.push(name.unwrap_or_default());
                ordered.push(*probability);
            }
        }
        Some((names, Prediction { probabilities: ordered, millis: 0.0 }))
    }

    /// Key to sort by so that the pictures come first of which the model is least sure.
    pub(super) fn sureness(&self, id: ItemId) -> Option<u64> {
        self.of(id).map(|suggestion| per_million(suggestion.confidence))
    }

    /// Key to sort by so that the pictures come first that are likeliest to be labelled wrongly: by how much surer the model is
    /// of another class than of the label. Pictures without a label have none.
    pub(super) fn agreement(&self, item: &Item) -> Option<u64> {
        let label = item.class?;
        let probabilities = self.found.get(&item.id)?;
        let (mut of_label, mut of_other) = (0.0_f32, 0.0_f32);
        for (class, probability) in probabilities.iter().enumerate() {
            if self.in_dataset.get(class).copied().flatten() == Some(label) {
                of_label = *probability;
            } else {
                of_other = of_other.max(*probability);
            }
        }
        Some(per_million((1.0 + of_label - of_other) / 2.0))
    }

    /// Key to sort by so that pictures of one predicted class stand together, the surest first.
    pub(super) fn class_order(&self, id: ItemId) -> Option<u64> {
        let suggestion = self.of(id)?;
        let class = suggestion.class.unwrap_or(usize::MAX >> 33) as u64;
        Some((class << 32) | (1_000_000 - per_million(suggestion.confidence)))
    }

    /// Whether a filter lets a picture through.
    pub(super) fn admits(&self, filter: PredictionFilter, item: &Item) -> bool {
        match filter {
            PredictionFilter::Any => true,
            PredictionFilter::Differs => item.class.is_some() && self.remark(item).is_some(),
            PredictionFilter::Class(class) => {
                self.of(item.id).is_some_and(|suggestion| suggestion.class == Some(class))
            }
        }
    }
}

fn per_million(share: f32) -> u64 {
    (f64::from(share.clamp(0.0, 1.0)) * 1e6).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Split;

    fn item(id: u64, class: Option<usize>) -> Item {
        Item { id: ItemId(id), rel_path: "a.jpg".into(), split: Split::Train, class, file_bytes: 1 }
    }

    fn model(classes: &[&str]) -> ModelLine {
        let classes = classes.iter().map(|name| (*name).to_owned()).collect();
        ModelLine { path: "run".into(), title: "run".into(), classes }
    }

    fn asked() -> Suggestions {
        let mut suggestions = Suggestions::default();
        // The model lists its classes in another order than the data set, and knows one more.
        suggestions.begin(model(&["wasps", "bees", "ants"]), &["ants".into(), "bees".into()]);
        suggestions.insert(ItemId(1), [0.1, 0.7, 0.2].into());
        suggestions.insert(ItemId(2), [0.0, 0.05, 0.95].into());
        suggestions.insert(ItemId(3), [0.9, 0.05, 0.05].into());
        suggestions
    }

    #[test]
    fn classes_are_matched_by_name_and_one_that_the_data_set_lacks_is_named_all_the_same() {
        let suggestions = asked();
        assert_eq!(suggestions.of(ItemId(1)).and_then(|found| found.class), Some(1));
        let wasp = suggestions.of(ItemId(3)).unwrap();
        assert_eq!((wasp.class, suggestions.class_name(wasp)), (None, "wasps"));
        let (names, prediction) = suggestions.in_order_of(&["ants".into(), "bees".into()], ItemId(1)).unwrap();
        assert_eq!((names.join(" "), prediction.probabilities), ("ants bees wasps".to_owned(), vec![0.2, 0.7, 0.1]));
        assert_eq!(suggestions.of(ItemId(9)), None);
    }

    #[test]
    fn an_unlabelled_picture_has_a_suggestion_and_a_labelled_one_only_an_objection() {
        let suggestions = asked();
        assert!(suggestions.remark(&item(1, None)).is_some());
        assert!(suggestions.remark(&item(1, Some(1))).is_none());
        assert!(suggestions.remark(&item(1, Some(0))).is_some());
        assert!(suggestions.admits(PredictionFilter::Differs, &item(1, Some(0))));
        assert!(!suggestions.admits(PredictionFilter::Differs, &item(1, None)));
        assert!(suggestions.admits(PredictionFilter::Class(0), &item(2, None)));
        assert!(!suggestions.admits(PredictionFilter::Class(0), &item(9, None)));
    }

    #[test]
    fn keys_put_the_least_sure_and_the_most_wrongly_labelled_first() {
        let suggestions = asked();
        assert!(suggestions.sureness(ItemId(1)) < suggestions.sureness(ItemId(2)));
        // Sure of ants where bees is said, then nearly as sure of bees where ants is said, then right ones.
        let keys = [item(2, Some(1)), item(1, Some(0)), item(1, Some(1)), item(2, Some(0))]
            .map(|item| suggestions.agreement(&item).unwrap());
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(suggestions.agreement(&item(1, None)), None);
        let order = [2, 1, 3].map(|id| suggestions.class_order(ItemId(id)).unwrap());
        assert!(order.is_sorted(), "{order:?}");
    }

    #[test]
    fn another_model_forgets_what_the_one_before_said() {
        let mut suggestions = asked();
        let before = suggestions.revision();
        suggestions.begin(model(&["wasps", "bees", "ants"]), &["ants".into()]);
        assert_eq!(suggestions.len(), 3);
        suggestions.begin(ModelLine { path: "other".into(), ..model(&["ants"]) }, &["ants".into()]);
        assert!(suggestions.is_empty() && suggestions.revision() > before);
    }
}
