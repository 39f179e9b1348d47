//! Reading files of this package.

use std::path::{Path, PathBuf};

/// A file of this package.
pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// Its text.
pub fn text(relative: &str) -> String {
    std::fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// Its bytes.
pub fn bytes(relative: &str) -> Vec<u8> {
    std::fs::read(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// The version in Cargo.toml.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commands that `imago --help` lists.
pub fn commands() -> Vec<String> {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_imago")).arg("--help").output().expect("imago starts");
    let help = String::from_utf8(output.stdout).expect("help is text");
    let list = help.split("Commands:").nth(1).expect("help lists commands");
    let names = list.lines().skip(1).take_while(|line| !line.trim().is_empty());
    let mut names: Vec<_> = names
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect();
    names.retain(|name| name != "help");
    assert!(names.len() >= 7, "{names:?} in {help}");
    names
}
