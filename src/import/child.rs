//! The parent's side: starts the child, waits for it with a limit, and checks what it wrote before it is used.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::base::CancelToken;
use crate::models::{WeightsError, read_weights};

/// How often the child is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What is read of the child's last words.
const MAX_WORDS: u64 = 16 << 10;
/// What the child ends with after it said why in one sentence.
const SAID_WHY: i32 = 1;

/// What the child may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Time, on the wall and of the processor.
    pub time: Duration,
    /// Memory, on Unix.
    pub bytes: u64,
}

impl Limits {
    /// Ample for an honest file of this size.
    pub fn for_file(path: &Path) -> Self {
        let size = fs::metadata(path).map_or(0, |facts| facts.len());
        Self { time: Duration::from_mins(2), bytes: (1 << 30) + size.saturating_mul(6) }
    }
}

/// Why a file was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It was asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The file can't be used.
    #[error("{} {reason}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing is overwritten.
    #[error("{} is there already: name another file", path.display())]
    Taken {
        /// Which.
        path: PathBuf,
    },
    /// It could not be started or written.
    #[error("{} could not be written: {reason}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Whether a file is one for [`import`], by its name.
pub fn is_pytorch_file(path: &Path) -> bool {
    path.extension().is_some_and(|end| ["pth", "pt"].iter().any(|known| end.eq_ignore_ascii_case(known)))
}

/// Converts `input` to the new file `output`. `program` is Imago itself, which is started as the child.
///
/// # Errors
/// Which file, and what is wrong with it; nothing is left at `output` then.
pub fn import(
    program: &Path,
    input: &Path,
    output: &Path,
    limits: &Limits,
    cancel: &CancelToken,
) -> Result<(), ImportError> {
    if fs::symlink_metadata(output).is_ok() {
        return Err(ImportError::Taken { path: output.to_owned() });
    }
    let bad = |reason: &str| ImportError::File { path: input.to_owned(), reason: reason.to_owned() };
    if !input.is_file() {
        return Err(bad("is not there, or is no file"));
    }
    let failed = |error: std::io::Error| ImportError::Write { path: output.to_owned(), reason: error.to_string() };
    let folder = match output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder).map_err(failed)?;
    // The child writes into a folder of its own, which goes away whatever happens to the child.
    let place = tempfile::Builder::new().prefix(".importing-").tempdir_in(folder).map_err(failed)?;
    let converted = place.path().join("converted.safetensors");
    let mut command = Command::new(program);
    command.arg("convert-pth").arg("--seconds").arg(limits.time.as_secs().max(1).to_string());
    command.arg("--bytes").arg(limits.bytes.to_string()).arg(input).arg(&converted);
    // One thread is enough, and each would count against the memory.
    command.env("RAYON_NUM_THREADS", "1").env_remove("IMAGO_LOG").env("RUST_BACKTRACE", "0");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let (status, words) = run(command, limits.time, cancel).map_err(failed)?;
    if cancel.is_cancelled() {
        return Err(ImportError::Cancelled);
    }
    match status {
        Some(status) if status.success() => {}
        Some(status) if status.code() == Some(SAID_WHY) => {
            let words = words.trim();
            return Err(bad(if words.is_empty() { "could not be converted" } else { words }));
        }
        Some(status) if is_of_limit(status, &words) => {
            return Err(bad(
                "takes more time or memory to read than any file of weights: it is damaged or made to do harm",
            ));
        }
        Some(_) => return Err(bad("is damaged: reading it failed")),
        None => return Err(bad("takes too long to read: it is damaged or made to do harm")),
    }
    read_weights(&converted).map_err(|error| match error {
        WeightsError::File { reason, .. } => bad(&format!("was converted, but the result {reason}")),
        WeightsError::NoResnet { found, .. } => bad(&format!(
            "holds no ResNet: expected a tensor `conv1.weight`, found {found}; choose ResNet18 or ResNet34 weights"
        )),
    })?;
    // Fails, rather than overwrites, where something has appeared there meanwhile.
    fs::hard_link(&converted, output).or_else(|_| rename_new(&converted, output)).map_err(failed)
}

/// For file systems without hard links.
fn rename_new(from: &Path, to: &Path) -> std::io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(std::io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(from, to)
}

/// Runs the child; its status is missing when it took too long or was cancelled, and is gone then.
fn run(mut command: Command, time: Duration, cancel: &CancelToken) -> std::io::Result<(Option<ExitStatus>, String)> {
    let mut child = command.spawn()?;
    let stderr = child.stderr.take();
    let listening = std::thread::Builder::new().name("imago-import-words".to_owned()).spawn(move || {
        let mut words = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = stderr.by_ref().take(MAX_WORDS).read_to_end(&mut words);
            // The rest is drained, so that the child is not held up.
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
        }
        String::from_utf8_lossy(&words).into_owned()
    })?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if start.elapsed() >= time || cancel.is_cancelled() {
            let _ = child.kill();
            child.wait()?;
            break None;
        }
        std::thread::sleep(LOOK_EVERY);
    };
    Ok((status, listening.join().unwrap_or_default()))
}

/// Whether the system ended the child for what it used.
#[cfg(unix)]
fn is_of_limit(status: ExitStatus, words: &str) -> bool {
    use std::os::unix::process::ExitStatusExt;
    // SIGKILL and SIGXCPU come from the limit on time; a failed allocation says so and aborts.
    matches!(status.signal(), Some(9 | 24)) || words.contains("memory allocation")
}

#[cfg(not(unix))]
fn is_of_limit(_status: ExitStatus, words: &str) -> bool {
    words.contains("memory allocation")
}
