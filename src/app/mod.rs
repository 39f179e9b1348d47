//! The window's application: state, commands, jobs. (being written)

use std::path::PathBuf;

/// Opens the window, with a folder or model in it if there is one.
///
/// # Errors
/// There is no display, or no renderer works.
pub fn run(path: Option<PathBuf>) -> anyhow::Result<()> {
    let _ = path;
    anyhow::bail!("this build has no window yet: see `imago --help` for the command line")
}
