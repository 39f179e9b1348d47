//! Classes that change while the data set is open, and folders that change under them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use imago::app::ImagoApp;
use imago::app::command::{Command, LabelCommand, TransferCommand, UiCommand};
use imago::app::state::{ClassFilter, PredictionFilter, State};
use imago::dataset::Split;

use crate::common::{Window, colours, harness_with};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn opened() -> (Window, PathBuf) {
    let mut window = harness_with(SIZE, colours);
    let root = window.home.path().join("colours");
    window.run_until("the watch", ImagoApp::is_watching);
    (window, root)
}

/// Draws frames, as a window does that is woken, until `done`.
fn until(window: &mut Window, what: &str, done: impl Fn(&State) -> bool) {
    let start = Instant::now();
    while !done(window.shown()) {
        assert!(start.elapsed() < Duration::from_secs(90), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
        window.run_steps(1);
    }
    window.settle();
}

fn class_of(state: &State, path: &str) -> Option<String> {
    let project = state.project.as_ref()?;
    let item = project.dataset.items.iter().find(|item| item.rel_path == Path::new(path))?;
    Some(project.class_name(item.class).to_owned())
}

fn is_there(state: &State, path: &str) -> bool {
    class_of(state, path).is_some()
}

fn class_names(window: &Window) -> Vec<String> {
    window.shown().project.as_ref().expect("a data set is open").dataset.classes.clone()
}

fn label(window: &mut Window, command: LabelCommand) {
    window.command(Command::Label(command));
}

fn import(window: &mut Window, name: &str, class: usize) {
    let picture = window.home.path().join(name);
    let shade = 40 + name.len() as u8;
    image::RgbImage::from_pixel(30, 20, image::Rgb([shade, 100, 9])).save(&picture).expect("a picture");
    window.command(Command::Transfer(TransferCommand::Import(vec![picture], Split::Train, class)));
}

/// Closes the data set and opens it again, as a restart does.
fn restart(window: &mut Window, root: &Path) {
    window.settle();
    window.command(Command::Ui(UiCommand::CloseProject));
    window.open(root);
}

fn journal(root: &Path) -> String {
    std::fs::read_to_string(root.join(".imago/labels.jsonl")).unwrap_or_default()
}

#[test]
fn a_picture_that_is_renamed_while_it_is_shown_keeps_its_label_for_good() {
    let (mut window, root) = opened();
    window.changes_files();
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num2);
    until(&mut window, "the hash", |_| journal(&root).contains("hashes"));
    std::fs::rename(root.join("train/green/green 1.jpg"), root.join("train/green/other.jpg")).expect("it is renamed");
    until(&mut window, "the new name", |state| is_there(state, "train/green/other.jpg"));
    assert_eq!(class_of(window.shown(), "train/green/other.jpg").as_deref(), Some("red"));
    window.run_steps(40);
    window.click("other.jpg, red, train, changed");
    window.press(Modifiers::NONE, Key::U);
    restart(&mut window, &root);
    assert!(
        window.has("other.jpg, red, train, changed, unsure") || window.has("other.jpg, red, train, unsure, changed")
    );
    assert_eq!(class_of(window.shown(), "train/green/other.jpg").as_deref(), Some("red"));
}

#[test]
fn the_copy_that_is_kept_is_not_set_aside_when_the_others_are_deleted() {
    let (mut window, root) = opened();
    window.changes_files();
    let (first, twin) = (root.join("train/green/green 1.jpg"), root.join("train/green/twin.jpg"));
    std::fs::copy(&first, &twin).expect("a copy");
    until(&mut window, "the copy", |state| is_there(state, "train/green/twin.jpg"));
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::X);
    until(&mut window, "the hash", |_| journal(&root).contains("hashes"));
    std::fs::remove_file(first).expect("it is deleted");
    until(&mut window, "one picture less", |state| !is_there(state, "train/green/green 1.jpg"));
    assert!(window.has("twin.jpg, green, train"));
    restart(&mut window, &root);
    assert!(window.has("twin.jpg, green, train"));
}

#[test]
fn a_journal_that_is_deleted_while_it_is_open_is_written_anew_and_said() {
    let (mut window, root) = opened();
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num2);
    window.settle();
    std::fs::remove_dir_all(root.join(".imago")).expect("it is deleted");
    // Reading the folder again does not forget what this window knows.
    window.open(&root);
    assert_eq!(class_of(window.shown(), "train/green/green 1.jpg").as_deref(), Some("red"));
    window.press(Modifiers::NONE, Key::Num2);
    until(&mut window, "the notice", |state| {
        state.notices.iter().any(|notice| notice.text.contains("The file with the labels was gone"))
    });
    window.shown_mut().notices.clear();
    restart(&mut window, &root);
    for path in ["train/green/green 1.jpg", "train/green/green 2.jpg"] {
        assert_eq!(class_of(window.shown(), path).as_deref(), Some("red"), "{path}");
    }
}

#[test]
fn pictures_imported_into_a_class_are_of_that_class_whatever_its_folder_stands_for() {
    let (mut window, root) = opened();
    label(&mut window, LabelCommand::RenameClass(0, "leaf".into()));
    label(&mut window, LabelCommand::CreateClass("green".into()));
    import(&mut window, "lawn.png", 2);
    until(&mut window, "the import", |state| is_there(state, "train/green/lawn.png"));
    assert_eq!(class_names(&window), ["leaf", "red", "green"]);
    let seen = |window: &Window| {
        ["train/green/lawn.png", "train/green/green 1.jpg"]
            .map(|path| class_of(window.shown(), path).unwrap_or_default())
    };
    assert_eq!(seen(&window), ["green", "leaf"]);
    restart(&mut window, &root);
    assert_eq!(
        (seen(&window), class_names(&window)),
        (["green", "leaf"].map(str::to_owned), vec!["leaf".to_owned(), "red".into(), "green".into()])
    );
    // Merged, and made anew: the same.
    label(&mut window, LabelCommand::MergeClasses(2, 1));
    label(&mut window, LabelCommand::CreateClass("green".into()));
    import(&mut window, "meadow.png", 2);
    until(&mut window, "the second import", |state| is_there(state, "train/green/meadow.png"));
    restart(&mut window, &root);
    assert_eq!(class_of(window.shown(), "train/green/meadow.png").as_deref(), Some("green"));
    assert_eq!(seen(&window), ["red", "leaf"]);
}

#[test]
fn importing_into_a_class_that_was_made_here_leaves_the_keys_of_the_others_alone() {
    let (mut window, root) = opened();
    label(&mut window, LabelCommand::CreateClass("amber".into()));
    import(&mut window, "drop.png", 2);
    until(&mut window, "the import", |state| is_there(state, "train/amber/drop.png"));
    assert_eq!(class_names(&window), ["green", "red", "amber"]);
    assert_eq!(class_of(window.shown(), "train/amber/drop.png").as_deref(), Some("amber"));
    // It needed no label of its own: undo takes back the class.
    assert!(!journal(&root).contains("\"do\":\"change\""), "{}", journal(&root));
}

#[test]
fn a_filter_by_a_class_goes_on_meaning_that_class() {
    let (mut window, root) = opened();
    label(&mut window, LabelCommand::CreateClass("blue".into()));
    let set = |window: &mut Window, class| {
        window.shown_mut().data.filter.class = ClassFilter::Class(class);
        window.shown_mut().data.filter.prediction = PredictionFilter::Class(class);
    };
    let get = |window: &Window| (window.shown().data.filter.class, window.shown().data.filter.prediction);
    let both = |class| (ClassFilter::Class(class), PredictionFilter::Class(class));
    set(&mut window, 1);
    label(&mut window, LabelCommand::MergeClasses(0, 1));
    assert_eq!((class_names(&window).join(" "), get(&window)), ("red blue".to_owned(), both(0)));
    label(&mut window, LabelCommand::RenameClass(0, "ruby".into()));
    assert_eq!(get(&window), both(0));
    label(&mut window, LabelCommand::MoveClass(0, 1));
    assert_eq!(get(&window), both(1));
    // Taken in by another, it means that one.
    label(&mut window, LabelCommand::MergeClasses(1, 0));
    assert_eq!(get(&window), both(0));
    for _ in 0..4 {
        label(&mut window, LabelCommand::Undo);
    }
    assert_eq!(class_names(&window).join(" "), "green red blue");
    set(&mut window, 2);
    label(&mut window, LabelCommand::Undo);
    assert_eq!(get(&window), (ClassFilter::Any, PredictionFilter::Any), "the class is no more");
    // A folder that appears puts the class elsewhere.
    set(&mut window, 1);
    std::fs::create_dir_all(root.join("train/azure")).expect("a folder");
    std::fs::copy(root.join("train/red/red 1.jpg"), root.join("train/azure/sky.jpg")).expect("a copy");
    until(&mut window, "the new class", |state| is_there(state, "train/azure/sky.jpg"));
    assert_eq!((class_names(&window).join(" "), get(&window)), ("azure green red".to_owned(), both(2)));
}
