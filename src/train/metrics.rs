//! Figures as they are gathered: loss and accuracy of a phase, time without pauses, pictures a second.
//!
//! Must not know: models, files, threads.

use std::time::{Duration, Instant};

/// What one batch gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchOutcome {
    /// Mean cross-entropy of the batch.
    pub loss: f64,
    /// Right answers.
    pub right: usize,
    /// Pictures.
    pub count: usize,
}

/// Loss and accuracy over the pictures of a phase so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    loss_sum: f64,
    right: usize,
    count: usize,
}

impl Tally {
    /// Adds a batch; its loss counts once for each of its pictures, as PyTorch's tutorial weighs it.
    pub fn add(&mut self, batch: BatchOutcome) {
        self.loss_sum += batch.loss * batch.count as f64;
        self.right += batch.right;
        self.count += batch.count;
    }

    /// Pictures so far.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Mean loss over the pictures; 0 before the first.
    pub fn loss(&self) -> f64 {
        self.loss_sum / self.count.max(1) as f64
    }

    /// Share of right answers, 0 to 1; 0 before the first.
    pub fn accuracy(&self) -> f64 {
        self.right as f64 / self.count.max(1) as f64
    }
}

/// Rounds a figure to `decimals` places. What is written to `metrics.jsonl` is rounded to 9, so that reading it back gives
/// the very same number (every such decimal below 2⁵³ is parsed exactly).
pub fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    let scaled = value * scale;
    if scaled.is_finite() && scaled.abs() < 9e15 { scaled.round() / scale } else { value }
}

/// A clock that can be held.
#[derive(Debug)]
pub struct Stopwatch {
    before: Duration,
    since: Option<Instant>,
}

impl Stopwatch {
    /// A running clock that shows `start`.
    pub fn from(start: Duration) -> Self {
        Self { before: start, since: Some(Instant::now()) }
    }

    /// Holds it.
    pub fn hold(&mut self) {
        if let Some(since) = self.since.take() {
            self.before += since.elapsed();
        }
    }

    /// Lets it run again.
    pub fn go_on(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// Seconds shown.
    pub fn secs(&self) -> f64 {
        (self.before + self.since.map_or(Duration::ZERO, |since| since.elapsed())).as_secs_f64()
    }
}

/// Pictures a second over the last few seconds of training time.
#[derive(Debug, Default)]
pub struct RateMeter {
    /// (training seconds, pictures so far), oldest first.
    marks: std::collections::VecDeque<(f64, usize)>,
    total: usize,
}

impl RateMeter {
    /// How far back it looks.
    const WINDOW_SECS: f64 = 3.0;

    /// Says that `count` more pictures are done at `now_secs`.
    pub fn add(&mut self, now_secs: f64, count: usize) {
        if self.marks.is_empty() {
            // What was done before the first mark has no beginning; it is the zero point.
            self.marks.push_back((now_secs, 0));
        }
        self.total += count;
        self.marks.push_back((now_secs, self.total));
        // One mark from before the window stays: where pictures come in bursts with seconds between them, those of the last
        // burst alone would make a rate of thousands.
        while self.marks.get(1).is_some_and(|(secs, _)| now_secs - secs > Self::WINDOW_SECS) {
            self.marks.pop_front();
        }
    }

    /// Pictures a second lately; 0 while unknown.
    pub fn per_sec(&self) -> f64 {
        match (self.marks.front(), self.marks.back()) {
            (Some((from_secs, from)), Some((to_secs, to))) if to_secs > from_secs => {
                (to - from) as f64 / (to_secs - from_secs)
            }
            _ => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_last_batch_weighs_less() {
        let mut tally = Tally::default();
        tally.add(BatchOutcome { loss: 1.0, right: 4, count: 4 });
        tally.add(BatchOutcome { loss: 6.0, right: 0, count: 1 });
        assert!((tally.loss() - 2.0).abs() < 1e-12);
        assert!((tally.accuracy() - 0.8).abs() < 1e-12);
    }

    #[test]
    fn a_rounded_figure_reads_back_as_itself() {
        for value in [1.0 / 3.0, 0.849_673_202_614_379, 1e-9, 123_456.789_012_345] {
            let value = rounded(value, 9);
            let text = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<f64>(&text).unwrap().to_bits(), value.to_bits(), "{text}");
        }
    }

    #[test]
    fn a_held_clock_stands_still() {
        let mut clock = Stopwatch::from(Duration::from_secs(5));
        clock.hold();
        let shown = clock.secs();
        std::thread::sleep(Duration::from_millis(15));
        assert_eq!(clock.secs(), shown);
        clock.go_on();
        std::thread::sleep(Duration::from_millis(15));
        assert!(clock.secs() > shown + 0.01);
    }

    #[test]
    fn the_rate_forgets_what_was_long_ago() {
        let mut rate = RateMeter::default();
        rate.add(0.0, 0);
        for second in 1..=20 {
            rate.add(f64::from(second), if second <= 10 { 1 } else { 50 });
        }
        assert!((rate.per_sec() - 50.0).abs() < 1e-9);
    }

    #[test]
    fn pictures_that_come_in_bursts_make_no_rate_of_thousands() {
        let mut rate = RateMeter::default();
        for burst in 0..3 {
            for step in 0..8 {
                rate.add(f64::from(burst * 5) + f64::from(step) / 1000.0, 4);
                assert!(burst == 0 || rate.per_sec() <= 64.0 / 5.0 + 1e-9, "{}", rate.per_sec());
            }
        }
    }
}
