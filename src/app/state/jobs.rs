//! The jobs as the status bar shows them.

use std::time::Instant;

/// Before so many seconds, and before so great a share of the work, nothing is said of how long the rest will take.
const LEAST_SECS: f64 = 3.0;
const LEAST_SHARE: f64 = 0.02;

/// Names a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// One running job.
#[derive(Clone, Debug, PartialEq)]
pub struct JobLine {
    /// Its name for commands.
    pub id: JobId,
    /// What it does, as a short phrase: `Reading folder`.
    pub title: String,
    /// Details that change: `1,204 files`.
    pub detail: String,
    /// 0 to 1 where it is known.
    pub fraction: Option<f32>,
    /// Whether it can be cancelled.
    pub cancellable: bool,
    /// How long it will still take at its pace, in seconds; none as long as that would be a guess.
    pub left_secs: Option<f64>,
    /// When it first said how far it had come, and how far that was.
    began: Option<(Instant, f32)>,
}

impl JobLine {
    /// A job that has said nothing yet.
    pub fn new(id: JobId, title: &str) -> Self {
        Self {
            id,
            title: title.to_owned(),
            detail: String::new(),
            fraction: None,
            cancellable: true,
            left_secs: None,
            began: None,
        }
    }

    /// Takes in how far the job has come.
    pub fn report(&mut self, fraction: Option<f32>, detail: String, now: Instant) {
        // What was there from the start says nothing of its pace, and another part of the work has another pace.
        let is_another_part = self.fraction > fraction;
        self.began = match (fraction, self.began) {
            (Some(_), Some(began)) if !is_another_part => Some(began),
            (Some(fraction), _) => Some((now, fraction)),
            (None, _) => None,
        };
        self.left_secs = self.began.zip(fraction).and_then(|((since, from), fraction)| {
            left_secs(now.saturating_duration_since(since).as_secs_f64(), f64::from(from), f64::from(fraction))
        });
        self.fraction = fraction;
        self.detail = detail;
    }
}

/// How long the rest will take, in seconds, where `elapsed_secs` brought the work from one share to another.
fn left_secs(elapsed_secs: f64, from: f64, share: f64) -> Option<f64> {
    let done = share - from;
    let is_known = elapsed_secs > LEAST_SECS && done > LEAST_SHARE && share < 1.0;
    is_known.then(|| elapsed_secs * (1.0 - share) / done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_time_that_is_left_is_told_once_the_pace_is_known() {
        assert_eq!(left_secs(10.0, 0.0, 0.25), Some(30.0));
        assert_eq!(left_secs(3.0, 0.0, 0.25), None, "too soon");
        assert_eq!(left_secs(60.0, 0.0, 0.02), None, "too little");
        assert_eq!(left_secs(60.0, 0.0, 1.0), None, "all is done");
    }

    #[test]
    fn what_was_there_from_the_start_and_earlier_parts_of_the_work_do_not_count() {
        let start = Instant::now();
        let mut line = JobLine::new(JobId(1), "Fetching");
        let mut after = |secs: u64, fraction: Option<f32>| {
            line.report(fraction, String::new(), start + Duration::from_secs(secs));
            line.left_secs
        };
        // Half of it was there before.
        assert_eq!(after(0, Some(0.5)), None);
        assert_eq!(after(5, Some(0.75)), Some(5.0));
        assert_eq!(after(6, None), None);
        assert_eq!(after(7, Some(0.75)), None);
        assert_eq!(after(17, Some(0.875)), Some(10.0));
        // Unpacking begins.
        assert_eq!(after(18, Some(0.0)), None);
        assert_eq!(after(22, Some(0.25)), Some(12.0));
    }
}
