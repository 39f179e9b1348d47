//! `imago weights`: what there is, and fetching it.

use std::io::Write;
use std::path::PathBuf;

use super::fetching::{FetchBar, FetchOptions, explained, size_of};
use super::{Done, UsageError, interrupt, output, table};
use crate::base::AppPaths;
use crate::fetch::{Download, FetchError, catalog, weights};
use crate::import::{Limits, import};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say which weights can be fetched, how large they are, and which are there.
    List,
    /// Fetch official ImageNet weights: resnet18 (46.8 MB) or resnet34 (87.3 MB).
    Get(GetArgs),
    /// Convert a PyTorch state dict (.pth) to safetensors. Nothing in the file is run.
    Import(ImportArgs),
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    imago weights import resnet18.pth --out resnet18.safetensors\n\n\
    The file is read by a process of its own, whose time and, on Linux, memory are limited.")]
struct ImportArgs {
    /// A file that torch.save(model.state_dict(), …) wrote.
    file: PathBuf,
    /// The new safetensors file.
    #[arg(long, value_name = "FILE.safetensors")]
    out: PathBuf,
    /// Memory that reading may take [default: 1 GB and six times the file].
    #[arg(long, value_name = "MB", hide = true)]
    memory_mb: Option<u64>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    imago weights get resnet18\n  \
    imago weights get resnet18 --yes --mirror https://hf-mirror.com\n  \
    imago train hymenoptera_data --model resnet18 --weights imagenet\n\n\
    The size is shown and you are asked first. A transfer that broke off, or that Ctrl+C ended, goes on where it was. The file is \
    checked against its SHA-256 and opened before it is used. Its path is printed on standard output.")]
struct GetArgs {
    /// Which: resnet18 or resnet34.
    name: String,
    #[command(flatten)]
    options: FetchOptions,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Done> {
    match &args.command {
        Command::List => list(),
        Command::Get(args) => get(args),
        Command::Import(args) => import_file(args),
    }
}

fn list() -> anyhow::Result<Done> {
    let paths = AppPaths::of_this_user();
    let mut rows = vec![["name", "size", "licence", "fetched to", "what"].map(str::to_owned).to_vec()];
    for download in catalog::weights() {
        let place = weights::place_of(&download, &paths);
        rows.push(vec![
            download.name.clone(),
            download.bytes.map(size_of).unwrap_or_default(),
            download.licence.clone(),
            if place.is_file() { place.display().to_string() } else { "-".to_owned() },
            download.about.clone(),
        ]);
    }
    let mut out = output::out();
    table::print(&mut out, &rows)?;
    out.flush()?;
    Ok(Done::All)
}

/// The entry of the catalog called `name`.
pub(super) fn named(name: &str, catalog: Vec<Download>) -> anyhow::Result<Download> {
    let names: Vec<String> = catalog.iter().map(|download| download.name.clone()).collect();
    catalog
        .into_iter()
        .find(|download| download.name == name)
        .ok_or_else(|| UsageError::error(format!("“{name}” can’t be fetched: choose {}", names.join(" or "))))
}

fn get(args: &GetArgs) -> anyhow::Result<Done> {
    let paths = AppPaths::of_this_user();
    let (download, mut asked) = args.options.apply(named(&args.name, catalog::weights())?, &paths);
    let place = weights::place_of(&download, &paths);
    let is_there = weights::has_checksum(&place, &download, &asked, &mut |_| {}).map_err(explained)?;
    if !args.options.confirm(&download, (&place, &place), is_there, &mut asked)? {
        output::note(format_args!("nothing was fetched"));
        return Ok(Done::Interrupted);
    }
    let bar = FetchBar::new();
    let fetched = weights::get(&download, &paths, &asked, &mut |progress| bar.show(progress));
    bar.finish();
    match fetched {
        Ok(path) => {
            output::line(format_args!("{}", path.display()));
            output::note(format_args!("use them with: imago train DATA --model {} --weights imagenet", download.name));
            Ok(Done::All)
        }
        Err(FetchError::Cancelled) => {
            output::note(format_args!("stopped. {}", FetchError::Cancelled.advice()));
            Ok(Done::Interrupted)
        }
        Err(error) => Err(explained(error)),
    }
}

fn import_file(args: &ImportArgs) -> anyhow::Result<Done> {
    let program = std::env::current_exe()?;
    let mut limits = Limits::for_file(&args.file);
    if let Some(memory_mb) = args.memory_mb {
        limits.bytes = memory_mb.saturating_mul(1 << 20);
    }
    import(&program, &args.file, &args.out, &limits, &interrupt::token())?;
    output::line(format_args!("{}", args.out.display()));
    Ok(Done::All)
}
