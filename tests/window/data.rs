//! The Data workspace.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use imago::app::state::{ClassFilter, SortBy};
use imago::dataset::Split;

use crate::common::{Window, colours, harness_with};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn opened() -> Window {
    harness_with(SIZE, colours)
}

/// Names of the pictures shown, in order.
fn names(window: &Window) -> Vec<String> {
    let state = window.shown();
    let items = &state.project.as_ref().expect("a data set is open").dataset.items;
    state.data.shown().iter().map(|position| items[*position].rel_path.display().to_string()).collect()
}

/// Name of the picture that the keyboard stands on.
fn cursor(window: &Window) -> Option<String> {
    let state = window.shown();
    let item = state.project.as_ref()?.item(state.data.selection.cursor?)?;
    Some(item.rel_path.display().to_string())
}

#[test]
fn the_tree_counts_splits_and_classes_and_its_lines_filter() {
    let mut window = opened();
    for line in [
        "All pictures, 15",
        "Training, 10 pictures",
        "green in Training, 6 pictures",
        "red in Training, 4 pictures",
        "Validation, 5 pictures",
        "green in Validation, 3 pictures",
        "red in Validation, 2 pictures",
        "Passed over, 1 file",
    ] {
        assert!(window.has(line), "{line}");
    }
    assert!(!window.has_text("Unlabelled,"));
    window.click("red in Validation, 2 pictures");
    assert_eq!(names(&window), ["val/red/red 1.jpg", "val/red/red 2.jpg"]);
    assert!(window.has("2 of 15 pictures"));
    window.click("red in Validation, 2 pictures");
    assert_eq!(names(&window).len(), 15);
    window.click("Training, 10 pictures");
    assert_eq!(names(&window).len(), 10);
    window.click("Clear filter");
    assert!(window.has("15 pictures"));
    window.click("Passed over, 1 file");
    assert!(window.has_text("notes.txt"));
}

#[test]
fn typing_filters_by_name_and_nothing_found_offers_to_clear() {
    let mut window = opened();
    window.press(Modifiers::COMMAND, Key::F);
    window.get_by_label("Filter by name").type_text("red 4");
    window.run_steps(2);
    assert_eq!(names(&window), ["train/red/red 4.jpg"]);
    window.get_by_label("Filter by name").type_text("x");
    window.run_steps(2);
    assert!(names(&window).is_empty());
    assert!(window.has_text("No picture has “red 4x” in its name."));
    window.click("Clear filter");
    assert_eq!(names(&window).len(), 15);
}

#[test]
fn class_and_split_are_chosen_and_the_order_turns_round() {
    let mut window = opened();
    window.click("Class");
    window.get_by_role_and_label(egui::accesskit::Role::Button, "green").click();
    window.run_steps(2);
    assert_eq!(window.shown().data.filter.class, ClassFilter::Class(0));
    window.click("Split");
    window.get_by_role_and_label(egui::accesskit::Role::Button, "Validation").click();
    window.run_steps(2);
    assert_eq!(window.shown().data.filter.split, Some(Split::Val));
    assert_eq!(names(&window).len(), 3);
    window.click("Sort");
    window.get_by_role_and_label(egui::accesskit::Role::Button, "By name").click();
    window.run_steps(2);
    assert_eq!(window.shown().data.sort, SortBy::Name);
    window.click("Ascending; click for descending");
    assert_eq!(names(&window), ["val/green/green 3.jpg", "val/green/green 2.jpg", "val/green/green 1.jpg"]);
}

#[test]
fn the_grid_is_walked_by_keyboard() {
    let mut window = opened();
    let all = names(&window);
    let columns = window.shown().data.grid.columns;
    assert!(columns > 1);
    window.press(Modifiers::NONE, Key::ArrowRight);
    assert_eq!(cursor(&window), Some(all[0].clone()));
    window.press(Modifiers::NONE, Key::ArrowRight);
    assert_eq!(cursor(&window), Some(all[1].clone()));
    window.press(Modifiers::NONE, Key::ArrowDown);
    assert_eq!(cursor(&window), Some(all[1 + columns].clone()));
    window.press(Modifiers::NONE, Key::End);
    assert_eq!(cursor(&window), Some(all[14].clone()));
    window.press(Modifiers::NONE, Key::Home);
    window.press(Modifiers::SHIFT, Key::ArrowRight);
    window.press(Modifiers::SHIFT, Key::ArrowRight);
    assert_eq!(window.shown().data.selection.ids.len(), 3);
    assert!(window.has("3 selected"));
    assert!(window.has("3 pictures"), "the inspector sums up");
    window.press(Modifiers::COMMAND, Key::A);
    assert_eq!(window.shown().data.selection.ids.len(), 15);
    window.press(Modifiers::NONE, Key::Escape);
    assert_eq!(window.shown().data.selection.ids.len(), 0);
}

#[test]
fn clicks_select_one_several_and_a_range() {
    let mut window = opened();
    window.click("green 1.jpg, green, train");
    assert_eq!(cursor(&window).as_deref(), Some("train/green/green 1.jpg"));
    window.get_by_label("green 3.jpg, green, train").click_modifiers(Modifiers::SHIFT);
    window.run_steps(2);
    assert_eq!(window.shown().data.selection.ids.len(), 3);
    window.get_by_label("green 2.jpg, green, train").click_modifiers(Modifiers::COMMAND);
    window.run_steps(2);
    assert_eq!(window.shown().data.selection.ids.len(), 2);
    window.click("red 1.jpg, red, train");
    assert_eq!(window.shown().data.selection.ids.len(), 1);
}

#[test]
fn digits_with_alt_show_one_class_and_zero_all() {
    let mut window = opened();
    window.press(Modifiers::ALT, Key::Num2);
    assert_eq!(names(&window).len(), 6);
    window.press(Modifiers::ALT, Key::Num2);
    assert_eq!(names(&window).len(), 15);
    window.press(Modifiers::ALT, Key::Num1);
    window.press(Modifiers::ALT, Key::Num0);
    assert_eq!(names(&window).len(), 15);
    // While text is typed, digits are text.
    window.press(Modifiers::COMMAND, Key::F);
    window.press(Modifiers::NONE, Key::Num2);
    assert_eq!(window.shown().data.filter.class, ClassFilter::Any);
}

#[test]
fn the_inspector_shows_facts_and_hides_and_the_crop_is_switched_by_a_key() {
    let mut window = opened();
    window.click("green 1.jpg, green, train");
    window.settle();
    assert!(window.has("Large view of green 1.jpg"));
    assert!(window.has("48 × 36 px"));
    assert!(window.has("JPEG"));
    assert!(window.has_text("57 % of it"), "224/256 squared of the middle square of a 4:3 picture");
    assert!(window.shown().data.show_crop);
    window.press(Modifiers::NONE, Key::C);
    assert!(!window.shown().data.show_crop);
    window.press(Modifiers::NONE, Key::I);
    assert!(!window.has("Large view of green 1.jpg"));
    window.click("Show the inspector (I)");
    assert!(window.has("Large view of green 1.jpg"));
    window.click("Close the inspector");
    assert!(!window.has("Large view of green 1.jpg"));
}

#[test]
fn the_path_is_copied() {
    let mut window = opened();
    window.click("red 2.jpg, red, train");
    window.get_by_label("Copy path").click();
    window.step();
    let wanted = window.home.path().join("colours/train/red/red 2.jpg").display().to_string();
    let mut copied = false;
    for _ in 0..3 {
        copied |= window
            .output()
            .platform_output
            .commands
            .iter()
            .any(|command| matches!(command, egui::OutputCommand::CopyText(text) if *text == wanted));
        window.step();
    }
    assert!(copied);
}

#[test]
fn an_unreadable_picture_says_why_and_is_found_in_the_tree() {
    let mut window = harness_with(SIZE, |parent| {
        let root = colours(parent);
        std::fs::write(root.join("train/red/broken.jpg"), b"\xFF\xD8\xFF\xE0 and then nothing").expect("a file");
        root
    });
    window.run_steps(2);
    window.click("Unreadable, 1 picture");
    assert_eq!(names(&window), ["train/red/broken.jpg"]);
    window.click("broken.jpg, red, train");
    window.settle();
    assert!(window.has_text("This picture can't be read"));
}

#[test]
fn a_folder_without_pictures_says_what_is_looked_for() {
    let mut window = harness_with(SIZE, |parent| {
        let root = parent.join("void");
        std::fs::create_dir_all(root.join("train/ants")).expect("a folder");
        std::fs::write(root.join("train/ants/readme.txt"), "nothing").expect("a file");
        root
    });
    window.run_steps(2);
    let says_so = window.has_text("There are no pictures in void")
        || window.shown().notices.iter().any(|notice| notice.text.contains("void"));
    assert!(says_so);
}

#[test]
fn only_the_tiles_in_view_are_laid_out() {
    let mut window = harness_with([1024.0, 700.0], |parent| {
        let root = parent.join("many");
        let folder = root.join("train/dots");
        std::fs::create_dir_all(&folder).expect("a folder");
        let first = folder.join("0.jpg");
        image::RgbImage::from_pixel(8, 8, image::Rgb([90, 90, 200])).save(&first).expect("a JPEG");
        for number in 1..3000 {
            std::fs::hard_link(&first, folder.join(format!("{number}.jpg"))).expect("a link");
        }
        root
    });
    let tiles = |window: &Window| window.query_all_by_label_contains(".jpg, dots, ").count();
    assert_eq!(names(&window).len(), 3000);
    assert!((4..80).contains(&tiles(&window)), "{}", tiles(&window));
    window.press(Modifiers::NONE, Key::End);
    window.run_steps(2);
    assert!((4..80).contains(&tiles(&window)), "{}", tiles(&window));
    // Without a val folder a fifth is set apart for validation, so the last picture need not be the last number.
    let last = names(&window).pop().expect("pictures are shown");
    assert_eq!(cursor(&window).as_ref(), Some(&last));
    let file = last.rsplit('/').next().unwrap_or_default();
    assert!(window.has_text(&format!("{file}, dots, ")), "the last picture is in view");
    window.press(Modifiers::NONE, Key::Home);
    assert!(window.has_text("0.jpg, dots, "));
}
