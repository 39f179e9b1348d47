//! The icons have the sizes that each system picks from.

use super::files::{bytes, path};

/// Width and height in a PNG's header.
fn png_size(png: &[u8]) -> (u32, u32) {
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n", "a PNG");
    let number = |at: usize| u32::from_be_bytes([png[at], png[at + 1], png[at + 2], png[at + 3]]);
    (number(16), number(20))
}

#[test]
fn the_icon_theme_has_every_size_and_the_drawing() {
    for size in [16, 24, 32, 48, 64, 128, 256, 512] {
        let png = bytes(&format!("dist/linux/icons/hicolor/{size}x{size}/apps/imago.png"));
        assert_eq!(png_size(&png), (size, size));
    }
    assert_eq!(bytes("dist/linux/icons/hicolor/scalable/apps/imago.svg"), bytes("assets/icon.svg"));
    let sizes = std::fs::read_dir(path("dist/linux/icons/hicolor")).unwrap().count();
    assert_eq!(sizes, 9, "no size that this test doesn't know");
}

#[test]
fn the_windows_icon_has_every_size_as_a_whole_picture() {
    let ico = bytes("assets/imago.ico");
    assert_eq!(ico[..4], [0, 0, 1, 0], "an icon");
    let count = usize::from(u16::from_le_bytes([ico[4], ico[5]]));
    let sizes: Vec<_> = (0..count)
        .map(|index| {
            let entry = &ico[6 + 16 * index..22 + 16 * index];
            let number =
                |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize;
            let picture = &ico[number(12)..number(12) + number(8)];
            let (width, height) = png_size(picture);
            // A byte has no 256: it is written as 0.
            assert_eq!((entry[0], entry[1]), ((width % 256) as u8, (height % 256) as u8));
            width
        })
        .collect();
    assert_eq!(sizes, [16, 24, 32, 48, 64, 128, 256]);
}

#[test]
fn the_mac_icon_has_every_size_also_for_retina_screens() {
    let icns = bytes("dist/macos/imago.icns");
    let number = |at: usize| u32::from_be_bytes([icns[at], icns[at + 1], icns[at + 2], icns[at + 3]]) as usize;
    assert_eq!((&icns[..4], number(4)), (&b"icns"[..], icns.len()));
    let mut at = 8;
    let mut sizes = std::collections::BTreeMap::new();
    while at < icns.len() {
        let kind = String::from_utf8(icns[at..at + 4].to_vec()).unwrap();
        if kind != "TOC " {
            sizes.insert(kind, png_size(&icns[at + 8..at + number(at + 4)]).0);
        }
        at += number(at + 4);
    }
    // 128 to 1024, then 16, 32, 128 and 256 points on a Retina screen.
    for (kind, size) in [
        ("ic07", 128),
        ("ic08", 256),
        ("ic09", 512),
        ("ic10", 1024),
        ("ic11", 32),
        ("ic12", 64),
        ("ic13", 256),
        ("ic14", 512),
    ] {
        assert_eq!(sizes.get(kind), Some(&size), "{kind} in {sizes:?}");
    }
}
