//! The tour on the first start.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use imago::app::command::{Command, UiCommand};

use crate::common::{Window, harness};

fn first_start() -> Window {
    let mut window = harness([1024.0, 700.0]);
    window.app_mut().begin();
    window.run_steps(3);
    window
}

#[test]
fn the_first_start_has_a_tour_of_five_steps_that_comes_only_once() {
    let mut window = first_start();
    for step in 1..=5 {
        assert!(window.has(&format!("{step}/5")), "step {step}");
        window.shot(&format!("tour-{step}"));
        window.click(if step < 5 { "Next" } else { "Begin" });
        window.run_steps(2);
    }
    assert_eq!(window.shown().tour, None);
    window.app_mut().begin();
    window.run_steps(3);
    assert!(!window.has("Next"));
    // Whoever wants it again finds it.
    window.command(Command::Ui(UiCommand::Tour));
    window.run_steps(2);
    assert!(window.has("1/5"));
}

#[test]
fn the_tour_can_be_skipped_by_button_and_by_escape_and_goes_back() {
    let mut window = first_start();
    window.click("Next");
    window.click("Back");
    assert!(window.has("1/5"));
    window.click("Skip the tour");
    window.run_steps(2);
    assert!(window.shown().tour.is_none() && window.shown().settings.tour_seen);
    let mut window = first_start();
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.shown().tour.is_none() && window.shown().settings.tour_seen);
    assert!(window.query_by_label("Next").is_none());
}
