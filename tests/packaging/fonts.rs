//! The fonts inside the program: their licences have to go wherever the program goes.

use super::files::text;

/// The licences of the fonts that are inside the program: how each is called here, in a package, and what its fonts are called.
const FONT_LICENCES: [(&str, &str, &str); 2] =
    [("assets/fonts/OFL.txt", "Inter-OFL.txt", "Inter-"), ("assets/fonts/OFL-Noto.txt", "Noto-OFL.txt", "Chinese-")];

#[test]
fn every_font_inside_the_program_has_its_licence_in_every_package() {
    let theme = text("src/ui/theme.rs");
    let fonts: Vec<&str> =
        theme.split("include_bytes!(\"../../assets/fonts/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(fonts.len() >= 5, "{fonts:?}");
    for font in fonts {
        assert!(FONT_LICENCES.iter().any(|(_, _, names)| font.starts_with(names)), "{font} has no licence");
    }
    let debian = text("dist/linux/copyright");
    let manifest = text("Cargo.toml");
    let (script, bundle, setup) =
        (text("dist/package.sh"), text("dist/macos/bundle.sh"), text("dist/windows/imago.nsi"));
    for (here, there, fonts) in FONT_LICENCES {
        let copyright = text(here).lines().next().unwrap_or_default().replace("Copyright (c) ", "Copyright ");
        let copyright = copyright.split(" (").next().unwrap_or_default().replace("Copyright ", "Copyright: ");
        let stanza = format!("Files: assets/fonts/{fonts}*\n{copyright}");
        assert!(debian.contains(&stanza), "dist/linux/copyright doesn't say: {stanza}");
        assert!(manifest.contains(&format!("[\"{here}\", \"usr/share/doc/imago/{there}\"")), "the .deb lacks {there}");
        assert_eq!(script.matches(here).count(), 2, "the archive for Linux and the installer for Windows have {there}");
        assert!(bundle.contains(here), "Imago.app lacks {there}");
        assert!(setup.contains(&format!("File \"{there}\"")), "the installer for Windows lacks {there}");
    }
}
