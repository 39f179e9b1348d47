//! `imago evaluate`, `predict`, `scan`, `sample`, `models`.

use super::support::Bench;

fn trained() -> Bench {
    let bench = Bench::new(4, 3);
    bench.train("run", &["--epochs", "2", "--lr", "0.01"]).ok();
    bench
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn evaluation_agrees_with_the_figures_of_training() {
    let bench = trained();
    let value = json(&bench.run(&["evaluate", "run", "data", "--json"]).ok().stdout());
    let summary = json(&std::fs::read_to_string(bench.at("run/summary.json")).unwrap());
    assert!((value["accuracy"].as_f64().unwrap() - summary["best_val_acc"].as_f64().unwrap()).abs() < 1e-6);
    let metrics = std::fs::read_to_string(bench.at("run/metrics.jsonl")).unwrap();
    let best = summary["best_epoch"].as_u64().unwrap() as usize;
    let epoch = json(metrics.lines().nth(best - 1).unwrap());
    assert!((value["loss"].as_f64().unwrap() - epoch["val_loss"].as_f64().unwrap()).abs() < 1e-4);
    assert_eq!(value["count"], 6);
    assert_eq!(value["classes"], serde_json::json!(["blue", "red things"]));
    let cells: u64 = value["confusion"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(cells, 6);
    let text = bench.run(&["evaluate", "run/model.safetensors", "data", "--split", "train"]).ok().stdout();
    assert!(text.contains("8 pictures") && text.contains("precision") && text.contains("red things"), "{text}");
}

#[test]
fn evaluation_matches_classes_by_name_and_refuses_unknown_ones() {
    let bench = trained();
    // Only one of the model's classes: its index differs from the model's.
    for index in 0..3 {
        bench.picture(&format!("part/val/red things/{index}.png"), false, index);
        bench.picture(&format!("other/val/wasps/{index}.png"), false, index);
    }
    let value = json(&bench.run(&["evaluate", "run", "part", "--json"]).ok().stdout());
    assert_eq!(value["confusion"][0], serde_json::json!([0, 0]));
    bench.run(&["evaluate", "run", "other"]).fails(1, &["wasps", "blue, red things"]);
    bench.run(&["evaluate", "run", "data", "--split", "test"]).fails(1, &["test", "no labelled pictures"]);
}

#[test]
fn of_pictures_none_of_which_can_be_read_there_are_no_figures() {
    let bench = Bench::new(2, 1);
    bench.train("run", &["--epochs", "1"]).ok();
    for class in ["blue", "red things"] {
        bench.write(&format!("data/val/{class}/0.png"), b"not a picture");
    }
    for extra in [&["--json"][..], &[]] {
        let run = bench.run(&[&["evaluate", "run", "data"][..], extra].concat());
        let run = run.fails(1, &["none of the 2 val pictures of data could be read", "0.png"]);
        assert_eq!(run.stdout(), "");
    }
}

#[test]
fn predictions_as_json_lines_name_each_file_and_sum_to_one() {
    let bench = trained();
    bench.write("data/val/blue/bad.png", b"not a picture");
    let run = bench.run(&["predict", "run", "data/val", "--json"]).fails(3, &["bad.png"]);
    let printed = run.stdout();
    let lines: Vec<_> = printed.lines().map(json).collect();
    assert_eq!(lines.len(), 7);
    let (bad, good): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.get("error").is_some());
    assert_eq!((bad.len(), good.len()), (1, 6));
    assert!(bad[0]["path"].as_str().unwrap().ends_with("bad.png"));
    for line in good {
        let probabilities = line["probabilities"].as_object().unwrap();
        let sum: f64 = probabilities.values().map(|value| value.as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        let label = line["label"].as_str().unwrap();
        assert_eq!(probabilities[label], line["confidence"]);
    }
    let top = bench.run(&["predict", "run", "data/val/blue/0.png", "--json", "--top", "1"]).ok();
    assert_eq!(json(&top.stdout())["probabilities"].as_object().unwrap().len(), 1);
}

#[test]
fn predictions_as_a_table_have_a_column_for_each_class() {
    let bench = trained();
    let run = bench.run(&["predict", "run/model.safetensors", "data/val/blue/0.png", "missing.jpg", "--csv"]);
    let printed = run.fails(3, &["missing.jpg"]).stdout();
    let mut reader = csv::Reader::from_reader(printed.as_bytes());
    let heading: Vec<_> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(heading, ["path", "label", "confidence", "blue", "red things", "error"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    let sum: f64 = rows[0][3].parse::<f64>().unwrap() + rows[0][4].parse::<f64>().unwrap();
    assert!((sum - 1.0).abs() < 1e-5 && rows[0][5].is_empty());
    assert!(rows[1][1].is_empty() && !rows[1][5].is_empty());
}

#[test]
fn a_file_is_decoded_by_its_content_whatever_its_name() {
    let bench = trained();
    std::fs::copy(bench.at("data/val/blue/0.png"), bench.at("no ending")).unwrap();
    let run = bench.run(&["predict", "run", "no ending"]).ok();
    assert!(run.stdout().starts_with("no ending: "), "{}", run.stdout());
}

#[cfg(unix)]
#[test]
fn names_with_control_characters_stay_on_their_line_and_command_no_terminal() {
    let bench = trained();
    let picture = std::fs::read(bench.at("data/val/blue/0.png")).unwrap();
    bench.write("odd/a\nb\x1b[31m.png", &picture);
    bench.write("odd/c\td.png", b"not a picture");
    let text = bench.run(&["predict", "run", "odd"]).fails(3, &["odd/c\\td.png: "]);
    let printed = text.stdout();
    assert!(printed.starts_with("odd/a\\nb\\u{1b}[31m.png: ") && printed.lines().count() == 1, "{printed:?}");
    let first = bench.run(&["predict", "run", "odd", "--json"]).stdout();
    assert_eq!(json(first.lines().next().unwrap())["path"], "odd/a\nb\x1b[31m.png");
    std::fs::rename(bench.at("data/train/blue"), bench.at("data/train/bl\tue")).unwrap();
    bench.write("data/train/red things/x\ny.txt", b"");
    let text = bench.run(&["scan", "data"]).stdout();
    assert!(text.contains("bl\\tue") && text.contains("x\\ny.txt: ") && !text.contains('\t'), "{text:?}");
}

#[cfg(unix)]
#[test]
fn nobody_reading_the_output_is_no_failure() {
    let bench = trained();
    let program = env!("CARGO_BIN_EXE_imago");
    for command in ["models", "scan data", "predict run data --json", "evaluate run data", "--help"] {
        let shell = format!("set -o pipefail; '{program}' {command} | true");
        let output =
            std::process::Command::new("bash").args(["-c", &shell]).current_dir(bench.at("")).output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
        assert!(output.stderr.is_empty(), "{command}: {output:?}");
    }
}

#[test]
fn scanning_counts_and_lists_what_was_passed_over() {
    let bench = Bench::new(3, 2);
    bench.write("data/train/blue/movie.gif", b"GIF89a");
    let text = bench.run(&["scan", "data"]).ok().stdout();
    assert!(text.contains("2 classes") && text.contains("10 pictures") && text.contains("movie.gif"), "{text}");
    let value = json(&bench.run(&["scan", "data", "--json"]).ok().stdout());
    assert_eq!(value["classes"][1]["name"], "red things");
    assert_eq!(
        (&value["classes"][0]["train"], &value["classes"][0]["val"]),
        (&serde_json::json!(3), &serde_json::json!(2))
    );
    assert_eq!(value["ignored"].as_array().unwrap().len(), 1);
    bench.write("data/val/blue/bad.png", b"not a picture");
    let run = bench.run(&["scan", "data", "--json"]).fails(3, &["bad.png"]);
    assert_eq!(json(&run.stdout())["unreadable"].as_array().unwrap().len(), 1);
}

#[test]
fn the_sample_is_drawn_as_train_and_val_folders() {
    let bench = Bench::empty();
    bench.run(&["sample", "insects", "--seed", "3"]).ok();
    let value = json(&bench.run(&["scan", "insects", "--json"]).ok().stdout());
    assert_eq!(value["classes"][0]["name"], "ants");
    for class in 0..2 {
        assert_eq!(
            (&value["classes"][class]["train"], &value["classes"][class]["val"]),
            (&serde_json::json!(120), &serde_json::json!(75))
        );
    }
}

#[test]
fn the_layers_are_listed_with_their_total() {
    let bench = Bench::empty();
    let text = bench.run(&["models", "--model", "cnn"]).ok().stdout();
    assert!(text.contains("64×111×111") && text.contains("9841410"), "{text}");
    let text = bench.run(&["models"]).ok().stdout();
    for name in ["cnn", "cnn-bn", "cnn-gap", "resnet18", "resnet34"] {
        assert!(text.lines().any(|line| line.starts_with(name)), "{name}: {text}");
    }
}

#[test]
fn version_and_help_say_what_they_should() {
    let bench = Bench::empty();
    let version = bench.run(&["--version"]).ok().stdout();
    assert!(version.starts_with(&format!("imago {}", env!("CARGO_PKG_VERSION"))), "{version}");
    let help = bench.run(&["--help"]).ok().stdout();
    for word in ["sample", "scan", "train", "evaluate", "predict", "augment", "models", "Exit codes"] {
        assert!(help.contains(word), "{word}");
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_the_sample_is_drawn_leaves_nothing_behind() {
    use std::time::{Duration, Instant};
    let bench = Bench::empty();
    let child = bench.command(&["sample", "insects"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while !bench.at("insects").exists() && begun.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(2));
    }
    super::support::send(&child, "-INT");
    super::support::Run(child.wait_with_output().unwrap()).fails(1, &["stopped"]);
    assert!(!bench.at("insects").exists());
}

/// A run, and so many pictures in `many` for it to look at.
#[cfg(unix)]
fn trained_with_many(pictures: usize) -> Bench {
    let bench = Bench::new(2, 1);
    bench.train("run", &["--epochs", "1"]).ok();
    std::fs::create_dir(bench.at("many")).unwrap();
    for number in 0..pictures {
        std::fs::copy(bench.at("data/val/blue/0.png"), bench.at(&format!("many/{number}.png"))).unwrap();
    }
    bench
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_predicting_keeps_what_was_said() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;
    let bench = trained_with_many(400);
    let mut predicting = bench.command(&["predict", "run", "many", "--json", "--threads", "1"]);
    let mut child = predicting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    stdout.read_line(&mut printed).unwrap();
    super::support::send(&child, "-INT");
    stdout.read_to_string(&mut printed).unwrap();
    super::support::Run(child.wait_with_output().unwrap()).fails(1, &["stopped"]);
    assert!(printed.lines().count() < 400);
    for line in printed.lines() {
        assert!(json(line)["label"].is_string(), "{line}");
    }
}

#[cfg(unix)]
#[test]
fn a_terminal_that_goes_away_ends_nothing_that_was_started_with_nohup() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Stdio;
    let bench = trained_with_many(64);
    let mut bash = std::process::Command::new("bash");
    bash.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(env!("CARGO_BIN_EXE_imago"));
    bash.args(["predict", "run", "many", "--json", "--threads", "1"])
        .current_dir(bench.at(""))
        .env("HOME", bench.at("home"));
    let mut child = bash.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    stdout.read_line(&mut printed).unwrap();
    super::support::send(&child, "-HUP");
    stdout.read_to_string(&mut printed).unwrap();
    super::support::Run(child.wait_with_output().unwrap()).ok();
    assert_eq!(printed.lines().count(), 64);
}
