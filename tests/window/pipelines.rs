//! Where a pipeline is kept: in files that somebody chose, with its data set, and what of a reference picture is in it.

use std::path::Path;

use egui::Role;
use egui_kittest::kittest::Queryable;
use imago::app::command::{AugmentCommand, Command};
use imago::app::state::Workspace;
use imago::augment::{Pipeline, Step, Transform};
use imago::train::AugmentChoice;

use crate::augment::{augment, chosen, gradients, opened, settled};
use crate::common::{Window, colours, harness_with};

#[test]
fn a_pipeline_is_saved_to_a_file_and_read_again() {
    let mut window = opened([1280.0, 832.0]);
    window.get_by_role_and_label(Role::CheckBox, "Horizontal flip").click();
    window.run_steps(2);
    let edited = augment(&window).pipeline.clone();
    let path = window.home.path().join("my insects.toml");
    window.command(Command::Augment(AugmentCommand::Save(path.clone())));
    window.settle();
    assert!(path.is_file() && augment(&window).origin == "my insects" && !augment(&window).is_edited());
    window.command(Command::Augment(AugmentCommand::UsePreset("none".to_owned())));
    window.command(Command::Augment(AugmentCommand::Open(path.clone())));
    window.settle();
    assert_eq!(augment(&window).pipeline, edited);
    std::fs::write(&path, "[[steps]]\ntransform = \"horizontal-flip\"\nprobability = 7\n").expect("written");
    window.command(Command::Augment(AugmentCommand::Open(path)));
    window.settle();
    assert_eq!(augment(&window).pipeline, edited, "a file that is wrong changes nothing");
    let notice = window.shown().notices.last().expect("a notice").text.clone();
    assert!(notice.contains("my insects.toml") && notice.contains("line 3"), "{notice}");
}

#[test]
fn an_edited_pipeline_is_taken_back_after_a_look_at_a_preset() {
    let mut window = opened([1280.0, 832.0]);
    assert!(!window.has("Back to the edited pipeline"));
    window.get_by_role_and_label(Role::CheckBox, "Horizontal flip").click();
    window.run_steps(2);
    let edited = augment(&window).pipeline.clone();
    window.command(Command::Augment(AugmentCommand::UsePreset("strong".to_owned())));
    assert_ne!(augment(&window).pipeline, edited);
    window.click("Back to the edited pipeline");
    settled(&mut window);
    assert_eq!(augment(&window).pipeline, edited);
    assert!(augment(&window).is_edited() && !window.has("Back to the edited pipeline"));
}

#[test]
fn colours_are_moved_towards_a_picture_of_ones_choice() {
    let mut window = opened([1280.0, 832.0]);
    let season = Transform::by_name("season-and-light").expect("season and light");
    window.shown_mut().augment.add_step(Step { enabled: true, probability: 1.0, transform: season });
    settled(&mut window);
    let card = augment(&window).views.last().expect("a card").id;
    let at = |window: &Window, name: &str| augment(window).pipeline.steps[2].transform.get(name);
    assert!(window.has("Choose picture…") && !window.has_text("No picture is chosen yet"));
    window.shown_mut().augment.pipeline.steps[2].transform.set("palette", 5.0);
    settled(&mut window);
    assert!(window.has_text("No picture is chosen yet"), "what is used until then is said");
    let dusk = window.home.path().join("dusk.png");
    image::RgbImage::from_fn(40, 30, |x, y| image::Rgb([x as u8, y as u8, 90])).save(&dusk).expect("a PNG");
    window.command(Command::Augment(AugmentCommand::UseReference(card, dusk.clone())));
    window.settle();
    settled(&mut window);
    let yellow_less_blue = at(&window, "reference-mean.2");
    assert!((yellow_less_blue - (19.5 / 2.0 + 14.5 / 2.0 - 90.0)).abs() < 0.01, "{yellow_less_blue}");
    assert!(window.has_text("The chosen picture's lightness is 25 ±") && !window.has_text("No picture is chosen yet"));
    let AugmentChoice::Pipeline(chosen) = chosen(&window) else { panic!("not what training will use") };
    assert_eq!(Pipeline::from_toml(&chosen.to_toml()).as_ref(), Ok(&chosen), "the measured numbers are in the file");
    assert_eq!(chosen, augment(&window).pipeline);
    window.click("Use marked tile");
    window.settle();
    assert_ne!(at(&window, "reference-mean.2"), yellow_less_blue);
    let before = augment(&window).pipeline.clone();
    std::fs::write(&dusk, "no picture").expect("written");
    window.command(Command::Augment(AugmentCommand::UseReference(card, dusk)));
    window.settle();
    assert_eq!(augment(&window).pipeline, before);
    let notice = window.shown().notices.last().expect("a notice").text.clone();
    assert!(notice.contains("dusk.png"), "{notice}");
}

/// Opens another data set and waits until its pipeline is read, too.
fn open_anew(window: &mut Window, folder: &Path) {
    window.begin_to_open(folder);
    window.run_until("it is open", |app| {
        app.state().project.as_ref().is_some_and(|project| project.dataset.root == folder) && app.is_idle()
    });
    window.run_steps(2);
}

#[test]
fn a_pipeline_belongs_to_its_data_set_and_is_there_again() {
    let mut window = opened([1280.0, 832.0]);
    let root = window.shown().project.as_ref().expect("a project").dataset.root.clone();
    let stored = root.join(".imago/pipeline.toml");
    window.settle();
    assert!(!stored.exists(), "looking leaves no trace");
    window.get_by_role_and_label(Role::CheckBox, "Horizontal flip").click();
    window.run_steps(2);
    let edited = augment(&window).pipeline.clone();
    window.run_until("it is written", |_| stored.exists());
    assert_eq!(Pipeline::from_toml(&std::fs::read_to_string(&stored).expect("readable")).as_ref(), Ok(&edited));
    let other = colours(window.home.path());
    open_anew(&mut window, &other);
    assert_eq!(augment(&window).pipeline, Pipeline::default(), "the other data set starts with the recipe");
    assert_eq!(chosen(&window), AugmentChoice::Preset("recipe".to_owned()));
    // Left before the moment is over in which more changes may come.
    window.command(Command::Augment(AugmentCommand::UsePreset("strong".to_owned())));
    open_anew(&mut window, &root);
    assert_eq!(augment(&window).pipeline, edited);
    assert_eq!(chosen(&window), AugmentChoice::Pipeline(edited.clone()), "and training uses it");
    open_anew(&mut window, &other);
    assert_eq!(augment(&window).pipeline.preset_name(), Some("strong"));
    assert_eq!(augment(&window).origin, "strong");
}

#[test]
fn the_last_change_is_stored_when_the_window_closes() {
    let mut window = opened([1280.0, 832.0]);
    let root = window.shown().project.as_ref().expect("a project").dataset.root.clone();
    window.command(Command::Augment(AugmentCommand::UsePreset("light".to_owned())));
    window.app_mut().close();
    let text = std::fs::read_to_string(root.join(".imago/pipeline.toml")).expect("stored");
    assert_eq!(Pipeline::from_toml(&text).expect("a pipeline").preset_name(), Some("light"));
}

#[test]
fn a_damaged_pipeline_is_named_kept_and_the_recipe_used() {
    let mut window = harness_with([1280.0, 832.0], |parent| {
        let root = gradients(parent);
        std::fs::create_dir_all(root.join(".imago")).expect("a folder");
        std::fs::write(root.join(".imago/pipeline.toml"), "[[steps]]\ntransform = \"no such\"\n").expect("written");
        root
    });
    window.command(Command::Go(Workspace::Augment));
    settled(&mut window);
    window.settle();
    let folder = window.shown().project.as_ref().expect("a project").dataset.root.join(".imago");
    assert_eq!(augment(&window).pipeline, Pipeline::default());
    let said = window.shown().notices.iter().any(|notice| {
        notice.text.contains("pipeline.toml") && notice.text.contains("line 2") && notice.text.contains("recipe")
    });
    assert!(said, "{:?}", window.shown().notices);
    window.get_by_role_and_label(Role::CheckBox, "Horizontal flip").click();
    let aside = folder.join("pipeline-damaged-1.toml");
    window.run_until("the new one is written", |_| aside.exists() && folder.join("pipeline.toml").exists());
    assert!(std::fs::read_to_string(aside).expect("readable").contains("no such"));
}
