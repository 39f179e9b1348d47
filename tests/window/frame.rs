//! What surrounds the workspaces: tabs, palette, settings, shortcuts, theme.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use imago::app::state::{ThemeChoice, Workspace};
use imago::dataset::{ScanIssue, ScanIssueKind};

use crate::common::{Window, colours, harness, harness_with};

#[test]
fn every_workspace_is_reached_by_its_tab_and_by_its_key() {
    let mut window = harness_with([1280.0, 800.0], colours);
    let keys = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5];
    for (workspace, key) in Workspace::ALL.into_iter().zip(keys) {
        window.get_by_role_and_label(Role::Tab, workspace.title()).click();
        window.run_steps(2);
        assert_eq!(window.shown().workspace, workspace);
        window.press(Modifiers::COMMAND, Key::Num1);
        window.press(Modifiers::COMMAND, key);
        assert_eq!(window.shown().workspace, workspace);
    }
}

#[test]
fn the_palette_finds_a_command_by_a_few_letters() {
    let mut window = harness_with([1280.0, 800.0], colours);
    window.press(Modifiers::COMMAND, Key::K);
    assert!(window.shown().palette.open);
    window.run_steps(2);
    window.get_by_label("Command").type_text("gotrain");
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Enter);
    window.run_steps(2);
    assert!(!window.shown().palette.open);
    assert_eq!(window.shown().workspace, Workspace::Train);
}

#[test]
fn the_theme_can_be_chosen_and_is_kept() {
    let mut window = harness([1024.0, 700.0]);
    window.press(Modifiers::COMMAND, Key::Comma);
    assert!(window.has("Settings"));
    window.click("Light");
    assert_eq!(window.shown().settings.theme, ThemeChoice::Light);
    window.app_mut().close();
    let text = std::fs::read_to_string(window.home.path().join("imago/config/settings.toml")).unwrap();
    assert!(text.contains("theme = \"light\""), "{text}");
}

#[test]
fn what_scanning_passed_over_is_listed_with_the_reason() {
    let mut window = harness_with([1024.0, 700.0], colours);
    window.click("1 ignored");
    assert!(window.has_text("notes.txt"));
}

#[test]
fn a_file_that_is_used_though_it_is_odd_is_not_said_to_be_passed_over() {
    let mut window = harness_with([1024.0, 700.0], colours);
    let project = window.shown_mut().project.as_mut().unwrap();
    let issues = &mut Arc::make_mut(&mut project.dataset).issues;
    let (rel_path, reason) = ("train/red/odd.jpg".into(), "its name is odd".to_owned());
    issues.push(ScanIssue { rel_path, kind: ScanIssueKind::Noted, reason });
    window.run_steps(2);
    assert!(window.has("Passed over, 1 file"));
    window.click("1 ignored · 1 noted");
    assert!(window.has("These files are not part of the data set. Nothing was done to them."));
    assert!(window.has("These files are part of the data set, though something about them is unusual."));
    window.click("Close");
    // It alone.
    let project = window.shown_mut().project.as_mut().unwrap();
    Arc::make_mut(&mut project.dataset).issues.remove(0);
    window.run_steps(2);
    window.click("Noted, 1 file");
    assert!(!window.has_text("not part of the data set"));
}

#[test]
fn the_shortcuts_are_listed_from_the_command_table() {
    let mut window = harness([1024.0, 700.0]);
    window.press(Modifiers::NONE, Key::F1);
    assert!(window.has("Keyboard shortcuts"));
    assert!(window.has("Command palette"));
}

#[test]
fn keys_that_are_no_commands_are_listed_too_with_the_letters_of_the_open_data_sets_classes() {
    let mut window = harness_with([1280.0, 832.0], colours);
    for name in ["red", "wasps"] {
        window.shown_mut().settings.class_letters.insert(name.to_owned(), 'R');
    }
    window.press(Modifiers::NONE, Key::F1);
    for heading in ["Everywhere", "Data", "Augment"] {
        assert!(window.has(heading), "{heading}");
    }
    for [what, keys] in [
        ["Clear label", "Backspace, 0"],
        ["Go from picture to picture", "← ↑ → ↓"],
        ["Show only one class", "Alt+1…9"],
        ["Show all pictures", "Alt+0"],
        ["Show the originals while it is held", "O"],
        ["Label as red", "R"],
    ] {
        assert!(window.has(what) && window.has(keys), "{what}: {keys}");
    }
    assert!(!window.has("Label as wasps"), "this data set has none");
    // What does not fit is reached by keys as well.
    let top = |window: &Window| window.get_by_label("Go from picture to picture").rect().top();
    let before = top(&window);
    window.press(Modifiers::NONE, Key::End);
    window.run_steps(60);
    assert!(top(&window) < before - 100.0, "{before} {}", top(&window));
    window.press(Modifiers::NONE, Key::Home);
    window.run_steps(60);
    assert!((top(&window) - before).abs() < 1.0, "{before} {}", top(&window));
}

#[test]
fn every_control_has_an_accessible_name() {
    let mut window = harness_with([1440.0, 900.0], colours);
    for workspace in Workspace::ALL {
        window.shown_mut().workspace = workspace;
        window.run_steps(3);
        let unnamed = window.unnamed_controls();
        assert!(unnamed.is_empty(), "{workspace:?}: {unnamed:#?}");
    }
}

#[test]
fn without_animations_nothing_moves_not_even_what_says_that_something_goes_on() {
    let mut window = harness([1024.0, 700.0]);
    let folder = colours(window.home.path());
    for still in [false, true] {
        window.shown_mut().settings.reduced_motion = still;
        window.run_steps(2);
        let style = window.ctx.global_style();
        assert_eq!(style.animation_time == 0.0, still);
        assert_eq!(style.scroll_animation == egui::style::ScrollAnimation::none(), still);
        assert_eq!(style.visuals.text_cursor.blink, !still);
        window.shown_mut().opening = Some((folder.display().to_string(), 3));
        window.run_steps(3);
        // An egui spinner asks for the next frame at once, as long as it is shown.
        let again = window.output().viewport_output.values().map(|output| output.repaint_delay).min();
        assert_eq!(again == Some(std::time::Duration::ZERO), !still, "{again:?}");
    }
}

#[test]
fn a_tooltip_closes_when_a_dialog_comes_to_lie_over_it() {
    let mut window = harness_with([1280.0, 800.0], colours);
    window.settle();
    let tile = window.get_by_label("green 1.jpg, green, train").rect();
    window.hover_at(tile.center());
    window.run_steps(60);
    assert!(window.has_text("48×36 · JPEG"), "it tells of the picture");
    window.press(Modifiers::COMMAND, Key::Comma);
    window.run_steps(4);
    assert!(!window.has_text("48×36 · JPEG"));
}
