//! `imago data`: data sets of photographs that can be fetched.

use std::io::Write;
use std::path::PathBuf;

use super::fetching::{FetchBar, FetchOptions, explained, size_of};
use super::weights::named;
use super::{Done, output, table};
use crate::base::AppPaths;
use crate::fetch::{FetchError, catalog, photographs, weights};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say which data sets can be fetched and how large they are.
    List,
    /// Fetch a data set: hymenoptera (47.3 MB).
    Get(GetArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    imago data get hymenoptera\n  \
    imago data get hymenoptera photographs/hymenoptera --yes\n\n\
    The size is shown and you are asked first. Only the pictures are unpacked, into a new folder, whose path is printed on standard \
    output.")]
struct GetArgs {
    /// Which: hymenoptera.
    name: String,
    /// Where to: a new or empty folder [default: one in your data folder].
    dir: Option<PathBuf>,
    #[command(flatten)]
    options: FetchOptions,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    match &args.command {
        Command::List => list(),
        Command::Get(args) => get(args),
    }
}

fn list() -> anyhow::Result<Done> {
    let paths = AppPaths::of_this_user();
    let mut rows = vec![["name", "size", "fetched to", "what"].map(str::to_owned).to_vec()];
    for download in catalog::photographs() {
        let folder = photographs::folder_of(&download, &paths);
        rows.push(vec![
            download.name.clone(),
            download.bytes.map(size_of).unwrap_or_default(),
            if photographs::is_there(&folder) { folder.display().to_string() } else { "-".to_owned() },
            download.about.clone(),
        ]);
    }
    let mut out = output::out();
    table::print(&mut out, &rows)?;
    out.flush()?;
    Ok(Done::All)
}

fn get(args: &GetArgs) -> anyhow::Result<Done> {
    let paths = AppPaths::of_this_user();
    let (download, mut asked) = args.options.apply(named(&args.name, catalog::photographs())?, &paths);
    let folder = args.dir.clone().unwrap_or_else(|| photographs::folder_of(&download, &paths));
    if photographs::is_there(&folder) {
        output::note(format_args!("it is there already"));
        output::line(format_args!("{}", folder.display()));
        return Ok(Done::All);
    }
    photographs::check_free(&folder).map_err(explained)?;
    let archive = photographs::archive_of(&download, &paths);
    let is_there = weights::has_checksum(&archive, &download, &asked, &mut |_| {}).map_err(explained)?;
    if !args.options.confirm(&download, (&archive, &folder), is_there, &mut asked)? {
        output::note(format_args!("nothing was fetched"));
        return Ok(Done::Interrupted);
    }
    let bar = FetchBar::new();
    let fetched = photographs::get(&download, &folder, &paths, &asked, &mut |progress| bar.show(progress));
    bar.finish();
    match fetched {
        Ok(()) => {
            output::line(format_args!("{}", folder.display()));
            Ok(Done::All)
        }
        Err(FetchError::Cancelled) => {
            output::note(format_args!("stopped. {}", FetchError::Cancelled.advice()));
            Ok(Done::Interrupted)
        }
        Err(error) => Err(explained(error)),
    }
}
