//! The welcome screen.

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::state::Recent;

use crate::common::{colours, harness};

#[test]
fn the_welcome_screen_offers_a_folder_and_the_sample_and_draws_insects() {
    let mut window = harness([1280.0, 800.0]);
    assert!(window.has("Teach your computer to tell things apart."));
    assert!(!window.get_by_label("Open folder…").accesskit_node().is_disabled());
    assert!(!window.get_by_label("Try the ants-and-bees sample").accesskit_node().is_disabled());
    window.run_until("three insects are drawn", |app| app.state().data.specimens.len() == 3);
    let names: Vec<_> = window.shown().data.specimens.iter().map(|specimen| specimen.name).collect();
    assert_eq!(names, ["ant", "bee", "ant"]);
}

#[test]
fn a_recent_data_set_is_opened_by_a_click() {
    let mut window = harness([1024.0, 700.0]);
    let folder = colours(window.home.path());
    window.shown_mut().settings.remember(Recent { path: folder.clone(), pictures: 15, opened_unix_secs: 0 });
    window.run_steps(2);
    window.click("Open colours");
    window.run_until("it is open", |app| app.state().project.is_some());
    assert_eq!(window.shown().project.as_ref().map(|project| project.dataset.root.clone()), Some(folder));
    assert_eq!(window.shown().settings.recents.len(), 1);
}

#[test]
fn a_recent_data_set_that_is_gone_says_so_and_the_welcome_screen_stays() {
    let mut window = harness([1024.0, 700.0]);
    let gone = window.home.path().join("gone");
    window.shown_mut().settings.remember(Recent { path: gone, pictures: 1, opened_unix_secs: 0 });
    window.run_steps(2);
    window.click("Open gone");
    window.run_until("the reason is there", |app| !app.state().notices.is_empty());
    let notice = &window.shown().notices[0].text;
    assert!(notice.contains("gone"), "{notice}");
    assert!(window.shown().project.is_none() && window.shown().opening.is_none());
    window.run_steps(2);
    assert!(window.has("Teach your computer to tell things apart."));
}

#[test]
fn the_welcome_screen_is_walked_by_keyboard() {
    let mut window = harness([1024.0, 700.0]);
    let folder = colours(window.home.path());
    window.shown_mut().settings.remember(Recent { path: folder, pictures: 15, opened_unix_secs: 0 });
    window.run_steps(2);
    window.get_by_label("Open colours").focus();
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    window.run_until("it is open", |app| app.state().project.is_some());
}
