//! The dialog for offline augmentation: what it writes, that it goes on, what it refuses.

use std::path::{Path, PathBuf};

use egui::Role;
use egui_kittest::kittest::Queryable;
use imago::app::command::{AugmentCommand, Command, LabelCommand};
use imago::app::state::{EnlargeOutcome, Workspace};

use crate::augment::{augment, gradients, opened, set_value, settled};
use crate::common::{Window, harness_with};

/// Opens the dialog for offline augmentation. A dialog measures itself in its first frame and shows in the next.
fn enlarge_dialog(window: &mut Window) {
    window.click("Enlarge offline…");
    window.run_steps(3);
}

/// Every file below a folder with its bytes.
fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.expect("readable"));
    walk.filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).expect("below the folder").to_path_buf();
            (name, std::fs::read(entry.path()).expect("readable"))
        })
        .collect()
}

#[test]
fn the_data_set_is_enlarged_into_a_folder_of_its_own() {
    let mut window = opened([1280.0, 832.0]);
    let root = window.shown().project.as_ref().expect("a project").dataset.root.clone();
    let before = snapshot(&root);
    enlarge_dialog(&mut window);
    window.shot("augment-enlarge");
    assert!(window.has_text("12 → 48 training pictures"));
    set_value(&mut window, Role::SpinButton, "Factor", 3.0);
    assert_eq!(augment(&window).enlarge.factor, 3);
    assert!(window.has_text("12 → 36 training pictures"));
    let out = root.with_file_name("gradients-enlarged");
    assert_eq!(augment(&window).enlarge.folder.path, out, "a folder beside the data set is proposed");
    window.get_by_role_and_label(Role::Button, "Enlarge").click();
    window.run_until("the data set is enlarged", |app| app.state().augment.enlarge.outcome.is_some());
    window.run_steps(2);
    assert!(window.has_text("Done: 36 training pictures (12 originals, 24 variants), 4 for validation and test."));
    assert!(window.has("Show folder") && window.has("Open as data set"));
    window.shot("augment-enlarged");
    let notice = window.shown().notices.last().expect("a notice").text.clone();
    assert!(notice.contains("gradients-enlarged"), "{notice}");
    assert_eq!(snapshot(&root), before, "the data set was changed");
    let files = snapshot(&out);
    assert_eq!(files.iter().filter(|(name, _)| name.starts_with("train")).count(), 36);
    assert_eq!(files.iter().filter(|(name, _)| name.starts_with("val")).count(), 4);
    assert!(!out.join("INCOMPLETE.txt").exists());
    // The first version of a picture is what the tiles show of epoch 1.
    let variant = imago::imaging::decode_file(&out.join("train/ants/ants 0_aug1.jpg")).expect("a picture");
    assert_eq!(variant.dimensions(), (224, 224));
    window.click("Open as data set");
    window.run_until("it is open", |app| {
        app.state().project.as_ref().is_some_and(|project| project.dataset.root == out && app.state().opening.is_none())
    });
    assert!(!augment(&window).enlarge.open);
}

#[test]
fn enlarging_can_be_stopped_and_gone_on_with() {
    let mut window = opened([1280.0, 832.0]);
    let out = window.home.path().join("larger");
    enlarge_dialog(&mut window);
    window.shown_mut().augment.enlarge.factor = 100;
    window.command(Command::Augment(AugmentCommand::EnlargeInto(out.clone())));
    window.get_by_role_and_label(Role::Button, "Enlarge").click();
    window.run_until("it is under way", |app| app.state().augment.enlarge.job.is_some());
    window.step();
    assert!(window.has("Progress of enlarging") && window.has("Cancel: Enlarging"), "in the dialog and at the foot");
    window.click("Stop");
    window.run_until("it has stopped", |app| app.state().augment.enlarge.outcome.is_some());
    window.run_steps(2);
    assert_eq!(augment(&window).enlarge.outcome, Some(EnlargeOutcome::Cancelled(out.clone())));
    assert!(out.join("INCOMPLETE.txt").exists() && window.has_text("is incomplete"));
    window.get_by_role_and_label(Role::Button, "Enlarge").click();
    window.run_until("it is done", |app| {
        matches!(app.state().augment.enlarge.outcome, Some(EnlargeOutcome::Done { .. }))
    });
    assert!(!out.join("INCOMPLETE.txt").exists());
    assert_eq!(snapshot(&out).iter().filter(|(name, _)| name.starts_with("train")).count(), 1200);
}

#[test]
fn a_folder_that_may_not_be_used_is_refused_in_the_dialog() {
    let mut window = opened([1280.0, 832.0]);
    let root = window.shown().project.as_ref().expect("a project").dataset.root.clone();
    let before = snapshot(&root);
    enlarge_dialog(&mut window);
    for (folder, words) in [(root.join("new"), "in the data set"), (PathBuf::from("not whole"), "not a whole path")] {
        window.command(Command::Augment(AugmentCommand::EnlargeInto(folder)));
        window.get_by_role_and_label(Role::Button, "Enlarge").click();
        window.run_until("it is refused", |app| {
            matches!(app.state().augment.enlarge.outcome, Some(EnlargeOutcome::Failed(_)))
        });
        window.run_steps(2);
        assert!(window.has_text(words), "{words}");
    }
    assert_eq!(snapshot(&root), before);
    window.click("Close");
    assert!(!augment(&window).enlarge.open);
}

#[test]
fn the_window_and_the_command_line_make_the_same_files_and_leave_out_what_is_set_aside() {
    let mut window = opened([1280.0, 832.0]);
    let root = window.shown().project.as_ref().expect("a project").dataset.root.clone();
    window.command(Command::Label(LabelCommand::SetAside(vec![0, 3])));
    window.settle();
    let project = window.shown().project.as_ref().expect("a project");
    let aside: Vec<_> = [0, 3].map(|at| project.dataset.items[at].rel_path.clone()).into();
    settled(&mut window);
    enlarge_dialog(&mut window);
    set_value(&mut window, Role::SpinButton, "Factor", 2.0);
    let training = 12 - aside.iter().filter(|path| path.starts_with("train")).count();
    assert!(window.has_text(&format!("{training} → {} training pictures", 2 * training)));
    let (ours, theirs) = (window.home.path().join("window"), window.home.path().join("line"));
    window.command(Command::Augment(AugmentCommand::EnlargeInto(ours.clone())));
    window.get_by_role_and_label(Role::Button, "Enlarge").click();
    window.run_until("the data set is enlarged", |app| app.state().augment.enlarge.outcome.is_some());
    let mut line = std::process::Command::new(env!("CARGO_BIN_EXE_imago"));
    line.env("IMAGO_HOME", window.home.path().join("imago")).arg("augment").arg(&root);
    let done = line.arg("--out").arg(&theirs).args(["--factor", "2"]).output().expect("run");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let (ours, theirs) = (snapshot(&ours), snapshot(&theirs));
    assert_eq!(
        ours.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        theirs.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    assert!(ours == theirs, "the same pictures, manifest and settings");
    for path in aside {
        assert!(ours.iter().all(|(name, _)| *name != path), "{} is set aside", path.display());
    }
}

#[test]
fn pictures_that_cannot_be_read_are_listed_after_enlarging() {
    let mut window = harness_with([1280.0, 832.0], |parent| {
        let root = gradients(parent);
        std::fs::write(root.join("train/bees/broken.jpg"), b"not a picture at all").expect("written");
        std::fs::write(root.join("val/bees/useless.jpg"), b"not a picture at all").expect("written");
        root
    });
    window.command(Command::Go(Workspace::Augment));
    settled(&mut window);
    enlarge_dialog(&mut window);
    window.get_by_role_and_label(Role::Button, "Enlarge").click();
    window.run_until("the data set is enlarged", |app| app.state().augment.enlarge.outcome.is_some());
    window.run_steps(2);
    assert!(window.has_text("broken.jpg") && window.has_text("12 originals"));
    assert!(window.has_text("useless.jpg") && window.has_text("were copied as they are:"));
    let notice = window.shown().notices.last().expect("a notice").text.clone();
    assert!(notice.contains("2 pictures could not be read"), "{notice}");
}
