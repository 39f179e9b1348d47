//! How a run is called in lists.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::state::RunLine;
use crate::lang::{self, t, tn};
use crate::train::run_folder::RunRecord;
use crate::train::{AugmentChoice, TrainMode};

/// A run as a line of a list.
pub(super) fn run_line(run: &RunRecord) -> RunLine {
    let best = run.history.best();
    let mode = match run.config.mode() {
        TrainMode::Scratch => t!("from scratch"),
        TrainMode::Frozen => t!("frozen"),
        TrainMode::FineTune => t!("fine-tuned"),
    };
    let augment = match &run.config.augment {
        AugmentChoice::Preset(name) => lang::text(name).to_owned(),
        AugmentChoice::Pipeline(_) => t!("own pipeline").to_owned(),
    };
    let name = run.dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    RunLine {
        dir: run.dir.clone(),
        title: format!("{} · {}", when(&name, &TimeZone::system(), Timestamp::now()), run.config.arch.name()),
        detail: tn!(
            run.config.epochs,
            "{mode} · {n} epoch · augmentation: {augment} · seed {seed}",
            "{mode} · {n} epochs · augmentation: {augment} · seed {seed}",
            mode = mode,
            augment = augment,
            seed = run.config.seed
        ),
        best_val_acc: best.map(|record| record.val_acc),
        best_epoch: best.map(|record| record.epoch),
        epochs_done: run.history.epochs.len(),
        total_secs: run.summary.as_ref().map(|summary| summary.total_seconds),
        has_model: run.model_path.is_some(),
        val_fraction: run.config.val_fraction,
    }
}

/// `24 Nov 03:12` by the clock of `zone`, with the year where it is not this one, from a folder's name such as
/// `20261124-031205-resnet18`, which is UTC; the whole name where it is not one of ours.
fn when(name: &str, zone: &TimeZone, now: Timestamp) -> String {
    let Some(local) = started(name).map(|started| started.to_zoned_datetime(zone.clone())) else {
        return name.to_owned();
    };
    let year = Some(local.year()).filter(|year| *year != now.to_zoned_datetime(zone.clone()).year());
    let part = |value: i8| usize::try_from(value).unwrap_or_default();
    let (month, day, hour, minute) = (part(local.month()), part(local.day()), part(local.hour()), part(local.minute()));
    lang::day_and_time(year.and_then(|year| usize::try_from(year).ok()), month, day, hour, minute)
        .unwrap_or_else(|| name.to_owned())
}

/// When a run's folder was made, by its name.
fn started(name: &str) -> Option<Timestamp> {
    fn part<T: std::str::FromStr>(name: &str, range: std::ops::Range<usize>) -> Option<T> {
        name.get(range)?.parse().ok()
    }
    let time = DateTime::new(
        part(name, 0..4)?,
        part(name, 4..6)?,
        part(name, 6..8)?,
        part(name, 9..11)?,
        part(name, 11..13)?,
        part(name, 13..15)?,
        0,
    );
    Some(time.ok()?.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Language, within};

    fn told(name: &str, zone: &TimeZone) -> String {
        when(name, zone, "2026-12-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_run_is_told_by_the_clock_on_the_wall_and_on_its_day() {
        let beijing = TimeZone::fixed(jiff::tz::offset(8));
        let run = "20261124-201205-resnet18";
        assert_eq!(told(run, &TimeZone::UTC), "24 Nov 20:12");
        assert_eq!(told(run, &beijing), "25 Nov 04:12");
        within(Language::Chinese, || assert_eq!(told(run, &beijing), "11月25日 04:12"));
    }

    #[test]
    fn another_year_is_named() {
        let beijing = TimeZone::fixed(jiff::tz::offset(8));
        assert_eq!(told("20241231-230000-cnn", &TimeZone::UTC), "31 Dec 2024 23:00");
        // Already the new year there.
        assert_eq!(told("20251231-230000-cnn", &TimeZone::UTC), "31 Dec 2025 23:00");
        assert_eq!(told("20251231-230000-cnn", &beijing), "1 Jan 07:00");
        within(Language::Chinese, || assert_eq!(told("20241231-230000-cnn", &TimeZone::UTC), "2024年12月31日 23:00"));
    }

    #[test]
    fn a_folder_with_a_name_of_its_own_keeps_it() {
        for name in ["my best run", "20261324-031205-resnet18", "2026", "", "蚂蚁和蜜蜂的第一次训练"] {
            assert_eq!(told(name, &TimeZone::UTC), name);
        }
    }
}
