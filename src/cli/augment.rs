//! `imago augment`: a data set made larger on disk.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::{Done, augment_option, interrupt, numbers, output, progress, scan::scan_with_progress};
use crate::augment::Pipeline;
use crate::base::CancelToken;
use crate::dataset::{ScanIssueKind, ScanOptions};
use crate::offline::{DEFAULT_SIZE, EnlargeRequest, Enlarged, OfflineError, enlarge, refuse_inside};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    imago augment hymenoptera_data --out larger --factor 4\n  \
    imago augment insects --out larger --factor 8 --augment insects-from-above --seed 1\n\n\
    Each training picture is copied and gets N - 1 variants beside it (photo_aug1.jpg, photo_aug2.jpg, ...); validation and test \
    pictures are copied as they are. manifest.jsonl says where each file comes from and what was drawn. Variant k is what \
    epoch k of `imago train` with the same augmentation and seed sees. Ctrl+C, or a full disk, leaves a folder with an \
    INCOMPLETE.txt in it: the same command goes on.")]
pub(super) struct Args {
    /// The data set: train/<class>/… and val/<class>/…, or <class>/…
    data: PathBuf,
    /// Where to put it: a new or empty folder, or one in which the same command was cut off.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Training pictures afterwards for each one before: the original and N - 1 variants.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = numbers::factor)]
    factor: usize,
    /// What the variants go through: a preset (none, recipe, light, strong, insects-from-above) or a TOML file.
    #[arg(long, value_name = "PRESET|FILE.toml", default_value = "recipe")]
    augment: String,
    /// Seed of everything random.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = numbers::seed)]
    seed: u64,
    /// Side of the variants in pixels; the default is what training sees. Ask for more if they will be cropped again.
    #[arg(long, value_name = "PIXELS", default_value_t = DEFAULT_SIZE)]
    #[arg(allow_negative_numbers = true, value_parser = numbers::picture_size)]
    size: u32,
    /// Share of each class that becomes validation pictures, at most 0.9, where the folder has no split of its own.
    #[arg(long, default_value = "0.2", allow_negative_numbers = true, value_parser = numbers::share)]
    val_fraction: f64,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    let pipeline = augment_option::pipeline(&args.augment)?;
    // Before the scan, and for the folder as it was given: the scan may look through a folder that only wraps another.
    refuse_inside(&args.out, &args.data)?;
    let options = ScanOptions::keeping(args.val_fraction);
    let dataset = scan_with_progress(&args.data, &options)?.dataset;
    for hint in hints(&pipeline, args.factor) {
        output::note(format_args!("{hint}"));
    }
    let cancel = CancelToken::new();
    interrupt::listen();
    cancel_on_interrupt(cancel.clone())?;
    let bar = progress::bar("enlarging {wide_bar} {pos}/{len}");
    let request = EnlargeRequest {
        dataset: &dataset,
        out: args.out.clone(),
        pipeline: &pipeline,
        factor: args.factor,
        seed: args.seed,
        size: args.size,
    };
    let enlarged = enlarge(&request, &cancel, &mut |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let enlarged = match enlarged {
        Err(OfflineError::Cancelled) => {
            output::note(format_args!(
                "stopped; {} is incomplete: the same command goes on where it ended",
                args.out.display()
            ));
            return Ok(Done::Interrupted);
        }
        other => other?,
    };
    let mut unreadable = enlarged.skipped.len();
    for skipped in &enlarged.skipped {
        output::note(format_args!("skipped {}: {}", skipped.path.display(), skipped.reason));
    }
    unreadable += enlarged.unreadable.len();
    for picture in &enlarged.unreadable {
        output::note(format_args!("copied as it is, but no picture: {}: {}", picture.path.display(), picture.reason));
    }
    for issue in dataset.issues.iter().filter(|issue| issue.kind == ScanIssueKind::Unreadable) {
        unreadable += 1;
        output::note(format_args!("skipped {}: {}", dataset.root.join(&issue.rel_path).display(), issue.reason));
    }
    if enlarged.unlabelled > 0 {
        let pictures = output::counted(enlarged.unlabelled, "picture without a class", "pictures without a class");
        output::note(format_args!("left out {pictures}"));
    }
    output::line(format_args!("{}", summary(&enlarged, args, &pipeline)));
    Ok(Done::with_unreadable(unreadable))
}

fn summary(enlarged: &Enlarged, args: &Args, pipeline: &Pipeline) -> String {
    let Enlarged { originals, variants, held_out, kept, .. } = enlarged;
    let going_on = if *kept > 0 { format!("; {kept} of these files were there already") } else { String::new() };
    let possible = match pipeline.variants() {
        Some(different) => {
            let different = usize::try_from(different).unwrap_or(usize::MAX);
            output::counted(different, "different picture", "different pictures")
        }
        None => "endlessly many pictures".to_owned(),
    };
    format!(
        "{}: {} for training ({originals} originals, {variants} variants), {held_out} for validation and test as they \
         were{going_on}; augmentation factor {}, where this augmentation can make {possible} of one",
        args.out.display(),
        output::counted(originals + variants, "picture", "pictures"),
        args.factor,
    )
}

/// What is odd about these settings, though nothing is wrong with them.
fn hints(pipeline: &Pipeline, factor: usize) -> Vec<String> {
    let mut hints = Vec::new();
    if let Some(different) = pipeline.variants()
        && (different as usize) < factor.saturating_sub(1)
    {
        let pictures = output::counted(different as usize, "different picture", "different pictures");
        hints.push(format!(
            "this augmentation makes only {pictures} of one, so that some of the {} variants will be the same",
            factor - 1
        ));
    }
    if pipeline.batch.is_some() {
        hints.push(
            "mixing of pictures ([batch]) is left out: it is for training, where a picture can have two labels".into(),
        );
    }
    hints
}

/// Hands Ctrl+C on to the work.
fn cancel_on_interrupt(cancel: CancelToken) -> std::io::Result<()> {
    let watch = move || {
        while !interrupt::requested() {
            thread::sleep(Duration::from_millis(50));
        }
        output::note(format_args!("stopping; press Ctrl+C again to end at once"));
        cancel.cancel();
    };
    thread::Builder::new().name("imago-interrupt".into()).spawn(watch).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipeline_with_too_few_different_results_is_pointed_out() {
        let none = Pipeline::preset("none").unwrap();
        assert!(hints(&none, 2).is_empty());
        assert!(hints(&none, 3)[0].contains("only 1 different picture of one"));
        assert!(hints(&Pipeline::default(), 1000).is_empty());
        let mixing = Pipeline { batch: Some(crate::augment::BatchMix::default()), ..Pipeline::default() };
        assert!(hints(&mixing, 2)[0].contains("left out"));
    }
}
