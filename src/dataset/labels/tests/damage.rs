//! Journals that are cut off or damaged.

use super::*;

/// What the first `count` lines of a journal amount to.
fn amounts_to(lines: &[&[u8]], count: usize, folder: &tempfile::TempDir, scanned: &Dataset) -> Labels {
    let places = places(folder.path());
    fs::create_dir_all(&places.in_dataset).unwrap();
    fs::write(places.in_dataset_file(), lines[..count].concat()).unwrap();
    read_labels(scanned, &places, &CancelToken::new()).unwrap().0
}

#[test]
fn a_journal_cut_at_every_byte_of_its_last_four_kilobytes_loses_its_torn_record_and_no_other() {
    let mut bench = bench();
    let originals = bench.originals();
    bench.do_a_lot(60);
    bench.journal = None;
    let whole = fs::read(bench.journal_file()).unwrap();
    assert!(whole.len() > 6_000, "{}", whole.len());
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let scanned = scanned(&bench.root());
    // In memory where there is such a folder: four thousand times something is flushed to the disk.
    let scratch = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    fs::create_dir_all(scratch.path().join("data")).unwrap();
    let places = places(scratch.path());
    let file = places.in_dataset_file();
    let mut expected: Option<(usize, Labels)> = None;
    let next =
        |labels: &Labels| Record { seq: labels.next_seq(), time_ms: 3, action: Action::create_class("after the cut") };
    for cut in (whole.len() - 4096..=whole.len()).rev() {
        // Lines that are whole but for the line break count.
        let mut complete = 0;
        let mut end = 0;
        for line in &lines {
            end += line.len();
            complete += usize::from(end <= cut + 1);
        }
        if expected.as_ref().is_none_or(|(count, _)| *count != complete) {
            let _ = fs::remove_dir_all(&places.in_dataset);
            expected = Some((complete, amounts_to(&lines, complete, &scratch, &scanned)));
        }
        let (_, expected) = expected.as_ref().unwrap();
        let _ = fs::remove_dir_all(&places.in_dataset);
        fs::create_dir_all(&places.in_dataset).unwrap();
        fs::write(&file, &whole[..cut]).unwrap();
        let opened = open_labels(&scanned, &places, 1, &CancelToken::new()).unwrap();
        assert_eq!(&opened.labels, expected, "cut at {cut}");
        assert!(opened.problems.is_empty(), "cut at {cut}: {:?}", opened.problems);
        assert_eq!(fs::read(&file).unwrap(), whole[..cut], "reading changed the file");
        // Going on.
        let LabelAccess::Writable(mut journal) = opened.access else { panic!("nobody else is here") };
        journal.append(&[next(expected)]).unwrap();
        let after = fs::read(&file).unwrap();
        let kept: usize = lines[..complete].iter().map(|line| line.len()).sum();
        assert_eq!(after[..kept], whole[..kept], "cut at {cut}");
        let torn = fs::read(places.in_dataset.join("labels-torn-0.bin")).unwrap_or_default();
        assert_eq!(torn, whole[kept.min(cut)..cut], "cut at {cut}: the torn bytes are kept beside");
        drop(journal);
        let (again, problems) = read_labels(&scanned, &places, &CancelToken::new()).unwrap();
        assert_eq!((again.steps().0, problems.len()), (expected.steps().0 + 1, 0), "cut at {cut}");
    }
    assert_eq!(bench.originals(), originals);
}

#[test]
fn damage_in_the_middle_costs_one_record_and_is_named() {
    let mut bench = bench();
    for number in 0..4 {
        bench.label(&[&format!("train/ants/{number}.jpg")], "bees");
    }
    bench.journal = None;
    let mut bytes = fs::read(bench.journal_file()).unwrap();
    let second_line = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    bytes[second_line + 40] ^= 0x20;
    fs::write(bench.journal_file(), &bytes).unwrap();
    let mut bench = bench.reopened();
    assert!(bench.problems.len() == 1 && bench.problems[0].contains("line 2"), "{:?}", bench.problems);
    let classes: Vec<_> = (0..4).map(|number| bench.class(&format!("train/ants/{number}.jpg")).unwrap()).collect();
    assert_eq!(classes, ["bees", "ants", "bees", "bees"]);
    // Nothing of it is overwritten when it goes on.
    bench.label(&["train/ants/1.jpg"], "bees");
    assert_eq!(fs::read(bench.journal_file()).unwrap()[..bytes.len()], bytes);
    for _ in 0..4 {
        assert!(bench.undo().is_some());
    }
    assert_eq!(bench.undo(), None);
}

#[test]
fn a_block_of_zeros_after_a_power_cut_is_kept_beside_and_not_read() {
    let mut bench = bench();
    bench.label(&["train/ants/0.jpg"], "bees");
    bench.journal = None;
    let whole = fs::read(bench.journal_file()).unwrap();
    fs::write(bench.journal_file(), [whole.clone(), vec![0; 4096]].concat()).unwrap();
    let mut bench = bench.reopened();
    bench.label(&["train/ants/1.jpg"], "bees");
    assert_eq!(fs::read(bench.places().in_dataset.join("labels-torn-0.bin")).unwrap(), vec![0; 4096]);
    let bench = bench.reopened();
    assert_eq!((bench.class("train/ants/0.jpg"), bench.class("train/ants/1.jpg")), (Some("bees"), Some("bees")));
}

#[test]
fn a_file_that_is_no_journal_at_all_is_never_lost() {
    let mut bench = bench();
    fs::create_dir_all(bench.journal_file().parent().unwrap()).unwrap();
    let odd: Vec<u8> = (0..255_u8).filter(|byte| *byte != b'\n').cycle().take(3000).collect();
    fs::write(bench.journal_file(), &odd).unwrap();
    bench = bench.reopened();
    bench.label(&["train/ants/0.jpg"], "bees");
    assert_eq!(fs::read(bench.places().in_dataset.join("labels-torn-0.bin")).unwrap(), odd);
    // With line breaks it is damage, which stays where it is.
    let text = b"not a record\nneither is this\n";
    bench.journal = None;
    fs::write(bench.journal_file(), text).unwrap();
    let mut bench = bench.reopened();
    assert!(bench.problems[0].contains("2 lines"), "{:?}", bench.problems);
    bench.label(&["train/ants/0.jpg"], "bees");
    assert!(fs::read(bench.journal_file()).unwrap().starts_with(text));
}
