//! How soon the window has what it shows, at 60 frames a second and without painting: where there is no graphics card, painting
//! takes more time than everything else and depends on the screen.
//!
//! ```text
//! IMAGO_BENCH_DATA=hymenoptera_data cargo bench --bench window
//! ```
//!
//! Thumbnails: from opening the data set until every one in view is there, anew and from the cache. Sliders: from a change of
//! the pipeline until the frame in which all 16 tiles of 224×224 follow. With painting: `imago --frame-stats FILE DATA`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Context, Pos2, RawInput, Rect, Vec2};
use imago::app::ImagoApp;
use imago::app::command::Command;
use imago::app::state::Workspace;
use imago::augment::Pipeline;
use imago::base::AppPaths;

const FRAME: Duration = Duration::from_micros(16_667);
const PATIENCE: Duration = Duration::from_mins(2);

struct Window {
    ctx: Context,
    app: ImagoApp,
    size: Vec2,
}

impl Window {
    fn open(home: &Path, size: [f32; 2]) -> Self {
        let ctx = Context::default();
        let mut app = ImagoApp::new(&ctx, AppPaths::below(home.to_owned()));
        app.state_mut().settings.thumb_points = 64.0;
        app.state_mut().settings.tour_seen = true;
        let mut window = Self { ctx, app, size: size.into() };
        window.frame();
        window.frame();
        window
    }

    /// One frame, and what is left of its sixtieth of a second.
    fn frame(&mut self) {
        let began = Instant::now();
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, self.size));
        let input = RawInput { screen_rect, focused: true, ..RawInput::default() };
        let (ctx, app) = (self.ctx.clone(), &mut self.app);
        let _ = ctx.run_ui(input, |ui| {
            app.tick(&ctx);
            app.show(ui);
        });
        std::thread::sleep(FRAME.saturating_sub(began.elapsed()));
    }

    /// Seconds until `done`.
    fn seconds_until(&mut self, what: &str, done: impl Fn(&ImagoApp) -> bool) -> f64 {
        let began = Instant::now();
        loop {
            self.frame();
            if done(&self.app) {
                return began.elapsed().as_secs_f64();
            }
            assert!(began.elapsed() < PATIENCE, "waited in vain until {what}");
        }
    }
}

/// Seconds from opening the data set until every thumbnail in view is there, and how many they are.
fn thumbnails(home: &Path, data: &Path) -> (f64, usize) {
    // High enough for all pictures of hymenoptera_data.
    let mut window = Window::open(home, [2560.0, 1700.0]);
    window.app.run_command(&window.ctx.clone(), Command::OpenFolder(data.to_owned()));
    let seconds = window.seconds_until("every thumbnail is there", |app| {
        let pictures = &app.state().pictures;
        app.state().project.is_some() && pictures.ready() > 0 && !pictures.is_loading()
    });
    let count = window.app.state().pictures.ready();
    // What was decoded is kept on the disk afterwards.
    window.seconds_until("the cache is written", ImagoApp::is_idle);
    (seconds, count)
}

fn report(what: &str, mut seconds: Vec<f64>) {
    seconds.sort_by(f64::total_cmp);
    let at = |share: f64| seconds[((seconds.len() - 1) as f64 * share).round() as usize] * 1e3;
    println!(
        "{what}: {} times, median {:.0} ms, least {:.0} ms, most {:.0} ms",
        seconds.len(),
        at(0.5),
        at(0.0),
        at(1.0)
    );
}

fn main() {
    let Some(data) = std::env::var_os("IMAGO_BENCH_DATA").map(PathBuf::from) else {
        println!("IMAGO_BENCH_DATA names no data set: nothing is measured");
        return;
    };
    let (mut anew, mut cached) = (Vec::new(), Vec::new());
    let mut count = 0;
    for _ in 0..5 {
        let home = tempfile::tempdir().expect("a temporary folder");
        for times in [&mut anew, &mut cached] {
            let (seconds, there) = thumbnails(home.path(), &data);
            times.push(seconds);
            count = there;
        }
    }
    report(&format!("{count} thumbnails anew"), anew);
    report(&format!("{count} thumbnails from the cache"), cached);

    let home = tempfile::tempdir().expect("a temporary folder");
    let mut window = Window::open(home.path(), [1280.0, 832.0]);
    window.app.run_command(&window.ctx.clone(), Command::OpenFolder(data));
    window.seconds_until("the folder is read", |app| {
        let project = app.state().project.as_ref();
        project.is_some_and(|project| project.facts.len() == project.dataset.items.len())
    });
    window.app.run_command(&window.ctx.clone(), Command::Go(Workspace::Augment));
    for name in Pipeline::PRESETS {
        window.app.state_mut().augment.load(*name, Pipeline::preset(name).expect("a preset"));
        window.seconds_until("the tiles are there", |app| {
            !app.state().augment.tiles.is_empty() && app.state().augment.tiles_settled()
        });
        if window.app.state().augment.pipeline.steps.is_empty() {
            continue;
        }
        let mut seconds = Vec::new();
        for change in 0..40 {
            // Every tile is another picture after it: the first step is drawn on more or less often.
            window.app.state_mut().augment.pipeline.steps[0].probability = 0.5 + 0.01 * f64::from(change);
            let before = window.app.state().augment.generation;
            seconds.push(window.seconds_until("the tiles follow", |app| {
                app.state().augment.generation > before && app.state().augment.tiles_settled()
            }));
        }
        report(&format!("slider, {name}"), seconds);
    }
}
