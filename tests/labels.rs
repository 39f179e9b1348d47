//! No label that was acknowledged is ever lost, and none is invented: processes that label are killed, and run out of disk.
//!
//! The process that labels is this test program itself, started again with `IMAGO_LABEL_CHILD` naming a data set.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use imago::base::CancelToken;
use imago::dataset::labels::{
    Edit, LabelAccess, LabelLayer, LabelPlaces, Labels, Mark, Record, open_labels, read_labels,
};
use imago::dataset::{Dataset, ScanOptions, Split, scan};

/// Sessions that are killed; `IMAGO_LABEL_KILLS` asks for more.
const KILLS: usize = 300;

fn data_set(folder: &Path) -> PathBuf {
    let root = folder.join("data");
    for (class, count) in [("ants", 30), ("bees", 20)] {
        for split in ["train", "val"] {
            let home = root.join(split).join(class);
            std::fs::create_dir_all(&home).unwrap();
            for number in 0..count {
                std::fs::write(home.join(format!("{number}.jpg")), format!("{split} {class} {number}")).unwrap();
            }
        }
    }
    root
}

fn scanned(root: &Path) -> Dataset {
    scan(root, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap()
}

fn places(root: &Path) -> LabelPlaces {
    LabelPlaces::of(root, &root.with_file_name("home"))
}

/// Every original file with its bytes.
fn originals(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    let walk = walk.filter_entry(|entry| entry.file_name() != ".imago").map(Result::unwrap);
    walk.filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().to_owned(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

/// The records in the journal, in order; a torn last line is none.
fn written(root: &Path) -> Vec<Record> {
    let text = std::fs::read_to_string(places(root).in_dataset_file()).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// What a process does that labels: says what it is about to write, writes it, says that it is written. Not a test by itself.
#[test]
fn labelling_process() {
    let Some(root) = std::env::var_os("IMAGO_LABEL_CHILD").map(PathBuf::from) else { return };
    let mut state: u64 = std::env::var("IMAGO_LABEL_SEED").unwrap().parse().unwrap();
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut dataset = scanned(&root);
    let opened = open_labels(&dataset, &places(&root), 1, &CancelToken::new()).unwrap();
    let LabelAccess::Writable(mut journal) = opened.access else { panic!("the lock is held by another") };
    assert!(opened.problems.is_empty(), "{:?}", opened.problems);
    let mut layer = LabelLayer::new(&mut dataset, opened.labels, 0.2);
    let mut out = std::io::stdout();
    for number in 0_u64.. {
        let positions: Vec<usize> = (0..=random(12)).map(|_| random(dataset.items.len())).collect();
        let mut positions = positions;
        positions.sort_unstable();
        positions.dedup();
        let record = match random(10) {
            0 => layer.undo(&mut dataset, number).map(|(record, _)| record),
            1 => layer.redo(&mut dataset, number).map(|(record, _)| record),
            what => {
                let edit = match what {
                    2 => layer.mark(&dataset, &positions, Mark::SetAside, random(2) == 0),
                    3 => layer.mark(&dataset, &positions, Mark::Unsure, random(2) == 0),
                    4 => layer.move_to(&dataset, &positions, Split::ALL[random(3)]),
                    5 if dataset.classes.len() < 9 => {
                        Edit::create_class(&dataset, &format!("class {}", random(1000))).ok()
                    }
                    6 => layer.label(&dataset, &positions, None),
                    _ => layer.label(&dataset, &positions, Some(random(dataset.classes.len()))),
                };
                edit.map(|edit| layer.carry_out(&mut dataset, edit, number).unwrap())
            }
        };
        let Some(record) = record else { continue };
        let text = serde_json::to_string(&record).unwrap();
        out.write_all(format!("\ntry {text}\n").as_bytes()).unwrap();
        out.flush().unwrap();
        if let Err(error) = journal.append(std::slice::from_ref(&record)) {
            out.write_all(format!("\nfailed {error}\n").as_bytes()).unwrap();
            return;
        }
        out.write_all(format!("\nack {text}\n").as_bytes()).unwrap();
        out.flush().unwrap();
    }
}

fn command(root: &Path, seed: usize) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "labelling_process", "--nocapture"]);
    command.env("IMAGO_LABEL_CHILD", root).env("IMAGO_LABEL_SEED", seed.to_string());
    command
}

/// What a session said.
#[derive(Default)]
struct Said {
    acknowledged: Vec<Record>,
    /// Begun, and not known to have ended.
    in_flight: Option<Record>,
    failed: Option<String>,
}

/// Listens to a session; `until` sees how many records were begun and may end the session.
fn listen(child: &mut Child, mut until: impl FnMut(&mut Child, usize)) -> Said {
    let mut said = Said::default();
    let mut begun = 0;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let Ok(line) = line else { break };
        if let Some(text) = line.strip_prefix("try ") {
            // A process can be killed in the middle of saying so.
            said.in_flight = serde_json::from_str(text).ok();
            begun += 1;
            until(child, begun);
        } else if let Some(record) = line.strip_prefix("ack ").and_then(|text| serde_json::from_str(text).ok()) {
            said.acknowledged.push(record);
            said.in_flight = None;
        } else if let Some(text) = line.strip_prefix("failed ") {
            said.failed = Some(text.to_owned());
        }
    }
    said
}

/// The journal holds all that is known to be written, and at most the record that was being written beside.
fn check(root: &Path, known: &mut Vec<Record>, said: Said) {
    known.extend(said.acknowledged);
    let found = written(root);
    assert!(
        found.len() >= known.len(),
        "{} of {} acknowledged records are lost",
        known.len() - found.len(),
        known.len()
    );
    assert!(found[..known.len()] == known[..], "acknowledged records are not as they were");
    match (&found[known.len()..], said.in_flight) {
        ([], _) => {}
        ([extra], Some(in_flight)) => {
            assert_eq!(*extra, in_flight, "a record was invented");
            known.push(in_flight);
        }
        (extra, in_flight) => panic!("records were invented: {extra:?}; in flight was {in_flight:?}"),
    }
}

/// What records amount to, without any file between.
fn amount_to(dataset: &Dataset, records: &[Record]) -> (Dataset, (usize, usize)) {
    let mut dataset = dataset.clone();
    let labels = Labels::new(&dataset.classes);
    let mut layer = LabelLayer::new(&mut dataset, labels, 0.2);
    for record in records {
        layer.take_in(&mut dataset, record);
    }
    (dataset, layer.labels().steps())
}

#[test]
fn killed_at_random_moments_no_acknowledged_label_is_lost_and_none_is_invented() {
    let folder = tempfile::tempdir().unwrap();
    let root = data_set(folder.path());
    let before = originals(&root);
    let kills = std::env::var("IMAGO_LABEL_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let mut known = Vec::new();
    let mut torn = 0;
    for session in 0..kills {
        let mut child = command(&root, session).stdout(Stdio::piped()).spawn().unwrap();
        // After 1 to 12 records, and then anywhere within the time that one takes.
        let (records, micros) = (1 + session * 7 % 12, (session * 137 % 40) as u64 * 50);
        let said = listen(&mut child, |child, begun| {
            if begun == records {
                std::thread::sleep(Duration::from_micros(micros));
                child.kill().unwrap();
            }
        });
        child.wait().unwrap();
        let whole = std::fs::read(places(&root).in_dataset_file()).unwrap_or_default();
        torn += usize::from(whole.last().is_some_and(|byte| *byte != b'\n'));
        check(&root, &mut known, said);
    }
    assert!(known.len() > kills, "{} records in {kills} sessions", known.len());
    let scanned = scanned(&root);
    let (labels, problems) = read_labels(&scanned, &places(&root), &CancelToken::new()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let mut seen = scanned.clone();
    let layer = LabelLayer::new(&mut seen, labels, 0.2);
    assert_eq!((seen, layer.labels().steps()), amount_to(&scanned, &known));
    assert!(originals(&root) == before, "an original was changed");
    println!("{kills} sessions, {} records, {torn} torn ends", known.len());
}

/// A limit on the size of files stands for a disk that is full.
#[cfg(unix)]
#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let root = data_set(folder.path());
    let before = originals(&root);
    let mut known = Vec::new();
    for (session, blocks) in [8, 8, 16].into_iter().enumerate() {
        let exact = command(&root, 900 + session);
        let mut bash = Command::new("bash");
        // Blocks of 1024 bytes; the signal that usually kills is ignored, so that writing fails as on a full disk.
        bash.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]);
        bash.arg(exact.get_program()).args(exact.get_args());
        bash.envs(exact.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut child = bash.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = listen(&mut child, |_, _| {});
        child.wait().unwrap();
        let failed = said.failed.take().expect("the disk is never full");
        assert!(failed.contains("labels.jsonl") && failed.contains("make room"), "{failed}");
        // What failed is not there, not even in part.
        said.in_flight = None;
        check(&root, &mut known, said);
        assert!(std::fs::read(places(&root).in_dataset_file()).unwrap().ends_with(b"\n"));
    }
    assert!(known.len() > 20, "{}", known.len());
    assert!(originals(&root) == before, "an original was changed");
}

/// What a process does that may not write to the data set. Not a test by itself.
#[cfg(unix)]
#[test]
fn process_without_rights() {
    let Some(root) = std::env::var_os("IMAGO_READ_ONLY_CHILD").map(PathBuf::from) else { return };
    let place = places(&root);
    assert!(
        std::fs::OpenOptions::new().append(true).open(place.in_dataset_file()).is_err(),
        "rights count for nothing"
    );
    for path in ["train/ants/1.jpg", "train/ants/2.jpg"] {
        label(&root, path, &place.at_home_file());
    }
    println!("labelled without rights");
}

/// Labels a picture `bees`; it must be written to that journal.
#[cfg(unix)]
fn label(root: &Path, path: &str, journal_file: &Path) {
    let mut dataset = scanned(root);
    let opened = open_labels(&dataset, &places(root), 1, &CancelToken::new()).unwrap();
    let LabelAccess::Writable(mut journal) = opened.access else { panic!("the lock is held by another") };
    let mut layer = LabelLayer::new(&mut dataset, opened.labels, 0.2);
    let at = dataset.items.iter().position(|item| item.rel_path == Path::new(path)).unwrap();
    let edit = layer.label(&dataset, &[at], Some(1)).unwrap();
    let record = layer.carry_out(&mut dataset, edit, 1).unwrap();
    journal.append(&[record]).unwrap();
    assert_eq!(journal.path(), journal_file);
}

/// The process has another user where this one may write whatever the rights say (root).
#[cfg(unix)]
#[test]
fn a_journal_that_may_not_be_written_to_stays_as_it_is_and_the_users_own_goes_on_from_it() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let folder = tempfile::tempdir().unwrap();
    let root = data_set(folder.path());
    let place = places(&root);
    label(&root, "train/ants/0.jpg", &place.in_dataset_file());
    let (before, journal) = (originals(&root), std::fs::read(place.in_dataset_file()).unwrap());
    let rights = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    rights(folder.path(), 0o755);
    std::fs::create_dir_all(root.with_file_name("home")).unwrap();
    for entry in walkdir::WalkDir::new(root.with_file_name("home")) {
        let entry = entry.unwrap();
        rights(entry.path(), if entry.file_type().is_dir() { 0o777 } else { 0o666 });
    }
    for file in std::fs::read_dir(root.join(".imago")).unwrap() {
        rights(&file.unwrap().path(), 0o444);
    }
    rights(&root.join(".imago"), 0o555);
    rights(&root, 0o555);
    let is_root = std::fs::OpenOptions::new().append(true).open(place.in_dataset_file()).is_ok();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "process_without_rights", "--nocapture"]).env("IMAGO_READ_ONLY_CHILD", &root);
    if is_root {
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("labelled without rights"), "{said}\n{output:?}");
    assert_eq!(std::fs::read(place.in_dataset_file()).unwrap(), journal);
    rights(&root, 0o755);
    rights(&root.join(".imago"), 0o755);
    assert!(originals(&root) == before, "an original was changed");
    // All of them are there, in order; once begun, the user's own journal goes on.
    label(&root, "train/ants/3.jpg", &place.at_home_file());
    let mut dataset = scanned(&root);
    let (labels, problems) = read_labels(&dataset, &place, &CancelToken::new()).unwrap();
    let layer = LabelLayer::new(&mut dataset, labels, 0.2);
    assert_eq!((layer.labels().steps(), problems.len()), ((4, 0), 0));
    let is_bee = |item: &imago::dataset::Item| item.class == Some(1) && item.rel_path.starts_with("train/ants");
    assert_eq!(dataset.items.iter().filter(|item| is_bee(item)).count(), 4);
}
