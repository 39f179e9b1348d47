//! From a small window with a large interface to a large one with a small interface: nothing is cut off at the sides (a workspace
//! that needs more room scrolls), nothing lies over anything else, and every dialog can be closed.
//!
//! The interface at 200 % in a window of 1280×832 pixels is the same as at 100 % in one of 640×416: sizes are in points here.

use egui::accesskit::Role;
use egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::command::{Command, SplitCommand, UiCommand};
use imago::app::state::{LanguageChoice, NoticeLevel, Workspace};

use crate::common::{Window, colours, furnished, harness, harness_with};

/// The window that opens at first, with the interface at 200 %, at 100 % and at 80 %; a small screen and a 4K one at 100 %.
const SIZES: [[f32; 2]; 5] = [[640.0, 416.0], [1280.0, 832.0], [1600.0, 1040.0], [1024.0, 700.0], [3840.0, 2160.0]];
/// A small screen, at 200 %.
const SMALLEST: [f32; 2] = [512.0, 350.0];
/// What a workspace needs to be shown without scrolling.
const LEAST_WIDTH: f32 = 800.0;

const CONTROLS: [Role; 10] = [
    Role::Button,
    Role::CheckBox,
    Role::ComboBox,
    Role::Link,
    Role::RadioButton,
    Role::Slider,
    Role::SpinButton,
    Role::Tab,
    Role::TextInput,
    Role::ListItem,
];

/// Controls: their names, where they are, and the part of it that can be clicked (the rest is scrolled out of view).
fn controls(window: &Window) -> Vec<(String, Rect, Rect)> {
    let visible = window.ctx.interactive_rects_last_pass();
    let mut found = Vec::new();
    for node in window.root().children_recursive() {
        let about = node.accesskit_node();
        // Only what is drawn has a place.
        if !CONTROLS.contains(&about.role()) || about.is_disabled() || about.bounding_box().is_none() {
            continue;
        }
        let (rect, node) = (node.rect(), about);
        let within = visible.iter().filter(|visible| rect.expand(0.5).contains_rect(**visible));
        if let Some(part) = within.copied().max_by(|a, b| a.area().total_cmp(&b.area())) {
            found.push((format!("{:?} {:?}", node.role(), node.label().or(node.value())), rect, part));
        }
    }
    found
}

/// What is wrong with where things are.
fn misplaced(window: &Window, [width, height]: [f32; 2]) -> Vec<String> {
    let controls = controls(window);
    assert!(controls.len() > 5);
    let mut wrong = Vec::new();
    for (index, (name, rect, part)) in controls.iter().enumerate() {
        // A workspace that needs more room than there is scrolls; the bars above and below it do not.
        let is_in_bar = rect.bottom() < 44.0 || rect.top() > height - 32.0;
        if width >= LEAST_WIDTH || is_in_bar {
            if rect.left() < -1.0 || rect.right() > width + 1.0 {
                wrong.push(format!("{name} lies outside: {rect:?}"));
            }
            if rect.width() - part.width() > 2.0 {
                wrong.push(format!("{name} is cut off at the side: {part:?} of {rect:?}"));
            }
        }
        for (other_name, _, other) in &controls[index + 1..] {
            let both = part.intersect(*other);
            // A button within a row that can be clicked as a whole is meant.
            let is_within = part.expand(1.0).contains_rect(*other) || other.expand(1.0).contains_rect(*part);
            if both.width() > 3.0 && both.height() > 3.0 && !is_within {
                wrong.push(format!("{name} and {other_name} lie over one another: {part:?}, {other:?}"));
            }
        }
    }
    wrong
}

#[test]
fn every_workspace_has_its_controls_in_view_and_beside_each_other_at_every_size_in_both_languages() {
    let mut window = furnished([1280.0, 832.0]);
    let mut wrong = Vec::new();
    for language in [LanguageChoice::English, LanguageChoice::Chinese] {
        window.shown_mut().settings.language = language;
        for [width, height] in SIZES {
            window.set_size(egui::vec2(width, height));
            for workspace in Workspace::ALL {
                window.command(Command::Go(workspace));
                window.settle();
                window.run_steps(2);
                window.shot(&format!("size-{width}-{language:?}-{workspace:?}"));
                let found = misplaced(&window, [width, height]);
                wrong.extend(found.into_iter().map(|what| format!("{language:?} {width} {workspace:?}: {what}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_welcome_screen_fits_a_small_window_with_a_large_interface() {
    let mut window = harness(SIZES[0]);
    for language in [LanguageChoice::English, LanguageChoice::Chinese] {
        window.shown_mut().settings.language = language;
        window.run_steps(3);
        let wrong = misplaced(&window, SIZES[0]);
        assert!(wrong.is_empty(), "{language:?}: {wrong:#?}");
        window.shot(&format!("size-welcome-{language:?}"));
    }
}

#[test]
fn the_scale_in_the_settings_is_the_scale_of_the_window() {
    let [width, height] = SIZES[1];
    let mut window = harness_with(SIZES[1], colours);
    for (scale, is_narrow) in [(2.0, true), (0.8, false), (1.0, false)] {
        window.shown_mut().settings.ui_scale = scale;
        window.settle();
        let points = window.ctx.content_rect().size();
        assert!((points - egui::vec2(width, height) / scale).length() < 2.0, "{scale}: {points:?}");
        assert_eq!(window.has("Workspace: Data"), is_narrow, "{scale}: the menu instead of the tabs");
    }
    // And by the keyboard, in steps of a tenth.
    window.press(Modifiers::COMMAND, Key::Plus);
    assert!((window.shown().settings.ui_scale - 1.1).abs() < 1e-3);
    assert!((window.ctx.zoom_factor() - 1.1).abs() < 1e-3);
}

#[test]
fn in_a_narrow_window_the_tabs_are_a_menu() {
    let mut window = harness_with(SIZES[0], colours);
    assert!(window.query_by_role_and_label(Role::Tab, "Train").is_none());
    window.click("Workspace: Data");
    window.get_by_role_and_label(Role::RadioButton, "Train").click();
    window.run_steps(3);
    assert_eq!(window.shown().workspace, Workspace::Train);
    assert!(window.has("Workspace: Train"));
}

#[test]
fn every_dialog_can_be_closed_on_a_small_screen_with_a_large_interface() {
    let mut window = harness_with(SMALLEST, colours);
    let screen = Rect::from_min_size(egui::Pos2::ZERO, SMALLEST.into());
    window.shown_mut().notify(NoticeLevel::Error, "Nothing of it.");
    window.shown_mut().notices_view.cards.clear();
    let closes = |window: &mut Window, what: &str| {
        window.run_steps(4);
        window.shot(&format!("small-{what}"));
        let close = window.get_by_label("Close").rect();
        assert!(screen.contains_rect(close), "{what}: Close is at {close:?}");
        window.click("Close");
        window.run_steps(2);
        assert!(!window.has("Close"), "{what} stays open");
    };
    window.press(Modifiers::COMMAND, Key::Comma);
    closes(&mut window, "settings");
    for (command, what) in [
        (UiCommand::Shortcuts, "shortcuts"),
        (UiCommand::Lessons, "lessons"),
        (UiCommand::ExportFolders, "export"),
        (UiCommand::EnlargeOffline, "enlarge"),
    ] {
        window.command(Command::Ui(command));
        window.settle();
        closes(&mut window, what);
    }
    window.command(Command::Go(Workspace::Data));
    window.command(Command::Split(SplitCommand::Show));
    window.settle();
    closes(&mut window, "split");
    window.shown_mut().issues_open = true;
    closes(&mut window, "passed over");
    window.shown_mut().notices_view.open = true;
    closes(&mut window, "notices");
}
