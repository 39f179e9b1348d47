//! `imago sample`: the drawn ants and bees.

use std::path::PathBuf;

use super::{Done, interrupt, numbers, output, progress};
use crate::dataset::write_sample;

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  imago sample insects\n  imago train insects --model cnn --out run")]
pub(super) struct Args {
    /// Where to put it: a new or empty folder.
    dir: PathBuf,
    /// Other numbers draw other insects.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true, value_parser = numbers::seed)]
    seed: u64,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    let bar = progress::bar("drawing {wide_bar} {pos}/{len}");
    let written = write_sample(&args.dir, args.seed, &interrupt::token(), &mut |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    written?;
    output::line(format_args!("the sample is in {}", args.dir.display()));
    Ok(Done::All)
}
