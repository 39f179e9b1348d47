//! Labelling: by keyboard, with undo and redo, marks, filters, classes; and that nothing of it is lost.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use imago::app::command::{Command, LabelCommand};
use imago::app::state::LabelFilter;
use imago::base::{AppPaths, CancelToken};
use imago::dataset::Split;
use imago::dataset::labels::{LabelPlaces, open_labels};

use crate::common::{Window, colours, harness_with, loose};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn opened() -> Window {
    harness_with(SIZE, colours)
}

/// Class of each picture, in the data set's order.
fn classes(window: &Window) -> Vec<Option<String>> {
    let dataset = &window.shown().project.as_ref().expect("a data set is open").dataset;
    dataset.items.iter().map(|item| item.class.map(|class| dataset.classes[class].clone())).collect()
}

fn class_of(window: &Window, path: &str) -> Option<String> {
    let project = window.shown().project.as_ref().expect("a data set is open");
    let item =
        project.dataset.items.iter().find(|item| item.rel_path == Path::new(path)).expect("the picture is there");
    item.class.map(|class| project.dataset.classes[class].clone())
}

fn names(window: &Window) -> Vec<String> {
    let state = window.shown();
    let items = &state.project.as_ref().expect("a data set is open").dataset.items;
    state.data.shown().iter().map(|position| items[*position].file_name()).collect()
}

fn cursor(window: &Window) -> Option<String> {
    let state = window.shown();
    Some(state.project.as_ref()?.item(state.data.selection.cursor?)?.file_name())
}

/// Every original file with its bytes.
fn originals(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    let walk = walk.filter_entry(|entry| entry.file_name() != ".imago").map(|entry| entry.expect("it can be listed"));
    walk.filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().to_owned(), std::fs::read(entry.path()).expect("it can be read")))
        .collect()
}

fn create_class(window: &mut Window, name: &str) {
    window.click("New class");
    window.run_steps(2);
    window.get_by_label("Name of the class").type_text(name);
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    window.run_steps(2);
}

/// Closes the data set and opens it again, as a restart does.
fn restart(window: &mut Window, root: &Path) {
    window.settle();
    window.command(Command::Ui(imago::app::command::UiCommand::CloseProject));
    window.open(root);
}

#[test]
fn fifty_pictures_are_labelled_by_keyboard_alone_and_undone_and_redone_also_after_a_restart() {
    let mut window = harness_with(SIZE, loose);
    let root = window.home.path().join("loose");
    let before = originals(&root);
    create_class(&mut window, "dark");
    create_class(&mut window, "light");
    assert!(window.has("60 left"));
    // The keyboard goes to the first picture; from then on each key labels one and goes on to the next.
    window.press(Modifiers::NONE, Key::ArrowRight);
    for number in 0..50 {
        assert_eq!(cursor(&window), Some(format!("{number:02}.png")));
        window.press(Modifiers::NONE, if number % 3 == 0 { Key::Num2 } else { Key::Num1 });
    }
    assert!(window.has("10 left"));
    let labelled = classes(&window);
    assert_eq!(labelled.iter().flatten().count(), 50);
    assert_eq!(labelled.iter().flatten().filter(|class| *class == "light").count(), 17);
    let project = window.shown().project.as_ref().expect("a data set is open");
    let val = |class| project.dataset.count(Split::Val, Some(class));
    assert_eq!((val(0), val(1)), (7, 3), "a fifth of each class is for validation");

    restart(&mut window, &root);
    assert_eq!(classes(&window), labelled);
    for _ in 0..50 {
        window.press(Modifiers::COMMAND, Key::Z);
    }
    assert!(window.has("60 left"));
    assert!(window.has("Undone: 00.png labelled light"));
    assert_eq!(classes(&window).iter().flatten().count(), 0);
    restart(&mut window, &root);
    for _ in 0..25 {
        window.press(Modifiers::COMMAND, Key::Y);
    }
    for _ in 0..25 {
        window.press(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
    }
    assert_eq!(classes(&window), labelled);
    assert!(window.has("Redone: 49.png labelled dark"));
    window.settle();
    assert_eq!(originals(&root), before);
}

#[test]
fn two_keys_in_one_frame_are_two_labels_and_a_key_held_down_is_one() {
    let mut window = opened();
    window.press(Modifiers::NONE, Key::ArrowRight);
    let event =
        |key, pressed| egui::Event::Key { key, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE };
    for key in [Key::Num2, Key::Num2, Key::Num1] {
        window.input_mut().events.extend([event(key, true), event(key, false)]);
    }
    window.run_steps(2);
    assert_eq!(class_of(&window, "train/green/green 1.jpg").as_deref(), Some("red"));
    assert_eq!(class_of(&window, "train/green/green 2.jpg").as_deref(), Some("red"));
    assert_eq!(class_of(&window, "train/green/green 3.jpg").as_deref(), Some("green"));
    // The system sends a key that is held down again and again.
    for _ in 0..5 {
        window.event(event(Key::Num2, true));
    }
    window.run_steps(2);
    assert_eq!(class_of(&window, "train/green/green 4.jpg").as_deref(), Some("red"));
    assert_eq!(class_of(&window, "train/green/green 5.jpg").as_deref(), Some("green"));
}

#[test]
fn a_selection_is_labelled_in_one_step_and_signs_counts_and_filter_follow() {
    let mut window = opened();
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::SHIFT, Key::ArrowRight);
    window.press(Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(window.shown().data.selection.ids.len(), 3);
    window.press(Modifiers::NONE, Key::Num2);
    assert!(window.has("green 2.jpg, red, train, changed"), "its tile says that it was changed");
    assert!(window.has("green in Training, 3 pictures") && window.has("red in Training, 7 pictures"));
    assert_eq!(cursor(&window).as_deref(), Some("green 4.jpg"), "the keyboard goes on to the next");
    window.click("Labels");
    window.get_by_role_and_label(egui::accesskit::Role::Button, "Changed").click();
    window.run_steps(2);
    assert_eq!(window.shown().data.filter.labels, LabelFilter::Changed);
    assert_eq!(names(&window), ["green 1.jpg", "green 2.jpg", "green 3.jpg"]);
    window.click("green 3.jpg, red, train, changed");
    assert!(window.has_text("labelled here; the folder says"));
    // Back to what the folder says: it is not changed any more, and so not shown.
    window.press(Modifiers::NONE, Key::Num1);
    assert_eq!(names(&window), ["green 1.jpg", "green 2.jpg"]);
    window.press(Modifiers::COMMAND, Key::Z);
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(window.has("Undone: 3 pictures labelled red"));
    assert!(names(&window).is_empty());
}

#[test]
fn labelling_what_a_filter_shows_goes_picture_by_picture_and_stays_in_the_list_to_its_end() {
    let mut window = opened();
    window.click("green in Validation, 3 pictures");
    window.click("green 1.jpg, green, val");
    window.press(Modifiers::NONE, Key::Num2);
    assert_eq!((cursor(&window).as_deref(), names(&window).len()), (Some("green 2.jpg"), 2), "none is left out");
    window.press(Modifiers::NONE, Key::ArrowRight);
    window.press(Modifiers::NONE, Key::Space);
    assert_eq!(cursor(&window).as_deref(), Some("green 3.jpg"));
    // The last one goes out of the list as well: there is the one before it.
    window.press(Modifiers::NONE, Key::Num2);
    assert_eq!((cursor(&window).as_deref(), names(&window).len()), (Some("green 2.jpg"), 1));
    assert!(window.has("Large picture green 2.jpg"), "the large view stays open");
    window.press(Modifiers::NONE, Key::Num2);
    assert_eq!((cursor(&window), names(&window).len()), (None, 0));
    for number in 1..=3 {
        assert_eq!(class_of(&window, &format!("val/green/green {number}.jpg")).as_deref(), Some("red"), "{number}");
    }
}

#[test]
fn marks_are_set_seen_filtered_and_taken_away() {
    let mut window = opened();
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::U);
    window.press(Modifiers::NONE, Key::X);
    window.press(Modifiers::NONE, Key::Backspace);
    window.press(Modifiers::NONE, Key::Num0);
    for name in [
        "green 1.jpg, green, train, unsure",
        "green 2.jpg, green, train, set aside",
        "green 3.jpg, unlabelled, train, changed",
        "green 4.jpg, unlabelled, train, changed",
    ] {
        assert!(window.has(name), "{name}");
    }
    assert!(window.has("2 left"));
    window.click("green 3.jpg, unlabelled, train, changed");
    window.press(Modifiers::NONE, Key::S);
    assert!(window.has("1 left"));
    window.click("Set aside, 1 picture");
    assert_eq!(names(&window), ["green 2.jpg"]);
    // Training does not see it.
    let project = window.shown().project.as_ref().expect("a data set is open");
    assert_eq!(project.for_training().items.len() + 1, project.dataset.items.len());
    window.click("green 2.jpg, green, train, set aside");
    window.press(Modifiers::NONE, Key::X);
    assert!(names(&window).is_empty());
    window.press(Modifiers::NONE, Key::Escape);
    // A label settles what was unsure.
    window.click("green 1.jpg, green, train, unsure");
    window.press(Modifiers::NONE, Key::Num1);
    assert!(window.has("green 1.jpg, green, train"));
}

#[test]
fn keys_are_text_where_text_is_typed_and_nothing_is_labelled_without_a_picture() {
    let mut window = opened();
    let before = classes(&window);
    window.press(Modifiers::NONE, Key::Num2);
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::COMMAND, Key::F);
    window.press(Modifiers::NONE, Key::Num2);
    window.press(Modifiers::NONE, Key::X);
    window.press(Modifiers::NONE, Key::Backspace);
    assert_eq!(classes(&window), before);
    assert!(!window.home.path().join("colours/.imago").exists(), "nothing was labelled, nothing is written");
}

#[test]
fn classes_are_made_renamed_merged_and_coloured() {
    let mut window = opened();
    create_class(&mut window, "blue");
    assert!(window.has("blue in Training, 0 pictures"));
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num3);
    assert!(window.has("green 1.jpg, blue, train, changed"));
    window.get_by_label("red in Training, 4 pictures").click_secondary();
    window.run_steps(3);
    window.click("Rename…");
    window.run_steps(3);
    window.get_by_label("Name of the class").type_text("der");
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    assert!(window.has_text("redder in Training, 4 pictures") || window.has_text("der in Training, 4 pictures"));
    window.command(Command::Label(LabelCommand::MergeClasses(2, 0)));
    assert!(window.has("green 1.jpg, green, train"));
    assert!(!window.has_text("blue in Training"));
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(window.has("Undone: class blue merged into green"));
    assert!(window.has("green 1.jpg, blue, train, changed"));
    window.command(Command::Label(LabelCommand::ColorClass(0, Some([1, 2, 3]))));
    assert_eq!(imago::ui::theme::class_color(0), egui::Color32::from_rgb(1, 2, 3));
    // A name that is taken is refused with a reason.
    window.command(Command::Label(LabelCommand::CreateClass("green".into())));
    assert!(window.shown().notices.iter().any(|notice| notice.text.contains("There is a class green already")));
}

#[test]
fn pictures_are_dragged_onto_a_class() {
    let mut window = opened();
    window.click("green 2.jpg, green, train");
    window.press(Modifiers::SHIFT, Key::ArrowRight);
    let from = window.get_by_label("green 3.jpg, green, train").rect().center();
    let to = window.get_by_label("red in Validation, 2 pictures").rect().center();
    window.drag_at(from);
    window.run_steps(1);
    for step in 1..=8 {
        window.hover_at(from + (to - from) * (step as f32 / 8.0));
        window.run_steps(1);
    }
    window.drop_at(to);
    window.run_steps(3);
    assert!(window.has("red in Validation, 4 pictures"));
    assert_eq!(class_of(&window, "train/green/green 3.jpg").as_deref(), Some("red"));
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(window.has("red in Validation, 2 pictures"));
}

#[test]
fn reading_the_folder_again_keeps_what_was_just_labelled() {
    let mut window = opened();
    let root = window.home.path().join("colours");
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num2);
    std::fs::copy(root.join("train/green/green 2.jpg"), root.join("train/green/new.jpg")).expect("a copy");
    window.open(&root);
    window.press(Modifiers::NONE, Key::Num2);
    window.settle();
    assert_eq!(classes(&window).len(), 16);
    assert_eq!(class_of(&window, "train/green/green 1.jpg").as_deref(), Some("red"));
    assert!(window.shown().project.as_ref().is_some_and(|project| project.labels.refusal().is_none()));
    window.press(Modifiers::COMMAND, Key::Z);
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(class_of(&window, "train/green/green 1.jpg").as_deref(), Some("green"));
}

#[test]
fn a_data_set_that_another_window_labels_is_read_only_and_says_so() {
    let mut other = None;
    let mut window = harness_with(SIZE, |parent| {
        let root = colours(parent);
        let dataset =
            imago::dataset::scan(&root, &imago::dataset::ScanOptions::default(), &CancelToken::new(), &mut |_| {})
                .expect("a data set");
        let places = LabelPlaces::of(&root, &AppPaths::below(parent.join("imago")).data_dir);
        other = Some(open_labels(&dataset, &places, 1, &CancelToken::new()).expect("nobody else is here"));
        root
    });
    assert!(window.has_text("labels are read-only"));
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num2);
    assert!(window.shown().notices.iter().any(|notice| notice.text.contains("Another window labels this data set")));
    assert!(window.has("green 1.jpg, green, train"));
    // Closed there and read again here, labels can be given.
    drop(other);
    let root = window.home.path().join("colours");
    window.shown_mut().notices.clear();
    window.open(&root);
    window.run_until("labels can be given", |app| {
        app.state().project.as_ref().is_some_and(|project| project.labels.refusal().is_none())
    });
    // Long enough after the click before not to be a double click.
    window.run_steps(40);
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num2);
    assert!(window.has("green 1.jpg, red, train, changed"));
}

#[test]
fn labels_that_can_not_be_saved_are_told_of_and_saved_when_they_can() {
    let mut window = opened();
    let root = window.home.path().join("colours");
    // Neither place can be made: a file is in the way of each folder.
    std::fs::write(root.join(".imago"), "in the way").expect("a file");
    let home = LabelPlaces::of(&root, &AppPaths::below(window.home.path().join("imago")).data_dir).at_home;
    std::fs::remove_dir_all(&home).expect("it can be removed");
    std::fs::write(&home, "in the way").expect("a file");
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num2);
    window.run_until("a notice says so", |app| {
        app.state().notices.iter().any(|notice| notice.text.contains("Labels are not saved yet"))
    });
    window.run_steps(2);
    assert!(window.has_text("labels not saved yet"));
    assert!(window.has("green 1.jpg, red, train, changed"), "it counts all the same");
    window.press(Modifiers::NONE, Key::Num2);
    std::fs::remove_file(root.join(".imago")).expect("it can be removed");
    window.run_until("all is saved", |app| {
        app.state().notices.iter().any(|notice| notice.text.contains("All labels are saved now"))
    });
    std::fs::remove_file(&home).expect("it can be removed");
    restart(&mut window, &root);
    assert_eq!(class_of(&window, "train/green/green 1.jpg").as_deref(), Some("red"));
    assert_eq!(class_of(&window, "train/green/green 2.jpg").as_deref(), Some("red"));
}

#[test]
fn a_picture_of_labelling() {
    let mut window = opened();
    window.click("green 1.jpg, green, train");
    for key in [Key::Num2, Key::U, Key::X, Key::Backspace, Key::S] {
        window.press(Modifiers::NONE, key);
    }
    window.press(Modifiers::COMMAND, Key::Z);
    window.click("green 1.jpg, red, train, changed");
    window.settle();
    window.shot("labelling");
    window.get_by_label("red in Training, 5 pictures").click_secondary();
    window.run_steps(3);
    window.shot("labelling-class-menu");
    assert!(window.has("Merge into"));
}
