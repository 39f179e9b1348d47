//! Watches the folder of the data set that is open: what appears in it or vanishes from it shows by itself.
//!
//! A thread waits for the system's reports, until it has been quiet for a moment, and passes them on. The folder is then read
//! again in the background; only where something has changed does the window change. Where the system can't watch (some
//! network drives, or too many folders), F5 reads the folder again.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, select, unbounded};
use notify::event::{EventKind, ModifyKind};
use notify::{RecursiveMode, Watcher};

use super::imago_app::Cx;
use super::jobs::{JobContext, Message};
use super::refresh;
use super::state::{JobId, NoticeLevel};
use crate::lang::{self, t};

/// A folder that is gone is looked for this often: it may come back.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// Reports are passed on after so long without a further one.
const QUIET: Duration = Duration::from_millis(400);
/// And at least that often, while files are being copied for a long time.
const LONGEST: Duration = Duration::from_secs(3);
/// Files written to that are told one by one; beyond it all are taken to be.
const TOLD_ONE_BY_ONE: usize = 1_000;

/// What the watching thread reports.
pub enum WatchMessage {
    /// From now on changes are noticed.
    Begun(JobId),
    /// Something has changed in the folder.
    Changed(JobId, Written),
    /// The folder can't be watched: why.
    Blind(JobId, String),
}

/// Files whose content may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// These, absolute.
    These(BTreeSet<PathBuf>),
    /// Too many to be told.
    Many,
}

impl Default for Written {
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

impl Written {
    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::These(mut these), Self::These(others)) => {
                these.extend(others);
                if these.len() > TOLD_ONE_BY_ONE { Self::Many } else { Self::These(these) }
            }
            _ => Self::Many,
        }
    }

    /// Whether `path` or a folder that it is in is among them.
    pub(super) fn has(&self, path: &Path) -> bool {
        match self {
            Self::These(these) => !these.is_empty() && path.ancestors().any(|part| these.contains(part)),
            Self::Many => true,
        }
    }
}

/// What is kept that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    watched: Option<Watched>,
}

impl Service {
    /// Whether changes in the folder are noticed by now.
    pub(super) fn is_watching(&self) -> bool {
        self.watched.as_ref().is_some_and(|watched| watched.has_begun)
    }
}

struct Watched {
    root: PathBuf,
    id: JobId,
    has_begun: bool,
    /// The thread ends when this is gone.
    _stop: Sender<()>,
}

/// Another data set is open, or none any more.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    let root = cx.state.project.as_ref().map(|project| project.dataset.root.clone());
    if cx.services.watch.watched.as_ref().map(|watched| &watched.root) == root.as_ref() {
        return;
    }
    cx.services.watch.watched = None;
    let Some(root) = root else { return };
    let context = cx.services.jobs.context();
    let (id, (stop, stopped)) = (context.id, unbounded());
    let folder = root.clone();
    let thread = std::thread::Builder::new().name("imago-watch".to_owned()).spawn(move || {
        if let Err(error) = watch(&folder, &stopped, &context) {
            context.send(Message::Watch(WatchMessage::Blind(context.id, error.to_string())));
        }
    });
    // Without a thread nothing is noticed; F5 still reads the folder.
    if thread.is_ok() {
        cx.services.watch.watched = Some(Watched { root, id, has_begun: false, _stop: stop });
    }
}

/// Folds in what the thread reports.
pub(super) fn receive(message: WatchMessage, cx: &mut Cx<'_>) {
    let current = cx.services.watch.watched.as_ref().map(|watched| watched.id);
    match message {
        WatchMessage::Begun(id) if Some(id) == current => {
            if let Some(watched) = &mut cx.services.watch.watched {
                watched.has_begun = true;
            }
        }
        WatchMessage::Changed(id, written) if Some(id) == current => refresh::ask(written, cx),
        WatchMessage::Blind(id, error) if Some(id) == current => {
            let text = t!(
                "Changes in this folder are not noticed by themselves ({error}). F5 reads it again.",
                error = lang::sentence(&error)
            );
            cx.state.notify(NoticeLevel::Info, text);
        }
        WatchMessage::Begun(_) | WatchMessage::Changed(..) | WatchMessage::Blind(..) => {}
    }
}

/// Passes on what happens below `root` until the other end of `stopped` is gone. A folder that was removed and comes back, as
/// on a drive that was pulled out, is watched again.
fn watch(root: &Path, stopped: &Receiver<()>, context: &JobContext) -> notify::Result<()> {
    let mut is_back = false;
    loop {
        let (sender, reports) = unbounded();
        let mut watcher = notify::recommended_watcher(move |report| {
            // The thread may be about to end; then nobody needs the report.
            let _ = sender.send(report);
        })?;
        match watcher.watch(root, RecursiveMode::Recursive) {
            Ok(()) if is_back => context.send(Message::Watch(WatchMessage::Changed(context.id, Written::Many))),
            Ok(()) => context.send(Message::Watch(WatchMessage::Begun(context.id))),
            // Gone once more.
            Err(_) if is_back && !root.is_dir() => {}
            Err(error) => return Err(error),
        }
        if root.is_dir() && pass_on(root, &reports, stopped, context) == Until::Stopped {
            return Ok(());
        }
        is_back = true;
        while !root.is_dir() {
            if stopped.recv_timeout(LOOK_AGAIN) != Err(RecvTimeoutError::Timeout) {
                return Ok(());
            }
        }
    }
}

/// What ends the passing on of reports.
#[derive(PartialEq, Eq)]
enum Until {
    /// Nobody needs them any more.
    Stopped,
    /// The folder is gone, or another one is in its place: there will be no more reports.
    Gone,
}

fn pass_on(
    root: &Path,
    reports: &Receiver<notify::Result<notify::Event>>,
    stopped: &Receiver<()>,
    context: &JobContext,
) -> Until {
    loop {
        let first = select! {
            recv(stopped) -> _ => return Until::Stopped,
            recv(reports) -> report => report,
        };
        let Ok(first) = first else { return Until::Stopped };
        let Some(mut written) = concern(root, &first) else { continue };
        let mut is_gone = ends(root, &first);
        let since = Instant::now();
        while since.elapsed() < LONGEST {
            select! {
                recv(stopped) -> _ => return Until::Stopped,
                recv(reports) -> report => {
                    let Ok(report) = report else { return Until::Stopped };
                    is_gone |= ends(root, &report);
                    if let Some(more) = concern(root, &report) {
                        written = written.and(more);
                    }
                },
                default(QUIET) => break,
            }
        }
        context.send(Message::Watch(WatchMessage::Changed(context.id, written)));
        if is_gone || !root.is_dir() {
            return Until::Gone;
        }
    }
}

/// Whether a report says that the watched folder itself was removed or moved away.
fn ends(root: &Path, report: &notify::Result<notify::Event>) -> bool {
    report.as_ref().is_ok_and(|event| {
        let goes = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
        goes && event.paths.iter().any(|path| path == root)
    })
}

/// What a report means for the data set: nothing, or that the folder is to be read again and these files may be others.
fn concern(root: &Path, report: &notify::Result<notify::Event>) -> Option<Written> {
    // Something may have been missed.
    let Ok(event) = report else { return Some(Written::Many) };
    if event.need_rescan() {
        return Some(Written::Many);
    }
    match event.kind {
        // Reading changes nothing, and neither do rights, dates or the number of hard links.
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => return None,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Other => {}
    }
    let mut paths: BTreeSet<PathBuf> = event.paths.iter().filter(|path| !is_hidden(root, path)).cloned().collect();
    if paths.is_empty() {
        return None;
    }
    // A folder counts for all that is in it when it came, went or was renamed, but not when something in it changed: that has
    // a report of its own.
    if matches!(event.kind, EventKind::Modify(kind) if !matches!(kind, ModifyKind::Name(_))) {
        paths.retain(|path| !path.is_dir());
    }
    Some(Written::These(paths))
}

/// Whether a path leads through a hidden folder, such as that of the labels, or to a hidden file: these are never scanned.
fn is_hidden(root: &Path, path: &Path) -> bool {
    let within = path.strip_prefix(root).unwrap_or(path);
    within.components().any(|part| match part {
        Component::Normal(name) => name.to_string_lossy().starts_with('.'),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{AccessKind, CreateKind, DataChange, Event, Flag, MetadataKind};

    fn report(kind: EventKind, path: &str) -> Event {
        Event::new(kind).add_path(PathBuf::from(path))
    }

    fn this(path: &str) -> Written {
        Written::These(BTreeSet::from([PathBuf::from(path)]))
    }

    #[test]
    fn only_what_may_change_the_data_set_is_passed_on() {
        let root = Path::new("/data/.hidden/set");
        let create = EventKind::Create(CreateKind::File);
        assert_eq!(
            concern(root, &Ok(report(create, "/data/.hidden/set/ants/a.jpg"))),
            Some(this("/data/.hidden/set/ants/a.jpg"))
        );
        assert_eq!(
            concern(root, &Ok(report(create, "/data/.hidden/set/.imago/labels.jsonl"))),
            None,
            "labels are our own"
        );
        assert_eq!(concern(root, &Ok(report(create, "/data/.hidden/set/ants/.a.jpg.part"))), None);
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        assert_eq!(
            concern(root, &Ok(report(written, "/data/.hidden/set/b.jpg"))),
            Some(this("/data/.hidden/set/b.jpg"))
        );
        let linked = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        assert_eq!(concern(root, &Ok(report(linked, "/data/.hidden/set/b.jpg"))), None, "a hard link was made of it");
        assert_eq!(concern(root, &Ok(report(EventKind::Access(AccessKind::Any), "/data/.hidden/set/b.jpg"))), None);
    }

    #[test]
    fn where_reports_were_missed_everything_may_have_changed() {
        let root = Path::new("/data");
        assert_eq!(concern(root, &Err(notify::Error::generic("overflow"))), Some(Written::Many));
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(concern(root, &Ok(lost)), Some(Written::Many));
    }

    #[test]
    fn very_many_files_are_not_told_one_by_one() {
        let some = |from: usize| Written::These((from..from + 600).map(|at| PathBuf::from(at.to_string())).collect());
        assert!(some(0).and(some(0)).has(Path::new("7")));
        assert!(!some(0).and(some(0)).has(Path::new("700")));
        assert_eq!(some(0).and(some(600)), Written::Many);
        assert!(Written::Many.has(Path::new("700")));
    }
}
