//! State of the Augment workspace: the pipeline being made, the batch it is tried on, what was measured about it.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{ColorImage, TextureHandle};

use super::EnlargeState;
use crate::augment::{BatchMix, Pipeline, Step, Trace};
use crate::dataset::ItemId;

/// How many tiles can be shown.
pub const TILE_COUNTS: [usize; 7] = [1, 2, 4, 9, 16, 36, 64];

/// Stands for the card of mixing among [`AugmentState::examples`]; those of steps count from 1.
pub const MIX_CARD: u64 = 0;

/// What is kept of a step beside the step itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepView {
    /// Names the step's card for as long as it exists, wherever it is moved.
    pub id: u64,
    /// Whether its settings are shown.
    pub open: bool,
}

/// What was mixed into a tile's picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixed {
    /// The other picture.
    pub item: ItemId,
    /// Share of the tile's own picture, 0 to 1.
    pub own_share: f32,
}

/// A picture in a tile: it stays until the next one is there.
#[derive(Clone)]
pub struct ShownTile {
    /// Which picture.
    pub item: ItemId,
    /// What was mixed into it.
    pub mixed: Option<Mixed>,
    /// Which request it answers; later ones have higher numbers.
    pub generation: u64,
    /// What became of it.
    pub content: TileContent,
}

/// What became of a tile's picture.
#[derive(Clone)]
pub enum TileContent {
    /// It is there.
    Ready {
        /// The augmented picture on the screen; set as soon as it is uploaded.
        texture: Option<TextureHandle>,
        /// The same, to be compared.
        pixels: Arc<ColorImage>,
        /// What was kept of the original and which numbers were drawn.
        trace: Box<Trace>,
    },
    /// The file can't be read: one sentence.
    Failed(String),
}

/// One place in the grid.
#[derive(Clone)]
pub struct AugmentTile {
    /// The picture that belongs here.
    pub item: ItemId,
    /// The picture that is shown, which may still be the one before.
    pub shown: Option<ShownTile>,
}

/// A small picture with a line under it.
#[derive(Clone)]
pub struct Frame {
    /// `Random resized crop`.
    pub title: String,
    /// What was drawn: `area 0.4`, one a line; may be empty.
    pub details: Vec<(&'static str, String)>,
    /// The picture.
    pub texture: TextureHandle,
}

/// The marked tile's picture after each step.
#[derive(Clone)]
pub struct Strip {
    /// Which picture.
    pub item: ItemId,
    /// After each step that was applied, in order.
    pub frames: Vec<Frame>,
}

/// What one step does by itself: a picture without and with it.
#[derive(Clone)]
pub struct Example {
    /// Without.
    pub before: TextureHandle,
    /// Up to three draws of the step alone.
    pub after: Vec<TextureHandle>,
}

/// What a pipeline keeps of pictures, measured by drawing from it many times.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    /// Cells of the heat map from left to right.
    pub columns: usize,
    /// Cells of the heat map from top to bottom.
    pub rows: usize,
    /// For each cell, row by row: in which share of the draws it was kept, 0 to 1.
    pub kept: Vec<f32>,
    /// Draws.
    pub samples: usize,
    /// Share of the draws that keep less than a tenth of the picture.
    pub under_tenth: f32,
    /// Share of the draws that do not keep the middle of the picture.
    pub misses_middle: f32,
    /// Area kept as a share of the picture: the draw in the middle when all are sorted.
    pub median_share: f32,
    /// Nine of ten draws keep between these shares.
    pub usual_shares: (f32, f32),
    /// Share of the result that is filled border rather than picture, on average.
    pub filled: f32,
    /// The augmentation factor: different pictures that training can see of one; `None`: without end.
    pub versions: Option<u64>,
    /// Width divided by height of the usual picture.
    pub aspect: f32,
}

/// State of the Augment workspace.
pub struct AugmentState {
    /// The pipeline; training uses it.
    pub pipeline: Pipeline,
    /// One for each step of the pipeline.
    pub views: Vec<StepView>,
    /// Name of the preset or file that the pipeline comes from.
    pub origin: String,
    /// The pipeline as it was there.
    pub origin_pipeline: Pipeline,
    /// How batches are mixed, also while they are not: what the switch brings back.
    pub mix: BatchMix,
    /// Tiles to be shown.
    pub tile_count: usize,
    /// Which epoch's batches are shown, counted from 1.
    pub epoch: usize,
    /// 0: the numbers that training will draw; else so many rerolls away from them.
    pub reroll: u64,
    /// Every tile beside its original.
    pub originals: bool,
    /// Side of a tile on the screen in pixels, as last drawn.
    pub tile_pixels: f32,
    /// The tiles.
    pub tiles: Vec<AugmentTile>,
    /// The marked tile.
    pub selected: usize,
    /// The marked tile, step by step.
    pub strip: Option<Strip>,
    /// What opened cards show, by [`StepView::id`]; that of mixing by [`MIX_CARD`].
    pub examples: HashMap<u64, Example>,
    /// What the pipeline keeps of pictures.
    pub coverage: Option<Coverage>,
    /// `coverage` is still that of the pipeline before the last change.
    pub coverage_is_stale: bool,
    /// The heat map of it: white, as opaque as a place is often kept.
    pub heat: Option<TextureHandle>,
    /// Training pictures in an epoch.
    pub pictures_in_epoch: usize,
    /// Number of the newest request.
    pub generation: u64,
    /// Milliseconds from the last change until every tile had its new picture.
    pub refresh_ms: Option<f32>,
    /// The dialog for offline augmentation.
    pub enlarge: EnlargeState,
    /// The edited pipeline that another one took the place of: its name, what it was made from, itself.
    pub edited: Option<(String, Pipeline, Pipeline)>,
    next_view: u64,
}

impl Default for AugmentState {
    fn default() -> Self {
        let mut state = Self {
            pipeline: Pipeline::default(),
            views: Vec::new(),
            origin: "recipe".to_owned(),
            origin_pipeline: Pipeline::default(),
            mix: BatchMix::default(),
            tile_count: 16,
            epoch: 1,
            reroll: 0,
            originals: false,
            tile_pixels: 224.0,
            tiles: Vec::new(),
            selected: 0,
            strip: None,
            examples: HashMap::new(),
            coverage: None,
            coverage_is_stale: true,
            heat: None,
            pictures_in_epoch: 0,
            generation: 0,
            refresh_ms: None,
            enlarge: EnlargeState::default(),
            edited: None,
            next_view: 0,
        };
        state.renew_views();
        state
    }
}

impl AugmentState {
    /// Takes another pipeline, which is called `origin`.
    pub fn load(&mut self, origin: impl Into<String>, pipeline: Pipeline) {
        self.origin = origin.into();
        self.origin_pipeline = pipeline.clone();
        self.pipeline = pipeline;
        self.renew_views();
    }

    /// Keeps an edited pipeline for [`Self::back_to_edited`]: another one is about to take its place.
    pub fn remember_edited(&mut self) {
        if self.is_edited() {
            self.edited = Some((self.origin.clone(), self.origin_pipeline.clone(), self.pipeline.clone()));
        }
    }

    /// Takes the edited pipeline back that another one took the place of.
    pub fn back_to_edited(&mut self) {
        if let Some((origin, origin_pipeline, pipeline)) = self.edited.take() {
            (self.origin, self.origin_pipeline, self.pipeline) = (origin, origin_pipeline, pipeline);
            self.renew_views();
        }
    }

    /// Takes another pipeline and keeps what is open where the steps are the same.
    pub fn restore_origin(&mut self) {
        self.remember_edited();
        self.pipeline = self.origin_pipeline.clone();
        self.renew_views();
    }

    /// Whether the pipeline differs from the preset or file that it comes from.
    pub fn is_edited(&self) -> bool {
        self.pipeline != self.origin_pipeline
    }

    /// Adds a step at the end, opened.
    pub fn add_step(&mut self, step: Step) {
        for view in &mut self.views {
            view.open = false;
        }
        self.pipeline.steps.push(step);
        let id = self.new_view_id();
        self.views.push(StepView { id, open: true });
    }

    /// Takes a step out.
    pub fn remove_step(&mut self, index: usize) {
        if index < self.pipeline.steps.len() && index < self.views.len() {
            self.pipeline.steps.remove(index);
            let view = self.views.remove(index);
            self.examples.remove(&view.id);
        }
    }

    /// Moves a step so that it stands at `to` afterwards.
    pub fn move_step(&mut self, from: usize, to: usize) {
        let count = self.pipeline.steps.len().min(self.views.len());
        if from < count && to < count && from != to {
            let step = self.pipeline.steps.remove(from);
            self.pipeline.steps.insert(to, step);
            let view = self.views.remove(from);
            self.views.insert(to, view);
        }
    }

    /// Whether every tile shows what was last asked for.
    pub fn tiles_settled(&self) -> bool {
        self.tiles.iter().all(|tile| {
            tile.shown.as_ref().is_some_and(|shown| shown.generation == self.generation && shown.item == tile.item)
        })
    }

    /// Forgets everything that belongs to a data set; the pipeline stays.
    pub fn forget_pictures(&mut self) {
        self.tiles.clear();
        self.edited = None;
        self.strip = None;
        self.examples.clear();
        self.coverage = None;
        self.heat = None;
        self.pictures_in_epoch = 0;
        self.selected = 0;
        self.epoch = 1;
        self.reroll = 0;
        self.enlarge.forget_data();
    }

    fn renew_views(&mut self) {
        // Mixing has the same card in every pipeline.
        self.examples.retain(|card, _| *card == MIX_CARD);
        self.views.clear();
        for _ in 0..self.pipeline.steps.len() {
            let id = self.new_view_id();
            self.views.push(StepView { id, open: false });
        }
    }

    fn new_view_id(&mut self) -> u64 {
        self.next_view += 1;
        self.next_view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_pipeline_comes_back_after_a_look_at_another() {
        let mut state = AugmentState::default();
        state.pipeline.steps[0].probability = 0.25;
        let edited = state.pipeline.clone();
        for leaves in [|state: &mut AugmentState| state.load("none", Pipeline::default()), AugmentState::restore_origin]
        {
            state.remember_edited();
            leaves(&mut state);
            assert!(!state.is_edited());
            state.back_to_edited();
            assert_eq!((&state.pipeline, state.is_edited(), &state.edited), (&edited, true, &None));
            assert_eq!((state.origin.as_str(), state.views.len()), ("recipe", edited.steps.len()));
        }
    }

    #[test]
    fn a_card_keeps_its_name_wherever_its_step_is_moved() {
        let mut state = AugmentState::default();
        let ids = |state: &AugmentState| state.views.iter().map(|view| view.id).collect::<Vec<_>>();
        let names = |state: &AugmentState| state.pipeline.steps.iter().map(|s| s.transform.name()).collect::<Vec<_>>();
        let (before, first_names) = (ids(&state), names(&state));
        assert!(before.len() >= 2 && !state.is_edited());
        state.move_step(0, 1);
        assert_eq!((ids(&state)[1], names(&state)[1]), (before[0], first_names[0]));
        assert!(state.is_edited());
        state.move_step(1, 0);
        assert_eq!((ids(&state), names(&state)), (before.clone(), first_names));
        state.remove_step(0);
        assert_eq!(ids(&state), before[1..]);
        state.move_step(0, 9);
        state.remove_step(9);
        assert_eq!(ids(&state), before[1..]);
        state.restore_origin();
        assert!(!state.is_edited() && state.views.len() == state.pipeline.steps.len());
    }
}
