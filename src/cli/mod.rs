//! The command line: one file per sub-command, and what they share.
//!
//! Results go to standard output, everything else (progress, warnings, the files that could not be read) to standard error.
//! Exit codes: 0 done, 1 failed or stopped by Ctrl+C, 2 wrong usage, 3 done but some files could not be read; 130 where a
//! second Ctrl+C ended it at once.
//!
//! Must not know: egui; how training or prediction work inside.

mod augment;
mod augment_option;
#[cfg(windows)]
mod console;
mod convert_pth;
mod data;
mod evaluate;
mod exit;
mod fetching;
mod interrupt;
mod models;
mod numbers;
mod output;
mod predict;
mod progress;
mod sample;
mod scan;
mod scan_health;
mod table;
mod train;
mod weights;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::app::{RendererChoice, WindowOptions};
use crate::base::edits;
use crate::lang::Language;

pub use exit::{Done, UsageError};

/// Label photographs, see augmentation, train an image classifier on your own machine, and use it.
#[derive(Debug, Parser)]
#[command(
    name = "imago",
    version = crate::VERSION,
    args_conflicts_with_subcommands = true,
    after_help = "Without a command the window opens; `imago PATH` opens that folder or model in it.\n\n\
        Try it:\n  \
        imago sample insects                                 draws a small data set of ants and bees\n  \
        imago train insects --model cnn --out run            learns it\n  \
        imago evaluate run insects                           how good is it?\n  \
        imago predict run photo.jpg folder --csv > out.csv   what is in these pictures?\n\n\
        Exit codes: 0 done, 1 failed or stopped by Ctrl+C, 2 wrong usage, 3 done but some files could not be read, \
        130 ended at once by a second Ctrl+C."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// A folder of pictures, or a model, to open in the window.
    path: Option<PathBuf>,
    /// Language of the window, en or zh-CN, unless its settings name one; else IMAGO_LANG's or the system's. Other output is
    /// always English.
    #[arg(long = "lang", value_name = "LANG", value_parser = language)]
    language: Option<Language>,
    /// Write the times of every frame of the window to this file.
    #[arg(long, value_name = "FILE", hide = true)]
    frame_stats: Option<PathBuf>,
    /// What draws the window: glow (OpenGL), wgpu (Vulkan, Metal, Direct3D), or auto, which takes the other one where the first
    /// fails.
    #[arg(long, value_name = "auto|glow|wgpu", default_value = "auto", value_parser = RendererChoice::parse)]
    renderer: RendererChoice,
    /// Panic in the third frame, to try what happens then.
    #[arg(long, hide = true)]
    fault: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Draw a small data set of ants and bees, as train/ and val/ folders.
    Sample(sample::Args),
    /// Say what is in a folder: classes, counts by split, files that were passed over.
    Scan(scan::Args),
    /// Train a model.
    Train(Box<train::Args>),
    /// Judge a model on the labelled pictures of a data set.
    Evaluate(evaluate::Args),
    /// Say what is in pictures.
    Predict(predict::Args),
    /// Make a data set larger: each training picture and variants of it, into a new folder.
    Augment(augment::Args),
    /// Show the layers of the networks.
    Models(models::Args),
    /// Fetch official weights to start a ResNet from, or import PyTorch's.
    Weights(weights::Args),
    /// Fetch photographs.
    Data(data::Args),
    #[command(hide = true)]
    ConvertPth(convert_pth::Args),
}

/// Reads the command line, does what it says and gives the exit code.
pub fn main() -> ExitCode {
    #[cfg(windows)]
    console::attach();
    // Before the rest is read: of a mistyped command's arguments it would be said that they can't be there.
    if let Some(word) = std::env::args_os().nth(1).map(PathBuf::from)
        && is_unknown(&word)
    {
        return exit::code(Err(unknown(&word)));
    }
    let cli = Cli::parse();
    let result = match cli.command {
        None => window(WindowOptions {
            path: cli.path,
            language: cli.language.or_else(asked_for),
            renderer: cli.renderer,
            frame_stats: cli.frame_stats,
            fault: cli.fault,
        }),
        Some(Command::Sample(args)) => sample::run(&args),
        Some(Command::Scan(args)) => scan::run(&args),
        Some(Command::Train(args)) => train::run(&args),
        Some(Command::Evaluate(args)) => evaluate::run(&args),
        Some(Command::Predict(args)) => predict::run(&args),
        Some(Command::Augment(args)) => augment::run(&args),
        Some(Command::Models(args)) => models::run(&args),
        Some(Command::Weights(args)) => weights::run(&args),
        Some(Command::Data(args)) => data::run(&args),
        Some(Command::ConvertPth(args)) => convert_pth::run(&args),
    };
    exit::code(result)
}

/// The language that the environment asks for: for tests and scripts, which can't rely on the machine's.
fn asked_for() -> Option<Language> {
    std::env::var("IMAGO_LANG").ok().and_then(|name| Language::of_locale(&name))
}

/// Reads the name of a language.
fn language(name: &str) -> Result<Language, String> {
    Language::of_locale(name).ok_or_else(|| format!("“{name}” is not spoken here: en and zh-CN are"))
}

/// Whether the first word on the command line is none that can be there: no option, no command, and nothing to be opened.
fn is_unknown(word: &Path) -> bool {
    let name = word.as_os_str();
    let is_command = || name == "help" || Cli::command().get_subcommands().any(|known| name == known.get_name());
    !name.as_encoded_bytes().starts_with(b"-") && !is_command() && !word.exists()
}

/// What is said of such a word.
fn unknown(word: &Path) -> anyhow::Error {
    // As many letters as two that changed places come to.
    const MOST_EDITS: usize = 2;
    let command = Cli::command();
    let names = command.get_subcommands().filter(|known| !known.is_hide_set()).map(clap::Command::get_name);
    let nearest = names.map(|name| (edits(&word.to_string_lossy(), name), name)).min();
    let meant = match nearest {
        Some((edits, name)) if edits <= MOST_EDITS => format!("did you mean `imago {name}`? "),
        _ => String::new(),
    };
    UsageError::error(format!(
        "{} is neither a command nor a file or folder; {meant}`imago --help` lists the commands",
        word.display()
    ))
}

fn window(wanted: WindowOptions) -> anyhow::Result<Done> {
    if let Some(path) = &wanted.path
        && !path.exists()
    {
        return Err(unknown(path));
    }
    crate::app::run(&wanted)?;
    Ok(Done::All)
}
