//! What the Augment workspace asks for.

use std::path::PathBuf;

/// What the Augment workspace asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum AugmentCommand {
    /// The same pictures with other random numbers.
    Reroll,
    /// Back to the random numbers that training will draw.
    AsTrained,
    /// Something that decides the tiles was changed while drawing.
    Changed,
    /// Take a preset by its name.
    UsePreset(String),
    /// Choose a pipeline file to open.
    ChooseFileToOpen,
    /// Choose where to save the pipeline.
    ChooseFileToSave,
    /// Read a pipeline file.
    Open(PathBuf),
    /// Write the pipeline to a file.
    Save(PathBuf),
    /// Show the dialog for offline augmentation.
    ShowEnlarge,
    /// Choose where to write the enlarged data set.
    ChooseEnlargeFolder,
    /// Write the enlarged data set there.
    EnlargeInto(PathBuf),
    /// Write the enlarged data set with the settings shown.
    Enlarge,
}
