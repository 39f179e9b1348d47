//! The health of a data set: what is found, and that each line shows its pictures.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};
use imago::app::command::{Command, HealthCommand, TransferCommand, UiCommand};
use imago::app::state::HealthCheck;
use imago::dataset::Split;

use crate::common::{Window, colours, harness_with};

const SIZE: [f32; 2] = [1280.0, 800.0];

/// A picture of its own for each number: stripes of its own width and slant.
fn striped(number: u32) -> image::RgbImage {
    image::RgbImage::from_fn(64, 48, |x, y| {
        let wave =
            ((x * (3 + number * 2) + y * (17 - number)) as f32 * 0.02).sin() * ((y * number) as f32 * 0.03).cos();
        let value = (127.0 + 120.0 * wave) as u8;
        image::Rgb([value, 255 - value, 90])
    })
}

/// Eight pictures; one is in train and val, and one of train has a twin with another label.
fn with_twins(parent: &Path) -> PathBuf {
    let root = parent.join("twins");
    for (number, path) in
        ["train/a/1.png", "train/a/2.png", "train/b/3.png", "train/b/4.png", "val/a/5.png", "val/b/6.png"]
            .iter()
            .enumerate()
    {
        std::fs::create_dir_all(root.join(path).parent().expect("a folder")).expect("a folder");
        striped(number as u32 + 1).save(root.join(path)).expect("a PNG");
    }
    std::fs::copy(root.join("train/a/1.png"), root.join("val/a/leaked.png")).expect("a copy");
    std::fs::copy(root.join("train/a/2.png"), root.join("train/b/conflict.png")).expect("a copy");
    root
}

fn names(window: &Window) -> Vec<String> {
    let state = window.shown();
    let items = &state.project.as_ref().expect("a data set is open").dataset.items;
    state.data.shown().iter().map(|position| items[*position].rel_path.display().to_string()).collect()
}

fn checked(make: impl FnOnce(&Path) -> PathBuf) -> Window {
    let mut window = harness_with(SIZE, make);
    window.run_until("the pictures are checked", |app| app.state().data.health.check == HealthCheck::Done);
    window.settle();
    window
}

#[test]
fn each_line_shows_its_pictures_twins_side_by_side_and_settling_it_can_be_undone() {
    let mut window = checked(with_twins);
    let root = window.home.path().join("twins");
    let before: Vec<_> = names(&window).iter().map(|name| std::fs::read(root.join(name)).expect("a file")).collect();
    window.click("Health, 3 problems");
    window.click("1 validation picture is also in train");
    assert_eq!(names(&window), ["train/a/1.png", "val/a/leaked.png"]);
    window.shot("health-leak");
    // The same line again shows all pictures again.
    window.click("1 validation picture is also in train");
    assert_eq!(names(&window).len(), 8);
    window.click("2 pictures with the same content have different labels");
    assert_eq!(names(&window), ["train/a/2.png", "train/b/conflict.png"]);
    window.click("1 validation picture is also in train");
    window.click("Set the copies in train aside");
    assert!(!window.has("1 validation picture is also in train"));
    assert!(window.has_text("None of the pictures has this problem any more."));
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(window.has("1 validation picture is also in train"));
    window.click("Back to splits and classes");
    assert!(window.has("Health, 3 problems"));
    assert_eq!(names(&window).len(), 8);
    let after: Vec<_> = names(&window).iter().map(|name| std::fs::read(root.join(name)).expect("a file")).collect();
    assert_eq!(after, before);
}

#[test]
fn a_label_that_settles_a_conflict_takes_its_line_away() {
    let mut window = checked(with_twins);
    window.click("Health, 3 problems");
    window.click("2 pictures with the same content have different labels");
    window.press(Modifiers::NONE, Key::ArrowRight);
    // Both are a now.
    window.press(Modifiers::NONE, Key::End);
    window.press(Modifiers::NONE, Key::Num1);
    window.run_steps(2);
    assert!(!window.has("2 pictures with the same content have different labels"));
}

#[test]
fn a_data_set_in_which_nothing_is_wrong_says_so() {
    let mut window = checked(|parent| {
        let root = with_twins(parent);
        std::fs::remove_file(root.join("val/a/leaked.png")).expect("it was there");
        std::fs::remove_file(root.join("train/b/conflict.png")).expect("it was there");
        root
    });
    window.click("Health, no problems");
    assert!(window.has("No problems found in 6 pictures"));
    window.shot("health-fine");
    // Read again: what is known of the files comes from the cache, and a new twin is found.
    let root = window.home.path().join("twins");
    std::fs::copy(root.join("train/a/1.png"), root.join("val/b/new twin.png")).expect("a copy");
    window.command(Command::Ui(UiCommand::Rescan));
    window.run_until("the new picture is there", |app| {
        app.state().project.as_ref().is_some_and(|project| project.dataset.items.len() == 7)
            && app.state().data.health.check == HealthCheck::Done
    });
    window.run_steps(2);
    assert!(window.has("1 validation picture is also in train"));
}

#[test]
fn pictures_of_one_colour_are_found_in_the_sample_of_flat_colours() {
    let mut window = checked(colours);
    window.command(Command::Health(HealthCommand::Toggle));
    window.click("15 pictures show nothing but one colour");
    assert_eq!(names(&window).len(), 15);
}

/// Every original file with its bytes.
fn originals(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    let walk = walk.filter_entry(|entry| entry.file_name() != ".imago").map(|entry| entry.expect("it can be listed"));
    walk.filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().to_owned(), std::fs::read(entry.path()).expect("it can be read")))
        .collect()
}

/// What each picture is called, labelled and used for, without the folders it came from.
fn labelled(window: &Window) -> Vec<(String, Option<String>, &'static str)> {
    let dataset = &window.shown().project.as_ref().expect("a data set is open").dataset;
    let class = |class: Option<usize>| class.map(|class| dataset.classes[class].clone());
    let mut all: Vec<_> =
        dataset.items.iter().map(|item| (item.file_name(), class(item.class), item.split.name())).collect();
    all.sort();
    all
}

#[test]
fn an_export_opened_again_is_the_same_data_set_and_the_originals_are_as_they_were() {
    let mut window = harness_with(SIZE, colours);
    let root = window.home.path().join("colours");
    let before = originals(&root);
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num2);
    let wanted = labelled(&window);
    window.command(Command::Ui(UiCommand::ExportFolders));
    window.shot("export");
    window.click("Export");
    window.run_until("the export is there", |app| app.state().transfer.export.outcome.is_some());
    window.run_steps(2);
    assert!(window.has("Done: 15 pictures copied."));
    window.shot("export-done");
    window.click("Open as data set");
    window.run_until("the export is open", |app| {
        app.state().project.as_ref().is_some_and(|project| project.dataset.name() == "colours-exported")
    });
    assert_eq!(labelled(&window), wanted);
    assert_eq!(originals(&root), before);
    // The folder is not empty any more.
    window.open(&root);
    window.settle();
    window.command(Command::Ui(UiCommand::ExportFolders));
    window.click("Export");
    window.run_until("the export has ended", |app| app.state().transfer.export.outcome.is_some());
    window.run_steps(2);
    assert!(window.has_text("is not empty"));
}

#[test]
fn a_table_of_labels_is_shown_before_it_is_taken_over_and_can_be_undone() {
    let mut window = harness_with(SIZE, colours);
    let root = window.home.path().join("colours");
    let before = (originals(&root), labelled(&window));
    let table = window.home.path().join("labels.csv");
    let text = "path,label,split\ntrain/red/red 1.jpg,green,val\ntrain/red/red 2.jpg,red,train\nred 9.jpg,red,train\n";
    std::fs::write(&table, text).expect("a table");
    window.command(Command::Transfer(TransferCommand::ReadLabels(table)));
    window.run_until("the table is read", |app| app.state().transfer.preview.is_some());
    window.run_steps(2);
    assert!(window.has("2 lines of pictures that are in this data set"));
    assert!(window.has("1 of them changes a label, split or mark"));
    assert!(window.has("red 9.jpg"));
    window.shot("labels-preview");
    assert_eq!(labelled(&window), before.1, "nothing is changed yet");
    window.click("Take over");
    assert!(labelled(&window).contains(&("red 1.jpg".to_owned(), Some("green".to_owned()), "val")));
    let saved = window.home.path().join("saved.csv");
    window.command(Command::Transfer(TransferCommand::SaveLabels(saved.clone())));
    window.settle();
    let text = std::fs::read_to_string(&saved).expect("the table is written");
    assert!(text.contains("train/red/red 1.jpg,green,val,,,,red"), "{text}");
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(labelled(&window), before.1);
    window.settle();
    assert_eq!(originals(&root), before.0);
}

#[test]
fn dropped_pictures_are_copied_into_the_class_that_is_chosen_and_a_taken_name_is_said() {
    let mut window = harness_with(SIZE, colours);
    let root = window.home.path().join("colours");
    let new = window.home.path().join("red 1.jpg");
    striped(3).save(&new).expect("a JPEG");
    let (before, bytes) = (originals(&root), std::fs::read(&new).expect("a file"));
    window.click("red in Training, 4 pictures");
    window.command(Command::Dropped(vec![new.clone(), window.home.path().join("colours/train/red/notes.txt")]));
    window.shot("import");
    window.click("Copy into class");
    window.run_until("the picture is there", |app| {
        app.state().project.as_ref().is_some_and(|project| project.dataset.items.len() == 16)
    });
    window.settle();
    assert!(window.has("red in Training, 5 pictures"));
    let copy = root.join("train/red/red 1 (2).jpg");
    assert_eq!(std::fs::read(&copy).expect("the copy"), bytes);
    assert_eq!(std::fs::read(&new).expect("the original stays"), bytes);
    assert!(window.shown().notices.iter().any(|notice| notice.text.contains("so it is called red 1 (2).jpg")));
    let mut after = originals(&root);
    after.retain(|(path, _)| *path != copy);
    assert_eq!(after, before);
}

#[test]
fn the_split_that_is_shown_is_the_one_that_is_applied_and_it_is_undone_in_one_step() {
    let mut window = checked(with_twins);
    let root = window.home.path().join("twins");
    let (before, bytes) = (labelled(&window), originals(&root));
    window.command(Command::Ui(UiCommand::DrawSplits));
    window.shown_mut().split.question.val_percent = 40.0;
    window.run_until("the split is drawn", |app| {
        let split = &app.state().split;
        split.planned.as_ref().is_some_and(|planned| planned.question == split.question)
    });
    window.run_steps(2);
    window.shot("split");
    let planned = window.shown().split.planned.clone().expect("it is drawn");
    assert!(planned.moved > 0);
    assert!(window.has_text("2 groups are kept together"));
    window.click("Apply split");
    assert!(!window.shown().split.open);
    let project = window.shown().project.as_ref().expect("a data set is open");
    for (class, counts) in planned.plan.counts.iter().enumerate() {
        assert_eq!(Split::ALL.map(|split| project.dataset.count(split, Some(class))), *counts);
    }
    // Twins are together, so nothing leaks any more.
    let of = |name: &str| labelled(&window).into_iter().find(|picture| picture.0 == name).expect("it is there").2;
    assert_eq!(of("1.png"), of("leaked.png"));
    assert_eq!(of("2.png"), of("conflict.png"));
    assert_ne!(labelled(&window), before);
    window.press(Modifiers::COMMAND, Key::Z);
    assert_eq!(labelled(&window), before);
    window.settle();
    assert_eq!(originals(&root), bytes);
}

#[test]
fn a_picture_that_vanishes_while_it_is_shown_takes_nothing_with_it() {
    let mut window = checked(with_twins);
    let root = window.home.path().join("twins");
    window.changes_files(&["train/b/4.png"]);
    std::fs::remove_file(root.join("train/b/4.png")).expect("it was there");
    window.click("4.png, b, train");
    window.settle();
    // It can still be labelled, and the label before it as well.
    window.press(Modifiers::NONE, Key::Num1);
    window.click("3.png, b, train");
    window.press(Modifiers::NONE, Key::Num1);
    window.press(Modifiers::NONE, Key::F5);
    window.run_until("it is gone", |app| {
        app.state().project.as_ref().is_some_and(|project| project.dataset.items.len() == 7)
    });
    window.settle();
    let now = labelled(&window);
    assert_eq!(now.len(), 7);
    assert!(now.contains(&("3.png".to_owned(), Some("a".to_owned()), "train")));
    assert!(window.has_text("a in Training, 3 pictures"));
}
