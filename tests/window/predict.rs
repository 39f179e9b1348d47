//! The Predict workspace: how pictures get there, what is said of each, and what can be done with all of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers, ViewportCommand};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::command::{Command, PredictCommand, UiCommand};
use imago::app::state::{ModelLine, NoticeLevel, SortOutcome, Workspace};
use imago::predict::{ImageOutcome, Prediction};

use crate::common::{Window, colours, harness, harness_with};
use crate::results::trained;

const SIZE: [f32; 2] = [1280.0, 832.0];

/// What a model would say of a file.
fn says(path: &Path, probabilities: &[f32]) -> ImageOutcome {
    let result = Ok(Prediction { probabilities: probabilities.to_vec(), millis: 1.0 });
    ImageOutcome { path: path.to_owned(), truth: None, result }
}

/// Predict as it is after a model of these classes has said this.
fn classified(window: &mut Window, classes: &[&str], outcomes: Vec<ImageOutcome>) {
    let classes = classes.iter().map(|class| (*class).to_owned()).collect();
    let predict = &mut window.shown_mut().predict;
    predict.model = Some(ModelLine { path: "a model".into(), title: "a model".to_owned(), classes });
    predict.take_in(outcomes);
    window.command(Command::Go(Workspace::Predict));
    window.settle();
}

fn picture(path: &Path, colour: [u8; 3]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let picture = image::RgbImage::from_pixel(40, 30, image::Rgb(colour));
    picture.save_with_format(path, image::ImageFormat::Png).unwrap();
}

/// What the dialog tells of the last copying.
fn told(window: &Window) -> Option<&SortOutcome> {
    window.shown().predict.sort.outcome.as_ref()
}

/// Copies into a folder with the dialog, and waits for what it tells.
fn copy_into(window: &mut Window, folder: &Path) {
    window.command(Command::Predict(PredictCommand::SortInto(folder.to_owned())));
    window.get_by_role_and_label(Role::Button, "Copy pictures").click();
    window.run_until("the copies are there, or refused", |app| app.state().predict.sort.outcome.is_some());
    window.run_steps(2);
}

/// The contents of the files in a folder.
fn contents(folder: &Path) -> BTreeSet<Vec<u8>> {
    let Ok(files) = std::fs::read_dir(folder) else { return BTreeSet::new() };
    files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

#[test]
fn classified_pictures_are_copied_into_a_folder_for_each_class() {
    let mut window = trained();
    let home = window.home.path().to_owned();
    let names = ["garden/morning/one.png", "garden/evening/one.png", "garden/two.gif"];
    let pictures = names.map(|name| home.join(name));
    for (path, colour) in pictures.iter().zip([[200, 40, 60], [40, 190, 60], [180, 30, 50]]) {
        picture(path, colour);
    }
    let bad = home.join("garden/bad.jpg");
    std::fs::write(&bad, "not a picture at all").unwrap();
    let originals = pictures.clone().map(|path| std::fs::read(path).unwrap());
    window.press(Modifiers::COMMAND, Key::Num5);
    assert!(!UiCommand::SortIntoFolders.is_enabled(window.shown()), "there is nothing to copy");
    window.command(Command::Dropped(pictures.iter().cloned().chain([bad]).collect()));
    window.run_until("all are classified", |app| app.state().predict.outcomes.len() == 4);
    window.settle();

    window.click("Copy into class folders…");
    window.run_steps(3);
    let predict = &window.shown().predict;
    let classes = predict.model.as_ref().unwrap().classes.clone();
    let counts = predict.counts().0.into_iter().zip(&classes).filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, class)| format!("{count} {class}")).collect();
    assert!(window.has(&counts.join(", ")), "{counts:?}");
    assert!(window.has("1 picture could not be read and is left out."));
    let out = home.join("colours-sorted");
    assert_eq!(window.shown().predict.sort.folder.path, out, "a folder beside the data set is proposed");
    window.shot("predict-sort");
    for (folder, words) in
        [(home.join("colours/new"), "in the data set itself"), (PathBuf::from("not whole"), "not a whole path")]
    {
        copy_into(&mut window, &folder);
        assert!(matches!(told(&window), Some(SortOutcome::Failed(_))));
        assert!(window.has_text(words), "{words}");
    }

    copy_into(&mut window, &out);
    assert!(matches!(told(&window), Some(SortOutcome::Done { level: NoticeLevel::Success, .. })));
    let said = format!("3 pictures copied into class folders in {}.", out.display());
    assert!(window.has_text(&said) && window.has("Show folder"));
    assert!(window.shown().notices.last().is_some_and(|notice| notice.text.starts_with(&said)));
    window.shot("predict-sorted");
    let of_class = |index: usize| -> BTreeSet<Vec<u8>> {
        let classified = window.shown().predict.classified();
        let of_class = classified.into_iter().filter(|(_, class)| *class == index);
        of_class.map(|(path, _)| std::fs::read(path).unwrap()).collect()
    };
    for (index, class) in classes.iter().enumerate() {
        assert_eq!(contents(&out.join(class)), of_class(index), "{class}");
    }
    assert_eq!(pictures.map(|path| std::fs::read(path).unwrap()), originals, "copied, not moved");

    window.click("Open as data set");
    window.run_until("it is open", |app| {
        app.state().project.as_ref().is_some_and(|project| project.dataset.root == out && app.state().opening.is_none())
    });
    window.settle();
    assert!(!window.shown().predict.sort.open);
}

#[test]
fn what_can_not_be_copied_is_listed_and_forgotten_with_the_list() {
    let mut window = harness(SIZE);
    let garden = window.home.path().join("garden");
    picture(&garden.join("here.png"), [200, 40, 60]);
    let outcomes = ["here.png", "gone.png", "gone too.png"].map(|name| says(&garden.join(name), &[0.9, 0.1]));
    classified(&mut window, &["ants", "bees"], outcomes.into());
    window.command(Command::Ui(UiCommand::SortIntoFolders));
    window.run_steps(3);
    let out = window.home.path().join("garden-sorted");
    assert_eq!(window.shown().predict.sort.folder.path, out, "a folder beside that of the pictures is proposed");
    copy_into(&mut window, &out);
    assert!(window.has_text("1 picture copied into class folders in "));
    assert!(window.has("These pictures could not be copied:"));
    assert!(window.has_text("gone.png: it is gone") && window.has_text("gone too.png: it is gone"));
    let Some(SortOutcome::Done { class_folder, level, failed, .. }) = told(&window) else { panic!("it is done") };
    assert_eq!((class_folder.as_ref(), *level), (Some(&out.join("ants")), NoticeLevel::Warning));
    assert_eq!(failed.len(), 2);
    window.click("Close");
    assert!(!window.shown().predict.sort.open);
    window.click("Clear");
    assert_eq!(told(&window), None);
}

/// A model's file may be somebody else's.
#[test]
fn a_class_that_leads_elsewhere_is_refused() {
    let mut window = harness(SIZE);
    let file = window.home.path().join("garden/one.png");
    picture(&file, [200, 40, 60]);
    classified(&mut window, &["../elsewhere", "bees"], vec![says(&file, &[0.9, 0.1])]);
    window.command(Command::Ui(UiCommand::SortIntoFolders));
    window.run_steps(3);
    let out = window.home.path().join("out");
    copy_into(&mut window, &out);
    assert!(window.has_text("The pictures could not be copied: the class ../elsewhere can't be exported"));
    assert!(!out.exists() && !window.home.path().join("elsewhere").exists());
}

#[test]
fn a_click_on_a_picture_or_enter_shows_every_class_and_so_does_the_pointer_on_the_likeliest() {
    let mut window = harness(SIZE);
    let classes = ["ants", "bees", "wasps", "flies", "moths"];
    let outcome = says(Path::new("/nowhere/a.jpg"), &[0.125, 0.4, 0.2, 0.25, 0.025]);
    classified(&mut window, &classes, vec![outcome]);
    let last = "0.025  moths";
    let all = ["0.400  bees", "0.250  flies", "0.200  wasps", "0.125  ants", last];
    assert!(window.has("and 3 more classes · 1 ms") && !window.has(last));
    window.get_by_role_and_label(Role::Button, "a.jpg").click();
    window.run_steps(3);
    assert!(all.iter().all(|line| window.has(line)));
    window.shot("predict-all-classes");
    window.press(Modifiers::NONE, Key::Escape);
    window.run_steps(2);
    assert!(!window.has(last));
    for key in [Key::Enter, Key::Space] {
        window.get_by_role_and_label(Role::Button, "a.jpg").focus();
        window.run_steps(2);
        window.press(Modifiers::NONE, key);
        window.run_steps(2);
        assert!(window.has(last), "{key:?}");
        window.press(Modifiers::NONE, Key::Escape);
        window.run_steps(2);
        assert!(!window.has(last));
    }
    window.get_by_label("0.400").hover();
    window.run_steps(60);
    assert!(all.iter().all(|line| window.has(line)), "a tooltip");
}

#[test]
fn the_button_pastes_what_was_copied_and_says_so_where_there_are_no_files() {
    let mut window = trained();
    window.press(Modifiers::COMMAND, Key::Num5);
    window.settle();
    window.shown_mut().notices.clear();
    window.get_by_role_and_label(Role::Button, "Paste").click();
    window.step();
    let mut asked = window.output().viewport_output.values().flat_map(|output| &output.commands);
    assert!(asked.any(|command| *command == ViewportCommand::RequestPaste));
    // As a window does it: not in the next frame, but in the one after that.
    window.step();
    let picture = window.home.path().join("colours/val/red/red 1.jpg");
    window.event(egui::Event::Paste(picture.display().to_string()));
    window.run_until("it is classified", |app| app.state().predict.outcomes.len() == 1);
    window.settle();
    window.run_steps(5);
    assert_eq!(window.shown().notices, []);
    window.click("Paste");
    window.run_steps(6);
    let notice = window.shown().notices.last().expect("a word about it");
    assert!(notice.text.starts_with("There are no files to paste."), "{}", notice.text);
    assert_eq!(window.shown().notices.len(), 1);
}

#[test]
fn a_folder_without_pictures_is_named() {
    let mut window = trained();
    window.press(Modifiers::COMMAND, Key::Num5);
    window.shown_mut().notices.clear();
    let folder = window.home.path().join("letters");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("a.txt"), "dear").unwrap();
    let picture = window.home.path().join("colours/val/red/red 1.jpg");
    window.command(Command::Dropped(vec![folder.clone(), picture]));
    window.settle();
    assert_eq!(window.shown().predict.outcomes.len(), 1, "the rest of the drop is classified");
    window.command(Command::Dropped(vec![folder]));
    window.settle();
    let notices = &window.shown().notices;
    assert_eq!(notices.len(), 2, "{notices:?}");
    for notice in notices {
        assert_eq!(notice.level, NoticeLevel::Warning);
        assert!(notice.text.starts_with("There are no pictures in letters. "), "{}", notice.text);
    }
}

#[test]
fn what_a_data_set_does_not_read_is_not_added_to_it_and_a_reason_begins_with_a_capital() {
    const ADD: &str = "Add to the data set…";
    let mut window = harness_with(SIZE, colours);
    let bad = ImageOutcome {
        path: "/nowhere/bad.jpg".into(),
        truth: None,
        result: Err("it is not a picture: the file holds text".to_owned()),
    };
    let good = ["a.gif", "b.ico", "c.JPG"].map(|name| says(&Path::new("/nowhere").join(name), &[0.9, 0.1]));
    classified(&mut window, &["green", "red"], good.into_iter().chain([bad]).collect());
    assert!(window.has("It is not a picture: the file holds text"));
    for (name, is_read) in [("a.gif", false), ("b.ico", false), ("c.JPG", true)] {
        window.get_by_role_and_label(Role::Button, &format!("More: {name}")).click();
        window.run_steps(3);
        assert_eq!(window.get_by_label(ADD).accesskit_node().is_disabled(), !is_read, "{name}");
        assert_eq!(window.has_text("A data set reads only jpg"), !is_read, "{name}");
        window.press(Modifiers::NONE, Key::Escape);
        window.run_steps(2);
    }
}
