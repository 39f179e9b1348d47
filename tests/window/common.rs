//! Opens the window without a screen, on a folder of its own, and waits for what happens in the background.
#![allow(dead_code, reason = "each file of tests needs some of these helpers, none needs all")]

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use egui::{Key, Modifiers, Ui, UiBuilder};
use egui_kittest::Harness;
use imago::app::ImagoApp;
use imago::app::command::{Command, PredictCommand};
use imago::app::state::{RunPhase, State, ThemeChoice, Workspace};
use imago::base::AppPaths;

/// How long anything in the background may take before a test fails.
const PATIENCE: Duration = Duration::from_mins(3);

/// What the harness draws: nothing in its very first frame, in which fonts and styles are only being installed.
pub struct Shown {
    app: Option<ImagoApp>,
    paths: AppPaths,
    /// How long each frame took in the application's own code.
    frames: Vec<Duration>,
}

impl Shown {
    fn frame_ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let Some(app) = &mut self.app else {
            let mut app = ImagoApp::new(&ctx, self.paths.clone());
            // Neither the system's theme nor the clock may change what a test sees.
            app.state_mut().settings.theme = ThemeChoice::Dark;
            app.state_mut().settings.reduced_motion = true;
            self.app = Some(app);
            ctx.request_repaint();
            return;
        };
        let start = Instant::now();
        app.tick(&ctx);
        // The harness keeps a margin; the window has none.
        ui.scope_builder(UiBuilder::new().max_rect(ctx.content_rect()), |ui| app.show(ui));
        self.frames.push(start.elapsed());
    }
}

/// The window, and the folder in which its own files are. Everything that [`Harness`] can do is there too.
pub struct Window {
    harness: Harness<'static, Shown>,
    /// Settings, runs and data sets of this test; gone with the window.
    pub home: tempfile::TempDir,
    /// The files of each data set that was opened, as they were when it was opened first; the one opened last is the last.
    originals: Vec<Originals>,
}

/// The files of a data set with when they were last changed and a checksum of their bytes.
pub struct Originals {
    root: PathBuf,
    files: BTreeMap<PathBuf, (Option<SystemTime>, u64)>,
}

impl Originals {
    /// All files below a folder but those of Imago's own.
    pub fn of(root: &Path) -> Self {
        let walk = walkdir::WalkDir::new(root).into_iter();
        let walk = walk.filter_entry(|entry| entry.file_name() != ".imago").filter_map(Result::ok);
        let files = walk.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
        Self { root: root.to_owned(), files: files.map(|path| (path.clone(), state_of(&path))).collect() }
    }

    /// None of them is another now, or gone. New files beside them are none of ours.
    pub fn check(&self) {
        let changed = self.files.iter().filter(|(path, before)| state_of(path) != **before);
        let changed: Vec<&Path> = changed.map(|(path, _)| path.as_path()).collect();
        assert!(changed.is_empty(), "these files are not what they were: {changed:?}");
    }

    /// A file, or all files below a folder, may be anything from here on.
    fn let_go(&mut self, name: &str) {
        let (named, count) = (self.root.join(name), self.files.len());
        self.files.retain(|path, _| !path.starts_with(&named));
        assert!(self.files.len() < count, "{} has no file {name}", self.root.display());
    }
}

fn state_of(path: &Path) -> (Option<SystemTime>, u64) {
    let mut checksum = DefaultHasher::new();
    std::fs::read(path).ok().hash(&mut checksum);
    (std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok(), checksum.finish())
}

impl Deref for Window {
    type Target = Harness<'static, Shown>;

    fn deref(&self) -> &Self::Target {
        &self.harness
    }
}

impl DerefMut for Window {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.harness
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.app_mut().close();
        if !std::thread::panicking() {
            self.check_originals();
        }
    }
}

/// Opens the window in `size` points, dark, without animations, with nothing open in it.
pub fn harness(size: [f32; 2]) -> Window {
    let home = tempfile::tempdir().expect("a temporary folder");
    let shown = Shown { app: None, paths: AppPaths::below(home.path().join("imago")), frames: Vec::new() };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_step_dt(1.0 / 60.0)
        .with_max_steps(256)
        .build_ui_state(|ui, shown: &mut Shown| shown.frame_ui(ui), shown);
    harness.run_steps(2);
    Window { harness, home, originals: Vec::new() }
}

/// Opens the window with `folder` opened in it as a data set, and waits until its pictures' headers are read.
pub fn harness_with(size: [f32; 2], make: impl FnOnce(&Path) -> PathBuf) -> Window {
    let mut window = harness(size);
    let folder = make(window.home.path());
    window.open(&folder);
    window
}

impl Window {
    /// The application.
    pub fn app(&self) -> &ImagoApp {
        self.harness.state().app.as_ref().expect("made in the first frame")
    }

    /// The application, to be changed.
    pub fn app_mut(&mut self) -> &mut ImagoApp {
        self.harness.state_mut().app.as_mut().expect("made in the first frame")
    }

    /// What the window shows.
    pub fn shown(&self) -> &State {
        self.app().state()
    }

    /// Takes out how long each frame so far took in the application's own code (for measuring; tests do not judge it).
    pub fn take_frames(&mut self) -> Vec<Duration> {
        std::mem::take(&mut self.harness.state_mut().frames)
    }

    /// What the window shows, to be changed.
    pub fn shown_mut(&mut self) -> &mut State {
        self.app_mut().state_mut()
    }

    /// Carries out a command as if a panel had asked for it, and draws two frames.
    pub fn command(&mut self, command: Command) {
        let ctx = self.harness.ctx.clone();
        self.app_mut().run_command(&ctx, command);
        self.harness.run_steps(2);
    }

    /// Opens a folder as data set and waits until its headers are read.
    pub fn open(&mut self, folder: &Path) {
        self.begin_to_open(folder);
        self.run_until("the folder is read", |app| {
            let state = app.state();
            state.opening.is_none()
                && (!state.notices.is_empty()
                    || state.project.as_ref().is_some_and(|project| project.facts.len() == project.dataset.items.len()))
        });
        self.harness.run_steps(2);
    }

    /// Opens a folder as data set and waits for nothing. From here to the end of the test its files stay as they are.
    pub fn begin_to_open(&mut self, folder: &Path) {
        self.check_originals();
        // Opened again, it is still to be what it was the first time.
        let known = self.originals.iter().position(|known| known.root == folder);
        let originals = known.map_or_else(|| Originals::of(folder), |at| self.originals.remove(at));
        self.originals.push(originals);
        self.command(Command::OpenFolder(folder.to_owned()));
    }

    /// Every file of the data sets is as it was when they were opened: whatever was done in the window.
    fn check_originals(&self) {
        self.originals.iter().for_each(Originals::check);
    }

    /// From here on the test itself changes these files of the data set that was opened last, or all below these folders; each
    /// is named as seen from the data set. Until here they are as they were, and all others are to the end.
    pub fn changes_files(&mut self, names: &[&str]) {
        self.check_originals();
        let originals = self.originals.last_mut().expect("a data set was opened");
        names.iter().for_each(|name| originals.let_go(name));
    }

    /// Draws frames until `done`, at most three minutes.
    pub fn run_until(&mut self, what: &str, done: impl Fn(&ImagoApp) -> bool) {
        let start = Instant::now();
        loop {
            self.harness.step();
            if done(self.app()) {
                return;
            }
            let notices: Vec<_> = self.shown().notices.iter().map(|notice| notice.text.clone()).collect();
            assert!(start.elapsed() < PATIENCE, "waited in vain until {what}; notices: {notices:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The same for what comes from outside: as a window that is woken by it, and then until all is quiet.
    pub fn wait_for(&mut self, what: &str, done: impl Fn(&State) -> bool) {
        self.run_until(what, |app| done(app.state()));
        self.settle();
    }

    /// Trains the smallest network to the end, as a person would: it takes a moment.
    pub fn train(&mut self, epochs: usize) {
        self.command(Command::Go(Workspace::Train));
        self.click("CNN + global average pooling");
        self.shown_mut().train.config.epochs = epochs;
        self.run_steps(2);
        self.click("Start training");
        self.run_until("the training is over", |app| {
            app.state().train.run.as_ref().is_some_and(|run| !run.phase.is_running())
        });
        assert_eq!(self.shown().train.run.as_ref().map(|run| &run.phase), Some(&RunPhase::Finished));
    }

    /// Draws frames until no job runs, no message waits and no picture is being decoded.
    pub fn settle(&mut self) {
        // What is asked for in the first of these frames is under way in the second.
        self.harness.run_steps(2);
        self.run_until("nothing happens in the background any more", ImagoApp::is_idle);
        self.harness.run_steps(2);
    }

    /// Presses a key with `modifiers` and draws two frames.
    pub fn press(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(2);
    }

    /// Clicks what is called exactly `label`, of whatever role, and draws two frames.
    pub fn click(&mut self, label: &str) {
        use egui_kittest::kittest::Queryable;
        self.harness.get_by_label(label).click();
        self.harness.run_steps(2);
    }

    /// Whether something is called exactly `label`.
    pub fn has(&self, label: &str) -> bool {
        use egui_kittest::kittest::Queryable;
        self.harness.query_all_by_label(label).next().is_some()
    }

    /// Whether something's name contains `part`.
    pub fn has_text(&self, part: &str) -> bool {
        use egui_kittest::kittest::Queryable;
        self.harness.query_all_by_label_contains(part).next().is_some()
    }

    /// Controls that a screen reader could not name.
    pub fn unnamed_controls(&self) -> Vec<String> {
        use egui::accesskit::Role;
        use egui_kittest::kittest::NodeT;
        let controls = [
            Role::Button,
            Role::CheckBox,
            Role::ColorWell,
            Role::ComboBox,
            Role::Image,
            Role::Link,
            Role::ListItem,
            Role::MultilineTextInput,
            Role::RadioButton,
            Role::Slider,
            Role::SpinButton,
            Role::Tab,
            Role::TextInput,
        ];
        let nodes = self.harness.root().children_recursive();
        let controls = nodes.filter(|node| controls.contains(&node.accesskit_node().role()));
        let unnamed = controls.filter(|node| {
            // What is chosen or typed says nothing of what it is for.
            node.accesskit_node().label().is_none_or(|label| label.is_empty())
        });
        unnamed.map(|node| format!("{:?} at {:?}", node.accesskit_node().role(), node.rect())).collect()
    }

    /// Saves what is shown as a picture where `IMAGO_SHOTS` names a folder; needs a Vulkan driver (lavapipe will do).
    pub fn shot(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("IMAGO_SHOTS") else { return };
        let folder = PathBuf::from(folder);
        std::fs::create_dir_all(&folder).expect("the folder of the pictures can be made");
        let picture = self.harness.render().expect("a picture of the window");
        picture.save(folder.join(format!("{name}.png"))).expect("the picture can be saved");
    }
}

/// A data set of flat colours in `parent/colours`: 6 + 4 training and 3 + 2 validation pictures of `red` and `green` things,
/// 48×36 and 36×48 pixels, and a text file that is no picture.
pub fn colours(parent: &Path) -> PathBuf {
    let root = parent.join("colours");
    for (split, class, count) in [("train", "green", 6), ("train", "red", 4), ("val", "green", 3), ("val", "red", 2)] {
        let folder = root.join(split).join(class);
        std::fs::create_dir_all(&folder).expect("a folder");
        for number in 0..count {
            let shade = 120 + 20 * number as u8;
            let colour = if class == "red" { [shade, 30, 40] } else { [30, shade, 60] };
            let (width, height) = if number % 2 == 0 { (48, 36) } else { (36, 48) };
            let picture = image::RgbImage::from_pixel(width, height, image::Rgb(colour));
            picture.save(folder.join(format!("{class} {}.jpg", number + 1))).expect("a JPEG");
        }
    }
    std::fs::write(root.join("train/red/notes.txt"), "not a picture").expect("a text file");
    root
}

/// 60 pictures without classes in `parent/loose`.
pub fn loose(parent: &Path) -> PathBuf {
    let root = parent.join("loose");
    std::fs::create_dir_all(&root).expect("a folder");
    for number in 0..60_u8 {
        let picture = image::RgbImage::from_pixel(24, 24, image::Rgb([number * 4, 90, 200 - number]));
        picture.save(root.join(format!("{number:02}.png"))).expect("a PNG");
    }
    root
}

/// A window in which every workspace has something to show.
pub fn furnished(size: [f32; 2]) -> Window {
    let mut window = harness_with(size, colours);
    window.train(2);
    window
        .run_until("the run is judged", |app| app.state().results.judged.is_some() && app.state().predict.has_model());
    let pictures = window.shown().project.as_ref().map(|project| project.dataset.root.join("val/red")).unwrap();
    window.command(Command::Predict(PredictCommand::Classify(vec![pictures])));
    window.settle();
    window.shown_mut().notices_view.cards.clear();
    window
}
