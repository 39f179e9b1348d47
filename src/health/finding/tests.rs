//! What is said of groups, labels and splits.

use std::path::PathBuf;

use super::*;
use crate::dataset::{DatasetLayout, Item, item_id};

/// Pictures as (split, class); their ids are made of their positions.
fn dataset(pictures: &[(Split, Option<usize>)]) -> (Dataset, HashMap<ItemId, usize>) {
    let items: Vec<Item> = pictures
        .iter()
        .enumerate()
        .map(|(position, (split, class))| {
            let rel_path = PathBuf::from(format!("{}/{position}.jpg", split.name()));
            Item { id: item_id(&rel_path), rel_path, split: *split, class: *class, file_bytes: 1 }
        })
        .collect();
    let index_of = items.iter().enumerate().map(|(position, item)| (item.id, position)).collect();
    let classes = vec!["ants".into(), "bees".into(), "wasps".into()];
    let root = PathBuf::from("/data");
    (Dataset { root, layout: DatasetLayout::Splits, classes, items, issues: Vec::new() }, index_of)
}

fn ids(dataset: &Dataset, positions: &[usize]) -> Vec<ItemId> {
    positions.iter().map(|position| dataset.items[*position].id).collect()
}

fn said(found: &[Finding]) -> Vec<&str> {
    found.iter().map(|finding| finding.sentence.as_str()).collect()
}

use Split::{Test, Train, Val};

#[test]
fn leaks_are_named_as_such_and_a_copy_is_not_named_again_for_its_looks() {
    let (data, index_of) = dataset(&[
        (Train, Some(0)),
        (Val, Some(0)),
        (Val, Some(0)),
        (Test, Some(0)),
        (Train, Some(1)),
        (Test, Some(1)),
        (Train, Some(0)),
    ]);
    let survey = Survey {
        same: vec![ids(&data, &[0, 1])],
        alike: vec![ids(&data, &[0, 1, 2, 3]), ids(&data, &[4, 5])],
        ..Survey::default()
    };
    let found = findings(&survey, &data, &index_of, |_| false);
    assert_eq!(
        said(&found),
        [
            "1 validation picture is also in train",
            "1 validation picture looks like one in train",
            "2 test pictures look like one in train",
            "1 test picture looks like one in val",
            "1 picture looks nearly like another in the same split",
        ]
    );
    assert_eq!(found[0].groups, [[0, 1]]);
    assert_eq!(found[1].groups, [[0, 1, 2]]);
    assert_eq!(found[2].groups, [vec![0, 3], vec![4, 5]]);
}

#[test]
fn setting_one_of_two_twins_aside_settles_it() {
    let (data, index_of) = dataset(&[(Train, Some(0)), (Val, Some(1)), (Train, Some(1))]);
    let survey = Survey { same: vec![ids(&data, &[0, 1])], ..Survey::default() };
    assert_eq!(
        said(&findings(&survey, &data, &index_of, |_| false)),
        ["2 pictures with the same content have different labels", "1 validation picture is also in train"]
    );
    assert!(findings(&survey, &data, &index_of, |position| position == 1).is_empty());
}

#[test]
fn without_a_label_there_is_no_conflict_of_labels() {
    let (data, index_of) = dataset(&[(Train, Some(0)), (Train, None), (Train, Some(0)), (Train, Some(1))]);
    let survey = Survey { alike: vec![ids(&data, &[0, 1]), ids(&data, &[2, 3])], ..Survey::default() };
    let found = findings(&survey, &data, &index_of, |_| false);
    assert_eq!(
        said(&found),
        ["2 pictures that look alike have different labels", "2 pictures look nearly like another in the same split"]
    );
    assert_eq!(found[0].groups, [[2, 3]]);
}

#[test]
fn copies_in_a_split_are_counted_without_the_one_that_may_stay() {
    let (data, index_of) = dataset(&[(Train, Some(0)); 6]);
    let survey =
        Survey { same: vec![ids(&data, &[0, 1, 2])], alike: vec![ids(&data, &[0, 1, 2, 3])], ..Survey::default() };
    let found = findings(&survey, &data, &index_of, |_| false);
    assert_eq!(
        said(&found),
        ["2 pictures are copies of another in the same split", "1 picture looks nearly like another in the same split"]
    );
    assert_eq!(found[1].groups, [[0, 1, 2, 3]]);
}

#[test]
fn a_class_that_is_drowned_is_named_with_the_one_that_drowns_it() {
    let mut pictures = vec![(Train, Some(0)); 12];
    pictures.extend([(Train, Some(1)); 5]);
    pictures.extend([(Train, Some(2)); 4]);
    pictures.extend([(Val, Some(2)); 9]);
    let (data, index_of) = dataset(&pictures);
    let found = findings(&Survey::default(), &data, &index_of, |_| false);
    assert_eq!(said(&found), ["wasps has only 4 training pictures, ants has 12"]);
    assert_eq!(found[0].pictures().collect::<Vec<_>>(), [17, 18, 19, 20]);
    // With one ant set aside it is not three times as many any more.
    assert!(findings(&Survey::default(), &data, &index_of, |position| position == 0).is_empty());
}

#[test]
fn pictures_that_are_set_aside_are_not_counted_for_the_larger_class_either() {
    let mut pictures = vec![(Train, Some(0)); 12];
    pictures.extend([(Train, Some(1)); 5]);
    pictures.extend([(Train, Some(2)); 3]);
    let (data, index_of) = dataset(&pictures);
    let said_without = |aside: &[usize]| {
        let found = findings(&Survey::default(), &data, &index_of, |position| aside.contains(&position));
        found.into_iter().map(|finding| finding.sentence).collect::<Vec<_>>()
    };
    assert_eq!(said_without(&[]), ["wasps has only 3 training pictures, ants has 12"]);
    assert_eq!(said_without(&[0, 1]), ["wasps has only 3 training pictures, ants has 10"]);
    assert_eq!(said_without(&[0, 17, 18]), ["wasps has only 1 training picture, ants has 11"]);
}

#[test]
fn what_can_be_done_is_said_of_one_picture_as_of_one() {
    let (data, index_of) = dataset(&[(Train, Some(0)); 3]);
    let advice = |count: usize| {
        let positions: Vec<usize> = (0..count).collect();
        let blank = ids(&data, &positions);
        let unreadable = blank.iter().map(|id| (*id, "it is cut off".into())).collect();
        let survey = Survey { unreadable, blank, ..Survey::default() };
        let found = findings(&survey, &data, &index_of, |_| false);
        found.into_iter().map(|finding| finding.advice).collect::<Vec<_>>()
    };
    assert_eq!(
        advice(1),
        [
            "Training skips it. Fetch it again, or set it aside.",
            "There is nothing to be learned from it. Set it aside."
        ]
    );
    assert_eq!(
        advice(2),
        [
            "Training skips them. Fetch them again, or set them aside.",
            "There is nothing to be learned from them. Set them aside."
        ]
    );
}

#[test]
fn pictures_that_are_gone_are_not_spoken_of() {
    let (data, index_of) = dataset(&[(Train, Some(0)), (Val, Some(0))]);
    let gone = item_id(std::path::Path::new("gone.jpg"));
    let survey = Survey {
        same: vec![vec![data.items[0].id, gone]],
        blank: vec![gone, data.items[1].id],
        unreadable: vec![(gone, "it is gone".into())],
        ..Survey::default()
    };
    assert_eq!(said(&findings(&survey, &data, &index_of, |_| false)), ["1 picture shows nothing but one colour"]);
}
