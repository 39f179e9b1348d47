//! The command table: one line a command, from which menus, shortcuts, tooltips and the palette are made.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::app::state::{State, Workspace};
use crate::dataset::Split;

/// A command without parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UiCommand {
    /// Choose a folder to open.
    OpenFolder,
    /// Draw and open the sample.
    OpenSample,
    /// Scan the open folder again.
    Rescan,
    /// Back to the welcome screen.
    CloseProject,
    /// Bring a workspace to the front.
    Go(Workspace),
    /// Start training with the settings shown.
    StartTraining,
    /// Let the trainer wait, or go on.
    PauseOrResumeTraining,
    /// End training, keeping the last finished epoch.
    StopTraining,
    /// Go on with a run that was stopped.
    ContinueRun,
    /// Choose pictures to classify.
    OpenPictures,
    /// Choose a trained model.
    OpenModel,
    /// Save the predictions as CSV.
    SaveCsv,
    /// Other random numbers for the augmented batch.
    Reroll,
    /// Show the dialog for offline augmentation.
    EnlargeOffline,
    /// Show or hide the command palette.
    Palette,
    /// Switch between light and dark.
    ToggleTheme,
    /// Make everything larger.
    ZoomIn,
    /// Make everything smaller.
    ZoomOut,
    /// The usual size.
    ZoomReset,
    /// Show the settings.
    Settings,
    /// Show all shortcuts.
    Shortcuts,
    /// Close the window.
    Quit,
}

impl UiCommand {
    /// All of them, in the palette's order.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::OpenFolder, Self::OpenSample, Self::Rescan, Self::CloseProject];
        all.extend(Workspace::ALL.map(Self::Go));
        all.extend([
            Self::StartTraining,
            Self::PauseOrResumeTraining,
            Self::StopTraining,
            Self::ContinueRun,
            Self::OpenPictures,
            Self::OpenModel,
            Self::SaveCsv,
            Self::Reroll,
            Self::EnlargeOffline,
            Self::Palette,
            Self::ToggleTheme,
            Self::ZoomIn,
            Self::ZoomOut,
            Self::ZoomReset,
            Self::Settings,
            Self::Shortcuts,
            Self::Quit,
        ]);
        all
    }

    /// Its name in menus, on buttons and in the palette.
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenFolder => "Open folder…",
            Self::OpenSample => "Try the ants-and-bees sample",
            Self::Rescan => "Read the folder again",
            Self::CloseProject => "Close data set",
            Self::Go(Workspace::Data) => "Go to Data",
            Self::Go(Workspace::Augment) => "Go to Augment",
            Self::Go(Workspace::Train) => "Go to Train",
            Self::Go(Workspace::Results) => "Go to Results",
            Self::Go(Workspace::Predict) => "Go to Predict",
            Self::StartTraining => "Start training",
            Self::PauseOrResumeTraining => "Pause or resume training",
            Self::StopTraining => "Stop training",
            Self::ContinueRun => "Continue stopped run",
            Self::OpenPictures => "Classify pictures…",
            Self::OpenModel => "Open model…",
            Self::SaveCsv => "Save predictions as CSV…",
            Self::Reroll => "Reroll augmented batch",
            Self::EnlargeOffline => "Enlarge offline…",
            Self::Palette => "Command palette",
            Self::ToggleTheme => "Switch between light and dark",
            Self::ZoomIn => "Larger interface",
            Self::ZoomOut => "Smaller interface",
            Self::ZoomReset => "Usual interface size",
            Self::Settings => "Settings",
            Self::Shortcuts => "Keyboard shortcuts",
            Self::Quit => "Quit",
        }
    }

    /// What it does, in a sentence.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::OpenFolder => {
                "Open a folder of pictures: train/ and val/ with a folder for each class, or just a folder for each class."
            }
            Self::OpenSample => "Draw 390 pictures of ants and bees on this machine and open them. Needs no network.",
            Self::Rescan => "Look again at which pictures the folder holds.",
            Self::CloseProject => "Back to the welcome screen. Nothing is deleted.",
            Self::Go(Workspace::Data) => "Look through the pictures.",
            Self::Go(Workspace::Augment) => "See what augmentation does to the pictures.",
            Self::Go(Workspace::Train) => "Train a model and watch it learn.",
            Self::Go(Workspace::Results) => "Look through every prediction on the validation pictures.",
            Self::Go(Workspace::Predict) => "Classify pictures of your own.",
            Self::StartTraining => "Train with the settings shown in the Train workspace.",
            Self::PauseOrResumeTraining => "Let the training wait, or go on.",
            Self::StopTraining => "End the training. The last finished epoch is kept and can be continued.",
            Self::ContinueRun => "Go on from the last finished epoch, exactly as if it had not been stopped.",
            Self::OpenPictures => "Choose pictures and see what the model says.",
            Self::OpenModel => "Choose a model.safetensors that Imago trained.",
            Self::SaveCsv => "Save one line for each picture with all class probabilities.",
            Self::Reroll => "The same pictures with other random numbers.",
            Self::EnlargeOffline => {
                "Write a larger data set: each training picture, and versions of it made with the pipeline."
            }
            Self::Palette => "Find any command by typing.",
            Self::ToggleTheme => "Light or dark.",
            Self::ZoomIn => "Make text and controls larger.",
            Self::ZoomOut => "Make text and controls smaller.",
            Self::ZoomReset => "Text and controls at their usual size.",
            Self::Settings => "Theme, size and motion.",
            Self::Shortcuts => "A list of all keyboard shortcuts.",
            Self::Quit => "Close Imago. A running training is stopped and can be continued.",
        }
    }

    /// Its keyboard shortcut.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        let command = |key| Some(KeyboardShortcut::new(Modifiers::COMMAND, key));
        let command_shift = |key| Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key));
        match self {
            Self::OpenFolder => command(Key::O),
            Self::Rescan => Some(KeyboardShortcut::new(Modifiers::NONE, Key::F5)),
            Self::CloseProject => command(Key::W),
            Self::Go(Workspace::Data) => command(Key::Num1),
            Self::Go(Workspace::Augment) => command(Key::Num2),
            Self::Go(Workspace::Train) => command(Key::Num3),
            Self::Go(Workspace::Results) => command(Key::Num4),
            Self::Go(Workspace::Predict) => command(Key::Num5),
            Self::StartTraining => command(Key::Enter),
            Self::PauseOrResumeTraining => command(Key::P),
            Self::StopTraining => command(Key::Period),
            Self::OpenPictures => command_shift(Key::O),
            Self::SaveCsv => command(Key::S),
            Self::Reroll => command(Key::R),
            Self::Palette => command(Key::K),
            Self::ToggleTheme => command_shift(Key::L),
            Self::ZoomIn => command(Key::Plus),
            Self::ZoomOut => command(Key::Minus),
            Self::ZoomReset => command(Key::Num0),
            Self::Settings => command(Key::Comma),
            Self::Shortcuts => Some(KeyboardShortcut::new(Modifiers::NONE, Key::F1)),
            Self::Quit => command(Key::Q),
            Self::OpenSample | Self::ContinueRun | Self::OpenModel | Self::EnlargeOffline => None,
        }
    }

    /// Whether it can be carried out now. What can't is not offered.
    pub fn is_enabled(self, state: &State) -> bool {
        match self {
            Self::Rescan | Self::CloseProject | Self::Go(Workspace::Augment) | Self::Reroll => state.project.is_some(),
            Self::EnlargeOffline => {
                state.project.as_ref().is_some_and(|project| project.dataset.labelled(Split::Train).next().is_some())
            }
            Self::StartTraining => state.project.is_some() && !state.train.is_running(),
            Self::PauseOrResumeTraining | Self::StopTraining => state.train.is_running(),
            Self::ContinueRun => !state.train.is_running() && state.train.can_continue(),
            Self::OpenPictures => state.predict.has_model(),
            Self::SaveCsv => state.predict.has_outcomes(),
            Self::OpenFolder
            | Self::OpenSample
            | Self::Go(_)
            | Self::OpenModel
            | Self::Palette
            | Self::ToggleTheme
            | Self::ZoomIn
            | Self::ZoomOut
            | Self::ZoomReset
            | Self::Settings
            | Self::Shortcuts
            | Self::Quit => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_commands_share_a_shortcut_or_a_title() {
        let all = UiCommand::all();
        let titles: HashSet<_> = all.iter().map(|command| command.title()).collect();
        assert_eq!(titles.len(), all.len());
        let shortcuts: Vec<_> = all.iter().filter_map(|command| command.shortcut()).collect();
        let distinct: HashSet<_> = shortcuts.iter().map(|shortcut| format!("{shortcut:?}")).collect();
        assert_eq!(distinct.len(), shortcuts.len());
    }
}
