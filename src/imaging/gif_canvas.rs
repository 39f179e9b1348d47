//! A GIF's canvas, widened where its first frame reaches beyond it.
//!
//! The header's size is only a hint that some programs got wrong. Pillow shows such a picture whole, and torchvision with it;
//! the `gif` decoder cuts it. So the header is mended in a copy of the bytes before decoding.

use std::borrow::Cow;

/// `bytes` with a header whose size holds the first frame; the bytes themselves where it does already, or where they can't be
/// followed up to the first frame (the decoder then says what is wrong).
pub(super) fn widened(bytes: &[u8]) -> Cow<'_, [u8]> {
    let (Some((right, bottom)), Some(width), Some(height)) =
        (first_frame_end(bytes), u16_at(bytes, 6), u16_at(bytes, 8))
    else {
        return Cow::Borrowed(bytes);
    };
    if right <= width && bottom <= height {
        return Cow::Borrowed(bytes);
    }
    let mut mended = bytes.to_vec();
    // Both are below the length: they were read from there.
    mended[6..8].copy_from_slice(&right.max(width).to_le_bytes());
    mended[8..10].copy_from_slice(&bottom.max(height).to_le_bytes());
    Cow::Owned(mended)
}

/// Right and bottom edge of the first frame (GIF89a specification, sections 18 to 26).
pub(super) fn first_frame_end(bytes: &[u8]) -> Option<(u16, u16)> {
    let mut at = 13 + color_table_bytes(*bytes.get(10)?);
    loop {
        match *bytes.get(at)? {
            // Image descriptor: left, top, width, height.
            0x2C => {
                let right = u16_at(bytes, at + 1)?.checked_add(u16_at(bytes, at + 5)?)?;
                let bottom = u16_at(bytes, at + 3)?.checked_add(u16_at(bytes, at + 7)?)?;
                return Some((right, bottom));
            }
            // Extension: a label, then blocks that begin with their length, the last one empty.
            0x21 => {
                at += 2;
                loop {
                    let length = usize::from(*bytes.get(at)?);
                    at += 1 + length;
                    if length == 0 {
                        break;
                    }
                }
            }
            _ => return None,
        }
    }
}

fn color_table_bytes(packed: u8) -> usize {
    if packed & 0x80 == 0 { 0 } else { 3 << ((packed & 7) + 1) }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of `canvas`, an extension, and a frame's descriptor.
    fn gif(canvas: [u8; 2], frame: [u8; 4]) -> Vec<u8> {
        let mut bytes = b"GIF89a".to_vec();
        bytes.extend([canvas[0], 0, canvas[1], 0, 0x80, 0, 0]);
        bytes.extend([0; 6]);
        bytes.extend([0x21, 0xF9, 4, 0, 0, 0, 0, 0]);
        bytes.extend([0x2C, frame[0], 0, frame[1], 0, frame[2], 0, frame[3], 0, 0]);
        bytes
    }

    #[test]
    fn a_frame_beyond_the_canvas_widens_it_and_one_within_leaves_the_bytes_alone() {
        let mended = widened(&gif([32, 32], [24, 24, 16, 16])).into_owned();
        assert_eq!((u16_at(&mended, 6), u16_at(&mended, 8)), (Some(40), Some(40)));
        assert!(matches!(widened(&gif([40, 40], [24, 24, 16, 16])), Cow::Borrowed(_)));
    }

    #[test]
    fn a_file_that_ends_too_soon_is_left_to_the_decoder() {
        let whole = gif([32, 32], [24, 24, 16, 16]);
        for length in 0..whole.len() - 1 {
            assert!(matches!(widened(&whole[..length]), Cow::Borrowed(_)), "{length}");
        }
    }
}
