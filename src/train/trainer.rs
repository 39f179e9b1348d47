//! The trainer as the window and the command line hold it: a named thread, events out, controls in.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender};

use super::config::TrainConfig;
use super::controls::Controls;
use super::event_port::{EventPort, Wake};
use super::events::{Control, Event};
use super::run;
use super::run_folder::CHECKPOINT_FILE;
use crate::dataset::Dataset;

/// A run that is wanted.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// The settings.
    pub config: TrainConfig,
    /// What to learn from. Unlabelled pictures and the test split are left alone.
    pub dataset: Dataset,
    /// Where the run goes. A new run needs a folder without one; it is made if it is not there.
    pub run_dir: PathBuf,
    /// Go on with the run in `run_dir`. Its settings must be the same, but for more epochs, other threads or another device.
    pub resume: bool,
}

/// A run under way. Dropping it asks the run to stop, without waiting.
#[derive(Debug)]
pub struct TrainerHandle {
    /// What the trainer reports; closed after the last event, which is `Finished`, `Stopped` or `Failed`.
    pub events: Receiver<Event>,
    controls: Sender<Control>,
    thread: Option<JoinHandle<()>>,
}

impl TrainerHandle {
    /// Asks the trainer to wait after this batch.
    pub fn pause(&self) {
        self.tell(Control::Pause);
    }

    /// Lets a waiting trainer go on.
    pub fn resume(&self) {
        self.tell(Control::Resume);
    }

    /// Asks the trainer to end after this batch. The last finished epoch can be resumed.
    pub fn stop(&self) {
        self.tell(Control::Stop);
    }

    /// Whether the trainer is done, well or not.
    pub fn is_finished(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits until the trainer is done.
    pub fn join(mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic inside was caught there and reported as an event.
            let _ = thread.join();
        }
    }

    fn tell(&self, control: Control) {
        // A trainer that is done listens no more, and has nothing left to do.
        let _ = self.controls.send(control);
    }
}

/// Starts a run on a thread of its own. `wake` is called after each event, from that thread: cheap and never blocking.
/// Whatever goes wrong, this thread's start included, comes as [`Event::Failed`].
pub fn start(request: RunRequest, wake: Wake) -> TrainerHandle {
    let (event_sender, events) = crossbeam_channel::unbounded();
    let (controls, control_receiver) = crossbeam_channel::unbounded();
    let failure_sender = event_sender.clone();
    let spawned = std::thread::Builder::new().name("imago-trainer".to_owned()).spawn(move || {
        let mut port = EventPort::new(event_sender, wake);
        let mut controls = Controls::new(control_receiver);
        let caught = catch_unwind(AssertUnwindSafe(|| run::run(&request, &mut port, &mut controls)));
        let last = match caught {
            Ok(Ok(event)) => event,
            Ok(Err(error)) => Event::Failed { message: error.to_string() },
            Err(panic) => Event::Failed { message: after_panic(panic_text(panic.as_ref()), &request.run_dir) },
        };
        port.send(last);
    });
    let thread = match spawned {
        Ok(thread) => Some(thread),
        Err(error) => {
            let _ = failure_sender.send(Event::Failed { message: format!("a thread could not be started: {error}") });
            None
        }
    };
    TrainerHandle { events, controls, thread }
}

/// What is to be said of a panic that said `why`.
fn after_panic(why: &str, run_dir: &Path) -> String {
    if run_dir.join(CHECKPOINT_FILE).is_file() {
        format!("something went wrong inside Imago ({why}). Finished epochs are kept in {}", run_dir.display())
    } else {
        format!("something went wrong inside Imago ({why}). No epoch was finished")
    }
}

/// What a panic said.
fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("unknown reason")
}
