//! Fetching weights and photographs, from a server of our own.

use std::io::Write;
use std::path::Path;

use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use imago::app::command::{Command, FetchCommand, UiCommand};
use imago::app::state::{Arch, WeightsState, Workspace};
use imago::fetch::{Download, catalog};
use imago::train::WeightsChoice;
use sha2::{Digest, Sha256};

use crate::common::{Window, colours, harness, harness_with, loose};
use crate::server::{Reply, Server};

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lets the window fetch from `server`, and takes `download` for what there is.
fn offer(window: &mut Window, server: &Server, download: Download) {
    let network = &mut window.shown_mut().settings.network;
    "none".clone_into(&mut network.proxy);
    network.weights_mirror = server.address();
    network.photographs_mirror = server.address();
    window.app_mut().set_catalog(vec![download]);
}

/// The download with the size and the checksum of `bytes`.
fn known(download: Download, bytes: &[u8]) -> Download {
    Download { bytes: Some(bytes.len() as u64), sha256: sha256(bytes), ..download }
}

fn resnet18() -> (Download, Vec<u8>) {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/resnet18-starter.safetensors")).unwrap();
    (known(catalog::weights().remove(0), &bytes), bytes)
}

/// Clicks, and waits until the dialog that opens has its size.
fn open_dialog(window: &mut Window, button: &str) {
    window.click(button);
    window.run_steps(2);
}

/// The window in Train, with the coloured pictures opened and ResNet18 chosen.
fn window() -> Window {
    let mut window = harness_with([1280.0, 900.0], colours);
    window.command(Command::Go(Workspace::Train));
    window.click("ResNet18");
    window
}

/// The coloured pictures, in `home` and in an archive, as if they were the photographs.
fn photographs(home: &Path) -> (Download, Vec<u8>) {
    let pictures = colours(home);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for entry in
        walkdir::WalkDir::new(&pictures).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file())
    {
        let name = entry.path().strip_prefix(home).unwrap().to_string_lossy().replace('\\', "/");
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&std::fs::read(entry.path()).unwrap()).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    (known(catalog::photographs().remove(0), &bytes), bytes)
}

#[test]
fn photographs_that_come_while_one_works_on_others_are_not_opened_over_them() {
    let mut window = harness_with([1280.0, 900.0], loose);
    let root = window.shown().project.as_ref().map(|project| project.dataset.root.clone());
    let (download, bytes) = photographs(window.home.path());
    let server = Server::start(move |_, question| Reply::file(question, &bytes, "1"));
    offer(&mut window, &server, download);
    window.command(Command::Ui(UiCommand::GetPhotographs));
    window.click("Fetch");
    window.click("Close");
    window.run_until("they are there", |app| {
        app.state().fetch.job.is_none() && app.state().notices.iter().any(|notice| notice.text.contains("is in "))
    });
    window.settle();
    assert_eq!(window.shown().project.as_ref().map(|project| project.dataset.root.clone()), root);
}

#[test]
fn photographs_that_come_while_one_classifies_pictures_without_a_data_set_are_not_opened() {
    let mut window = harness([1280.0, 900.0]);
    let (download, bytes) = photographs(window.home.path());
    let server = Server::start(move |_, question| Reply::file(question, &bytes, "1"));
    offer(&mut window, &server, download);
    window.command(Command::Go(Workspace::Predict));
    window.command(Command::Ui(UiCommand::GetPhotographs));
    // The dialog is closed before anything can have come.
    let ctx = window.ctx.clone();
    window.app_mut().run_command(&ctx, Command::Fetch(FetchCommand::Start));
    window.shown_mut().fetch.offer = None;
    window.run_until("they are there", |app| {
        app.state().fetch.job.is_none() && app.state().notices.iter().any(|notice| notice.text.contains("is in "))
    });
    window.settle();
    assert!(window.shown().project.is_none());
    assert_eq!(window.shown().workspace, Workspace::Predict);
}

#[test]
fn photographs_are_described_then_fetched_and_opened() {
    let mut window = harness([1024.0, 700.0]);
    let (download, bytes) = photographs(window.home.path());
    let server = Server::start(move |_, question| Reply::file(question, &bytes, "1"));
    offer(&mut window, &server, download);
    open_dialog(&mut window, "Get hymenoptera_data…");
    assert!(window.has("Get hymenoptera_data"));
    assert!(window.has(server.address().trim_start_matches("http://")));
    assert!(window.has_text("397 photographs of ants and bees"));
    window.shot("fetch-photographs");
    // Looking is not asking.
    assert!(server.asked().is_empty());
    window.click("Fetch");
    window.run_until("the photographs are open", |app| app.state().project.is_some());
    let project = window.shown().project.as_ref().unwrap();
    assert_eq!((project.dataset.name(), project.dataset.items.len()), ("hymenoptera_data".to_owned(), 15));
    assert!(window.shown().fetch.offer.is_none() && window.shown().fetch.job.is_none());
    window.command(Command::Ui(UiCommand::CloseProject));
    assert!(window.has("Open fetched photographs"));
    window.click("Open fetched photographs");
    window.run_until("they are open again", |app| app.state().project.is_some());
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn weights_that_are_stopped_are_gone_on_from_and_chosen_when_they_are_there() {
    let mut window = window();
    let (download, bytes) = resnet18();
    let half = bytes.len() / 2;
    let server = Server::start(move |before, question| {
        let reply = Reply::file(question, &bytes, "1");
        if before == 0 { reply.cut(half).stalling() } else { reply }
    });
    offer(&mut window, &server, download);
    open_dialog(&mut window, "Get ResNet18…");
    assert!(window.has_text("published by timm") && window.has("BSD-3-Clause"));
    window.click("Fetch");
    let part = window.home.path().join("imago/data/weights/resnet18.tv_in1k.safetensors.part");
    window.run_until("half of it is there", |app| {
        let is_shown =
            app.state().jobs.iter().any(|job| job.title == "Fetching ResNet18" && job.detail.contains(" of "));
        is_shown && std::fs::metadata(&part).is_ok_and(|facts| facts.len() == half as u64)
    });
    window.run_steps(2);
    window.shot("fetch-running");
    assert!(window.has("Progress of fetching"));
    // The work goes on with the dialog closed; the status bar has the same.
    window.click("Close");
    window.click("Cancel: Fetching ResNet18");
    window.run_until("it has stopped", |app| app.state().fetch.job.is_none());
    open_dialog(&mut window, "Get ResNet18…");
    assert!(window.has_text("are there already"));
    window.click("Go on fetching");
    window.run_until("it is there", |app| app.state().fetch.weights_of(Arch::Resnet18).is_some());
    window.settle();
    let path = window.shown().fetch.weights_of(Arch::Resnet18).unwrap().clone();
    assert!(path.is_file());
    assert_eq!(window.shown().train.config.weights, WeightsChoice::File(path.clone()));
    assert!(matches!(window.shown().train.weights_state(), Some(WeightsState::Fits { .. })));
    assert_eq!(server.asked().last().unwrap().from(), Some(half));
    window.shot("fetch-done");
    // The starter can be chosen again, and the fetched ones after it.
    window.click("Starter (built in)");
    window.click("Use the official ResNet18");
    assert_eq!(window.shown().train.config.weights, WeightsChoice::File(path));
}

#[test]
fn what_went_wrong_is_said_in_the_dialog_with_what_to_do() {
    let mut window = window();
    let (download, _) = resnet18();
    let server = Server::start(|_, _| Reply::new(200, "<html>Log in</html>").with("Content-Type", "text/html"));
    offer(&mut window, &server, download);
    open_dialog(&mut window, "Get ResNet18…");
    window.click("Fetch");
    window.run_until("it has failed", |app| app.state().fetch.error.is_some());
    window.run_steps(2);
    window.shot("fetch-failed");
    let error = window.shown().fetch.error.clone().unwrap();
    assert!(error.contains("web page") && error.contains("log in"), "{error}");
    assert!(window.has(&error));
    assert!(window.has("Open a file instead…"));
    assert!(!window.get_by_label("Fetch").accesskit_node().is_disabled());
    assert_eq!(window.shown().train.config.weights, WeightsChoice::Starter);
}

#[test]
fn proxy_and_mirrors_are_typed_into_the_settings() {
    let mut window = harness([1024.0, 700.0]);
    window.command(Command::Ui(UiCommand::Settings));
    for name in ["Proxy", "Mirror for weights", "Mirror for photographs"] {
        assert!(window.query_by_role_and_label(Role::TextInput, name).is_some(), "{name}");
    }
    window.shot("settings-network");
    window.get_by_role_and_label(Role::TextInput, "Proxy").focus();
    window.run_steps(1);
    window.get_by_role_and_label(Role::TextInput, "Proxy").type_text("socks5://proxy:1080");
    window.run_steps(2);
    assert_eq!(window.shown().settings.network.proxy, "socks5://proxy:1080");
}

#[test]
fn a_pytorch_file_is_converted_and_taken_and_a_hostile_one_is_refused() {
    let mut window = window();
    window.app_mut().set_program(env!("CARGO_BIN_EXE_imago").into());
    let fixture = |name: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pth").join(name);
    window.command(Command::Dropped(vec![fixture("evil.pth")]));
    window.run_until("it is refused", |app| {
        app.state().notices.iter().any(|notice| notice.text.contains("posix.system"))
    });
    assert_eq!(window.shown().train.config.weights, WeightsChoice::Starter);
    window.command(Command::Dropped(vec![fixture("plain.pth")]));
    window.run_until("it is taken", |app| app.state().train.chosen_weights_file().is_some());
    window.settle();
    let path = window.shown().train.chosen_weights_file().unwrap().to_owned();
    assert!(path.ends_with("data/weights/imported/plain.safetensors") && path.is_file(), "{}", path.display());
    // It is a small network by the names of a ResNet, which the check of every weights file finds out.
    assert!(matches!(window.shown().train.weights_state(), Some(WeightsState::Wrong { .. })));
}
