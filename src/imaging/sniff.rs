//! What a file is, by its first bytes.

use image::ImageFormat;

use super::DecodeError;

/// Bytes at the head of a file that [`sniff`] wants to see.
pub(super) const HEAD_BYTES: usize = 512;

/// The format of a file that begins with `head`, or a reason in words why it isn't one of ours.
pub(super) fn sniff(head: &[u8]) -> Result<ImageFormat, DecodeError> {
    if head.is_empty() {
        return Err(DecodeError::Empty);
    }
    if let Some(format) = supported(head) {
        return Ok(format);
    }
    if let Some(name) = unsupported(head) {
        return Err(DecodeError::Unsupported(name));
    }
    Err(DecodeError::NotAPicture(not_a_picture(head)))
}

/// The name shown for a supported format.
pub(super) fn format_name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Png => "PNG",
        ImageFormat::Gif => "GIF",
        ImageFormat::WebP => "WebP",
        ImageFormat::Pnm => "PNM",
        ImageFormat::Tiff => "TIFF",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Ico => "ICO",
        _ => "picture",
    }
}

fn supported(head: &[u8]) -> Option<ImageFormat> {
    let starts = |magic: &[u8]| head.starts_with(magic);
    if starts(&[0xFF, 0xD8]) {
        return Some(ImageFormat::Jpeg);
    }
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Some(ImageFormat::Png);
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        return Some(ImageFormat::Gif);
    }
    if starts(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(ImageFormat::WebP);
    }
    // Classic TIFF (42) and BigTIFF (43), little and big endian.
    if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
        return Some(ImageFormat::Tiff);
    }
    // Netpbm's magic is two letters of plain text: what follows has to fit as well.
    if let [b'P', b'1'..=b'7', b' ' | b'\t' | b'\r' | b'\n' | b'#', ..] = head {
        return Some(ImageFormat::Pnm);
    }
    if starts(b"BM") {
        return Some(ImageFormat::Bmp);
    }
    if starts(&[0, 0, 1, 0]) {
        return Some(ImageFormat::Ico);
    }
    None
}

fn unsupported(head: &[u8]) -> Option<&'static str> {
    if head.get(4..8) == Some(b"ftyp") {
        return match head.get(8..12) {
            Some(b"avif" | b"avis") => Some("AVIF"),
            Some(b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1") => Some("HEIC"),
            _ => None,
        };
    }
    const KNOWN: [(&[u8], &str); 12] = [
        (b"\0\0\0\x0cjP  ", "JPEG 2000"),
        (b"\xFF\x4F\xFF\x51", "JPEG 2000"),
        (b"\xFF\x0A", "JPEG XL"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
        (b"qoif", "QOI"),
        (b"#?RADIANCE", "Radiance HDR"),
        (b"#?RGBE", "Radiance HDR"),
        (b"v/1\x01", "OpenEXR"),
        (b"8BPS", "Photoshop (PSD)"),
        (b"DDS ", "DDS"),
        (b"farbfeld", "farbfeld"),
        (b"gimp xcf", "GIMP (XCF)"),
    ];
    KNOWN.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, name)| *name)
}

fn not_a_picture(head: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(head).trim_start().to_ascii_lowercase();
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        return "the file holds a web page (a failed download?)";
    }
    if text.contains("<svg") {
        return "the file holds SVG, a drawing without pixels";
    }
    if head.starts_with(b"%PDF") {
        return "the file holds a PDF document";
    }
    if head.starts_with(b"PK\x03\x04") {
        return "the file holds a ZIP archive";
    }
    if head.get(4..8) == Some(b"ftyp") {
        return "the file holds a film";
    }
    if head.iter().all(|byte| *byte == 0) {
        return "the file holds only zeros (an interrupted copy?)";
    }
    if head.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | 32..=126 | 128..)) {
        return "the file holds text";
    }
    "its content is of no known picture format"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_content() {
        assert_eq!(sniff(b"\xFF\xD8\xFF\xE0"), Ok(ImageFormat::Jpeg));
        assert_eq!(sniff(b"P6\n2 2\n255\n"), Ok(ImageFormat::Pnm));
        assert_eq!(sniff(b"II+\0\x08\0\0\0"), Ok(ImageFormat::Tiff));
        assert_eq!(sniff(b""), Err(DecodeError::Empty));
        assert_eq!(sniff(b"\0\0\0\x18ftypheic"), Err(DecodeError::Unsupported("HEIC")));
        assert!(sniff(b"<!DOCTYPE html><p>404").unwrap_err().reason().contains("web page"));
        assert!(sniff(b"P3 is the third part").is_ok(), "plain Netpbm looks like text; the decoder tells");
        assert!(sniff(b"Plain words").unwrap_err().reason().contains("text"));
        assert!(sniff(&[0; 64]).unwrap_err().reason().contains("zeros"));
    }
}
