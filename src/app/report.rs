//! Reports of faults: when something panics, a file says what and where, so that it can be mended. Nothing of the user's
//! pictures is in it.

use std::backtrace::Backtrace;
use std::fs;
use std::io::Write;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use super::jobs::panic_text;

/// Reports that are kept.
const KEPT: usize = 10;

static FOLDER: OnceLock<PathBuf> = OnceLock::new();
static LAST: Mutex<Option<PathBuf>> = Mutex::new(None);

/// From now on every panic, in whatever thread, leaves a report in `folder`. What was done about panics before is done as well.
pub(super) fn install(folder: PathBuf) {
    if FOLDER.set(folder).is_err() {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        before(info);
        let Some(folder) = FOLDER.get() else { return };
        match write(folder, &text(info)) {
            Ok(path) => {
                let _ = writeln!(std::io::stderr().lock(), "imago: a report of this fault is in {}", path.display());
                if let Ok(mut last) = LAST.lock() {
                    *last = Some(path);
                }
            }
            Err(error) => {
                let _ = writeln!(
                    std::io::stderr().lock(),
                    "imago: no report could be written to {}: {error}",
                    folder.display()
                );
            }
        }
    }));
}

/// The report that was written last, if any.
pub(super) fn last() -> Option<PathBuf> {
    LAST.lock().ok()?.clone()
}

fn text(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let thread = std::thread::current();
    format!(
        "Imago {}\nsystem: {} {}\nthread: {}\nfault: {}\nat: {place}\n\n{}\n",
        crate::VERSION,
        std::env::consts::OS,
        std::env::consts::ARCH,
        thread.name().unwrap_or("without a name"),
        panic_text(info.payload()),
        Backtrace::force_capture()
    )
}

/// Writes a report under a name of its own; the oldest ones go.
fn write(folder: &Path, text: &str) -> std::io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let path = folder.join(format!("fault-{now:013}-{}.txt", std::process::id()));
    fs::write(&path, text)?;
    let is_report = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("fault-") && name.ends_with(".txt")
    };
    let mut reports: Vec<PathBuf> =
        fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).filter(is_report).collect();
    reports.sort();
    for old in reports.iter().take(reports.len().saturating_sub(KEPT)) {
        let _ = fs::remove_file(old);
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_reports_are_kept_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("made/here");
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("mine.txt"), "mine").unwrap();
        for index in 0..KEPT + 2 {
            fs::write(place.join(format!("fault-{index:013}-1.txt")), "old").unwrap();
        }
        let path = write(&place, "Imago: something").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "Imago: something");
        assert_eq!(fs::read_dir(&place).unwrap().count(), KEPT + 1);
        assert!(place.join("mine.txt").is_file());
    }
}
