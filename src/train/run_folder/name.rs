//! How a run's folder is called when nobody says where it is to be.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// A folder for a new run, `<parent>/<date>-<time>-<model>` (UTC), not there yet. Nothing is created.
pub fn new_run_dir(parent: &Path, model: &str) -> PathBuf {
    let secs = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let name = format!("{}-{model}", stamp(secs));
    let first = parent.join(&name);
    if !first.exists() {
        return first;
    }
    // Two runs begun in the same second.
    (2..10_000).map(|number| parent.join(format!("{name}-{number}"))).find(|dir| !dir.exists()).unwrap_or(first)
}

/// `20260131-235959` for seconds since 1970 (UTC).
fn stamp(secs: u64) -> String {
    let (year, month, day) = civil_date((secs / 86_400) as i64);
    let (hour, minute, second) = (secs / 3600 % 24, secs / 60 % 60, secs % 60);
    format!("{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}")
}

/// Year, month, day of a number of days since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn civil_date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_right_around_leap_days() {
        assert_eq!(stamp(0), "19700101-000000");
        assert_eq!(stamp(951_782_400), "20000229-000000");
        assert_eq!(stamp(1_709_251_199), "20240229-235959");
        assert_eq!(stamp(4_107_542_400), "21000301-000000");
    }

    #[test]
    fn two_runs_of_the_same_second_get_folders_of_their_own() {
        let parent = tempfile::tempdir().unwrap();
        let mut dirs = std::collections::BTreeSet::new();
        for _ in 0..3 {
            let dir = new_run_dir(parent.path(), "cnn");
            std::fs::create_dir(&dir).unwrap();
            dirs.insert(dir);
        }
        assert_eq!(dirs.len(), 3);
    }
}
