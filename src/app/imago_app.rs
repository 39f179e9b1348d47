//! The application object: takes in messages, carries out commands, draws a frame.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Context, ThemePreference, Ui};

use super::command::{Command, Commands, UiCommand};
use super::frame_stats::FrameStats;
use super::jobs::{Jobs, Message};
use super::pictures::{Ahead, PictureService};
use super::state::{HealthCheck, LeavingFor, NoticeLevel, State, ThemeChoice};
use super::{
    augment, data, dropped, fetch, health, labels, lessons, native, predict, project, refresh, results, settings_file,
    split, suggest, table_commands, train, transfer, watch,
};
use crate::base::AppPaths;
use crate::fetch::Download;
use crate::imaging::ThumbnailCache;
use crate::lang::{self, Language, t};
use crate::nn::device::cpu_label;
use crate::ui;

/// Thumbnails kept on disk at most, in bytes: some 40,000.
const THUMBNAIL_BYTES: u64 = 512 << 20;
/// How soon a message from a job is drawn.
const WAKE_DELAY: Duration = Duration::from_millis(5);

/// What handlers work on that is not state to be drawn.
pub(super) struct Services {
    pub jobs: Jobs,
    pub paths: AppPaths,
    pub thumbnails: Arc<ThumbnailCache>,
    pub ahead: Ahead,
    pub project: project::Service,
    pub refresh: refresh::Service,
    pub watch: watch::Service,
    pub fetch: fetch::Service,
    pub data: data::Service,
    pub health: health::Service,
    pub lessons: lessons::Service,
    pub labels: labels::Service,
    pub suggest: suggest::Service,
    pub augment: augment::Service,
    pub train: train::Service,
    pub results: results::Service,
    pub predict: predict::Service,
    /// The window closes although labels can't be written: it was asked.
    pub leaves_anyway: bool,
}

/// What a handler has in hand.
pub(super) struct Cx<'a> {
    pub state: &'a mut State,
    pub services: &'a mut Services,
    pub ctx: &'a Context,
}

impl Cx<'_> {
    /// Tells every workspace that another data set is open, or none.
    pub(super) fn project_changed(&mut self) {
        project::name_window(self);
        watch::project_changed(self);
        suggest::project_changed(self);
        lessons::project_changed(self);
        self.pictures_changed();
        results::project_changed(self);
        predict::project_changed(self);
    }

    /// Tells those whose work is about the list of pictures that there is another one.
    pub(super) fn pictures_changed(&mut self) {
        data::project_changed(self);
        health::project_changed(self);
        transfer::project_changed(self);
        split::project_changed(self);
        augment::project_changed(self);
        train::project_changed(self);
    }
}

/// The window's application.
pub struct ImagoApp {
    state: State,
    services: Services,
    pictures: PictureService,
    settings_keeper: settings_file::Keeper,
    settings_looked_at: Instant,
    applied: Option<(ThemeChoice, bool)>,
    /// The language that was spoken last.
    spoken: Language,
    /// Whether a dialog lay over the window in the last frame.
    covered: bool,
    frame_stats: Option<FrameStats>,
    /// The request for tiles whose time `frame_stats` has.
    tiles_timed: u64,
    /// Pictures that the last frame wanted and that were not there.
    waiting: usize,
}

impl ImagoApp {
    /// The application with its own files below `paths`. Nothing is opened yet.
    pub fn new(ctx: &Context, paths: AppPaths) -> Self {
        ui::theme::install(ctx);
        let settings = settings_file::read(&paths.settings_file());
        let wake: Arc<dyn Fn() + Send + Sync> = {
            let ctx = ctx.clone();
            // After a moment rather than at once: egui draws two frames for every request that wants one at once.
            Arc::new(move || ctx.request_repaint_after(WAKE_DELAY))
        };
        let wake_in: Arc<dyn Fn(Duration) + Send + Sync> = {
            let ctx = ctx.clone();
            Arc::new(move |delay: Duration| ctx.request_repaint_after(delay.max(WAKE_DELAY)))
        };
        let mut state = State::default();
        match settings {
            Ok(settings) => state.settings = settings,
            Err(reason) => state.notify(NoticeLevel::Warning, reason),
        }
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        state.device_label = cpu_label(threads);
        ctx.set_zoom_factor(state.settings.ui_scale);
        let thumbnails = Arc::new(ThumbnailCache::new(paths.thumbnails_dir(), THUMBNAIL_BYTES));
        let pictures = PictureService::new(&wake_in, &thumbnails);
        let mut app = Self {
            settings_keeper: settings_file::Keeper::new(&state.settings),
            services: Services {
                jobs: Jobs::new(wake),
                paths,
                thumbnails,
                ahead: pictures.ahead(),
                project: project::Service::default(),
                refresh: refresh::Service::default(),
                watch: watch::Service::default(),
                fetch: fetch::Service::default(),
                data: data::Service::default(),
                health: health::Service::default(),
                lessons: lessons::Service::default(),
                labels: labels::Service::default(),
                suggest: suggest::Service::default(),
                augment: augment::Service::default(),
                train: train::Service::default(),
                results: results::Service::default(),
                predict: predict::Service::default(),
                leaves_anyway: false,
            },
            state,
            pictures,
            settings_looked_at: Instant::now(),
            applied: None,
            spoken: Language::default(),
            covered: false,
            frame_stats: None,
            tiles_timed: 0,
            waiting: 0,
        };
        app.apply_settings(ctx);
        fetch::look(&mut Cx { state: &mut app.state, services: &mut app.services, ctx });
        app
    }

    /// Sets the language that is spoken unless the settings name another: the system's, or one asked for when starting.
    pub fn set_system_language(&mut self, language: Language) {
        self.state.system_language = language;
        lang::set(self.state.language());
    }

    /// The window opens: on the first start of all, with the tour.
    pub fn begin(&mut self) {
        if !self.state.settings.tour_seen {
            self.state.tour = Some(0);
        }
    }

    /// Writes down how long every frame takes.
    pub(super) fn measure_frames(&mut self, stats: FrameStats) {
        self.frame_stats = Some(stats);
    }

    /// What the window shows.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What the window shows, to be changed by tests.
    pub fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    /// Carries out a command as if a panel had asked for it.
    pub fn run_command(&mut self, ctx: &Context, command: Command) {
        self.carry_out(ctx, command);
    }

    /// Opens what was named on the command line or dropped: a folder as data set, a file as model or picture.
    pub fn open_path(&mut self, ctx: &Context, path: &Path) {
        self.carry_out(ctx, Command::Dropped(vec![path.to_owned()]));
    }

    /// Other things to fetch than the usual ones (for tests).
    pub fn set_catalog(&mut self, catalog: Vec<Download>) {
        self.services.fetch.catalog = catalog;
    }

    /// The program to start as a child where that is not this one (for tests).
    pub fn set_program(&mut self, program: PathBuf) {
        self.services.train.program = Some(program);
    }

    /// No job runs, no message waits, no picture is being decoded (for tests that wait).
    pub fn is_idle(&self) -> bool {
        let services = &self.services;
        services.jobs.is_idle()
            && services.labels.is_idle()
            && self.pictures.is_idle()
            && self.state.data.health.check != HealthCheck::Waiting
            && !self.state.train.is_running()
    }

    /// Whether all labels that were given are on the disk (for tests that wait).
    pub fn labels_are_saved(&self) -> bool {
        self.services.labels.is_idle() && self.services.labels.unsaved() == 0
    }

    /// Whether changes in the open data set's folder are noticed by now (for tests that change it).
    pub fn is_watching(&self) -> bool {
        self.services.watch.is_watching()
    }

    /// Before drawing: takes in what jobs and the trainer report.
    pub fn tick(&mut self, ctx: &Context) {
        self.speak(ctx);
        for message in self.services.jobs.drain() {
            self.receive(ctx, message);
        }
        let mut cx = Cx { state: &mut self.state, services: &mut self.services, ctx };
        refresh::tick(&mut cx);
        fetch::tick(&mut cx);
        data::tick(&mut cx);
        transfer::tick(&mut cx);
        split::tick(&mut cx);
        labels::tick(&mut cx);
        augment::tick(&mut cx);
        train::tick(&mut cx);
        results::tick(&mut cx);
        suggest::tick(&mut cx);
        predict::tick(&mut cx);
        lessons::tick(&mut cx);
        self.pictures.upload(ctx, &mut self.state.pictures);
        // Begins when no picture is on the way any more: after the last one there may be no other frame.
        health::tick(&mut Cx { state: &mut self.state, services: &mut self.services, ctx });
    }

    /// Draws a frame and carries out what was asked for in it.
    pub fn show(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.speak(&ctx);
        let mut commands = Commands::default();
        self.hold_window(&ctx);
        self.take_input(&ctx, &mut commands);
        let pointer = self.is_newly_covered(&ctx).then(|| ctx.input_mut(|input| std::mem::take(&mut input.pointer)));
        ui::window_ui(ui, &mut self.state, &mut commands);
        if let Some(pointer) = pointer {
            ctx.input_mut(|input| input.pointer = pointer);
        }
        self.waiting = self.state.pictures.wanted.len();
        self.pictures.request(&mut self.state.pictures);
        for command in commands.take() {
            self.carry_out(&ctx, command);
        }
        self.apply_settings(&ctx);
        self.save_settings(false);
    }

    /// Stops what runs and saves what is to be kept. Whether all labels and settings are saved.
    pub fn close(&mut self) -> bool {
        self.save_settings(true);
        self.services.jobs.cancel_all();
        let saved = labels::close(&mut self.services) && self.settings_keeper.holds(&self.state.settings);
        augment::close(&self.state, &mut self.services);
        train::stop_and_wait(&mut self.services);
        saved
    }

    /// Whether a dialog lies over the window since the last frame. A tooltip stays for as long as the pointer rests
    /// where its widget is, also below a dialog: in one frame without a pointer it closes, and does not come again.
    fn is_newly_covered(&mut self, ctx: &Context) -> bool {
        let covered = ctx.memory(|memory| memory.top_modal_layer().is_some());
        let was_covered = std::mem::replace(&mut self.covered, covered);
        covered && !was_covered
    }

    /// A window that is asked to close while labels can't be written stays and asks first.
    fn hold_window(&mut self, ctx: &Context) {
        if !ctx.input(|input| input.viewport().close_requested()) || self.services.leaves_anyway {
            return;
        }
        let mut cx = Cx { state: &mut self.state, services: &mut self.services, ctx };
        if project::would_lose_labels(LeavingFor::Window, &mut cx) {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
        }
    }

    /// Shortcuts, dropped files and pasted paths.
    fn take_input(&mut self, ctx: &Context, commands: &mut Commands) {
        let typing = ctx.text_edit_focused();
        let is_text = |command: &UiCommand| command.is_plain_key() || typing && command.is_for_text_too();
        for command in UiCommand::all().into_iter().filter(|command| !is_text(command)) {
            let shortcuts = [command.other_shortcut(), command.shortcut()];
            for shortcut in shortcuts.into_iter().flatten() {
                if command.is_enabled(&self.state) && ctx.input_mut(|input| input.consume_shortcut(&shortcut)) {
                    commands.ui(command);
                }
            }
        }
        table_commands::take_plain_keys(ctx, &self.state, commands);
        let (dropped, hovering, pasted) = ctx.input(|input| {
            let dropped: Vec<_> = input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
            let pasted = input.events.iter().find_map(|event| match event {
                egui::Event::Paste(text) => Some(text.clone()),
                _ => None,
            });
            (dropped, !input.raw.hovered_files.is_empty(), pasted)
        });
        self.state.files_hovering = hovering;
        if !dropped.is_empty() {
            commands.push(Command::Dropped(dropped));
        }
        // Pasted text that names files is a drop; while a text field has the focus it is text.
        let paths = pasted.filter(|_| !typing).map(|text| dropped::pasted_paths(&text)).unwrap_or_default();
        let in_vain = self.services.predict.pastes_in_vain(!paths.is_empty());
        let paths = if in_vain { dropped::copied_files() } else { paths };
        if in_vain && paths.is_empty() {
            let text = t!("There are no files to paste. Copy pictures or a folder in the file manager first.");
            self.state.notify(NoticeLevel::Info, text);
        }
        if !paths.is_empty() {
            commands.push(Command::Dropped(paths));
        }
    }

    fn receive(&mut self, ctx: &Context, message: Message) {
        let mut cx = Cx { state: &mut self.state, services: &mut self.services, ctx };
        match message {
            Message::Progress { job, fraction, detail } => {
                if let Some(line) = cx.state.jobs.iter_mut().find(|line| line.id == job) {
                    line.report(fraction, detail, Instant::now());
                }
            }
            Message::Ended { job, panic } => {
                let title = cx.state.jobs.iter().find(|line| line.id == job).map(|line| line.title.clone());
                cx.state.jobs.retain(|line| line.id != job);
                cx.state.sample_job = cx.state.sample_job.filter(|drawing| *drawing != job);
                split::ended(job, &mut cx);
                lessons::ended(job, &mut cx);
                project::ended(job, &mut cx);
                results::ended(job, &mut cx);
                predict::ended(job, &mut cx);
                if let Some(panic) = panic {
                    let title = title.unwrap_or_else(|| t!("A background job").to_owned());
                    let report = super::report::last().map_or_else(String::new, |path| {
                        format!(" {}", t!("A report is in {path}.", path = path.display()))
                    });
                    cx.state.notify(
                        NoticeLevel::Error,
                        t!(
                            "“{title}” ended unexpectedly: {panic}. Nothing was changed; please try again.{report}",
                            title = title,
                            panic = panic,
                            report = report
                        ),
                    );
                }
            }
            Message::Chosen(chosen) => native::chosen(chosen, &mut cx),
            Message::Project(message) => project::receive(message, &mut cx),
            Message::Watch(message) => watch::receive(message, &mut cx),
            Message::Refresh(message) => refresh::receive(message, &mut cx),
            Message::Fetch(message) => fetch::receive(message, &mut cx),
            Message::Data(message) => data::receive(message, &mut cx),
            Message::Health(message) => health::receive(message, &mut cx),
            Message::Transfer(message) => transfer::receive(message, &mut cx),
            Message::Split(message) => split::receive(message, &mut cx),
            Message::Lessons(message) => lessons::receive(message, &mut cx),
            Message::Labels(message) => labels::receive(message, &mut cx),
            Message::Suggest(message) => suggest::receive(message, &mut cx),
            Message::Augment(message) => augment::receive(message, &mut cx),
            Message::Train(message) => train::receive(message, &mut cx),
            Message::Results(message) => results::receive(message, &mut cx),
            Message::Predict(message) => predict::receive(message, &mut cx),
        }
    }

    /// From here on this thread speaks the language that the state asks for; what is kept in words is said anew.
    fn speak(&mut self, ctx: &Context) {
        let language = self.state.language();
        lang::set(language);
        if std::mem::replace(&mut self.spoken, language) != language {
            let mut cx = Cx { state: &mut self.state, services: &mut self.services, ctx };
            results::language_changed(&mut cx);
            ctx.request_repaint();
        }
    }

    fn carry_out(&mut self, ctx: &Context, command: Command) {
        self.speak(ctx);
        let mut cx = Cx { state: &mut self.state, services: &mut self.services, ctx };
        match command {
            Command::Ui(command) => table_commands::carry_out_ui(command, &mut cx),
            Command::Go(workspace) => cx.state.workspace = workspace,
            Command::OpenFolder(path) => project::open(&path, &mut cx),
            Command::Dropped(paths) => dropped::dropped(paths, &mut cx),
            Command::LeaveAnyway => table_commands::leave_anyway(&mut cx),
            Command::ShowLesson(page) => lessons::show(Some(page), &mut cx),
            Command::CancelJob(job) => cx.services.jobs.cancel(job),
            Command::ForgetRecent(path) => cx.state.settings.recents.retain(|recent| recent.path != path),
            Command::Fetch(command) => fetch::handle(command, &mut cx),
            Command::Data(command) => data::handle(command, &mut cx),
            Command::Health(command) => health::handle(command, &mut cx),
            Command::Transfer(command) => transfer::handle(command, &mut cx),
            Command::Split(command) => split::handle(command, &mut cx),
            Command::Label(command) => labels::handle(command, &mut cx),
            Command::Augment(command) => augment::handle(command, &mut cx),
            Command::Train(command) => train::handle(command, &mut cx),
            Command::Results(command) => results::handle(command, &mut cx),
            Command::Predict(command) => predict::handle(command, &mut cx),
        }
    }

    fn apply_settings(&mut self, ctx: &Context) {
        let wanted = (self.state.settings.theme, self.state.settings.reduced_motion);
        if self.applied != Some(wanted) {
            self.applied = Some(wanted);
            ctx.set_theme(match wanted.0 {
                ThemeChoice::System => ThemePreference::System,
                ThemeChoice::Dark => ThemePreference::Dark,
                ThemeChoice::Light => ThemePreference::Light,
            });
            ctx.all_styles_mut(|style| ui::theme::set_motion(style, !wanted.1));
        }
        if (ctx.zoom_factor() - self.state.settings.ui_scale).abs() > 1e-3 {
            ctx.set_zoom_factor(self.state.settings.ui_scale);
        }
    }

    /// Saves the settings when they changed; at most every two seconds, so that a slider does not write at every pixel. What can't
    /// be written is tried again as often.
    fn save_settings(&mut self, now: bool) {
        if !now && self.settings_looked_at.elapsed() < Duration::from_secs(2) {
            return;
        }
        self.settings_looked_at = Instant::now();
        let path = self.services.paths.settings_file();
        if let Err(error) = self.settings_keeper.save(&path, &self.state.settings) {
            let text = t!(
                "The settings could not be saved in {path}: {error}.",
                path = path.display(),
                error = lang::said(&error)
            );
            self.state.notify(NoticeLevel::Warning, text);
        }
    }
}

impl eframe::App for ImagoApp {
    fn logic(&mut self, ctx: &Context, frame: &mut eframe::Frame) {
        let start = Instant::now();
        self.pictures.frame_took(frame.info().cpu_usage);
        self.tick(ctx);
        if let Some(stats) = &mut self.frame_stats {
            stats.logic(start.elapsed(), frame.info().cpu_usage);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        let start = Instant::now();
        self.show(ui);
        if let Some(stats) = &mut self.frame_stats {
            let augment = &self.state.augment;
            let is_new = augment.generation != self.tiles_timed && augment.tiles_settled();
            let tiles_ms = augment.refresh_ms.filter(|_| is_new);
            if is_new {
                self.tiles_timed = augment.generation;
            }
            stats.drawn(start.elapsed(), self.waiting, tiles_ms);
        }
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.close();
    }
}
