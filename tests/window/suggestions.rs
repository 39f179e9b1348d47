//! Suggestions of a model that was really trained.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use imago::app::command::Command;
use imago::app::state::{PredictionFilter, SortBy, Workspace};
use imago::dataset::Item;

use crate::common::{Window, colours, harness_with};

const SIZE: [f32; 2] = [1440.0, 900.0];

fn items(window: &Window) -> &[Item] {
    &window.shown().project.as_ref().expect("a data set is open").dataset.items
}

fn class_of(window: &Window, name: &str) -> Option<usize> {
    items(window).iter().find(|item| item.file_name() == name).expect("the picture is there").class
}

fn train(window: &mut Window) {
    window.train(1);
    window.run_until("all pictures are looked at", |app| {
        let suggestions = &app.state().data.suggestions;
        suggestions.len() == 15 && suggestions.progress.is_none()
    });
    window.command(Command::Go(Workspace::Data));
    window.settle();
}

fn open_menu(window: &mut Window) {
    window.get_by_role_and_label(egui::accesskit::Role::Button, "Suggestions of a model").click();
    window.run_steps(3);
}

fn choose(window: &mut Window, list: &str, choice: &str) {
    window.click(list);
    window.get_by_role_and_label(egui::accesskit::Role::Button, choice).click();
    window.run_steps(3);
}

#[test]
fn an_unlabelled_picture_gets_a_suggestion_that_enter_accepts() {
    let mut window = harness_with(SIZE, colours);
    assert!(!window.has("Prediction"), "nothing to filter by before a model was asked");
    train(&mut window);
    window.get_by_label_contains("green 1.jpg, green, train").click();
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Backspace);
    window.press(Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(class_of(&window, "green 1.jpg"), None);
    let id = items(&window).iter().find(|item| item.file_name() == "green 1.jpg").expect("it is there").id;
    let suggestion = window.shown().data.suggestions.of(id).expect("the model looked at it");
    let name = window.shown().data.suggestions.class_name(suggestion).to_owned();
    assert!(window.has_text(&format!("green 1.jpg, unlabelled, train, changed, suggested {name} ")));
    assert!(window.has("The model says") && window.has_text(&format!("Label as {name}")));
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(class_of(&window, "green 1.jpg"), suggestion.class);
    assert_eq!(window.shown().data.selection.cursor, Some(items(&window)[1].id), "on to the next");
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(class_of(&window, "green 1.jpg"), None);
    // All at once, as one step.
    window.press(Modifiers::COMMAND, Key::A);
    window.press(Modifiers::NONE, Key::Enter);
    let suggestions = &window.shown().data.suggestions;
    assert!(items(&window).iter().all(|item| item.class == suggestions.of(item.id).and_then(|found| found.class)));
    choose(&mut window, "Prediction", "Differs from label");
    assert!(window.shown().data.shown().is_empty());
    window.press(Modifiers::COMMAND, Key::Z);
    let differing = items(&window).iter().filter(|item| {
        let said = window.shown().data.suggestions.of(item.id).and_then(|found| found.class);
        item.class.is_some() && item.class != said
    });
    assert_eq!(window.shown().data.shown().len(), differing.count());
}

#[test]
fn pictures_are_sorted_and_filtered_by_what_the_model_says() {
    let mut window = harness_with(SIZE, colours);
    train(&mut window);
    choose(&mut window, "Sort", "By least sure");
    let shown = |window: &Window| -> Vec<(Option<usize>, f32, Option<usize>)> {
        let state = window.shown();
        let of = |position: &usize| {
            let item = &items(window)[*position];
            let said = state.data.suggestions.of(item.id).expect("all are looked at");
            (said.class, said.confidence, item.class)
        };
        state.data.shown().iter().map(of).collect()
    };
    assert!(shown(&window).is_sorted_by(|a, b| a.1 <= b.1 + 1e-6));
    choose(&mut window, "Sort", "By predicted class");
    assert!(shown(&window).is_sorted_by(|a, b| a.0 <= b.0));
    choose(&mut window, "Sort", "By likely mislabelled");
    let doubts: Vec<f32> = shown(&window)
        .into_iter()
        // Of two classes: sure of the other one is as bad as can be.
        .map(|(said, confidence, label)| if said == label { 1.0 - confidence } else { confidence })
        .collect();
    assert!(doubts.is_sorted_by(|a, b| *a >= b - 1e-5), "{doubts:?}");
    let (red, all) = (Some(1), shown(&window));
    choose(&mut window, "Prediction", "Predicted red");
    assert_eq!(window.shown().data.filter.prediction, PredictionFilter::Class(1));
    assert_eq!(shown(&window).len(), all.iter().filter(|(said, ..)| *said == red).count());
    window.shot("suggestions");
}

#[test]
fn suggestions_can_be_switched_off_and_asked_for_and_go_with_their_data_set() {
    let mut window = harness_with(SIZE, colours);
    window.command(Command::Ui(imago::app::command::UiCommand::SuggestLabels));
    assert!(window.shown().notices.iter().any(|notice| notice.text.contains("no trained model")));
    train(&mut window);
    open_menu(&mut window);
    assert!(window.has_text("It has looked at 15 of 15 pictures"));
    window.shot("suggestions-menu");
    window.click("Have a trained model suggest labels");
    assert!(window.shown().data.suggestions.is_empty() && !window.shown().settings.suggest);
    window.settle();
    assert!(window.shown().data.suggestions.is_empty());
    window.click("Look at all pictures now");
    window.run_until("all are looked at", |app| app.state().data.suggestions.len() == 15);
    assert!(window.shown().settings.suggest);
    window.settle();
    open_menu(&mut window);
    window.click("Show likely mislabelled");
    assert_eq!(window.shown().data.sort, SortBy::Doubt);
    assert_eq!(window.shown().data.filter.prediction, PredictionFilter::Differs);
    let other = window.home.path().join("other");
    std::fs::create_dir_all(&other).expect("a folder");
    let root = colours(&other);
    window.open(&root);
    assert!(window.shown().data.suggestions.is_empty(), "another data set knows nothing of it");
}
