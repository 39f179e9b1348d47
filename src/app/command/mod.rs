//! What panels ask for. The parameterless ones form one table ([`UiCommand`]) that feeds menus, shortcuts, tooltips and palette.

mod augment;
mod data;
mod fetch;
mod health;
mod labels;
mod predict;
mod results;
mod split;
mod table;
mod train;
mod transfer;

use std::path::PathBuf;

pub use augment::AugmentCommand;
pub use data::{DataCommand, SuggestCommand};
pub use fetch::FetchCommand;
pub use health::HealthCommand;
pub use labels::LabelCommand;
pub use predict::PredictCommand;
pub use results::ResultsCommand;
pub use split::SplitCommand;
pub use table::UiCommand;
pub use train::TrainCommand;
pub use transfer::TransferCommand;

use super::state::{JobId, LessonPage, Workspace};

/// Anything that a panel can ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// One of the table.
    Ui(UiCommand),
    /// Bring a workspace to the front.
    Go(Workspace),
    /// Open a folder as data set.
    OpenFolder(PathBuf),
    /// Files and folders dropped on the window, or pasted: the workspace in front decides what they mean.
    Dropped(Vec<PathBuf>),
    /// Do what was asked for although it loses labels that can't be written.
    LeaveAnyway,
    /// Open the lessons at this page.
    ShowLesson(LessonPage),
    /// Ask a job to stop.
    CancelJob(JobId),
    /// Forget a recent data set (the folder itself stays).
    ForgetRecent(PathBuf),
    /// Fetching.
    Fetch(FetchCommand),
    /// Data workspace.
    Data(DataCommand),
    /// Health of the data set.
    Health(HealthCommand),
    /// Export, and labels from a table.
    Transfer(TransferCommand),
    /// Drawing splits anew.
    Split(SplitCommand),
    /// Labelling.
    Label(LabelCommand),
    /// Augment workspace.
    Augment(AugmentCommand),
    /// Train workspace.
    Train(TrainCommand),
    /// Results workspace.
    Results(ResultsCommand),
    /// Predict workspace.
    Predict(PredictCommand),
}

/// What panels asked for in this frame, in order.
#[derive(Debug, Default)]
pub struct Commands(Vec<Command>);

impl Commands {
    /// Asks for something.
    pub fn push(&mut self, command: Command) {
        self.0.push(command);
    }

    /// Asks for a command of the table.
    pub fn ui(&mut self, command: UiCommand) {
        self.0.push(Command::Ui(command));
    }

    /// Takes out all that was asked for.
    pub fn take(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.0)
    }
}
