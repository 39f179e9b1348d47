//! State of the lessons: what is tried out on which picture, and what came of it.

use std::sync::Arc;

use egui::TextureHandle;

use super::Project;
use crate::augment::Trace;
use crate::dataset::{Item, ItemId};
use crate::lang::t;
use crate::lessons::{Convolution, Plane, Pooling};

/// Drawn pictures to choose from while no data set is open.
pub const DRAWN_PICTURES: u64 = 12;
/// Versions of the picture that the lesson on augmentation shows: one for each of the first epochs.
pub const LESSON_VARIANTS: usize = 8;
/// Pixels by which the lesson on pooling moves its picture at most.
pub const MOST_SHIFT: usize = 8;

/// One of the lessons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum LessonPage {
    /// What a convolution does.
    #[default]
    Convolution,
    /// What pooling keeps.
    Pooling,
    /// What augmentation changes.
    Augmentation,
}

impl LessonPage {
    /// In the order of a network, and of the tabs.
    pub const ALL: [Self; 3] = [Self::Convolution, Self::Pooling, Self::Augmentation];

    /// The tab's name.
    pub fn title(self) -> &'static str {
        match self {
            Self::Convolution => t!("Convolution"),
            Self::Pooling => t!("Pooling"),
            Self::Augmentation => t!("Augmentation"),
        }
    }
}

/// Which picture is tried out on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LessonSource {
    /// One of the data set that is open.
    Item(ItemId),
    /// One that is drawn for want of a data set: an ant (even numbers) or a bee, below [`DRAWN_PICTURES`].
    Drawn(u64),
}

/// The picture, as far as it is there.
#[derive(Clone, Default)]
pub enum LessonPicture {
    /// It is being read.
    #[default]
    Loading,
    /// It is there.
    Ready(LessonOriginal),
    /// It can't be read: one sentence.
    Failed(String),
}

/// A picture that is there.
#[derive(Clone)]
pub struct LessonOriginal {
    /// Another one for each picture that was read.
    pub serial: u64,
    /// Its brightness, the longer side at most 112 pixels: half of what networks see.
    pub plane: Arc<Plane>,
    /// The same on the screen.
    pub grey: TextureHandle,
    /// In colour, as it is shown beside its variants.
    pub colour: TextureHandle,
}

/// Numbers with a picture of them.
#[derive(Clone)]
pub struct ShownPlane {
    /// The numbers.
    pub plane: Arc<Plane>,
    /// The picture; none of numbers that are not there.
    pub texture: Option<TextureHandle>,
    /// The number that is shown white.
    pub white: f32,
    /// Whether some are below 0, which are blue.
    pub has_negative: bool,
}

/// The lesson on convolutions.
#[derive(Clone, Default)]
pub struct ConvolutionLesson {
    /// What is done.
    pub settings: Convolution,
    /// The place of the result whose arithmetic is shown: column, row.
    pub marker: [usize; 2],
    /// What came of it.
    pub result: Option<ShownPlane>,
}

/// The lesson on pooling.
#[derive(Clone)]
pub struct PoolingLesson {
    /// What is done.
    pub settings: Pooling,
    /// Done to upright edges after ReLU rather than to the photograph.
    pub on_edges: bool,
    /// How far the picture is moved to the right, in pixels.
    pub shift: usize,
    /// The place of the result whose window is shown: column, row.
    pub marker: [usize; 2],
    /// What is pooled.
    pub before: Option<ShownPlane>,
    /// What came of it.
    pub after: Option<ShownPlane>,
    /// How far the moved picture is from the one that was not, before and after pooling, 0 to 1.
    pub differences: Option<(f32, f32)>,
}

impl Default for PoolingLesson {
    fn default() -> Self {
        Self {
            settings: Pooling::default(),
            on_edges: true,
            shift: 1,
            marker: [0, 0],
            before: None,
            after: None,
            differences: None,
        }
    }
}

/// A random version of the picture.
#[derive(Clone)]
pub struct LessonVariant {
    /// On the screen.
    pub texture: TextureHandle,
    /// What was kept of the original and which numbers were drawn.
    pub trace: Box<Trace>,
}

/// The lesson on augmentation.
#[derive(Clone, Default)]
pub struct AugmentationLesson {
    /// Name of the preset; none: the pipeline of the Augment workspace.
    pub preset: Option<&'static str>,
    /// 0: the numbers that training will draw; else so many rerolls away from them.
    pub reroll: u64,
    /// The variant whose crop is outlined in the original.
    pub marked: usize,
    /// The picture in the first epochs; those shown before stay until they are there.
    pub variants: Vec<LessonVariant>,
}

/// The lessons.
#[derive(Clone, Default)]
pub struct LessonsState {
    /// Whether they are shown.
    pub open: bool,
    /// The one in front.
    pub page: LessonPage,
    /// Which picture is tried out on; chosen when they are opened.
    pub source: Option<LessonSource>,
    /// The picture.
    pub picture: LessonPicture,
    /// What a convolution does.
    pub convolution: ConvolutionLesson,
    /// What pooling keeps.
    pub pooling: PoolingLesson,
    /// What augmentation changes.
    pub augmentation: AugmentationLesson,
}

impl LessonsState {
    /// The picture of the data set that is tried out on.
    pub fn item<'a>(&self, project: Option<&'a Project>) -> Option<&'a Item> {
        match self.source? {
            LessonSource::Item(id) => project?.item(id),
            LessonSource::Drawn(_) => None,
        }
    }

    /// Takes the picture that is `by` places further on; after the last comes the first.
    pub fn step(&mut self, by: isize, project: Option<&Project>) {
        let around = |at: usize, count: usize| (at as isize + by).rem_euclid(count.max(1) as isize) as usize;
        self.source = match (self.source, project) {
            (Some(LessonSource::Item(id)), Some(project)) => {
                let at = project.index_of.get(&id).copied().unwrap_or(0);
                let items = &project.dataset.items;
                items.get(around(at, items.len())).map(|item| LessonSource::Item(item.id))
            }
            (Some(LessonSource::Drawn(number)), _) => {
                Some(LessonSource::Drawn(around(number as usize, DRAWN_PICTURES as usize) as u64))
            }
            (source, _) => source,
        };
    }

    /// Forgets what was made of a picture; what was set stays.
    pub fn forget_picture(&mut self) {
        self.picture = LessonPicture::Loading;
        self.convolution.result = None;
        (self.pooling.before, self.pooling.after, self.pooling.differences) = (None, None, None);
        self.augmentation.variants.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawn_pictures_go_round() {
        let mut lessons = LessonsState { source: Some(LessonSource::Drawn(0)), ..LessonsState::default() };
        lessons.step(-1, None);
        assert_eq!(lessons.source, Some(LessonSource::Drawn(DRAWN_PICTURES - 1)));
        lessons.step(2, None);
        assert_eq!(lessons.source, Some(LessonSource::Drawn(1)));
    }
}
