//! The thread that writes labels down: one for the data set that is open. It alone holds the journal, and so its lock.
//!
//! Records that come while the disk is busy are written together. What can't be written is tried again, in order, until the
//! data set is closed.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::LabelsMessage;
use crate::app::jobs::{JobContext, Message};
use crate::app::state::JobId;
use crate::dataset::labels::{Action, ContentHash, Journal, JournalError, Record};

/// After this time what could not be written is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// When nothing was to be written for this long, content hashes that are missing are made.
const IDLE: Duration = Duration::from_millis(300);
/// Up to this many pictures of an action are read for their content hash before it is written; more would delay it.
const HASHED_AT_ONCE: usize = 8;
/// Hashes written together.
const HASHES_A_LINE: usize = 32;

/// The thread, as the window sees it.
pub(super) struct Writer {
    /// The data set.
    pub root: PathBuf,
    /// What its messages are marked with.
    pub id: JobId,
    sender: Option<Sender<Record>>,
    thread: Option<JoinHandle<()>>,
    waiting: Arc<AtomicUsize>,
    is_stuck: Arc<AtomicBool>,
}

impl Writer {
    /// Starts the thread. `bookkeeping` is written before the first record; `unhashed` are files whose hash is missing.
    pub fn start(
        root: PathBuf,
        journal: Journal,
        bookkeeping: Vec<Record>,
        unhashed: Vec<String>,
        context: JobContext,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = unbounded();
        let (waiting, is_stuck) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let id = context.id;
        let mut work = Work {
            root: root.clone(),
            journal,
            records: bookkeeping,
            of_window: 0,
            unhashed,
            waiting: waiting.clone(),
            is_stuck: is_stuck.clone(),
            context,
        };
        let builder = std::thread::Builder::new().name("imago-labels".to_owned());
        let thread = builder.spawn(move || work.run(&receiver))?;
        Ok(Self { root, id, sender: Some(sender), thread: Some(thread), waiting, is_stuck })
    }

    /// Hands over a record. `false`: the thread is gone.
    pub fn write(&self, record: Record) -> bool {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.sender.as_ref().is_some_and(|sender| sender.send(record).is_ok())
    }

    /// Actions that could not be written; nought while writing goes on as it should.
    pub fn unsaved(&self) -> usize {
        if self.is_stuck.load(Ordering::SeqCst) { self.waiting.load(Ordering::SeqCst) } else { 0 }
    }

    /// Whether all is written, or nothing can be.
    pub fn is_idle(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0 || self.is_stuck.load(Ordering::SeqCst)
    }
}

impl Drop for Writer {
    /// Waits until all is written (or can't be), so that whoever opens the data set next finds it whole and unlocked.
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Work {
    root: PathBuf,
    journal: Journal,
    /// To be written, in order.
    records: Vec<Record>,
    /// How many of them the window waits for.
    of_window: usize,
    unhashed: Vec<String>,
    waiting: Arc<AtomicUsize>,
    is_stuck: Arc<AtomicBool>,
    context: JobContext,
}

impl Work {
    fn run(&mut self, receiver: &Receiver<Record>) {
        let mut goes_on = true;
        while goes_on {
            let is_stuck = self.is_stuck.load(Ordering::SeqCst);
            let received = match (is_stuck, self.unhashed.is_empty()) {
                (true, _) => receiver.recv_timeout(RETRY),
                (false, false) => receiver.recv_timeout(IDLE),
                (false, true) => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match received {
                Ok(first) => {
                    for record in std::iter::once(first).chain(receiver.try_iter()) {
                        self.of_window += 1;
                        let record = self.with_hashes(record);
                        self.records.push(record);
                    }
                    goes_on = self.write();
                }
                Err(RecvTimeoutError::Timeout) if is_stuck => goes_on = self.write(),
                Err(RecvTimeoutError::Timeout) => {
                    self.make_hashes();
                    goes_on = self.write();
                }
                Err(RecvTimeoutError::Disconnected) => {
                    if self.of_window > 0 {
                        self.write();
                    }
                    return;
                }
            }
        }
        // Nothing can be written any more; the window has been told. What still comes is not waited for.
        while receiver.recv().is_ok() {}
    }

    /// Writes what waits. `false`: nothing can ever be written.
    fn write(&mut self) -> bool {
        match self.journal.append(&self.records) {
            Ok(()) => {
                self.records.clear();
                let was_stuck = self.is_stuck.swap(false, Ordering::SeqCst);
                self.waiting.fetch_sub(std::mem::take(&mut self.of_window), Ordering::SeqCst);
                if was_stuck {
                    self.send(LabelsMessage::Saved(self.context.id));
                }
                true
            }
            Err(error) => self.failed(&error),
        }
    }

    fn failed(&mut self, error: &JournalError) -> bool {
        let was_stuck = self.is_stuck.swap(true, Ordering::SeqCst);
        if !was_stuck || !error.may_pass() {
            let (reason, for_good) = (error.to_string(), !error.may_pass());
            self.send(LabelsMessage::NotSaved { writer: self.context.id, reason, for_good });
        }
        error.may_pass()
    }

    fn send(&self, message: LabelsMessage) {
        self.context.send(Message::Labels(message));
    }

    /// Adds content hashes where that is quick; notes the files otherwise.
    fn with_hashes(&mut self, mut record: Record) -> Record {
        if let Action::Change { changes } = &mut record.action {
            if changes.len() > HASHED_AT_ONCE {
                self.unhashed.extend(changes.iter().map(|change| change.file.clone()));
            } else {
                for change in changes {
                    change.hash = hash_of(&self.root, &change.file);
                }
            }
        }
        record
    }

    /// Makes some of the hashes that are missing, to be written as bookkeeping.
    fn make_hashes(&mut self) {
        let at = self.unhashed.len().saturating_sub(HASHES_A_LINE);
        let files = self.unhashed.split_off(at);
        let files: Vec<_> =
            files.into_iter().filter_map(|file| hash_of(&self.root, &file).map(|hash| (file, hash))).collect();
        if !files.is_empty() {
            self.records.push(Record { seq: 0, time_ms: super::now_ms(), action: Action::Hashes { files } });
        }
    }
}

/// A file that can't be read has none.
fn hash_of(root: &Path, file: &str) -> Option<String> {
    ContentHash::of_file(&root.join(file)).ok().map(|hash| hash.to_string())
}
