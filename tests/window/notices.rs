//! What the window has to say: cards in the corner, the list behind the bell; to be read, copied and closed.

use egui::accesskit::{Live, Role};
use egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::state::NoticeLevel;

use crate::common::{Window, harness};

const TEXT: &str = "“photo 12.jpg” could not be read: it is empty. Nothing was changed.";

fn told(level: NoticeLevel) -> Window {
    let mut window = harness([1024.0, 700.0]);
    window.shown_mut().notify(level, TEXT);
    window.run_steps(3);
    window
}

fn copied(window: &mut Window, button: &str) -> Option<String> {
    window.get_by_label(button).click();
    // The press and the release are a frame each.
    (0..3).find_map(|_| {
        window.step();
        window.output().platform_output.commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    })
}

fn wait(window: &mut Window, seconds: usize) {
    window.run_steps(60 * seconds);
}

#[test]
fn an_error_can_be_read_aloud_copied_and_closed() {
    let mut window = told(NoticeLevel::Error);
    window.shot("notice");
    assert!(window.has(TEXT) && window.has("Error"));
    let live = window.get_by_label(TEXT).accesskit_node().data().live();
    assert_eq!(live, Some(Live::Assertive));
    assert_eq!(copied(&mut window, "Copy this notice").as_deref(), Some(TEXT));
    window.click("Close this notice");
    assert!(!window.has(TEXT));
}

#[test]
fn what_is_done_goes_by_itself_and_errors_stay_longer() {
    let mut window = told(NoticeLevel::Success);
    wait(&mut window, 5);
    assert!(window.has(TEXT));
    wait(&mut window, 2);
    assert!(!window.has(TEXT));
    let mut window = told(NoticeLevel::Error);
    wait(&mut window, 15);
    assert!(window.has(TEXT));
    wait(&mut window, 6);
    assert!(!window.has(TEXT));
}

#[test]
fn a_card_under_the_pointer_waits() {
    let mut window = told(NoticeLevel::Success);
    let at = window.get_by_label(TEXT).rect().center();
    window.hover_at(at);
    wait(&mut window, 10);
    assert!(window.has(TEXT));
    window.hover_at(egui::pos2(20.0, 300.0));
    wait(&mut window, 3);
    assert!(!window.has(TEXT));
}

#[test]
fn the_bell_says_that_something_came_and_its_list_keeps_it() {
    let mut window = told(NoticeLevel::Error);
    window.shown_mut().notify(NoticeLevel::Success, "Saved.");
    wait(&mut window, 30);
    assert!(!window.has(TEXT));
    window.get_by_role_and_label(Role::Button, "Notices, 1 new").click();
    window.run_steps(3);
    window.shot("notices");
    assert!(window.has(TEXT) && window.has("Saved."));
    assert_eq!(copied(&mut window, "Copy all"), Some(format!("{TEXT}\nSaved.")));
    window.press(Modifiers::NONE, Key::Escape);
    window.run_steps(2);
    assert!(!window.has(TEXT) && window.has("Notices"), "looked at");
    window.get_by_role_and_label(Role::Button, "Notices").click();
    window.run_steps(3);
    window.click("Empty the list");
    window.run_steps(2);
    assert!(window.shown().notices.is_empty() && window.has("Nothing was reported since Imago was opened."));
}
