//! Bad input: one clear sentence that names the file, the right exit code, and everything left as it was.

use super::support::Bench;

#[test]
fn hopeless_data_sets_are_refused_by_name() {
    let bench = Bench::empty();
    std::fs::create_dir_all(bench.at("data")).unwrap();
    bench.train("run", &[]).fails(1, &["data", "no pictures"]);
    bench.picture("data/train/only/0.png", true, 0);
    bench.picture("data/train/only/1.png", true, 1);
    bench.picture("data/val/only/0.png", true, 2);
    bench.train("run", &[]).fails(1, &["only one class", "only"]);
    bench.picture("data/train/lonely/0.png", false, 0);
    bench.picture("data/val/lonely/0.png", false, 1);
    bench.train("run", &[]).fails(1, &["lonely", "only one picture"]);
    bench.run(&["train", "nowhere", "--model", "cnn"]).fails(1, &["nowhere"]);
    assert!(!bench.at("run").exists());
}

#[test]
fn a_data_set_whose_only_file_is_corrupt_is_refused() {
    let bench = Bench::empty();
    bench.write("data/train/a/0.jpg", b"\xff\xd8\xff\xe0corrupt");
    bench.train("run", &[]).fails(1, &["data"]);
    bench.write("data/train/a/1.jpg", b"\xff\xd8\xff\xe0corrupt");
    for name in ["train/b/0.jpg", "train/b/1.jpg", "val/a/0.jpg", "val/b/0.jpg"] {
        bench.write(&format!("data/{name}"), b"");
    }
    let before = bench.snapshot("data");
    bench.train("run", &[]).fails(1, &["data"]);
    assert!(!bench.at("run").exists());
    assert_eq!(bench.snapshot("data"), before);
}

#[test]
fn weights_that_are_none_are_refused_by_name() {
    let bench = Bench::new(2, 1);
    let train = |weights: &str| {
        bench.run(&["train", "data", "--model", "resnet18", "--device", "cpu", "--out", "run", "--weights", weights])
    };
    bench.write("empty.safetensors", b"");
    train("empty.safetensors").fails(1, &["empty.safetensors"]);
    let mut image = Vec::new();
    image::RgbImage::new(8, 8).write_to(&mut std::io::Cursor::new(&mut image), image::ImageFormat::Jpeg).unwrap();
    bench.write("renamed.safetensors", &image);
    train("renamed.safetensors").fails(1, &["renamed.safetensors"]);
    train("missing.safetensors").fails(1, &["missing.safetensors"]);
    // Another network's, and the same cut off.
    bench.train("cnn", &["--epochs", "1"]).ok();
    train("cnn/model.safetensors").fails(1, &["model.safetensors"]);
    let whole = std::fs::read(bench.at("cnn/model.safetensors")).unwrap();
    bench.write("cut.safetensors", &whole[..whole.len() / 2]);
    train("cut.safetensors").fails(1, &["cut.safetensors"]);
    assert!(!bench.at("run").exists());
}

#[test]
fn models_that_are_none_are_refused_by_name() {
    let bench = Bench::new(2, 1);
    bench.train("run", &["--epochs", "1"]).ok();
    let whole = std::fs::read(bench.at("run/model.safetensors")).unwrap();
    let header = usize::try_from(u64::from_le_bytes(whole[..8].try_into().unwrap())).unwrap();
    let text = String::from_utf8(whole[8..8 + header].to_vec()).unwrap();
    assert!(text.contains("\"format_version\":\"1\""), "{text}");
    let newer = [
        &whole[..8],
        text.replace("\"format_version\":\"1\"", "\"format_version\":\"7\"").as_bytes(),
        &whole[8 + header..],
    ]
    .concat();
    bench.write("newer.safetensors", &newer);
    bench.write("cut.safetensors", &whole[..whole.len() - 9]);
    bench.write("empty.safetensors", b"");
    bench.write("renamed.safetensors", &std::fs::read(bench.at("data/val/blue/0.png")).unwrap());
    for (model, word) in
        [("newer", "newer"), ("cut", "cut"), ("empty", "empty"), ("renamed", "renamed"), ("missing", "missing")]
    {
        let file = format!("{model}.safetensors");
        bench.run(&["predict", &file, "data/val/blue/0.png"]).fails(1, &[&file, word]);
        bench.run(&["evaluate", &file, "data"]).fails(1, &[&file]);
    }
    std::fs::create_dir(bench.at("nothing here")).unwrap();
    bench.run(&["predict", "nothing here", "data"]).fails(1, &["nothing here"]);
}

#[test]
fn an_output_folder_that_is_no_use_is_refused_and_left_as_it_was() {
    let bench = Bench::new(2, 1);
    bench.train("run", &["--epochs", "1"]).ok();
    let before = bench.snapshot("run");
    bench.train("run", &["--epochs", "1"]).fails(1, &["run", "already holds a run", "--resume"]);
    assert_eq!(bench.snapshot("run"), before);
    bench.write("file", b"mine");
    bench.train("file/run", &["--epochs", "1"]).fails(1, &["file", "another output folder"]);
    bench.train("file", &["--epochs", "1"]).fails(1, &["file"]);
    assert_eq!(std::fs::read(bench.at("file")).unwrap(), b"mine");
    bench.run(&["train", "data", "--out", "elsewhere", "--resume"]).fails(1, &["elsewhere", "no run"]);
    assert!(!bench.at("elsewhere").exists());
}

#[test]
fn resuming_with_other_settings_or_a_damaged_checkpoint_is_refused() {
    let bench = Bench::new(2, 1);
    bench.train("run", &["--epochs", "1"]).ok();
    bench.run(&["train", "data", "--out", "run", "--resume", "--lr", "0.5", "--epochs", "2"]).fails(1, &["run", "lr"]);
    bench.write("run/last.safetensors", b"damaged");
    bench
        .run(&["train", "data", "--out", "run", "--resume", "--epochs", "2"])
        .fails(1, &["last.safetensors", "damaged"]);
}

#[test]
fn wrong_usage_is_exit_code_two() {
    let bench = Bench::new(2, 1);
    for args in [
        &["train", "data"][..],
        &["train", "data", "--model", "vgg"],
        &["train", "data", "--model", "cnn", "--epochs", "0"],
        &["train", "data", "--model", "cnn", "--lr", "nan"],
        &["train", "data", "--model", "cnn", "--batch-size", "-3"],
        &["train", "data", "--model", "cnn", "--augment", "wild"],
        &["train", "data", "--model", "cnn", "--weights", "starter"],
        &["train", "data", "--model", "resnet34", "--out", "x"],
        &["train", "data", "--model", "cnn", "--views", "3"],
        &["train", "data", "--model", "resnet18", "--fine-tune", "--views", "3"],
        &["train", "data", "--model", "resnet18", "--views", "1001"],
        &["train", "data", "--model", "cnn", "--resume"],
        &["predict", "run"],
        &["predict", "run", "a.jpg", "--json", "--csv"],
        &["train", "data", "--model", "cnn", "--val-fraction", "0.95"],
        &["scan", "data", "--val-fraction", "0"],
        &["evaluate", "run", "data", "--split", "all"],
        &["trian", "data"],
        &["no-such-folder"],
        &["scan"],
    ] {
        let run = bench.run(args);
        assert_eq!(run.code(), 2, "{args:?}: {}", run.stderr());
        assert!(!run.stderr().is_empty(), "{args:?}");
        assert!(!run.stderr().contains("turbo"), "{args:?}: announced and then refused");
    }
}

#[test]
fn of_a_number_below_the_range_the_range_is_said() {
    let bench = Bench::new(1, 1);
    let train = |option: &str, number: &str| bench.run(&["train", "data", "--model", "cnn", option, number]);
    for option in ["--lr", "--gamma"] {
        train(option, "-0.001").fails(2, &[option, "must be greater than 0"]);
    }
    train("--momentum", "-1").fails(2, &["must be at least 0 and below 1"]);
    train("--val-fraction", "-0.2").fails(2, &["must be above 0 and at most 0.9"]);
    train("--seed", "-1").fails(2, &["must be a whole number from 0"]);
    for option in ["--epochs", "--batch-size", "--step-size", "--views", "--threads"] {
        train(option, "-1").fails(2, &[option, "must be between 1 and"]);
    }
    bench.run(&["sample", "insects", "--seed", "-1"]).fails(2, &["must be a whole number from 0"]);
    bench.run(&["augment", "data", "--out", "o", "--factor", "-1"]).fails(2, &["must be between 1 and 1000"]);
    bench.run(&["predict", "run", "a.jpg", "--top", "-1"]).fails(2, &["must be between 1 and"]);
}

#[test]
fn of_a_mistyped_command_the_nearest_is_named_whatever_follows_it() {
    let bench = Bench::new(1, 1);
    for args in [&["scna"][..], &["scna", "data"], &["scna", "data", "--json"]] {
        bench.run(args).fails(2, &["scna is neither a command nor a file or folder", "`imago scan`"]);
    }
    let run = bench.run(&["photographs", "--json"]).fails(2, &["photographs is neither"]);
    assert!(!run.stderr().contains("did you mean"), "{}", run.stderr());
    // A folder is no mistake; what follows it is.
    bench.run(&["data/train", "scan"]).fails(2, &["scan"]);
}

#[test]
fn a_pipeline_file_that_makes_no_sense_is_named() {
    let bench = Bench::new(2, 1);
    bench.write("odd.toml", b"steps = 3");
    bench.train("run", &["--augment", "odd.toml"]).fails(1, &["odd.toml"]);
    bench.train("run", &["--augment", "missing.toml"]).fails(1, &["missing.toml"]);
}
