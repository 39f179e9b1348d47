//! What is exported and opened again is the data set as it was labelled.

use super::*;
use crate::dataset::{ExportMode, Split, export_folders};

/// Split, class and content of each labelled picture, sorted.
fn content(dataset: &Dataset) -> Vec<(Split, String, Vec<u8>)> {
    let labelled = dataset.items.iter().filter_map(|item| Some((item, item.class?)));
    let mut content: Vec<_> = labelled
        .map(|(item, class)| (item.split, dataset.classes[class].clone(), fs::read(dataset.path_of(item)).unwrap()))
        .collect();
    content.sort();
    content
}

#[test]
fn renamed_and_merged_classes_splits_and_what_is_set_aside_are_exported_as_they_are_shown() {
    let folders = [("train/ants", 4), ("train/bees", 3), ("train/flies", 2), ("val/ants", 2), ("val/bees", 2)];
    let mut bench = bench_of(&folders);
    bench.act(Edit::rename_class(&bench.dataset, 0, "formica").unwrap());
    bench.act(Edit::merge_classes(&bench.dataset, 2, 1).unwrap());
    bench.act(Edit::create_class(&bench.dataset, "ants").unwrap());
    bench.label(&["train/ants/0.jpg", "train/flies/1.jpg"], "ants");
    let edit = bench.layer.move_to(&bench.dataset, &[bench.at("train/bees/0.jpg")], Split::Test).unwrap();
    bench.act(edit);
    let edit = bench.layer.mark(&bench.dataset, &[bench.at("val/ants/0.jpg")], Mark::SetAside, true).unwrap();
    bench.act(edit);
    let edit = bench.layer.label(&bench.dataset, &[bench.at("val/bees/1.jpg")], None).unwrap();
    bench.act(edit);
    let bench = bench.reopened();
    let before = bench.originals();
    let shown = bench.layer.for_training(&bench.dataset);
    for (name, mode) in [("copies", ExportMode::Copy), ("links", ExportMode::Link)] {
        let out = bench.root().with_file_name(name);
        let exported = export_folders(&shown, &out, mode, &CancelToken::new(), &mut |_, _| {}).unwrap();
        assert_eq!((exported.copied + exported.linked, exported.unlabelled), (11, 1));
        let again = scanned(&out);
        assert_eq!(again.classes, ["ants", "bees", "formica"]);
        assert_eq!(content(&again), content(&shown));
        let count = |split, class| again.count(split, Some(class));
        assert_eq!([0, 1, 2].map(|class| count(Split::Train, class)), [2, 3, 3]);
        assert_eq!([0, 1, 2].map(|class| count(Split::Val, class)), [0, 1, 1]);
        assert_eq!([0, 1, 2].map(|class| count(Split::Test, class)), [0, 1, 0]);
        #[cfg(unix)]
        for item in &again.items {
            use std::os::unix::fs::MetadataExt;
            let metadata = fs::symlink_metadata(again.path_of(item)).unwrap();
            assert_eq!((metadata.is_file(), metadata.nlink() > 1), (true, mode == ExportMode::Link));
        }
    }
    assert_eq!(bench.originals(), before);
}
