//! One run from its first check to its summary: the recipe's loop.
//!
//! Everything that computes runs inside one rayon pool of the asked-for size; waiting, files and events stay on the
//! trainer's own thread.

mod keep;
mod phases;
mod views;

use std::sync::Arc;
use std::time::Duration;

use super::bad_pictures::BadPictures;
use super::checkpoint::{Checkpoint, CheckpointMeta, read_checkpoint};
use super::config::TrainConfig;
use super::controls::Controls;
use super::error::TrainError;
use super::event_port::EventPort;
use super::events::Event;
use super::history::EpochRecord;
use super::learner::{self, Learner};
use super::loader::{Job, Loader, Preparer, Purpose};
use super::metrics::{RateMeter, Stopwatch, rounded};
use super::mixing::Mixer;
use super::order::epoch_order;
use super::preflight::check_dataset;
use super::run_folder::{RunDataset, RunFolder, load_run};
use super::trainer::RunRequest;
use crate::base::stable_hash;
use crate::dataset::{Dataset, Split};
use crate::imaging::Preprocess;
use crate::models::model_file::ModelFile;
use crate::nn::select_device;
use views::{Views, is_fresh, view_of};

/// Decoded pictures that are kept in memory, so that later epochs need no decoding.
const PICTURE_BUDGET_BYTES: usize = 192 << 20;
/// Pictures prepared ahead of the computation: at least, at most (150 kB each).
const AHEAD: (usize, usize) = (8, 64);
/// Fixed inputs of validation pictures that are kept rather than computed anew in each epoch.
const KEPT_INPUT_BYTES: usize = 64 << 20;
/// Decimals of losses and accuracies in `metrics.jsonl`.
const DECIMALS: i32 = 9;

/// Runs a request to its end and returns the last event.
pub(crate) fn run(request: &RunRequest, port: &mut EventPort, controls: &mut Controls) -> Result<Event, TrainError> {
    let config = &request.config;
    config.check()?;
    check_dataset(&request.dataset)?;
    let (reopened, found) = if request.resume {
        let (folder, found) = find_run(request)?;
        (Some(folder), found)
    } else {
        RunFolder::check_free(&request.run_dir)?;
        (None, None)
    };
    let fingerprint = fingerprint(&request.dataset);
    if let Some(checkpoint) = &found
        && checkpoint.meta.data_fingerprint != fingerprint
    {
        return Err(TrainError::Mismatch {
            dir: request.run_dir.clone(),
            reason:
                "its data set has changed since (pictures or labels were added, moved or taken away); start a new run"
                    .to_owned(),
        });
    }
    if let Some(done) = found.as_ref().map(|checkpoint| checkpoint.meta.epochs_done)
        && done > config.epochs
    {
        return Err(TrainError::Mismatch {
            dir: request.run_dir.clone(),
            reason: format!(
                "{done} epochs are done already, and only {} were asked for; ask for more, or start a new run in another folder",
                config.epochs
            ),
        });
    }

    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(config.thread_count())
        .thread_name(|index| format!("imago-compute-{index}"))
        .build()
        .map_err(|error| TrainError::Thread(error.to_string()))?;
    // In the pool, whose threads are those that the device's name counts.
    let device =
        pool.install(|| select_device(config.device)).map_err(|error| TrainError::Device(error.to_string()))?;
    let preprocess = Preprocess::default();
    let source = found.as_ref().map(|checkpoint| learner::Source { checkpoint, run_dir: &request.run_dir });
    let learner =
        pool.install(|| learner::build(config, request.dataset.classes.len(), &preprocess, &device.device, source))?;

    let train = items_of(&request.dataset, Split::Train);
    let val = items_of(&request.dataset, Split::Val);
    let facts = RunDataset {
        root: request.dataset.root.display().to_string(),
        classes: request.dataset.classes.clone(),
        train_count: train.len(),
        val_count: val.len(),
    };
    let folder = if let Some(folder) = reopened {
        folder.sweep();
        folder.rewrite_config(config)?;
        folder.rewrite_metrics(found.as_ref().map_or("", |checkpoint| &checkpoint.meta.metrics))?;
        folder
    } else {
        RunFolder::create(&request.run_dir, config, &facts)?
    };
    let meta = found.map_or_else(
        || CheckpointMeta { data_fingerprint: fingerprint, ..CheckpointMeta::default() },
        |checkpoint| checkpoint.meta,
    );

    let (parameters, trainable) = learner.parameter_counts();
    port.send(Event::Started {
        device: device.label.clone(),
        device_note: device.note.clone(),
        train_count: train.len(),
        val_count: val.len(),
        steps_per_epoch: train.len().div_ceil(config.batch_size),
        parameters,
        trainable,
        resumed_from: meta.epochs_done,
        run_dir: request.run_dir.clone(),
    });

    let classes = &request.dataset.classes;
    let about = ModelFile::now(learner::spec(config, classes.len()), classes.clone(), preprocess.clone());
    let keeps_val_input = learner.input_is_fixed() && val.len() * learner.input_len() * 4 <= KEPT_INPUT_BYTES;
    let pipeline = config.pipeline()?;
    let crop = preprocess.crop as usize;
    let mixer = pipeline.batch.map(|mix| Mixer { mix, seed: config.seed, crop, classes: classes.len() });
    let preparer = Preparer::new(&request.dataset, pipeline, preprocess, config.seed, PICTURE_BUDGET_BYTES);
    let plan = plan(config, meta.epochs_done, train.clone(), val.clone(), keeps_val_input);
    let views = Views::new(config, train.len(), learner.input_len())?;
    let group = learner.group_size(config.batch_size);
    let ahead = (2 * group).clamp(AHEAD.0, AHEAD.1);
    let loader = Loader::start(Arc::new(preparer), plan, config.thread_count(), ahead)?;

    let clock = Stopwatch::from(Duration::from_secs_f64(meta.elapsed_secs.max(0.0)));
    let mut train_clock = Stopwatch::from(Duration::from_secs_f64(meta.train_secs.max(0.0)));
    train_clock.hold();
    let mut run = Run {
        config,
        learner,
        loader,
        mixer,
        views,
        epochs_before: meta.epochs_done,
        train: train.clone(),
        pool,
        port,
        controls,
        bad: BadPictures::new(&request.dataset),
        folder,
        about,
        device: device.label,
        val_count: val.len(),
        keeps_val_input,
        val_input: None,
        clock,
        train_clock,
        rate: RateMeter::default(),
        meta,
    };
    let ended = run.epochs();
    run.end(ended, request.resume)
}

/// The run that is to be continued: its folder, locked, and its checkpoint; `None` when it broke off before its first epoch was
/// whole.
fn find_run(request: &RunRequest) -> Result<(RunFolder, Option<Checkpoint>), TrainError> {
    let record = load_run(&request.run_dir)?;
    let differences = record.config.differences(&request.config);
    if !differences.is_empty() {
        return Err(TrainError::Mismatch {
            dir: request.run_dir.clone(),
            reason: format!(
                "it was started with other settings ({}); use the same ones, or start a new run in another folder",
                differences.join(", ")
            ),
        });
    }
    // Before the checkpoint is read: who else trains there may just be writing the next one.
    let folder = RunFolder::reopen(&request.run_dir)?;
    let path = folder.checkpoint_path();
    let found = if path.exists() { Some(read_checkpoint(&path)?) } else { None };
    Ok((folder, found))
}

/// Whether the run that is to be continued has come to its end with these very settings and pictures, so that going on would bring
/// nothing. `false` also where it can't be continued: starting it says why.
pub fn has_ended(request: &RunRequest) -> bool {
    let Ok((_locked, Some(found))) = find_run(request) else { return false };
    let is_whole = load_run(&request.run_dir)
        .is_ok_and(|run| run.model_path.is_some() && run.summary.is_some_and(|summary| summary.finished));
    is_whole
        && found.meta.epochs_done == request.config.epochs
        && found.meta.data_fingerprint == fingerprint(&request.dataset)
}

/// Indices of the labelled pictures of a split.
fn items_of(dataset: &Dataset, split: Split) -> Vec<usize> {
    let labelled = dataset.items.iter().enumerate().filter(|(_, item)| item.split == split && item.class.is_some());
    labelled.map(|(index, _)| index).collect()
}

/// The whole run's pictures in the order in which they are needed.
fn plan(
    config: &TrainConfig,
    epochs_done: usize,
    train: Vec<usize>,
    val: Vec<usize>,
    keeps_val_input: bool,
) -> Box<dyn Iterator<Item = Job> + Send> {
    let config = config.clone();
    Box::new((epochs_done + 1..=config.epochs).flat_map(move |epoch| {
        let fresh = is_fresh(&config, epochs_done, epoch);
        let order = if fresh { epoch_order(train.clone(), config.seed, epoch) } else { Vec::new() };
        let view = view_of(&config, epoch);
        let val_again = !keeps_val_input || epoch == epochs_done + 1;
        let val = if val_again { val.clone() } else { Vec::new() };
        let learned = order.into_iter().map(move |item| Job { item, purpose: Purpose::Train { epoch: view } });
        learned.chain(val.into_iter().map(|item| Job { item, purpose: Purpose::Validate }))
    }))
}

/// Says which pictures with which labels are learned from and checked on, and in which order they are listed.
fn fingerprint(dataset: &Dataset) -> u64 {
    let mut text = dataset.classes.join("\u{1f}").into_bytes();
    for item in dataset.items.iter().filter(|item| item.split != Split::Test) {
        if let Some(class) = item.class {
            text.extend(item.id.0.to_le_bytes());
            text.extend((class as u32).to_le_bytes());
            text.push(u8::from(item.split == Split::Train));
        }
    }
    stable_hash(&text)
}

/// How the epochs ended.
enum Ended {
    Finished,
    Stopped,
}

/// Or the reason to leave the loop early.
enum Halt {
    Stop,
    Fail(TrainError),
}

impl From<TrainError> for Halt {
    fn from(error: TrainError) -> Self {
        Self::Fail(error)
    }
}

struct Run<'a> {
    config: &'a TrainConfig,
    learner: Box<dyn Learner>,
    loader: Loader,
    /// Mixes the training batches, where the augmentation asks for it.
    mixer: Option<Mixer>,
    /// What is seen again in later epochs, where the configuration asks for it.
    views: Option<Views>,
    /// Epochs that were done when this process took the run up.
    epochs_before: usize,
    /// Training pictures, by their place in the data set.
    train: Vec<usize>,
    pool: rayon::ThreadPool,
    port: &'a mut EventPort,
    controls: &'a mut Controls,
    bad: BadPictures,
    folder: RunFolder,
    about: ModelFile,
    device: String,
    val_count: usize,
    keeps_val_input: bool,
    /// Inputs and labels of the validation pictures, where they are the same in every epoch.
    val_input: Option<(Vec<f32>, Vec<u32>)>,
    /// Time of the whole run, without pauses.
    clock: Stopwatch,
    /// Time of the training phases.
    train_clock: Stopwatch,
    rate: RateMeter,
    meta: CheckpointMeta,
}

impl Run<'_> {
    fn epochs(&mut self) -> Result<Ended, TrainError> {
        for epoch in self.meta.epochs_done + 1..=self.config.epochs {
            match self.epoch(epoch) {
                Ok(()) => {}
                Err(Halt::Stop) => return Ok(Ended::Stopped),
                Err(Halt::Fail(error)) => return Err(error),
            }
        }
        Ok(Ended::Finished)
    }

    fn epoch(&mut self, epoch: usize) -> Result<(), Halt> {
        let began_secs = self.clock.secs();
        let lr = self.config.lr_at(epoch);
        self.train_clock.go_on();
        let trained = self.training_phase(epoch, lr);
        self.train_clock.hold();
        let train = trained?;
        let val = self.validation_phase(epoch, lr)?;
        let record = EpochRecord {
            epoch,
            train_loss: rounded(train.loss(), DECIMALS),
            train_acc: rounded(train.accuracy(), DECIMALS),
            val_loss: rounded(val.loss(), DECIMALS),
            val_acc: rounded(val.accuracy(), DECIMALS),
            lr,
            seconds: rounded(self.clock.secs() - began_secs, 3),
        };
        self.save(&record, train.count())?;
        self.port.send(Event::Epoch(record));
        Ok(())
    }

    fn poll(&mut self) -> bool {
        self.controls.poll(self.port, &mut [&mut self.clock, &mut self.train_clock])
    }
}

#[cfg(test)]
mod tests;
