//! Reading and writing the settings. Settings that can't be read are left alone and the defaults are used.

use std::io;
use std::path::Path;

use super::state::Settings;
use crate::base::write_atomically;
use crate::lang::{self, t};

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
        t!(
            "The settings in {path} could not be understood: {error}. The usual ones are used.",
            path = path.display(),
            error = error.message()
        )
    })?;
    settings.ui_scale = settings.ui_scale.clamp(0.8, 2.0);
    settings.thumb_points = settings.thumb_points.clamp(64.0, 320.0);
    Ok(settings)
}

/// Writes the settings.
///
/// # Errors
/// Any input/output error; the file is then as it was.
pub(super) fn write(path: &Path, settings: &Settings) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = toml::to_string_pretty(settings).map_err(io::Error::other)?;
    write_atomically(path, |out| out.write_all(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::state::ThemeChoice;

    #[test]
    fn settings_survive_a_round_trip_and_damage_is_reported_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config/settings.toml");
        assert_eq!(read(&path).unwrap(), Settings::default());
        let settings = Settings { theme: ThemeChoice::Light, ui_scale: 1.25, ..Settings::default() };
        write(&path, &settings).unwrap();
        assert_eq!(read(&path).unwrap(), settings);
        std::fs::write(&path, "theme = 7").unwrap();
        assert!(read(&path).unwrap_err().contains("settings.toml"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "theme = 7");
    }
}
