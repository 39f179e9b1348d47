//! Whether a data set can be learned from, in words for people.

use super::{Dataset, Split};

/// Below this many training pictures a class is hardly learned.
const FEW: usize = 5;

/// A class with this many times the pictures of another drowns it.
const IMBALANCE: usize = 10;

impl Dataset {
    /// Whether a classifier can be trained on this data set.
    ///
    /// # Errors
    /// One sentence that names the folder and says what to do. `Ok` holds warnings, sentences too: training goes on.
    pub fn check_trainable(&self) -> Result<Vec<String>, String> {
        let folder = self.root.display();
        let labelled = self.items.iter().filter(|item| item.class.is_some()).count();
        if labelled == 0 {
            return Err(format!(
                "{folder}: none of the {} pictures has a label; sort them into one folder per class, or label them first",
                self.items.len()
            ));
        }
        if let [only] = self.classes.as_slice() {
            return Err(format!(
                "{folder}: there is only one class ({only}); add a folder with pictures of at least one more"
            ));
        }
        let mut warnings = Vec::new();
        let mut counts = Vec::new();
        for (class, name) in self.classes.iter().enumerate() {
            let train = self.count(Split::Train, Some(class));
            let val = self.count(Split::Val, Some(class));
            match (train, val) {
                (0, _) => {
                    return Err(format!(
                        "{folder}: the class {name} has no training pictures; add some to {}",
                        self.home_of(name, Split::Train)
                    ));
                }
                (1, 0) => {
                    return Err(format!(
                        "{folder}: the class {name} has only one picture, so nothing is left to check it with; add more to {}",
                        self.home_of(name, Split::Train)
                    ));
                }
                (_, 0) => warnings.push(format!(
                    "the class {name} has no validation pictures: how well it is recognised will not be seen; add some to {}",
                    self.home_of(name, Split::Val)
                )),
                (1..FEW, _) => {
                    warnings.push(format!("the class {name} has only {train} training pictures: it will hardly be learned"));
                }
                _ => {}
            }
            counts.push((train, name));
        }
        if self.labelled(Split::Val).next().is_none() {
            return Err(format!(
                "{folder}: there are no labelled validation pictures; add a val folder beside train, or keep a share for it"
            ));
        }
        if let (Some((most, large)), Some((least, small))) = (counts.iter().max(), counts.iter().min())
            && *most >= least * IMBALANCE
        {
            warnings.push(format!(
                "{large} has {most} training pictures and {small} only {least}: the model will favour {large}"
            ));
        }
        Ok(warnings)
    }

    /// The folder where pictures of `class` for `split` belong, relative to the data set's.
    fn home_of(&self, class: &str, split: Split) -> String {
        if self.layout != super::DatasetLayout::Splits {
            return format!("{class}/");
        }
        // The split's folder as the user calls it (`valid`, `Train`, …), where there is one.
        let named = self.items.iter().find(|item| item.split == split).and_then(|item| item.rel_path.iter().next());
        let folder = named.map(|part| part.to_string_lossy().into_owned());
        let folder = folder.filter(|name| Split::from_folder_name(name) == Some(split));
        format!("{}/{class}/", folder.unwrap_or_else(|| split.name().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{DatasetLayout, Item, item_id};
    use std::path::PathBuf;

    /// A data set with `(train, val)` pictures of each class.
    fn dataset(layout: DatasetLayout, classes: &[(&str, usize, usize)]) -> Dataset {
        let mut items = Vec::new();
        for (class, (name, train, val)) in classes.iter().enumerate() {
            for number in 0..train + val {
                let split = if number < *train { Split::Train } else { Split::Val };
                let rel_path = PathBuf::from(format!("{}/{name}/{number}.jpg", split.name()));
                items.push(Item { id: item_id(&rel_path), rel_path, split, class: Some(class), file_bytes: 9 });
            }
        }
        let classes = classes.iter().map(|(name, ..)| (*name).to_owned()).collect();
        Dataset { root: PathBuf::from("/data/insects"), layout, classes, items, issues: Vec::new() }
    }

    #[test]
    fn a_good_data_set_has_no_warnings() {
        assert_eq!(dataset(DatasetLayout::Splits, &[("ants", 9, 3), ("bees", 8, 2)]).check_trainable(), Ok(vec![]));
    }

    #[test]
    fn one_class_or_a_class_of_one_picture_is_refused_with_what_to_do() {
        let one = dataset(DatasetLayout::Classes, &[("ants", 9, 3)]).check_trainable().unwrap_err();
        assert!(one.starts_with("/data/insects:") && one.contains("only one class (ants)"), "{one}");
        let single = dataset(DatasetLayout::Classes, &[("ants", 9, 3), ("bees", 1, 0)]).check_trainable().unwrap_err();
        assert!(single.contains("bees has only one picture") && single.contains("add more to bees/"), "{single}");
        let none = dataset(DatasetLayout::Splits, &[("ants", 9, 3), ("bees", 0, 4)]).check_trainable().unwrap_err();
        assert!(none.contains("add some to train/bees/"), "{none}");
        let blind = dataset(DatasetLayout::Splits, &[("ants", 9, 0), ("bees", 9, 0)]).check_trainable().unwrap_err();
        assert!(blind.contains("no labelled validation"), "{blind}");
        let mut loose = dataset(DatasetLayout::Loose, &[("x", 2, 0)]);
        loose.classes.clear();
        loose.items.iter_mut().for_each(|item| item.class = None);
        assert!(loose.check_trainable().unwrap_err().contains("none of the 2 pictures has a label"));
    }

    #[test]
    fn few_pictures_and_imbalance_are_warned_of() {
        let warnings = dataset(DatasetLayout::Splits, &[("ants", 90, 9), ("bees", 3, 1), ("wasps", 9, 0)])
            .check_trainable()
            .unwrap();
        assert_eq!(warnings.len(), 3, "{warnings:?}");
        assert!(warnings[0].contains("bees has only 3") && warnings[1].contains("wasps has no validation"));
        assert!(warnings[2].contains("favour ants"));
    }
}
