//! `imago predict`: what is in pictures.

use std::io::Write;
use std::path::PathBuf;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Done, interrupt, numbers, output};
use crate::nn::DeviceChoice;
use crate::predict::{CsvTable, ImageOutcome, Prediction, Predictor, expand_paths};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  imago predict run photo.jpg\n  imago predict run photos/ --csv > predictions.csv\n  imago predict run photos/ --json --top 3"
)]
pub(super) struct Args {
    /// A run's folder, or its model.safetensors.
    model: PathBuf,
    /// Pictures, and folders of pictures.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// One JSON object a line.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// A table with one column for each class.
    #[arg(long)]
    csv: bool,
    /// Only the N most probable classes (not for --csv).
    #[arg(long, value_name = "N", conflicts_with = "csv")]
    #[arg(allow_negative_numbers = true, value_parser = numbers::at_least_one)]
    top: Option<usize>,
    /// Where to compute: auto, cpu, cuda or metal.
    #[arg(long, default_value = "auto", value_parser = super::train::parse_device)]
    device: DeviceChoice,
    /// Threads to compute with [default: one for each core].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::threads)]
    threads: Option<usize>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    // Until something is said Ctrl+C just ends the program: folders may be large, and models too.
    let predictor = Predictor::load(&args.model, args.device, args.threads)?;
    if let (_, Some(note)) = predictor.device() {
        output::note(format_args!("{note}"));
    }
    let files = expand_paths(&args.paths);
    if files.is_empty() {
        let asked: Vec<_> = args.paths.iter().map(|path| path.display().to_string()).collect();
        anyhow::bail!("there are no pictures in {}", asked.join(", "));
    }
    let mut out = output::out();
    let unreadable = if args.csv {
        let mut table = CsvTable::begin(predictor.classes(), &mut out)?;
        let unreadable = each(&predictor, &files, &mut |outcome| table.row(outcome))?;
        table.finish()?;
        unreadable
    } else {
        each(&predictor, &files, &mut |outcome| {
            if args.json {
                write_json(&mut out, predictor.classes(), outcome, args.top)?;
            } else {
                write_text(&mut out, predictor.classes(), outcome, args.top)?;
            }
            // Whoever reads line by line gets each line at once.
            out.flush()
        })?
    };
    out.flush()?;
    Ok(Done::with_unreadable(unreadable))
}

/// Predicts all files, writes each outcome, names those that can't be read; how many there were.
fn each(
    predictor: &Predictor,
    files: &[PathBuf],
    write: &mut dyn FnMut(&ImageOutcome) -> std::io::Result<()>,
) -> anyhow::Result<usize> {
    let cancel = interrupt::token();
    let (mut unreadable, mut failed) = (0, None);
    let predicted = predictor.predict_paths(files, &cancel, &mut |outcome| {
        if failed.is_some() {
            return;
        }
        if let Err(reason) = &outcome.result {
            unreadable += 1;
            output::note(format_args!("{}: {reason}", outcome.path.display()));
        }
        if let Err(error) = write(&outcome) {
            // Nobody reads any more, or the disk is full: the rest need not be predicted.
            failed = Some(error);
            cancel.cancel();
        }
    });
    match (failed, predicted) {
        (Some(error), _) => Err(error.into()),
        (None, Ok(())) => Ok(unreadable),
        (None, Err(error)) => Err(error.into()),
    }
}

fn write_text(
    out: &mut dyn Write,
    classes: &[String],
    outcome: &ImageOutcome,
    top: Option<usize>,
) -> std::io::Result<()> {
    // What could not be read is on standard error.
    let Ok(prediction) = &outcome.result else { return Ok(()) };
    let ranked = prediction.ranked();
    let shown = ranked.iter().take(top.unwrap_or(usize::MAX)).map(|(class, probability)| {
        format!("{} {:.1} %", classes.get(*class).map_or("?", String::as_str), probability * 100.0)
    });
    let line = format!("{}: {}", outcome.path.display(), shown.collect::<Vec<_>>().join(", "));
    writeln!(out, "{}", output::plain(&line))
}

fn write_json(
    out: &mut dyn Write,
    classes: &[String],
    outcome: &ImageOutcome,
    top: Option<usize>,
) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, &JsonLine { classes, outcome, top })?;
    writeln!(out)
}

/// `{"path","label","confidence","probabilities":{…}}` or `{"path","error"}`, in this order.
struct JsonLine<'a> {
    classes: &'a [String],
    outcome: &'a ImageOutcome,
    top: Option<usize>,
}

impl Serialize for JsonLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", &self.outcome.path.to_string_lossy())?;
        match &self.outcome.result {
            Ok(prediction) => {
                map.serialize_entry("label", &self.classes.get(prediction.label()))?;
                map.serialize_entry("confidence", &prediction.confidence())?;
                map.serialize_entry(
                    "probabilities",
                    &Probabilities { classes: self.classes, prediction, top: self.top },
                )?;
            }
            Err(reason) => map.serialize_entry("error", reason)?,
        }
        map.end()
    }
}

/// All classes in the model's order, or the most probable ones first.
struct Probabilities<'a> {
    classes: &'a [String],
    prediction: &'a Prediction,
    top: Option<usize>,
}

impl Serialize for Probabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let all = || self.prediction.probabilities.iter().copied().enumerate().collect();
        let listed: Vec<(usize, f32)> =
            self.top.map_or_else(all, |top| self.prediction.ranked().into_iter().take(top).collect());
        for (class, probability) in listed {
            if let Some(name) = self.classes.get(class) {
                map.serialize_entry(name, &probability)?;
            }
        }
        map.end()
    }
}
