//! The labelling loop as hands do it: keys, menus and lines of the tree, and nothing else.

use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use imago::dataset::Split;

use crate::common::{Window, colours, harness_with, loose};

const SIZE: [f32; 2] = [1280.0, 800.0];

/// The class and split of each picture by its path.
fn labels(window: &Window) -> Vec<(PathBuf, Option<String>, Split)> {
    let dataset = &window.shown().project.as_ref().expect("a data set is open").dataset;
    let mut labels: Vec<_> = dataset
        .items
        .iter()
        .map(|item| (item.rel_path.clone(), item.class.map(|class| dataset.classes[class].clone()), item.split))
        .collect();
    labels.sort();
    labels
}

fn class_names(window: &Window) -> &[String] {
    &window.shown().project.as_ref().expect("a data set is open").dataset.classes
}

/// Where the keyboard stands in the list shown.
fn at(window: &Window) -> Option<usize> {
    let state = window.shown();
    state.data.cursor_position(&state.project.as_ref()?.dataset)
}

/// Chooses from a menu that is open.
fn choose(window: &mut Window, choice: &str) {
    window.get_by_role_and_label(Role::Button, choice).click();
    window.run_steps(3);
}

#[test]
fn fifty_labels_and_their_classes_are_undone_to_the_beginning_and_redone_to_the_end() {
    let mut window = harness_with(SIZE, loose);
    let nothing = labels(&window);
    for name in ["dark", "light"] {
        window.click("New class");
        window.run_steps(2);
        window.get_by_label("Name of the class").type_text(name);
        window.run_steps(2);
        window.press(Modifiers::NONE, Key::Enter);
        window.run_steps(2);
    }
    window.press(Modifiers::NONE, Key::Home);
    for number in 0..50 {
        window.press(Modifiers::NONE, if number % 4 == 0 { Key::Num2 } else { Key::Num1 });
    }
    let all = labels(&window);
    assert_eq!(all.iter().filter(|(_, class, _)| class.is_some()).count(), 50);
    let steps = 52;
    for _ in 0..steps {
        window.press(Modifiers::COMMAND, Key::Z);
    }
    assert!(class_names(&window).is_empty(), "the classes as well");
    assert_eq!(labels(&window), nothing);
    // There is nothing before the beginning and nothing after the end.
    window.press(Modifiers::COMMAND, Key::Z);
    for _ in 0..=steps {
        window.press(Modifiers::COMMAND, Key::Y);
    }
    assert_eq!(class_names(&window), ["dark", "light"]);
    assert_eq!(labels(&window), all);
}

#[test]
fn everything_that_a_filter_shows_is_relabelled_and_what_it_hides_stays() {
    let mut window = harness_with(SIZE, colours);
    let before = labels(&window);
    window.click("green in Training, 6 pictures");
    window.press(Modifiers::COMMAND, Key::A);
    assert_eq!(window.shown().data.selection.ids.len(), 6);
    window.press(Modifiers::NONE, Key::Num2);
    for ((path, class, split), (_, was, was_in)) in labels(&window).into_iter().zip(&before) {
        let is_shown = path.starts_with("train/green");
        assert_eq!(class.as_deref(), if is_shown { Some("red") } else { was.as_deref() }, "{}", path.display());
        assert_eq!(split, *was_in);
    }
    // What is selected and then hidden by another filter is not relabelled either.
    window.press(Modifiers::COMMAND, Key::Z);
    window.press(Modifiers::COMMAND, Key::A);
    window.click("red in Validation, 2 pictures");
    window.press(Modifiers::NONE, Key::Num1);
    assert_eq!(labels(&window), before, "nothing of what is shown is selected");
}

#[test]
fn a_class_is_merged_moved_and_moved_back_through_its_menu() {
    let mut window = harness_with(SIZE, colours);
    let before = labels(&window);
    window.get_by_label("green in Training, 6 pictures").click_secondary();
    window.run_steps(3);
    choose(&mut window, "Move down");
    assert_eq!(class_names(&window), ["red", "green"]);
    assert_eq!(labels(&window), before, "the order of classes is no label");
    window.get_by_label("green in Training, 6 pictures").click_secondary();
    window.run_steps(3);
    choose(&mut window, "Move up");
    assert_eq!(class_names(&window), ["green", "red"]);
    window.get_by_label("red in Training, 4 pictures").click_secondary();
    window.run_steps(3);
    window.get_by_label_contains("Merge into").click();
    window.run_steps(3);
    choose(&mut window, "green");
    assert_eq!(class_names(&window), ["green"]);
    assert!(window.has("green in Training, 10 pictures") && window.has("green in Validation, 5 pictures"));
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(class_names(&window), ["green", "red"]);
    assert_eq!(labels(&window), before);
}

#[test]
fn pictures_are_moved_to_another_split_through_their_menu() {
    let mut window = harness_with(SIZE, colours);
    let before = labels(&window);
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::SHIFT, Key::ArrowRight);
    window.get_by_label("green 2.jpg, green, train").click_secondary();
    window.run_steps(3);
    window.get_by_label_contains("Move to").click();
    window.run_steps(3);
    choose(&mut window, "Test");
    assert!(window.has("green in Test, 2 pictures") && window.has("green in Training, 4 pictures"));
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(labels(&window), before);
}

#[test]
fn the_page_keys_go_as_far_as_is_in_view() {
    let mut window = harness_with(SIZE, loose);
    window.press(Modifiers::NONE, Key::Home);
    let grid = window.shown().data.grid;
    let page = grid.columns * grid.rows_in_view;
    assert!(page > grid.columns && page < 60, "{grid:?}");
    window.press(Modifiers::NONE, Key::PageDown);
    assert_eq!(at(&window), Some(page));
    window.run_steps(2);
    assert!(window.shown().data.grid.offset > 0.0, "it is brought into view");
    window.press(Modifiers::NONE, Key::PageUp);
    assert_eq!(at(&window), Some(0));
    window.press(Modifiers::SHIFT, Key::PageDown);
    assert_eq!(window.shown().data.selection.ids.len(), page + 1, "all between are selected");
    for _ in 0..60 {
        window.press(Modifiers::NONE, Key::PageDown);
    }
    // It stays in its column as far as the last row reaches.
    assert!(at(&window).is_some_and(|at| at / grid.columns == 59 / grid.columns));
}
