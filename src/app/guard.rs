//! Stands between eframe and the application: says when the first frame is drawn, and catches a panic in a frame before it
//! leaves Rust. What the user did is saved then, and the window says what happened instead of vanishing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use egui::{Context, Ui};

use super::imago_app::ImagoApp;
use super::jobs::panic_text;
use super::renderer::Memory;
use super::report;
use super::state::Fault;
use crate::ui;

/// A window that is being opened.
pub(super) struct Start {
    /// What is remembered of renderers.
    pub memory: Memory,
    /// The renderer was asked for by name.
    pub asked_for: bool,
    /// Set when a frame was drawn.
    pub drew: Arc<AtomicBool>,
}

impl Drop for Start {
    /// A renderer that said no by itself, or a window closed before it drew, is nothing that the next start has to know.
    fn drop(&mut self) {
        if !std::thread::panicking() && !self.drew.load(Ordering::Relaxed) {
            self.memory.over();
        }
    }
}

/// The application, guarded.
pub(super) struct Guard {
    app: ImagoApp,
    /// Until a frame was drawn.
    start: Option<Start>,
    frames: u64,
    fault: Option<Fault>,
    /// Panics in the third frame, to try what happens then.
    panics: bool,
}

impl Guard {
    pub(super) fn new(app: ImagoApp, start: Start, panics: bool) -> Self {
        Self { app, start: Some(start), frames: 0, fault: None, panics }
    }

    /// Runs a part of a frame. After a panic in it the application is closed, which saves what is to be kept.
    fn guarded(&mut self, ctx: &Context, part: impl FnOnce(&mut ImagoApp)) {
        if self.fault.is_some() {
            return;
        }
        let app = &mut self.app;
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| part(app))) else { return };
        let text = panic_text(panic.as_ref());
        let report = report::last();
        let saved = catch_unwind(AssertUnwindSafe(|| self.app.close())).unwrap_or(false);
        self.fault = Some(Fault { text, report, saved });
        ctx.request_repaint();
    }

    /// Before drawing.
    fn before(&mut self, ctx: &Context, frame: &mut eframe::Frame) {
        // In the second frame the first one has been drawn.
        if self.frames == 1
            && let Some(mut start) = self.start.take()
        {
            start.memory.draws(start.asked_for);
            start.drew.store(true, Ordering::Relaxed);
        }
        self.frames += 1;
        if self.frames == 1 {
            ctx.request_repaint();
        }
        let panics = self.panics && self.frames == 3;
        if self.panics {
            ctx.request_repaint();
        }
        self.guarded(ctx, |app| {
            assert!(!panics, "asked for by --fault");
            eframe::App::logic(app, ctx, frame);
        });
    }
}

impl eframe::App for Guard {
    fn logic(&mut self, ctx: &Context, frame: &mut eframe::Frame) {
        self.before(ctx, frame);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        if let Some(fault) = &self.fault {
            ui::fault_ui(ui, fault);
        } else {
            self.guarded(&ctx, |app| eframe::App::ui(app, ui, frame));
        }
    }

    fn on_exit(&mut self, gl: Option<&eframe::glow::Context>) {
        if self.fault.is_none() {
            eframe::App::on_exit(&mut self.app, gl);
        }
    }
}

impl Drop for Guard {
    /// A panic outside of a frame (in the renderer) takes the window down; what the user did is saved even then.
    fn drop(&mut self) {
        if std::thread::panicking() && self.fault.is_none() {
            let _ = catch_unwind(AssertUnwindSafe(|| self.app.close()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::ThemeChoice;
    use crate::base::AppPaths;

    fn guard(home: &std::path::Path, ctx: &Context) -> Guard {
        let paths = AppPaths::below(home.to_owned());
        let memory = Memory::read(&paths.cache_dir);
        let start = Start { memory, asked_for: false, drew: Arc::default() };
        Guard::new(ImagoApp::new(ctx, paths), start, false)
    }

    #[test]
    fn a_panic_in_a_frame_is_caught_and_what_was_changed_is_saved() {
        let home = tempfile::tempdir().unwrap();
        let ctx = Context::default();
        let mut guard = guard(home.path(), &ctx);
        guard.guarded(&ctx, |app| app.state_mut().settings.theme = ThemeChoice::Light);
        assert!(guard.fault.is_none());
        guard.guarded(&ctx, |_| panic!("the floor gave way"));
        let fault = guard.fault.as_ref().unwrap();
        assert_eq!((fault.text.as_str(), fault.saved), ("the floor gave way", true));
        let settings = std::fs::read_to_string(home.path().join("config/settings.toml")).unwrap();
        assert!(settings.contains("theme = \"light\""), "{settings}");
        // Nothing of the application runs any more.
        guard.guarded(&ctx, |_| panic!("ran again"));
    }
}
