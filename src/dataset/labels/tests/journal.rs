//! The file: who may write to it, where it is, and pictures that are found again.

use super::*;

#[test]
fn looking_at_a_data_set_leaves_no_trace_in_it() {
    let bench = bench();
    assert!(!bench.root().join(".imago").exists());
    assert!(bench.read_only.is_none());
}

#[test]
fn a_second_window_is_read_only_and_says_so_until_the_first_is_closed() {
    let mut first = bench();
    first.label(&["train/ants/0.jpg"], "bees");
    let places = first.places();
    let second = open_labels(&scanned(&first.root()), &places, 1, &CancelToken::new()).unwrap();
    let LabelAccess::ReadOnly(why) = &second.access else { panic!("both may write") };
    assert!(why.contains("Another window"), "{why}");
    // It sees what is there all the same.
    assert_eq!(second.labels.steps(), (1, 0));
    first.journal = None;
    let third = open_labels(&scanned(&first.root()), &places, 1, &CancelToken::new()).unwrap();
    assert!(matches!(third.access, LabelAccess::Writable(_)));
}

#[test]
fn a_second_user_is_kept_out_by_the_lock_in_the_data_set() {
    let mut first = bench();
    first.label(&["train/ants/0.jpg"], "bees");
    let other_home = LabelPlaces { at_home: first.root().join("../other home"), ..first.places() };
    let second = open_labels(&scanned(&first.root()), &other_home, 1, &CancelToken::new()).unwrap();
    assert!(matches!(second.access, LabelAccess::ReadOnly(_)));
}

#[test]
fn two_who_opened_before_anything_was_labelled_can_not_both_write() {
    let mut first = bench();
    let other_home = LabelPlaces { at_home: first.root().join("../other home"), ..first.places() };
    let second = open_labels(&scanned(&first.root()), &other_home, 1, &CancelToken::new()).unwrap();
    let LabelAccess::Writable(mut journal) = second.access else { panic!("nobody labels yet") };
    first.label(&["train/ants/0.jpg"], "bees");
    let before = fs::read(first.journal_file()).unwrap();
    let record = Record { seq: 1, time_ms: 1, action: Action::create_class("wasps") };
    assert!(matches!(journal.append(std::slice::from_ref(&record)), Err(JournalError::Taken(_))));
    first.journal = None;
    // The first is gone, but what it wrote is not known here.
    let error = journal.append(std::slice::from_ref(&record)).unwrap_err();
    assert!(matches!(error, JournalError::Changed(_)) && !error.may_pass(), "{error}");
    assert_eq!(fs::read(first.journal_file()).unwrap(), before);
}

#[test]
fn a_journal_that_another_program_changed_is_not_written_to() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    let line = br#"{"time_ms":5,"do":"create_class","name":"wasps"}"#;
    let changed = [fs::read(bench.journal_file()).unwrap(), line.to_vec()].concat();
    fs::write(bench.journal_file(), &changed).unwrap();
    let record = Record { seq: 2, time_ms: 1, action: Action::create_class("flies") };
    assert!(matches!(bench.journal.as_mut().unwrap().append(&[record]), Err(JournalError::Changed(_))));
    assert_eq!(fs::read(bench.journal_file()).unwrap(), changed);
    // Its last line has no line break; the next one begins on a line of its own.
    let mut bench = bench.reopened();
    assert_eq!(bench.dataset.classes, ["ants", "bees", "wasps"]);
    bench.label(&["train/ants/1.jpg"], "wasps");
    let bench = bench.reopened();
    assert_eq!((bench.class("train/ants/1.jpg"), bench.problems.len()), (Some("wasps"), 0));
}

/// A folder without the right to write stands for a read-only data set; where rights count for nothing (for root), a file in
/// the way of the folder does.
#[cfg(unix)]
#[test]
fn labels_of_a_read_only_data_set_are_kept_at_home() {
    use std::os::unix::fs::PermissionsExt;
    let mut bench = bench();
    let rights = |mode| fs::set_permissions(bench.root(), fs::Permissions::from_mode(mode)).unwrap();
    rights(0o555);
    if fs::write(bench.root().join("probe"), "").is_ok() {
        fs::remove_file(bench.root().join("probe")).unwrap();
        fs::write(bench.root().join(".imago"), "in the way").unwrap();
    }
    let before = bench.originals();
    bench.label(&["train/ants/0.jpg"], "bees");
    bench.label(&["train/ants/1.jpg"], "bees");
    assert!(bench.places().at_home_file().is_file());
    let mut bench = bench.reopened();
    assert_eq!(bench.class("train/ants/1.jpg"), Some("bees"));
    assert_eq!(bench.originals(), before);
    // Writable again, the user's own journal goes on: its lines are the last ones.
    fs::set_permissions(bench.root(), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(bench.undo().is_some());
    let bench = bench.reopened();
    assert_eq!((bench.class("train/ants/0.jpg"), bench.class("train/ants/1.jpg")), (Some("bees"), Some("ants")));
    assert!(!bench.journal_file().exists());
}

#[test]
fn a_label_follows_its_file_to_another_name_and_back() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    bench.label(&["train/ants/0.jpg", "train/ants/1.jpg"], "ants");
    let path = |bench: &Bench, name: &str| bench.root().join(name);
    fs::rename(path(&bench, "train/ants/0.jpg"), path(&bench, "val/bees/renamed.jpg")).unwrap();
    let mut bench = bench.reopened();
    assert_eq!(
        bench.class("val/bees/renamed.jpg"),
        Some("ants"),
        "the label was given to the picture, not to the place"
    );
    assert!(bench.undo().is_some());
    assert_eq!(bench.class("val/bees/renamed.jpg"), Some("bees"));
    let bench = bench.reopened();
    assert_eq!(bench.class("val/bees/renamed.jpg"), Some("bees"));
    fs::rename(path(&bench, "val/bees/renamed.jpg"), path(&bench, "train/ants/0.jpg")).unwrap();
    assert_eq!(bench.reopened().class("train/ants/0.jpg"), Some("bees"));
}

#[test]
fn a_twin_that_was_there_all_along_does_not_take_over_from_one_that_is_gone() {
    let mut bench = bench();
    for twin in ["train/ants/twin.jpg", "val/bees/twin.jpg"] {
        fs::copy(bench.root().join("train/ants/0.jpg"), bench.root().join(twin)).unwrap();
    }
    bench = bench.reopened();
    bench.label(&["train/ants/0.jpg"], "bees");
    let edit = bench.layer.mark(&bench.dataset, &[bench.at("train/ants/0.jpg")], Mark::SetAside, true).unwrap();
    bench.act(edit);
    fs::remove_file(bench.root().join("train/ants/0.jpg")).unwrap();
    let is_as_its_folder_says = |bench: &Bench, path: &str| {
        let at = bench.at(path);
        bench.layer.marks(at) == Marks::default() && !bench.layer.is_changed(&bench.dataset, at)
    };
    // At the next reading, and at the one after.
    for _ in 0..2 {
        bench = bench.reopened();
        for twin in ["train/ants/twin.jpg", "val/bees/twin.jpg"] {
            assert!(is_as_its_folder_says(&bench, twin), "{twin}");
        }
    }
    // One that is new is the one that is gone.
    fs::copy(bench.root().join("train/ants/twin.jpg"), bench.root().join("train/ants/new.jpg")).unwrap();
    let bench = bench.reopened();
    assert!(bench.layer.marks(bench.at("train/ants/new.jpg")).set_aside);
    assert!(is_as_its_folder_says(&bench, "train/ants/twin.jpg"));
}

#[test]
fn where_it_is_not_known_what_was_there_nothing_counts_as_renamed() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    fs::remove_file(bench.root().join(".imago/seen.bin")).unwrap();
    fs::rename(bench.root().join("train/ants/0.jpg"), bench.root().join("train/ants/new.jpg")).unwrap();
    let bench = bench.reopened();
    assert_eq!(bench.class("train/ants/new.jpg"), Some("ants"));
    fs::rename(bench.root().join("train/ants/new.jpg"), bench.root().join("train/ants/0.jpg")).unwrap();
    assert_eq!(
        bench.reopened().class("train/ants/0.jpg"),
        Some("bees"),
        "the label is kept under the name it was given to"
    );
}

#[test]
fn a_twin_that_came_and_a_file_that_went_between_two_readings_are_one_only_if_the_twin_is_new() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    let path = |name: &str| bench.root().join("train/ants").join(name);
    fs::copy(path("0.jpg"), path("copy.jpg")).unwrap();
    let (zero, copy) = (path("0.jpg"), path("copy.jpg"));
    // The folder is read while both are there.
    bench = bench.reopened();
    fs::remove_file(zero).unwrap();
    assert!(copy.exists());
    assert_eq!(bench.reopened().class("train/ants/copy.jpg"), Some("ants"));
}

#[test]
fn a_file_that_vanished_keeps_its_records_for_when_it_is_back() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    let (path, kept) = (bench.root().join("train/ants/0.jpg"), bench.root().join("../kept"));
    fs::rename(&path, &kept).unwrap();
    let mut bench = bench.reopened();
    bench.label(&["train/ants/1.jpg"], "bees");
    assert!(bench.undo().is_some() && bench.undo().is_some(), "the label of a file that is gone can be undone too");
    assert!(bench.redo().is_some());
    fs::rename(&kept, &path).unwrap();
    assert_eq!(bench.reopened().class("train/ants/0.jpg"), Some("bees"));
}

#[test]
fn hashes_that_come_later_find_a_file_again_too() {
    let mut bench = bench();
    let edit = bench.layer.label(&bench.dataset, &[bench.at("train/ants/0.jpg")], Some(1)).unwrap();
    let record = bench.layer.carry_out(&mut bench.dataset, edit, 1).unwrap();
    let journal = bench.journal.as_mut().unwrap();
    journal.append(&[record]).unwrap();
    assert_eq!(bench.layer.labels().without_hash(9), ["train/ants/0.jpg"]);
    let hash = ContentHash::of_file(&bench.root().join("train/ants/0.jpg")).unwrap().to_string();
    let files = vec![("train/ants/0.jpg".to_owned(), hash)];
    let record = Record { seq: 0, time_ms: 2, action: Action::Hashes { files } };
    bench.journal.as_mut().unwrap().append(&[record]).unwrap();
    fs::rename(bench.root().join("train/ants/0.jpg"), bench.root().join("train/ants/x.jpg")).unwrap();
    let bench = bench.reopened();
    assert_eq!(bench.class("train/ants/x.jpg"), Some("bees"));
    assert!(bench.layer.labels().without_hash(9).is_empty());
}

#[test]
fn a_journal_that_can_not_be_read_is_an_error_that_names_it() {
    let bench = bench();
    fs::create_dir_all(bench.journal_file()).unwrap();
    let error = open_labels(&scanned(&bench.root()), &bench.places(), 1, &CancelToken::new()).unwrap_err();
    assert!(error.to_string().contains("labels.jsonl"), "{error}");
}
