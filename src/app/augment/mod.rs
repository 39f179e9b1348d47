//! Carries out what the Augment workspace asks for: keeps training's settings and the pipeline the same, and has the tiles,
//! the strip, the examples and the measurements made in the background.

mod coverage;
mod enlarge;
mod files;
mod finished;
mod layout;
mod originals;
mod reference;
mod renderer;
mod stored;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::command::AugmentCommand;
use super::imago_app::{Cx, Services};
use super::state::{AugmentState, JobId, MIX_CARD, NoticeLevel, Project, State, Workspace};
use crate::augment::Pipeline;
use crate::augment::transforms::ColorMood;
use crate::dataset::{Dataset, ItemId};
use crate::imaging::Preprocess;
use crate::lang::t;
use crate::train::AugmentChoice;
use layout::{lay_out, mixed_with, partner_of, shapes_of, side_to_make};
pub(super) use originals::reduced;
use renderer::{Plan, Renderer, Source, Task};

/// What its jobs report.
pub enum AugmentMessage {
    /// A pipeline file was read, or can't be.
    Opened(PathBuf, Result<Pipeline, String>),
    /// The pipeline was written, or could not be.
    Saved(PathBuf, Pipeline, Result<(), String>),
    /// The picture towards which the step of this card moves colours was measured, or can't be read.
    Measured(u64, Result<ColorMood, String>),
    /// The open data set's pipeline was read, if it has one.
    Recalled(JobId, Result<Option<Pipeline>, String>),
    /// The pipeline of the data set at this place was stored, or could not be.
    Kept(PathBuf, Result<(), String>),
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
    stored: stored::Store,
    wanted: Option<Wanted>,
    /// The first request after the pictures last changed; what answers earlier ones is about other files.
    pictures_since: u64,
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
    /// Done for which `pipeline_since`, picture and picture mixed into it, by card.
    examples_of: HashMap<u64, (u64, ItemId, Option<ItemId>)>,
}

/// Carries out a command.
pub(super) fn handle(command: AugmentCommand, cx: &mut Cx<'_>) {
    match command {
        AugmentCommand::Reroll => cx.state.augment.reroll = cx.state.augment.reroll.wrapping_add(1).max(1),
        AugmentCommand::AsTrained => cx.state.augment.reroll = 0,
        AugmentCommand::TrainWithDrawn => {
            let seed = &mut cx.state.train.config.seed;
            *seed = drawing_seed(*seed, std::mem::take(&mut cx.state.augment.reroll));
        }
        AugmentCommand::Changed => {}
        AugmentCommand::UsePreset(name) => {
            if let Some(pipeline) = Pipeline::preset(&name) {
                cx.state.augment.remember_edited();
                cx.state.augment.load(name, pipeline);
            }
        }
        AugmentCommand::ChooseFileToOpen => super::native::choose_pipeline_to_open(cx),
        AugmentCommand::ChooseFileToSave => {
            let name = format!("{}.toml", cx.state.augment.origin);
            super::native::choose_pipeline_to_save(&name, cx);
        }
        AugmentCommand::Open(path) => files::open(path, cx),
        AugmentCommand::Save(path) => files::save(path, cx),
        AugmentCommand::ChooseReference(card) => super::native::choose_reference(card, cx),
        AugmentCommand::UseReference(card, path) => reference::measure(card, path, cx),
        AugmentCommand::UseMarkedAsReference(card) => reference::measure_marked(card, cx),
        AugmentCommand::ShowEnlarge => enlarge::show(cx),
        AugmentCommand::ChooseEnlargeFolder => super::native::choose_enlarge_folder(cx),
        AugmentCommand::EnlargeInto(path) => {
            let enlarge = &mut cx.state.augment.enlarge;
            enlarge.folder.set(path);
            enlarge.outcome = None;
        }
        AugmentCommand::Enlarge => enlarge::start(cx),
    }
    synchronise(cx);
}

/// Folds in what a job reports.
pub(super) fn receive(message: AugmentMessage, cx: &mut Cx<'_>) {
    match message {
        AugmentMessage::Opened(path, Ok(pipeline)) => {
            cx.state.augment.remember_edited();
            cx.state.augment.load(files::stem(&path), pipeline);
            synchronise(cx);
        }
        AugmentMessage::Saved(path, pipeline, Ok(())) => {
            let text = t!("The pipeline is saved as {path}.", path = path.display());
            cx.state.notify(NoticeLevel::Success, text);
            cx.state.augment.origin = files::stem(&path);
            cx.state.augment.origin_pipeline = pipeline;
        }
        AugmentMessage::Measured(card, outcome) => {
            reference::measured(card, outcome, cx);
            synchronise(cx);
        }
        AugmentMessage::Recalled(job, outcome) => {
            stored::recalled(job, outcome, cx);
            synchronise(cx);
        }
        AugmentMessage::Kept(root, outcome) => stored::kept(&root, outcome, cx),
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
    service.wanted = None;
    service.pictures_since = cx.state.augment.generation + 1;
    if root != service.root {
        cx.state.augment.forget_pictures();
        service.root.clone_from(&root);
    }
    stored::project_changed(root.as_deref(), cx);
}

/// The window closes: what is not saved yet is saved.
pub(super) fn close(state: &State, services: &mut Services) {
    stored::close(&state.augment, services);
}

/// Once a frame, before drawing.
pub(super) fn tick(cx: &mut Cx<'_>) {
    finished::take_finished(cx);
    enlarge::tick(cx);
    synchronise(cx);
    stored::tick(cx);
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
        let of = (service.pipeline_since, source.item, None);
        for (view, step) in state.views.iter().zip(&state.pipeline.steps) {
            if view.open && service.examples_of.get(&view.id) != Some(&of) {
                tasks.push(Task::Example { card: view.id, step: step.clone(), source: source.clone() });
            }
        }
        if let Some(mix) = wanted.pipeline.batch
            && let Some(partner) = partner_of(&service.order, state.selected, wanted).and_then(source_of)
            && service.examples_of.get(&MIX_CARD) != Some(&(service.pipeline_since, source.item, Some(partner.item)))
        {
            tasks.push(Task::Mixture { mix, source: source.clone(), partner });
        }
        if service.strip_of != Some((generation, source.item)) {
            let partner = mixed_with(&service.order, state.selected, wanted)
                .and_then(|(item, mix)| Some((source_of(item)?, mix)));
            tasks.push(Task::Strip { source, partner });
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

/// Training's own seed, or that of a later reroll: the next number each time, which can be trained with as well.
pub(super) fn drawing_seed(seed: u64, reroll: u64) -> u64 {
    seed.wrapping_add(reroll)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_reroll_the_seed_is_trainings_own() {
        assert_eq!(drawing_seed(7, 0), 7);
        assert_eq!(drawing_seed(7, 2), 9);
        assert_ne!(drawing_seed(u64::MAX, 1), u64::MAX);
    }
}
