//! JPEG, by zune-jpeg. The lenient mode of that decoder takes what browsers take; what it must not do silently, hand out a
//! picture whose lower half was never there, is checked here.

use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::DecodeError;
use super::decode::check_size;
use super::error::tidy;

/// Decodes a JPEG to upright RGB.
pub(super) fn decode(bytes: &[u8]) -> Result<RgbImage, DecodeError> {
    let outline = Outline::of(bytes);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options(ColorSpace::RGB));
    decoder.decode_headers().map_err(failed)?;
    let (width, height) = size(decoder.dimensions())?;
    // A progressive file keeps all coefficients (16 bits each) until its last scan.
    let components = outline.components.max(3);
    check_size(width, height, if outline.progressive { 3 + 2 * components } else { 3 })?;
    // Adobe's CMYK is stored inverted, and only that does the decoder itself convert rightly.
    let plain_cmyk = decoder.input_colorspace() == Some(ColorSpace::CMYK) && !outline.adobe;
    let orientation = orientation(decoder.info().and_then(|info| info.exif_data));
    let mut picture = if plain_cmyk {
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options(ColorSpace::CMYK));
        cmyk_to_rgb(&decoder.decode().map_err(failed)?)
    } else {
        let mut pixels = vec![0; width as usize * height as usize * 3];
        decoder.decode_into(&mut pixels).map_err(failed)?;
        pixels
    };
    if outline.lacks_end(bytes) && is_cut(bytes, &mut picture) {
        return Err(DecodeError::CutOff("JPEG"));
    }
    let picture = RgbImage::from_raw(width, height, picture)
        .ok_or_else(|| DecodeError::Damaged { format: "JPEG", detail: "fewer pixels than declared".into() })?;
    if orientation == Orientation::NoTransforms {
        return Ok(picture);
    }
    let mut upright = DynamicImage::ImageRgb8(picture);
    upright.apply_orientation(orientation);
    Ok(upright.into_rgb8())
}

/// Width and height of a JPEG as it is stored, and its orientation, from its header alone.
pub(super) fn header(reader: impl std::io::BufRead + std::io::Seek) -> Result<(u32, u32, Orientation), DecodeError> {
    let mut decoder = JpegDecoder::new_with_options(reader, options(ColorSpace::RGB));
    decoder.decode_headers().map_err(failed)?;
    let (width, height) = size(decoder.dimensions())?;
    Ok((width, height, orientation(decoder.info().and_then(|info| info.exif_data))))
}

fn options(out: ColorSpace) -> DecoderOptions {
    DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
        .jpeg_set_out_colorspace(out)
}

fn size(dimensions: Option<(usize, usize)>) -> Result<(u32, u32), DecodeError> {
    match dimensions {
        Some((width, height)) if width > 0 && height > 0 => Ok((width as u32, height as u32)),
        _ => Err(DecodeError::Damaged { format: "JPEG", detail: "it has no pixels".into() }),
    }
}

fn orientation(exif: Option<Vec<u8>>) -> Orientation {
    exif.and_then(|chunk| Orientation::from_exif_chunk(&chunk)).unwrap_or(Orientation::NoTransforms)
}

// By value, so that it fits `map_err`.
#[allow(clippy::needless_pass_by_value)]
fn failed(error: DecodeErrors) -> DecodeError {
    match error {
        DecodeErrors::Unsupported(scheme) => {
            DecodeError::UnsupportedVariant { format: "JPEG", detail: tidy(&format!("{scheme:?}")) }
        }
        DecodeErrors::ExhaustedData => DecodeError::CutOff("JPEG"),
        other => DecodeError::Damaged { format: "JPEG", detail: tidy(&format!("{other:?}")) },
    }
}

/// `R = (255 - C)(255 - K) / 255` and so on: Pillow's conversion.
fn cmyk_to_rgb(cmyk: &[u8]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(cmyk.len() / 4 * 3);
    for pixel in cmyk.as_chunks::<4>().0 {
        let light = u32::from(255 - pixel[3]);
        rgb.extend(pixel[..3].iter().map(|ink| ((u32::from(255 - ink) * light + 127) / 255) as u8));
    }
    rgb
}

/// Whether the strict decoder runs out of data before the last row; `scratch` is as large as the picture in RGB.
fn is_cut(bytes: &[u8], scratch: &mut [u8]) -> bool {
    let before = scratch.to_vec();
    let strict = options(ColorSpace::RGB).set_strict_mode(true);
    let outcome = JpegDecoder::new_with_options(ZCursor::new(bytes), strict).decode_into(scratch);
    scratch.copy_from_slice(&before);
    match outcome {
        Err(DecodeErrors::FormatStatic(words)) => words.contains("Premature end"),
        Err(DecodeErrors::Format(words)) => words.contains("Premature end"),
        Err(DecodeErrors::ExhaustedData) => true,
        _ => false,
    }
}

/// What a walk over the segments before the pixels tells.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outline {
    progressive: bool,
    components: u64,
    /// Has Adobe's APP14 segment.
    adobe: bool,
    /// Where the first scan begins, if there is one.
    scan_start: Option<usize>,
}

impl Outline {
    fn of(bytes: &[u8]) -> Self {
        let mut outline = Self::default();
        let mut at = 2;
        while let Some(&[first, marker]) = bytes.get(at..at + 2).and_then(|pair| pair.first_chunk::<2>()) {
            if first != 0xFF || marker == 0xFF || marker == 0 {
                at += 1;
                continue;
            }
            if matches!(marker, 0x01 | 0xD0..=0xD9) {
                at += 2;
                continue;
            }
            let Some(length) = bytes.get(at + 2..at + 4).and_then(|pair| pair.first_chunk::<2>()) else { break };
            let length = usize::from(u16::from_be_bytes(*length));
            let body = bytes.get(at + 4..).unwrap_or_default();
            match marker {
                0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                    outline.progressive = matches!(marker, 0xC2 | 0xC6 | 0xCA | 0xCE);
                    outline.components = body.get(5).map_or(0, |count| u64::from(*count));
                }
                0xEE if body.starts_with(b"Adobe") => outline.adobe = true,
                0xDA => {
                    outline.scan_start = Some(at);
                    break;
                }
                _ => {}
            }
            at += 2 + length.max(2);
        }
        outline
    }

    /// Whether no end marker follows the pixels: the file may have been cut.
    fn lacks_end(&self, bytes: &[u8]) -> bool {
        let pixels = self.scan_start.and_then(|start| bytes.get(start..)).unwrap_or(bytes);
        // From the back: in a whole file the marker is the last thing.
        !pixels.windows(2).rev().any(|pair| pair == [0xFF, 0xD9])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imaging::decode_bytes;
    use image::codecs::jpeg::JpegEncoder;

    fn photo(quality: u8) -> Vec<u8> {
        let picture = RgbImage::from_fn(120, 90, |x, y| image::Rgb([(x * 2) as u8, (y * 2) as u8, (x ^ y) as u8]));
        let mut out = Vec::new();
        JpegEncoder::new_with_quality(&mut out, quality).encode_image(&picture).unwrap();
        out
    }

    #[test]
    fn a_jpeg_that_was_cut_off_is_an_error_and_not_half_a_picture() {
        let whole = photo(90);
        assert_eq!(decode_bytes(&whole).unwrap().dimensions(), (120, 90));
        for share in [30, 50, 80] {
            let cut = &whole[..whole.len() * share / 100];
            assert_eq!(decode_bytes(cut), Err(DecodeError::CutOff("JPEG")), "{share} %");
        }
    }

    #[test]
    fn a_jpeg_that_only_lacks_its_end_marker_is_fine() {
        let whole = photo(90);
        assert_eq!(decode_bytes(&whole[..whole.len() - 2]).unwrap(), decode_bytes(&whole).unwrap());
    }

    #[test]
    fn a_walk_over_the_segments_finds_the_scan() {
        let whole = photo(80);
        let outline = Outline::of(&whole);
        assert!(!outline.progressive && !outline.adobe);
        assert_eq!(outline.components, 3);
        assert!(outline.scan_start.is_some() && !outline.lacks_end(&whole));
        assert_eq!(Outline::of(&[]), Outline::default());
    }

    #[test]
    fn plain_cmyk_is_multiplied_out() {
        assert_eq!(cmyk_to_rgb(&[0, 0, 0, 0, 255, 0, 128, 0, 0, 0, 0, 255]), [255, 255, 255, 0, 255, 127, 0, 0, 0]);
    }
}
