//! Carries out what the Augment workspace asks for: keeps training's settings and the pipeline the same, and has the tiles,
//! the strip, the examples and the measurements made in the background.

mod coverage;
mod enlarge;
mod finished;
mod originals;
mod renderer;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rand::Rng;
use rand::seq::SliceRandom;

use super::command::AugmentCommand;
use super::imago_app::Cx;
use super::jobs::Message;
use super::state::{AugmentState, AugmentTile, FileFacts, JobId, NoticeLevel, Project, Workspace};
use crate::augment::{MixPlan, Pipeline};
use crate::base::{rng_for, stable_hash, write_atomically};
use crate::dataset::{Dataset, ItemId, Split};
use crate::imaging::Preprocess;
use crate::lang::{self, t};
use crate::train::AugmentChoice;
pub(super) use originals::reduced;
use renderer::{Plan, Renderer, Source, Task};

/// Shapes of training pictures that the measurements look at, at most.
const SHAPES: usize = 200;
/// Bytes of a pipeline file at most: what is larger is something else.
const FILE_BYTES: u64 = 1 << 20;

/// What its jobs report.
pub enum AugmentMessage {
    /// A pipeline file was read, or can't be.
    Opened(PathBuf, Result<Pipeline, String>),
    /// The pipeline was written, or could not be.
    Saved(PathBuf, Pipeline, Result<(), String>),
    /// A data set was enlarged, or was not.
    Enlarged(JobId, PathBuf, enlarge::Outcome),
}

/// Everything that decides the tiles.
#[derive(Clone)]
struct Wanted {
    dataset: Arc<Dataset>,
    /// All headers are read, so that the shapes of the pictures are known.
    shapes_known: bool,
    seed: u64,
    epoch: usize,
    reroll: u64,
    tile_count: usize,
    shown: u32,
    /// Pictures in a batch, where batches are mixed.
    mixed_by: Option<usize>,
    pipeline: Pipeline,
}

impl Wanted {
    /// The same pictures in the same places.
    fn same_pictures(&self, other: &Self) -> bool {
        let numbers = |wanted: &Self| (wanted.seed, wanted.epoch, wanted.tile_count);
        Arc::ptr_eq(&self.dataset, &other.dataset) && numbers(self) == numbers(other)
    }

    /// The same pipeline on pictures of the same shapes.
    fn same_measurements(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.dataset, &other.dataset)
            && self.shapes_known == other.shapes_known
            && self.pipeline == other.pipeline
    }
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        self.same_pictures(other)
            && self.same_measurements(other)
            && (self.reroll, self.shown, self.mixed_by) == (other.reroll, other.shown, other.mixed_by)
    }
}

/// What this workspace keeps that is not state to be drawn.
#[derive(Default)]
pub(super) struct Service {
    /// Started when the workspace is first shown.
    renderer: Option<Renderer>,
    /// The choice that was last written to, or taken from, the settings of the next run, and its pipeline.
    agreed: Option<(AugmentChoice, Pipeline)>,
    root: Option<PathBuf>,
    wanted: Option<Wanted>,
    /// All training pictures in the order of the epoch shown.
    order: Vec<ItemId>,
    /// The marked picture and the opened cards that were last asked for.
    wanted_extras: (Option<ItemId>, Vec<u64>),
    asked_at: Option<Instant>,
    /// The request with which the pipeline, or what is known of the pictures' shapes, last changed.
    pipeline_since: u64,
    /// Done for which `pipeline_since`.
    measured: Option<u64>,
    /// Done for which request and picture.
    strip_of: Option<(u64, ItemId)>,
    /// Done for which `pipeline_since` and picture, by card.
    examples_of: HashMap<u64, (u64, ItemId)>,
}

/// Carries out a command.
pub(super) fn handle(command: AugmentCommand, cx: &mut Cx<'_>) {
    match command {
        AugmentCommand::Reroll => cx.state.augment.reroll = cx.state.augment.reroll.wrapping_add(1).max(1),
        AugmentCommand::AsTrained => cx.state.augment.reroll = 0,
        AugmentCommand::Changed => {}
        AugmentCommand::UsePreset(name) => {
            if let Some(pipeline) = Pipeline::preset(&name) {
                cx.state.augment.load(name, pipeline);
            }
        }
        AugmentCommand::ChooseFileToOpen => super::native::choose_pipeline_to_open(cx),
        AugmentCommand::ChooseFileToSave => {
            let name = format!("{}.toml", cx.state.augment.origin);
            super::native::choose_pipeline_to_save(&name, cx);
        }
        AugmentCommand::Open(path) => {
            cx.services.jobs.spawn("pipeline", "", move |job| {
                let outcome = read_pipeline(&path);
                job.send(Message::Augment(AugmentMessage::Opened(path, outcome)));
            });
        }
        AugmentCommand::ShowEnlarge => enlarge::show(cx),
        AugmentCommand::ChooseEnlargeFolder => super::native::choose_enlarge_folder(cx),
        AugmentCommand::EnlargeInto(path) => {
            let enlarge = &mut cx.state.augment.enlarge;
            enlarge.folder.set(path);
            enlarge.outcome = None;
        }
        AugmentCommand::Enlarge => enlarge::start(cx),
        AugmentCommand::Save(path) => {
            let pipeline = cx.state.augment.pipeline.clone();
            cx.services.jobs.spawn("pipeline", "", move |job| {
                let text = pipeline.to_toml();
                let outcome = write_atomically(&path, |out| out.write_all(text.as_bytes())).map_err(|error| {
                    t!(
                        "The pipeline could not be saved as {path}: {error}.",
                        path = path.display(),
                        error = lang::said(&error)
                    )
                });
                job.send(Message::Augment(AugmentMessage::Saved(path, pipeline, outcome)));
            });
        }
    }
    synchronise(cx);
}

/// Folds in what a job reports.
pub(super) fn receive(message: AugmentMessage, cx: &mut Cx<'_>) {
    match message {
        AugmentMessage::Opened(path, Ok(pipeline)) => {
            cx.state.augment.load(stem(&path), pipeline);
            synchronise(cx);
        }
        AugmentMessage::Saved(path, pipeline, Ok(())) => {
            let text = t!("The pipeline is saved as {path}.", path = path.display());
            cx.state.notify(NoticeLevel::Success, text);
            cx.state.augment.origin = stem(&path);
            cx.state.augment.origin_pipeline = pipeline;
        }
        AugmentMessage::Enlarged(job, folder, outcome) => enlarge::ended(job, folder, outcome, cx),
        AugmentMessage::Opened(_, Err(reason)) | AugmentMessage::Saved(_, _, Err(reason)) => {
            cx.state.notify(NoticeLevel::Error, reason);
        }
    }
}

/// Another data set is open, or none any more.
pub(super) fn project_changed(cx: &mut Cx<'_>) {
    let root = cx.state.project.as_ref().map(|project| project.dataset.root.clone());
    let service = &mut cx.services.augment;
    if let Some(renderer) = &service.renderer {
        renderer.forget();
    }
    if root != service.root {
        cx.state.augment.forget_pictures();
        service.root = root;
    }
    service.wanted = None;
}

/// Once a frame, before drawing.
pub(super) fn tick(cx: &mut Cx<'_>) {
    finished::take_finished(cx);
    enlarge::tick(cx);
    synchronise(cx);
}

/// Keeps training's settings and the pipeline the same, and asks for whatever is not shown as it should be.
fn synchronise(cx: &mut Cx<'_>) {
    agree_with_training(cx);
    if cx.state.workspace != Workspace::Augment {
        return;
    }
    let Some(project) = &cx.state.project else { return };
    let state = &mut cx.state.augment;
    let service = &mut cx.services.augment;
    state.epoch = state.epoch.max(1);
    let wanted = Wanted {
        dataset: project.for_training(),
        shapes_known: project.facts.len() >= project.dataset.items.len(),
        seed: cx.state.train.config.seed,
        epoch: state.epoch,
        reroll: state.reroll,
        tile_count: state.tile_count,
        shown: side_to_make(state.tile_pixels),
        mixed_by: state.pipeline.batch.map(|_| cx.state.train.config.batch_size.max(1)),
        pipeline: state.pipeline.clone(),
    };
    let before = service.wanted.take();
    let is_new = before.as_ref() != Some(&wanted);
    if is_new {
        state.generation += 1;
        service.asked_at = Some(Instant::now());
        if before.as_ref().is_none_or(|before| !before.same_pictures(&wanted)) {
            service.order = lay_out(state, &wanted);
        }
        if before.as_ref().is_none_or(|before| !before.same_measurements(&wanted)) {
            service.pipeline_since = state.generation;
        }
    }
    let marked = state.tiles.get(state.selected).map(|tile| tile.item);
    let open: Vec<u64> = state.views.iter().filter(|view| view.open).map(|view| view.id).collect();
    let extras = (marked, open);
    if is_new || extras != service.wanted_extras {
        service.wanted_extras = extras;
        if !state.tiles.is_empty() {
            let wake = cx.services.jobs.wake();
            let (plan, tasks) = to_do(project, state, service, &wanted);
            service.renderer.get_or_insert_with(|| Renderer::start(&wake)).ask(plan, tasks);
        }
    }
    state.coverage_is_stale = service.measured != Some(service.pipeline_since);
    service.wanted = Some(wanted);
}

/// Everything that is not yet as `wanted`: tiles first, the one that was shown longest before the others.
fn to_do(project: &Project, state: &AugmentState, service: &Service, wanted: &Wanted) -> (Plan, Vec<Task>) {
    let generation = state.generation;
    let source_of = |id: ItemId| project.item(id).map(|item| Source { item: id, path: project.dataset.path_of(item) });
    let mut stale: Vec<(u64, usize, ItemId)> = (0..)
        .zip(&state.tiles)
        .map(|(slot, tile)| (tile.shown.as_ref().map_or(0, |shown| shown.generation), slot, tile.item))
        .filter(|(shown, ..)| *shown < generation)
        .collect();
    stale.sort_unstable_by_key(|(shown, slot, _)| (*shown, *slot));
    let mut tasks: Vec<Task> = stale
        .into_iter()
        .filter_map(|(_, slot, item)| {
            let partner =
                mixed_with(&service.order, slot, wanted).and_then(|(item, mix)| Some((source_of(item)?, mix)));
            Some(Task::Tile { slot, source: source_of(item)?, partner })
        })
        .collect();
    if let Some(source) = service.wanted_extras.0.and_then(source_of) {
        let of = (service.pipeline_since, source.item);
        for (view, step) in state.views.iter().zip(&state.pipeline.steps) {
            if view.open && service.examples_of.get(&view.id) != Some(&of) {
                tasks.push(Task::Example { card: view.id, step: step.clone(), source: source.clone() });
            }
        }
        if service.strip_of != Some((generation, source.item)) {
            tasks.push(Task::Strip { source });
        }
    }
    if service.measured != Some(service.pipeline_since) {
        tasks.push(Task::Coverage { shapes: shapes_of(project).into() });
    }
    let plan = Plan {
        generation,
        pipeline: wanted.pipeline.clone(),
        seed: drawing_seed(wanted.seed, wanted.reroll),
        epoch: wanted.epoch,
        size: Preprocess::default().crop,
        shown: wanted.shown,
    };
    (plan, tasks)
}

/// Puts the first pictures of the epoch into the tiles. What the places show stays until the new pictures are there. Gives
/// the order of all.
fn lay_out(state: &mut AugmentState, wanted: &Wanted) -> Vec<ItemId> {
    let order = epoch_order(&wanted.dataset, wanted.seed, wanted.epoch);
    state.pictures_in_epoch = order.len();
    let mut shown: Vec<_> = state.tiles.drain(..).map(|tile| tile.shown).collect();
    shown.resize(order.len().min(wanted.tile_count), None);
    let order: Vec<ItemId> =
        order.into_iter().filter_map(|index| wanted.dataset.items.get(index)).map(|item| item.id).collect();
    state.tiles = order.iter().zip(shown).map(|(item, shown)| AugmentTile { item: *item, shown }).collect();
    state.selected = state.selected.min(state.tiles.len().saturating_sub(1));
    order
}

/// What training mixes into the picture at a place of the epoch, where it mixes: the one before it in its batch, into the
/// first the last. (Pictures that can't be read are skipped by training, which moves those after them up.)
fn mixed_with(order: &[ItemId], slot: usize, wanted: &Wanted) -> Option<(ItemId, MixPlan)> {
    let (mix, batch_size) = (wanted.pipeline.batch?, wanted.mixed_by?);
    let batch = order.chunks(batch_size).nth(slot / batch_size)?;
    if batch.len() < 2 {
        return None;
    }
    let seed = drawing_seed(wanted.seed, wanted.reroll);
    let side = Preprocess::default().crop as usize;
    let plan = mix.draw_for_batch(seed, wanted.epoch, slot / batch_size + 1, side)?;
    let before = (slot % batch_size + batch.len() - 1) % batch.len();
    Some((*batch.get(before)?, plan))
}

/// Training pictures in the order in which `epoch` (counted from 1) of a training with `seed` learns from them, as indices
/// into the data set's items: the labelled ones, shuffled with a generator made for this.
fn epoch_order(dataset: &Dataset, seed: u64, epoch: usize) -> Vec<usize> {
    let labelled =
        dataset.items.iter().enumerate().filter(|(_, item)| item.split == Split::Train && item.class.is_some());
    let mut order: Vec<usize> = labelled.map(|(index, _)| index).collect();
    order.shuffle(&mut rng_for(seed, epoch as u64, stable_hash(b"order of the epoch")));
    order
}

/// Training's own seed, or one that is `reroll` steps away from it.
pub(super) fn drawing_seed(seed: u64, reroll: u64) -> u64 {
    if reroll == 0 { seed } else { rng_for(seed, reroll, stable_hash(b"reroll")).next_u64() }
}

/// Shapes of the training pictures as far as their headers are read: up to [`SHAPES`], evenly picked.
fn shapes_of(project: &Project) -> Vec<(u32, u32)> {
    let training = project.dataset.items.iter().filter(|item| item.split == Split::Train && item.class.is_some());
    let known: Vec<(u32, u32)> = training
        .filter_map(|item| match project.facts.get(&item.id) {
            Some(FileFacts::Known { width, height, .. }) => Some((*width, *height)),
            _ => None,
        })
        .collect();
    let stride = known.len().div_ceil(SHAPES).max(1);
    known.into_iter().step_by(stride).collect()
}

/// The side in pixels in which a tile's picture is handed to the window: a few steps, so that it does not change at every
/// pixel of the window's size. Tiles much smaller than the picture would flicker if they were scaled down while drawing.
fn side_to_make(on_screen: f32) -> u32 {
    let full = Preprocess::default().crop;
    [64, 96, 128, 160].into_iter().find(|side| *side as f32 >= on_screen).unwrap_or(full).min(full)
}

/// Whoever changed last is followed: a pipeline changed here goes into the settings of the next run; settings changed
/// elsewhere (those of an earlier run were loaded) come here.
fn agree_with_training(cx: &mut Cx<'_>) {
    let config = &mut cx.state.train.config;
    let state = &mut cx.state.augment;
    let service = &mut cx.services.augment;
    if service.agreed.as_ref().is_none_or(|(choice, _)| *choice != config.augment) {
        let pipeline = match &config.augment {
            AugmentChoice::Preset(name) => Pipeline::preset(name),
            AugmentChoice::Pipeline(pipeline) => Some(pipeline.clone()),
        };
        if let Some(pipeline) = pipeline {
            let name = pipeline.preset_name().unwrap_or("custom");
            if state.pipeline != pipeline {
                state.load(name, pipeline.clone());
            }
            service.agreed = Some((config.augment.clone(), pipeline));
        }
    }
    if service.agreed.as_ref().is_none_or(|(_, pipeline)| *pipeline != state.pipeline) {
        let preset = state.pipeline.preset_name();
        if let Some(name) = preset {
            name.clone_into(&mut state.origin);
            state.origin_pipeline = state.pipeline.clone();
        }
        config.augment = match preset {
            Some(name) => AugmentChoice::Preset(name.to_owned()),
            None => AugmentChoice::Pipeline(state.pipeline.clone()),
        };
        service.agreed = Some((config.augment.clone(), state.pipeline.clone()));
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "pipeline".to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn read_pipeline(path: &Path) -> Result<Pipeline, String> {
    let cannot = |reason: &dyn std::fmt::Display| {
        t!("The pipeline in {path} could not be read: {reason}.", path = path.display(), reason = lang::said(reason))
    };
    let facts = std::fs::metadata(path).map_err(|error| cannot(&error))?;
    if facts.len() > FILE_BYTES {
        return Err(cannot(&t!("the file is too large to be one")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| cannot(&error))?;
    Pipeline::from_toml(&text).map_err(|error| cannot(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{DatasetLayout, Item};

    fn dataset(count: u64) -> Dataset {
        let items = (0..count)
            .map(|number| Item {
                id: ItemId(number),
                rel_path: format!("{number}.jpg").into(),
                split: if number % 5 == 4 { Split::Val } else { Split::Train },
                class: (number % 7 != 6).then_some(0),
                file_bytes: 1,
            })
            .collect();
        Dataset {
            root: "/data".into(),
            layout: DatasetLayout::Splits,
            classes: vec!["ants".into()],
            items,
            issues: Vec::new(),
        }
    }

    #[test]
    fn an_epoch_has_every_labelled_training_picture_once_in_an_order_of_its_own() {
        let dataset = dataset(50);
        let first = epoch_order(&dataset, 0, 1);
        let mut sorted = first.clone();
        sorted.sort_unstable();
        let expected: Vec<usize> = (0..50).filter(|number| number % 5 != 4 && number % 7 != 6).collect();
        assert_eq!(sorted, expected);
        assert_eq!(first, epoch_order(&dataset, 0, 1));
        assert_ne!(first, epoch_order(&dataset, 0, 2));
        assert_ne!(first, epoch_order(&dataset, 1, 1));
    }

    #[test]
    fn without_a_reroll_the_seed_is_trainings_own() {
        assert_eq!(drawing_seed(7, 0), 7);
        assert_ne!(drawing_seed(7, 1), drawing_seed(7, 2));
    }

    #[test]
    fn a_pipeline_file_that_is_wrong_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        std::fs::write(&path, Pipeline::default().to_toml()).unwrap();
        assert_eq!(read_pipeline(&path).unwrap(), Pipeline::default());
        assert_eq!(stem(&path), "mine");
        std::fs::write(&path, "[[steps]]\ntransform = \"sharpen the mind\"\n").unwrap();
        let reason = read_pipeline(&path).unwrap_err();
        assert!(reason.contains("mine.toml") && reason.contains("line 2"), "{reason}");
        assert!(read_pipeline(&folder.path().join("none.toml")).unwrap_err().contains("none.toml"));
    }
}
