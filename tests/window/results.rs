//! The Results and Predict workspaces, on a model that was really trained.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, Rect};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::ImagoApp;
use imago::app::command::{Command, PredictCommand, ResultsCommand, UiCommand};
use imago::app::state::{JobId, ModelLine, NoticeLevel, OutcomeFilter, RunPhase, Trained, Verdict, Workspace};
use imago::base::AppPaths;
use imago::dataset::Split;
use imago::predict::{ImageOutcome, Prediction};

use crate::common::{Window, colours, harness, harness_with};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// The window after a training of one epoch, which takes a moment.
pub fn trained() -> Window {
    let mut window = harness_with(SIZE, colours);
    window.train(1);
    window
        .run_until("the run is judged", |app| app.state().results.judged.is_some() && app.state().predict.has_model());
    window.settle();
    window
}

/// Carries out a command without drawing a frame: what it has begun is still under way afterwards.
fn at_once(window: &mut Window, command: Command) {
    let ctx = window.ctx.clone();
    window.app_mut().run_command(&ctx, command);
}

/// The job that the status bar calls so.
fn job(window: &Window, title: &str) -> JobId {
    window.shown().jobs.iter().find(|job| job.title == title).expect("it is under way").id
}

/// Reads the data set again, as F5 does.
fn reopen(window: &mut Window) {
    let root = window.home.path().join("colours");
    window.open(&root);
    window.settle();
}

/// The run again, as an older one of the same data set.
fn older_run(window: &mut Window) -> PathBuf {
    let run = window.shown().results.runs.first().expect("a run").dir.clone();
    let older = run.with_file_name("20200101-000000-cnn_gap");
    std::fs::create_dir(&older).unwrap();
    for entry in std::fs::read_dir(&run).unwrap() {
        let file = entry.unwrap().path();
        std::fs::copy(&file, older.join(file.file_name().unwrap())).unwrap();
    }
    reopen(window);
    assert_eq!(window.shown().results.runs.len(), 2);
    older
}

/// A window in which a run is under way that does not come to its end by itself.
fn training_for_long() -> Window {
    let mut window = harness_with(SIZE, colours);
    window.command(Command::Go(Workspace::Train));
    window.click("CNN + global average pooling");
    window.shown_mut().train.config.epochs = 400;
    window.run_steps(2);
    window.click("Start training");
    window
}

/// A folder of pictures that take a while to be classified, and how many there are.
fn many(window: &Window) -> (PathBuf, usize) {
    let (folder, count) = (window.home.path().join("many"), 200);
    std::fs::create_dir(&folder).unwrap();
    let first = folder.join("0.jpg");
    image::RgbImage::from_fn(1600, 1200, |x, y| image::Rgb([x as u8, y as u8, 90])).save(&first).unwrap();
    for number in 1..count {
        std::fs::copy(&first, folder.join(format!("{number}.jpg"))).unwrap();
    }
    (folder, count)
}

#[test]
fn without_a_run_results_and_predict_say_what_to_do_next() {
    let mut window = harness_with(SIZE, colours);
    window.press(Modifiers::COMMAND, Key::Num4);
    assert!(window.has("No results yet"));
    window.click("Go to Train");
    assert_eq!(window.shown().workspace, Workspace::Train);
    window.press(Modifiers::COMMAND, Key::Num5);
    assert!(window.has("No model yet"));
    assert!(window.has("Open model…"));
}

#[test]
fn the_gallery_follows_its_filters_and_the_confusion_matrix() {
    let mut window = trained();
    window.press(Modifiers::COMMAND, Key::Num4);
    let (wrong, right) = window.shown().results.counts();
    assert_eq!(wrong + right, 5, "three green and two red validation pictures");
    for (label, verdict, count) in [
        (format!("All {}", wrong + right), Verdict::All, wrong + right),
        (format!("Right {right}"), Verdict::Right, right),
        (format!("Wrong {wrong}"), Verdict::Wrong, wrong),
    ] {
        if window.shown().results.verdict != verdict {
            window.click(&label);
        }
        assert_eq!(window.shown().results.verdict, verdict);
        assert_eq!(window.shown().results.order().len(), count, "{label}");
    }
    // Whatever the model says, the cells add up to the pictures of their row; a click shows just those of one cell.
    let judged = window.shown().results.judged.clone().unwrap();
    assert_eq!(judged.evaluation.classes, ["green", "red"]);
    let row: Vec<usize> = judged.evaluation.confusion.iter().map(|row| row.iter().sum()).collect();
    assert_eq!(row, [3, 2]);
    let predicted = usize::from(judged.evaluation.confusion[0][1] > 0);
    let name = &judged.evaluation.classes[predicted];
    let value = judged.evaluation.confusion[0][predicted];
    window.click(&format!("{value} green predicted as {name}"));
    assert_eq!(window.shown().results.cell, Some((0, predicted)));
    assert_eq!(window.shown().results.order().len(), value);
    window.settle();
    window.shot("results");
}

#[test]
fn a_class_can_be_chosen_while_a_cell_of_the_matrix_is_shown() {
    let mut window = trained();
    window.press(Modifiers::COMMAND, Key::Num4);
    for class in [None, Some(0)] {
        let results = &mut window.shown_mut().results;
        (results.verdict, results.class) = (Verdict::All, class);
        (results.cell, results.selected) = (Some((1, 1)), Some(4));
        window.run_steps(2);
        window.click("Class");
        window.get_by_role_and_label(Role::Button, "green").click();
        window.run_steps(3);
        let results = &window.shown().results;
        assert_eq!((results.class, results.cell, results.selected), (Some(0), None, None));
        assert_eq!(results.order().len(), 3, "three green validation pictures");
    }
}

#[test]
fn judging_that_was_stopped_says_so_and_begins_anew_only_when_it_is_asked_for() {
    const STOPPED: &str = "Judging was stopped";
    let mut window = trained();
    window.press(Modifiers::COMMAND, Key::Num4);
    let run = window.shown().results.runs[0].clone();
    for button in [format!("Run {}", run.title), "Judge it now".to_owned()] {
        at_once(&mut window, Command::Results(ResultsCommand::ShowRun(run.dir.clone())));
        let judging = job(&window, "Looking at every picture");
        at_once(&mut window, Command::CancelJob(judging));
        window.settle();
        assert!(window.shown().results.is_unjudged() && window.has(STOPPED));
        assert!(window.shown().results.error.is_none() && !window.has("This run can't be judged"));
        // Reading the data set, or the list of runs, again asks for nothing.
        reopen(&mut window);
        assert!(window.shown().results.is_unjudged() && window.has(STOPPED));
        window.click(&button);
        window.run_until("it is judged", |app| app.state().results.judged.is_some());
        window.settle();
        assert!(!window.has(STOPPED));
    }
}

#[test]
fn a_run_that_broke_off_after_an_epoch_is_there_to_be_looked_at() {
    let mut window = training_for_long();
    window.run_until("an epoch is whole", |app| {
        app.state().train.run.as_ref().is_some_and(|run| !run.history.epochs.is_empty())
    });
    window.click("Pause");
    window.run_until("it waits", |app| app.state().train.run.as_ref().is_some_and(|run| run.phase == RunPhase::Paused));
    let dir = window.shown().train.run.as_ref().unwrap().dir.clone();
    assert!(window.shown().results.runs.is_empty());
    // Where the next checkpoint is to be written, something is in the way.
    let checkpoint = dir.join("last.safetensors");
    std::fs::remove_file(&checkpoint).unwrap();
    std::fs::create_dir_all(checkpoint.join("in the way")).unwrap();
    window.click("Resume");
    window.run_until("it has failed", |app| {
        app.state().train.run.as_ref().is_some_and(|run| matches!(run.phase, RunPhase::Failed(_)))
    });
    window.settle();
    let results = &window.shown().results;
    assert!(results.runs.iter().any(|run| run.dir == dir && run.has_model));
    assert_eq!(results.judged.as_ref().map(|judged| &judged.dir), Some(&dir));
    assert_eq!(window.shown().train.last_trained, None);
}

#[test]
fn a_run_that_is_continued_and_fails_is_judged_by_the_model_that_it_has_then() {
    let mut window = training_for_long();
    let epochs = |app: &ImagoApp| app.state().train.run.as_ref().map_or(0, |run| run.history.epochs.len());
    let is_over = |app: &ImagoApp| app.state().train.run.as_ref().is_some_and(|run| !run.phase.is_running());
    window.run_until("an epoch is whole", |app| epochs(app) > 0);
    window.click("Stop");
    window.run_until("it has stopped", is_over);
    window.run_until("it is judged", |app| app.state().results.judged.is_some());
    window.settle();
    // Then it is known as the run that was trained last, or as one of earlier days.
    for known in [true, false] {
        let dir = window.shown().train.run.as_ref().unwrap().dir.clone();
        let before = window.shown().results.judged.as_ref().expect("it is judged").evaluation.clone();
        let done = epochs(window.app());
        if !known {
            window.shown_mut().train.last_trained = None;
            window.run_steps(2);
        }
        window.click("Continue");
        window.run_until("another epoch is whole", |app| epochs(app) > done);
        window.click("Pause");
        window.run_until("it waits", |app| {
            app.state().train.run.as_ref().is_some_and(|run| run.phase == RunPhase::Paused)
        });
        // Where the next checkpoint is to be written, something is in the way; it is needed again to go on.
        let (checkpoint, aside) = (dir.join("last.safetensors"), dir.join("aside"));
        std::fs::rename(&checkpoint, &aside).unwrap();
        std::fs::create_dir_all(checkpoint.join("in the way")).unwrap();
        window.click("Resume");
        window.run_until("it has failed", is_over);
        window.settle();
        assert!(matches!(window.shown().train.run.as_ref().unwrap().phase, RunPhase::Failed(_)));
        let results = &window.shown().results;
        let listed = results.runs.iter().find(|run| run.dir == dir).expect("it is listed");
        assert!(listed.epochs_done > done, "{} of {done}", listed.epochs_done);
        let judged = results.judged.as_ref().expect("it is judged");
        assert!(judged.dir == dir && !Arc::ptr_eq(&before, &judged.evaluation), "by another model");
        let last = window.shown().train.last_trained.as_ref().map(|last| last.epochs);
        assert_eq!(last, known.then_some(epochs(window.app())));
        std::fs::remove_dir_all(&checkpoint).unwrap();
        std::fs::rename(&aside, &checkpoint).unwrap();
    }
}

/// Ten pictures of each class, of which the folders keep none for validation.
fn flat(parent: &Path) -> PathBuf {
    let root = parent.join("flat");
    for (class, colour) in [("green", [30, 160, 60]), ("red", [160, 30, 40])] {
        std::fs::create_dir_all(root.join(class)).unwrap();
        for number in 0..10 {
            let side = 40 + number;
            let picture = image::RgbImage::from_pixel(side, side, image::Rgb(colour));
            picture.save(root.join(class).join(format!("{number}.png"))).unwrap();
        }
    }
    root
}

#[test]
fn a_run_that_kept_another_share_for_validation_is_judged_and_continued_with_that() {
    let mut window = harness(SIZE);
    let root = flat(window.home.path());
    let dir = AppPaths::below(window.home.path().join("imago")).runs_dir(&root).join("20200101-000000-cnn-gap");
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_imago"));
    program.arg("train").arg(&root).arg("--out").arg(&dir);
    program.args(["--model", "cnn-gap", "--device", "cpu", "--epochs", "1", "--val-fraction", "0.4"]);
    for home in ["HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA"] {
        program.env(home, window.home.path());
    }
    let output = program.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // As one that was stopped before its end.
    let config = dir.join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let longer = text.replace("epochs = 1\n", "epochs = 2\n");
    assert_ne!(text, longer);
    std::fs::write(&config, longer).unwrap();

    window.open(&root);
    window.run_until("the run is judged", |app| app.state().results.judged.is_some());
    window.settle();
    let count = |window: &Window| {
        let judged = window.shown().results.judged.as_ref().expect("it is judged");
        judged.evaluation.confusion.iter().map(|row| row.iter().sum()).collect::<Vec<usize>>()
    };
    let kept = window.shown().project.as_ref().unwrap().dataset.labelled(Split::Val).count();
    assert_eq!((kept, count(&window)), (4, vec![4, 4]), "the window itself keeps a fifth");
    window.command(Command::Go(Workspace::Train));
    window.click("Continue");
    window.run_until("it is over", |app| app.state().train.run.as_ref().is_some_and(|run| !run.phase.is_running()));
    window.settle();
    let run = window.shown().train.run.as_ref().unwrap();
    assert_eq!((&run.phase, run.history.epochs.len()), (&RunPhase::Finished, 2));
    assert_eq!((run.train_count, run.val_count), (12, 8));
    assert_eq!(count(&window), [4, 4]);

    // A label that is mended counts there at once, without asking the model.
    window.press(Modifiers::COMMAND, Key::Num4);
    let results = &mut window.shown_mut().results;
    results.verdict = Verdict::All;
    let outcomes = &results.judged.as_ref().unwrap().evaluation.outcomes;
    results.selected = outcomes.iter().position(|outcome| outcome.truth == Some(0));
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Num2);
    assert!(window.shown().results.judging.is_none());
    assert_eq!(count(&window), [3, 5]);
}

#[test]
fn reading_the_data_set_again_changes_nothing_of_what_is_looked_at() {
    let mut window = trained();
    let older = older_run(&mut window);
    let newer = window.shown().results.runs[0].dir.clone();
    window.press(Modifiers::COMMAND, Key::Num4);
    window.command(Command::Results(ResultsCommand::ShowRun(older.clone())));
    window.command(Command::Results(ResultsCommand::ShowSplit(Split::Train)));
    window.command(Command::Results(ResultsCommand::Compare(Some(newer.clone()))));
    window.shown_mut().results.verdict = Verdict::All;
    window.settle();
    let before = window.shown().results.judged.as_ref().expect("it is judged").evaluation.clone();
    reopen(&mut window);
    let results = &window.shown().results;
    assert_eq!((results.shown.as_ref(), results.compared.as_ref()), (Some(&older), Some(&newer)));
    assert_eq!((results.split, results.verdict), (Split::Train, Verdict::All));
    let judged = results.judged.as_ref().expect("it is judged");
    assert_eq!((&judged.dir, judged.split, judged.evaluation.outcomes.len()), (&older, Split::Train, 10));
    assert!(!Arc::ptr_eq(&before, &judged.evaluation), "the files may be others");
    assert_eq!(results.compared_judged.as_ref().map(|judged| &judged.dir), Some(&newer));
}

#[test]
fn a_comparison_that_can_not_be_made_says_why() {
    let mut window = trained();
    let older = older_run(&mut window);
    std::fs::write(older.join("model.safetensors"), "no model").unwrap();
    window.command(Command::Results(ResultsCommand::Compare(Some(older))));
    window.settle();
    assert_eq!(window.shown().results.compared, None);
    assert!(window.shown().results.judged.is_some());
    let notice = window.shown().notices.last().expect("a word about it");
    assert_eq!(notice.level, NoticeLevel::Warning);
    assert!(notice.text.starts_with("The other run can't be compared: "), "{}", notice.text);
}

#[test]
fn a_run_that_was_just_trained_is_judged_instead_of_the_one_that_was_being_judged() {
    let mut window = trained();
    let older = older_run(&mut window);
    let newer = window.shown().results.runs[0].dir.clone();
    window.command(Command::Results(ResultsCommand::Compare(Some(older.clone()))));
    window.settle();
    assert!(window.shown().results.compared_judged.is_some());
    at_once(&mut window, Command::Results(ResultsCommand::ShowRun(newer)));
    assert!(window.shown().results.judging.is_some());
    // As if the older one had been continued meanwhile.
    window.shown_mut().train.last_trained = Some(Trained { dir: older.clone(), epochs: 2 });
    window.step();
    let results = &window.shown().results;
    assert_eq!((results.shown.as_ref(), results.compared.as_ref()), (Some(&older), None));
    assert!(results.is_unjudged() && results.compared_judged.is_none());
    window.settle();
    assert_eq!(window.shown().results.judged.as_ref().map(|judged| &judged.dir), Some(&older));
}

#[test]
fn the_menu_of_a_run_leads_to_its_model_where_it_has_one() {
    const SHOW: &str = "Show the model's file";
    let mut window = trained();
    let older = older_run(&mut window);
    std::fs::remove_file(older.join("model.safetensors")).unwrap();
    reopen(&mut window);
    window.press(Modifiers::COMMAND, Key::Num4);
    let runs = window.shown().results.runs.clone();
    assert_eq!(runs.iter().map(|run| run.has_model).collect::<Vec<_>>(), [true, false]);
    for run in runs {
        window.get_by_role_and_label(Role::Button, &format!("More: run {}", run.title)).click();
        window.run_steps(3);
        assert_eq!(window.get_by_label(SHOW).accesskit_node().is_disabled(), !run.has_model);
        window.press(Modifiers::NONE, Key::Escape);
        window.run_steps(2);
    }
}

#[test]
fn a_click_on_a_prediction_shows_it_large_with_every_probability() {
    let mut window = trained();
    window.press(Modifiers::COMMAND, Key::Num4);
    window.shown_mut().results.verdict = Verdict::All;
    window.run_steps(2);
    window.get_all_by_label_contains("green 1.jpg, ").next().unwrap().click();
    window.run_steps(3);
    assert!(window.shown().results.selected.is_some());
    assert!(window.has("Copy the file's path"));
    window.click("Close the close look");
    assert_eq!(window.shown().results.selected, None);
}

#[test]
fn a_wrong_label_is_mended_by_a_key_and_the_figures_follow_without_asking_the_model() {
    let mut window = trained();
    window.press(Modifiers::COMMAND, Key::Num4);
    window.shown_mut().results.verdict = Verdict::All;
    window.run_steps(2);
    window.get_all_by_label_contains("green 1.jpg, ").next().unwrap().click();
    window.run_steps(3);
    let before = window.shown().results.judged.clone().expect("it is judged");
    let rows = |window: &Window| -> Vec<usize> {
        let judged = window.shown().results.judged.as_ref().expect("it is judged");
        judged.evaluation.confusion.iter().map(|row| row.iter().sum()).collect()
    };
    assert_eq!(rows(&window), [3, 2]);
    window.press(Modifiers::NONE, Key::Num2);
    window.run_steps(2);
    assert_eq!(rows(&window), [2, 3], "green 1.jpg is red now");
    assert!(window.shown().results.selected.is_some() && window.shown().results.judging.is_none());
    window.click("Label as green");
    window.run_steps(2);
    assert_eq!(rows(&window), [3, 2]);
    window.press(Modifiers::COMMAND, Key::Z);
    window.run_steps(2);
    assert_eq!(rows(&window), [2, 3]);
    window.press(Modifiers::COMMAND, Key::Z);
    window.run_steps(2);
    assert_eq!(window.shown().results.judged.as_ref().map(|judged| judged.evaluation.clone()), Some(before.evaluation));
    window.shot("results-relabel");
}

#[test]
fn dropped_files_are_classified_and_a_bad_one_says_why() {
    let mut window = trained();
    let bad: PathBuf = window.home.path().join("bad.jpg");
    std::fs::write(&bad, "not a picture at all").unwrap();
    let good = window.home.path().join("colours/val/red/red 1.jpg");
    window.press(Modifiers::COMMAND, Key::Num5);
    window.command(Command::Dropped(vec![good.clone(), bad.clone()]));
    window.run_until("both are there", |app| app.state().predict.outcomes.len() == 2);
    window.settle();
    let outcomes = &window.shown().predict.outcomes;
    let found = outcomes.iter().find(|outcome| outcome.path == good).unwrap().result.as_ref().unwrap();
    assert!((found.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    assert!(outcomes.iter().find(|outcome| outcome.path == bad).unwrap().result.is_err());
    assert!(window.has("bad.jpg: could not be read"));
    window.shot("predict");
    window.click("Show could not be read 1");
    assert_eq!(window.shown().predict.filter, OutcomeFilter::Failed);
    assert_eq!(window.shown().predict.order().len(), 1);
    // A whole folder, then the lot as CSV.
    window.command(Command::Dropped(vec![window.home.path().join("colours/train")]));
    window.run_until("the folder is classified", |app| app.state().predict.outcomes.len() == 12);
    let csv = window.home.path().join("out.csv");
    window.command(Command::Predict(PredictCommand::SaveCsv(csv.clone())));
    window.run_until("it is saved", |_| csv.is_file());
    let text = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(text.lines().count(), 13, "a heading and a line for each file");
    window.click("Clear");
    assert!(!window.shown().predict.has_outcomes());
}

#[test]
fn no_picture_is_lost_when_another_model_comes_while_they_are_classified() {
    let mut window = trained();
    let model = window.shown().predict.model.as_ref().expect("a model").path.clone();
    let (folder, count) = many(&window);
    window.press(Modifiers::COMMAND, Key::Num5);
    window.command(Command::Predict(PredictCommand::Classify(vec![folder])));
    window.run_until("the first are there", |app| app.state().predict.has_outcomes());
    window.command(Command::Predict(PredictCommand::LoadModel(model)));
    window.run_until("all are classified", |app| {
        let predict = &app.state().predict;
        !predict.loading && predict.classifying.is_none()
    });
    let outcomes = &window.shown().predict.outcomes;
    assert_eq!(outcomes.len(), count);
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
    window.settle();
}

#[test]
fn a_drop_that_is_stopped_in_the_status_bar_is_no_error() {
    let mut window = trained();
    let (folder, count) = many(&window);
    window.shown_mut().notices.clear();
    at_once(&mut window, Command::Predict(PredictCommand::Classify(vec![folder])));
    let classifying = job(&window, "Classifying");
    at_once(&mut window, Command::CancelJob(classifying));
    window.settle();
    let predict = &window.shown().predict;
    assert!(predict.outcomes.len() < count && predict.classifying.is_none());
    assert_eq!(window.shown().notices, []);
}

#[test]
fn a_file_that_is_dropped_twice_counts_once() {
    let mut window = trained();
    let picture = window.home.path().join("colours/val/red/red 1.jpg");
    window.press(Modifiers::COMMAND, Key::Num5);
    for _ in 0..2 {
        window.command(Command::Dropped(vec![picture.clone()]));
        window.settle();
        assert_eq!(window.shown().predict.outcomes.len(), 1);
        assert!(window.has("1 picture"));
    }
    let csv = window.home.path().join("out.csv");
    window.command(Command::Predict(PredictCommand::SaveCsv(csv.clone())));
    window.settle();
    assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().count(), 2, "a heading and a line");
}

#[test]
fn however_many_classes_there_are_what_is_done_with_the_list_stays_in_view() {
    let size = [1024.0, 700.0];
    let mut window = harness(size);
    let classes: Vec<String> =
        (1..=14).map(|number| format!("a class with a rather long name, number {number}")).collect();
    let outcome = |class: usize| {
        let mut probabilities = vec![0.0; 14];
        probabilities[class] = 1.0;
        let result = Ok(Prediction { probabilities, millis: 1.0 });
        ImageOutcome { path: format!("/nowhere/{class}.jpg").into(), truth: None, result }
    };
    let predict = &mut window.shown_mut().predict;
    predict.model = Some(ModelLine { path: "a model".into(), title: "a model".to_owned(), classes: classes.clone() });
    predict.take_in((0..14).map(outcome).collect());
    window.command(Command::Go(Workspace::Predict));
    window.settle();
    window.shot("predict-classes");
    let inside = Rect::from_min_size(Pos2::ZERO, size.into());
    for button in ["Clear", "Save CSV…"] {
        let rect = window.get_by_role_and_label(Role::Button, button).rect();
        assert!(inside.contains_rect(rect), "{button} is at {rect:?}");
    }
    let spoken: Vec<String> = classes.iter().map(|class| format!("Show {class} 1")).collect();
    assert!(spoken.iter().all(|name| window.has(name)), "a name is whole for who hears it");
    window.click(&spoken[0]);
    assert_eq!(window.shown().predict.filter, OutcomeFilter::Class(0));
}

#[test]
fn a_model_that_is_none_is_refused_with_a_sentence_and_the_one_in_use_stays() {
    let mut window = trained();
    let bad = window.home.path().join("photo.safetensors");
    std::fs::write(&bad, [0xFF, 0xD8, 0xFF, 0xE0]).unwrap();
    window.command(Command::Predict(PredictCommand::LoadModel(bad)));
    window.run_until("it is refused", |app| app.state().predict.model_error.is_some());
    let reason = window.shown().predict.model_error.clone().unwrap();
    assert!(reason.contains("photo.safetensors"), "{reason}");
    assert!(window.shown().predict.has_model());
}

#[test]
fn a_model_named_on_the_command_line_opens_in_predict_and_classifies() {
    let mut trainer = harness_with(SIZE, colours);
    trainer.train(2);
    let run = trainer.shown().train.last_trained.clone().expect("a run with a model").dir;
    let model = run.join("model.safetensors");
    // As `imago model.safetensors` does on a fresh account: nothing is open, and no run is known.
    let mut window = harness(SIZE);
    let ctx = window.ctx.clone();
    window.app_mut().open_path(&ctx, &model);
    window.run_until("the model is open, or refused", |app| {
        let predict = &app.state().predict;
        predict.has_model() || predict.model_error.is_some()
    });
    window.settle();
    assert_eq!(window.shown().predict.model_error, None);
    assert_eq!(window.shown().workspace, Workspace::Predict);
    let line = window.shown().predict.model.clone().unwrap();
    assert_eq!((line.path, line.classes), (model, vec!["green".to_owned(), "red".to_owned()]));
    assert!(line.title.starts_with("model.safetensors"), "{}", line.title);
    assert!(!window.has("No model yet"));
    let picture = trainer.home.path().join("colours/val/red/red 1.jpg");
    window.command(Command::Dropped(vec![picture.clone()]));
    window.run_until("the picture is classified", |app| app.state().predict.outcomes.len() == 1);
    let outcome = &window.shown().predict.outcomes[0];
    assert_eq!(outcome.path, picture);
    assert_eq!(outcome.result.as_ref().unwrap().probabilities.len(), 2);
}

#[test]
fn a_classified_picture_is_added_to_the_data_set_through_its_menu() {
    const ADD: &str = "Add to the data set…";
    let mut window = trained();
    let elsewhere = window.home.path().join("elsewhere");
    std::fs::create_dir_all(&elsewhere).unwrap();
    // Its name is taken in the class that it is added to.
    let picture = elsewhere.join("red 1.jpg");
    image::RgbImage::from_pixel(40, 30, image::Rgb([200, 40, 60])).save(&picture).unwrap();
    let original = std::fs::read(&picture).unwrap();
    let bad = elsewhere.join("bad.jpg");
    std::fs::write(&bad, "not a picture at all").unwrap();
    window.press(Modifiers::COMMAND, Key::Num5);
    window.command(Command::Dropped(vec![picture.clone(), bad]));
    window.run_until("both are there", |app| app.state().predict.outcomes.len() == 2);
    window.settle();

    window.get_by_role_and_label(Role::Button, "More: bad.jpg").click();
    window.run_steps(3);
    assert!(window.has("Copy the file's path") && !window.has(ADD), "it could not be read");
    window.press(Modifiers::NONE, Key::Escape);
    window.get_by_role_and_label(Role::Button, "More: red 1.jpg").click();
    window.run_steps(3);
    window.get_by_label(ADD).click();
    window.run_steps(4);
    window.shot("predict-add");
    let predict = &window.shown().predict;
    let found = predict.outcomes.iter().find(|outcome| outcome.path == picture).unwrap().result.as_ref().unwrap();
    let predicted = predict.model.as_ref().unwrap().classes[found.label()].clone();
    let other = if predicted == "red" { "green" } else { "red" };
    let top = |class: &str| window.get_by_role_and_label(Role::Button, class).rect().top();
    assert!(top(&predicted) < top(other), "{predicted} is predicted");
    window.get_by_role_and_label(Role::Button, "red").click();
    window.run_steps(2);
    let copy = Path::new("train/red/red 1 (2).jpg");
    window.wait_for("the copy", |state| {
        state.project.as_ref().is_some_and(|project| project.dataset.items.iter().any(|item| item.rel_path == copy))
    });
    let project = window.shown().project.as_ref().unwrap();
    let item = project.dataset.items.iter().find(|item| item.rel_path == copy).unwrap();
    assert_eq!((project.class_name(item.class), item.split), ("red", Split::Train));
    assert_eq!(std::fs::read(project.dataset.path_of(item)).unwrap(), original);
    assert_eq!(std::fs::read(&picture).unwrap(), original, "copied, not moved");
    assert!(window.shown().notices.iter().any(|notice| notice.text.contains("so it is called red 1 (2).jpg")));
    assert_eq!(window.shown().workspace, Workspace::Predict);

    // What is in the data set is not added again, and without one there is nothing to add to.
    let inside = window.home.path().join("colours/val/red/red 2.jpg");
    window.command(Command::Dropped(vec![inside]));
    window.run_until("it is there", |app| app.state().predict.outcomes.len() == 3);
    window.settle();
    window.get_by_role_and_label(Role::Button, "More: red 2.jpg").click();
    window.run_steps(3);
    assert!(window.has("It is in the data set already.") && window.get_by_label(ADD).accesskit_node().is_disabled());
    window.press(Modifiers::NONE, Key::Escape);
    window.command(Command::Ui(UiCommand::CloseProject));
    window.command(Command::Go(Workspace::Predict));
    window.settle();
    window.get_by_role_and_label(Role::Button, "More: red 1.jpg").click();
    window.run_steps(3);
    assert!(window.has("No data set is open.") && window.get_by_label(ADD).accesskit_node().is_disabled());
}
