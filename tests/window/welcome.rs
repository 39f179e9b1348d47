//! The welcome screen.

use std::path::Path;

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::ImagoApp;
use imago::app::command::{Command, UiCommand};
use imago::app::state::{Fault, NoticeLevel, Recent};
use imago::lang::Language;

use crate::common::{colours, harness, harness_with};

fn recent(folder: &Path) -> Recent {
    Recent { path: folder.to_owned(), pictures: 15, opened_unix_secs: 0, best: None }
}

#[test]
fn the_welcome_screen_offers_a_folder_and_the_sample_and_draws_insects() {
    let mut window = harness([1280.0, 800.0]);
    assert!(window.has("Teach your computer to tell things apart."));
    assert!(!window.get_by_label("Open folder…").accesskit_node().is_disabled());
    assert!(!window.get_by_label("Try the ants-and-bees sample").accesskit_node().is_disabled());
    window.run_until("three insects are drawn", |app| app.state().data.specimens.len() == 3);
    let names: Vec<_> = window.shown().data.specimens.iter().map(|specimen| specimen.name).collect();
    assert_eq!(names, ["ant", "bee", "ant"]);
    assert!(window.has("Imago") && window.shown().data.name_mark.is_some());
    // The smaller ones are for what will be empty in a data set.
    assert!(["ant", "bee"].into_iter().all(|name| window.shown().data.small_drawing(name).is_some()));
}

#[test]
fn a_recent_data_set_is_opened_by_a_click() {
    let mut window = harness([1024.0, 700.0]);
    let folder = colours(window.home.path());
    window.shown_mut().settings.remember(recent(&folder));
    window.run_steps(2);
    window.click("Open colours");
    window.run_until("it is open", |app| app.state().project.is_some());
    assert_eq!(window.shown().project.as_ref().map(|project| project.dataset.root.clone()), Some(folder));
    assert_eq!(window.shown().settings.recents.len(), 1);
}

#[test]
fn a_recent_data_set_knows_what_its_best_run_reached() {
    let mut window = harness_with([1280.0, 832.0], colours);
    assert_eq!(window.shown().settings.recents[0].best, None);
    window.train(1);
    let best = |app: &ImagoApp| app.state().results.runs.first().and_then(|run| run.best_val_acc);
    window.run_until("the run is listed", |app| best(app).is_some());
    let reached = best(window.app());
    assert_eq!(window.shown().settings.recents[0].best, reached);
    // Opened again, it is as good as it was.
    let folder = window.shown().settings.recents[0].path.clone();
    window.open(&folder);
    assert_eq!(window.shown().settings.recents[0].best, reached);
}

#[test]
fn a_recent_data_set_that_is_gone_says_so_and_the_welcome_screen_stays() {
    let mut window = harness([1024.0, 700.0]);
    let gone = window.home.path().join("gone");
    window.shown_mut().settings.remember(recent(&gone));
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
    window.shown_mut().settings.remember(recent(&folder));
    window.run_steps(2);
    window.get_by_label("Open colours").focus();
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    window.run_until("it is open", |app| app.state().project.is_some());
}

#[test]
fn the_sample_is_drawn_once_whatever_the_language_says_meanwhile() {
    let mut window = harness([1280.0, 800.0]);
    window.command(Command::Ui(UiCommand::OpenSample));
    let drawing = window.shown().sample_job;
    assert!(drawing.is_some());
    window.command(Command::Ui(UiCommand::Speak(Language::Chinese)));
    window.command(Command::Ui(UiCommand::OpenSample));
    let jobs = window.shown().jobs.iter().filter(|job| !job.title.is_empty() && job.fraction.is_some()).count();
    assert!(window.shown().sample_job == drawing && jobs <= 1, "a second one would write the same files");
    assert!(window.get_by_label("试用蚂蚁与蜜蜂示例").accesskit_node().is_disabled());
    window.run_until("it is open", |app| app.state().project.is_some());
    assert_eq!(window.shown().sample_job, None);
    assert!(window.shown().notices.iter().all(|notice| notice.level != NoticeLevel::Error));
}

#[test]
fn a_recent_data_set_is_forgotten_by_its_button_and_the_folder_stays() {
    let mut window = harness([1024.0, 700.0]);
    let folder = colours(window.home.path());
    window.shown_mut().settings.remember(recent(&folder));
    window.run_steps(2);
    window.click("More: colours");
    window.run_steps(2);
    window.click("Forget (the folder stays)");
    window.run_steps(2);
    assert!(window.shown().settings.recents.is_empty() && folder.is_dir());
    assert!(window.shown().project.is_none(), "nothing was opened by it");
}

#[test]
fn after_a_fault_everything_that_can_be_pressed_has_a_name() {
    let fault = Fault { text: "the floor gave way".into(), report: Some("/tmp/report.txt".into()), saved: true };
    let mut page = egui_kittest::Harness::builder().with_size([800.0, 560.0]).build_ui_state(
        |ui, is_ready: &mut bool| {
            // Fonts of a frame count from the next one on.
            if std::mem::replace(is_ready, true) {
                imago::ui::fault_ui(ui, &fault);
            } else {
                imago::ui::theme::install(ui.ctx());
                ui.ctx().request_repaint();
            }
        },
        false,
    );
    page.run_steps(3);
    for name in ["Close Imago", "Copy the report’s place"] {
        page.get_by_role_and_label(egui::accesskit::Role::Button, name);
    }
    let buttons = page.query_all_by_role(egui::accesskit::Role::Button);
    assert!(buttons.into_iter().all(|button| button.accesskit_node().label().is_some_and(|label| !label.is_empty())));
}
