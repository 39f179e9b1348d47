//! Imago.app: what the bundle says about itself, and that the script puts it together.

use super::files::{path, text};
use super::xml::{Element, parse};

/// The value behind a key of a plist dictionary.
fn value<'a>(dictionary: &'a Element, key: &str) -> &'a Element {
    let at = dictionary.children.iter().position(|child| child.name == "key" && child.text == key);
    &dictionary.children[at.unwrap_or_else(|| panic!("no {key}")) + 1]
}

#[test]
fn the_bundle_names_its_program_icon_and_the_documents_that_it_opens() {
    let plist = parse(&text("dist/macos/Info.plist")).unwrap();
    assert_eq!((plist.name.as_str(), plist.attribute("version")), ("plist", Some("1.0")));
    let top = plist.one("dict");
    // Keys and values take turns.
    assert!(top.children.iter().step_by(2).all(|child| child.name == "key"));
    assert!(top.children.iter().skip(1).step_by(2).all(|child| child.name != "key"));
    assert_eq!(value(top, "CFBundleExecutable").text, "imago");
    assert!(path(&format!("dist/macos/{}", value(top, "CFBundleIconFile").text)).is_file());
    for key in ["CFBundleShortVersionString", "CFBundleVersion"] {
        assert_eq!(value(top, key).text, "@VERSION@", "filled in by bundle.sh");
    }
    assert_eq!(value(top, "NSHighResolutionCapable").name, "true");
    let documents = value(top, "CFBundleDocumentTypes");
    let opened: Vec<_> =
        documents.children.iter().map(|kind| value(kind, "LSItemContentTypes").one("string").text.as_str()).collect();
    assert_eq!(opened, ["local.imago.safetensors", "public.folder"]);
    // Offered, never the default: Finder stays what opens folders.
    assert!(documents.children.iter().all(|kind| value(kind, "LSHandlerRank").text == "Alternate"));
    let declared = &value(top, "UTImportedTypeDeclarations").children[0];
    assert_eq!(value(declared, "UTTypeIdentifier").text, opened[0]);
    assert_eq!(value(declared, "UTTypeTagSpecification").one("string").text, "safetensors");
}

#[cfg(unix)]
#[test]
fn the_script_puts_the_bundle_together_with_the_version() {
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::Command;

    use super::files::VERSION;
    let folder = tempfile::tempdir().unwrap();
    let bundle = |licences: &Path| {
        Command::new("bash")
            .arg(path("dist/macos/bundle.sh"))
            .arg(env!("CARGO_BIN_EXE_imago"))
            .arg(licences)
            .arg(folder.path())
            .output()
            .unwrap()
    };
    let licences = folder.path().join("licences.txt");
    assert!(!bundle(&licences).status.success(), "there are no licences yet");
    assert!(!folder.path().join("Imago.app").exists(), "nothing is half made");

    std::fs::write(&licences, "licences").unwrap();
    let output = bundle(&licences);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let contents = folder.path().join("Imago.app/Contents");
    let plist = parse(&std::fs::read_to_string(contents.join("Info.plist")).unwrap()).unwrap();
    assert_eq!(value(plist.one("dict"), "CFBundleVersion").text, VERSION);
    let program = contents.join("MacOS").join(&value(plist.one("dict"), "CFBundleExecutable").text);
    assert_eq!(program.metadata().unwrap().permissions().mode() & 0o777, 0o755);
    for file in
        ["imago.icns", "third-party-licences.txt", "LICENSE-MIT", "LICENSE-APACHE", "Inter-OFL.txt", "Noto-OFL.txt"]
    {
        assert!(contents.join("Resources").join(file).is_file(), "{file}");
    }
}
