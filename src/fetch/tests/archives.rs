//! Archives as they should be, and as someone who means harm would make them.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::base::CancelToken;
use crate::fetch::{FetchError, Limits, unpack};

/// Four pictures' worth of bytes, as the tutorial's archive lays them out.
const WHOLE: [&str; 4] =
    ["data/train/ants/1.jpg", "data/train/bees/2.jpg", "data/val/ants/3.jpg", "data/val/bees/4.jpg"];

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn archive(&self) -> PathBuf {
        self.0.path().join("a.zip")
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("below/photographs")
    }

    /// The whole data set, and what `more` adds.
    fn write(&self, more: impl FnOnce(&mut ZipWriter<File>)) {
        let mut zip = ZipWriter::new(File::create(self.archive()).unwrap());
        for name in WHOLE {
            add(&mut zip, name, name.as_bytes());
        }
        more(&mut zip);
        zip.finish().unwrap();
    }

    fn unpack(&self) -> Result<(), FetchError> {
        self.unpack_within(&Limits::default())
    }

    fn unpack_within(&self, limits: &Limits) -> Result<(), FetchError> {
        unpack(&self.archive(), &self.folder(), limits, &CancelToken::new(), &mut |_, _| {})
    }

    /// It is refused with these words, and nothing is left anywhere.
    #[track_caller]
    fn is_refused(&self, limits: &Limits, words: &str) {
        let error = self.unpack_within(limits).expect_err("unpacked").to_string();
        assert!(error.contains(words) && error.contains("nothing of it was kept"), "{error}");
        assert_eq!(files_below(self.0.path()), ["a.zip"]);
        assert!(!self.folder().exists());
    }
}

fn add(zip: &mut ZipWriter<File>, name: &str, bytes: &[u8]) {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file(name, options).unwrap();
    zip.write_all(bytes).unwrap();
}

/// Replaces bytes in the archive: for what no writer writes.
fn patch(path: &Path, from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(path).unwrap();
    let mut found = 0;
    for at in 0..bytes.len() - from.len() {
        if &bytes[at..at + from.len()] == from {
            bytes[at..at + from.len()].copy_from_slice(to);
            found += 1;
        }
    }
    assert!(found > 0);
    fs::write(path, bytes).unwrap();
}

/// The files below a folder, by their path in it.
fn files_below(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| entry.path().strip_prefix(folder).unwrap().display().to_string())
        .collect();
    found.sort();
    found
}

#[test]
fn a_data_set_is_unpacked_into_a_new_folder_and_rubbish_stays_out() {
    let bench = Bench::new();
    bench.write(|zip| {
        zip.add_directory("data/val/", SimpleFileOptions::default()).unwrap();
        for name in
            ["__MACOSX/train/ants/._1.jpg", "data/.DS_Store", "data/train/.DS_Store", "data/readme.txt", "setup.exe"]
        {
            add(zip, name, b"rubbish");
        }
        add(zip, "data/train/ants/deeper/5.jpg", b"too deep");
    });
    bench.unpack().unwrap();
    let expected = WHOLE.map(|name| name.strip_prefix("data/").unwrap());
    assert_eq!(files_below(&bench.folder()), expected);
    assert_eq!(fs::read(bench.folder().join("val/ants/3.jpg")).unwrap(), b"data/val/ants/3.jpg");
    assert_eq!(fs::read_dir(bench.0.path().join("below")).unwrap().count(), 1);
}

#[test]
fn an_archive_without_a_folder_above_the_splits_is_one_too() {
    let bench = Bench::new();
    let mut zip = ZipWriter::new(File::create(bench.archive()).unwrap());
    add(&mut zip, "train/ants/1.jpg", b"1");
    add(&mut zip, "val/ants/2.jpg", b"2");
    zip.finish().unwrap();
    bench.unpack().unwrap();
    assert_eq!(files_below(&bench.folder()), ["train/ants/1.jpg", "val/ants/2.jpg"]);
}

#[test]
fn what_points_out_of_the_folder_ends_it() {
    for name in [
        "../../evil.jpg",
        "data/train/../../../evil.jpg",
        "/tmp/evil.jpg",
        "data/train/ants/..",
        "data//train/ants/x.jpg",
        "C:/evil.jpg",
        "data\\train\\..\\..\\evil.jpg",
        "data/train/ants/a.jpg:stream",
        "data/train/ants/a\nb.jpg",
    ] {
        let bench = Bench::new();
        // The writer tidies names; the bytes on disk need not be tidy.
        let stand_in = "Z".repeat(name.len());
        bench.write(|zip| add(zip, &stand_in, b"evil"));
        patch(&bench.archive(), stand_in.as_bytes(), name.as_bytes());
        bench.is_refused(&Limits::default(), "go elsewhere");
    }
}

#[test]
fn a_link_ends_it() {
    let bench = Bench::new();
    bench
        .write(|zip| zip.add_symlink("data/train/ants/link.jpg", "/etc/passwd", SimpleFileOptions::default()).unwrap());
    bench.is_refused(&Limits::default(), "a link");
}

#[test]
fn a_file_that_is_there_twice_ends_it() {
    let bench = Bench::new();
    bench.write(|zip| add(zip, "data/train/ants/X.jpg", b"another"));
    patch(&bench.archive(), b"data/train/ants/X.jpg", b"data/train/ants/1.jpg");
    bench.is_refused(&Limits::default(), "two files of the same name");
}

#[test]
fn a_file_that_unpacks_to_far_more_than_its_size_ends_it() {
    let bench = Bench::new();
    bench.write(|zip| add(zip, "data/train/ants/bomb.jpg", &vec![0; 20 << 20]));
    assert!(fs::metadata(bench.archive()).unwrap().len() < 100_000);
    bench.is_refused(&Limits::default(), "far more than it should");
}

#[test]
fn more_entries_or_more_bytes_than_allowed_end_it() {
    let bench = Bench::new();
    bench.write(|_| {});
    bench.is_refused(&Limits { entries: 3, ..Limits::default() }, "4 entries");
    bench.is_refused(&Limits { bytes: 50, ..Limits::default() }, "far more");
}

#[test]
fn entries_that_share_their_bytes_end_it() {
    let bench = Bench::new();
    bench.write(|_| {});
    // The second entry in the list at the end is said to begin where the first one does.
    let mut bytes = fs::read(bench.archive()).unwrap();
    let entries: Vec<usize> = (0..bytes.len() - 4).filter(|at| &bytes[*at..at + 4] == b"PK\x01\x02").collect();
    let start: [u8; 4] = bytes[entries[0] + 42..entries[0] + 46].try_into().unwrap();
    bytes[entries[1] + 42..entries[1] + 46].copy_from_slice(&start);
    fs::write(bench.archive(), bytes).unwrap();
    bench.is_refused(&Limits::default(), "");
}

#[test]
fn a_damaged_or_cut_archive_ends_it() {
    let bench = Bench::new();
    bench.write(|_| {});
    let whole = fs::read(bench.archive()).unwrap();
    for length in [0, 10, whole.len() / 2, whole.len() - 1] {
        fs::write(bench.archive(), &whole[..length]).unwrap();
        bench.is_refused(&Limits::default(), "damaged");
    }
    // The bytes of the first picture, which its checksum guards.
    let mut changed = whole;
    let start = 30 + WHOLE[0].len() + 2;
    changed[start] ^= 0x55;
    fs::write(bench.archive(), changed).unwrap();
    bench.is_refused(&Limits::default(), "damaged");
}

#[test]
fn an_archive_without_pictures_in_both_splits_is_no_data_set() {
    let bench = Bench::new();
    let mut zip = ZipWriter::new(File::create(bench.archive()).unwrap());
    add(&mut zip, "data/train/ants/1.jpg", b"1");
    add(&mut zip, "elsewhere/2.jpg", b"2");
    zip.finish().unwrap();
    bench.is_refused(&Limits::default(), "val/");
}

#[test]
fn two_data_sets_in_one_archive_are_not_mixed() {
    let bench = Bench::new();
    bench.write(|zip| add(zip, "other/train/ants/9.jpg", b"9"));
    bench.is_refused(&Limits::default(), "more than one");
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let bench = Bench::new();
    bench.write(|_| {});
    fs::create_dir_all(bench.folder()).unwrap();
    fs::write(bench.folder().join("mine.txt"), "mine").unwrap();
    assert!(matches!(bench.unpack(), Err(FetchError::Taken { .. })));
    assert_eq!(files_below(&bench.folder()), ["mine.txt"]);
    fs::remove_file(bench.folder().join("mine.txt")).unwrap();
    bench.unpack().unwrap();
}

#[test]
fn cancelling_leaves_nothing_behind() {
    let bench = Bench::new();
    bench.write(|_| {});
    let cancel = CancelToken::new();
    let result = unpack(&bench.archive(), &bench.folder(), &Limits::default(), &cancel, &mut |_, _| cancel.cancel());
    assert!(matches!(result, Err(FetchError::Cancelled)));
    assert_eq!(files_below(bench.0.path()), ["a.zip"]);
}
