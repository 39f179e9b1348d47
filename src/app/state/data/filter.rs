//! Which pictures are shown, and in which order, as a person says it.

use crate::app::state::labels::LabelFilter;
use crate::app::state::suggestions::PredictionFilter;
use crate::dataset::Split;
use crate::health::FindingKind;
use crate::lang::t;

/// Which classes are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ClassFilter {
    /// All pictures.
    #[default]
    Any,
    /// Those without a class.
    Unlabelled,
    /// Those of one class.
    Class(usize),
}

impl ClassFilter {
    /// Whether a picture of this class is shown.
    pub fn admits(self, class: Option<usize>) -> bool {
        match self {
            Self::Any => true,
            Self::Unlabelled => class.is_none(),
            Self::Class(wanted) => class == Some(wanted),
        }
    }
}

/// Which pictures are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataFilter {
    /// Words that must all be in a picture's path relative to the data set; case does not matter.
    pub text: String,
    /// One split only.
    pub split: Option<Split>,
    /// One class only.
    pub class: ClassFilter,
    /// By what a person said of them.
    pub labels: LabelFilter,
    /// By what the model says of them.
    pub prediction: PredictionFilter,
    /// Only pictures whose header can't be read.
    pub unreadable_only: bool,
    /// Only pictures with which something is wrong.
    pub health: Option<FindingKind>,
}

impl DataFilter {
    /// The classes are others, or in another order: classes that are meant go on being meant. `now` says where the class is that
    /// was at a place; a filter by one that is no more is lifted.
    pub fn follow_classes(&mut self, now: impl Fn(usize) -> Option<usize>) {
        if let ClassFilter::Class(class) = self.class {
            self.class = now(class).map_or(ClassFilter::Any, ClassFilter::Class);
        }
        if let PredictionFilter::Class(class) = self.prediction {
            self.prediction = now(class).map_or(PredictionFilter::Any, PredictionFilter::Class);
        }
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && Self { text: String::new(), ..self.clone() } == Self::default()
    }
}

/// In which order pictures are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SortBy {
    /// As in the folders: split, class, name.
    #[default]
    Folder,
    /// File name, numbers in it by value.
    Name,
    /// Bytes of the file.
    FileSize,
    /// When the picture was taken where the camera noted it and Health has read it, else when the file was last changed. Files
    /// that were not looked at yet come last.
    Date,
    /// Width times height. Pictures whose header is not read yet, or can't be, come last.
    Pixels,
    /// How sure the model is, the least sure first. Pictures of which it says nothing come last.
    Confidence,
    /// By how much surer the model is of another class than of the label, the likeliest mistakes first.
    Doubt,
    /// The class that the model takes them for, the surest first.
    Predicted,
}

impl SortBy {
    /// All orders, as they are offered.
    pub const ALL: [Self; 8] = [
        Self::Folder,
        Self::Name,
        Self::Date,
        Self::FileSize,
        Self::Pixels,
        Self::Confidence,
        Self::Doubt,
        Self::Predicted,
    ];

    /// Whether it needs what a model says.
    pub fn needs_model(self) -> bool {
        matches!(self, Self::Confidence | Self::Doubt | Self::Predicted)
    }

    /// Its name in the list.
    pub fn title(self) -> &'static str {
        match self {
            Self::Folder => t!("Folder"),
            Self::Name => t!("Name"),
            Self::Date => t!("Date"),
            Self::FileSize => t!("File size"),
            Self::Pixels => t!("Dimensions"),
            Self::Confidence => t!("Least sure"),
            Self::Doubt => t!("Likely mislabelled"),
            Self::Predicted => t!("Predicted class"),
        }
    }
}
