//! What `imago weights get` and `imago data get` share: options, the question before anything is fetched, progress, Ctrl+C.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use indicatif::ProgressBar;

use super::{UsageError, interrupt, output, progress};
use crate::base::AppPaths;
use crate::fetch::{Asked, Download, FetchError, Network, Phase, Progress, bytes_there, host_of, offer};

/// Options of everything that fetches.
#[derive(Debug, clap::Args)]
pub(super) struct FetchOptions {
    /// Fetch without asking, as scripts need it.
    #[arg(long, short)]
    yes: bool,
    /// Another server with the same files, such as a mirror of the Hugging Face hub [default: as in the window's settings;
    /// for weights then HF_ENDPOINT].
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// The proxy: http://host:port or socks5://host:port, with user:password@ where needed; `none` for no proxy [default: as
    /// in the window's settings, then HTTPS_PROXY; NO_PROXY names exceptions].
    #[arg(long, value_name = "URL")]
    proxy: Option<String>,
    /// Take a file with this SHA-256 instead of the one that Imago knows: for mirrors that carry another version.
    #[arg(long, value_name = "HEX", value_parser = checksum)]
    sha256: Option<String>,
}

fn checksum(text: &str) -> Result<String, String> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err("a SHA-256 has 64 hexadecimal digits".to_owned())
    }
}

impl FetchOptions {
    /// The download that is meant, and how to ask for it.
    pub(super) fn apply(&self, download: Download, paths: &AppPaths) -> (Download, Asked) {
        let mut network = Network::of_settings_file(&paths.settings_file());
        if let Some(mirror) = &self.mirror {
            network.set_mirror(download.origin, mirror);
        }
        if let Some(proxy) = &self.proxy {
            network.proxy.clone_from(proxy);
        }
        let download = match &self.sha256 {
            Some(sha256) => download.with_checksum(sha256),
            None => download,
        };
        (download, Asked { network, ..Asked::default() })
    }

    /// Says what would be fetched and from where, and asks, unless it `is_there`; only on the answer yes the server is asked
    /// what it has. On the answer no, ends with what to do. `place` is where the download itself goes, `shown` where the user
    /// will find it. From then on Ctrl+C cancels what is `asked`.
    pub(super) fn confirm(
        &self,
        download: &Download,
        (place, shown): (&Path, &Path),
        is_there: bool,
        asked: &mut Asked,
    ) -> anyhow::Result<bool> {
        if !is_there {
            output::notes(&described(download, place, shown, asked));
            if !self.yes && !is_answered_with_yes()? {
                return Ok(false);
            }
        }
        // Not earlier: at the question Ctrl+C ends the program, as whoever presses it there expects.
        asked.cancel = interrupt::token();
        if !is_there {
            let offer = offer(download, place, asked).map_err(explained)?;
            // What is pinned by its checksum alone has no size until the server states one.
            if let (None, Some(bytes)) = (download.bytes, offer.bytes) {
                output::note(format_args!("{} states {}", offer.host, size_of(bytes)));
            }
        }
        Ok(true)
    }
}

fn is_answered_with_yes() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(UsageError::error("nothing is fetched without being asked for: say --yes to fetch it"));
    }
    let mut stderr = std::io::stderr().lock();
    let _ = write!(stderr, "Fetch it? [y/N] ");
    let _ = stderr.flush();
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// What is known without asking anybody.
fn described(download: &Download, place: &Path, shown: &Path, asked: &Asked) -> String {
    let size = download.bytes.map_or_else(|| "size unknown".to_owned(), size_of);
    let there = match bytes_there(place, &download.sha256) {
        0 => String::new(),
        there => format!(", {} of it are there already", size_of(there)),
    };
    format!(
        "{}: {}\n  from {} ({size}{there})\n  licence: {}\n  to {}",
        download.title,
        download.about,
        host_of(&asked.network.address_of(download)),
        download.licence,
        shown.display()
    )
}

/// `46.8 MB`.
pub(super) fn size_of(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{:.1} kB", bytes as f64 / 1e3) } else { format!("{:.1} MB", bytes as f64 / 1e6) }
}

/// What went wrong, with what to do about it.
pub(super) fn explained(error: FetchError) -> anyhow::Error {
    anyhow::anyhow!("{error}. {}", error.advice())
}

/// A bar for bytes, and then for files.
pub(super) struct FetchBar(ProgressBar);

impl FetchBar {
    pub(super) fn new() -> Self {
        Self(progress::bar("{msg} {wide_bar} {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left"))
    }

    pub(super) fn show(&self, progress: Progress) {
        let text = match progress.phase {
            Phase::Asking => "asking",
            Phase::Coming => "fetching",
            Phase::Waiting => "broke off, trying again",
            Phase::Checking => "checking",
            Phase::Unpacking => "unpacking",
        };
        if self.0.message() != text {
            self.0.set_message(text);
            if progress.phase == Phase::Unpacking
                && let Ok(style) = indicatif::ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} files")
            {
                self.0.set_style(style.progress_chars("━╸─"));
            }
        }
        if let Some(total) = progress.total {
            self.0.set_length(total);
        }
        self.0.set_position(progress.done);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
