//! `imago evaluate`: how good a model is.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::scan::{name_unreadable, scan_with_progress};
use super::{Done, numbers, output, progress, table};
use crate::base::CancelToken;
use crate::dataset::{ScanOptions, Split};
use crate::nn::DeviceChoice;
use crate::predict::{Evaluation, Predictor};
use crate::train::load_run;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  imago evaluate run hymenoptera_data\n  imago evaluate run/model.safetensors hymenoptera_data --split train --json"
)]
pub(super) struct Args {
    /// A run's folder, or its model.safetensors.
    model: PathBuf,
    /// The data set.
    data: PathBuf,
    /// Which pictures: train, val or test.
    #[arg(long, default_value = "val", value_parser = parse_split)]
    split: Split,
    /// One JSON object instead of tables.
    #[arg(long)]
    json: bool,
    /// Where to compute: auto, cpu, cuda or metal.
    #[arg(long, default_value = "auto", value_parser = super::train::parse_device)]
    device: DeviceChoice,
    /// Threads to compute with [default: one for each core].
    #[arg(long, allow_negative_numbers = true, value_parser = numbers::threads)]
    threads: Option<usize>,
}

fn parse_split(text: &str) -> Result<Split, String> {
    Split::ALL.into_iter().find(|split| split.name() == text).ok_or_else(|| "must be train, val or test".to_owned())
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    let cancel: CancelToken = super::interrupt::token();
    let predictor = Predictor::load(&args.model, args.device, args.threads)?;
    if let (_, Some(note)) = predictor.device() {
        output::note(format_args!("{note}"));
    }
    let dataset = scan_with_progress(&args.data, &split_of_the_run(&args.model))?.dataset;
    let mut unreadable = name_unreadable(&dataset);
    let bar = progress::bar("evaluating {wide_bar} {pos}/{len}");
    let evaluation = predictor.evaluate(&dataset, args.split, &cancel, &mut |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let evaluation = evaluation?;

    // Of nothing there are no figures: an accuracy of 0 would be taken for that of a bad model.
    let any = judged(&evaluation) > 0;
    let mut out = output::out();
    if any && args.json {
        write_json(&mut out, args, &predictor, &evaluation)?;
    } else if any {
        write_text(&mut out, args, &predictor, &evaluation)?;
    }
    out.flush()?;
    for outcome in &evaluation.outcomes {
        if let Err(reason) = &outcome.result {
            output::note(format_args!("{}: {reason}", outcome.path.display()));
            unreadable += 1;
        }
    }
    if !any {
        let (count, split) = (evaluation.outcomes.len(), args.split.name());
        anyhow::bail!("none of the {count} {split} pictures of {} could be read", args.data.display());
    }
    Ok(Done::with_unreadable(unreadable))
}

/// How the run split a folder that has no split of its own: pictures it learned from must not be taken for validation.
fn split_of_the_run(model: &Path) -> ScanOptions {
    let dir = if model.is_dir() { Some(model) } else { model.parent() };
    dir.and_then(|dir| load_run(dir).ok())
        .map_or_else(ScanOptions::default, |record| ScanOptions::keeping(record.config.val_fraction))
}

fn judged(evaluation: &Evaluation) -> usize {
    evaluation.confusion.iter().flatten().sum()
}

fn write_text(out: &mut dyn Write, args: &Args, predictor: &Predictor, evaluation: &Evaluation) -> std::io::Result<()> {
    let (low, high) = evaluation.accuracy_interval;
    writeln!(
        out,
        "{} ({}) on the {} pictures of {}: {}",
        output::plain(&args.model.to_string_lossy()),
        predictor.model_name(),
        args.split.name(),
        output::plain(&args.data.to_string_lossy()),
        output::counted(judged(evaluation), "picture", "pictures"),
    )?;
    writeln!(
        out,
        "accuracy {:.4} (95 % interval {low:.4} to {high:.4})  loss {:.4}\n",
        evaluation.accuracy, evaluation.loss
    )?;
    let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
    let mut rows = vec![["class", "precision", "recall", "F1", "pictures"].map(str::to_owned).to_vec()];
    for class in &evaluation.per_class {
        rows.push(vec![
            class.class.clone(),
            figure(class.precision),
            figure(class.recall),
            figure(class.f1),
            class.support.to_string(),
        ]);
    }
    table::print(out, &rows)?;
    writeln!(out, "\nconfusion (rows: true class, columns: predicted class)")?;
    let heading = std::iter::once(String::new()).chain(evaluation.classes.iter().cloned());
    let mut rows = vec![heading.collect::<Vec<_>>()];
    for (class, counts) in evaluation.classes.iter().zip(&evaluation.confusion) {
        rows.push(std::iter::once(class.clone()).chain(counts.iter().map(usize::to_string)).collect());
    }
    table::print(out, &rows)
}

fn write_json(out: &mut dyn Write, args: &Args, predictor: &Predictor, evaluation: &Evaluation) -> std::io::Result<()> {
    let per_class = evaluation.per_class.iter().map(|class| {
        json!({
            "class": class.class, "precision": class.precision, "recall": class.recall, "f1": class.f1,
            "support": class.support,
        })
    });
    let (low, high) = evaluation.accuracy_interval;
    let whole = json!({
        "model": args.model.to_string_lossy(),
        "arch": predictor.model_name(),
        "data": args.data.to_string_lossy(),
        "split": args.split,
        "count": judged(evaluation),
        "unreadable": evaluation.outcomes.iter().filter(|outcome| outcome.result.is_err()).count(),
        "accuracy": evaluation.accuracy,
        "accuracy_interval": [low, high],
        "loss": evaluation.loss,
        "classes": evaluation.classes,
        "confusion": evaluation.confusion,
        "per_class": per_class.collect::<Vec<_>>(),
    });
    writeln!(out, "{whole}")
}
