//! Reading and writing the settings. Settings that can't be understood are kept beside the new ones, and the defaults are used.

use std::io;
use std::path::Path;

use toml::Table;

use super::state::Settings;
use crate::base::write_atomically;
use crate::lang::{self, t};

/// What settings that can't be understood are called from then on.
const DAMAGED: &str = "settings-damaged.toml";

/// Reads the settings.
///
/// # Errors
/// One sentence when there is a file that can't be understood; none when there is no file yet.
pub(super) fn read(path: &Path) -> Result<Settings, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Settings::default()),
        Err(error) => {
            return Err(t!(
                "The settings in {path} could not be read: {error}.",
                path = path.display(),
                error = lang::said(&error)
            ));
        }
    };
    let mut settings: Settings = toml::from_str(&text).map_err(|error| {
        // The next change of a setting writes the file anew; class letters and proxies in it are not to be lost.
        let is_kept = std::fs::copy(path, path.with_file_name(DAMAGED)).is_ok();
        let (path, error) = (path.display(), error.message());
        if is_kept {
            t!(
                "The settings in {path} could not be understood: {error}. The usual ones are used; yours are kept as {kept}.",
                path = path,
                error = error,
                kept = DAMAGED
            )
        } else {
            t!(
                "The settings in {path} could not be understood: {error}. The usual ones are used.",
                path = path,
                error = error
            )
        }
    })?;
    settings.ui_scale = settings.ui_scale.clamp(0.8, 2.0);
    settings.thumb_points = settings.thumb_points.clamp(64.0, 320.0);
    Ok(settings)
}

/// Writes the settings down when they have changed.
pub(super) struct Keeper {
    /// As they were read, or written last: a change that could not be written is still one.
    on_disk: Settings,
    /// Those that could not be written, which was said.
    failed: Option<Settings>,
}

impl Keeper {
    /// For settings that were just read.
    pub(super) fn new(settings: &Settings) -> Self {
        Self { on_disk: settings.clone(), failed: None }
    }

    /// Whether these are the settings on the disk.
    pub(super) fn holds(&self, settings: &Settings) -> bool {
        self.on_disk == *settings
    }

    /// Writes the settings where they are others than on the disk.
    ///
    /// # Errors
    /// Any input/output error, once for the same settings; they are tried again the next time.
    pub(super) fn save(&mut self, path: &Path, settings: &Settings) -> io::Result<()> {
        if self.on_disk == *settings {
            self.failed = None;
            return Ok(());
        }
        match write(path, settings, &self.on_disk) {
            Ok(()) => {
                self.on_disk.clone_from(settings);
                self.failed = None;
                Ok(())
            }
            Err(_) if self.failed.as_ref() == Some(settings) => Ok(()),
            Err(error) => {
                self.failed = Some(settings.clone());
                Err(error)
            }
        }
    }
}

/// Writes those settings that are not as they were `before`. The others stay as they are in the file: another window may have
/// changed them.
///
/// # Errors
/// Any input/output error; the file is then as it was.
fn write(path: &Path, settings: &Settings, before: &Settings) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let table = |settings: &Settings| Table::try_from(settings).map_err(io::Error::other);
    let (mut new, old) = (table(settings)?, table(before)?);
    if read(path).is_ok()
        && let Ok(text) = std::fs::read_to_string(path)
        && let Ok(there) = text.parse::<Table>()
    {
        let names = new.keys().chain(there.keys());
        let untouched: Vec<String> = names.filter(|name| new.get(*name) == old.get(*name)).cloned().collect();
        for name in untouched {
            match there.get(&name) {
                Some(value) => _ = new.insert(name, value.clone()),
                None => _ = new.remove(&name),
            }
        }
    }
    let text = toml::to_string_pretty(&new).map_err(io::Error::other)?;
    write_atomically(path, |out| out.write_all(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::{Recent, ThemeChoice};

    #[test]
    fn settings_survive_a_round_trip_and_damage_is_reported_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config/settings.toml");
        assert_eq!(read(&path).unwrap(), Settings::default());
        let settings = Settings { theme: ThemeChoice::Light, ui_scale: 1.25, ..Settings::default() };
        write(&path, &settings, &Settings::default()).unwrap();
        assert_eq!(read(&path).unwrap(), settings);
        std::fs::write(&path, "theme = 7").unwrap();
        assert!(read(&path).unwrap_err().contains("settings.toml"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "theme = 7");
        write(&path, &settings, &Settings::default()).unwrap();
        assert_eq!(read(&path).unwrap(), settings);
        assert_eq!(std::fs::read_to_string(path.with_file_name(DAMAGED)).unwrap(), "theme = 7");
    }

    #[test]
    fn recent_data_sets_are_read_as_they_were_written_before_their_best_accuracy_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, "[[recents]]\npath = \"/ants\"\npictures = 397\nopened_unix_secs = 7\n").unwrap();
        let mut settings = read(&path).unwrap();
        let ants = Recent { path: "/ants".into(), pictures: 397, opened_unix_secs: 7, best: None };
        assert_eq!(settings.recents.as_slice(), std::slice::from_ref(&ants));
        settings.remember(Recent { path: "/bees".into(), pictures: 2, opened_unix_secs: 8, best: Some(0.954) });
        let bees = settings.recents[0].clone();
        write(&path, &settings, &Settings::default()).unwrap();
        assert_eq!(read(&path).unwrap().recents, [bees, ants]);
    }

    #[test]
    fn what_another_window_has_changed_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        let first = Settings { thumb_points: 96.0, suggest: false, ..Settings::default() };
        write(&path, &first, &Settings::default()).unwrap();
        // Both have read the same; one changes the theme, the other two sizes.
        let light = Settings { theme: ThemeChoice::Light, ..first.clone() };
        write(&path, &light, &first).unwrap();
        let large = Settings { ui_scale: 1.5, thumb_points: 128.0, ..first.clone() };
        write(&path, &large, &first).unwrap();
        assert_eq!(read(&path).unwrap(), Settings { theme: ThemeChoice::Light, ..large });
    }

    #[test]
    fn what_could_not_be_written_is_said_once_and_written_as_soon_as_it_can_be() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config/settings.toml");
        let mut settings = Settings::default();
        let mut keeper = Keeper::new(&settings);
        // Where the folder is to be, there is a file.
        std::fs::write(folder.path().join("config"), "in the way").unwrap();
        settings.theme = ThemeChoice::Light;
        assert!(keeper.save(&path, &settings).is_err());
        assert!(keeper.save(&path, &settings).is_ok(), "it was said");
        settings.ui_scale = 1.25;
        assert!(keeper.save(&path, &settings).is_err(), "another change, which is not written either");
        std::fs::remove_file(folder.path().join("config")).unwrap();
        keeper.save(&path, &settings).unwrap();
        assert_eq!(read(&path).unwrap(), settings, "both changes");
        // What is written is not written again over what another window does.
        let other = Settings { theme: ThemeChoice::Dark, ..settings.clone() };
        write(&path, &other, &settings).unwrap();
        keeper.save(&path, &settings).unwrap();
        assert_eq!(read(&path).unwrap(), other);
    }
}
