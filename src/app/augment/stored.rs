//! The pipeline of the open data set on disk: `pipeline.toml` beside the label journal, so that it is there again after a
//! restart and belongs to its data set.
//!
//! It is read in a job when a data set is opened, and written by a thread of its own a moment after the last change: in order,
//! and never while the window waits but for its closing. Looking at a data set writes nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Sender, unbounded};

use super::AugmentMessage;
use super::files::{MAX_BYTES, read_pipeline};
use crate::app::imago_app::Cx;
use crate::app::jobs::{JobContext, Message};
use crate::app::labels;
use crate::app::state::{AugmentState, JobId, NoticeLevel};
use crate::augment::Pipeline;
use crate::base::{AppPaths, write_atomically};
use crate::dataset::labels::LabelPlaces;
use crate::lang::{self, t};

/// Name of the file.
const FILE: &str = "pipeline.toml";
/// From the last change until it is written.
const QUIET: Duration = Duration::from_secs(1);

/// What is kept of it.
#[derive(Default)]
pub(super) struct Store {
    /// The data set whose pipeline it is.
    root: Option<PathBuf>,
    /// The job that reads; nothing is written before it is done.
    reading: Option<JobId>,
    /// As it is on disk, or was when the data set was opened.
    known: Option<Pipeline>,
    /// As it was last seen, and since when.
    seen: Option<(Pipeline, Instant)>,
    writer: Option<Writer>,
    /// That it can't be written was said.
    complained: bool,
}

/// The data set at `root` is open, or none any more: the pipeline of the one before is saved, that of this one is read.
pub(super) fn project_changed(root: Option<&Path>, cx: &mut Cx<'_>) {
    let store = &mut cx.services.augment.stored;
    if store.root.as_deref() == root {
        return;
    }
    let had_one = store.root.is_some();
    save_change(cx);
    // What was tried out before anything was open may be meant for the data set that is opened now.
    if had_one {
        cx.state.augment.load("recipe", Pipeline::default());
    }
    let store = &mut cx.services.augment.stored;
    store.root = root.map(Path::to_owned);
    store.known = Some(cx.state.augment.pipeline.clone());
    (store.seen, store.reading, store.complained) = (None, None, false);
    if let Some(root) = store.root.clone() {
        let paths = cx.services.paths.clone();
        let line = cx.services.jobs.spawn("pipeline", "", move |job| {
            let outcome = read(&labels::places(&root, &paths));
            job.send(Message::Augment(AugmentMessage::Recalled(job.id, outcome)));
        });
        cx.services.augment.stored.reading = Some(line.id);
    }
}

/// Takes over what was read, unless the pipeline was changed in the meantime.
pub(super) fn recalled(job: JobId, outcome: Result<Option<Pipeline>, String>, cx: &mut Cx<'_>) {
    let store = &mut cx.services.augment.stored;
    if store.reading != Some(job) {
        return;
    }
    store.reading = None;
    let is_untouched = store.known.as_ref() == Some(&cx.state.augment.pipeline);
    match outcome {
        Ok(Some(pipeline)) => {
            if is_untouched {
                let name = pipeline.preset_name().unwrap_or("custom");
                cx.state.augment.load(name, pipeline.clone());
            }
            cx.services.augment.stored.known = Some(pipeline);
        }
        // What was made before the data set was opened is kept with it.
        Ok(None) => store.known = Some(Pipeline::default()),
        Err(reason) => {
            let text = format!("{reason} {}", t!("The recipe is used instead; the file is kept."));
            cx.state.notify(NoticeLevel::Warning, text);
        }
    }
}

/// Folds in how writing went.
pub(super) fn kept(root: &Path, outcome: Result<(), String>, cx: &mut Cx<'_>) {
    let store = &mut cx.services.augment.stored;
    match outcome {
        Ok(()) => store.complained = false,
        Err(reason) if store.root.as_deref() == Some(root) && !store.complained => {
            // Once: it is tried again after every change.
            store.complained = true;
            cx.state.notify(NoticeLevel::Warning, reason);
        }
        Err(_) => {}
    }
}

/// Once a frame: a change that nothing was added to for a moment is written.
pub(super) fn tick(cx: &mut Cx<'_>) {
    let store = &mut cx.services.augment.stored;
    let pipeline = &cx.state.augment.pipeline;
    if store.root.is_none() || store.reading.is_some() || store.known.as_ref() == Some(pipeline) {
        store.seen = None;
        return;
    }
    let now = Instant::now();
    match &store.seen {
        Some((seen, since)) if seen == pipeline => {
            let waited = now.duration_since(*since);
            if waited >= QUIET {
                save_change(cx);
            } else {
                cx.ctx.request_repaint_after(QUIET.saturating_sub(waited));
            }
        }
        _ => {
            store.seen = Some((pipeline.clone(), now));
            cx.ctx.request_repaint_after(QUIET);
        }
    }
}

/// Saves what is not saved yet and waits for it: the window closes.
pub(super) fn close(state: &AugmentState, services: &mut crate::app::imago_app::Services) {
    if let Some(change) = services.augment.stored.change(&state.pipeline) {
        services.write_pipeline(change);
    }
    services.augment.stored.writer = None;
}

fn save_change(cx: &mut Cx<'_>) {
    if let Some(change) = cx.services.augment.stored.change(&cx.state.augment.pipeline) {
        cx.services.write_pipeline(change);
    }
}

impl crate::app::imago_app::Services {
    fn write_pipeline(&mut self, change: Change) {
        let store = &mut self.augment.stored;
        if store.writer.is_none() {
            store.writer = Writer::start(self.paths.clone(), self.jobs.context());
        }
        if let Some(sender) = store.writer.as_ref().and_then(|writer| writer.sender.as_ref()) {
            // The thread ends only with its sender.
            let _ = sender.send(change);
        }
    }
}

impl Store {
    /// What is to be written, if anything; from now on it counts as written.
    fn change(&mut self, pipeline: &Pipeline) -> Option<Change> {
        let root = self.root.clone()?;
        if self.known.as_ref() == Some(pipeline) {
            return None;
        }
        // Changed while the file was still being read: the change counts.
        self.reading = None;
        (self.known, self.seen) = (Some(pipeline.clone()), None);
        Some(Change { root, text: pipeline.to_toml() })
    }
}

/// A pipeline to be written.
struct Change {
    root: PathBuf,
    text: String,
}

/// The thread that writes. Dropping it waits until all is written.
struct Writer {
    sender: Option<Sender<Change>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// `None` where no thread can be started: the pipeline is then kept as long as the window.
    fn start(paths: AppPaths, context: JobContext) -> Option<Self> {
        let (sender, receiver) = unbounded::<Change>();
        let language = crate::lang::current();
        let thread = std::thread::Builder::new().name("imago-pipeline-writer".to_owned()).spawn(move || {
            crate::lang::set(language);
            for Change { root, text } in receiver {
                let outcome = write(&labels::places(&root, &paths), &text);
                context.send(Message::Augment(AugmentMessage::Kept(root, outcome)));
            }
        });
        Some(Self { sender: Some(sender), thread: Some(thread.ok()?) })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The stored pipeline; `None` where there is none. The user's own comes before that of the data set, as with labels.
fn read(places: &LabelPlaces) -> Result<Option<Pipeline>, String> {
    for path in [places.at_home.join(FILE), places.in_dataset.join(FILE)] {
        if path.exists() {
            return read_pipeline(&path).map(Some);
        }
    }
    Ok(None)
}

/// Writes beside the label journal in the data set; in the user's own folder where that can't be, or where it was begun.
fn write(places: &LabelPlaces, text: &str) -> Result<(), String> {
    let at_home = places.at_home.join(FILE);
    if !at_home.exists() && put(&places.in_dataset.join(FILE), text).is_ok() {
        return Ok(());
    }
    put(&at_home, text).map_err(|error| {
        t!("The pipeline could not be saved as {path}: {error}.", path = at_home.display(), error = lang::said(&error))
    })
}

fn put(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    keep_damaged(path)?;
    write_atomically(path, |out| out.write_all(text.as_bytes()))
}

/// A file that is no pipeline is moved out of the way, not written over: somebody may want to mend it.
fn keep_damaged(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(facts) if facts.len() <= MAX_BYTES => {
            let text = fs::read(path)?;
            if std::str::from_utf8(&text).is_ok_and(|text| Pipeline::from_toml(text).is_ok()) {
                return Ok(());
            }
        }
        Ok(_) => {}
    }
    let aside = (1..1000).map(|number| path.with_file_name(format!("pipeline-damaged-{number}.toml")));
    match aside.into_iter().find(|aside| !aside.exists()) {
        Some(aside) => fs::rename(path, aside),
        None => Err(io::Error::other("there are too many damaged ones beside it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(folder: &Path) -> LabelPlaces {
        LabelPlaces { in_dataset: folder.join("data/.imago"), at_home: folder.join("home/labels/data-1") }
    }

    fn strong() -> Pipeline {
        Pipeline::preset("strong").unwrap()
    }

    #[test]
    fn a_pipeline_is_stored_in_the_data_set_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        assert_eq!(read(&places), Ok(None));
        assert!(!places.in_dataset.exists(), "looking writes nothing");
        write(&places, &strong().to_toml()).unwrap();
        assert_eq!(read(&places), Ok(Some(strong())));
        assert!(!places.at_home.exists());
        write(&places, &Pipeline::default().to_toml()).unwrap();
        assert_eq!(read(&places), Ok(Some(Pipeline::default())));
        assert_eq!(fs::read_dir(&places.in_dataset).unwrap().count(), 1);
    }

    #[test]
    fn where_the_data_set_cannot_be_written_it_is_the_users_own_and_stays_it() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        // A file stands where the folder would go, as good as a folder without the right to write.
        fs::create_dir_all(folder.path().join("data")).unwrap();
        fs::write(&places.in_dataset, "in the way").unwrap();
        write(&places, &strong().to_toml()).unwrap();
        assert_eq!(read(&places), Ok(Some(strong())));
        fs::remove_file(&places.in_dataset).unwrap();
        write(&places, &Pipeline::default().to_toml()).unwrap();
        assert!(!places.in_dataset.exists(), "there must not be two that differ");
        assert_eq!(read(&places), Ok(Some(Pipeline::default())));
    }

    #[test]
    fn a_damaged_file_is_named_and_kept_when_the_next_one_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let places = places(folder.path());
        fs::create_dir_all(&places.in_dataset).unwrap();
        let path = places.in_dataset.join(FILE);
        for (number, damage) in [(1, &b"[[steps]]\ntransform = \"flop\"\n"[..]), (2, &b"\xff\xfe\x00"[..])] {
            fs::write(&path, damage).unwrap();
            let reason = read(&places).unwrap_err();
            assert!(reason.contains("pipeline.toml"), "{reason}");
            assert_eq!(fs::read(&path).unwrap(), damage, "reading leaves it where it is");
            write(&places, &strong().to_toml()).unwrap();
            assert_eq!(read(&places), Ok(Some(strong())));
            let aside = places.in_dataset.join(format!("pipeline-damaged-{number}.toml"));
            assert_eq!(fs::read(aside).unwrap(), damage);
        }
    }
}
