//! The trainer's end of the event channel: epoch and end events are never lost; progress is coalesced, so that neither a
//! hidden window nor a slow terminal ever slows training, and nobody is woken more than about ten times a second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::events::Event;

/// Wakes whoever shows the events. Called from the trainer's thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Least time between two progress events.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Progress waits while this many events have not been fetched: a hidden window then finds only the newest.
const BACKLOG: usize = 64;

/// Sends events.
pub(crate) struct EventPort {
    sender: Sender<Event>,
    wake: Wake,
    last_progress: Option<Instant>,
    held: Option<Event>,
}

impl EventPort {
    pub(crate) fn new(sender: Sender<Event>, wake: Wake) -> Self {
        Self { sender, wake, last_progress: None, held: None }
    }

    /// Sends an event that must arrive, after the newest progress that was held back.
    pub(crate) fn send(&mut self, event: Event) {
        if let Some(held) = self.held.take() {
            self.deliver(held);
        }
        self.deliver(event);
    }

    /// Sends a progress event, or holds it back until the next is due; a newer one replaces it.
    pub(crate) fn progress(&mut self, event: Event) {
        let due = self.last_progress.is_none_or(|last| last.elapsed() >= PROGRESS_EVERY);
        if due && self.sender.len() < BACKLOG {
            self.held = None;
            self.last_progress = Some(Instant::now());
            self.deliver(event);
        } else {
            self.held = Some(event);
        }
    }

    fn deliver(&self, event: Event) {
        // Nobody listening any more is no reason to stop: the run's folder is what counts.
        let _ = self.sender.send(event);
        (self.wake)();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::history::StepRecord;

    fn step(step: usize) -> Event {
        Event::Step(StepRecord {
            epoch: 1,
            step,
            steps_per_epoch: 1000,
            loss: 0.5,
            running_loss: 0.5,
            running_acc: 0.5,
            lr: 0.1,
            images_per_sec: 1.0,
        })
    }

    #[test]
    fn steps_are_coalesced_and_the_newest_comes_before_the_end() {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let mut port = EventPort::new(sender, Arc::new(|| {}));
        for index in 1..=1000 {
            port.progress(step(index));
        }
        port.send(Event::Stopped { epochs_done: 0 });
        let events: Vec<_> = receiver.try_iter().collect();
        assert!(events.len() < 20, "{} events", events.len());
        assert!(matches!(&events[events.len() - 2], Event::Step(record) if record.step == 1000));
        assert!(matches!(events.last(), Some(Event::Stopped { .. })));
    }

    #[test]
    fn nobody_fetching_events_bounds_progress_but_loses_no_epoch() {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let mut port = EventPort::new(sender, Arc::new(|| {}));
        for index in 0..500 {
            port.last_progress = None;
            port.progress(step(index));
        }
        assert_eq!(receiver.len(), BACKLOG);
        for _ in 0..100 {
            port.send(Event::Paused);
        }
        assert_eq!(receiver.try_iter().filter(|event| matches!(event, Event::Paused)).count(), 100);
    }
}
