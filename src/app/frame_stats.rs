//! Times of every frame, for measuring: `imago --frame-stats FILE`, hidden because only developers want it.
//!
//! A line a frame: `at_secs` since the program began; `own_ms` in our own code (taking in messages, layout, handing over
//! textures); `whole_ms` of processor time for the frame with tessellation and painting, which a machine without a graphics card
//! does in software; `waiting`, pictures that are wanted but not here yet; `tiles_ms`, in the frame in which the last tile of
//! the Augment workspace follows a change, the time since that change.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Writes the times down.
pub(super) struct FrameStats {
    file: BufWriter<File>,
    began: Instant,
    /// The frame before, whose whole time is known only afterwards.
    last: Option<Frame>,
    logic: Duration,
}

struct Frame {
    at: Duration,
    own: Duration,
    waiting: usize,
    tiles_ms: Option<f32>,
}

impl FrameStats {
    /// Begins `path` anew; times count from `began`.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(super) fn create(path: &Path, began: Instant) -> std::io::Result<Self> {
        let mut file = BufWriter::new(File::create(path)?);
        writeln!(file, "at_secs,own_ms,whole_ms,waiting,tiles_ms")?;
        Ok(Self { file, began, last: None, logic: Duration::ZERO })
    }

    /// Before drawing: `spent` on taking in messages; the frame before took `whole_secs` altogether.
    pub(super) fn logic(&mut self, spent: Duration, whole_secs: Option<f32>) {
        self.logic = spent;
        let Some(last) = self.last.take() else { return };
        let whole_ms = whole_secs.map_or(0.0, |secs| f64::from(secs) * 1e3);
        // A full disk must not end what is being measured; the file then simply ends.
        let _ = writeln!(
            self.file,
            "{:.3},{:.2},{whole_ms:.2},{},{}",
            last.at.as_secs_f64(),
            last.own.as_secs_f64() * 1e3,
            last.waiting,
            last.tiles_ms.map_or(String::new(), |tiles_ms| format!("{tiles_ms:.1}"))
        );
        let _ = self.file.flush();
    }

    /// After drawing, which took `spent`. Tiles that followed a change in this frame did so `tiles_ms` after it.
    pub(super) fn drawn(&mut self, spent: Duration, waiting: usize, tiles_ms: Option<f32>) {
        let own = self.logic + spent;
        self.last = Some(Frame { at: self.began.elapsed(), own, waiting, tiles_ms });
    }
}
