//! Stamps the version (with the commit, where there is one) and, on Windows, the icon.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=assets/imago.ico");
    // A tarball has no .git: the version is then the package's alone.
    for path in [".git/HEAD", ".git/refs/heads", ".git/packed-refs"] {
        if std::path::Path::new(path).exists() {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let stamp = commit().map_or(version.clone(), |commit| format!("{version} ({commit})"));
    println!("cargo:rustc-env=IMAGO_VERSION={stamp}");
    windows_icon();
}

/// The short commit of this checkout; `None` when this folder is not the top of one, or there is no git.
fn commit() -> Option<String> {
    if !std::path::Path::new(".git").exists() {
        return None;
    }
    let output = Command::new("git").args(["rev-parse", "--short=8", "HEAD"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(windows)]
fn windows_icon() {
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("windows") {
        let mut resource = winresource::WindowsResource::new();
        resource.set_icon("assets/imago.ico");
        if let Err(error) = resource.compile() {
            println!("cargo:warning=the icon could not be added: {error}");
        }
    }
}

#[cfg(not(windows))]
fn windows_icon() {}
