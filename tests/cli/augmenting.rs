//! `imago augment`: offline augmentation.

use std::path::PathBuf;

use super::support::{Bench, Run};

fn augment(bench: &Bench, out: &str, extra: &[&str]) -> Run {
    bench.run(&[&["augment", "data", "--out", out, "--size", "64"][..], extra].concat())
}

/// Names below a folder of the bench and what the files hold, without the place of the folder itself.
fn files(bench: &Bench, out: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let root = bench.at(out);
    bench
        .snapshot(out)
        .into_iter()
        .map(|(path, bytes)| (path.strip_prefix(&root).unwrap().to_path_buf(), bytes))
        .collect()
}

#[test]
fn an_enlarged_data_set_has_the_promised_counts_and_leaves_the_originals_alone() {
    let bench = Bench::new(4, 2);
    let before = bench.snapshot("data");
    let run = augment(&bench, "out", &["--factor", "4"]).ok();
    assert!(
        run.stdout().contains("32 pictures for training (8 originals, 24 variants), 4 for validation"),
        "{}",
        run.stdout()
    );
    assert_eq!(bench.snapshot("data"), before, "the data set was changed");
    for (name, bytes) in files(&bench, "data") {
        assert_eq!(std::fs::read(bench.at("out").join(&name)).unwrap(), bytes, "{}", name.display());
    }
    let scanned = bench.run(&["scan", "out", "--json"]).ok().stdout();
    let value: serde_json::Value = serde_json::from_str(&scanned).unwrap();
    for class in 0..2 {
        assert_eq!((&value["classes"][class]["train"], &value["classes"][class]["val"]), (&16.into(), &2.into()));
    }
    let variant = image::open(bench.at("out/train/red things/3_aug3.jpg")).unwrap();
    assert_eq!((variant.width(), variant.height()), (64, 64));
    assert_eq!(std::fs::read_to_string(bench.at("out/manifest.jsonl")).unwrap().lines().count(), 36);
    assert!(!bench.at("out/INCOMPLETE.txt").exists());
    // It is a data set like any other.
    bench.run(&["train", "out", "--model", "cnn-gap", "--device", "cpu", "--epochs", "1", "--out", "run"]).ok();
}

#[test]
fn variants_have_the_size_that_training_sees_unless_asked_otherwise() {
    let bench = Bench::new(2, 1);
    bench.run(&["augment", "data", "--out", "out", "--factor", "2"]).ok();
    let variant = image::open(bench.at("out/train/blue/0_aug1.jpg")).unwrap();
    assert_eq!((variant.width(), variant.height()), (224, 224));
}

#[test]
fn the_same_seed_gives_the_same_files_and_another_seed_others() {
    let bench = Bench::new(3, 1);
    augment(&bench, "one", &["--factor", "3"]).ok();
    augment(&bench, "same", &["--factor", "3", "--seed", "0", "--augment", "recipe"]).ok();
    augment(&bench, "other", &["--factor", "3", "--seed", "1"]).ok();
    augment(&bench, "strong", &["--factor", "3", "--augment", "strong"]).ok();
    assert_eq!(files(&bench, "one"), files(&bench, "same"));
    let variant = |out: &str| std::fs::read(bench.at(out).join("train/blue/0_aug1.jpg")).unwrap();
    assert_ne!(variant("one"), variant("other"));
    assert_ne!(variant("one"), variant("strong"));
}

#[test]
fn a_pipeline_from_a_file_is_used_and_its_mistakes_name_the_line() {
    let bench = Bench::new(2, 1);
    bench.write("flip.toml", b"[[steps]]\ntransform = \"horizontal-flip\"\nprobability = 1.0\n");
    let run = augment(&bench, "out", &["--factor", "4", "--augment", "flip.toml"]).ok();
    assert!(run.stderr().contains("only 1 different picture"), "{}", run.stderr());
    let manifest = std::fs::read_to_string(bench.at("out/manifest.jsonl")).unwrap();
    assert!(manifest.contains("\"parameters\":[{\"transform\":\"horizontal-flip\"}]"), "{manifest}");
    bench.write("bad.toml", b"[[steps]]\ntransform = \"horizontal-flop\"\n");
    augment(&bench, "new", &["--factor", "2", "--augment", "bad.toml"]).fails(1, &["bad.toml", "line 2"]);
    augment(&bench, "new", &["--factor", "2", "--augment", "wild"]).fails(2, &["wild", "insects-from-above"]);
    assert!(!bench.at("new").exists());
}

#[test]
fn a_folder_that_was_cut_off_is_completed_by_the_same_command() {
    let bench = Bench::new(4, 2);
    augment(&bench, "whole", &["--factor", "3"]).ok();
    augment(&bench, "parts", &["--factor", "3"]).ok();
    // As a killed program leaves it: some files are missing, one is half written, the folder says that it is incomplete.
    bench.write("parts/INCOMPLETE.txt", b"incomplete");
    for missing in ["train/blue/2_aug1.jpg", "train/red things/3.png", "val/blue/1.png"] {
        std::fs::remove_file(bench.at("parts").join(missing)).unwrap();
    }
    let half = std::fs::read(bench.at("parts/train/blue/0_aug2.jpg")).unwrap();
    bench.write("parts/train/blue/0_aug2.jpg", &half[..half.len() / 2]);
    bench.write("parts/train/blue/.imago-abc.part", b"half");
    // Other settings are not the same job.
    augment(&bench, "parts", &["--factor", "4"]).fails(1, &["parts", "another factor"]);
    augment(&bench, "parts", &["--factor", "3", "--augment", "strong"]).fails(1, &["another augmentation"]);
    assert!(bench.at("parts/INCOMPLETE.txt").exists());
    let run = augment(&bench, "parts", &["--factor", "3"]).ok();
    assert!(run.stdout().contains("were there already"), "{}", run.stdout());
    assert_eq!(files(&bench, "parts"), files(&bench, "whole"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_folder_that_says_so_and_can_be_continued() {
    use std::time::{Duration, Instant};
    let bench = Bench::new(10, 1);
    let args = ["augment", "data", "--out", "out", "--factor", "150", "--augment", "strong"];
    let child = bench.command(&args).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while !bench.at("out/train/blue/0_aug1.jpg").exists() && begun.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    Run(child.wait_with_output().unwrap()).fails(1, &["out", "incomplete", "the same command goes on"]);
    assert!(bench.at("out/INCOMPLETE.txt").exists());
    bench.run(&args).ok();
    assert!(!bench.at("out/INCOMPLETE.txt").exists());
    let manifest = std::fs::read_to_string(bench.at("out/manifest.jsonl")).unwrap();
    assert_eq!(manifest.lines().count(), 20 * 150 + 2);
}

/// A limit on the size of files stands for a disk that is full: the manifest can't grow beyond it.
#[cfg(unix)]
#[test]
fn a_full_disk_is_one_clear_sentence_and_the_folder_can_be_completed() {
    let bench = Bench::new(12, 1);
    let args = ["augment", "data", "--out", "out", "--factor", "6", "--size", "64"];
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]).arg(env!("CARGO_BIN_EXE_imago")).args(args);
    bash.current_dir(bench.at("")).env("HOME", bench.at("home"));
    Run(bash.output().unwrap()).fails(1, &["out", "make room", "INCOMPLETE.txt"]);
    assert!(bench.at("out/INCOMPLETE.txt").exists());
    bench.run(&args).ok();
    augment(&bench, "whole", &["--factor", "6"]).ok();
    assert_eq!(files(&bench, "out"), files(&bench, "whole"));
}

#[test]
fn wrong_usage_and_folders_that_may_not_be_used_are_refused() {
    let bench = Bench::new(3, 1);
    bench.write("mine/thesis.txt", b"mine");
    let (data, mine) = (bench.snapshot("data"), bench.snapshot("mine"));
    for factor in ["0", "-1", "x", "1.5"] {
        augment(&bench, "out", &[&format!("--factor={factor}")]).fails(2, &["factor"]);
    }
    augment(&bench, "out", &[]).fails(2, &["--factor"]);
    bench.run(&["augment", "data", "--factor", "2"]).fails(2, &["--out"]);
    for inside in ["data", "data/larger", "data/train", "mine/../data/x"] {
        augment(&bench, inside, &["--factor", "2"]).fails(1, &[inside, "in the data set"]);
    }
    augment(&bench, "mine", &["--factor", "2"]).fails(1, &["mine", "isn't empty"]);
    augment(&bench, "mine/thesis.txt", &["--factor", "2"]).fails(1, &["thesis.txt", "this is a file"]);
    bench.run(&["augment", "nowhere", "--out", "out", "--factor", "2"]).fails(1, &["nowhere"]);
    assert!(!bench.at("out").exists());
    assert_eq!((bench.snapshot("data"), bench.snapshot("mine")), (data, mine));
    augment(&bench, "out", &["--factor", "2"]).ok();
    augment(&bench, "out", &["--factor", "2"]).fails(1, &["out", "to its end"]);
}

#[test]
fn unreadable_pictures_are_named_and_the_exit_code_is_three() {
    let bench = Bench::new(4, 1);
    bench.write("data/train/blue/3.png", b"not a picture");
    augment(&bench, "out", &["--factor", "2"]).fails(3, &["3.png"]);
    assert!(!bench.at("out/train/blue/3.png").exists() && bench.at("out/train/blue/2_aug1.jpg").exists());
    assert!(!bench.at("out/INCOMPLETE.txt").exists());
}

#[test]
fn unreadable_validation_pictures_are_copied_and_named_and_the_exit_code_is_three() {
    let bench = Bench::new(3, 2);
    bench.write("data/val/blue/1.png", b"not a picture");
    let run = augment(&bench, "out", &["--factor", "2"]);
    assert!(run.stdout().contains("4 for validation"), "{}", run.stdout());
    run.fails(3, &["val", "1.png", "no picture"]);
    assert_eq!(std::fs::read(bench.at("out/val/blue/1.png")).unwrap(), b"not a picture");
}

#[test]
fn the_summary_says_the_factor() {
    let bench = Bench::new(2, 1);
    let run = augment(&bench, "out", &["--factor", "3"]).ok();
    assert!(run.stdout().contains("augmentation factor 3"), "{}", run.stdout());
    assert!(run.stdout().contains("endlessly many pictures of one"), "{}", run.stdout());
    let run = augment(&bench, "plain", &["--factor", "2", "--augment", "none"]).ok();
    assert!(run.stdout().contains("1 different picture of one"), "{}", run.stdout());
}

#[test]
fn training_reads_a_pipeline_from_a_file_and_its_run_says_which() {
    let bench = Bench::new(3, 1);
    let text =
        "[[steps]]\ntransform = \"rotate\"\ndegrees = [-7.5, 12.25]\n\n[batch]\nmix = \"cutmix\"\nalpha = 0.75\n";
    bench.write("mine.toml", text.as_bytes());
    bench.train("run", &["--epochs", "1", "--augment", "mine.toml"]).ok();
    let config = std::fs::read_to_string(bench.at("run/config.toml")).unwrap();
    let config: toml::Table = toml::from_str(&config).unwrap();
    // The pipeline itself, not the name of a file that may be gone when the run is gone on with.
    let written = imago::augment::Pipeline::from_toml(text).unwrap();
    let found = format!("{config:?}");
    assert!(found.contains("rotate") && found.contains("12.25") && found.contains("cutmix"), "{found}");
    let run = imago::train::load_run(&bench.at("run")).unwrap();
    assert_eq!(run.config.augment, imago::train::AugmentChoice::Pipeline(written));
}

/// The photographs of the recipe, where they are at hand.
#[test]
fn hymenoptera_data_becomes_four_times_as_large_and_its_validation_pictures_stay() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hymenoptera_data");
    if !data.is_dir() {
        println!("SKIPPED-NO-SHARED: {} is not here", data.display());
        return;
    }
    let bench = Bench::empty();
    let data = data.display().to_string();
    let before = bench.snapshot(&data);
    let run = bench.run(&["augment", &data, "--out", "out", "--factor", "4", "--size", "32"]).ok();
    assert!(run.stdout().contains("976 pictures for training (244 originals, 732 variants), 153"), "{}", run.stdout());
    let count = |split: &str| {
        let files = walkdir::WalkDir::new(bench.at("out").join(split)).into_iter().map(|entry| entry.unwrap());
        files.filter(|entry| entry.file_type().is_file()).count()
    };
    assert_eq!((count("train"), count("val")), (4 * 244, 153));
    // Not compared by `assert_eq`, which would print whole photographs.
    assert!(bench.snapshot(&data) == before, "the data set was changed");
    let validation = files(&bench, &format!("{data}/val"));
    assert_eq!(validation.len(), 153);
    for (name, bytes) in validation {
        assert!(std::fs::read(bench.at("out/val").join(&name)).unwrap() == bytes, "{} was changed", name.display());
    }
    assert_eq!(std::fs::read_to_string(bench.at("out/manifest.jsonl")).unwrap().lines().count(), 4 * 244 + 153);
    assert!(!bench.at("out/INCOMPLETE.txt").exists());
}

#[test]
fn a_flat_folder_becomes_training_and_validation_folders() {
    let bench = Bench::empty();
    for index in 0..5 {
        bench.picture(&format!("data/a/{index}.png"), true, index);
        bench.picture(&format!("data/b/{index}.png"), false, index);
    }
    let run = augment(&bench, "out", &["--factor", "3", "--val-fraction", "0.4"]).ok();
    assert!(run.stdout().contains("18 pictures for training"), "{}", run.stdout());
    let count = |folder: &str| std::fs::read_dir(bench.at("out").join(folder)).unwrap().count();
    assert_eq!((count("train/a"), count("val/a"), count("train/b"), count("val/b")), (9, 2, 9, 2));
}
