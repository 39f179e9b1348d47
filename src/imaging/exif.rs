//! What a camera wrote into a picture: which camera, when, how exposed, whether the place is in it.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use ::exif::{In, Tag, Value};

/// Bytes of a file that are looked through at most: what a camera writes is at the head.
const MOST_BYTES: u64 = 64 << 20;

/// What a camera wrote. A part that is missing or makes no sense is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExifFacts {
    /// Maker and model, `Canon EOS 5D`.
    pub camera: Option<String>,
    /// When the picture was taken, by the camera's clock: `2008-05-30 15:56:01`.
    pub taken: Option<String>,
    /// `1/125 s`.
    pub exposure: Option<String>,
    /// `f/8`.
    pub aperture: Option<String>,
    /// `ISO 100`.
    pub sensitivity: Option<String>,
    /// `50 mm`.
    pub focal_length: Option<String>,
    /// The file tells where it was taken.
    pub has_place: bool,
}

impl ExifFacts {
    /// Whether the camera wrote nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Reads what a camera wrote into the picture at `path`. A file without any, or that can't be read, has none.
pub fn read_exif(path: &Path) -> ExifFacts {
    let Ok(file) = File::open(path) else { return ExifFacts::default() };
    if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return ExifFacts::default();
    }
    // The parser is lenient; what it might still trip over must not take the window with it.
    std::panic::catch_unwind(|| {
        let mut head = Vec::new();
        let _ = BufReader::new(file).take(MOST_BYTES).read_to_end(&mut head);
        let mut reader = ::exif::Reader::new();
        reader.continue_on_error(true);
        let found = reader.read_from_container(&mut std::io::Cursor::new(head));
        let found = found.or_else(|error| error.distill_partial_result(|_| {}));
        found.map(|found| facts_of(&found)).unwrap_or_default()
    })
    .unwrap_or_default()
}

fn facts_of(found: &::exif::Exif) -> ExifFacts {
    let text = |tag: Tag| match &found.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => {
            let text = String::from_utf8_lossy(lines.first()?).trim_matches(['\0', ' ']).to_owned();
            Some(text.chars().filter(|c| !c.is_control()).take(80).collect::<String>()).filter(|text| !text.is_empty())
        }
        _ => None,
    };
    let number = |tag: Tag| {
        let value = match &found.get_field(tag, In::PRIMARY)?.value {
            Value::Rational(values) => values.first().map(::exif::Rational::to_f64),
            Value::Short(values) => values.first().map(|value| f64::from(*value)),
            Value::Long(values) => values.first().map(|value| f64::from(*value)),
            _ => None,
        }?;
        Some(value).filter(|value| value.is_finite() && *value > 0.0)
    };
    let camera = match (text(Tag::Make), text(Tag::Model)) {
        // Many models begin with their maker's name.
        (Some(make), Some(model)) if model.to_lowercase().starts_with(&first_word(&make)) => Some(model),
        (Some(make), Some(model)) => Some(format!("{make} {model}")),
        (make, model) => model.or(make),
    };
    let is_there = |tag| found.get_field(tag, In::PRIMARY).is_some();
    ExifFacts {
        camera,
        taken: text(Tag::DateTimeOriginal).or_else(|| text(Tag::DateTime)).and_then(|text| date(&text)),
        exposure: number(Tag::ExposureTime)
            .map(|secs| if secs < 0.3 { format!("1/{:.0} s", 1.0 / secs) } else { format!("{} s", short(secs)) }),
        aperture: number(Tag::FNumber).map(|number| format!("f/{}", short(number))),
        sensitivity: number(Tag::PhotographicSensitivity).map(|number| format!("ISO {number:.0}")),
        focal_length: number(Tag::FocalLength).map(|millimetres| format!("{} mm", short(millimetres))),
        has_place: is_there(Tag::GPSLatitude) && is_there(Tag::GPSLongitude),
    }
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or_default().to_lowercase()
}

/// One decimal where it says something.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// `2008:05:30 15:56:01` as people write it; none where the camera's clock was never set.
fn date(text: &str) -> Option<String> {
    let (day, time) = text.split_once(' ')?;
    let digits = day.chars().all(|c| c.is_ascii_digit() || c == ':');
    (digits && day.len() == 10 && !day.starts_with("0000"))
        .then(|| format!("{} {}", day.replace(':', "-"), time.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tag, text or none, fraction.
    type Field<'a> = (u16, Option<&'a [u8]>, (u32, u32));
    /// Tag, kind, count, bytes.
    type Entry = (u16, u16, u32, Vec<u8>);

    /// A little-endian TIFF directory with text and rational fields: the part of a file that a camera writes.
    fn tiff(fields: &[(u16, &[u8])], exif: &[Field<'_>], has_place: bool) -> Vec<u8> {
        let mut heap = Vec::new();
        let directory = |entries: &[Entry], heap: &mut Vec<u8>, heap_at: u32| {
            let mut out = (entries.len() as u16).to_le_bytes().to_vec();
            for (tag, kind, count, data) in entries {
                out.extend(tag.to_le_bytes());
                out.extend(kind.to_le_bytes());
                out.extend(count.to_le_bytes());
                if data.len() <= 4 {
                    let mut data = data.clone();
                    data.resize(4, 0);
                    out.extend(data);
                } else {
                    out.extend((heap_at + heap.len() as u32).to_le_bytes());
                    heap.extend(data);
                }
            }
            out.extend(0_u32.to_le_bytes());
            out
        };
        let ascii = |text: &[u8]| [text, b"\0"].concat();
        let main_count = fields.len() + 1 + usize::from(has_place);
        let (main_at, exif_at) = (8_u32, 8 + 2 + 12 * main_count as u32 + 4);
        let place_at = exif_at + 2 + 12 * exif.len() as u32 + 4;
        let heap_at = place_at + 2 + 24 + 4;
        let mut main: Vec<_> = fields.iter().map(|(tag, text)| (*tag, 2, text.len() as u32 + 1, ascii(text))).collect();
        main.push((0x8769, 4, 1, exif_at.to_le_bytes().to_vec()));
        if has_place {
            main.push((0x8825, 4, 1, place_at.to_le_bytes().to_vec()));
        }
        let exif: Vec<_> = exif
            .iter()
            .map(|(tag, text, (above, below))| match text {
                Some(text) => (*tag, 2, text.len() as u32 + 1, ascii(text)),
                None => (*tag, 5, 1, [above.to_le_bytes(), below.to_le_bytes()].concat()),
            })
            .collect();
        let degrees = [[47_u32, 1], [22, 1], [0, 1]].concat().iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>();
        let place = [(2, 5, 3, degrees.clone()), (4, 5, 3, degrees)];
        let mut out = b"II*\0".to_vec();
        out.extend(main_at.to_le_bytes());
        for entries in [main.as_slice(), exif.as_slice(), place.as_slice()] {
            out.extend(directory(entries, &mut heap, heap_at));
        }
        out.extend(heap);
        out
    }

    /// A JPEG that carries `tiff`.
    fn jpeg(folder: &Path, tiff: &[u8]) -> std::path::PathBuf {
        let path = folder.join("a.jpg");
        image::RgbImage::new(8, 8).save(&path).unwrap();
        let plain = std::fs::read(&path).unwrap();
        let mut bytes = plain[..2].to_vec();
        bytes.extend([0xFF, 0xE1]);
        bytes.extend((tiff.len() as u16 + 8).to_be_bytes());
        bytes.extend(b"Exif\0\0");
        bytes.extend(tiff);
        bytes.extend(&plain[2..]);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn camera_time_exposure_and_place_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let fields: [(u16, &[u8]); 2] = [(0x010F, b"Canon"), (0x0110, b"Canon EOS 5D")];
        let exif: [Field<'_>; 4] = [
            (0x829A, None, (1, 125)),
            (0x829D, None, (28, 10)),
            (0x9003, Some(b"2008:05:30 15:56:01"), (0, 0)),
            (0x920A, None, (50, 1)),
        ];
        let facts = read_exif(&jpeg(folder.path(), &tiff(&fields, &exif, true)));
        assert_eq!(facts.camera.as_deref(), Some("Canon EOS 5D"));
        assert_eq!(facts.taken.as_deref(), Some("2008-05-30 15:56:01"));
        assert_eq!(facts.exposure.as_deref(), Some("1/125 s"));
        assert_eq!(facts.aperture.as_deref(), Some("f/2.8"));
        assert_eq!(facts.focal_length.as_deref(), Some("50 mm"));
        assert!(facts.has_place);
        let facts = read_exif(&jpeg(folder.path(), &tiff(&[(0x0110, b"X100")], &[(0x829A, None, (2, 1))], false)));
        assert_eq!((facts.camera.as_deref(), facts.exposure.as_deref()), (Some("X100"), Some("2 s")));
        assert!(!facts.has_place);
    }

    #[test]
    fn files_without_and_with_damaged_facts_have_none() {
        let folder = tempfile::tempdir().unwrap();
        let plain = folder.path().join("b.jpg");
        image::RgbImage::new(8, 8).save(&plain).unwrap();
        assert!(read_exif(&plain).is_empty());
        assert!(read_exif(&folder.path().join("gone.jpg")).is_empty());
        assert!(read_exif(folder.path()).is_empty());
        let whole = tiff(&[(0x010F, b"Canon")], &[(0x829A, None, (1, 0))], true);
        assert_eq!(read_exif(&jpeg(folder.path(), &whole)).exposure, None, "a division by nought");
        for cut in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[cut] ^= 0xA5;
            read_exif(&jpeg(folder.path(), &damaged));
            read_exif(&jpeg(folder.path(), &whole[..cut]));
        }
    }

    #[test]
    fn a_clock_that_was_never_set_tells_no_time() {
        assert_eq!(date("0000:00:00 00:00:00"), None);
        assert_eq!(date("yesterday"), None);
        assert_eq!(date("2026:01:02 03:04:05").as_deref(), Some("2026-01-02 03:04:05"));
    }
}
