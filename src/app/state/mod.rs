//! What the window shows: plain data that panels draw and change, and that commands and jobs' messages are folded into.
//!
//! Must not know: Candle, files, threads, channels.

mod augment;
mod data;
mod enlarge;
mod fault;
mod fetch;
mod folder_choice;
mod health;
mod jobs;
mod labels;
mod lessons;
mod letters;
mod looking;
mod notices;
mod pictures;
mod predict;
mod project;
mod results;
mod settings;
mod sort;
mod split;
mod suggestions;
mod train;
mod transfer;

use crate::lang::{Language, t};

pub use augment::*;
pub use data::*;
pub use enlarge::*;
pub use fault::Fault;
pub use fetch::{FetchKind, FetchOffer, FetchState};
pub use folder_choice::FolderChoice;
pub use health::{HealthCheck, HealthState};
pub use jobs::{JobId, JobLine};
pub use labels::{ClassNaming, LabelFilter, LabelSaving, LabelView, Leaving, LeavingFor};
pub use lessons::*;
pub use letters::{ClassLetters, class_of_key, key_of, refuse_letter};
pub use looking::{LargeView, part_in_view};
pub use notices::{Notice, NoticeCard, NoticeLevel, NoticesView};
pub use pictures::{Part, Picture, PictureKey, Pictures};
pub(in crate::app) use pictures::{PictureEntry, step_up};
pub use predict::*;
pub use project::{FileFacts, Project};
pub use results::*;
pub use settings::{LanguageChoice, Recent, Settings, ThemeChoice};
pub use sort::{SortOutcome, SortState};
pub use split::{PlannedSplit, SplitQuestion, SplitState};
pub use suggestions::{PredictionFilter, Suggestion, Suggestions};
pub use train::*;
pub use transfer::{ExportOutcome, ExportState, ImportedInto, Incoming, LabelsPreview, TransferState};

// What a panel draws of it; panels do not know the room that reads it.
pub use crate::imaging::ExifFacts;

/// One of the five workspaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Workspace {
    /// Browse and label.
    #[default]
    Data,
    /// See what augmentation does.
    Augment,
    /// Train and watch.
    Train,
    /// Look through every prediction.
    Results,
    /// Classify new pictures.
    Predict,
}

impl Workspace {
    /// In the order of the tabs and of Ctrl+1…5.
    pub const ALL: [Self; 5] = [Self::Data, Self::Augment, Self::Train, Self::Results, Self::Predict];

    /// The tab's name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Data => t!("Data"),
            Self::Augment => t!("Augment"),
            Self::Train => t!("Train"),
            Self::Results => t!("Results"),
            Self::Predict => t!("Predict"),
        }
    }
}

/// The command palette.
#[derive(Clone, Debug, Default)]
pub struct PaletteState {
    /// Whether it is shown.
    pub open: bool,
    /// What is typed.
    pub query: String,
    /// Which of the matches is marked.
    pub selected: usize,
}

/// Everything that the window shows.
#[derive(Default)]
pub struct State {
    /// The workspace in front.
    pub workspace: Workspace,
    /// The data set that is open.
    pub project: Option<Project>,
    /// Files scanned so far while a folder is being opened, and its name.
    pub opening: Option<(String, usize)>,
    /// Data workspace.
    pub data: DataState,
    /// Export, and labels from a table.
    pub transfer: TransferState,
    /// Drawing splits anew.
    pub split: SplitState,
    /// Augment workspace.
    pub augment: AugmentState,
    /// Train workspace, and the run that is under way.
    pub train: TrainState,
    /// Results workspace.
    pub results: ResultsState,
    /// Predict workspace.
    pub predict: PredictState,
    /// What can be fetched, and what is being fetched.
    pub fetch: FetchState,
    /// What is kept between starts.
    pub settings: Settings,
    /// Decoded pictures as textures.
    pub pictures: Pictures,
    /// The job that draws the sample, while it runs.
    pub sample_job: Option<JobId>,
    /// Jobs that run now.
    pub jobs: Vec<JobLine>,
    /// The last notices, newest last.
    pub notices: Vec<Notice>,
    /// Which of them are in the corner, and their list.
    pub notices_view: NoticesView,
    /// The lessons.
    pub lessons: LessonsState,
    /// Command palette.
    pub palette: PaletteState,
    /// Whether the list of keyboard shortcuts is shown.
    pub shortcuts_open: bool,
    /// The step of the tour that is shown.
    pub tour: Option<usize>,
    /// Whether the settings are shown.
    pub settings_open: bool,
    /// Asked for, while labels can't be written: to be confirmed, or they are lost.
    pub leaving: Option<Leaving>,
    /// Whether the list of what was passed over while scanning is shown.
    pub issues_open: bool,
    /// The language of the system, or of `--lang`. English until it is set: tests do not depend on the machine.
    pub system_language: Language,
    /// `CPU · 2 threads`, for the top bar.
    pub device_label: String,
    /// Files are held over the window.
    pub files_hovering: bool,
}

impl State {
    /// The language that the window speaks.
    pub fn language(&self) -> Language {
        self.settings.language.or(self.system_language)
    }

    /// The run of the open data set that is under way: Train shows what it was started with, which can't be changed.
    pub fn locked_run(&self) -> Option<&RunView> {
        let root = &self.project.as_ref()?.dataset.root;
        self.train
            .run
            .as_ref()
            .filter(|run| run.phase.is_running() && run.phase != RunPhase::Stopping && run.dataset_root == *root)
    }
}
