//! The Results and Predict workspaces, on a model that was really trained.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::command::{Command, PredictCommand, UiCommand};
use imago::app::state::{OutcomeFilter, Verdict, Workspace};
use imago::dataset::Split;

use crate::common::{Window, colours, harness, harness_with};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// The window after a training of one epoch, which takes a moment.
fn trained() -> Window {
    let mut window = harness_with(SIZE, colours);
    window.train(1);
    window
        .run_until("the run is judged", |app| app.state().results.judged.is_some() && app.state().predict.has_model());
    window.settle();
    window
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
    let run = trainer.shown().train.last_finished.clone().expect("a run with a model");
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
