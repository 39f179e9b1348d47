//! `imago train`: one line an epoch on standard output, all else on standard error.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use indicatif::ProgressBar;

use super::scan::{labels_line, name_unreadable, scan_with_progress};
use super::{Done, UsageError, augment_option, interrupt, numbers, output, progress};
use crate::base::AppPaths;
use crate::dataset::ScanOptions;
use crate::models::Arch;
use crate::nn::DeviceChoice;
use crate::train::run_folder::new_run_dir;
use crate::train::{
    EpochRecord, Event, RunRequest, TrainConfig, TrainerHandle, WeightsChoice, has_ended, load_run, start,
};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    imago train hymenoptera_data --model resnet18\n  \
    imago train hymenoptera_data --model cnn-bn --epochs 40 --augment strong --out runs/bn\n  \
    imago train hymenoptera_data --out runs/bn --resume\n\n\
    The run's folder holds config.toml, metrics.jsonl (one line an epoch), model.safetensors (the best weights), \
    last.safetensors (to resume from) and summary.json. Ctrl+C keeps what is finished; pressed twice it ends at once.")]
pub(super) struct Args {
    /// The data set: train/<class>/… and val/<class>/…, or <class>/…
    data: PathBuf,
    /// The network: cnn, cnn-bn, cnn-gap, resnet18 or resnet34.
    #[arg(long, value_parser = parse_arch, required_unless_present = "resume")]
    model: Option<Arch>,
    /// Starting weights of a ResNet: `starter` (built in, resnet18 only), `imagenet` (better; fetch them once with `imago
    /// weights get`), `random`, or a safetensors file [default: starter].
    #[arg(long, value_name = "starter|imagenet|random|FILE")]
    weights: Option<String>,
    /// Train all layers of a ResNet, not only the last one.
    #[arg(long)]
    fine_tune: bool,
    /// Passes over the training pictures [default: 25].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::epochs)]
    epochs: Option<usize>,
    /// Pictures in one update [default: 4].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::batch)]
    batch_size: Option<usize>,
    /// Learning rate [default: 0.001].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::positive)]
    lr: Option<f64>,
    /// Momentum of SGD [default: 0.9].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::below_one)]
    momentum: Option<f64>,
    /// Epochs after which the learning rate is multiplied by gamma [default: 7].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::at_least_one)]
    step_size: Option<usize>,
    /// Factor of the learning rate [default: 0.1].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::positive)]
    gamma: Option<f64>,
    /// L2 penalty [default: 0].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::not_negative)]
    weight_decay: Option<f64>,
    /// Augmentation of the training pictures: a preset (none, recipe, light, strong, insects-from-above) or a TOML file [default: recipe].
    #[arg(long, value_name = "PRESET|FILE.toml")]
    augment: Option<String>,
    /// Turbo for a frozen resnet: only K augmented views of each picture, computed once and used over and over. Much faster, but
    /// less varied [default: a new view in every epoch].
    #[arg(long, value_name = "K", allow_negative_numbers = true, value_parser = numbers::views)]
    views: Option<usize>,
    /// Seed of everything random; the same pictures are kept for validation with each [default: 0].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::seed)]
    seed: Option<u64>,
    /// Where to compute: auto, cpu, cuda or metal [default: auto].
    #[arg(long, value_parser = parse_device)]
    device: Option<DeviceChoice>,
    /// Threads to compute with; the figures are the same with any number [default: one for each core].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::threads)]
    threads: Option<usize>,
    /// Share of each class that becomes validation pictures, at most 0.9, where the folder has no split of its own [default: 0.2].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::share)]
    val_fraction: Option<f64>,
    /// The run's folder [default: a new one in your data folder, named after date, time and model].
    #[arg(long, value_name = "RUN_DIR")]
    out: Option<PathBuf>,
    /// Go on with the run in --out, with its settings.
    #[arg(long, requires = "out")]
    resume: bool,
}

/// Reads a network's name.
pub(super) fn parse_arch(text: &str) -> Result<Arch, String> {
    Arch::from_name(text).ok_or_else(|| {
        let names: Vec<_> = Arch::ALL.into_iter().map(Arch::name).collect();
        format!("choose one of {}", names.join(", "))
    })
}

/// Reads a device's name.
pub(super) fn parse_device(text: &str) -> Result<DeviceChoice, String> {
    match text {
        "auto" => Ok(DeviceChoice::Auto),
        "cpu" => Ok(DeviceChoice::Cpu),
        "cuda" => Ok(DeviceChoice::Cuda),
        "metal" => Ok(DeviceChoice::Metal),
        _ => Err("choose auto, cpu, cuda or metal".to_owned()),
    }
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    let config = config(args)?;
    let options = ScanOptions::keeping(config.val_fraction);
    let laid = scan_with_progress(&args.data, &options)?;
    if let Some(line) = labels_line(&laid.summary) {
        output::note(format_args!("{line}"));
    }
    let dataset = laid.dataset;
    let unreadable = name_unreadable(&dataset);
    let run_dir = if let Some(dir) = &args.out {
        dir.clone()
    } else {
        new_run_dir(&AppPaths::of_this_user().runs_dir(&dataset.root), config.arch.name())
    };
    let epochs = config.epochs;
    let request = RunRequest { config, dataset, run_dir: run_dir.clone(), resume: args.resume };
    if args.resume && has_ended(&request) {
        output::note(format_args!(
            "{}: all {epochs} epochs are done already, so nothing is left to learn; ask for more with --epochs",
            run_dir.display()
        ));
        return Ok(Done::with_unreadable(unreadable));
    }
    interrupt::listen();
    if let Some(views) = request.config.views.filter(|views| *views < epochs) {
        output::note(format_args!(
            "turbo: {views} views of each picture, used again from epoch {} on; without --views each epoch sees new ones",
            views + 1
        ));
    }
    let handle = start(request, Arc::new(|| {}));
    let report = Report::new(epochs);
    let done = report.follow(&handle, unreadable);
    handle.join();
    if matches!(done, Ok(Done::Interrupted)) {
        let out = if args.out.is_some() { run_dir } else { std::path::absolute(&run_dir).unwrap_or(run_dir) };
        output::note(format_args!(
            "go on with: imago train {} --out {} --resume",
            quoted(&args.data.to_string_lossy()),
            quoted(&out.to_string_lossy())
        ));
    }
    done
}

/// The settings: those of the run to be resumed, or the defaults, with what was given laid over. Whether a resumed run may be
/// given other settings is the trainer's to say.
fn config(args: &Args) -> anyhow::Result<TrainConfig> {
    let saved = match (&args.out, args.resume) {
        (Some(dir), true) => Some(load_run(dir)?.config),
        _ => None,
    };
    let resumed = saved.is_some();
    let mut config = saved.unwrap_or_default();
    fn lay<T>(given: Option<T>, setting: &mut T) {
        if let Some(given) = given {
            *setting = given;
        }
    }
    lay(args.model, &mut config.arch);
    lay(args.epochs, &mut config.epochs);
    lay(args.batch_size, &mut config.batch_size);
    lay(args.lr, &mut config.lr);
    lay(args.momentum, &mut config.momentum);
    lay(args.step_size, &mut config.step_size);
    lay(args.gamma, &mut config.gamma);
    lay(args.weight_decay, &mut config.weight_decay);
    lay(args.views.map(Some), &mut config.views);
    lay(args.seed, &mut config.seed);
    lay(args.device, &mut config.device);
    lay(args.threads.map(Some), &mut config.threads);
    lay(args.val_fraction, &mut config.val_fraction);
    config.fine_tune |= args.fine_tune;
    if let Some(augment) = &args.augment {
        config.augment = augment_option::read(augment)?;
    }
    if !config.arch.is_resnet() {
        if args.weights.is_some() || args.fine_tune {
            return Err(UsageError::error(format!(
                "--weights and --fine-tune are for resnet18 and resnet34: {} always learns from scratch",
                config.arch.name()
            )));
        }
        config.weights = WeightsChoice::Random;
    } else if let Some(weights) = &args.weights {
        config.weights = weights_choice(weights, config.arch)?;
    }
    if config.arch == Arch::Resnet34 && config.weights == WeightsChoice::Starter && !resumed {
        return Err(UsageError::error(
            "the built-in starter weights are for resnet18: give resnet34 its own with --weights imagenet (after `imago weights get resnet34`) or --weights FILE",
        ));
    }
    // What the trainer would refuse is wrong usage, and said before anything is announced; the settings of a run to be resumed
    // come from a file.
    config
        .check()
        .map_err(|error| if resumed { anyhow::Error::from(error) } else { UsageError::error(error.to_string()) })?;
    Ok(config)
}

fn weights_choice(text: &str, arch: Arch) -> anyhow::Result<WeightsChoice> {
    Ok(match text {
        "starter" => WeightsChoice::Starter,
        "random" => WeightsChoice::Random,
        "imagenet" => {
            let download = super::weights::named(arch.name(), crate::fetch::catalog::weights())?;
            let place = crate::fetch::weights::place_of(&download, &AppPaths::of_this_user());
            if !place.is_file() {
                anyhow::bail!(
                    "the ImageNet weights of {0} are not there yet: fetch them with `imago weights get {0}`",
                    arch.name()
                );
            }
            WeightsChoice::File(place)
        }
        // Absolute, so that the run can be resumed from another folder.
        file => WeightsChoice::File(std::path::absolute(file).unwrap_or_else(|_| file.into())),
    })
}

/// As one would type it into a shell.
fn quoted(text: &str) -> String {
    if text.chars().all(|c| c.is_alphanumeric() || "/\\._-:+@%~".contains(c)) {
        text.to_owned()
    } else if cfg!(windows) {
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// What is shown while it runs.
struct Report {
    epochs: usize,
    bar: ProgressBar,
}

impl Report {
    fn new(epochs: usize) -> Self {
        Self { epochs, bar: progress::bar("{prefix} {wide_bar} {pos}/{len}  {msg}") }
    }

    /// Shows events until the last one; Ctrl+C asks the trainer to stop. `unreadable`: files that could not be read before.
    fn follow(&self, handle: &TrainerHandle, unreadable: usize) -> anyhow::Result<Done> {
        let (mut stopping, mut skipped) = (false, unreadable);
        loop {
            if interrupt::requested() && !stopping {
                stopping = true;
                handle.stop();
                self.note("stopping; press Ctrl+C again to end at once");
            }
            let event = match handle.events.recv_timeout(Duration::from_millis(100)) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the trainer ended without a word"),
            };
            match event {
                Event::Started { .. } => self.started(&event),
                Event::Step(step) => {
                    self.bar.set_length(step.steps_per_epoch as u64);
                    self.bar.set_position(step.step as u64);
                    self.bar.set_prefix(format!("epoch {}/{}", step.epoch, self.epochs));
                    self.bar
                        .set_message(format!("loss {:.4}  {:.0} pictures/s", step.running_loss, step.images_per_sec));
                }
                Event::Validating { epoch, done, total } => {
                    self.bar.set_length(total as u64);
                    self.bar.set_position(done as u64);
                    self.bar.set_prefix(format!("epoch {epoch}/{}", self.epochs));
                    self.bar.set_message("validating");
                }
                Event::Epoch(record) => self.bar.suspend(|| output::line(format_args!("{}", self.epoch_line(&record)))),
                Event::Skipped(file) => {
                    skipped += 1;
                    self.note(&format!("skipped {}: {}", file.path.display(), file.reason));
                }
                Event::Paused | Event::Resumed => {}
                Event::Finished { best_epoch, best_val_acc, total_secs } => {
                    self.bar.finish_and_clear();
                    output::note(format_args!(
                        "best val acc {best_val_acc:.4} in epoch {best_epoch}  total {total_secs:.1} s"
                    ));
                    return Ok(Done::with_unreadable(skipped));
                }
                Event::Stopped { epochs_done } => {
                    self.bar.finish_and_clear();
                    output::note(format_args!("stopped after {epochs_done} of {} epochs", self.epochs));
                    return Ok(Done::Interrupted);
                }
                Event::Failed { message } => {
                    self.bar.finish_and_clear();
                    anyhow::bail!(message);
                }
            }
        }
    }

    fn started(&self, event: &Event) {
        let Event::Started {
            device,
            device_note,
            train_count,
            val_count,
            parameters,
            trainable,
            resumed_from,
            run_dir,
            ..
        } = event
        else {
            return;
        };
        self.note(&format!("run folder {}", run_dir.display()));
        if let Some(note) = device_note {
            self.note(note);
        }
        self.note(&format!(
            "{device}, {train_count} training and {val_count} validation pictures, {trainable} of {parameters} parameters learn"
        ));
        if *resumed_from > 0 {
            self.note(&format!("going on after epoch {resumed_from}"));
        }
    }

    fn note(&self, text: &str) {
        self.bar.suspend(|| output::note(format_args!("{text}")));
    }

    fn epoch_line(&self, record: &EpochRecord) -> String {
        format!(
            "epoch {}/{}  train loss {:.4} acc {:.4}  val loss {:.4} acc {:.4}  lr {}  {:.1} s",
            record.epoch,
            self.epochs,
            record.train_loss,
            record.train_acc,
            record.val_loss,
            record.val_acc,
            short(record.lr),
            record.seconds
        )
    }
}

/// A learning rate without the last digits' rounding errors: `0.00001`, not `0.000010000000000000003`.
fn short(value: f64) -> f64 {
    format!("{value:.9e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_line_is_as_scripts_expect_it() {
        let record = EpochRecord {
            epoch: 3,
            train_loss: 0.43121,
            train_acc: 0.81148,
            val_loss: 0.312,
            val_acc: 0.90196,
            lr: 0.001,
            seconds: 2.1,
        };
        let line = Report::new(25).epoch_line(&record);
        assert_eq!(line, "epoch 3/25  train loss 0.4312 acc 0.8115  val loss 0.3120 acc 0.9020  lr 0.001  2.1 s");
    }

    #[test]
    fn learning_rates_are_shown_without_rounding_errors() {
        let config = TrainConfig::default();
        let shown: Vec<String> = [1, 8, 15, 22].map(|epoch| short(config.lr_at(epoch)).to_string()).to_vec();
        assert_eq!(shown, ["0.001", "0.0001", "0.00001", "0.000001"]);
    }

    #[test]
    fn a_folder_with_spaces_is_quoted_in_the_hint() {
        assert_eq!(quoted("/data/ants"), "/data/ants");
        if cfg!(unix) {
            assert_eq!(quoted("it's here"), "'it'\\''s here'");
        }
    }
}
