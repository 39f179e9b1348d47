//! The command table: one line a command, from which menus, shortcuts, tooltips and the palette are made.

use egui::{Key, KeyboardShortcut, Modifiers};

use crate::app::state::{Arch, Project, State, Workspace};
use crate::dataset::Split;
use crate::dataset::labels::{LabelLayer, Labels, Mark};
use crate::lang::{self, Language, key, t};

/// A command without parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UiCommand {
    /// Choose a folder to open.
    OpenFolder,
    /// Draw and open the sample.
    OpenSample,
    /// Fetch hymenoptera_data, or open it where it was fetched.
    GetPhotographs,
    /// Fetch a ResNet's official weights.
    GetWeights(Arch),
    /// Scan the open folder again.
    Rescan,
    /// Back to the welcome screen.
    CloseProject,
    /// Bring a workspace to the front.
    Go(Workspace),
    /// Take back the last action of labelling.
    Undo,
    /// Do again what was taken back last.
    Redo,
    /// Give the selected pictures the class of this number, from 1 to 9.
    Label(u8),
    /// Take the label of the selected pictures away.
    ClearLabel,
    /// Set a mark on the selected pictures.
    Mark(Mark),
    /// Give the selected pictures the labels that the model suggests.
    AcceptSuggestion,
    /// Show the picture that the keyboard stands on large, or two that are selected side by side; or go back to the grid.
    LookClosely,
    /// Have the model look at all pictures.
    SuggestLabels,
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
    /// Show the dialog that copies the classified pictures into class folders.
    SortIntoFolders,
    /// Other random numbers for the augmented batch.
    Reroll,
    /// Show the dialog for offline augmentation.
    EnlargeOffline,
    /// Remove the small versions of pictures that are kept on disk.
    ClearThumbnails,
    /// Look at every picture for what is wrong.
    CheckHealth,
    /// Show the dialog that draws splits anew.
    DrawSplits,
    /// Show the dialog that exports as folders.
    ExportFolders,
    /// Save the labels as a table.
    ExportLabels,
    /// Take labels over from a table.
    ImportLabels,
    /// Show or hide the command palette.
    Palette,
    /// Switch between light and dark.
    ToggleTheme,
    /// Speak this language.
    Speak(Language),
    /// Make everything larger.
    ZoomIn,
    /// Make everything smaller.
    ZoomOut,
    /// The usual size.
    ZoomReset,
    /// Show the settings.
    Settings,
    /// Show the tour.
    Tour,
    /// Show or hide the lessons.
    Lessons,
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
        // Ctrl+Shift+Z must be looked for before Ctrl+Z, which it contains.
        all.extend([Self::Redo, Self::Undo]);
        all.extend((1..=9).map(Self::Label));
        all.extend([Self::AcceptSuggestion, Self::SuggestLabels, Self::LookClosely]);
        all.extend([Self::ClearLabel, Self::Mark(Mark::Unsure), Self::Mark(Mark::SetAside), Self::Mark(Mark::Skip)]);
        all.extend(Language::ALL.map(Self::Speak));
        all.extend([
            Self::GetPhotographs,
            Self::GetWeights(Arch::Resnet18),
            Self::GetWeights(Arch::Resnet34),
            Self::StartTraining,
            Self::PauseOrResumeTraining,
            Self::StopTraining,
            Self::ContinueRun,
            Self::OpenPictures,
            Self::OpenModel,
            Self::SaveCsv,
            Self::SortIntoFolders,
            Self::Reroll,
            Self::EnlargeOffline,
            Self::ClearThumbnails,
            Self::CheckHealth,
            Self::DrawSplits,
            Self::ExportFolders,
            Self::ExportLabels,
            Self::ImportLabels,
            Self::Palette,
            Self::ToggleTheme,
            Self::ZoomIn,
            Self::ZoomOut,
            Self::ZoomReset,
            Self::Settings,
            Self::Tour,
            Self::Lessons,
            Self::Shortcuts,
            Self::Quit,
        ]);
        all
    }

    /// Its name in menus, on buttons and in the palette.
    pub fn title(self) -> &'static str {
        match self {
            Self::OpenFolder => t!("Open folder…"),
            Self::OpenSample => t!("Try the ants-and-bees sample"),
            Self::GetPhotographs => t!("Get hymenoptera_data…"),
            Self::GetWeights(Arch::Resnet34) => t!("Get ResNet34…"),
            Self::GetWeights(_) => t!("Get ResNet18…"),
            Self::Rescan => t!("Read the folder again"),
            Self::CloseProject => t!("Close data set"),
            Self::Go(Workspace::Data) => t!("Go to Data"),
            Self::Go(Workspace::Augment) => t!("Go to Augment"),
            Self::Go(Workspace::Train) => t!("Go to Train"),
            Self::Go(Workspace::Results) => t!("Go to Results"),
            Self::Go(Workspace::Predict) => t!("Go to Predict"),
            Self::Undo => t!("Undo"),
            Self::Redo => t!("Redo"),
            Self::Label(number) => {
                const TITLES: [&str; 9] = [
                    key!("Label with class 1"),
                    key!("Label with class 2"),
                    key!("Label with class 3"),
                    key!("Label with class 4"),
                    key!("Label with class 5"),
                    key!("Label with class 6"),
                    key!("Label with class 7"),
                    key!("Label with class 8"),
                    key!("Label with class 9"),
                ];
                lang::text(TITLES[usize::from(number.clamp(1, 9)) - 1])
            }
            Self::AcceptSuggestion => t!("Accept suggestion"),
            Self::SuggestLabels => t!("Suggest labels"),
            Self::LookClosely => t!("Look closely"),
            Self::ClearLabel => t!("Clear label"),
            Self::Mark(Mark::Unsure) => t!("Mark as unsure"),
            Self::Mark(Mark::SetAside) => t!("Set aside"),
            Self::Mark(Mark::Skip) => t!("Skip"),
            Self::StartTraining => t!("Start training"),
            Self::PauseOrResumeTraining => t!("Pause or resume training"),
            Self::StopTraining => t!("Stop training"),
            Self::ContinueRun => t!("Continue stopped run"),
            Self::OpenPictures => t!("Classify pictures…"),
            Self::OpenModel => t!("Open model…"),
            Self::SaveCsv => t!("Save predictions as CSV…"),
            Self::SortIntoFolders => t!("Copy into class folders…"),
            Self::Reroll => t!("Reroll augmented batch"),
            Self::EnlargeOffline => t!("Enlarge offline…"),
            Self::ClearThumbnails => t!("Clear thumbnail cache"),
            Self::CheckHealth => t!("Check the pictures' health"),
            Self::DrawSplits => t!("Split…"),
            Self::ExportFolders => t!("Export as folders…"),
            Self::ExportLabels => t!("Export labels as CSV…"),
            Self::ImportLabels => t!("Import labels from CSV…"),
            Self::Palette => t!("Command palette"),
            Self::ToggleTheme => t!("Switch between light and dark"),
            // Each in its own language, to be found by those who understand no other.
            Self::Speak(Language::English) => "Language: English",
            Self::Speak(Language::Chinese) => "语言：简体中文",
            Self::ZoomIn => t!("Larger interface"),
            Self::ZoomOut => t!("Smaller interface"),
            Self::ZoomReset => t!("Usual interface size"),
            Self::Settings => t!("Settings"),
            Self::Tour => t!("Show the tour"),
            Self::Lessons => t!("Open lessons"),
            Self::Shortcuts => t!("Keyboard shortcuts"),
            Self::Quit => t!("Quit"),
        }
    }

    /// What it does, in a sentence.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::OpenFolder => {
                t!(
                    "Open a folder of pictures: train/ and val/ with a folder for each class, or just a folder for each class."
                )
            }
            Self::OpenSample => {
                t!("Draw 390 pictures of ants and bees on this machine and open them. Needs no network.")
            }
            Self::GetPhotographs => t!(
                "397 photographs of ants and bees (47 MB) from PyTorch’s tutorial. You see where from, and are asked first."
            ),
            Self::GetWeights(_) => t!(
                "Official ImageNet weights to start from. You see how large they are and where from, and are asked first."
            ),
            Self::Rescan => t!("Look again at which pictures the folder holds."),
            Self::CloseProject => t!("Back to the welcome screen. Nothing is deleted."),
            Self::Go(Workspace::Data) => t!("Look through the pictures."),
            Self::Go(Workspace::Augment) => t!("See what augmentation does to the pictures."),
            Self::Go(Workspace::Train) => t!("Train a model and watch it learn."),
            Self::Go(Workspace::Results) => t!("Look through every prediction on the validation pictures."),
            Self::Go(Workspace::Predict) => t!("Classify pictures of your own."),
            Self::Undo => {
                t!("Take back the last label, mark or change of a class. As often as you like, also after a restart.")
            }
            Self::Redo => t!("Do again what was taken back."),
            Self::Label(_) => t!("Give the selected pictures this class and go on to the next one."),
            Self::AcceptSuggestion => {
                t!("Give each selected picture the class that the model suggests, and go on to the next one.")
            }
            Self::LookClosely => t!(
                "Show the picture large, to zoom and move it; two that are selected side by side. Again: back to the grid."
            ),
            Self::SuggestLabels => t!("Have the trained model look at all pictures, and suggest labels."),
            Self::ClearLabel => t!("Take the label of the selected pictures away."),
            Self::Mark(Mark::Unsure) => t!("Note that you are not sure of the label, and go on to the next picture."),
            Self::Mark(Mark::SetAside) => {
                t!("Keep the selected pictures out of training and evaluation. Nothing is deleted.")
            }
            Self::Mark(Mark::Skip) => t!("Leave the selected pictures for later, and go on to the next one."),
            Self::StartTraining => t!("Train with the settings shown in the Train workspace."),
            Self::PauseOrResumeTraining => t!("Let the training wait, or go on."),
            Self::StopTraining => t!("End the training. The last finished epoch is kept and can be continued."),
            Self::ContinueRun => t!("Go on from the last finished epoch, exactly as if it had not been stopped."),
            Self::OpenPictures => t!("Choose pictures and see what the model says."),
            Self::OpenModel => t!("Choose a model.safetensors that Imago trained."),
            Self::SaveCsv => t!("Save one line for each picture with all class probabilities."),
            Self::SortIntoFolders => {
                t!(
                    "Copy each classified picture into a folder of its predicted class. The originals stay where they are."
                )
            }
            Self::Reroll => t!("The same pictures with other random numbers."),
            Self::EnlargeOffline => {
                t!("Write a larger data set: each training picture, and versions of it made with the pipeline.")
            }
            Self::ClearThumbnails => t!(
                "Remove the small versions of pictures that Imago keeps to show folders faster. They are made again as needed."
            ),
            Self::CheckHealth => {
                t!("Look for twins, leaks between splits, and pictures that can't be read or show nothing.")
            }
            Self::DrawSplits => t!("Draw anew which pictures are for training, validation and test. No file is moved."),
            Self::ExportFolders => {
                t!("Write the labelled pictures as train, val and test, with a folder for each class.")
            }
            Self::ExportLabels => t!("Write a table with the label, split and marks of every picture."),
            Self::ImportLabels => t!("Read labels and splits from a table; what would change is shown first."),
            Self::Palette => t!("Find any command by typing."),
            Self::ToggleTheme => t!("Light or dark."),
            Self::Speak(Language::English) => "Show the window in English.",
            Self::Speak(Language::Chinese) => "用简体中文显示界面。",
            Self::ZoomIn => t!("Make text and controls larger."),
            Self::ZoomOut => t!("Make text and controls smaller."),
            Self::ZoomReset => t!("Text and controls at their usual size."),
            Self::Settings => t!("Theme, language, size and motion; proxy and mirrors for downloads."),
            Self::Tour => t!("What the five workspaces are for, in five steps."),
            Self::Lessons => {
                t!("Try out what a convolution, pooling and augmentation do to a picture of your own.")
            }
            Self::Shortcuts => t!("A list of all keyboard shortcuts."),
            Self::Quit => t!("Close Imago. A running training is stopped and can be continued."),
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
            Self::Undo => command(Key::Z),
            Self::Redo => command(Key::Y),
            Self::Label(number) => Some(plain(match number {
                1 => Key::Num1,
                2 => Key::Num2,
                3 => Key::Num3,
                4 => Key::Num4,
                5 => Key::Num5,
                6 => Key::Num6,
                7 => Key::Num7,
                8 => Key::Num8,
                _ => Key::Num9,
            })),
            Self::AcceptSuggestion => Some(plain(Key::Enter)),
            Self::LookClosely => Some(plain(Key::Space)),
            Self::ClearLabel => Some(plain(Key::Backspace)),
            Self::Mark(Mark::Unsure) => Some(plain(Key::U)),
            Self::Mark(Mark::SetAside) => Some(plain(Key::X)),
            Self::Mark(Mark::Skip) => Some(plain(Key::S)),
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
            Self::GetPhotographs | Self::GetWeights(_) => None,
            Self::OpenSample
            | Self::ContinueRun
            | Self::OpenModel
            | Self::SortIntoFolders
            | Self::EnlargeOffline
            | Self::SuggestLabels
            | Self::Speak(_)
            | Self::Tour
            | Self::Lessons
            | Self::ClearThumbnails => None,
            Self::CheckHealth | Self::DrawSplits | Self::ExportFolders | Self::ExportLabels | Self::ImportLabels => {
                None
            }
        }
    }

    /// Another shortcut that does the same.
    pub fn other_shortcut(self) -> Option<KeyboardShortcut> {
        match self {
            Self::Redo => Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z)),
            Self::ClearLabel => Some(KeyboardShortcut::new(Modifiers::NONE, Key::Num0)),
            _ => None,
        }
    }

    /// Whether its shortcut is a key without Ctrl, which is text where text is typed.
    pub fn is_plain_key(self) -> bool {
        matches!(self, Self::Label(_) | Self::AcceptSuggestion | Self::LookClosely | Self::ClearLabel | Self::Mark(_))
    }

    /// Whether its shortcut is the text field's while text is typed.
    pub fn is_for_text_too(self) -> bool {
        matches!(self, Self::Undo | Self::Redo)
    }

    /// Whether it can be carried out now. What can't is not offered.
    pub fn is_enabled(self, state: &State) -> bool {
        match self {
            Self::Rescan | Self::CloseProject | Self::Go(Workspace::Augment) => state.project.is_some(),
            // Elsewhere it would be done unseen.
            Self::Reroll => state.project.is_some() && state.workspace == Workspace::Augment,
            Self::CheckHealth => state.project.is_some(),
            Self::ExportFolders | Self::DrawSplits => state
                .project
                .as_ref()
                .is_some_and(|project| project.dataset.items.iter().any(|item| item.class.is_some())),
            Self::ExportLabels | Self::ImportLabels => {
                state.project.as_ref().is_some_and(|project| project.labels.layer.is_some())
            }
            Self::Undo => labelling(state).is_some_and(|labels| labels.undo_title().is_some()),
            Self::Redo => labelling(state).is_some_and(|labels| labels.redo_title().is_some()),
            Self::Label(number) => {
                let is_class = |project: &Project| usize::from(number) <= project.dataset.classes.len();
                number > 0 && has_pictures_to_label(state) && state.project.as_ref().is_some_and(is_class)
            }
            Self::ClearLabel | Self::Mark(_) => has_pictures_to_sort(state),
            Self::AcceptSuggestion => has_pictures_to_sort(state) && !state.data.suggestions.is_empty(),
            Self::LookClosely => {
                let selection = &state.data.selection;
                let has_some = selection.cursor.is_some() || !selection.ids.is_empty();
                state.project.is_some()
                    && state.workspace == Workspace::Data
                    && (has_some || state.data.large.is_some())
            }
            Self::SuggestLabels => state.project.is_some() && !state.train.is_running(),
            Self::EnlargeOffline => {
                state.project.as_ref().is_some_and(|project| project.dataset.labelled(Split::Train).next().is_some())
            }
            Self::StartTraining => state.project.is_some() && !state.train.is_running(),
            Self::PauseOrResumeTraining | Self::StopTraining => state.train.is_running(),
            Self::ContinueRun => !state.train.is_running() && state.train.can_continue(),
            Self::OpenPictures => state.predict.has_model(),
            Self::SaveCsv => state.predict.has_outcomes(),
            Self::SortIntoFolders => state.predict.has_predictions(),
            Self::OpenFolder
            | Self::OpenSample
            | Self::Go(_)
            | Self::OpenModel
            | Self::ClearThumbnails
            | Self::Palette
            | Self::ToggleTheme
            | Self::Speak(_)
            | Self::ZoomIn
            | Self::ZoomOut
            | Self::ZoomReset
            | Self::Settings
            | Self::Tour
            | Self::Lessons
            | Self::Shortcuts
            | Self::Quit => true,
            Self::GetPhotographs | Self::GetWeights(_) => state.fetch.job.is_none(),
        }
    }
}

/// A key without Ctrl.
fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

/// The labels, while a workspace is in front in which they are seen to change.
fn labelling(state: &State) -> Option<&Labels> {
    let is_seen = matches!(state.workspace, Workspace::Data | Workspace::Results);
    let project = state.project.as_ref().filter(|_| is_seen)?;
    project.labels.layer.as_ref().map(LabelLayer::labels)
}

/// In Data those that are selected, in Results the one that is looked at closely.
fn has_pictures_to_label(state: &State) -> bool {
    let selection = &state.data.selection;
    let has_some = match (state.workspace, &state.project) {
        (Workspace::Results, Some(project)) => state.results.item(project).is_some(),
        _ => !selection.ids.is_empty() || selection.cursor.is_some(),
    };
    labelling(state).is_some() && has_some
}

/// What is done while going through the pictures of the Data workspace.
fn has_pictures_to_sort(state: &State) -> bool {
    state.workspace == Workspace::Data && has_pictures_to_label(state)
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
