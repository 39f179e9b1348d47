//! The operating system's side: the native window and its renderers, and the system's file dialogs.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::Instant;

use anyhow::Context as _;
use eframe::{NativeOptions, Renderer};
use rfd::{AsyncFileDialog, FileHandle};

use super::command::{AugmentCommand, PredictCommand, TrainCommand};
use super::frame_stats::FrameStats;
use super::imago_app::{Cx, ImagoApp};
use super::jobs::Message;
use crate::base::AppPaths;
use crate::lang::{Language, t};

/// What the window is opened with.
#[derive(Clone, Debug, Default)]
pub struct WindowOptions {
    /// A folder, a model or a picture to open.
    pub path: Option<PathBuf>,
    /// The language to speak, unless the settings name another; none: the system's.
    pub language: Option<Language>,
    /// Where to write the times of every frame.
    pub frame_stats: Option<PathBuf>,
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When neither renderer can open a window; both reasons are given.
pub fn run(wanted: &WindowOptions) -> anyhow::Result<()> {
    let began = Instant::now();
    let mut reasons = Vec::new();
    for renderer in preferred_renderers() {
        match run_with(renderer, wanted, began) {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!("the window could not be opened with {renderer}: {error}");
                reasons.push(format!("{renderer}: {error}"));
            }
        }
    }
    Err(anyhow::anyhow!(reasons.join("; ")))
        .context("No window could be opened. The command line still works: try “imago --help”")
}

fn preferred_renderers() -> [Renderer; 2] {
    if cfg!(any(target_os = "macos", windows)) {
        [Renderer::Wgpu, Renderer::Glow]
    } else {
        [Renderer::Glow, Renderer::Wgpu]
    }
}

fn run_with(renderer: Renderer, wanted: &WindowOptions, began: Instant) -> eframe::Result {
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("Imago")
        .with_app_id("imago")
        .with_inner_size([1280.0, 832.0])
        .with_min_inner_size([800.0, 560.0])
        .with_drag_and_drop(true);
    if let Ok(icon) = eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon-256.png")) {
        viewport = viewport.with_icon(icon);
    }
    let options = NativeOptions { viewport, renderer, event_loop_builder: prefer_x11(), ..NativeOptions::default() };
    let wanted = wanted.clone();
    eframe::run_native(
        "imago",
        options,
        Box::new(move |creation| {
            let mut app = ImagoApp::new(&creation.egui_ctx, AppPaths::of_this_user());
            app.set_system_language(wanted.language.unwrap_or_else(Language::of_system));
            app.begin();
            if let Some(path) = wanted.path {
                app.open_path(&creation.egui_ctx, &path);
            }
            if let Some(path) = wanted.frame_stats {
                let stats = FrameStats::create(&path, began)
                    .map_err(|error| format!("{} can't be written: {error}", path.display()))?;
                app.measure_frames(stats);
            }
            Ok(Box::new(app))
        }),
    )
}

/// winit 0.30 delivers no dropped files on native Wayland, so X11 is taken wherever there is an X server (XWayland too).
#[cfg(target_os = "linux")]
fn prefer_x11() -> Option<eframe::EventLoopBuilderHook> {
    use winit::platform::x11::EventLoopBuilderExtX11;
    if std::env::var_os("DISPLAY").is_none_or(|display| display.is_empty()) {
        return None;
    }
    Some(Box::new(|builder| {
        builder.with_x11();
    }))
}

#[cfg(not(target_os = "linux"))]
fn prefer_x11() -> Option<eframe::EventLoopBuilderHook> {
    None
}

/// What was chosen in a file dialog.
pub enum Chosen {
    /// A folder to open as data set.
    Folder(PathBuf),
    /// Pictures to classify.
    Pictures(Vec<PathBuf>),
    /// A trained model.
    Model(PathBuf),
    /// Weights to start from.
    Weights(PathBuf),
    /// Where to save predictions.
    Csv(PathBuf),
    /// An augmentation pipeline to open.
    PipelineToOpen(PathBuf),
    /// Where to save the augmentation pipeline.
    PipelineToSave(PathBuf),
    /// Where to write an enlarged data set.
    EnlargeFolder(PathBuf),
}

/// Lets the user choose a folder to open.
pub(super) fn choose_folder(cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new().set_title(t!("Open a folder of pictures")).pick_folder();
    ask(cx, dialog, |chosen| Some(Chosen::Folder(chosen?.path().to_owned())));
}

/// Lets the user choose pictures to classify.
pub(super) fn choose_pictures(cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new()
        .set_title(t!("Classify pictures"))
        .add_filter(t!("Pictures"), &["jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff", "ppm", "pgm", "gif", "ico"])
        .add_filter(t!("All files"), &["*"])
        .pick_files();
    ask(cx, dialog, |chosen| Some(Chosen::Pictures(chosen?.iter().map(|file| file.path().to_owned()).collect())));
}

/// Lets the user choose a trained model.
pub(super) fn choose_model(cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new()
        .set_title(t!("Open a model"))
        .add_filter(t!("Models (safetensors)"), &["safetensors"])
        .pick_file();
    ask(cx, dialog, |chosen| Some(Chosen::Model(chosen?.path().to_owned())));
}

/// Lets the user choose a file of pretrained weights.
pub(super) fn choose_weights(cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new()
        .set_title(t!("Weights to start from"))
        .add_filter(t!("Weights (safetensors)"), &["safetensors"])
        .pick_file();
    ask(cx, dialog, |chosen| Some(Chosen::Weights(chosen?.path().to_owned())));
}

/// Lets the user choose where to save the predictions.
pub(super) fn choose_csv(cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new()
        .set_title(t!("Save predictions"))
        .set_file_name("predictions.csv")
        .add_filter("CSV", &["csv"])
        .save_file();
    ask(cx, dialog, |chosen: Option<FileHandle>| Some(Chosen::Csv(chosen?.path().to_owned())));
}

/// Lets the user choose an augmentation pipeline to open.
pub(super) fn choose_pipeline_to_open(cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new()
        .set_title(t!("Open a pipeline"))
        .add_filter(t!("Pipelines (TOML)"), &["toml"])
        .pick_file();
    ask(cx, dialog, |chosen| Some(Chosen::PipelineToOpen(chosen?.path().to_owned())));
}

/// Lets the user choose where to save the augmentation pipeline; `name` is proposed.
pub(super) fn choose_pipeline_to_save(name: &str, cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new()
        .set_title(t!("Save the pipeline"))
        .set_file_name(name)
        .add_filter(t!("Pipelines (TOML)"), &["toml"])
        .save_file();
    ask(cx, dialog, |chosen: Option<FileHandle>| Some(Chosen::PipelineToSave(chosen?.path().to_owned())));
}

/// Lets the user choose where to write an enlarged data set.
pub(super) fn choose_enlarge_folder(cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new()
        .set_title(t!("A new or empty folder for the enlarged data set"))
        .set_can_create_directories(true)
        .pick_folder();
    ask(cx, dialog, |chosen| Some(Chosen::EnlargeFolder(chosen?.path().to_owned())));
}

/// Waits for a dialog in a thread of its own, so that the window goes on drawing; macOS wants dialogs made on the main thread,
/// which is where this is called.
fn ask<T: 'static>(
    cx: &mut Cx<'_>,
    dialog: impl Future<Output = T> + Send + 'static,
    chosen: impl FnOnce(T) -> Option<Chosen> + Send + 'static,
) {
    cx.services.jobs.spawn("dialog", "", move |job| {
        if let Some(chosen) = chosen(wait_for(dialog)) {
            job.send(Message::Chosen(chosen));
        }
    });
}

/// Carries out what a dialog was for.
pub(super) fn chosen(chosen: Chosen, cx: &mut Cx<'_>) {
    match chosen {
        Chosen::Folder(path) => super::project::open(&path, cx),
        Chosen::Pictures(paths) => super::predict::handle(PredictCommand::Classify(paths), cx),
        Chosen::Model(path) => super::predict::handle(PredictCommand::LoadModel(path), cx),
        Chosen::Weights(path) => super::train::handle(TrainCommand::UseWeightsFile(path), cx),
        Chosen::Csv(path) => super::predict::handle(PredictCommand::SaveCsv(path), cx),
        Chosen::PipelineToOpen(path) => super::augment::handle(AugmentCommand::Open(path), cx),
        Chosen::EnlargeFolder(path) => super::augment::handle(AugmentCommand::EnlargeInto(path), cx),
        Chosen::PipelineToSave(path) => super::augment::handle(AugmentCommand::Save(path), cx),
    }
}

/// Waits for a future by parking this thread.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut TaskContext::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_a_future_ends_with_its_value() {
        assert_eq!(wait_for(async { 7 }), 7);
    }
}
