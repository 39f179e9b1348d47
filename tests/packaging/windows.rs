//! The Windows program's manifest and its setup script.

use std::collections::BTreeSet;

use super::files::{VERSION, path, text};
use super::xml::parse;

#[test]
fn the_manifest_asks_for_sharp_pixels_long_paths_and_utf_8() {
    let manifest = parse(&text("dist/windows/imago.manifest")).unwrap();
    assert_eq!(manifest.name, "assembly");
    assert_eq!(manifest.attribute("xmlns"), Some("urn:schemas-microsoft-com:asm.v1"));
    let settings = manifest.one("windowsSettings");
    for (setting, wanted, year) in [
        ("dpiAwareness", "PerMonitorV2, PerMonitor", "2016"),
        ("longPathAware", "true", "2016"),
        ("activeCodePage", "UTF-8", "2019"),
    ] {
        let setting = settings.one(setting);
        assert_eq!(setting.text, wanted);
        let schema = format!("http://schemas.microsoft.com/SMI/{year}/WindowsSettings");
        assert_eq!(setting.attribute("xmlns"), Some(schema.as_str()), "Windows ignores a setting of another schema");
    }
    assert_eq!(manifest.one("requestedExecutionLevel").attribute("level"), Some("asInvoker"));
    assert_eq!(manifest.children[0].attribute("version"), Some(format!("{VERSION}.0").as_str()));
    // Else the message box with which a failed start is reported can't be shown.
    assert_eq!(
        manifest.one("dependentAssembly").children[0].attribute("name"),
        Some("Microsoft.Windows.Common-Controls")
    );
}

#[test]
fn the_build_puts_icon_and_manifest_into_the_program() {
    let build = text("build.rs");
    for file in ["assets/imago.ico", "dist/windows/imago.manifest"] {
        assert!(build.contains(&format!("\"{file}\"")) && path(file).is_file(), "{file}");
    }
}

/// The quoted argument of every line of the setup script that starts with this word.
fn arguments(script: &str, word: &str) -> BTreeSet<String> {
    let lines = script.lines().filter_map(|line| line.trim().strip_prefix(word)?.trim().strip_prefix('"'));
    lines.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn the_setup_removes_every_file_that_it_installs_and_the_package_script_provides_them() {
    let script = text("dist/windows/imago.nsi");
    let installed = arguments(&script, "File ");
    assert!(installed.contains("imago.exe") && installed.len() >= 6, "{installed:?}");
    let removed = arguments(&script, "Delete ");
    let package = text("dist/package.sh");
    for file in &installed {
        assert!(removed.contains(&format!("$INSTDIR\\{file}")), "{file} stays behind");
        assert!(package.contains(file.as_str()), "dist/package.sh doesn't provide {file}");
    }
    // Nothing of the user's: no folder is removed with what is in it.
    assert!(!script.contains("RMDir /r"));
}

#[test]
fn the_setup_needs_no_administrator_and_takes_its_registry_keys_back() {
    let script = text("dist/windows/imago.nsi");
    assert!(script.contains("RequestExecutionLevel user"));
    assert!(!script.contains("HKLM") && !script.contains("$PROGRAMFILES"), "for one user");
    let keys = |word: &str| -> BTreeSet<String> {
        let lines = script.lines().filter_map(|line| line.trim().strip_prefix(word)?.trim().strip_prefix("HKCU \""));
        lines.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    };
    let removed = keys("DeleteRegKey");
    // The extension's key belongs to every program that opens such files: there only our value goes.
    let value_removed = keys("DeleteRegValue");
    for key in keys("WriteRegStr").union(&keys("WriteRegDWORD")) {
        let below = |gone: &String| key == gone || key.starts_with(&format!("{gone}\\"));
        assert!(removed.iter().any(below) || value_removed.contains(key), "{key} stays behind");
    }
    for shared in ["${CLASSES}\\.safetensors", "${CLASSES}\\Directory", "${CLASSES}\\Directory\\shell"] {
        assert!(!removed.contains(shared), "{shared} isn't ours to remove");
    }
}

#[test]
fn only_a_release_build_is_a_program_without_a_console() {
    let main = text("src/main.rs");
    assert!(main.contains("#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = \"windows\")]"));
}
