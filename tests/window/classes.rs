//! Classes that change while the data set is open, and folders that change under them.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::ImagoApp;
use imago::app::command::{Command, LabelCommand, TransferCommand, UiCommand};
use imago::app::state::{ClassFilter, PredictionFilter, State, Workspace};
use imago::dataset::Split;

use crate::common::{Window, colours, harness_with, loose};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn opened() -> (Window, PathBuf) {
    let mut window = harness_with(SIZE, colours);
    let root = window.home.path().join("colours");
    window.run_until("the watch", ImagoApp::is_watching);
    (window, root)
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
    window.changes_files(&["train/green/green 1.jpg"]);
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num2);
    window.wait_for("the hash", |_| journal(&root).contains("hashes"));
    std::fs::rename(root.join("train/green/green 1.jpg"), root.join("train/green/other.jpg")).expect("it is renamed");
    window.wait_for("the new name", |state| is_there(state, "train/green/other.jpg"));
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
    window.changes_files(&["train/green/green 1.jpg"]);
    let (first, twin) = (root.join("train/green/green 1.jpg"), root.join("train/green/twin.jpg"));
    std::fs::copy(&first, &twin).expect("a copy");
    window.wait_for("the copy", |state| is_there(state, "train/green/twin.jpg"));
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::X);
    window.wait_for("the hash", |_| journal(&root).contains("hashes"));
    std::fs::remove_file(first).expect("it is deleted");
    window.wait_for("one picture less", |state| !is_there(state, "train/green/green 1.jpg"));
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
    window.wait_for("the notice", |state| {
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
    window.wait_for("the import", |state| is_there(state, "train/green/lawn.png"));
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
    window.wait_for("the second import", |state| is_there(state, "train/green/meadow.png"));
    restart(&mut window, &root);
    assert_eq!(class_of(window.shown(), "train/green/meadow.png").as_deref(), Some("green"));
    assert_eq!(seen(&window), ["red", "leaf"]);
}

#[test]
fn importing_into_a_class_that_was_made_here_leaves_the_keys_of_the_others_alone() {
    let (mut window, root) = opened();
    label(&mut window, LabelCommand::CreateClass("amber".into()));
    import(&mut window, "drop.png", 2);
    window.wait_for("the import", |state| is_there(state, "train/amber/drop.png"));
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
    window.wait_for("the new class", |state| is_there(state, "train/azure/sky.jpg"));
    assert_eq!((class_names(&window).join(" "), get(&window)), ("azure green red".to_owned(), both(2)));
}

#[test]
fn an_imported_picture_has_the_label_that_was_chosen_not_that_of_a_deleted_one_of_its_name() {
    let (mut window, root) = opened();
    window.changes_files(&["train/green/green 1.jpg"]);
    window.click("green 1.jpg, green, train");
    window.press(Modifiers::NONE, Key::Num2);
    window.settle();
    std::fs::remove_file(root.join("train/green/green 1.jpg")).expect("it is deleted");
    window.wait_for("its going", |state| !is_there(state, "train/green/green 1.jpg"));
    import(&mut window, "green 1.jpg", 0);
    window.wait_for("the import", |state| is_there(state, "train/green/green 1.jpg"));
    window.settle();
    assert_eq!(class_of(window.shown(), "train/green/green 1.jpg").as_deref(), Some("green"));
}

/// Two classes with only pictures for training: validation is drawn from them.
fn drawn(parent: &Path) -> PathBuf {
    let root = parent.join("drawn");
    for class in ["green", "red"] {
        let folder = root.join("train").join(class);
        std::fs::create_dir_all(&folder).expect("a folder");
        for number in 0..10_u8 {
            let picture = image::RgbImage::from_pixel(20, 20, image::Rgb([number * 20, class.len() as u8 * 30, 7]));
            picture.save(folder.join(format!("{number}.png"))).expect("a PNG");
        }
    }
    root
}

#[test]
fn a_picture_for_validation_that_is_drawn_joins_what_was_drawn() {
    let mut window = harness_with(SIZE, drawn);
    let validated = |state: &State| -> Vec<PathBuf> {
        let items = state.project.as_ref().expect("a data set is open").dataset.items.iter();
        items.filter(|item| item.split == Split::Val).map(|item| item.rel_path.clone()).collect()
    };
    let before = validated(window.shown());
    assert_eq!(before.len(), 4);
    let picture = garden(&window).join("bed.png");
    window.command(Command::Transfer(TransferCommand::Import(vec![picture], Split::Val, 1)));
    window.wait_for("the import", |state| is_there(state, "train/red/bed.png"));
    window.settle();
    let after = validated(window.shown());
    let is_new = |path: &&PathBuf| !before.contains(path);
    assert_eq!(after.iter().filter(is_new).collect::<Vec<_>>(), [Path::new("train/red/bed.png")]);
    assert!(after.len() >= before.len(), "a fifth is kept, of the larger class too: {before:?} {after:?}");
    assert_eq!(class_of(window.shown(), "train/red/bed.png").as_deref(), Some("red"));
    assert!(!window.home.path().join("drawn/val").exists());
}

/// A picture in `garden`, one in a folder in it, and a file that is none.
fn garden(window: &Window) -> PathBuf {
    let folder = window.home.path().join("garden");
    std::fs::create_dir_all(folder.join("north")).expect("a folder");
    for (name, shade) in [("bed.png", 70), ("north/pond.png", 170)] {
        image::RgbImage::from_pixel(30, 20, image::Rgb([9, shade, 60])).save(folder.join(name)).expect("a picture");
    }
    std::fs::write(folder.join("plan.txt"), "not a picture").expect("a text file");
    folder
}

fn root_of(state: &State) -> Option<&Path> {
    state.project.as_ref().map(|project| project.dataset.root.as_path())
}

fn count(state: &State) -> usize {
    state.project.as_ref().map_or(0, |project| project.dataset.items.len())
}

fn was_said(state: &State, part: &str) -> bool {
    state.notices.iter().any(|notice| notice.text.contains(part))
}

#[test]
fn a_folder_is_imported_with_the_folders_in_it_but_never_the_data_set_itself() {
    let (mut window, root) = opened();
    window.get_by_label("red in Training, 4 pictures").click_secondary();
    window.run_steps(3);
    assert!(window.has("Import pictures…") && window.has("Import a folder…"));
    window.press(Modifiers::NONE, Key::Escape);
    let folder = garden(&window);
    let import = |folder: &Path| Command::Transfer(TransferCommand::Import(vec![folder.to_owned()], Split::Train, 1));
    window.command(import(&folder));
    window
        .wait_for("the import", |state| is_there(state, "train/red/bed.png") && is_there(state, "train/red/pond.png"));
    assert_eq!(class_of(window.shown(), "train/red/pond.png").as_deref(), Some("red"));
    assert!(was_said(window.shown(), "2 pictures copied into red. Files that are no pictures were left out: 1."));
    assert!(folder.join("north/pond.png").is_file(), "it is copied, not moved");
    let mut refused = vec![
        (root.clone(), "A data set is not copied into a class of its own."),
        (window.home.path().to_owned(), "A data set is not copied into a class of its own."),
        (root.join("train"), "A folder that has the class's own folder in it is not copied into the class."),
    ];
    if cfg!(unix) {
        // The same folder by another name.
        let link = window.home.path().join("link");
        #[cfg(unix)]
        std::os::unix::fs::symlink(&root, &link).expect("a link");
        refused.push((link, "A data set is not copied into a class of its own."));
    }
    for (folder, why) in refused {
        window.shown_mut().notices.clear();
        window.command(import(&folder));
        window.settle();
        assert!(was_said(window.shown(), why), "{}: {:?}", folder.display(), window.shown().notices);
        assert_eq!(count(window.shown()), 17);
    }
}

#[test]
fn a_dropped_folder_with_folders_in_it_is_asked_about_while_a_data_set_is_open() {
    let (mut window, root) = opened();
    let folder = garden(&window);
    window.command(Command::Dropped(vec![folder.clone()]));
    assert!(window.has("Copy into class") && window.has("Open it as a data set instead"));
    assert_eq!(root_of(window.shown()), Some(root.as_path()));
    window.click("Copy into class");
    window.wait_for("the import", |state| {
        is_there(state, "train/green/bed.png") && is_there(state, "train/green/pond.png")
    });
    window.command(Command::Dropped(vec![folder.clone()]));
    window.click("Open it as a data set instead");
    window.wait_for("the other data set", |state| root_of(state) == Some(folder.as_path()));
    assert!(window.shown().transfer.incoming.is_none());
    // A model is one wherever it is dropped.
    let model = window.home.path().join("model");
    std::fs::create_dir_all(&model).expect("a folder");
    std::fs::write(model.join("model.safetensors"), "no model").expect("a file");
    window.command(Command::Dropped(vec![model]));
    window.settle();
    assert_eq!(window.shown().workspace, Workspace::Predict);
    assert!(window.shown().transfer.incoming.is_none());
    // Where no data set is open there is nothing to ask.
    window.command(Command::Ui(UiCommand::CloseProject));
    window.command(Command::Dropped(vec![folder.clone()]));
    window.wait_for("the data set", |state| root_of(state) == Some(folder.as_path()));
}

#[test]
fn pictures_dropped_where_there_is_no_class_yet_make_the_first_one() {
    let mut window = harness_with(SIZE, loose);
    let picture = garden(&window).join("bed.png");
    window.command(Command::Dropped(vec![picture]));
    assert_eq!(window.shown().workspace, Workspace::Data);
    assert!(window.has("There is no class yet: write the name of the first one."));
    assert!(window.get_by_label("Copy into class").accesskit_node().is_disabled());
    window.get_by_role_and_label(Role::TextInput, "Class").focus();
    window.run_steps(1);
    window.get_by_role_and_label(Role::TextInput, "Class").type_text("test");
    window.run_steps(2);
    window.click("Copy into class");
    window.settle();
    // A folder of this name would make a data set with splits of it, and the 60 pictures would be in none.
    assert!(was_said(window.shown(), "A folder of this name would be taken for a split"));
    assert_eq!((class_names(&window), count(window.shown())), (vec![], 60));
    window.shown_mut().transfer.incoming.as_mut().expect("the dialog stays").new_class = "moss".to_owned();
    window.run_steps(2);
    window.click("Copy into class");
    window.wait_for("the import", |state| is_there(state, "moss/bed.png"));
    assert_eq!(class_of(window.shown(), "moss/bed.png").as_deref(), Some("moss"));
    assert_eq!((class_names(&window), count(window.shown())), (vec!["moss".to_owned()], 61));
    assert!(window.shown().transfer.incoming.is_none());
}

#[test]
fn where_no_class_can_be_made_pictures_are_told_why_and_a_folder_is_opened() {
    let mut window = harness_with(SIZE, loose);
    let folder = garden(&window);
    let project = window.shown_mut().project.as_mut().expect("a data set is open");
    project.labels.read_only = Some("Another window gives labels here.".to_owned());
    window.command(Command::Dropped(vec![folder.join("bed.png")]));
    assert_eq!(window.shown().workspace, Workspace::Data);
    assert!(was_said(window.shown(), "Another window gives labels here."));
    assert!(window.shown().transfer.incoming.is_none());
    window.command(Command::Dropped(vec![folder.clone()]));
    window.wait_for("the other data set", |state| root_of(state) == Some(folder.as_path()));
}

/// A picture for training in each of a hundred classes, and one for validation.
fn hundred_classes(parent: &Path) -> PathBuf {
    let root = parent.join("hundred");
    let folders = (0..100).map(|number| format!("train/class {number:03}"));
    for (shade, folder) in folders.chain(["val/class 000".to_owned()]).enumerate() {
        let folder = root.join(folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        image::RgbImage::from_pixel(8, 8, image::Rgb([shade as u8, 90, 9])).save(folder.join("a.png")).expect("a PNG");
    }
    root
}

/// Whether all menus that are open lie within the window.
fn all_within(window: &Window) -> bool {
    let screen = window.ctx.content_rect().expand(1.0);
    window.ctx.memory(|memory| {
        let layers = memory.areas().visible_layer_ids();
        layers.iter().filter_map(|layer| memory.area_rect(layer.id)).all(|rect| screen.contains_rect(rect))
    })
}

#[test]
fn a_hundred_classes_in_a_menu_stay_in_the_window_and_the_last_can_be_chosen() {
    let mut window = harness_with(SIZE, hundred_classes);
    window.get_by_label("a.png, class 000, train").click_secondary();
    window.run_steps(3);
    window.click("Label");
    window.run_steps(3);
    assert!(window.has("class 099") && all_within(&window), "the menu of a picture");
    window.press(Modifiers::NONE, Key::Escape);
    window.press(Modifiers::NONE, Key::Escape);
    window.get_by_label("class 000 in Training, 1 picture").click_secondary();
    window.run_steps(3);
    window.click("Merge into");
    window.run_steps(3);
    assert!(window.has("class 099") && all_within(&window), "the menu of a class");
    window.get_by_role_and_label(Role::Button, "class 099").scroll_to_me();
    window.run_steps(3);
    window.get_by_role_and_label(Role::Button, "class 099").click();
    window.run_steps(3);
    let names = class_names(&window);
    assert_eq!((names.len(), names.first().map(String::as_str)), (99, Some("class 001")));
    assert_eq!(class_of(window.shown(), "train/class 000/a.png").as_deref(), Some("class 099"));
}
