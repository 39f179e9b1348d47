//! The Train workspace.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::command::{Command, TrainCommand};
use imago::app::state::{Arch, RunPhase, TrainTab, WeightsState, Workspace};
use imago::train::WeightsChoice;

use crate::common::{Window, colours, harness_with};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// The window with the coloured pictures opened, in Train, with a model that learns in a moment chosen.
fn window(epochs: usize) -> Window {
    let mut window = harness_with(SIZE, colours);
    window.command(Command::Go(Workspace::Train));
    window.click("CNN + global average pooling");
    assert_eq!(window.shown().train.config.arch, Arch::CnnGap);
    window.shown_mut().train.config.epochs = epochs;
    window.run_steps(2);
    window
}

fn phase(window: &Window) -> Option<&RunPhase> {
    window.shown().train.run.as_ref().map(|run| &run.phase)
}

fn until_over(window: &mut Window) {
    window.run_until("the training is over", |app| {
        app.state().train.run.as_ref().is_some_and(|run| !run.phase.is_running())
    });
    window.settle();
}

/// Waits until an epoch is whole.
fn until_epoch(window: &mut Window, epoch: usize) {
    window.run_until("an epoch is whole", |app| {
        app.state().train.run.as_ref().is_some_and(|run| run.history.epochs.len() >= epoch || !run.phase.is_running())
    });
    assert!(phase(window).is_some_and(RunPhase::is_running), "it ended too soon: {:?}", phase(window));
}

#[test]
fn a_run_is_started_watched_and_found_again() {
    let mut window = window(2);
    assert!(window.has_text("No run yet"));
    assert!(window.has("Loss chart: nothing yet"));
    window.click("Start training");
    assert!(window.shown().train.is_running());
    until_over(&mut window);
    assert_eq!(phase(&window), Some(&RunPhase::Finished));
    // The table has a line for each epoch, newest first.
    let tops: Vec<f32> = ["Epoch 2:", "Epoch 1:"]
        .map(|start| window.get_by_label_contains(&format!("{start} training loss")).rect().top())
        .to_vec();
    assert!(tops[0] < tops[1], "{tops:?}");
    assert_eq!(window.query_all_by_label_contains("the best").count(), 1);
    assert!(window.has_text("Finished in"));
    assert!(window.has_text("Accuracy chart: epoch 2"));
    let run = window.shown().train.run.as_ref().unwrap();
    let (dir, best) = (run.dir.clone(), run.best().unwrap().clone());
    assert!(dir.join("model.safetensors").is_file());
    assert_eq!(window.shown().train.last_trained.as_ref().map(|trained| &trained.dir), Some(&dir));
    assert!(window.has_text(&format!("Best validation accuracy {:.3}, in epoch {}", best.val_acc, best.epoch)));
    // The list of runs has it, and its settings can be taken over again.
    window.click("Runs · 1");
    assert_eq!(window.shown().train.view.tab, TrainTab::Runs);
    assert!(window.has_text("Run: CNN + global average pooling"));
    window.click("Custom CNN");
    window.get_all_by_role_and_label(Role::Button, "Load settings").next().unwrap().click();
    window.run_steps(2);
    assert_eq!(window.shown().train.config.arch, Arch::CnnGap);
    // What comes next is a click away.
    window.click("Look at results");
    assert_eq!(window.shown().workspace, Workspace::Results);
}

#[test]
fn a_run_can_be_paused_resumed_stopped_and_continued() {
    let mut window = window(400);
    window.press(Modifiers::COMMAND, Key::Enter);
    assert!(window.shown().train.is_running());
    assert!(!window.has("Start training"));
    until_epoch(&mut window, 1);
    window.click("Pause");
    window.run_until("it waits", |app| app.state().train.run.as_ref().is_some_and(|run| run.phase == RunPhase::Paused));
    let waiting = window.shown().train.run.as_ref().unwrap().history.epochs.len();
    window.run_steps(20);
    assert_eq!(window.shown().train.run.as_ref().unwrap().history.epochs.len(), waiting);
    window.click("Resume");
    until_epoch(&mut window, waiting + 1);
    window.click("Stop");
    until_over(&mut window);
    assert_eq!(phase(&window), Some(&RunPhase::Stopped));
    let done = window.shown().train.run.as_ref().unwrap().history.epochs.len();
    assert!(done > waiting && done < 400, "{done}");
    assert!(window.has_text(&format!("Stopped after epoch {done} of 400")));
    // What it has learned so far can be used.
    let trained = window.shown().train.last_trained.clone().expect("a model");
    assert_eq!(trained.epochs, done);
    window.run_until("Results, Predict and Data have it", |app| {
        let state = app.state();
        let suggests = state.data.suggestions.model.as_ref().is_some_and(|model| model.path == trained.dir);
        state.results.judged.as_ref().is_some_and(|judged| judged.dir == trained.dir)
            && state.predict.model.as_ref().is_some_and(|model| model.path == trained.dir)
            && suggests
    });
    let first = window.shown().results.judged.as_ref().map(|judged| judged.evaluation.clone());
    // What the next run is to have is not what this one has.
    window.shown_mut().train.config.lr = 0.5;
    window.click("Continue");
    until_epoch(&mut window, done + 1);
    let shown = |window: &Window| window.get_by_role_and_label(Role::SpinButton, "Learning rate").value();
    assert_eq!(shown(&window).as_deref(), Some("0.001"));
    let epochs: Vec<_> =
        window.shown().train.run.as_ref().unwrap().history.epochs.iter().map(|record| record.epoch).collect();
    assert_eq!(epochs, (1..=epochs.len()).collect::<Vec<_>>());
    window.click("Stop");
    until_over(&mut window);
    window.run_steps(2);
    assert_eq!(shown(&window).as_deref(), Some("0.5"));
    // The same run, another model.
    assert_ne!(window.shown().train.last_trained.as_ref(), Some(&trained));
    window.run_until("it is judged again", |app| {
        let judged = app.state().results.judged.as_ref();
        judged.is_some_and(|judged| first.as_ref().is_some_and(|first| !Arc::ptr_eq(first, &judged.evaluation)))
    });
    window.run_until("it suggests again", |app| app.state().data.suggestions.model.is_some());
}

#[test]
fn settings_that_are_not_the_recipes_can_be_reset() {
    let mut window = window(25);
    assert!(window.has_text("the recipe"));
    assert!(!window.has("Reset to the recipe"));
    window.get_by_role_and_label(Role::SpinButton, "Epochs").focus();
    window.run_steps(2);
    window.shown_mut().train.config.lr = 0.5;
    window.run_steps(2);
    window.click("Reset to the recipe");
    assert_eq!(window.shown().train.config.lr, 0.001);
    assert_eq!(window.shown().train.config.arch, Arch::CnnGap);
    assert!(!window.has("Reset to the recipe"));
}

#[test]
fn a_file_that_is_no_weights_file_is_said_so_and_nothing_starts() {
    let mut window = window(2);
    let path = window.home.path().join("holiday.safetensors");
    std::fs::write(&path, b"\xFF\xD8\xFF\xE0 a JPEG by another name").unwrap();
    window.command(Command::Dropped(vec![path.clone()]));
    assert_eq!(window.shown().train.config.weights, WeightsChoice::File(path));
    assert_eq!(window.shown().train.config.arch, Arch::Resnet18);
    window.settle();
    let Some(WeightsState::Wrong { message, .. }) = window.shown().train.weights_state() else {
        panic!("{:?}", window.shown().train.weights_state());
    };
    assert!(message.contains("holiday.safetensors"), "{message}");
    let message = message.clone();
    assert!(window.has_text(&message));
    assert!(window.get_by_label("Start training").accesskit_node().is_disabled());
    window.command(Command::Train(TrainCommand::Start));
    assert!(!window.shown().train.is_running());
    assert!(window.shown().notices.iter().any(|notice| notice.text == message));
    window.click("Starter (built in)");
    assert!(!window.get_by_label("Start training").accesskit_node().is_disabled());
}

#[test]
fn a_run_goes_on_while_another_data_set_is_opened() {
    let mut window = window(400);
    window.click("Start training");
    until_epoch(&mut window, 1);
    let first = window.shown().project.as_ref().unwrap().dataset.root.clone();
    let elsewhere = window.home.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let second = colours(&elsewhere);
    window.open(&second);
    window.command(Command::Go(Workspace::Train));
    let seen = window.shown().train.run.as_ref().unwrap().history.epochs.len();
    until_epoch(&mut window, seen + 1);
    assert_eq!(window.shown().train.run.as_ref().unwrap().dataset_root, first);
    assert!(window.has_text("goes on training in the background"));
    assert!(window.has_text("No run yet"));
    assert!(window.get_by_label("Start training").accesskit_node().is_disabled());
    window.click("Show its curves");
    assert!(window.has_text("Accuracy chart: epoch"));
    window.click("Stop training");
    until_over(&mut window);
    window.click("Start training");
    assert_eq!(window.shown().train.run.as_ref().unwrap().dataset_root, second);
    // The foot of the settings takes its new height a frame later.
    window.run_steps(3);
    window.click("Stop");
    until_over(&mut window);
}

#[test]
fn single_steps_are_offered_only_where_they_are_known() {
    let mut window = window(1);
    let can_be_drawn =
        |window: &Window| !window.get_by_role_and_label(Role::CheckBox, "steps").accesskit_node().is_disabled();
    assert!(can_be_drawn(&window), "for the run to come");
    window.click("Start training");
    until_over(&mut window);
    assert!(can_be_drawn(&window));
    // As after the next start: what is known of the run is what its folder has.
    window.run_until("the run is listed", |app| !app.state().train.past.is_empty());
    let train = &mut window.shown_mut().train;
    train.run = None;
    train.past.iter_mut().for_each(|run| run.history.steps.clear());
    window.run_steps(2);
    assert!(window.shown().train.shown().is_some() && !can_be_drawn(&window));
    assert!(window.shown().train.view.steps, "the next run has them again");
}

#[test]
fn the_layers_follow_the_model_that_is_chosen() {
    let mut window = window(2);
    window.click("Layers");
    window.click("ResNet18");
    assert!(window.has_text("1,026 learn"));
    assert!(window.has("layer1.0.conv1"));
    window.click("Fine-tuned");
    assert!(window.has_text("11.2 M learn"));
    window.click("ResNet34");
    assert!(window.has_text("ResNet34 needs a weights file"));
    assert!(window.get_by_label("Start training").accesskit_node().is_disabled());
}

#[test]
fn the_weights_file_and_the_layers_of_a_run_under_way_are_those_that_it_has() {
    let mut window = window(400);
    window.click("Layers");
    window.click("Start training");
    until_epoch(&mut window, 1);
    assert!(!window.has("layer1.0.conv1"));
    // As of a run that was begun with a file, and is continued; what is chosen for the next run is another model.
    let config = &mut window.shown_mut().train.run.as_mut().expect("it is under way").config;
    config.arch = Arch::Resnet18;
    config.weights = WeightsChoice::File("somewhere/insects.safetensors".into());
    window.run_steps(3);
    assert!(window.has("insects.safetensors"));
    assert!(!window.has("Checking the file…"));
    assert!(window.has("layer1.0.conv1") && window.has_text("1,026 learn"));
    window.click("Stop");
    until_over(&mut window);
    window.run_steps(2);
    assert!(!window.has("insects.safetensors") && !window.has("layer1.0.conv1"), "the next run has neither");
}

#[test]
fn hyper_parameters_are_explained_while_a_run_holds_them() {
    let (rate, momentum) = ("How far each step moves the weights.", "Each step keeps part of the previous direction");
    let mut window = window(400);
    window.click("Start training");
    until_epoch(&mut window, 1);
    let number = window.get_by_role_and_label(Role::SpinButton, "Learning rate");
    assert!(number.accesskit_node().is_disabled());
    let mark = window.get_by_role_and_label(Role::Button, "What is learning rate?");
    assert!(!mark.accesskit_node().is_disabled());
    assert!(!window.has_text(rate), "closed at first");
    window.click("What is learning rate?");
    window.run_steps(2);
    assert!(window.has_text(rate));
    window.get_by_label("What is momentum?").focus();
    window.run_steps(3);
    assert!(window.has_text(momentum));
    window.click("Stop");
    until_over(&mut window);
    assert!(!window.get_by_role_and_label(Role::SpinButton, "Learning rate").accesskit_node().is_disabled());
}
