//! The operating system's side: the native window and its renderers, and the system's file dialogs.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as TaskContext, Poll, Wake, Waker};
use std::time::Instant;

use eframe::{NativeOptions, Renderer};
use rfd::{AsyncFileDialog, FileHandle};

use super::command::{AugmentCommand, PredictCommand, TrainCommand, TransferCommand};
use super::frame_stats::FrameStats;
use super::guard::{Guard, Start};
use super::imago_app::{Cx, ImagoApp};
use super::jobs::{Message, panic_text};
use super::no_window;
use super::renderer::{self, Memory, RendererChoice};
use super::report;
use super::settings_file;
use super::state::NoticeLevel;
use crate::base::AppPaths;
use crate::dataset::Split;
use crate::lang::{Language, t};

/// What the window is opened with.
#[derive(Clone, Debug, Default)]
pub struct WindowOptions {
    /// A folder, a model or a picture to open.
    pub path: Option<PathBuf>,
    /// Which renderer draws it.
    pub renderer: RendererChoice,
    /// The language to speak, unless the settings name another; none: the system's.
    pub language: Option<Language>,
    /// Where to write the times of every frame.
    pub frame_stats: Option<PathBuf>,
    /// Panics in an early frame, to try what happens then.
    pub fault: bool,
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When no renderer can open a window, with the reason of each; when a fault took the window down.
pub fn run(wanted: &WindowOptions) -> anyhow::Result<()> {
    let began = Instant::now();
    let paths = AppPaths::of_this_user();
    report::install(paths.data_dir.join("reports"));
    if let Some(reason) = no_window::no_screen() {
        return Err(no_window::without_screen(reason));
    }
    let system = wanted.language.unwrap_or_else(Language::of_system);
    // Only where it is needed: the settings may have changed since the start.
    let language = || settings_file::read(&paths.settings_file()).unwrap_or_default().language.or(system);
    let mut reasons = Vec::new();
    let x11 = std::env::var_os("DISPLAY").is_some_and(|display| !display.is_empty());
    // Not in the head of the loop, where it would hold its lock through the loop.
    let failed = Memory::read(&paths.cache_dir).failed();
    for renderer in renderer::order(wanted.renderer, failed) {
        let drew = Arc::new(AtomicBool::new(false));
        let opened = AssertUnwindSafe(|| run_with(renderer, x11, wanted, system, &paths, began, &drew));
        let reason = match catch_unwind(opened) {
            Ok(Ok(())) => return Ok(()),
            // Without a connection to the screen no renderer has a chance, and winit makes one event loop a process.
            Ok(Err(eframe::Error::WinitEventLoop(error))) => {
                tracing::warn!("no event loop: {error}");
                try_wayland_instead();
                return Err(no_window::without_screen(&no_window::unreachable_screen()));
            }
            Ok(Err(error)) => error.to_string(),
            Err(panic) => panic_text(panic.as_ref()),
        };
        tracing::warn!("the window could not be kept open with {}: {reason}", renderer::title(renderer));
        // A window that was there and is gone is a fault, not a reason to open another one.
        if drew.load(Ordering::Relaxed) {
            return Err(no_window::closed_by_a_fault(&reason, language()));
        }
        reasons.push(format!("{}: {reason}", renderer::title(renderer)));
    }
    Err(no_window::no_renderer(&reasons.join("; "), language()))
}

/// X11 is preferred; where it does not answer and there is Wayland, this program starts itself anew without it. Returns where
/// there is no Wayland, or it can't be started.
#[cfg(target_os = "linux")]
fn try_wayland_instead() {
    use std::os::unix::process::CommandExt;
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !is_set("DISPLAY") || !(is_set("WAYLAND_DISPLAY") || is_set("WAYLAND_SOCKET")) {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        let mut again = std::process::Command::new(program);
        let error = again.args(std::env::args_os().skip(1)).env_remove("DISPLAY").exec();
        tracing::warn!("could not start again with Wayland: {error}");
    }
}

#[cfg(not(target_os = "linux"))]
fn try_wayland_instead() {}

fn run_with(
    renderer: Renderer,
    x11: bool,
    wanted: &WindowOptions,
    system: Language,
    paths: &AppPaths,
    began: Instant,
    drew: &Arc<AtomicBool>,
) -> eframe::Result {
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("Imago")
        .with_app_id("imago")
        .with_inner_size([1280.0, 832.0])
        .with_min_inner_size([800.0, 560.0])
        .with_drag_and_drop(true);
    if let Ok(icon) = eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon-256.png")) {
        viewport = viewport.with_icon(icon);
    }
    let event_loop_builder = prefer_x11(x11);
    let options = NativeOptions {
        viewport,
        renderer,
        event_loop_builder,
        // Size and place of the window; below IMAGO_HOME like everything else.
        persistence_path: Some(paths.data_dir.join("app.ron")),
        ..NativeOptions::default()
    };
    let (wanted, paths, drew) = (wanted.clone(), paths.clone(), drew.clone());
    let mut memory = Memory::read(&paths.cache_dir);
    memory.starting(renderer);
    let start = Start { memory, asked_for: wanted.renderer != RendererChoice::Auto, drew };
    eframe::run_native(
        "imago",
        options,
        Box::new(move |creation| {
            let failed = start.memory.failed_last_time.filter(|failed| *failed != renderer);
            let mut app = ImagoApp::new(&creation.egui_ctx, paths);
            app.set_system_language(system);
            app.begin();
            if let Some(failed) = failed {
                let text = t!(
                    "Last time Imago could not draw with {failed}. It draws with {now} now; `imago --renderer` chooses.",
                    failed = renderer::title(failed),
                    now = renderer::title(renderer)
                );
                app.state_mut().notify(NoticeLevel::Warning, text);
            }
            if let Some(path) = wanted.path {
                app.open_path(&creation.egui_ctx, &path);
            }
            if let Some(path) = wanted.frame_stats {
                let stats = FrameStats::create(&path, began)
                    .map_err(|error| format!("{} can't be written: {error}", path.display()))?;
                app.measure_frames(stats);
            }
            Ok(Box::new(Guard::new(app, start, wanted.fault)))
        }),
    )
}

/// winit 0.30 delivers no dropped files on native Wayland, so X11 is taken wherever there is an X server (XWayland too).
#[cfg(target_os = "linux")]
fn prefer_x11(x11: bool) -> Option<eframe::EventLoopBuilderHook> {
    use winit::platform::x11::EventLoopBuilderExtX11;
    if !x11 {
        return None;
    }
    Some(Box::new(|builder| {
        builder.with_x11();
    }))
}

#[cfg(not(target_os = "linux"))]
fn prefer_x11(_x11: bool) -> Option<eframe::EventLoopBuilderHook> {
    None
}

/// What was chosen in a file dialog.
pub enum Chosen {
    /// A folder to open as data set.
    Folder(PathBuf),
    /// Pictures to classify, or a folder of them.
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
    /// A picture whose colours the step of this card moves towards.
    Reference(u64, PathBuf),
    /// Where to write an enlarged data set.
    EnlargeFolder(PathBuf),
    /// Where to export the data set.
    ExportFolder(PathBuf),
    /// Where to copy classified pictures.
    SortFolder(PathBuf),
    /// Where to save labels.
    LabelsToSave(PathBuf),
    /// A table of labels.
    LabelsToRead(PathBuf),
    /// Pictures, or a folder of them, to copy into a class, which is named as the data set's folder and its own name.
    PicturesToImport(Vec<PathBuf>, Split, (PathBuf, String)),
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

/// Lets the user choose a folder whose pictures to classify.
pub(super) fn choose_folder_to_classify(cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new().set_title(t!("Classify the pictures of a folder")).pick_folder();
    ask(cx, dialog, |chosen| Some(Chosen::Pictures(vec![chosen?.path().to_owned()])));
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
        .add_filter(t!("Weights (safetensors, PyTorch)"), &["safetensors", "pth", "pt"])
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

/// Lets the user choose the picture whose colours the step of a card moves towards.
pub(super) fn choose_reference(card: u64, cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new()
        .set_title(t!("A picture with the colours to move towards"))
        .add_filter(t!("Pictures"), &crate::dataset::PICTURE_EXTENSIONS)
        .add_filter(t!("All files"), &["*"])
        .pick_file();
    ask(cx, dialog, move |chosen: Option<FileHandle>| Some(Chosen::Reference(card, chosen?.path().to_owned())));
}

/// Lets the user choose a folder to write into, which can be made in the dialog.
fn ask_where_to_write(cx: &mut Cx<'_>, title: &str, chosen: fn(PathBuf) -> Chosen) {
    let dialog = AsyncFileDialog::new().set_title(title).set_can_create_directories(true).pick_folder();
    ask(cx, dialog, move |folder: Option<FileHandle>| Some(chosen(folder?.path().to_owned())));
}

/// Lets the user choose where to write an enlarged data set.
pub(super) fn choose_enlarge_folder(cx: &mut Cx<'_>) {
    ask_where_to_write(cx, t!("A new or empty folder for the enlarged data set"), Chosen::EnlargeFolder);
}

/// Lets the user choose where to export the data set.
pub(super) fn choose_export_folder(cx: &mut Cx<'_>) {
    ask_where_to_write(cx, t!("A new or empty folder for the export"), Chosen::ExportFolder);
}

/// Lets the user choose where to copy classified pictures.
pub(super) fn choose_sort_folder(cx: &mut Cx<'_>) {
    ask_where_to_write(cx, t!("A new or empty folder for the copies"), Chosen::SortFolder);
}

/// Lets the user choose where to save labels.
pub(super) fn choose_labels_to_save(cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new()
        .set_title(t!("Export labels"))
        .set_file_name("labels.csv")
        .add_filter("CSV", &["csv"])
        .save_file();
    ask(cx, dialog, |chosen: Option<FileHandle>| Some(Chosen::LabelsToSave(chosen?.path().to_owned())));
}

/// Lets the user choose a table of labels.
pub(super) fn choose_labels_to_read(cx: &mut Cx<'_>) {
    let dialog = AsyncFileDialog::new()
        .set_title(t!("Import labels"))
        .add_filter("CSV", &["csv"])
        .add_filter(t!("All files"), &["*"])
        .pick_file();
    ask(cx, dialog, |chosen| Some(Chosen::LabelsToRead(chosen?.path().to_owned())));
}

/// The data set that is open and the name of its class with this number.
fn named_class(class: usize, cx: &Cx<'_>) -> Option<(PathBuf, String)> {
    let dataset = &cx.state.project.as_ref()?.dataset;
    Some((dataset.root.clone(), dataset.classes.get(class)?.clone()))
}

/// Lets the user choose pictures to copy into a class.
pub(super) fn choose_pictures_to_import(split: Split, class: usize, cx: &mut Cx<'_>) {
    let Some(class) = named_class(class, cx) else { return };
    let dialog = AsyncFileDialog::new()
        .set_title(t!("Copy pictures into a class"))
        .add_filter(t!("Pictures"), &crate::dataset::PICTURE_EXTENSIONS)
        .pick_files();
    ask(cx, dialog, move |chosen| {
        let paths = chosen?.iter().map(|file| file.path().to_owned()).collect();
        Some(Chosen::PicturesToImport(paths, split, class))
    });
}

/// Lets the user choose a folder whose pictures to copy into a class.
pub(super) fn choose_folder_to_import(split: Split, class: usize, cx: &mut Cx<'_>) {
    let Some(class) = named_class(class, cx) else { return };
    let dialog = AsyncFileDialog::new().set_title(t!("Copy the pictures of a folder into a class")).pick_folder();
    ask(cx, dialog, move |chosen| {
        let paths = vec![chosen?.path().to_owned()];
        Some(Chosen::PicturesToImport(paths, split, class))
    });
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
        Chosen::Reference(card, path) => super::augment::handle(AugmentCommand::UseReference(card, path), cx),
        Chosen::EnlargeFolder(path) => super::augment::handle(AugmentCommand::EnlargeInto(path), cx),
        Chosen::ExportFolder(path) => super::transfer::handle(TransferCommand::ExportInto(path), cx),
        Chosen::SortFolder(path) => super::predict::handle(PredictCommand::SortInto(path), cx),
        Chosen::LabelsToSave(path) => super::transfer::handle(TransferCommand::SaveLabels(path), cx),
        Chosen::LabelsToRead(path) => super::transfer::handle(TransferCommand::ReadLabels(path), cx),
        Chosen::PicturesToImport(paths, split, (root, class)) => {
            super::transfer::import_into_named(paths, split, &root, &class, cx);
        }
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
