//! Journals that are deleted or replaced while they are held open, and disks that are full.

use super::*;

fn classes_of_ants(bench: &Bench) -> Vec<Option<String>> {
    (0..4).map(|number| bench.class(&format!("train/ants/{number}.jpg")).map(str::to_owned)).collect()
}

fn bees(count: usize) -> Vec<Option<String>> {
    (0..4).map(|number| Some(if number < count { "bees" } else { "ants" }.to_owned())).collect()
}

fn record(bench: &Bench) -> Record {
    Record { seq: bench.layer.labels().next_seq(), time_ms: 1, action: Action::create_class("wasps") }
}

#[test]
fn a_journal_that_is_deleted_is_written_anew_with_all_that_was_in_it() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    bench.label(&["train/ants/1.jpg"], "bees");
    fs::remove_dir_all(bench.root().join(".imago")).unwrap();
    bench.label(&["train/ants/2.jpg"], "bees");
    assert!(bench.journal.as_mut().unwrap().take_restored(), "the user is told");
    assert!(!bench.journal.as_mut().unwrap().take_restored(), "once");
    // The lock is there again as well, for users with other homes too.
    let other_home = LabelPlaces { at_home: bench.root().join("../other home"), ..bench.places() };
    let second = open_labels(&scanned(&bench.root()), &other_home, 1, &CancelToken::new()).unwrap();
    assert!(matches!(second.access, LabelAccess::ReadOnly(_)));
    drop(second);
    let bench = bench.reopened();
    assert_eq!((classes_of_ants(&bench), bench.problems.len()), (bees(3), 0));
    assert_eq!(bench.layer.labels().steps().0, 3);
}

#[test]
fn a_journal_of_an_earlier_session_that_is_deleted_is_written_anew_too() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    let mut bench = bench.reopened();
    fs::remove_file(bench.journal_file()).unwrap();
    bench.label(&["train/ants/1.jpg"], "bees");
    assert_eq!(classes_of_ants(&bench.reopened()), bees(2));
}

#[test]
fn only_the_lock_is_deleted_and_taken_anew() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    fs::remove_file(bench.root().join(".imago/lock")).unwrap();
    bench.label(&["train/ants/1.jpg"], "bees");
    let other_home = LabelPlaces { at_home: bench.root().join("../other home"), ..bench.places() };
    let second = open_labels(&scanned(&bench.root()), &other_home, 1, &CancelToken::new()).unwrap();
    assert!(matches!(second.access, LabelAccess::ReadOnly(_)));
}

#[test]
fn a_journal_that_is_replaced_is_kept_beside_and_what_is_there_now_is_not_written_to() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    let ours = fs::read(bench.journal_file()).unwrap();
    // As programs do that keep folders in step: into a file beside, then renamed. Of the same length, too.
    let theirs: Vec<u8> = ours.iter().map(|byte| if *byte == b'7' { b'8' } else { *byte }).collect();
    let new = bench.root().join(".imago/new");
    fs::write(&new, &theirs).unwrap();
    fs::rename(&new, bench.journal_file()).unwrap();
    let next = record(&bench);
    let error = bench.journal.as_mut().unwrap().append(std::slice::from_ref(&next)).unwrap_err();
    assert!(matches!(error, JournalError::Replaced { .. }) && !error.may_pass(), "{error}");
    assert_eq!(fs::read(bench.journal_file()).unwrap(), theirs);
    assert_eq!(fs::read(bench.root().join(".imago/labels-replaced-0.jsonl")).unwrap(), ours);
    // An empty file is no reason to begin afresh either.
    fs::write(&new, "").unwrap();
    fs::rename(&new, bench.journal_file()).unwrap();
    assert!(bench.journal.as_mut().unwrap().append(&[next]).is_err());
    assert!(fs::read(bench.journal_file()).unwrap().is_empty());
}

#[test]
fn a_journal_that_is_replaced_by_its_like_goes_on() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    let new = bench.root().join(".imago/new");
    fs::copy(bench.journal_file(), &new).unwrap();
    fs::rename(&new, bench.journal_file()).unwrap();
    bench.label(&["train/ants/1.jpg"], "bees");
    assert!(!bench.journal.as_mut().unwrap().take_restored());
    assert_eq!(classes_of_ants(&bench.reopened()), bees(2));
}

#[test]
fn a_data_set_that_is_gone_is_not_made_again_and_labels_wait_until_it_is_back() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    let (root, away) = (bench.root(), bench.root().with_file_name("away"));
    fs::rename(&root, &away).unwrap();
    let edit = bench.layer.label(&bench.dataset, &[bench.at("train/ants/1.jpg")], Some(1)).unwrap();
    let record = bench.layer.carry_out(&mut bench.dataset, edit, 1).unwrap();
    let error = bench.journal.as_mut().unwrap().append(std::slice::from_ref(&record)).unwrap_err();
    assert!(error.may_pass() && !root.exists(), "{error}");
    fs::rename(&away, &root).unwrap();
    bench.journal.as_mut().unwrap().append(&[record]).unwrap();
    assert_eq!(classes_of_ants(&bench.reopened()), bees(2));
}

#[test]
fn a_data_set_that_is_gone_before_anything_was_labelled_is_not_made_either() {
    let mut bench = bench();
    let (root, away) = (bench.root(), bench.root().with_file_name("away"));
    let next = record(&bench);
    fs::rename(&root, &away).unwrap();
    assert!(bench.journal.as_mut().unwrap().append(std::slice::from_ref(&next)).unwrap_err().may_pass());
    assert!(!root.exists() && !bench.places().at_home_file().exists());
    fs::rename(&away, &root).unwrap();
    bench.journal.as_mut().unwrap().append(&[next]).unwrap();
    assert!(bench.journal_file().is_file());
}

#[test]
fn what_is_held_can_be_read_again_whatever_became_of_the_path() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    fs::remove_dir_all(bench.root().join(".imago")).unwrap();
    let edit = bench.layer.label(&bench.dataset, &[bench.at("train/ants/1.jpg")], Some(1)).unwrap();
    let waiting = bench.layer.carry_out(&mut bench.dataset, edit, 1).unwrap();
    let holding = bench.journal.as_ref().unwrap().holding(&[waiting], None).unwrap();
    let mut dataset = scanned(&bench.root());
    let reread = reread_labels(&dataset, &bench.places(), holding, 1, &CancelToken::new()).unwrap();
    assert!(reread.problems.is_empty() && reread.bookkeeping.is_empty());
    let layer = LabelLayer::new(&mut dataset, reread.labels, 0.2);
    assert_eq!((dataset, layer.labels().steps()), (bench.dataset.clone(), (2, 0)));
}

/// `/dev/full` answers every write as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_what_could_not_be_written_is_written_when_there_is_room() {
    let mut bench = bench();
    fs::create_dir(bench.root().join(".imago")).unwrap();
    std::os::unix::fs::symlink("/dev/full", bench.journal_file()).unwrap();
    let edit = bench.layer.label(&bench.dataset, &[bench.at("train/ants/0.jpg")], Some(1)).unwrap();
    let record = bench.layer.carry_out(&mut bench.dataset, edit, 1).unwrap();
    for _ in 0..2 {
        let error = bench.journal.as_mut().unwrap().append(std::slice::from_ref(&record)).unwrap_err();
        let JournalError::Write { source, .. } = &error else { panic!("{error}") };
        assert_eq!(source.kind(), std::io::ErrorKind::StorageFull);
        assert!(error.may_pass() && error.to_string().contains("make room on the disk"), "{error}");
    }
    fs::remove_file(bench.journal_file()).unwrap();
    bench.journal.as_mut().unwrap().append(&[record]).unwrap();
    assert_eq!(classes_of_ants(&bench.reopened()), bees(1));
}
