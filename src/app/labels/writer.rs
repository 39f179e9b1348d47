//! The thread that writes labels down: one for the data set that is open. It alone holds the journal, and so its lock.
//!
//! Records that come while the disk is busy are written together. What can't be written is tried again, in order, until the
//! data set is closed. No picture is read here: content hashes are made by another thread, after the label is written.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};

use super::{LabelsMessage, hasher};
use crate::app::jobs::{JobContext, Message};
use crate::app::state::JobId;
use crate::base::CancelToken;
use crate::dataset::labels::{Action, Holding, Journal, JournalError, Record, SeenPictures};

/// After this time what could not be written is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// When nothing was to be written for this long, content hashes that are missing are made, and those that were made are written.
const IDLE: Duration = Duration::from_millis(300);
/// Pictures of an action of up to this many are read for their content hash at once; those of larger ones when there is time.
const HASHED_AT_ONCE: usize = 8;
/// Hashes written together.
const HASHES_A_LINE: usize = 32;
/// At the end, hashes that are being made are waited for so long at most. Those that are missing are made another time.
const GRACE: Duration = Duration::from_millis(300);
/// Whoever asks what the journal holds looks this often whether the answer is still wanted.
const PATIENCE: Duration = Duration::from_millis(50);

/// Before a data set is left, what is being written is waited for so long at most.
const SETTLE: Duration = Duration::from_secs(2);

/// What the thread is asked for.
enum Order {
    /// To write down an action.
    Write(Record),
    /// The folder was read again: to write down what was found moved, and to remember the pictures that there are.
    Reread(Vec<Record>, SeenPictures),
    /// To say what the journal holds.
    Tell(Sender<Holding>),
    /// Hashes that were made.
    Hashed(Vec<(String, String)>),
    /// To write what is left, and to end.
    End,
}

/// The thread, as the window sees it.
pub(super) struct Writer {
    /// The data set.
    pub root: PathBuf,
    /// What its messages are marked with.
    pub id: JobId,
    sender: Sender<Order>,
    thread: Option<JoinHandle<()>>,
    waiting: Arc<AtomicUsize>,
    is_stuck: Arc<AtomicBool>,
}

/// The data set whose journal this window holds, for a job that reads it again.
#[derive(Clone)]
pub struct Held {
    /// The data set.
    pub root: PathBuf,
    sender: Sender<Order>,
}

impl Held {
    /// What the journal holds. None where that can't be said: it can't be read, or nothing can be written any more.
    pub(super) fn holding(&self, cancel: &CancelToken) -> Option<Holding> {
        let (answer, answered) = bounded(1);
        self.sender.send(Order::Tell(answer)).ok()?;
        while !cancel.is_cancelled() {
            match answered.recv_timeout(PATIENCE) {
                Ok(holding) => return Some(holding),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        None
    }
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
        let tell = sender.clone();
        let hasher = hasher::start(root.clone(), move |hashed| tell.send(Order::Hashed(hashed)).is_ok())?;
        let mut work = Work {
            journal,
            records: bookkeeping,
            of_window: 0,
            seen: None,
            unhashed,
            hashes_now: false,
            is_hashing: false,
            hashed: Vec::new(),
            hasher,
            waiting: waiting.clone(),
            is_stuck: is_stuck.clone(),
            context,
        };
        let builder = std::thread::Builder::new().name("imago-labels".to_owned());
        let thread = builder.spawn(move || work.run(&receiver))?;
        Ok(Self { root, id, sender, thread: Some(thread), waiting, is_stuck })
    }

    /// Hands over a record. `false`: the thread is gone.
    pub fn write(&self, record: Record) -> bool {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        self.sender.send(Order::Write(record)).is_ok()
    }

    /// The folder was read again: hands over what was found moved, and the pictures that there are or were.
    pub fn reread(&self, bookkeeping: Vec<Record>, seen: SeenPictures) {
        // A thread that is gone is told of with the next label.
        let _ = self.sender.send(Order::Reread(bookkeeping, seen));
    }

    /// For a job that reads the data set again.
    pub fn held(&self) -> Held {
        Held { root: self.root.clone(), sender: self.sender.clone() }
    }

    /// Actions that could not be written; nought while writing goes on as it should.
    pub fn unsaved(&self) -> usize {
        if self.is_stuck.load(Ordering::SeqCst) { self.waiting.load(Ordering::SeqCst) } else { 0 }
    }

    /// Whether all is written.
    pub fn has_written_all(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0
    }

    /// Waits a moment for what is just being written. Actions that are not written then.
    pub fn settle(&self) -> usize {
        let until = Instant::now() + SETTLE;
        while !self.is_idle() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.waiting.load(Ordering::SeqCst)
    }

    /// Writes what is left, as dropping it does. Actions that could not be written.
    pub fn close(self) -> usize {
        let waiting = self.waiting.clone();
        drop(self);
        waiting.load(Ordering::SeqCst)
    }

    /// Whether all is written, or nothing can be.
    pub fn is_idle(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) == 0 || self.is_stuck.load(Ordering::SeqCst)
    }
}

impl Drop for Writer {
    /// Waits until all is written (or can't be), so that whoever opens the data set next finds it whole and unlocked.
    fn drop(&mut self) {
        let _ = self.sender.send(Order::End);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Work {
    journal: Journal,
    /// To be written, in order.
    records: Vec<Record>,
    /// How many of them the window waits for.
    of_window: usize,
    /// The pictures that there are or were, to be remembered once what was found moved is written.
    seen: Option<SeenPictures>,
    /// Files whose hash is missing, the latest last.
    unhashed: Vec<String>,
    /// Some of them belong to an action over few pictures.
    hashes_now: bool,
    /// The other thread is at work.
    is_hashing: bool,
    /// Hashes to be written with the next record, or when there is time.
    hashed: Vec<(String, String)>,
    hasher: Sender<Vec<String>>,
    waiting: Arc<AtomicUsize>,
    is_stuck: Arc<AtomicBool>,
    context: JobContext,
}

impl Work {
    fn run(&mut self, orders: &Receiver<Order>) {
        // What was found moved is written now: it must be there before a later reading takes the new names for known ones. Where
        // that can't be, it waits for the first label, and so does the complaint.
        if self.journal.append(&self.records).is_ok() {
            self.records.clear();
            self.journal.keep_seen();
        }
        loop {
            let is_stuck = self.is_stuck.load(Ordering::SeqCst);
            let waits_for_time = !self.hashed.is_empty() || !self.unhashed.is_empty() && !self.is_hashing;
            let received = match (is_stuck, waits_for_time) {
                (true, _) => orders.recv_timeout(RETRY),
                (false, true) => orders.recv_timeout(IDLE),
                (false, false) => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let mut ends = false;
            let goes_on = match received {
                Ok(first) => {
                    let is_to_write = std::iter::once(first).chain(orders.try_iter()).fold(false, |is, order| {
                        ends |= matches!(order, Order::End);
                        self.take(order) || is
                    });
                    !is_to_write || self.write()
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.hashes_now |= !is_stuck;
                    self.write()
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            match (goes_on, ends) {
                (true, false) => self.ask_for_hashes(),
                (true, true) => return self.finish(orders),
                (false, true) => return,
                (false, false) => break,
            }
        }
        // Nothing can be written any more; the window has been told. What still comes is not waited for.
        while orders.recv().is_ok_and(|order| !matches!(order, Order::End)) {}
    }

    /// Takes in an order. Whether there is something to be written at once.
    fn take(&mut self, order: Order) -> bool {
        match order {
            Order::Write(record) => {
                if let Action::Change { changes, .. } = &record.action {
                    self.unhashed.extend(changes.iter().map(|change| change.file.clone()));
                    self.hashes_now |= changes.len() <= HASHED_AT_ONCE;
                }
                self.of_window += 1;
                self.records.push(record);
                true
            }
            Order::Reread(bookkeeping, seen) => {
                self.records.extend(bookkeeping);
                self.seen = Some(seen);
                true
            }
            Order::Tell(answer) => {
                let mut waiting = self.records.clone();
                waiting.extend(self.hashes());
                if let Ok(holding) = self.journal.holding(&waiting, self.seen.as_ref()) {
                    // A job that was cancelled does not listen any more.
                    let _ = answer.send(holding);
                }
                false
            }
            Order::Hashed(hashed) => {
                self.is_hashing = false;
                self.hashed.extend(hashed);
                false
            }
            Order::End => !self.records.is_empty(),
        }
    }

    /// Writes what waits. `false`: nothing can ever be written.
    fn write(&mut self) -> bool {
        self.records.extend(self.hashes());
        self.hashed.clear();
        match self.journal.append(&self.records) {
            Ok(()) => {
                self.records.clear();
                if let Some(seen) = self.seen.take() {
                    self.journal.set_seen(seen);
                }
                let was_stuck = self.is_stuck.swap(false, Ordering::SeqCst);
                self.waiting.fetch_sub(std::mem::take(&mut self.of_window), Ordering::SeqCst);
                if was_stuck {
                    self.send(LabelsMessage::Saved(self.context.id));
                }
                if self.journal.take_restored() {
                    self.send(LabelsMessage::Restored(self.context.id));
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

    /// Hashes that were made, as a record.
    fn hashes(&self) -> Option<Record> {
        let action = Action::Hashes { files: self.hashed.clone() };
        (!self.hashed.is_empty()).then(|| Record { seq: 0, time_ms: super::now_ms(), action })
    }

    /// Has some of the hashes made that are missing, the latest first, where it is time for that.
    fn ask_for_hashes(&mut self) {
        if self.hashes_now && !self.is_hashing && !self.unhashed.is_empty() {
            let at = self.unhashed.len().saturating_sub(HASHES_A_LINE);
            self.is_hashing = self.hasher.send(self.unhashed.split_off(at)).is_ok();
            self.hashes_now = false;
        }
    }

    /// Waits a moment for hashes that are being made.
    fn finish(&mut self, orders: &Receiver<Order>) {
        let until = Instant::now() + GRACE;
        self.ask_for_hashes();
        while self.is_hashing {
            let Ok(order) = orders.recv_deadline(until) else { break };
            self.take(order);
            self.ask_for_hashes();
        }
        if !self.hashed.is_empty() {
            self.write();
        }
    }
}

#[cfg(test)]
mod tests;
