//! `imago convert-pth`, which the program starts itself with: see [`crate::import`].

use std::path::PathBuf;
use std::time::Duration;

use super::{Done, output};
use crate::import::{Limits, convert, limit_this_process};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(long)]
    seconds: u64,
    #[arg(long)]
    bytes: u64,
    input: PathBuf,
    output: PathBuf,
}

/// Says in one sentence what is wrong with the file; the parent adds its name.
pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    limit_this_process(&Limits { time: Duration::from_secs(args.seconds), bytes: args.bytes })?;
    match convert(&args.input, &args.output) {
        Ok(_) => Ok(Done::All),
        Err(reason) => {
            output::note(format_args!("{reason}"));
            Ok(Done::Interrupted)
        }
    }
}
