//! Facts of a picture from its header alone: cheap enough for a whole folder.

use std::io::{BufRead, BufReader, Seek};
use std::path::Path;

use image::metadata::Orientation;
use image::{ImageDecoder, ImageFormat, ImageReader, Limits};

use super::decode::{MAX_BYTES, guarded, open_regular};
use super::sniff::{HEAD_BYTES, format_name, sniff};
use super::{DecodeError, gif_canvas, jpeg};

/// What a header tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFacts {
    /// Width in pixels, upright.
    pub width: u32,
    /// Height in pixels, upright.
    pub height: u32,
    /// The format by content: `JPEG`, `PNG`, `GIF`, `WebP`, `PNM`, `TIFF`, `BMP` or `ICO`.
    pub format: &'static str,
    /// Size of the file in bytes.
    pub file_bytes: u64,
}

/// Reads a picture's facts without decoding its pixels.
///
/// # Errors
/// [`DecodeError`] when the file can't be read or its header is not one of a picture. A file with a good header may still
/// fail to decode.
pub fn read_facts(path: &Path) -> Result<ImageFacts, DecodeError> {
    let (file, file_bytes) = open_regular(path)?;
    let mut reader = BufReader::with_capacity(16 << 10, file);
    let head = reader.fill_buf().map_err(|error| DecodeError::from_io(&error))?;
    let format = sniff(head.get(..HEAD_BYTES).unwrap_or(head))?;
    let name = format_name(format);
    // What reaches beyond a GIF's canvas is shown as well. (A first frame further on than this buffer is not looked for.)
    let frame = if format == ImageFormat::Gif { gif_canvas::first_frame_end(head) } else { None };
    let (width, height, orientation) = guarded(name, || match format {
        ImageFormat::Jpeg => jpeg::header(reader),
        other => header(reader, other),
    })?;
    let (right, bottom) = frame.unwrap_or((0, 0));
    let (width, height) = (width.max(right.into()), height.max(bottom.into()));
    let (width, height) = if swaps_sides(orientation) { (height, width) } else { (width, height) };
    Ok(ImageFacts { width, height, format: name, file_bytes })
}

fn header(reader: impl BufRead + Seek, format: ImageFormat) -> Result<(u32, u32, Orientation), DecodeError> {
    let mut reader = ImageReader::with_format(reader, format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| DecodeError::from_image(format_name(format), &error))?;
    let (width, height) = decoder.dimensions();
    Ok((width, height, decoder.orientation().unwrap_or(Orientation::NoTransforms)))
}

/// Whether making a picture upright exchanges its width and height.
fn swaps_sides(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_size_and_format_by_content() {
        let folder = tempfile::tempdir().unwrap();
        for (format, name) in [
            (ImageFormat::Jpeg, "JPEG"),
            (ImageFormat::Png, "PNG"),
            (ImageFormat::Bmp, "BMP"),
            (ImageFormat::Tiff, "TIFF"),
            (ImageFormat::WebP, "WebP"),
            (ImageFormat::Pnm, "PNM"),
            (ImageFormat::Gif, "GIF"),
        ] {
            let path = folder.path().join("picture.dat");
            image::DynamicImage::new_rgb8(31, 17).save_with_format(&path, format).unwrap();
            let facts = read_facts(&path).unwrap();
            let file_bytes = std::fs::metadata(&path).unwrap().len();
            assert_eq!(facts, ImageFacts { width: 31, height: 17, format: name, file_bytes });
        }
    }
}
