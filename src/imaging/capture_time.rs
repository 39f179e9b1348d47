//! When a picture was taken, from its EXIF data.

use std::io::Cursor;

use exif::{DateTime, In, Reader, Tag, Value};

/// Seconds since 1970 as the camera's clock showed them (as if it were UTC: cameras seldom note their time zone, and for telling
/// a burst the difference is what counts). `None` where the file has no such entry.
pub fn capture_secs(bytes: &[u8]) -> Option<i64> {
    let exif = Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    let field = exif.get_field(Tag::DateTimeOriginal, In::PRIMARY)?;
    let Value::Ascii(texts) = &field.value else { return None };
    let time = DateTime::from_ascii(texts.first()?).ok()?;
    let is_possible = (1..=12).contains(&time.month) && (1..=31).contains(&time.day) && time.year > 0;
    is_possible.then(|| {
        let days = days_since_1970(i64::from(time.year), i64::from(time.month), i64::from(time.day));
        days * 86_400 + i64::from(time.hour) * 3_600 + i64::from(time.minute) * 60 + i64::from(time.second)
    })
}

/// Days from 1 January 1970 in the Gregorian calendar (Howard Hinnant, “chrono-Compatible Low-Level Date Algorithms”).
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use exif::Field;
    use exif::experimental::Writer;
    use image::codecs::jpeg::JpegEncoder;

    /// A JPEG that was taken at `time`, as cameras write it.
    fn taken(time: &str) -> Vec<u8> {
        let value = Value::Ascii(vec![time.as_bytes().to_vec()]);
        let field = Field { tag: Tag::DateTimeOriginal, ifd_num: In::PRIMARY, value };
        let mut writer = Writer::new();
        writer.push_field(&field);
        let mut chunk = Cursor::new(Vec::new());
        writer.write(&mut chunk, false).unwrap();
        let chunk = [b"Exif\0\0".as_slice(), chunk.get_ref()].concat();
        let mut jpeg = Vec::new();
        JpegEncoder::new(&mut jpeg).encode_image(&image::RgbImage::new(8, 8)).unwrap();
        let length = (chunk.len() as u16 + 2).to_be_bytes();
        [&jpeg[..2], &[0xFF, 0xE1], &length, &chunk, &jpeg[2..]].concat()
    }

    #[test]
    fn the_camera_says_when_a_picture_was_taken() {
        let first = capture_secs(&taken("2024:02:28 23:59:58")).unwrap();
        let second = capture_secs(&taken("2024:02:29 00:00:01")).unwrap();
        assert_eq!((first, second - first), (1_709_164_798, 3));
        assert_eq!(capture_secs(&taken("1970:01:01 00:00:00")), Some(0));
    }

    #[test]
    fn a_picture_that_does_not_say_so_has_no_time() {
        for time in ["0000:00:00 00:00:00", "    :  :     :  :  ", "yesterday"] {
            assert_eq!(capture_secs(&taken(time)), None, "{time}");
        }
        assert_eq!(capture_secs(b"not a picture"), None);
        assert_eq!(capture_secs(&[]), None);
    }
}
