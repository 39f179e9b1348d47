//! Without a mouse: every control is reached by Tab, shows that it has the focus, and has its explanation and its menu.

use std::collections::BTreeMap;

use egui::accesskit::{NodeId, Role};
use egui::{Key, Modifiers, Rect, Shape};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::command::{Command, SplitCommand, TransferCommand, UiCommand};
use imago::app::state::{LessonPage, Workspace};
use imago::ui::theme;

use crate::common::{Window, colours, furnished, harness, harness_with};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// What can have the focus, and what it is for a message.
fn focusable(window: &Window) -> BTreeMap<NodeId, String> {
    let mut found = BTreeMap::new();
    for node in window.root().children_recursive() {
        let node = node.accesskit_node();
        let can = node.data().supports_action(egui::accesskit::Action::Focus) && !node.is_disabled();
        if can {
            found.insert(node.locate().0, format!("{:?} {:?}", node.role(), node.label().or(node.value())));
        }
    }
    found
}

/// What has the focus, and where it is.
fn focused(window: &Window) -> Option<(NodeId, Rect)> {
    let mut nodes = window.root().children_recursive();
    let node = nodes.find(|node| node.accesskit_node().is_focused())?;
    Some((node.accesskit_node().locate().0, node.rect()))
}

/// Presses Tab until everything was reached or twice as often as there are controls, and names what was not reached, or was out
/// of view when it had the focus.
fn not_reached(window: &mut Window) -> Vec<String> {
    let wanted = focusable(window);
    assert!(wanted.len() > 5, "{wanted:?}");
    let mut reached = std::collections::BTreeSet::new();
    for _ in 0..wanted.len() * 2 + 10 {
        window.press(Modifiers::NONE, Key::Tab);
        window.run_steps(2);
        let screen = Rect::from_min_size(egui::Pos2::ZERO, SIZE.into());
        reached.extend(focused(window).filter(|(_, rect)| screen.contains(rect.center())).map(|(id, _)| id));
        if wanted.keys().all(|id| reached.contains(id)) {
            break;
        }
    }
    // What the walk itself has taken away need not be reached.
    let still = focusable(window);
    wanted.into_iter().filter(|(id, _)| !reached.contains(id) && still.contains_key(id)).map(|(_, name)| name).collect()
}

#[test]
fn tab_reaches_every_control_of_every_workspace() {
    let mut window = furnished(SIZE);
    for workspace in Workspace::ALL {
        window.command(Command::Go(workspace));
        window.settle();
        let left = not_reached(&mut window);
        assert!(left.is_empty(), "{workspace:?}: {left:#?}");
        // Leaves a text field, should one have it.
        window.press(Modifiers::NONE, Key::Escape);
    }
}

#[test]
fn tab_reaches_every_control_of_the_welcome_screen_and_the_settings() {
    let mut window = harness(SIZE);
    assert_eq!(not_reached(&mut window), Vec::<String>::new());
    window.press(Modifiers::COMMAND, Key::Comma);
    assert!(window.has("Settings"));
    // What lies below a dialog is out of reach.
    for _ in 0..30 {
        window.press(Modifiers::NONE, Key::Tab);
        let nodes: Vec<_> = window.root().children_recursive().collect();
        let name =
            nodes.iter().find(|node| node.accesskit_node().is_focused()).and_then(|node| node.accesskit_node().label());
        assert_ne!(name.as_deref(), Some("Try the ants-and-bees sample"));
    }
}

/// What can have the focus in the dialog that is open.
fn focusable_in_dialog(window: &Window) -> BTreeMap<NodeId, String> {
    let close = window.get_by_label("Close");
    let mut dialog = close.accesskit_node();
    // All that belongs to one area of the window hangs together below the root.
    while let Some(parent) = dialog.parent().filter(|parent| !parent.is_root()) {
        dialog = parent;
    }
    let all = focusable(window);
    let is_below = |id: &NodeId| {
        let nodes = window.root().children_recursive();
        let mut node = nodes.map(|node| node.accesskit_node()).find(|node| node.locate().0 == *id);
        while let Some(at) = node {
            if at.id() == dialog.id() {
                return true;
            }
            node = at.parent();
        }
        false
    };
    all.into_iter().filter(|(id, _)| is_below(id)).collect()
}

#[test]
fn tab_reaches_every_control_of_every_dialog_and_none_below_it() {
    let mut window = furnished(SIZE);
    window.command(Command::Go(Workspace::Data));
    for (command, what) in [
        (Command::Ui(UiCommand::Settings), "settings"),
        (Command::Ui(UiCommand::Shortcuts), "shortcuts"),
        (Command::Ui(UiCommand::Lessons), "lessons"),
        (Command::Ui(UiCommand::EnlargeOffline), "enlarge"),
        (Command::Transfer(TransferCommand::ShowExport), "export"),
        (Command::Split(SplitCommand::Show), "split"),
    ] {
        window.command(command);
        window.settle();
        let wanted = focusable_in_dialog(&window);
        assert!(!wanted.is_empty() && wanted.len() < focusable(&window).len(), "{what}: {wanted:?}");
        let mut reached = std::collections::BTreeSet::new();
        for _ in 0..wanted.len() * 2 + 4 {
            window.press(Modifiers::NONE, Key::Tab);
            window.run_steps(2);
            let (id, rect) = focused(&window).unwrap_or_else(|| panic!("{what}: Tab leads to nothing"));
            assert!(focusable_in_dialog(&window).contains_key(&id), "{what}: Tab leads out of the dialog, to {rect:?}");
            reached.insert(id);
        }
        let still = focusable_in_dialog(&window);
        let left: Vec<_> = wanted
            .iter()
            .filter(|(id, _)| !reached.contains(id) && still.contains_key(id))
            .map(|(_, name)| name)
            .collect();
        assert!(left.is_empty(), "{what}: {left:#?}");
        window.click("Close");
        window.run_steps(2);
        assert!(!window.has("Close"), "{what} stays open");
    }
}

/// The amber rings that were drawn.
fn rings(window: &Window) -> Vec<Rect> {
    fn collect(shape: &Shape, clip: Rect, into: &mut Vec<Rect>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, into)),
            Shape::Rect(rect) if rect.stroke.width == 2.0 && rect.stroke.color == theme::DARK.accent => {
                into.push(rect.rect.intersect(clip));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for shape in &window.output().shapes {
        collect(&shape.shape, shape.clip_rect, &mut found);
    }
    found
}

#[test]
fn whatever_has_the_focus_has_a_ring_also_what_is_amber_itself_or_selected_or_without_a_frame() {
    let mut window = furnished(SIZE);
    let run = window.shown().results.runs[0].title.clone();
    for (workspace, name) in [
        (Workspace::Train, "Start training".to_owned()),
        (Workspace::Train, "CNN + global average pooling".to_owned()),
        (Workspace::Train, "What is epochs?".to_owned()),
        (Workspace::Results, format!("Run {run}")),
        (Workspace::Predict, "Show all".to_owned()),
        (Workspace::Data, "1 ignored".to_owned()),
        (Workspace::Data, "Training, 10 pictures".to_owned()),
    ] {
        window.command(Command::Go(workspace));
        window.settle();
        let can = |node: &egui_kittest::Node<'_>| {
            node.accesskit_node().data().supports_action(egui::accesskit::Action::Focus)
        };
        let rect = match window.query_all_by_label_contains(&name).find(can) {
            Some(node) => {
                node.focus();
                node.rect()
            }
            None => panic!("{name} is not there"),
        };
        window.run_steps(2);
        let around = |ring: &Rect| ring.expand(4.0).contains_rect(rect) && rect.expand(5.0).contains_rect(*ring);
        let rings = rings(&window);
        assert!(rings.iter().any(around), "{name} at {rect:?}: {rings:?}");
    }
}

#[test]
fn a_question_mark_explains_itself_to_the_keyboard_to_a_click_and_to_a_screen_reader() {
    let mut window = harness_with(SIZE, colours);
    window.command(Command::Go(Workspace::Train));
    let told = "How far each step moves the weights.";
    let mark = window.get_by_role_and_label(Role::Button, "What is learning rate?");
    assert!(mark.accesskit_node().description().is_some_and(|text| text.starts_with(told)));
    assert!(!window.has_text(told), "closed at first");
    window.get_by_label("What is learning rate?").focus();
    window.run_steps(3);
    assert!(window.has_text(told));
    window.press(Modifiers::NONE, Key::Escape);
    window.run_steps(2);
    assert!(!window.has_text(told));
    window.click("What is learning rate?");
    window.run_steps(2);
    assert!(window.has_text(told));
}

#[test]
fn the_menu_of_a_run_opens_by_its_button_and_by_the_keyboard() {
    let mut window = furnished(SIZE);
    window.command(Command::Go(Workspace::Results));
    window.settle();
    let run = window.shown().results.runs[0].title.clone();
    window.click(&format!("More: run {run}"));
    assert!(window.has("Copy the folder's path"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(!window.has("Copy the folder's path"));
    window.get_by_label(&format!("Run {run}")).focus();
    window.run_steps(2);
    window.press(Modifiers::SHIFT, Key::F10);
    window.run_steps(2);
    assert!(window.has("Copy the folder's path"));
    // The next thing that Tab reaches is in the menu.
    window.press(Modifiers::NONE, Key::Tab);
    let nodes: Vec<_> = window.root().children_recursive().collect();
    let at =
        nodes.iter().find(|node| node.accesskit_node().is_focused()).and_then(|node| node.accesskit_node().label());
    assert_eq!(at.as_deref(), Some("Copy the folder's path"), "comparing a run with itself can't be chosen");
}

#[test]
fn the_menus_of_a_class_of_a_picture_and_of_a_card_open_by_the_keyboard() {
    let mut window = furnished(SIZE);
    window.command(Command::Go(Workspace::Data));
    window.settle();
    window.get_by_label_contains("green in Training").focus();
    window.run_steps(2);
    window.press(Modifiers::SHIFT, Key::F10);
    window.run_steps(2);
    assert!(window.has_text("Rename"));
    window.press(Modifiers::NONE, Key::Escape);
    // Its name goes on with what the model says of it.
    window.get_by_label_contains("green 1.jpg, green, train").click();
    window.run_steps(2);
    window.press(Modifiers::SHIFT, Key::F10);
    window.run_steps(2);
    assert!(window.has("Copy path"));
    window.press(Modifiers::NONE, Key::Escape);
    window.command(Command::Go(Workspace::Predict));
    window.settle();
    window.get_by_role_and_label(Role::Button, "red 1.jpg").focus();
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Menu);
    window.run_steps(2);
    assert!(window.has("Copy the file's path"));
}

#[test]
fn every_control_of_dialogs_and_other_views_has_an_accessible_name() {
    let named = |window: &Window, what: &str| {
        let unnamed = window.unnamed_controls();
        assert!(unnamed.is_empty(), "{what}: {unnamed:#?}");
    };
    let mut window = harness(SIZE);
    named(&window, "welcome");
    window.command(Command::Ui(UiCommand::GetPhotographs));
    window.run_steps(3);
    assert!(window.shown().fetch.offer.is_some());
    named(&window, "fetch");
    window.shown_mut().fetch.offer = None;
    window.command(Command::Ui(UiCommand::Tour));
    window.run_steps(3);
    named(&window, "tour");
    window.shown_mut().tour = None;
    let folder = colours(window.home.path());
    window.open(&folder);
    for (command, what) in [
        (UiCommand::Settings, "settings"),
        (UiCommand::Shortcuts, "shortcuts"),
        (UiCommand::Palette, "palette"),
        (UiCommand::Lessons, "lessons"),
    ] {
        window.command(Command::Ui(command));
        window.run_steps(3);
        named(&window, what);
        window.press(Modifiers::NONE, Key::Escape);
    }
    window.shown_mut().lessons.open = false;
    for page in LessonPage::ALL {
        window.command(Command::ShowLesson(page));
        window.settle();
        named(&window, &format!("{page:?}"));
    }
    window.shown_mut().lessons.open = false;
    window.shown_mut().notify(imago::app::state::NoticeLevel::Error, "something went wrong");
    window.run_steps(3);
    named(&window, "notices");
    window.click("Notices, 1 new");
    named(&window, "the list of notices");
    window.shown_mut().notices_view.open = false;
    window.command(Command::Go(Workspace::Data));
    window.shown_mut().issues_open = true;
    window.run_steps(3);
    named(&window, "passed over");
    window.shown_mut().issues_open = false;
    window.command(Command::Split(SplitCommand::Show));
    window.settle();
    named(&window, "split");
    window.shown_mut().split.open = false;
    window.command(Command::Transfer(TransferCommand::ShowExport));
    window.settle();
    assert!(window.shown().transfer.export.open);
    named(&window, "export");
    window.shown_mut().transfer.export.open = false;
    window.run_steps(2);
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Space);
    window.settle();
    assert!(window.shown().data.large.is_some());
    named(&window, "large");
}

#[test]
fn plain_keys_change_nothing_behind_the_offer_to_fetch_the_tour_and_the_dialog_of_augment() {
    let mut window = harness_with(SIZE, colours);
    let revision = |window: &Window| window.shown().project.as_ref().expect("a data set is open").labels.revision;
    let before = revision(&window);
    window.click("green 1.jpg, green, train");
    window.command(Command::Ui(UiCommand::GetPhotographs));
    assert!(window.shown().fetch.offer.is_some());
    window.press(Modifiers::NONE, Key::Num2);
    window.press(Modifiers::NONE, Key::X);
    assert_eq!(revision(&window), before, "behind the offer");
    window.shown_mut().fetch.offer = None;
    window.run_steps(3);
    window.command(Command::Ui(UiCommand::Tour));
    window.press(Modifiers::NONE, Key::Num2);
    window.press(Modifiers::NONE, Key::X);
    assert_eq!(revision(&window), before, "behind the tour");
    window.shown_mut().tour = None;
    window.run_steps(3);
    window.press(Modifiers::NONE, Key::Num2);
    assert_ne!(revision(&window), before, "with nothing before them they label");
    window.command(Command::Go(Workspace::Augment));
    window.settle();
    window.command(Command::Ui(UiCommand::EnlargeOffline));
    window.press(Modifiers::NONE, Key::R);
    assert_eq!(window.shown().augment.reroll, 0);
    window.click("Close");
    window.run_steps(3);
    window.command(Command::Ui(UiCommand::Tour));
    window.press(Modifiers::NONE, Key::R);
    assert_eq!(window.shown().augment.reroll, 0);
    window.shown_mut().tour = None;
    window.run_steps(3);
    window.press(Modifiers::NONE, Key::R);
    assert_eq!(window.shown().augment.reroll, 1);
}
