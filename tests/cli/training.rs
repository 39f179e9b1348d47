//! `imago train`.

use super::support::{Bench, Run, figures};

#[test]
fn training_prints_one_line_an_epoch_and_leaves_a_whole_folder() {
    let bench = Bench::new(4, 3);
    let before = bench.snapshot("data");
    let run = bench.train("run", &["--epochs", "3", "--step-size", "2"]).ok();
    let printed = run.stdout();
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 3, "{printed}");
    for (index, line) in lines.iter().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[..2], ["epoch", &format!("{}/3", index + 1)], "{line}");
        assert_eq!(
            (words[2], words[3], words[5], words[7], words[8], words[10]),
            ("train", "loss", "acc", "val", "loss", "acc")
        );
        assert_eq!((words[12], words[13]), ("lr", if index < 2 { "0.001" } else { "0.0001" }));
        assert_eq!(words[15], "s");
        for number in [4, 6, 9, 11, 14] {
            words[number].parse::<f64>().unwrap();
        }
    }
    let metrics = figures(&bench.at("run"));
    assert_eq!(metrics.len(), 3);
    for key in ["epoch", "train_loss", "train_acc", "val_loss", "val_acc", "lr"] {
        assert!(metrics[0][key].is_number(), "{key}");
    }
    let summary: serde_json::Value =
        serde_json::from_slice(&std::fs::read(bench.at("run/summary.json")).unwrap()).unwrap();
    for key in ["best_epoch", "best_val_acc", "last_val_acc", "total_seconds", "images_per_second"] {
        assert!(summary[key].is_number(), "{key}");
    }
    assert!(summary["device"].is_string());
    let best = metrics.iter().map(|epoch| epoch["val_acc"].as_f64().unwrap()).fold(0.0, f64::max);
    assert_eq!(summary["best_val_acc"].as_f64().unwrap(), best);
    for file in ["config.toml", "model.safetensors", "last.safetensors"] {
        assert!(bench.at("run").join(file).is_file(), "{file}");
    }
    assert_eq!(bench.snapshot("data"), before, "the data set was changed");
}

#[test]
fn without_out_the_run_goes_to_the_data_folder_and_not_to_the_data_set() {
    let bench = Bench::new(2, 1);
    let before = bench.snapshot("data");
    let run = bench.run(&["train", "data", "--model", "cnn-gap", "--epochs", "1", "--device", "cpu"]).ok();
    let message = run.stderr();
    let folder = message.lines().find_map(|line| line.strip_prefix("run folder ")).unwrap();
    assert!(std::path::Path::new(folder).starts_with(bench.at("home")), "{folder}");
    // Where the window looks for the runs of this data set.
    let runs = std::path::Path::new("runs").join(imago::base::own_name(&bench.at("data")));
    assert!(std::path::Path::new(folder).parent().is_some_and(|parent| parent.ends_with(&runs)), "{folder}");
    assert!(std::path::Path::new(folder).join("model.safetensors").is_file(), "{folder}");
    assert_eq!(bench.snapshot("data"), before);
}

#[test]
fn one_thread_and_two_give_identical_figures() {
    let bench = Bench::new(4, 3);
    bench.train("one", &["--epochs", "2", "--threads", "1"]).ok();
    bench.train("two", &["--epochs", "2", "--threads", "2"]).ok();
    assert_eq!(figures(&bench.at("one")), figures(&bench.at("two")));
    for (run, device) in [("one", "CPU · 1 thread"), ("two", "CPU · 2 threads")] {
        let summary = std::fs::read(bench.at(run).join("summary.json")).unwrap();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&summary).unwrap()["device"], device);
    }
    bench.train("other", &["--epochs", "2", "--seed", "1"]).ok();
    assert_ne!(figures(&bench.at("one")), figures(&bench.at("other")));
}

#[test]
fn resume_with_more_epochs_equals_a_run_that_was_never_interrupted() {
    let bench = Bench::new(4, 3);
    bench.train("whole", &["--epochs", "3"]).ok();
    bench.train("parts", &["--epochs", "1"]).ok();
    // As a program leaves it that was killed while it wrote a checkpoint.
    bench.write("parts/.imago-AbC123.part", b"half");
    let resumed = bench.run(&["train", "data", "--out", "parts", "--resume", "--epochs", "3"]).ok();
    assert!(!bench.at("parts/.imago-AbC123.part").exists());
    assert_eq!(resumed.stdout().lines().count(), 2);
    assert_eq!(figures(&bench.at("whole")), figures(&bench.at("parts")));
}

#[test]
fn a_run_of_which_nothing_is_left_says_so_and_stays_as_it_is() {
    let bench = Bench::new(2, 1);
    bench.train("run", &["--epochs", "2"]).ok();
    let before = bench.snapshot("run");
    let again = bench.run(&["train", "data", "--out", "run", "--resume"]).ok();
    assert!(again.stderr().contains("all 2 epochs are done already"), "{}", again.stderr());
    assert_eq!(again.stdout(), "");
    let fewer = bench.run(&["train", "data", "--out", "run", "--resume", "--epochs", "1"]);
    fewer.fails(1, &["run", "2 epochs are done already, and only 1 were asked for"]);
    assert!(bench.snapshot("run") == before, "the run was changed");
}

/// Interrupts a run after its first epoch line, as Ctrl+C does.
#[cfg(unix)]
fn interrupted(bench: &Bench, args: &[&str]) -> Run {
    use std::io::{BufRead, BufReader, Read};
    let mut child =
        bench.command(args).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    stdout.read_line(&mut first).unwrap();
    assert!(first.starts_with("epoch 1/"), "{first}");
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let mut rest = first.into_bytes();
    stdout.read_to_end(&mut rest).unwrap();
    let mut output = child.wait_with_output().unwrap();
    output.stdout = rest;
    Run(output)
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_how_to_resume_and_resumes_to_the_same_figures() {
    let bench = Bench::new(4, 3);
    let args = ["train", "data", "--model", "cnn-gap", "--device", "cpu", "--epochs", "40"];
    let stopped = interrupted(&bench, &[&args[..], &["--out", "stopped"]].concat());
    stopped.fails(1, &["stopped after", "imago train data --out stopped --resume"]);
    let done = figures(&bench.at("stopped")).len();
    assert!((1..40).contains(&done), "{done} epochs");
    assert!(bench.at("stopped/model.safetensors").is_file());
    // A few more epochs are enough to compare.
    let epochs = (done + 2).to_string();
    bench.run(&["train", "data", "--out", "stopped", "--resume", "--epochs", &epochs]).ok();
    bench.train("whole", &["--epochs", &epochs]).ok();
    assert_eq!(figures(&bench.at("whole")), figures(&bench.at("stopped")));
}

#[test]
fn a_broken_picture_is_named_and_the_exit_code_is_three() {
    let bench = Bench::new(6, 3);
    bench.write("data/train/blue/5.png", b"broken");
    bench.train("run", &["--epochs", "2"]).fails(3, &["5.png"]);
    assert_eq!(figures(&bench.at("run")).len(), 2);
}

#[test]
fn what_can_not_be_read_while_scanning_is_named_and_the_exit_code_is_three() {
    let bench = Bench::new(4, 3);
    bench.write("data/train/blue/empty.png", b"");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere.png", bench.at("data/train/blue/dead.png")).unwrap();
    let named: &[&str] = if cfg!(unix) { &["empty.png: ", "dead.png: "] } else { &["empty.png: "] };
    let scanned = bench.run(&["scan", "data"]).fails(3, named).stderr();
    let trained = bench.train("run", &["--epochs", "1"]).fails(3, named).stderr();
    assert_eq!(figures(&bench.at("run")).len(), 1);
    let evaluated = bench.run(&["evaluate", "run", "data", "--json"]).fails(3, named);
    let value: serde_json::Value = serde_json::from_str(&evaluated.stdout()).unwrap();
    assert_eq!(value["count"], 6);
    assert_eq!(value["unreadable"], 0, "of the pictures to be judged");
    for told in [trained, evaluated.stderr()] {
        assert!(scanned.lines().all(|line| told.lines().any(|other| other == line)), "{scanned}\n{told}");
    }
}

#[test]
fn a_flat_folder_is_split_by_us() {
    let bench = Bench::empty();
    for index in 0..5 {
        bench.picture(&format!("data/a/{index}.png"), true, index);
        bench.picture(&format!("data/b/{index}.png"), false, index);
    }
    let run = bench.train("run", &["--epochs", "1", "--val-fraction", "0.4"]).ok();
    assert!(run.stderr().contains("6 training and 4 validation pictures"), "{}", run.stderr());
    // The split is the run's own, so that nothing it learned from is taken for validation.
    let evaluated = bench.run(&["evaluate", "run", "data", "--json"]).ok();
    let value: serde_json::Value = serde_json::from_str(&evaluated.stdout()).unwrap();
    assert_eq!(value["count"], 4);
}

/// A limit on the size of files stands for a disk that is full: the first large file can't be written.
#[cfg(unix)]
#[test]
fn a_full_disk_is_one_clear_sentence_and_keeps_what_was_there() {
    let bench = Bench::new(3, 2);
    bench.train("run", &["--epochs", "1"]).ok();
    let model = std::fs::read(bench.at("run/last.safetensors")).unwrap();
    let limited = |args: &[&str]| {
        let mut shell = bench.command(&[]);
        let program = shell.get_program().to_owned();
        shell = {
            let mut bash = std::process::Command::new("bash");
            // Blocks of 1024 bytes; the signal that usually kills is ignored, so that writing fails as on a full disk.
            bash.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""]).arg(program).args(args);
            bash.current_dir(bench.at("")).env("HOME", bench.at("home"));
            bash
        };
        Run(shell.output().unwrap())
    };
    limited(&["train", "data", "--out", "run", "--resume", "--epochs", "2"])
        .fails(1, &["safetensors", "make room", "--resume"]);
    assert_eq!(std::fs::read(bench.at("run/last.safetensors")).unwrap(), model, "the checkpoint was damaged");
    assert_eq!(figures(&bench.at("run")).len(), 1);
    let names: Vec<_> = std::fs::read_dir(bench.at("run")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().contains(".part")), "{names:?}");
    // With room again, it goes on.
    bench.run(&["train", "data", "--out", "run", "--resume", "--epochs", "2"]).ok();
    assert_eq!(figures(&bench.at("run")).len(), 2);
    let failed = limited(&["train", "data", "--model", "cnn-gap", "--epochs", "1", "--out", "new"]);
    let told = failed.fails(1, &["make room", "start again"]).stderr();
    assert!(!told.contains("--resume") && !told.contains("intact"), "{told}");
    assert!(!bench.at("new").exists(), "a run that came to nothing left a folder");
}
