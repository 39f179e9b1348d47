//! What appears in the open folder, vanishes from it or is written anew shows by itself.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::Key;
use egui::Modifiers;
use imago::app::ImagoApp;
use imago::app::command::Command;
use imago::app::state::{FileFacts, LargeView, State};

use crate::common::{Window, colours, harness_with};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn opened() -> (Window, PathBuf) {
    let mut window = harness_with(SIZE, colours);
    let root = window.home.path().join("colours");
    window.run_until("the watch", ImagoApp::is_watching);
    (window, root)
}

/// Draws frames, as a window does that is woken, until `done`.
fn until(window: &mut Window, what: &str, done: impl Fn(&State) -> bool) {
    let start = Instant::now();
    while !done(window.shown()) {
        assert!(start.elapsed() < Duration::from_secs(30), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
        window.run_steps(1);
    }
    window.settle();
}

fn count(state: &State) -> usize {
    state.project.as_ref().map_or(0, |project| project.dataset.items.len())
}

fn cursor(state: &State) -> Option<String> {
    Some(state.project.as_ref()?.item(state.data.selection.cursor?)?.file_name())
}

fn was_said(state: &State, part: &str) -> bool {
    state.notices.iter().any(|notice| notice.text.contains(part))
}

fn picture(path: &Path, side: u32) {
    image::RgbImage::from_pixel(side, side, image::Rgb([9, 200, 90])).save(path).expect("a picture");
}

#[test]
fn a_picture_that_appears_is_shown_and_what_was_done_stays() {
    let (mut window, root) = opened();
    window.press(Modifiers::NONE, Key::ArrowRight);
    let stood = cursor(window.shown());
    // A label that was just given is there afterwards, and can be undone.
    window.press(Modifiers::NONE, Key::Num2);
    window.shown_mut().data.filter.text = "green".to_owned();
    picture(&root.join("train/green/new green.png"), 30);
    until(&mut window, "the new picture", |state| count(state) == 16);
    assert!(was_said(window.shown(), "new green.png is new in the folder."));
    assert_ne!(cursor(window.shown()), stood, "labelling goes on to the next picture");
    assert_eq!(window.shown().data.filter.text, "green");
    assert!(window.has("green in Training, 6 pictures"), "one was labelled red, one is new");
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(window.has("green in Training, 7 pictures"));
}

#[test]
fn the_keyboard_goes_on_where_its_picture_vanished_and_the_label_comes_back_with_the_file() {
    let (mut window, root) = opened();
    window.press(Modifiers::NONE, Key::ArrowRight);
    assert_eq!(cursor(window.shown()).as_deref(), Some("green 1.jpg"));
    window.press(Modifiers::NONE, Key::Num2);
    window.press(Modifiers::NONE, Key::ArrowLeft);
    window.settle();
    let file = root.join("train/green/green 1.jpg");
    let away = window.home.path().join("away.jpg");
    std::fs::rename(&file, &away).expect("it can be moved");
    until(&mut window, "one picture less", |state| count(state) == 14);
    assert!(was_said(window.shown(), "green 1.jpg is gone from the folder. Its label is kept"));
    assert_eq!(cursor(window.shown()).as_deref(), Some("green 2.jpg"));
    assert!(window.has("red in Training, 4 pictures"));
    std::fs::rename(&away, &file).expect("it can be moved back");
    until(&mut window, "the picture again", |state| count(state) == 15);
    assert!(window.has("red in Training, 5 pictures"), "with its label");
}

#[test]
fn a_file_that_is_written_anew_is_shown_anew_and_the_large_view_stays_open() {
    let (mut window, root) = opened();
    window.press(Modifiers::NONE, Key::ArrowRight);
    window.shown_mut().data.large = Some(LargeView::new(None));
    window.settle();
    let id = window.shown().data.selection.cursor.expect("a picture is marked");
    picture(&root.join("train/green/green 1.jpg"), 77);
    until(&mut window, "the new size", |state| {
        let facts = state.project.as_ref().and_then(|project| project.facts.get(&id));
        matches!(facts, Some(FileFacts::Known { width: 77, .. }))
    });
    assert!(window.shown().data.large.is_some());
    assert_eq!(count(window.shown()), 15);
    assert!(!was_said(window.shown(), "in the folder"));
}

#[test]
fn a_dropped_folder_of_pictures_may_be_meant_for_a_class_or_as_a_data_set() {
    let (mut window, root) = opened();
    let folder = window.home.path().join("garden");
    std::fs::create_dir_all(&folder).expect("a folder");
    for number in 0..3 {
        picture(&folder.join(format!("{number}.png")), 20 + number);
    }
    window.command(Command::Dropped(vec![folder.clone()]));
    window.run_steps(2);
    assert!(window.has("Copy into class") && window.has("Open it as a data set instead"));
    window.click("Copy into class");
    until(&mut window, "three pictures more", |state| count(state) == 18);
    assert_eq!(window.shown().project.as_ref().map(|project| project.dataset.root.clone()), Some(root));
    window.command(Command::Dropped(vec![folder.clone()]));
    window.run_steps(2);
    window.click("Open it as a data set instead");
    until(&mut window, "the other data set", |state| count(state) == 3);
    assert!(window.shown().transfer.incoming.is_none());
}
