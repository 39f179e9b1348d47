//! Measures a very large data set; a figure to look at, not a test (a machine that is busy would fail it). Run with
//!
//! ```text
//! benches/large_folder.py hymenoptera_data /tmp/imago-100k
//! IMAGO_LARGE_FOLDER=/tmp/imago-100k cargo test --release --test window -- --ignored --nocapture large
//! ```

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, Vec2};
use imago::app::command::Command;
use imago::app::state::SortBy;

use crate::common::{Window, harness};

fn report(what: &str, window: &mut Window) {
    let mut frames = window.take_frames();
    frames.sort_unstable();
    let at =
        |share: f64| frames.get(((frames.len() - 1) as f64 * share) as usize).map_or(0.0, Duration::as_secs_f64) * 1e3;
    if frames.is_empty() {
        return;
    }
    println!(
        "{what}: {} frames, median {:.2} ms, 99 % under {:.2} ms, longest {:.2} ms",
        frames.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

#[test]
#[ignore = "measures; IMAGO_LARGE_FOLDER names a folder that benches/large_folder.py made"]
fn a_large_folder_is_opened_scrolled_filtered_and_labelled() {
    let Some(folder) = std::env::var_os("IMAGO_LARGE_FOLDER").map(PathBuf::from) else { return };
    let mut window = harness([1920.0, 1080.0]);
    window.take_frames();
    let start = Instant::now();
    window.command(Command::OpenFolder(folder));
    while window.shown().project.is_none() {
        window.step();
        std::thread::sleep(Duration::from_millis(2));
    }
    println!("usable after {:.2} s", start.elapsed().as_secs_f64());
    report("opening", &mut window);
    window.hover_at(egui::pos2(900.0, 600.0));
    for direction in [-1.0, 1.0] {
        for _ in 0..300 {
            let delta = Vec2::new(0.0, direction * 600.0);
            let (unit, phase, source) = (MouseWheelUnit::Point, TouchPhase::Move, MouseWheelSource::Wheel);
            window.event(Event::MouseWheel { unit, delta, modifiers: Modifiers::NONE, phase, source });
            window.step();
        }
    }
    report("scrolling while headers are read", &mut window);
    window.press(Modifiers::NONE, Key::End);
    window.run_steps(60);
    window.press(Modifiers::NONE, Key::Home);
    window.run_steps(60);
    report("from end to end", &mut window);
    window.run_until("everything is indexed", |app| {
        let state = app.state();
        let project = state.project.as_ref().expect("it is open");
        state.data.index.is_some() && project.facts.len() == project.dataset.items.len()
    });
    println!("indexed after {:.1} s", start.elapsed().as_secs_f64());
    report("waiting for headers", &mut window);
    for text in ["0", "01", "012", ""] {
        text.clone_into(&mut window.shown_mut().data.filter.text);
        window.run_steps(10);
    }
    report("filtering by text", &mut window);
    for sort in SortBy::ALL {
        window.shown_mut().data.sort = sort;
        window.run_steps(4);
    }
    report("sorting", &mut window);
    window.shown_mut().data.sort = SortBy::Name;
    window.press(Modifiers::NONE, Key::Home);
    window.run_steps(4);
    window.take_frames();
    for number in 0..40 {
        window.press(Modifiers::NONE, if number % 2 == 0 { Key::Num1 } else { Key::Num2 });
    }
    report("labelling", &mut window);
    window.press(Modifiers::COMMAND, Key::A);
    window.take_frames();
    window.run_steps(40);
    report("with everything selected", &mut window);
    window.shown_mut().settings.thumb_points = 64.0;
    window.run_steps(10);
    window.take_frames();
    for _ in 0..200 {
        let (unit, phase, source) = (MouseWheelUnit::Point, TouchPhase::Move, MouseWheelSource::Wheel);
        let delta = Vec2::new(0.0, -900.0);
        window.event(Event::MouseWheel { unit, delta, modifiers: Modifiers::NONE, phase, source });
        window.step();
    }
    report("scrolling the smallest tiles", &mut window);
    window.press(Modifiers::COMMAND, Key::Z);
    for _ in 0..40 {
        window.press(Modifiers::COMMAND, Key::Z);
    }
    window.settle();
}
