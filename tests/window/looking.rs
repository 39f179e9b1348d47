//! Looking closely: the large view, two pictures side by side, the rubber band, letters of classes, the history of a label,
//! and that leaving never loses labels without a question.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use egui::{Key, Modifiers, Pos2, Shape, TextureId, Vec2, ViewportCommand, ViewportEvent};
use egui_kittest::kittest::Queryable;
use imago::app::command::{Command, LabelCommand, UiCommand};
use imago::app::state::{FileFacts, SortBy};
use imago::base::AppPaths;
use imago::dataset::labels::LabelPlaces;

use crate::common::{Window, colours, harness, harness_with};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn opened() -> Window {
    harness_with(SIZE, colours)
}

fn cursor(window: &Window) -> String {
    let state = window.shown();
    let item = state.data.selection.cursor.and_then(|id| state.project.as_ref()?.item(id));
    item.map(imago::dataset::Item::file_name).unwrap_or_default()
}

fn class_of(window: &Window, name: &str) -> Option<usize> {
    let project = window.shown().project.as_ref().expect("a data set is open");
    project.dataset.items.iter().find(|item| item.file_name() == name).expect("it is there").class
}

/// Every original file with its bytes.
fn originals(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    let walk = walk.filter_entry(|entry| entry.file_name() != ".imago").map(|entry| entry.expect("it can be listed"));
    walk.filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().to_owned(), std::fs::read(entry.path()).expect("it can be read")))
        .collect()
}

fn drag(window: &mut Window, from: Pos2, to: Pos2) {
    window.drag_at(from);
    window.run_steps(1);
    for step in 1..=8 {
        window.hover_at(from + (to - from) * (step as f32 / 8.0));
        window.run_steps(1);
    }
}

#[test]
fn a_picture_is_looked_at_closely_zoomed_moved_and_labelled_there() {
    let mut window = opened();
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Space);
    window.settle();
    assert!(window.has("Large picture green 1.jpg") && window.has("1 of 15"));
    let zoom = |window: &Window| window.shown().data.large.as_ref().expect("it is open").zoom;
    let middle = window.get_by_label("Large picture green 1.jpg").rect().center();
    window.hover_at(middle + Vec2::new(60.0, 20.0));
    window.run_steps(1);
    window.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: Vec2::new(0.0, 200.0),
        modifiers: Modifiers::NONE,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
    });
    window.run_steps(20);
    assert!(zoom(&window) > 1.5, "the wheel zooms");
    let before = window.shown().data.large.as_ref().expect("it is open").center;
    drag(&mut window, middle, middle + Vec2::new(80.0, 40.0));
    window.drop_at(middle + Vec2::new(80.0, 40.0));
    window.run_steps(2);
    let after = window.shown().data.large.as_ref().expect("it is open").center;
    assert!(after.x < before.x && after.y < before.y, "dragging moves: {before:?} {after:?}");
    assert!(!window.shown().data.large.as_ref().expect("it is open").shows_crop);
    window.press(Modifiers::NONE, Key::C);
    assert!(window.shown().data.large.as_ref().expect("it is open").shows_crop);
    window.shot("large");
    window.press(Modifiers::NONE, Key::ArrowRight);
    assert!(window.has("Large picture green 2.jpg"));
    window.press(Modifiers::NONE, Key::Num2);
    assert_eq!(class_of(&window, "green 2.jpg"), Some(1));
    assert!(window.has("Large picture green 3.jpg"), "a label goes on to the next picture");
    window.press(Modifiers::NONE, Key::End);
    assert!(window.has("15 of 15"));
    window.press(Modifiers::NONE, Key::Escape);
    assert!(window.shown().data.large.is_none());
    assert!(window.has_text("red 2.jpg, red, val"), "back in the grid");
    // The same by a double click, and back by the button.
    let tile = window.get_by_label("red 2.jpg, red, val").rect().center();
    for _ in 0..2 {
        window.drag_at(tile);
        window.drop_at(tile);
    }
    window.run_steps(3);
    assert!(window.has("Large picture red 2.jpg"));
    window.click("Back to the grid (Esc)");
    assert!(window.shown().data.large.is_none());
}

#[test]
fn two_selected_pictures_are_compared_and_one_of_them_is_set_aside() {
    let mut window = opened();
    window.click("green 1.jpg, green, train");
    window.get_by_label("green 3.jpg, green, train").click_modifiers(Modifiers::COMMAND);
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Space);
    window.settle();
    assert!(window.has("Compared picture green 1.jpg") && window.has("Compared picture green 3.jpg"));
    let (left, right) = (
        window.get_by_label("Compared picture green 1.jpg").rect(),
        window.get_by_label("Compared picture green 3.jpg").rect(),
    );
    assert!(left.right() < right.left() && (left.width() - right.width()).abs() < 1.0);
    window.press(Modifiers::NONE, Key::Plus);
    assert!(window.shown().data.large.as_ref().expect("it is open").zoom > 1.0);
    window.shot("compare");
    window.press(Modifiers::NONE, Key::ArrowRight);
    assert_eq!(cursor(&window), "green 3.jpg");
    window.press(Modifiers::NONE, Key::X);
    assert!(window.has("Compared picture green 1.jpg"), "both stay in view");
    window.press(Modifiers::NONE, Key::Space);
    assert!(window.has("green 3.jpg, green, train, set aside"));
    assert!(window.has("green 1.jpg, green, train"));
}

#[test]
fn a_rubber_band_selects_what_it_touches() {
    let mut window = opened();
    let (first, last) = (
        window.get_by_label("green 1.jpg, green, train").rect(),
        window.get_by_label("green 2.jpg, green, train").rect(),
    );
    let from = Pos2::new(first.left() - 6.0, first.top() + 10.0);
    drag(&mut window, from, last.center());
    assert_eq!(window.shown().data.selection.ids.len(), 2, "while it is drawn");
    window.shot("band");
    window.drop_at(last.center());
    window.run_steps(2);
    assert!(window.has("2 selected") && window.shown().data.band.is_none());
    window.press(Modifiers::NONE, Key::Num2);
    assert_eq!((class_of(&window, "green 1.jpg"), class_of(&window, "green 2.jpg")), (Some(1), Some(1)));
    assert_eq!(class_of(&window, "green 3.jpg"), Some(0));
}

#[test]
fn alt_and_plus_or_minus_make_tiles_larger_or_smaller() {
    let mut window = opened();
    let side = |window: &Window| window.get_by_label("green 1.jpg, green, train").rect().width();
    let (points, before) = (window.shown().settings.thumb_points, side(&window));
    for _ in 0..4 {
        window.press(Modifiers::ALT, Key::Plus);
    }
    assert_eq!(window.shown().settings.thumb_points, points + 64.0);
    assert!(side(&window) > before + 20.0, "{before} {}", side(&window));
    for _ in 0..20 {
        window.press(Modifiers::ALT, Key::Minus);
    }
    assert_eq!(window.shown().settings.thumb_points, 64.0, "no smaller than the slider can");
    assert!(side(&window) < before - 20.0, "{before} {}", side(&window));
}

#[test]
fn a_letter_labels_with_its_class_and_one_that_is_taken_is_refused() {
    let mut window = opened();
    let give = |window: &mut Window, class, letter| {
        window.command(Command::Label(LabelCommand::GiveLetter(class, Some(letter))));
    };
    give(&mut window, 1, 'r');
    give(&mut window, 0, 's');
    assert!(window.shown().notices.iter().any(|notice| notice.text.contains("S is the key to skip")));
    give(&mut window, 0, 'R');
    assert!(window.shown().notices.iter().any(|notice| notice.text.contains("the class red")));
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::R);
    window.press(Modifiers::NONE, Key::R);
    assert_eq!((class_of(&window, "green 1.jpg"), class_of(&window, "green 2.jpg")), (Some(1), Some(1)));
    assert_eq!(cursor(&window), "green 3.jpg");
    // A class that is renamed keeps its letter.
    window.command(Command::Label(LabelCommand::RenameClass(1, "crimson".into())));
    window.press(Modifiers::NONE, Key::R);
    assert_eq!(class_of(&window, "green 3.jpg"), Some(1));
    // While text is typed it is text.
    window.press(Modifiers::COMMAND, Key::F);
    window.press(Modifiers::NONE, Key::R);
    assert_eq!(class_of(&window, "green 4.jpg"), Some(0));
    // By the menu of the class.
    window.press(Modifiers::NONE, Key::Escape);
    window.get_by_label_contains("green in Training").click_secondary();
    window.run_steps(3);
    window.click("Letter");
    window.run_steps(3);
    window.shot("letters");
    window.get_by_role_and_label(egui::accesskit::Role::Button, "G").click();
    window.run_steps(2);
    assert_eq!(window.shown().settings.class_letters.get("green"), Some(&'G'));
}

#[test]
fn the_inspector_tells_what_became_of_a_label() {
    let mut window = opened();
    window.click("green 1.jpg, green, train");
    assert!(!window.has("History of labels"));
    window.press(Modifiers::NONE, Key::Num2);
    window.press(Modifiers::COMMAND, Key::Z);
    window.click("green 1.jpg, green, train");
    window.settle();
    assert!(window.has("History of labels"));
    assert!(window.has_text("labelled red, just now") && window.has_text("undone: labelled as its folder, just now"));
    window.shot("history");
}

#[test]
fn pictures_are_sorted_by_date() {
    let mut window = harness_with(SIZE, |parent| {
        let root = colours(parent);
        let now = std::time::SystemTime::now();
        for (name, hours) in [("train/red/red 3.jpg", 9), ("val/green/green 2.jpg", 5)] {
            let file = std::fs::File::options().write(true).open(root.join(name)).expect("it is there");
            file.set_modified(now - std::time::Duration::from_hours(hours)).expect("the time can be set");
        }
        root
    });
    window.shown_mut().data.sort = SortBy::Date;
    window.run_steps(2);
    let state = window.shown();
    let items = &state.project.as_ref().expect("a data set is open").dataset.items;
    let first: Vec<_> = state.data.shown()[..2].iter().map(|position| items[*position].file_name()).collect();
    assert_eq!(first, ["red 3.jpg", "green 2.jpg"]);
}

#[test]
fn closing_while_labels_can_not_be_saved_asks_first() {
    let mut window = opened();
    let root = window.home.path().join("colours");
    let before = originals(&root);
    std::fs::write(root.join(".imago"), "in the way").expect("a file");
    let home = LabelPlaces::of(&root, &AppPaths::below(window.home.path().join("imago")).data_dir).at_home;
    std::fs::remove_dir_all(&home).expect("it can be removed");
    std::fs::write(&home, "in the way").expect("a file");
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num2);
    window.run_until("a notice says so", |app| {
        app.state().notices.iter().any(|notice| notice.text.contains("Labels are not saved yet"))
    });
    let ask_to_close = |window: &mut Window| {
        let viewport = window.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.events.push(ViewportEvent::Close);
        window.step();
        let commands = window.output().viewport_output.values().flat_map(|output| output.commands.clone());
        commands.collect::<Vec<_>>()
    };
    assert!(ask_to_close(&mut window).contains(&ViewportCommand::CancelClose), "the window stays");
    window.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default().events.clear();
    window.run_steps(3);
    assert!(window.has("Labels are not saved") && window.has_text("Your last action of labelling is not written"));
    window.shot("leaving");
    window.click("Stay and keep trying");
    assert!(window.shown().leaving.is_none());
    // Closing the data set asks as well, and goes on when it may.
    window.command(Command::Ui(UiCommand::CloseProject));
    window.run_steps(2);
    assert!(window.shown().project.is_some() && window.has("Close and lose them"));
    std::fs::remove_file(root.join(".imago")).expect("it can be removed");
    window.run_until("all is saved", |app| app.state().leaving.is_none());
    let again = ask_to_close(&mut window);
    assert!(!again.contains(&ViewportCommand::CancelClose), "nothing is lost any more");
    std::fs::remove_file(&home).expect("it can be removed");
    window.input_mut().viewports.entry(egui::ViewportId::ROOT).or_default().events.clear();
    window.command(Command::Ui(UiCommand::CloseProject));
    window.open(&root);
    assert_eq!(class_of(&window, "green 1.jpg"), Some(1));
    assert_eq!(originals(&root), before);
}

#[test]
fn files_that_vanish_while_they_are_shown_are_named_and_the_rest_goes_on() {
    // As in a folder that someone tidies up: after opening, before the pictures are decoded.
    let mut window = harness(SIZE);
    let root = colours(window.home.path());
    window.begin_to_open(&root);
    window.changes_files(&["train/green/green 1.jpg", "train/green/green 2.jpg"]);
    window.run_until("it is open", |app| app.state().project.is_some());
    for name in ["green 1.jpg", "green 2.jpg"] {
        std::fs::remove_file(root.join("train/green").join(name)).expect("it can be removed");
    }
    window.settle();
    let project = window.shown().project.as_ref().expect("it stays open");
    assert_eq!(project.dataset.items.len(), 15);
    window.get_by_label_contains("green 1.jpg, green, train").click();
    window.run_steps(2);
    window.press(Modifiers::NONE, Key::Space);
    window.settle();
    window.press(Modifiers::NONE, Key::Escape);
    // Labels go on, also of what is gone: it may come back.
    window.press(Modifiers::NONE, Key::Num2);
    window.press(Modifiers::NONE, Key::Num2);
    window.press(Modifiers::NONE, Key::Num2);
    assert_eq!(class_of(&window, "green 3.jpg"), Some(1));
    window.command(Command::Ui(UiCommand::Rescan));
    window.settle();
    let project = window.shown().project.as_ref().expect("it stays open");
    assert_eq!(project.dataset.items.len(), 13);
    assert_eq!(class_of(&window, "green 3.jpg"), Some(1));
    let unreadable = project.facts.iter().filter(|(id, _)| project.item(**id).is_some());
    assert!(unreadable.filter(|(_, facts)| matches!(facts, FileFacts::Unreadable(_))).count() == 0);
}

#[test]
fn thumbnails_are_kept_on_disk_used_again_and_cleared() {
    let large = |parent: &Path| {
        let root = parent.join("large");
        std::fs::create_dir_all(root.join("a")).expect("a folder");
        for number in 0..3_u8 {
            let picture =
                image::RgbImage::from_fn(900, 600, |x, y| image::Rgb([(x / 4) as u8, (y / 3) as u8, number * 80]));
            picture.save(root.join("a").join(format!("{number}.jpg"))).expect("a JPEG");
        }
        root
    };
    let mut window = harness_with(SIZE, large);
    let root = window.home.path().join("large");
    let before = originals(&root);
    window.settle();
    let kept = |window: &Window| {
        let folder = AppPaths::below(window.home.path().join("imago")).thumbnails_dir();
        let walk = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
        walk.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect::<Vec<_>>()
    };
    let files = kept(&window);
    assert_eq!(files.len(), 3);
    // Damaged ones are decoded again and written over.
    std::fs::write(&files[0], b"nonsense").expect("it can be written");
    window.command(Command::Ui(UiCommand::CloseProject));
    window.shown_mut().pictures = imago::app::state::Pictures::default();
    window.open(&root);
    window.settle();
    assert_eq!(kept(&window).len(), 3);
    assert!(kept(&window).iter().all(|path| std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > 1000)));
    window.press(Modifiers::COMMAND, Key::Comma);
    window.run_steps(2);
    window.click("Clear thumbnail cache");
    window.settle();
    assert!(kept(&window).is_empty());
    assert!(window.shown().notices.iter().any(|notice| notice.text.contains("3 small pictures")));
    assert_eq!(originals(&root), before);
}

#[test]
fn zooming_in_shows_every_pixel_of_a_picture_that_is_larger_than_the_screen() {
    let mut window = harness_with(SIZE, |parent| {
        let root = parent.join("large");
        std::fs::create_dir_all(root.join("a")).expect("a folder");
        let picture = image::RgbImage::from_fn(3000, 2400, |x, y| image::Rgb([(x % 251) as u8, (y % 241) as u8, 90]));
        picture.save(root.join("a/large.bmp")).expect("a BMP");
        root
    });
    window.press(Modifiers::NONE, Key::ArrowRight);
    window.press(Modifiers::NONE, Key::Space);
    window.settle();
    assert!(window.shown().pictures.parts().is_empty(), "whole in view it has pixels enough");
    let middle = window.get_by_label("Large picture large.bmp").rect().center();
    for _ in 0..2 {
        window.drag_at(middle);
        window.drop_at(middle);
    }
    window.run_steps(3);
    window.settle();
    let parts = window.shown().pictures.parts();
    let [(part, size)] = parts.as_slice() else { panic!("one part is shown: {parts:?}") };
    assert_eq!([part.width as usize, part.height as usize], *size, "as many pixels as the picture has there");
    assert!(
        part.x <= 1400 && part.x + part.width >= 1600 && part.y <= 1100 && part.y + part.height >= 1300,
        "{part:?}"
    );
    let before = *part;
    // Moved to a corner it is another part, in the place of the one before.
    drag(&mut window, middle, middle + Vec2::new(5000.0, 5000.0));
    window.drop_at(middle + Vec2::new(5000.0, 5000.0));
    window.settle();
    let parts = window.shown().pictures.parts();
    let [(part, _)] = parts.as_slice() else { panic!("one part is shown: {parts:?}") };
    assert!((part.x, part.y) == (0, 0) && *part != before, "{part:?}");
    window.press(Modifiers::NONE, Key::Escape);
    window.settle();
    assert!(window.shown().data.large.is_none());
}

/// Photographs with more pixels than any view of them here. Those with a number are of the class `b`, so that the key 1 gives
/// them another.
fn photographs(parent: &Path) -> PathBuf {
    let root = parent.join("photographs");
    let numbered =
        ["train/b/0.jpg", "train/b/1.jpg", "train/b/2.jpg", "train/b/3.jpg", "train/b/4.jpg", "train/b/5.jpg"];
    for (number, path) in numbered.into_iter().chain(["train/a/z.jpg", "val/a/y.jpg", "val/b/x.jpg"]).enumerate() {
        let file = root.join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        let picture = image::RgbImage::from_pixel(1600, 1200, image::Rgb([40, 90, 40 + 20 * number as u8]));
        picture.save(&file).expect("a JPEG");
    }
    root
}

/// Marks the first of six photographs in a grid of the smallest tiles, for which it is decoded smaller than for any other view.
fn at_the_first_photograph() -> Window {
    let mut window = harness(SIZE);
    // Before it is opened: the first pictures are decoded for the grid while the folder is still being read.
    window.shown_mut().settings.thumb_points = 64.0;
    let root = photographs(window.home.path());
    window.open(&root);
    window.click("0.jpg, b, train");
    window
}

/// Pixels of the longer side of a file's largest texture among those that are asked for; nought if there is none.
fn longest(window: &Window, file: &str, is_asked_for: impl Fn(TextureId) -> bool) -> usize {
    let textures = window.ctx.tex_manager();
    let textures = textures.read();
    // A picture's texture has the name of its file.
    let of_file = textures.allocated().filter(|(id, meta)| Path::new(&meta.name).ends_with(file) && is_asked_for(**id));
    of_file.map(|(_, meta)| meta.size[0].max(meta.size[1])).max().unwrap_or(0)
}

/// How large a picture is there, whether or not it is shown.
fn held(window: &Window, file: &str) -> usize {
    longest(window, file, |_| true)
}

/// How large a picture is there of what the last frame painted.
fn painted(window: &Window, file: &str) -> usize {
    fn collect(shape: &Shape, into: &mut HashSet<TextureId>) {
        if let Shape::Vec(shapes) = shape {
            shapes.iter().for_each(|shape| collect(shape, into));
        } else {
            into.insert(shape.texture_id());
        }
    }
    let mut textures = HashSet::new();
    for shape in &window.output().shapes {
        collect(&shape.shape, &mut textures);
    }
    longest(window, file, |id| textures.contains(&id))
}

/// Labels the first photograph, which is in view under the name `view`, and sees that the next one does not have to be waited
/// for. Frame by frame, so that nothing can be decoded between being shown and being looked for.
fn goes_on_without_waiting(window: &mut Window, view: &str) {
    window.settle();
    let shows = |window: &Window, file: &str| window.has(&format!("{view} {file}"));
    assert!(shows(window, "0.jpg"));
    let size = painted(window, "0.jpg");
    // What is that large is that large for this view: neither the grid nor the reading of the folder asks for so much.
    assert!(held(window, "5.jpg") < size, "{} of {size} pixels", held(window, "5.jpg"));
    window.key_down(Key::Num1);
    window.step();
    assert_eq!((class_of(window, "0.jpg"), cursor(window)), (Some(0), "1.jpg".to_owned()));
    assert!(shows(window, "0.jpg"), "the next one has not been shown yet, only marked");
    assert_eq!(held(window, "1.jpg"), size, "it was decoded ahead, as large as it will be shown");
    window.key_up(Key::Num1);
    window.step();
    assert!(shows(window, "1.jpg"));
    assert_eq!(painted(window, "1.jpg"), size, "the first frame that shows it shows it sharp");
}

#[test]
fn in_the_large_view_nobody_waits_for_the_next_picture_after_a_label() {
    let mut window = at_the_first_photograph();
    window.press(Modifiers::NONE, Key::Space);
    goes_on_without_waiting(&mut window, "Large picture");
}

#[test]
fn in_the_inspector_nobody_waits_for_the_next_picture_after_a_label() {
    let mut window = at_the_first_photograph();
    goes_on_without_waiting(&mut window, "Large view of");
}
