//! The trainer's end of the control channel.

use crossbeam_channel::{Receiver, TryRecvError};

use super::event_port::EventPort;
use super::events::{Control, Event};
use super::metrics::Stopwatch;

/// What the trainer was told.
pub(crate) struct Controls {
    receiver: Receiver<Control>,
    stopped: bool,
}

impl Controls {
    pub(crate) fn new(receiver: Receiver<Control>) -> Self {
        Self { receiver, stopped: false }
    }

    /// Does what was asked since last time: waits while paused, with the clocks held. True when the run is to stop. A handle
    /// that was dropped stops it as well, so that a run nobody can reach any more doesn't go on.
    pub(crate) fn poll(&mut self, port: &mut EventPort, clocks: &mut [&mut Stopwatch]) -> bool {
        while !self.stopped {
            match self.receiver.try_recv() {
                Ok(Control::Pause) => self.wait(port, clocks),
                Ok(Control::Resume) => {}
                Ok(Control::Stop) | Err(TryRecvError::Disconnected) => self.stopped = true,
                Err(TryRecvError::Empty) => break,
            }
        }
        self.stopped
    }

    fn wait(&mut self, port: &mut EventPort, clocks: &mut [&mut Stopwatch]) {
        for clock in clocks.iter_mut() {
            clock.hold();
        }
        port.send(Event::Paused);
        loop {
            match self.receiver.recv() {
                Ok(Control::Resume) => {
                    port.send(Event::Resumed);
                    break;
                }
                Ok(Control::Stop) | Err(_) => {
                    self.stopped = true;
                    break;
                }
                Ok(Control::Pause) => {}
            }
        }
        for clock in clocks.iter_mut() {
            clock.go_on();
        }
    }
}
