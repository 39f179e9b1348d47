//! Windows that are killed while labels are given in them: what was said to be saved is saved, and nothing is invented. The labels
//! go the way that they go in the window: through its state and the thread that writes them down.
//!
//! The window that labels is this test program itself, started again with `IMAGO_WINDOW_CHILD` naming a folder.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use imago::app::ImagoApp;
use imago::app::command::{Command, LabelCommand};
use imago::app::state::{Selection, Workspace};
use imago::base::{AppPaths, CancelToken};
use imago::dataset::labels::{Edit, LabelLayer, LabelPlaces, Mark, read_labels};
use imago::dataset::{Dataset, ScanOptions, scan};

use crate::common::Originals;

/// Windows that are killed; `IMAGO_LABEL_KILLS` asks for more.
const KILLS: usize = 40;

fn data_set(folder: &Path) -> PathBuf {
    let root = folder.join("data");
    for (class, count) in [("ants", 12), ("bees", 8)] {
        for split in ["train", "val"] {
            let home = root.join(split).join(class);
            std::fs::create_dir_all(&home).expect("a folder");
            for number in 0..count {
                std::fs::write(home.join(format!("{number}.jpg")), format!("{split} {class} {number}"))
                    .expect("a file");
            }
        }
    }
    root
}

/// All that a person sees of the labels, in one line.
fn seen(dataset: &Dataset, layer: &LabelLayer) -> String {
    let one = |(position, item): (usize, &imago::dataset::Item)| {
        let marks = layer.marks(position);
        let marks = [(marks.unsure, 'u'), (marks.skip, 's'), (marks.set_aside, 'x')];
        let marks: String = marks.into_iter().filter(|(on, _)| *on).map(|(_, sign)| sign).collect();
        format!("{}{marks}", item.class.map_or("-".to_owned(), |class| class.to_string()))
    };
    let pictures: Vec<String> = dataset.items.iter().enumerate().map(one).collect();
    let (undo, redo) = layer.labels().steps();
    format!("{undo} {redo} {} {}", dataset.classes.join(","), pictures.join(" "))
}

/// What a window does in which somebody labels. Not a test by itself.
#[test]
fn labelling_window() {
    let Some(folder) = std::env::var_os("IMAGO_WINDOW_CHILD").map(PathBuf::from) else { return };
    let mut state: u64 = std::env::var("IMAGO_WINDOW_SEED").expect("a seed").parse().expect("a number");
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let ctx = egui::Context::default();
    let mut app = ImagoApp::new(&ctx, AppPaths::below(folder.join("imago")));
    app.run_command(&ctx, Command::OpenFolder(folder.join("data")));
    let start = Instant::now();
    while app.state().project.is_none() {
        assert!(start.elapsed() < Duration::from_mins(1), "the folder is not read");
        app.tick(&ctx);
        std::thread::sleep(Duration::from_millis(1));
    }
    app.state_mut().workspace = Workspace::Data;
    let mut out = std::io::stdout();
    loop {
        // Sometimes several before the first of them is saved.
        for _ in 0..=random(3) {
            let project = app.state().project.as_ref().expect("a data set is open");
            let (mut dataset, mut layer) =
                (Dataset::clone(&project.dataset), project.labels.layer.clone().expect("labels"));
            let at = random(dataset.items.len());
            let id = dataset.items[at].id;
            let several: Vec<usize> = (at..dataset.items.len()).step_by(7).collect();
            let (command, edit) = match random(8) {
                0 => (LabelCommand::Undo, None),
                1 => (LabelCommand::Redo, None),
                2 => (LabelCommand::SetAside(several.clone()), layer.mark(&dataset, &several, Mark::SetAside, true)),
                3 if dataset.classes.len() < 9 => {
                    let name = format!("class {}", random(1000));
                    (LabelCommand::CreateClass(name.clone()), Edit::create_class(&dataset, &name).ok())
                }
                4 => {
                    let on = !layer.marks(at).unsure;
                    (LabelCommand::Mark(Mark::Unsure), layer.mark(&dataset, &[at], Mark::Unsure, on))
                }
                _ => {
                    let class = random(dataset.classes.len());
                    (LabelCommand::Label(Some(class)), layer.label(&dataset, &[at], Some(class)))
                }
            };
            let changes = match (&command, edit) {
                (LabelCommand::Undo, _) => layer.undo(&mut dataset, 1).is_some(),
                (LabelCommand::Redo, _) => layer.redo(&mut dataset, 1).is_some(),
                (_, Some(edit)) => layer.carry_out(&mut dataset, edit, 1).is_ok(),
                (_, None) => false,
            };
            if !changes {
                continue;
            }
            let text = seen(&dataset, &layer);
            out.write_all(format!("\ntry {text} .\n").as_bytes()).expect("it is said");
            out.flush().expect("it is said");
            app.state_mut().data.selection = Selection { ids: HashSet::from([id]), cursor: Some(id), anchor: Some(id) };
            app.run_command(&ctx, Command::Label(command));
            let project = app.state().project.as_ref().expect("a data set is open");
            assert_eq!(seen(&project.dataset, project.labels.layer.as_ref().expect("labels")), text);
        }
        while !app.labels_are_saved() {
            std::thread::sleep(Duration::from_micros(50));
        }
        app.tick(&ctx);
        out.write_all(b"\nack .\n").expect("it is said");
        out.flush().expect("it is said");
    }
}

/// What a window said, until it was killed: states, and how many of them are known to be saved.
fn listen(child: &mut Child, before: String, mut until: impl FnMut(&mut Child, usize)) -> (Vec<String>, usize) {
    let (mut states, mut saved) = (vec![before], 0);
    for line in BufReader::new(child.stdout.take().expect("its output")).lines() {
        let Ok(line) = line else { break };
        // A process can be killed in the middle of a line.
        let Some(line) = line.strip_suffix(" .") else { continue };
        if let Some(state) = line.strip_prefix("try ") {
            states.push(state.to_owned());
            let begun = states.len() - 1;
            until(child, begun);
        } else if line == "ack" {
            saved = states.len() - 1;
        }
    }
    (states, saved)
}

#[test]
fn a_window_that_is_killed_has_saved_what_it_said_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = data_set(folder.path());
    let originals = Originals::of(&root);
    let scanned = scan(&root, &ScanOptions::default(), &CancelToken::new(), &mut |_| {}).expect("a data set");
    let places = LabelPlaces::of(&root, &AppPaths::below(folder.path().join("imago")).data_dir);
    let recovered = || {
        let (labels, problems) = read_labels(&scanned, &places, &CancelToken::new()).expect("the labels can be read");
        assert!(problems.is_empty(), "{problems:?}");
        let mut dataset = scanned.clone();
        let layer = LabelLayer::new(&mut dataset, labels, 0.2);
        seen(&dataset, &layer)
    };
    let kills = std::env::var("IMAGO_LABEL_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let (mut begun, mut acknowledged) = (0, 0);
    for session in 0..kills {
        let before = recovered();
        let mut process = Process::new(std::env::current_exe().expect("this program"));
        process.args(["--exact", "killed::labelling_window", "--nocapture"]);
        process.env("IMAGO_WINDOW_CHILD", folder.path()).env("IMAGO_WINDOW_SEED", session.to_string());
        let mut child = process.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        // After 1 to 12 actions, and then anywhere within the time that one takes.
        let (actions, micros) = (1 + session * 7 % 12, (session * 137 % 40) as u64 * 50);
        let (states, saved) = listen(&mut child, before, |child, begun| {
            if begun == actions {
                std::thread::sleep(Duration::from_micros(micros));
                child.kill().expect("it is killed");
            }
        });
        child.wait().expect("it ends");
        assert!(states.len() > actions, "session {session} labelled {} times only", states.len() - 1);
        let now = recovered();
        assert!(
            states[saved..].contains(&now),
            "session {session}: {saved} of {} actions were said to be saved; found {now}",
            states.len() - 1
        );
        begun += states.len() - 1;
        acknowledged += saved;
    }
    originals.check();
    assert!(acknowledged > kills, "{acknowledged} of {begun} actions in {kills} windows");
    println!("{kills} windows, {begun} actions, {acknowledged} known to be saved");
}
