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
fn with_another_share_kept_for_validation_it_is_as_if_scanned_with_that_share() {
    let mut bench = bench_of(&[("ants", 9), ("bees", 8)]);
    bench.label(&["ants/0.jpg", "ants/1.jpg"], "bees");
    bench.act(Edit::create_class(&bench.dataset, "a wasp").unwrap());
    bench.act(Edit::move_class(&bench.dataset, 2, 0).unwrap());
    bench.label(&["bees/3.jpg"], "a wasp");
    let edit = bench.layer.mark(&bench.dataset, &[bench.at("bees/2.jpg")], Mark::SetAside, true).unwrap();
    bench.act(edit);
    let edit = bench.layer.move_to(&bench.dataset, &[bench.at("ants/8.jpg")], Split::Test).unwrap();
    bench.act(edit);
    for share in [0.1, 0.2, 0.5] {
        let options = ScanOptions::keeping(share);
        let scanned = scan(&bench.root(), &options, &CancelToken::new(), &mut |_| {}).unwrap();
        let laid = lay_over(scanned, &bench.places(), share, &CancelToken::new()).unwrap();
        assert_eq!(bench.layer.for_training_keeping(&bench.dataset, share), laid.dataset, "{share}");
    }
    let validation = |share| bench.layer.for_training_keeping(&bench.dataset, share).labelled(Split::Val).count();
    assert!(validation(0.1) < validation(0.5));
    // A folder that is split by its owner stays so.
    let bench = super::bench();
    assert_eq!(bench.layer.for_training_keeping(&bench.dataset, 0.5), bench.layer.for_training(&bench.dataset));
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

/// A picture in a folder of its own content.
fn put(bench: &Bench, path: &str) {
    let path = bench.root().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, path.display().to_string()).unwrap();
}

#[test]
fn a_folder_named_like_a_class_that_was_renamed_is_that_class() {
    let mut bench = bench();
    bench.act(Edit::create_class(&bench.dataset, "wasps").unwrap());
    bench.label(&["train/ants/0.jpg"], "wasps");
    bench.act(Edit::rename_class(&bench.dataset, 2, "hornets").unwrap());
    // Pictures are imported into it.
    put(&bench, "train/hornets/new.jpg");
    let mut bench = bench.reopened();
    assert!(bench.problems.is_empty(), "{:?}", bench.problems);
    assert_eq!(bench.dataset.classes, ["ants", "bees", "hornets"]);
    let both =
        |bench: &Bench| ["train/hornets/new.jpg", "train/ants/0.jpg"].map(|path| bench.class(path).unwrap().to_owned());
    assert_eq!(both(&bench), ["hornets", "hornets"]);
    bench.act(Edit::rename_class(&bench.dataset, 2, "vespids").unwrap());
    assert_eq!(both(&bench.reopened()), ["vespids", "vespids"]);
}

#[test]
fn a_folder_that_is_renamed_as_its_class_was_is_that_class_in_its_place() {
    let mut bench = bench();
    bench.label(&["train/bees/0.jpg"], "ants");
    bench.act(Edit::rename_class(&bench.dataset, 0, "formica").unwrap());
    bench.label(&["train/bees/1.jpg"], "formica");
    for split in ["train", "val"] {
        fs::rename(bench.root().join(split).join("ants"), bench.root().join(split).join("formica")).unwrap();
    }
    let bench = bench.reopened();
    assert!(bench.problems.is_empty(), "{:?}", bench.problems);
    assert_eq!(bench.dataset.classes, ["formica", "bees"], "the keys stay the same");
    for path in ["train/bees/0.jpg", "train/bees/1.jpg", "train/formica/0.jpg", "val/formica/1.jpg"] {
        assert_eq!(bench.class(path), Some("formica"), "{path}");
    }
}

#[test]
fn a_folder_of_a_class_that_was_made_here_does_not_put_the_classes_in_another_order() {
    let mut bench = bench();
    bench.act(Edit::create_class(&bench.dataset, "aphids").unwrap());
    put(&bench, "train/aphids/new.jpg");
    let mut bench = bench.reopened();
    assert_eq!(bench.dataset.classes, ["ants", "bees", "aphids"]);
    assert_eq!(bench.class("train/aphids/new.jpg"), Some("aphids"));
    bench.act(Edit::rename_class(&bench.dataset, 2, "aphidoidea").unwrap());
    put(&bench, "train/aphidoidea/newer.jpg");
    let bench = bench.reopened();
    assert_eq!(bench.dataset.classes, ["ants", "bees", "aphidoidea"]);
    assert_eq!(bench.class("train/aphids/new.jpg"), Some("aphidoidea"));
}

#[test]
fn a_journal_from_before_orders_were_written_reads_as_it_did() {
    let mut bench = bench();
    let records = [
        (1, Action::create_class("wasps")),
        (2, Action::RenameClass { from: "ants".into(), to: "formica".into(), order: Vec::new() }),
    ];
    let records = records.map(|(seq, action)| Record { seq, time_ms: 1, action });
    bench.journal.as_mut().unwrap().append(&records).unwrap();
    let text = fs::read_to_string(bench.journal_file()).unwrap();
    assert!(!text.contains("order"), "{text}");
    assert_eq!(bench.reopened().dataset.classes, ["formica", "bees", "wasps"]);
}

#[test]
fn new_pictures_of_a_class_whose_name_is_that_of_another_ones_folder_are_known_to_need_a_label() {
    use crate::dataset::class_folder;
    let mut bench = bench();
    let folder = |bench: &Bench, class| {
        let folder = class_folder(&bench.dataset, Some(&bench.layer), Split::Train, class).unwrap();
        (folder.path.strip_prefix(bench.root()).unwrap().to_owned(), folder.is_of_another)
    };
    bench.act(Edit::rename_class(&bench.dataset, 0, "formica").unwrap());
    bench.act(Edit::create_class(&bench.dataset, "ants").unwrap());
    assert_eq!(folder(&bench, 0), ("train/ants".into(), false));
    assert_eq!(folder(&bench, 2), ("train/ants".into(), true));
    bench.act(Edit::merge_classes(&bench.dataset, 0, 1).unwrap());
    assert_eq!(bench.dataset.classes, ["bees", "ants"]);
    assert_eq!(
        folder(&bench, 0),
        ("train/bees".into(), false),
        "its own, so that undoing the merging takes none along"
    );
    assert_eq!(folder(&bench, 1), ("train/ants".into(), true));
}

#[test]
fn a_class_is_found_again_after_classes_were_renamed_merged_reordered_and_all_of_it_undone() {
    let mut bench = bench();
    bench.act(Edit::create_class(&bench.dataset, "wasps").unwrap());
    let places = bench.layer.class_places();
    let now = |bench: &Bench| [0, 1, 2, 9].map(|index| bench.layer.place_now(&places, index));
    bench.act(Edit::rename_class(&bench.dataset, 1, "apis").unwrap());
    assert_eq!(now(&bench), [Some(0), Some(1), Some(2), None]);
    bench.act(Edit::merge_classes(&bench.dataset, 0, 1).unwrap());
    assert_eq!(now(&bench), [Some(0), Some(0), Some(1), None]);
    bench.act(Edit::move_class(&bench.dataset, 1, 0).unwrap());
    assert_eq!(now(&bench), [Some(1), Some(1), Some(0), None]);
    for _ in 0..4 {
        assert!(bench.undo().is_some());
    }
    assert_eq!(now(&bench), [Some(0), Some(1), None, None]);
}
