//! What actions do to a data set, and undoing them.

use super::*;
use crate::dataset::Split;

#[test]
fn labels_marks_and_splits_are_laid_over_the_folders_and_survive_a_restart() {
    let mut bench = bench();
    let before = bench.originals();
    bench.label(&["train/ants/0.jpg", "train/ants/1.jpg"], "bees");
    let edit = bench.layer.label(&bench.dataset, &[bench.at("val/bees/0.jpg")], None).unwrap();
    bench.act(edit);
    let edit = bench.layer.mark(&bench.dataset, &[bench.at("train/bees/2.jpg")], Mark::SetAside, true).unwrap();
    bench.act(edit);
    let edit = bench.layer.move_to(&bench.dataset, &[bench.at("train/ants/3.jpg")], Split::Val).unwrap();
    bench.act(edit);
    let seen = bench.seen();
    let bench = bench.reopened();
    assert_eq!(bench.seen(), seen);
    assert_eq!(bench.class("train/ants/1.jpg"), Some("bees"));
    assert_eq!(bench.class("val/bees/0.jpg"), None);
    assert_eq!(bench.item("train/ants/3.jpg").split, Split::Val);
    assert!(bench.layer.marks(bench.at("train/bees/2.jpg")).set_aside);
    assert!(bench.layer.is_changed(&bench.dataset, bench.at("train/ants/0.jpg")));
    assert!(!bench.layer.is_changed(&bench.dataset, bench.at("train/ants/2.jpg")));
    let summary = bench.layer.summary(&bench.dataset);
    assert_eq!((summary.changed, summary.moved, summary.left, summary.set_aside), (3, 1, 1, 1));
    let learned = bench.layer.for_training(&bench.dataset);
    assert_eq!(learned.items.len(), bench.dataset.items.len() - 1);
    assert_eq!(bench.originals(), before);
}

#[test]
fn what_is_that_way_already_is_no_action() {
    let mut bench = bench();
    let ant = bench.at("train/ants/0.jpg");
    assert_eq!(bench.layer.label(&bench.dataset, &[ant], Some(0)), None);
    assert_eq!(bench.layer.mark(&bench.dataset, &[ant], Mark::Skip, false), None);
    assert_eq!(bench.layer.move_to(&bench.dataset, &[ant], Split::Train), None);
    let edit = bench.layer.mark(&bench.dataset, &[ant], Mark::Unsure, true).unwrap();
    bench.act(edit);
    // A label settles what was not certain, also when it is the same one.
    let edit = bench.layer.label(&bench.dataset, &[ant], Some(0)).unwrap();
    bench.act(edit);
    assert!(!bench.layer.marks(ant).unsure);
}

#[test]
fn undo_all_is_how_it_began_and_redo_all_is_how_it_ended_also_after_a_restart() {
    let mut bench = bench();
    let (before, originals) = (bench.seen(), bench.originals());
    bench.do_a_lot(120);
    let after = bench.seen();
    assert_ne!(before, after);
    let mut bench = bench.reopened();
    assert_eq!(bench.seen(), after);
    let steps = bench.layer.labels().steps().0;
    assert!(steps > 100, "{steps}");
    for _ in 0..steps {
        assert!(bench.undo().is_some());
    }
    assert_eq!((bench.undo(), bench.seen()), (None, before));
    let mut bench = bench.reopened();
    for _ in 0..steps {
        assert!(bench.redo().is_some());
    }
    assert_eq!((bench.redo(), bench.seen()), (None, after));
    assert_eq!(bench.reopened().originals(), originals);
}

#[test]
fn a_new_action_after_undo_is_the_end_of_what_was_undone() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    bench.label(&["train/ants/1.jpg", "train/ants/2.jpg"], "bees");
    assert_eq!(bench.undo().as_deref(), Some("2 pictures labelled bees"));
    assert_eq!(bench.class("train/ants/2.jpg"), Some("ants"));
    bench.label(&["train/ants/3.jpg"], "bees");
    let mut bench = bench.reopened();
    assert_eq!(bench.redo(), None);
    assert_eq!(bench.undo().as_deref(), Some("3.jpg labelled bees"));
    assert_eq!(bench.undo().as_deref(), Some("0.jpg labelled bees"));
}

#[test]
fn classes_are_created_renamed_merged_and_reordered() {
    let mut bench = bench();
    bench.act(Edit::create_class(&bench.dataset, "wasps").unwrap());
    bench.label(&["train/ants/0.jpg"], "wasps");
    bench.act(Edit::rename_class(&bench.dataset, 0, "formica").unwrap());
    assert_eq!(bench.dataset.classes, ["formica", "bees", "wasps"]);
    assert_eq!(bench.class("train/ants/1.jpg"), Some("formica"));
    assert!(
        !bench.layer.is_changed(&bench.dataset, bench.at("train/ants/1.jpg")),
        "the folder's class is called so now"
    );
    bench.act(Edit::merge_classes(&bench.dataset, 2, 1).unwrap());
    assert_eq!(bench.class("train/ants/0.jpg"), Some("bees"));
    bench.act(Edit::move_class(&bench.dataset, 1, 0).unwrap());
    let mut bench = bench.reopened();
    assert_eq!(bench.dataset.classes, ["bees", "formica"]);
    assert_eq!(bench.class("train/bees/0.jpg"), Some("bees"));
    for word in ["reordered", "class wasps merged into bees", "class ants renamed formica"] {
        assert!(bench.undo().unwrap().contains(word));
    }
    assert_eq!(bench.dataset.classes, ["ants", "bees", "wasps"]);
    assert_eq!(bench.class("train/ants/0.jpg"), Some("wasps"));
    for name in ["ants", "", "a/b"] {
        assert!(Edit::create_class(&bench.dataset, name).is_err());
        assert!(Edit::rename_class(&bench.dataset, 1, name).is_err());
    }
    assert!(Edit::merge_classes(&bench.dataset, 1, 1).is_err());
}

#[test]
fn training_sees_no_empty_class_and_nothing_that_is_set_aside() {
    let mut bench = bench();
    bench.act(Edit::create_class(&bench.dataset, "wasps").unwrap());
    assert!(bench.layer.training_differs(&bench.dataset));
    let all: Vec<usize> =
        (0..bench.dataset.items.len()).filter(|at| bench.dataset.items[*at].class == Some(0)).collect();
    let edit = bench.layer.label(&bench.dataset, &all, Some(2)).unwrap();
    bench.act(edit);
    let learned = bench.layer.for_training(&bench.dataset);
    assert_eq!(learned.classes, ["bees", "wasps"]);
    assert_eq!(learned.check_trainable().map(|_| ()), Ok(()));
    assert!(learned.items.iter().all(|item| item.class.is_some_and(|class| class < 2)));
    assert_eq!(learned.items.iter().filter(|item| item.class == Some(1)).count(), 6);
}

#[test]
fn pictures_labelled_in_a_folder_without_splits_get_a_share_for_validation() {
    let mut bench = bench_of(&[("", 40)]);
    assert_eq!(bench.dataset.classes.len(), 0);
    for name in ["ants", "bees"] {
        bench.act(Edit::create_class(&bench.dataset, name).unwrap());
    }
    for at in 0..40 {
        let edit = bench.layer.label(&bench.dataset, &[at], Some(usize::from(at % 4 == 0))).unwrap();
        bench.act(edit);
    }
    let bench = bench.reopened();
    let counts = |class| (bench.dataset.count(Split::Train, Some(class)), bench.dataset.count(Split::Val, Some(class)));
    assert_eq!((counts(0), counts(1)), ((24, 6), (8, 2)));
    assert_eq!(bench.layer.for_training(&bench.dataset).check_trainable(), Ok(vec![]));
}

#[test]
fn a_folder_that_appears_later_takes_its_place_beside_created_classes() {
    let mut bench = bench();
    bench.act(Edit::create_class(&bench.dataset, "wasps").unwrap());
    bench.label(&["train/ants/0.jpg"], "wasps");
    fs::create_dir_all(bench.root().join("train/wasps")).unwrap();
    fs::write(bench.root().join("train/wasps/new.jpg"), "new").unwrap();
    let bench = bench.reopened();
    assert!(bench.problems.is_empty(), "{:?}", bench.problems);
    assert_eq!((bench.class("train/wasps/new.jpg"), bench.class("train/ants/0.jpg")), (Some("wasps"), Some("wasps")));
}
