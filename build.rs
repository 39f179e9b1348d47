//! Stamps the version (with the commit, where there is one) and, for Windows, the icon and the manifest.

use std::process::Command;

const ICON: &str = "assets/imago.ico";
const MANIFEST: &str = "dist/windows/imago.manifest";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={ICON}");
    println!("cargo:rerun-if-changed={MANIFEST}");
    // A tarball has no .git: the version is then the package's alone.
    for path in [".git/HEAD", ".git/refs/heads", ".git/packed-refs"] {
        if std::path::Path::new(path).exists() {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let stamp = commit().map_or(version.clone(), |commit| format!("{version} ({commit})"));
    println!("cargo:rustc-env=IMAGO_VERSION={stamp}");
    windows_resources();
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

/// Icon, manifest and version of `imago.exe`: a Windows program without them would be drawn blurred on dense screens and fail on
/// long paths, so that not being able to add them ends the build.
fn windows_resources() {
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("windows") {
        return;
    }
    let mut resource = winresource::WindowsResource::new();
    resource.set_icon(ICON);
    resource.set_manifest_file(MANIFEST);
    resource.set("ProductName", "Imago");
    resource.set("FileDescription", "Imago");
    resource.set("LegalCopyright", "The Imago developers; MIT or Apache 2.0");
    if let Err(error) = resource.compile() {
        println!("cargo::error=the icon and the manifest of the Windows program could not be added: {error}");
    }
}
