//! Decoding by content, within limits, upright, to 8-bit RGB.
//!
//! Conversions follow Pillow's `convert("RGB")`, which torchvision's loader uses: grey is repeated, a palette looked up,
//! alpha dropped (not composited), CMYK multiplied out, 16 bits rounded to 8. One deliberate difference: EXIF orientation is
//! applied, which torchvision leaves out.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use super::sniff::{HEAD_BYTES, format_name, sniff};
use super::{DecodeError, gif_canvas, jpeg};

/// Most pixels that a picture may have: a 108-megapixel phone's fit.
pub const MAX_PIXELS: u64 = 128_000_000;

/// Most bytes that decoding one picture may ask for at once.
pub const MAX_BYTES: u64 = 512 << 20;

/// Most bytes that a picture's file may have.
pub const MAX_FILE_BYTES: u64 = 512 << 20;

/// Decodes the picture in `path`, upright, as 8-bit RGB; by its content, whatever its name.
///
/// # Errors
/// [`DecodeError`] when it can't be read, isn't a picture, is damaged, or is beyond the limits. The path isn't in the message.
pub fn decode_file(path: &Path) -> Result<RgbImage, DecodeError> {
    decode_bytes(&read_picture_bytes(path)?)
}

/// Decodes the picture that `bytes` hold, upright, as 8-bit RGB. Of an animation, the first frame; of an icon, the largest.
///
/// # Errors
/// [`DecodeError`] as for [`decode_file`].
pub fn decode_bytes(bytes: &[u8]) -> Result<RgbImage, DecodeError> {
    let format = sniff(bytes.get(..HEAD_BYTES).unwrap_or(bytes))?;
    guarded(format_name(format), || match format {
        ImageFormat::Jpeg => jpeg::decode(bytes),
        other => decode_other(bytes, other),
    })
}

/// Reads a whole regular file, unless it is too large to be a picture.
///
/// # Errors
/// [`DecodeError`] when it can't be read, is empty, no regular file, or too large.
pub fn read_picture_bytes(path: &Path) -> Result<Vec<u8>, DecodeError> {
    let (file, file_bytes) = open_regular(path)?;
    let mut bytes = Vec::with_capacity(file_bytes as usize + 1);
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| DecodeError::from_io(&error))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(DecodeError::FileTooLarge { megabytes: bytes.len() as u64 >> 20 });
    }
    Ok(bytes)
}

/// Opens a regular file and gives its size; a pipe, which would wait forever, is refused before it is opened.
pub(super) fn open_regular(path: &Path) -> Result<(File, u64), DecodeError> {
    let metadata = std::fs::metadata(path).map_err(|error| DecodeError::from_io(&error))?;
    if !metadata.is_file() {
        return Err(DecodeError::NotAFile);
    }
    if metadata.len() == 0 {
        return Err(DecodeError::Empty);
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(DecodeError::FileTooLarge { megabytes: metadata.len() >> 20 });
    }
    let file = File::open(path).map_err(|error| DecodeError::from_io(&error))?;
    Ok((file, metadata.len()))
}

/// Runs a third-party decoder so that a panic inside it becomes an error: one bad file must not end a job.
pub(super) fn guarded<T>(
    format: &'static str,
    decode: impl FnOnce() -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(DecodeError::Damaged { format, detail: "the decoder gave up".into() }))
}

/// Refuses a picture that declares more pixels, or needs more bytes (`bytes_per_pixel` at the peak), than the limits allow.
pub(super) fn check_size(width: u32, height: u32, bytes_per_pixel: u64) -> Result<(), DecodeError> {
    let pixels = u64::from(width) * u64::from(height);
    let most = MAX_PIXELS.min(MAX_BYTES / bytes_per_pixel.max(1));
    if pixels > most {
        return Err(DecodeError::TooLarge { width, height, limit: most / 1_000_000 });
    }
    Ok(())
}

fn decode_other(bytes: &[u8], format: ImageFormat) -> Result<RgbImage, DecodeError> {
    let name = format_name(format);
    let fail = |error: image::ImageError| DecodeError::from_image(name, &error);
    let bytes = if format == ImageFormat::Gif { gif_canvas::widened(bytes) } else { Cow::Borrowed(bytes) };
    let mut reader = ImageReader::with_format(Cursor::new(bytes.as_ref()), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(fail)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(DecodeError::Damaged { format: name, detail: "it has no pixels".into() });
    }
    let color = decoder.color_type();
    let converted = if color == ColorType::Rgb8 { 0 } else { 3 };
    check_size(width, height, u64::from(color.bytes_per_pixel()) + converted)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(fail)?;
    let mut upright = DynamicImage::ImageRgb8(picture.into_rgb8());
    upright.apply_orientation(orientation);
    Ok(upright.into_rgb8())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayAlphaImage, LumaA, Rgba, RgbaImage};
    use proptest::prelude::*;

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn alpha_is_dropped_as_pillow_does_not_composited() {
        let picture = RgbaImage::from_pixel(3, 2, Rgba([10, 20, 30, 0]));
        for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Tiff] {
            let decoded = decode_bytes(&encoded(&DynamicImage::ImageRgba8(picture.clone()), format)).unwrap();
            assert_eq!(decoded.dimensions(), (3, 2));
            assert!(decoded.pixels().all(|pixel| pixel.0 == [10, 20, 30]), "{format:?}");
        }
        let grey = DynamicImage::ImageLumaA8(GrayAlphaImage::from_pixel(2, 2, LumaA([77, 5])));
        assert!(decode_bytes(&encoded(&grey, ImageFormat::Png)).unwrap().pixels().all(|pixel| pixel.0 == [77; 3]));
    }

    #[test]
    fn sixteen_bits_become_eight() {
        let picture = image::ImageBuffer::from_pixel(2, 2, image::Rgb([0_u16, 0x8080, 0xFFFF]));
        let decoded = decode_bytes(&encoded(&DynamicImage::ImageRgb16(picture), ImageFormat::Png)).unwrap();
        assert_eq!(decoded.get_pixel(0, 0).0, [0, 128, 255]);
    }

    #[test]
    fn a_picture_is_decoded_whatever_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("really.txt");
        std::fs::write(&path, encoded(&DynamicImage::new_rgb8(4, 3), ImageFormat::Gif)).unwrap();
        assert_eq!(decode_file(&path).unwrap().dimensions(), (4, 3));
    }

    #[test]
    fn a_missing_an_empty_and_a_folder_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.jpg");
        std::fs::write(&empty, b"").unwrap();
        assert_eq!(decode_file(&empty), Err(DecodeError::Empty));
        assert_eq!(decode_file(folder.path()), Err(DecodeError::NotAFile));
        assert!(decode_file(&folder.path().join("none.jpg")).unwrap_err().reason().contains("no such file"));
    }

    #[test]
    fn a_picture_that_declares_too_many_pixels_is_refused_before_it_is_decoded() {
        let mut bmp = encoded(&DynamicImage::new_rgb8(2, 2), ImageFormat::Bmp);
        bmp[18..22].copy_from_slice(&60_000_u32.to_le_bytes());
        bmp[22..26].copy_from_slice(&60_000_u32.to_le_bytes());
        assert!(matches!(decode_bytes(&bmp), Err(DecodeError::TooLarge { width: 60_000, .. })));
    }

    #[test]
    fn a_panic_in_a_decoder_is_an_error() {
        let result: Result<(), _> = guarded("PNG", || panic!("on purpose"));
        assert!(matches!(result, Err(DecodeError::Damaged { format: "PNG", .. })));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn random_bytes_after_any_magic_never_panic(kind in 0_usize..9, noise in proptest::collection::vec(any::<u8>(), 0..600)) {
            const MAGIC: [&[u8]; 9] = [
                b"", b"\xFF\xD8\xFF\xE0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x40\0\0\0WEBPVP8 ", b"II*\0\x08\0\0\0",
                b"P6\n9 9\n255\n", b"BM", b"\0\0\x01\0\x01\0",
            ];
            let _ = decode_bytes(&[MAGIC[kind], &noise].concat());
        }

        #[test]
        fn a_picture_with_flipped_bytes_never_panics(
            format in 0_usize..7, flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        ) {
            const FORMATS: [ImageFormat; 7] = [
                ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Tiff,
                ImageFormat::Bmp, ImageFormat::Pnm,
            ];
            let picture = RgbImage::from_fn(19, 13, |x, y| image::Rgb([(x * 13) as u8, (y * 17) as u8, (x * y) as u8]));
            let mut bytes = encoded(&DynamicImage::ImageRgb8(picture), FORMATS[format]);
            for (place, value) in flips {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
            let _ = decode_bytes(&bytes);
        }
    }
}
