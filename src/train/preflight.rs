//! Whether a data set can be trained on at all, said before anything is written.
//!
//! Must not know: models, files of the run.

use super::error::TrainError;
use crate::dataset::{Dataset, Split};

/// Checks that there is something to learn and something to check it on.
///
/// # Errors
/// One sentence that names the folder or class and says what to do.
pub(crate) fn check_dataset(dataset: &Dataset) -> Result<(), TrainError> {
    let root = dataset.root.display();
    let fail = |message: String| Err(TrainError::Data(message));
    if dataset.items.is_empty() {
        return fail(format!(
            "{root} holds no pictures: expected train/<class>/ and val/<class>/ folders with JPEG, PNG or other pictures, \
             or one folder for each class"
        ));
    }
    if dataset.classes.is_empty() {
        return fail(format!(
            "{root} holds pictures but no classes: put the pictures of each class in a folder of its own, or label them first"
        ));
    }
    if let [only] = dataset.classes.as_slice() {
        return fail(format!(
            "{root} has only one class, `{only}`: at least two are needed to learn a difference; add a folder for another"
        ));
    }
    let is_split = dataset.has_own_validation();
    for (index, class) in dataset.classes.iter().enumerate() {
        let training = dataset.count(Split::Train, Some(index));
        let all = training + dataset.count(Split::Val, Some(index));
        if training == 0 {
            return fail(format!("class `{class}` of {root} has no training picture: add some, or take the class out"));
        }
        // Where we draw the split, of two pictures one may be left to learn from. A folder that is split already is taken at its
        // word.
        let too_few = if is_split { training < 2 } else { all < 2 };
        if too_few {
            return fail(format!(
                "class `{class}` of {root} has only one picture to learn from: add at least one more, or take the class out"
            ));
        }
    }
    if dataset.labelled(Split::Val).next().is_none() {
        return fail(format!(
            "{root} has no validation pictures: add a val/ folder with the same classes, or a larger validation share"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{DatasetLayout, Item, ItemId};

    /// `counts` holds (split, class, how many). In the layout of splits each has a folder of its own.
    fn dataset(layout: DatasetLayout, classes: &[&str], counts: &[(Split, usize, usize)]) -> Dataset {
        let mut items = Vec::new();
        for (split, class, count) in counts {
            for _ in 0..*count {
                let number = items.len() as u64;
                let folder = if layout == DatasetLayout::Splits { split.name() } else { "" };
                let rel_path = format!("{folder}/{class}/{number}.png").trim_start_matches('/').into();
                items.push(Item { id: ItemId(number), rel_path, split: *split, class: Some(*class), file_bytes: 1 });
            }
        }
        let classes = classes.iter().map(|&class| class.to_owned()).collect();
        Dataset { root: "/data/insects".into(), layout, classes, items, issues: Vec::new() }
    }

    fn complaint(dataset: &Dataset) -> String {
        check_dataset(dataset).unwrap_err().to_string()
    }

    #[test]
    fn each_hopeless_data_set_is_refused_with_its_name() {
        use DatasetLayout::{Classes, Splits};
        use Split::{Train, Val};
        assert!(complaint(&dataset(Splits, &[], &[])).contains("no pictures"));
        assert!(complaint(&dataset(Splits, &["a"], &[(Train, 0, 9)])).contains("only one class, `a`"));
        let one_picture = dataset(Splits, &["a", "b"], &[(Train, 0, 9), (Train, 1, 1), (Val, 0, 2), (Val, 1, 2)]);
        assert!(complaint(&one_picture).contains("class `b`"));
        let flat = dataset(Classes, &["a", "b"], &[(Train, 0, 9), (Train, 1, 1), (Val, 0, 2)]);
        assert!(complaint(&flat).contains("only one picture"));
        // Two labelled pictures each, of which we keep one for validation: little, but it can be learned from.
        let loose =
            dataset(DatasetLayout::Loose, &["a", "b"], &[(Train, 0, 1), (Val, 0, 1), (Train, 1, 1), (Val, 1, 1)]);
        assert!(check_dataset(&loose).is_ok());
        let no_training = dataset(Splits, &["a", "b"], &[(Train, 0, 9), (Val, 1, 3)]);
        assert!(complaint(&no_training).contains("no training picture"));
        let no_validation = dataset(Splits, &["a", "b"], &[(Train, 0, 9), (Train, 1, 9)]);
        assert!(complaint(&no_validation).contains("no validation pictures"));
        for refused in [one_picture, flat, no_training, no_validation] {
            assert!(complaint(&refused).contains("/data/insects"));
        }
    }

    #[test]
    fn a_small_but_whole_data_set_passes() {
        use Split::{Train, Val};
        let small = [(Train, 0, 2), (Train, 1, 2), (Val, 0, 1), (Val, 1, 1)];
        check_dataset(&dataset(DatasetLayout::Splits, &["a", "b"], &small)).unwrap();
        let flat = [(Train, 0, 1), (Train, 1, 1), (Val, 0, 1), (Val, 1, 1)];
        check_dataset(&dataset(DatasetLayout::Classes, &["a", "b"], &flat)).unwrap();
    }

    #[test]
    fn a_folder_with_nothing_but_train_in_it_is_split_by_us_as_a_flat_one_is() {
        use Split::{Train, Val};
        let small = [(Train, 0, 1), (Train, 1, 1), (Val, 0, 1), (Val, 1, 1)];
        let mut drawn = dataset(DatasetLayout::Splits, &["a", "b"], &small);
        assert!(complaint(&drawn).contains("only one picture"), "a folder that is split already");
        for item in &mut drawn.items {
            item.rel_path = std::path::Path::new("train").join(item.id.0.to_string());
        }
        check_dataset(&drawn).unwrap();
    }
}
