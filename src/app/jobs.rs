//! Jobs: named threads with a cancel token and a generation, whose messages come back over one channel. A panic in a job is
//! caught and becomes a message; the window lives on.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::state::{JobId, JobLine};
use super::{
    augment, data, fetch, health, labels, lessons, native, predict, project, refresh, results, split, suggest, train,
    transfer, watch,
};
use crate::base::CancelToken;
use crate::lang::{self, t};

/// What a job reports.
pub enum Message {
    /// How far a job has come.
    Progress {
        /// Which job.
        job: JobId,
        /// 0 to 1 where it is known.
        fraction: Option<f32>,
        /// Details that change.
        detail: String,
    },
    /// A job's thread is over; a panic's text where it ended with one.
    Ended {
        /// Which job.
        job: JobId,
        /// The panic's text.
        panic: Option<String>,
    },
    /// Something was chosen in a file dialog.
    Chosen(native::Chosen),
    /// Opening data sets.
    Project(project::ProjectMessage),
    /// Watching the folder of the open data set.
    Watch(watch::WatchMessage),
    /// Reading it again because something has changed in it.
    Refresh(refresh::RefreshMessage),
    /// Fetching.
    Fetch(fetch::FetchMessage),
    /// Data workspace.
    Data(data::DataMessage),
    /// Suggestions of a model.
    Suggest(suggest::SuggestMessage),
    /// Health of the data set.
    Health(health::HealthMessage),
    /// Export, and labels from a table.
    Transfer(transfer::TransferMessage),
    /// Drawing splits anew.
    Split(split::SplitMessage),
    /// The lessons.
    Lessons(lessons::LessonsMessage),
    /// Labelling.
    Labels(labels::LabelsMessage),
    /// Augment workspace.
    Augment(augment::AugmentMessage),
    /// Train workspace.
    Train(train::TrainMessage),
    /// Results workspace.
    Results(results::ResultsMessage),
    /// Predict workspace.
    Predict(predict::PredictMessage),
}

/// What a job has in hand.
#[derive(Clone)]
pub struct JobContext {
    /// Its own name.
    pub id: JobId,
    /// To be looked at often.
    pub cancel: CancelToken,
    sender: Sender<Message>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl JobContext {
    /// Sends a message and wakes the window.
    pub fn send(&self, message: Message) {
        // The window may be gone already; then nobody needs the message.
        let _ = self.sender.send(message);
        (self.wake)();
    }

    /// Says how far the job has come.
    pub fn progress(&self, fraction: Option<f32>, detail: impl Into<String>) {
        self.send(Message::Progress { job: self.id, fraction, detail: detail.into() });
    }

    /// Says how many of how many are done.
    pub fn done(&self, done: usize, total: usize) {
        let detail = t!("{done} of {total}", done = lang::thousands(done), total = lang::thousands(total));
        self.progress(Some(done as f32 / total.max(1) as f32), detail);
    }
}

/// Starts jobs and takes in their messages.
pub struct Jobs {
    sender: Sender<Message>,
    receiver: Receiver<Message>,
    wake: Arc<dyn Fn() + Send + Sync>,
    next_id: u64,
    running: Vec<(JobId, CancelToken)>,
}

impl Jobs {
    /// `wake` makes the window draw again.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (sender, receiver) = unbounded();
        Self { sender, receiver, wake, next_id: 1, running: Vec::new() }
    }

    /// What wakes the window.
    pub fn wake(&self) -> Arc<dyn Fn() + Send + Sync> {
        self.wake.clone()
    }

    /// Starts `work` in a thread called `imago-<name>`. With a title it is shown in the status bar (add the line returned to
    /// the state); without one it is silent.
    pub fn spawn(&mut self, name: &str, title: &str, work: impl FnOnce(&JobContext) + Send + 'static) -> JobLine {
        let id = JobId(self.next_id);
        self.next_id += 1;
        let cancel = CancelToken::new();
        let context = JobContext { id, cancel: cancel.clone(), sender: self.sender.clone(), wake: self.wake.clone() };
        let language = lang::current();
        let spawned = std::thread::Builder::new().name(format!("imago-{name}")).spawn(move || {
            // What a job has to say, it says in the language in which it was asked for.
            lang::set(language);
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&context)));
            context.send(Message::Ended { job: id, panic: outcome.err().map(|panic| panic_text(panic.as_ref())) });
        });
        match spawned {
            Ok(_) => self.running.push((id, cancel)),
            Err(error) => {
                let panic = Some(t!("no thread could be started: {error}", error = lang::said(&error)));
                let _ = self.sender.send(Message::Ended { job: id, panic });
            }
        }
        JobLine::new(id, title)
    }

    /// What a thread that is no job has in hand: one that lives as long as a data set is open, and is not waited for.
    pub(super) fn context(&mut self) -> JobContext {
        let id = JobId(self.next_id);
        self.next_id += 1;
        JobContext { id, cancel: CancelToken::new(), sender: self.sender.clone(), wake: self.wake.clone() }
    }

    /// Asks a job to stop.
    pub fn cancel(&self, job: JobId) {
        if let Some((_, cancel)) = self.running.iter().find(|(id, _)| *id == job) {
            cancel.cancel();
        }
    }

    /// Asks all jobs to stop.
    pub fn cancel_all(&self) {
        for (_, cancel) in &self.running {
            cancel.cancel();
        }
    }

    /// Takes out the messages that have come.
    pub fn drain(&mut self) -> Vec<Message> {
        let messages: Vec<_> = self.receiver.try_iter().collect();
        for message in &messages {
            if let Message::Ended { job, .. } = message {
                self.running.retain(|(id, _)| id != job);
            }
        }
        messages
    }

    /// Whether nothing runs (for tests that wait).
    pub fn is_idle(&self) -> bool {
        self.running.is_empty() && self.receiver.is_empty()
    }
}

/// The text of a panic.
pub(super) fn panic_text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| t!("no reason given").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    fn drain_until_idle(jobs: &mut Jobs) -> Vec<Message> {
        let mut messages = Vec::new();
        let start = Instant::now();
        while !jobs.is_idle() && start.elapsed() < Duration::from_secs(10) {
            messages.extend(jobs.drain());
            std::thread::sleep(Duration::from_millis(2));
        }
        messages
    }

    #[test]
    fn a_panic_in_a_job_becomes_a_message() {
        let mut jobs = Jobs::new(Arc::new(|| {}));
        jobs.spawn("test", "", |_| panic!("the floor gave way"));
        let messages = drain_until_idle(&mut jobs);
        let Some(Message::Ended { panic: Some(text), .. }) = messages.last() else { panic!("no end was reported") };
        assert_eq!(text, "the floor gave way");
    }

    #[test]
    fn a_cancelled_job_ends() {
        let mut jobs = Jobs::new(Arc::new(|| {}));
        let line = jobs.spawn("test", "", |context| {
            while !context.cancel.is_cancelled() {
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        jobs.cancel(line.id);
        assert!(!drain_until_idle(&mut jobs).is_empty());
        assert!(jobs.is_idle());
    }
}
