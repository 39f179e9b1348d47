//! Whole jobs on a handful of small pictures.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::base::rng_for;
use crate::dataset::{ScanOptions, scan};

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// Four training and two validation pictures of each of two classes.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (split, count) in [("train", 4), ("val", 2)] {
            for class in ["ants", "bees"] {
                let dir = folder.path().join("data").join(split).join(class);
                fs::create_dir_all(&dir).unwrap();
                for index in 0..count {
                    let shift = index * 40 + u32::from(class == "bees") * 20;
                    let picture =
                        image::RgbImage::from_fn(60, 40, |x, y| image::Rgb([x as u8 * 4, y as u8 * 6, shift as u8]));
                    picture.save(dir.join(format!("{index}.png"))).unwrap();
                }
            }
        }
        Self { folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn dataset(&self) -> Dataset {
        scan(&self.at("data"), &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap()
    }

    fn enlarge(&self, out: &str, factor: usize) -> Result<Enlarged, OfflineError> {
        self.enlarge_until(out, factor, usize::MAX)
    }

    /// Cancels once `files` files are done.
    fn enlarge_until(&self, out: &str, factor: usize, files: usize) -> Result<Enlarged, OfflineError> {
        let (dataset, pipeline, cancel) = (self.dataset(), Pipeline::default(), CancelToken::new());
        let request =
            EnlargeRequest { dataset: &dataset, out: self.at(out), pipeline: &pipeline, factor, seed: 7, size: 32 };
        enlarge(&request, &cancel, &mut |done, _| {
            if done >= files {
                cancel.cancel();
            }
        })
    }
}

/// Every file below a folder with its bytes.
fn snapshot(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(dir).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    walk.filter(|entry| entry.file_type().is_file())
        .map(|entry| (slashed(entry.path().strip_prefix(dir).unwrap()), fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn training_pictures_are_multiplied_and_held_out_ones_copied() {
    let bench = Bench::new();
    let before = snapshot(&bench.at("data"));
    let done = bench.enlarge("out", 3).unwrap();
    assert_eq!((done.originals, done.variants, done.held_out, done.kept), (8, 16, 4, 0));
    assert_eq!(snapshot(&bench.at("data")), before, "the data set was changed");
    for (name, bytes) in &before {
        assert_eq!(&fs::read(bench.at("out").join(name)).unwrap(), bytes, "{name}");
    }
    let enlarged = scan(&bench.at("out"), &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).unwrap();
    assert_eq!((enlarged.count(Split::Train, Some(0)), enlarged.count(Split::Val, Some(0))), (12, 2));
    assert_eq!(enlarged.classes, ["ants", "bees"]);
    assert!(!bench.at("out/INCOMPLETE.txt").exists());
}

#[test]
fn a_variant_is_what_the_epoch_of_its_number_sees() {
    let bench = Bench::new();
    bench.enlarge("out", 3).unwrap();
    let dataset = bench.dataset();
    let item = dataset.labelled(Split::Train).next().unwrap();
    let original = crate::imaging::decode_file(&dataset.path_of(item)).unwrap();
    for variant in 1..=2_u64 {
        let seen = Pipeline::default().apply(&original, 32, &mut rng_for(7, variant, item.id.0));
        let path = bench.at(&format!("out/train/ants/0_aug{variant}.jpg"));
        let written = crate::imaging::decode_file(&path).unwrap();
        let off: u64 = seen.iter().zip(written.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        // Compression costs a little; another crop would cost far more.
        assert!(off < 3 * 3 * 32 * 32, "variant {variant}: {off}");
    }
}

#[test]
fn the_manifest_says_where_each_file_comes_from_and_what_was_drawn() {
    let bench = Bench::new();
    bench.enlarge("out", 2).unwrap();
    let text = fs::read_to_string(bench.at("out/manifest.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 8 * 2 + 4);
    assert_eq!((&lines[0]["file"], &lines[0]["variant"]), (&"train/ants/0.png".into(), &0.into()));
    let variant = &lines[1];
    assert_eq!(variant["file"], "train/ants/0_aug1.jpg");
    assert_eq!((&variant["source"], &variant["label"]), (&"train/ants/0.png".into(), &"ants".into()));
    assert_eq!((&variant["seed"], &variant["split"]), (&7.into(), &"train".into()));
    let step = &variant["parameters"][0];
    assert_eq!(step["transform"], "random-resized-crop");
    assert!(step.as_object().unwrap().values().any(serde_json::Value::is_number), "{step}");
    for line in &lines {
        assert!(bench.at("out").join(line["file"].as_str().unwrap()).is_file());
    }
}

#[test]
fn a_job_that_was_cut_off_says_so_and_goes_on_to_the_same_files() {
    let bench = Bench::new();
    bench.enlarge("whole", 4).unwrap();
    assert_eq!(bench.enlarge_until("parts", 4, 1).unwrap_err(), OfflineError::Cancelled);
    let words = fs::read_to_string(bench.at("parts/INCOMPLETE.txt")).unwrap();
    assert!(words.contains("incomplete") && words.contains("same"), "{words}");
    // Worse than a cancel: a killed program and a power cut leave these.
    let manifest = bench.at("parts/manifest.jsonl");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, &text[..text.len() - 20]).unwrap();
    fs::write(bench.at("parts/train/ants/0_aug1.jpg"), b"").unwrap();
    fs::remove_file(bench.at("parts/train/ants/1_aug2.jpg")).unwrap();
    fs::write(bench.at("parts/train/ants/.imago-x.part"), b"half").unwrap();
    let done = bench.enlarge("parts", 4).unwrap();
    assert!(done.kept > 0 && done.kept < 36, "{done:?}");
    assert_eq!((done.originals, done.variants, done.held_out), (8, 24, 4));
    assert_eq!(snapshot(&bench.at("parts")), snapshot(&bench.at("whole")));
}

#[test]
fn another_job_or_a_finished_one_is_not_gone_on_with() {
    let bench = Bench::new();
    bench.enlarge_until("parts", 3, 1).unwrap_err();
    let before = snapshot(&bench.at("parts"));
    let refused = bench.enlarge("parts", 4).unwrap_err().to_string();
    assert!(refused.contains("another factor") && refused.contains("parts"), "{refused}");
    fs::write(bench.at("data/val/ants/new.png"), fs::read(bench.at("data/val/ants/0.png")).unwrap()).unwrap();
    let refused = bench.enlarge("parts", 3).unwrap_err().to_string();
    assert!(refused.contains("other pictures"), "{refused}");
    assert_eq!(snapshot(&bench.at("parts")), before);
    bench.enlarge("whole", 2).unwrap();
    assert!(matches!(bench.enlarge("whole", 2), Err(OfflineError::Finished(_))));
}

#[test]
fn folders_that_may_not_be_used_are_left_alone() {
    let bench = Bench::new();
    let before = snapshot(&bench.at("data"));
    for out in ["data", "data/out", "data/train"] {
        assert!(matches!(bench.enlarge(out, 2), Err(OfflineError::InsideData { .. })), "{out}");
    }
    assert_eq!(snapshot(&bench.at("data")), before);
    fs::create_dir(bench.at("mine")).unwrap();
    fs::write(bench.at("mine/thesis.txt"), "mine").unwrap();
    assert!(matches!(bench.enlarge("mine", 2), Err(OfflineError::NotEmpty(_))));
    assert!(matches!(bench.enlarge("mine/thesis.txt", 2), Err(OfflineError::NotAFolder(_))));
    assert_eq!(snapshot(&bench.at("mine")).len(), 1);
    assert!(matches!(bench.enlarge("out", 0), Err(OfflineError::Setting(_))));
    assert!(!bench.at("out").exists());
}

#[test]
fn an_unreadable_training_picture_is_named_and_skipped() {
    let bench = Bench::new();
    fs::write(bench.at("data/train/ants/2.png"), b"not a picture").unwrap();
    let done = bench.enlarge("out", 3).unwrap();
    assert_eq!((done.originals, done.variants, done.skipped.len()), (7, 14, 1));
    assert!(done.skipped[0].path.ends_with("train/ants/2.png") && !done.skipped[0].reason.is_empty());
    assert!(!bench.at("out/train/ants/2.png").exists() && !bench.at("out/train/ants/2_aug1.jpg").exists());
    assert!(!bench.at("out/INCOMPLETE.txt").exists());
}

#[test]
fn an_unreadable_validation_picture_is_copied_and_named_also_by_a_job_that_goes_on() {
    let bench = Bench::new();
    fs::write(bench.at("data/val/ants/1.png"), b"not a picture").unwrap();
    let done = bench.enlarge("out", 2).unwrap();
    assert_eq!((done.held_out, done.skipped.len(), done.unreadable.len()), (4, 0, 1));
    assert!(done.unreadable[0].path.ends_with("val/ants/1.png") && !done.unreadable[0].reason.is_empty());
    assert_eq!(fs::read(bench.at("out/val/ants/1.png")).unwrap(), b"not a picture");
    fs::write(bench.at("out/INCOMPLETE.txt"), "incomplete").unwrap();
    let again = bench.enlarge("out", 2).unwrap();
    assert_eq!((again.kept, &again.unreadable), (20, &done.unreadable));
}

#[test]
fn a_folder_that_cannot_be_made_is_not_said_to_be_marked() {
    let bench = Bench::new();
    fs::write(bench.at("file"), b"mine").unwrap();
    let refused = bench.enlarge("file/out", 2).unwrap_err().to_string();
    assert!(refused.contains("can't write there") && refused.contains("choose another folder"), "{refused}");
    assert!(!refused.contains("INCOMPLETE.txt"), "{refused}");
    assert_eq!(fs::read(bench.at("file")).unwrap(), b"mine");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let bench = Bench::new();
    fs::create_dir_all(bench.at("out")).unwrap();
    // A file stands where a class folder must go: it can't be there in an empty folder, so the job was cut off before.
    bench.enlarge_until("out", 2, 1).unwrap_err();
    fs::remove_dir_all(bench.at("out/val/bees")).unwrap();
    fs::write(bench.at("out/val/bees"), b"in the way").unwrap();
    let refused = bench.enlarge("out", 2).unwrap_err().to_string();
    assert!(refused.contains("bees") && refused.contains("INCOMPLETE.txt"), "{refused}");
    assert!(bench.at("out/INCOMPLETE.txt").exists());
}
