//! The thread by itself: what is written when, and what it says of its journal.

use std::path::Path;

use super::*;
use crate::app::jobs::Jobs;
use crate::dataset::labels::{Change, LabelAccess, LabelPlaces, Patch, open_labels, read_labels};
use crate::dataset::{Dataset, ScanOptions, scan};

/// How long anything may take before a test fails.
const LONG: Duration = Duration::from_secs(90);

struct Bench {
    folder: tempfile::TempDir,
    jobs: Jobs,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ants/a.jpg", "ants/b.jpg", "bees/c.jpg"] {
            let path = folder.path().join("data").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        Self { folder, jobs: Jobs::new(Arc::new(|| {})) }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn places(&self) -> LabelPlaces {
        LabelPlaces::of(&self.root(), &self.folder.path().join("home"))
    }

    fn scanned(&self) -> Dataset {
        scan(&self.root(), &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap()
    }

    fn writer(&mut self) -> Writer {
        let opened = open_labels(&self.scanned(), &self.places(), 1, &CancelToken::new()).unwrap();
        let LabelAccess::Writable(journal) = opened.access else { panic!("nobody else is here") };
        let unhashed = opened.labels.without_hash(99);
        Writer::start(self.root(), journal, opened.bookkeeping, unhashed, self.jobs.context()).unwrap()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.places().in_dataset_file()).unwrap_or_default()
    }

    fn steps(&self) -> usize {
        read_labels(&self.scanned(), &self.places(), &CancelToken::new()).unwrap().0.steps().0
    }
}

fn label(seq: u64, file: &str) -> Record {
    let new = Patch { label: Some(Some("bees".to_owned())), ..Patch::default() };
    let change = Change { file: file.to_owned(), hash: None, old: Patch::default(), new };
    Record { seq, time_ms: 1, action: Action::change(vec![change]) }
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LONG, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A pipe that nobody writes to stands for a share that hangs.
#[cfg(unix)]
#[test]
fn a_picture_that_can_not_be_read_keeps_no_label_from_being_written_and_nobody_waits_for_it() {
    let mut bench = Bench::new();
    let pipe = bench.root().join("ants/hangs.jpg");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = bench.writer();
    for (seq, file) in [(1, "ants/hangs.jpg"), (2, "ants/a.jpg"), (3, "ants/b.jpg")] {
        assert!(writer.write(label(seq, file)));
        until("the label is written", || writer.is_idle());
    }
    assert_eq!((bench.steps(), writer.unsaved()), (3, 0));
    let start = Instant::now();
    drop(writer);
    assert!(start.elapsed() < Duration::from_secs(5));
    // Whoever still waits for the pipe is let go.
    let _ = std::fs::OpenOptions::new().read(true).write(true).open(pipe);
}

#[test]
fn hashes_follow_the_labels_and_are_there_when_the_data_set_is_closed() {
    let mut bench = Bench::new();
    let writer = bench.writer();
    writer.write(label(1, "ants/a.jpg"));
    drop(writer);
    let text = bench.text();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() == 2 && lines[0].contains("change") && lines[1].contains("hashes"), "{text}");
    let (labels, _) = read_labels(&bench.scanned(), &bench.places(), &CancelToken::new()).unwrap();
    assert!(labels.without_hash(9).is_empty());
    // While it stays open they are written when there is time.
    let writer = bench.writer();
    writer.write(label(2, "ants/b.jpg"));
    until("the hash is written", || bench.text().lines().count() == 4);
    drop(writer);
}

#[test]
fn what_was_found_moved_is_written_even_if_nothing_is_labelled_after() {
    let mut bench = Bench::new();
    let writer = bench.writer();
    writer.write(label(1, "ants/a.jpg"));
    drop(writer);
    let at = |name: &str| bench.folder.path().join("data").join(name);
    std::fs::rename(at("ants/a.jpg"), at("ants/new.jpg")).unwrap();
    drop(bench.writer());
    assert!(bench.text().contains("moved"), "{}", bench.text());
    drop(bench.writer());
    assert_eq!(bench.text().matches("moved").count(), 1, "once");
}

#[test]
fn it_tells_what_it_holds_also_what_is_not_written_yet() {
    let mut bench = Bench::new();
    let writer = bench.writer();
    let held = writer.held();
    writer.write(label(1, "ants/a.jpg"));
    let told = |held: &Held| {
        let holding = held.holding(&CancelToken::new()).expect("it tells");
        let (dataset, places) = (bench.scanned(), bench.places());
        crate::dataset::labels::reread_labels(&dataset, &places, holding, 1, &CancelToken::new()).unwrap()
    };
    assert_eq!(told(&held).labels.steps().0, 1);
    until("it is written", || writer.is_idle());
    // Renamed before its hash is known to be written.
    until("its hash is made", || told(&held).labels.without_hash(9).is_empty());
    let at = |name: &str| bench.folder.path().join("data").join(name);
    std::fs::rename(at("ants/a.jpg"), at("ants/new.jpg")).unwrap();
    let reread = told(&held);
    assert_eq!(reread.bookkeeping.len(), 1);
    writer.reread(reread.bookkeeping, reread.seen);
    assert!(told(&held).bookkeeping.is_empty(), "it is known now");
    drop(writer);
    assert!(held.holding(&CancelToken::new()).is_none(), "the thread is gone");
    assert!(bench.text().contains("moved"));
    assert!(Path::new(&bench.root()).join(".imago/seen.bin").is_file());
}

#[test]
fn after_a_failure_for_good_it_can_be_closed() {
    let mut bench = Bench::new();
    let writer = bench.writer();
    writer.write(label(1, "ants/a.jpg"));
    until("it is written", || writer.is_idle());
    let file = bench.places().in_dataset_file();
    std::fs::write(&file, bench.text() + "\n\n").unwrap();
    writer.write(label(2, "ants/b.jpg"));
    until("it failed", || writer.unsaved() == 1);
    assert!(writer.held().holding(&CancelToken::new()).is_none());
    drop(writer);
    // The same where the failure comes with the end.
    let writer = bench.writer();
    std::fs::write(&file, bench.text() + "\n\n").unwrap();
    writer.write(label(2, "ants/b.jpg"));
    assert_eq!(writer.close(), 1, "whoever closes it is told");
}

#[test]
fn before_it_is_left_what_is_on_its_way_is_waited_for() {
    let mut bench = Bench::new();
    let writer = bench.writer();
    writer.write(label(1, "ants/a.jpg"));
    assert_eq!((writer.settle(), writer.is_idle()), (0, true));
    std::fs::write(bench.places().in_dataset_file(), bench.text() + "\n\n").unwrap();
    writer.write(label(2, "ants/b.jpg"));
    assert_eq!((writer.settle(), writer.unsaved()), (1, 1));
    assert_eq!(writer.close(), 1);
    assert_eq!(bench.writer().close(), 0);
}
