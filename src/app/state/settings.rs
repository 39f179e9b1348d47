//! What is kept between starts.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::letters::ClassLetters;
use crate::fetch::Network;
use crate::lang::Language;

/// Light, dark, or as the system has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// Which language the window speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LanguageChoice {
    /// The system's, or English where the system's is not spoken here.
    #[default]
    #[serde(rename = "system")]
    System,
    /// English.
    #[serde(rename = "en")]
    English,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
}

impl LanguageChoice {
    /// The language chosen; `system` where that is left to the system.
    pub fn or(self, system: Language) -> Language {
        match self {
            Self::System => system,
            Self::English => Language::English,
            Self::Chinese => Language::Chinese,
        }
    }
}

impl From<Language> for LanguageChoice {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::English,
            Language::Chinese => Self::Chinese,
        }
    }
}

/// A data set that was open before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recent {
    /// Its folder.
    pub path: PathBuf,
    /// Pictures it had.
    pub pictures: usize,
    /// When it was last opened, seconds since 1970.
    pub opened_unix_secs: u64,
    /// The best validation accuracy of its runs, where it has any and they were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<f64>,
}

/// What is kept between starts, in `settings.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light or dark.
    pub theme: ThemeChoice,
    /// Which language the window speaks.
    pub language: LanguageChoice,
    /// Size of the whole interface, 0.8 to 2.0.
    pub ui_scale: f32,
    /// The tour was seen, or skipped.
    pub tour_seen: bool,
    /// No animations.
    pub reduced_motion: bool,
    /// Longer side of the tiles in the Data workspace, in points.
    pub thumb_points: f32,
    /// Proxy and mirrors for fetching.
    pub network: Network,
    /// Have a trained model suggest labels.
    pub suggest: bool,
    /// Letters that label with a class, by its name.
    pub class_letters: ClassLetters,
    /// Newest first.
    pub recents: Vec<Recent>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::System,
            language: LanguageChoice::System,
            ui_scale: 1.0,
            tour_seen: false,
            reduced_motion: false,
            thumb_points: 160.0,
            network: Network::default(),
            suggest: true,
            class_letters: ClassLetters::new(),
            recents: Vec::new(),
        }
    }
}

impl Settings {
    /// Puts a data set at the head of the recent ones; eight are kept. What its runs reached stays known until they are read.
    pub fn remember(&mut self, recent: Recent) {
        let known = self.recents.iter().find(|other| other.path == recent.path).and_then(|other| other.best);
        self.recents.retain(|other| other.path != recent.path);
        self.recents.insert(0, Recent { best: recent.best.or(known), ..recent });
        self.recents.truncate(8);
    }

    /// Notes the best accuracy of the runs of a recent data set; none where it has no runs (any more).
    pub fn note_best(&mut self, path: &Path, best: Option<f64>) {
        if let Some(recent) = self.recents.iter_mut().find(|recent| recent.path == path) {
            recent.best = best;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_set_that_is_opened_again_moves_to_the_head_of_the_recent_ones() {
        let mut settings = Settings::default();
        for name in ["a", "b", "a"] {
            settings.remember(Recent { path: name.into(), pictures: 1, opened_unix_secs: 0, best: None });
            settings.note_best(Path::new("a"), Some(0.9));
        }
        let names: Vec<_> = settings.recents.iter().map(|recent| recent.path.display().to_string()).collect();
        assert_eq!(names, ["a", "b"]);
        let best: Vec<_> = settings.recents.iter().map(|recent| recent.best).collect();
        assert_eq!(best, [Some(0.9), None], "it is known before its runs are read again");
        settings.note_best(Path::new("a"), None);
        assert_eq!(settings.recents[0].best, None);
    }
}
