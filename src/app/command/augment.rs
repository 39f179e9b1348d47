//! What the Augment workspace asks for.

use std::path::PathBuf;

/// What the Augment workspace asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum AugmentCommand {
    /// The same pictures with other random numbers.
    Reroll,
    /// Back to the random numbers that training will draw.
    AsTrained,
    /// Train with the random numbers of the reroll that is shown.
    TrainWithDrawn,
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
    /// Choose the picture towards whose colours the step of this card moves.
    ChooseReference(u64),
    /// Take this picture for it.
    UseReference(u64, PathBuf),
    /// Take the marked tile's picture for it.
    UseMarkedAsReference(u64),
    /// Show the dialog for offline augmentation.
    ShowEnlarge,
    /// Choose where to write the enlarged data set.
    ChooseEnlargeFolder,
    /// Write the enlarged data set there.
    EnlargeInto(PathBuf),
    /// Write the enlarged data set with the settings shown.
    Enlarge,
}
