//! What appears in the open folder, vanishes from it or is written anew shows by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::Key;
use egui::Modifiers;
use imago::app::ImagoApp;
use imago::app::command::{Command, TransferCommand};
use imago::app::state::{FileFacts, LargeView, ModelLine, Picture, State, Workspace};
use imago::dataset::ItemId;

use crate::common::{Window, colours, harness, harness_with};

const SIZE: [f32; 2] = [1280.0, 800.0];

/// The window with the flat colours in it, of which the test changes the files that are named.
fn opened(changes: &[&str]) -> (Window, PathBuf) {
    let mut window = harness_with(SIZE, colours);
    let root = window.home.path().join("colours");
    window.changes_files(changes);
    window.run_until("the watch", ImagoApp::is_watching);
    (window, root)
}

fn count(state: &State) -> usize {
    state.project.as_ref().map_or(0, |project| project.dataset.items.len())
}

fn cursor(state: &State) -> Option<String> {
    Some(state.project.as_ref()?.item(state.data.selection.cursor?)?.file_name())
}

fn was_said(state: &State, part: &str) -> bool {
    state.notices.iter().any(|notice| notice.text.contains(part))
}

fn picture(path: &Path, side: u32) {
    image::RgbImage::from_pixel(side, side, image::Rgb([9, 200, 90])).save(path).expect("a picture");
}

#[test]
fn a_picture_that_appears_is_shown_and_what_was_done_stays() {
    let (mut window, root) = opened(&[]);
    window.press(Modifiers::NONE, Key::ArrowRight);
    let stood = cursor(window.shown());
    // A label that was just given is there afterwards, and can be undone.
    window.press(Modifiers::NONE, Key::Num2);
    window.shown_mut().data.filter.text = "green".to_owned();
    picture(&root.join("train/green/new green.png"), 30);
    window.wait_for("the new picture", |state| count(state) == 16);
    assert!(was_said(window.shown(), "new green.png is new in the folder."));
    assert_ne!(cursor(window.shown()), stood, "labelling goes on to the next picture");
    assert_eq!(window.shown().data.filter.text, "green");
    assert!(window.has("green in Training, 6 pictures"), "one was labelled red, one is new");
    window.press(Modifiers::COMMAND, Key::Z);
    assert!(window.has("green in Training, 7 pictures"));
}

#[test]
fn the_keyboard_goes_on_where_its_picture_vanished_and_the_label_comes_back_with_the_file() {
    let (mut window, root) = opened(&["train/green/green 1.jpg"]);
    window.press(Modifiers::NONE, Key::ArrowRight);
    assert_eq!(cursor(window.shown()).as_deref(), Some("green 1.jpg"));
    window.press(Modifiers::NONE, Key::Num2);
    window.press(Modifiers::NONE, Key::ArrowLeft);
    window.settle();
    let file = root.join("train/green/green 1.jpg");
    let away = window.home.path().join("away.jpg");
    std::fs::rename(&file, &away).expect("it can be moved");
    window.wait_for("one picture less", |state| count(state) == 14);
    assert!(was_said(window.shown(), "green 1.jpg is gone from the folder. Its label is kept"));
    assert_eq!(cursor(window.shown()).as_deref(), Some("green 2.jpg"));
    assert!(window.has("red in Training, 4 pictures"));
    std::fs::rename(&away, &file).expect("it can be moved back");
    window.wait_for("the picture again", |state| count(state) == 15);
    assert!(window.has("red in Training, 5 pictures"), "with its label");
}

#[test]
fn a_file_that_is_written_anew_is_shown_anew_and_the_large_view_stays_open() {
    let (mut window, root) = opened(&["train/green/green 1.jpg"]);
    window.press(Modifiers::NONE, Key::ArrowRight);
    window.shown_mut().data.large = Some(LargeView::new(None));
    window.settle();
    let id = window.shown().data.selection.cursor.expect("a picture is marked");
    picture(&root.join("train/green/green 1.jpg"), 77);
    window.wait_for("the new size", |state| {
        let facts = state.project.as_ref().and_then(|project| project.facts.get(&id));
        matches!(facts, Some(FileFacts::Known { width: 77, .. }))
    });
    assert!(window.shown().data.large.is_some());
    assert_eq!(count(window.shown()), 15);
    assert!(!was_said(window.shown(), "in the folder"));
}

#[test]
fn a_dropped_folder_of_pictures_may_be_meant_for_a_class_or_as_a_data_set() {
    let (mut window, root) = opened(&[]);
    let folder = window.home.path().join("garden");
    std::fs::create_dir_all(&folder).expect("a folder");
    for number in 0..3 {
        picture(&folder.join(format!("{number}.png")), 20 + number);
    }
    window.command(Command::Dropped(vec![folder.clone()]));
    window.run_steps(2);
    assert!(window.has("Copy into class") && window.has("Open it as a data set instead"));
    window.click("Copy into class");
    window.wait_for("three pictures more", |state| count(state) == 18);
    assert_eq!(window.shown().project.as_ref().map(|project| project.dataset.root.clone()), Some(root));
    window.command(Command::Dropped(vec![folder.clone()]));
    window.run_steps(2);
    window.click("Open it as a data set instead");
    window.wait_for("the other data set", |state| count(state) == 3);
    assert!(window.shown().transfer.incoming.is_none());
}

fn id_of(state: &State, path: &Path) -> ItemId {
    state.project.as_ref().and_then(|project| project.item_at(path)).expect("it is there").id
}

/// The size of the picture that is shown for a file.
fn shown_size(window: &mut Window, path: &Path) -> Option<[u32; 2]> {
    match window.shown_mut().pictures.get(path, 200.0) {
        Picture::Ready { original_size, .. } => Some(original_size),
        Picture::Loading | Picture::Failed(_) => None,
    }
}

/// As if a model had said something of a picture.
fn suggest(window: &mut Window, id: ItemId) {
    let classes = vec!["green".to_owned(), "red".to_owned()];
    let model = ModelLine { path: "a model".into(), title: "a model".to_owned(), classes: classes.clone() };
    let suggestions = &mut window.shown_mut().data.suggestions;
    suggestions.begin(model, &classes);
    suggestions.insert(id, Box::new([0.9, 0.1]));
}

#[test]
fn another_picture_under_the_name_of_one_that_went_is_a_new_one() {
    let (mut window, root) = opened(&["train/green/green 1.jpg"]);
    let file = root.join("train/green/green 1.jpg");
    window.settle();
    assert_eq!(shown_size(&mut window, &file), Some([48, 36]));
    let id = id_of(window.shown(), &file);
    suggest(&mut window, id);
    fs::remove_file(&file).expect("it can be removed");
    window.wait_for("one picture less", |state| count(state) == 14);
    assert!(!window.shown().data.suggestions.is_known(id), "nothing is said of what is gone");
    suggest(&mut window, id);
    picture(&file, 30);
    window.wait_for("the picture again", |state| count(state) == 15);
    assert_eq!(shown_size(&mut window, &file), Some([30, 30]));
    assert!(!window.shown().data.suggestions.is_known(id), "what was said was said of the other one");
}

#[test]
fn what_was_found_out_of_a_file_that_is_written_anew_is_found_out_anew() {
    let (mut window, root) = opened(&["train/green/green 1.jpg"]);
    let file = root.join("train/green/green 1.jpg");
    window.settle();
    let id = id_of(window.shown(), &file);
    suggest(&mut window, id);
    let is_tiny = |state: &State| state.data.health.survey().is_some_and(|survey| survey.tiny.contains(&id));
    assert!(window.shown().data.health.survey().is_some() && !is_tiny(window.shown()));
    picture(&file, 20);
    window.wait_for("a tiny picture", is_tiny);
    assert!(!window.shown().data.suggestions.is_known(id));
    assert_eq!(shown_size(&mut window, &file), Some([20, 20]));
    let bytes = fs::metadata(&file).expect("it is there").len();
    let known = window.shown().project.as_ref().and_then(|project| project.item(id)).map(|item| item.file_bytes);
    assert_eq!(known, Some(bytes), "its new size is known");
}

#[cfg(unix)]
#[test]
fn reading_the_folder_again_finds_what_no_watch_reports() {
    // What is written to a file by another name, in another folder, is not reported here.
    let mut window = harness_with(SIZE, |parent| {
        let root = colours(parent);
        fs::hard_link(root.join("train/green/green 1.jpg"), parent.join("twin.jpg")).expect("a link");
        root
    });
    window.changes_files(&["train/green/green 1.jpg"]);
    let (root, twin) = (window.home.path().join("colours"), window.home.path().join("twin.jpg"));
    let file = root.join("train/green/green 1.jpg");
    window.settle();
    assert_eq!(shown_size(&mut window, &file), Some([48, 36]));
    let id = id_of(window.shown(), &file);
    suggest(&mut window, id);
    // As many bytes as before.
    let other = window.home.path().join("other.jpg");
    picture(&other, 16);
    let mut bytes = fs::read(&other).expect("it can be read");
    let before = fs::metadata(&file).expect("it is there").len() as usize;
    assert!(bytes.len() <= before);
    bytes.resize(before, 0);
    std::thread::sleep(Duration::from_millis(20));
    fs::write(&twin, bytes).expect("it can be written");
    window.open(&root);
    window.wait_for("the new size", |state| {
        let facts = state.project.as_ref().and_then(|project| project.facts.get(&id));
        matches!(facts, Some(FileFacts::Known { width: 16, .. }))
    });
    assert_eq!(shown_size(&mut window, &file), Some([16, 16]));
    assert!(!window.shown().data.suggestions.is_known(id));
}

#[test]
fn a_folder_that_is_removed_is_told_of_and_watched_again_when_it_is_back() {
    let (mut window, root) = opened(&["train", "val"]);
    window.settle();
    fs::remove_dir_all(&root).expect("it can be removed");
    window.wait_for("a word about it", |state| was_said(state, "can't be read again") || count(state) == 0);
    assert_eq!(window.shown().project.as_ref().map(|project| project.dataset.root.clone()), Some(root.clone()));
    let parent = window.home.path().to_owned();
    colours(&parent);
    picture(&root.join("train/green/green 1.jpg"), 30);
    window.wait_for("the folder again", |state| {
        let facts = state.project.as_ref().map(|project| &project.facts);
        let id = state.project.as_ref().and_then(|project| project.item_at(&root.join("train/green/green 1.jpg")));
        id.is_some_and(|item| {
            matches!(facts.and_then(|facts| facts.get(&item.id)), Some(FileFacts::Known { width: 30, .. }))
        })
    });
    assert_eq!(count(window.shown()), 15);
    // And from then on everything is noticed as before.
    picture(&root.join("train/red/one more.png"), 40);
    window.wait_for("the new picture", |state| count(state) == 16);
}

/// A folder with so many files that reading it takes a moment.
fn many(parent: &Path) -> PathBuf {
    let root = parent.join("many");
    let folder = root.join("train/dots");
    fs::create_dir_all(&folder).expect("a folder");
    let first = folder.join("0.png");
    picture(&first, 8);
    for number in 1..4000 {
        fs::hard_link(&first, folder.join(format!("{number}.png"))).expect("a link");
    }
    root
}

/// Begins to open a folder and cancels it in the same moment.
fn open_and_cancel(window: &mut Window, folder: &Path) {
    let ctx = window.ctx.clone();
    window.app_mut().run_command(&ctx, Command::OpenFolder(folder.to_owned()));
    let job = window.shown().jobs.last().expect("it is being read").id;
    window.app_mut().run_command(&ctx, Command::CancelJob(job));
    assert!(window.shown().opening.is_some());
}

/// As where the headers of the open data set are still being read: that of this picture is not known.
fn forget_header(window: &mut Window, id: ItemId) {
    window.shown_mut().project.as_mut().expect("a data set is open").facts.remove(&id);
}

fn knows_header(state: &State, id: ItemId) -> bool {
    state.project.as_ref().is_some_and(|project| project.facts.contains_key(&id))
}

#[test]
fn a_folder_whose_reading_is_cancelled_leaves_the_open_one_as_it_was_and_watched() {
    let (mut window, root) = opened(&[]);
    let folder = many(window.home.path());
    let id = id_of(window.shown(), &root.join("train/green/green 1.jpg"));
    forget_header(&mut window, id);
    open_and_cancel(&mut window, &folder);
    window.wait_for("the end of it", |state| state.opening.is_none());
    assert_eq!(window.shown().project.as_ref().map(|project| project.dataset.root.clone()), Some(root.clone()));
    window.wait_for("the header", |state| knows_header(state, id));
    picture(&root.join("train/green/new.png"), 30);
    window.wait_for("the new picture", |state| count(state) == 16);
}

#[test]
fn where_nothing_is_open_cancelling_leads_back_to_the_welcome_screen() {
    let mut window = harness(SIZE);
    let folder = many(window.home.path());
    open_and_cancel(&mut window, &folder);
    window.wait_for("the end of it", |state| state.opening.is_none());
    assert!(window.shown().project.is_none());
    assert!(!window.has_text("Reading many"));
}

#[test]
fn a_folder_that_can_not_be_opened_leaves_the_headers_of_the_open_one_to_be_read_on() {
    let (mut window, root) = opened(&[]);
    let id = id_of(window.shown(), &root.join("train/green/green 1.jpg"));
    forget_header(&mut window, id);
    let nowhere = window.home.path().join("nowhere");
    window.command(Command::OpenFolder(nowhere));
    window.wait_for("a word about it", |state| was_said(state, "there is no such folder"));
    window.wait_for("the header", |state| knows_header(state, id));
}

#[test]
fn what_changes_in_the_folder_waits_until_the_export_is_closed() {
    let (mut window, root) = opened(&[]);
    window.command(Command::Transfer(TransferCommand::ShowExport));
    picture(&root.join("train/green/new.png"), 30);
    // Longer than it takes to be noticed and read.
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(3) {
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(window.shown().transfer.export.open);
    assert_eq!(count(window.shown()), 15);
    window.shown_mut().transfer.export.open = false;
    window.wait_for("the new picture", |state| count(state) == 16);
}

#[test]
fn an_export_that_was_left_behind_in_data_hides_nothing_that_changes_in_the_folder() {
    let (mut window, root) = opened(&[]);
    window.command(Command::Transfer(TransferCommand::ShowExport));
    window.command(Command::Go(Workspace::Augment));
    picture(&root.join("train/green/new.png"), 30);
    window.wait_for("the new picture", |state| count(state) == 16);
    assert_eq!(window.shown().workspace, Workspace::Augment);
    assert!(window.shown().transfer.export.open, "it is still there where it was left");
}

#[test]
fn a_table_that_is_read_again_with_the_folder_calls_nobody_back_to_data() {
    let (mut window, root) = opened(&[]);
    let table = table(&window);
    window.command(Command::Go(Workspace::Augment));
    window.command(Command::Transfer(TransferCommand::ReadLabels(table)));
    window.wait_for("the preview", is_up_to_date);
    assert_eq!(window.shown().workspace, Workspace::Data, "it was asked for");
    window.command(Command::Go(Workspace::Augment));
    picture(&root.join("train/green/new.png"), 30);
    window.wait_for("the preview again", |state| count(state) == 16 && is_up_to_date(state));
    assert_eq!(window.shown().workspace, Workspace::Augment);
}

/// A table with another label for one picture.
fn table(window: &Window) -> PathBuf {
    let table = window.home.path().join("labels.csv");
    fs::write(&table, "path,label,split\ntrain/red/red 1.jpg,green,val\n").expect("a table");
    table
}

/// Whether the preview of a table is shown, compared with the data set as it was read last.
fn is_up_to_date(state: &State) -> bool {
    let serial = state.project.as_ref().map(|project| project.serial);
    state.transfer.preview.as_ref().is_some_and(|preview| Some(preview.of.0) == serial)
}

#[test]
fn reading_the_folder_again_closes_neither_the_export_nor_the_preview_of_a_table() {
    let (mut window, root) = opened(&[]);
    window.command(Command::Transfer(TransferCommand::ShowExport));
    window.open(&root);
    assert!(window.shown().transfer.export.open);
    window.shown_mut().transfer.export.open = false;
    let table = table(&window);
    window.command(Command::Transfer(TransferCommand::ReadLabels(table)));
    window.wait_for("the preview", is_up_to_date);
    window.open(&root);
    window.wait_for("the preview again", is_up_to_date);
    window.click("Take over");
    assert!(window.has("red in Training, 3 pictures"));
}

#[test]
fn a_table_that_was_read_while_the_folder_was_is_read_again_for_what_is_there_now() {
    let (mut window, root) = opened(&[]);
    let (ctx, table) = (window.ctx.clone(), table(&window));
    let before = window.shown().project.as_ref().map(|project| project.serial);
    window.app_mut().run_command(&ctx, Command::Transfer(TransferCommand::ReadLabels(table)));
    window.app_mut().run_command(&ctx, Command::OpenFolder(root));
    window.wait_for("the preview", |state| {
        state.project.as_ref().map(|project| project.serial) != before && is_up_to_date(state)
    });
}
