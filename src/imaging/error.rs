//! Why a picture could not be read, in words for people.

use thiserror::Error;

/// Why a picture could not be read. `Display` is one sentence without the path: whoever knows the path adds it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// The file could not be opened or read.
    #[error("the file can't be read: {0}")]
    Io(String),
    /// Not a regular file (a folder, a pipe, a device).
    #[error("it is not a regular file")]
    NotAFile,
    /// Zero bytes.
    #[error("the file is empty (0 bytes)")]
    Empty,
    /// Something else than a picture; the text says what it looks like.
    #[error("it is not a picture: {0}")]
    NotAPicture(&'static str),
    /// A kind of picture that is known but not decoded.
    #[error("{0} pictures are not supported; save it as JPEG or PNG")]
    Unsupported(&'static str),
    /// A supported kind in a variant that is not decoded.
    #[error("this variant of {format} is not supported ({detail}); save it as JPEG or PNG")]
    UnsupportedVariant {
        /// Name of the file format.
        format: &'static str,
        /// What the decoder said.
        detail: String,
    },
    /// More pixels or bytes than the limits allow.
    #[error("the picture is too large ({width}×{height} pixels); scale it down to at most {limit} megapixels")]
    TooLarge {
        /// Declared width in pixels.
        width: u32,
        /// Declared height in pixels.
        height: u32,
        /// The limit that holds for this kind of picture, in millions of pixels.
        limit: u64,
    },
    /// The file itself is larger than the limit.
    #[error("the file is too large to be a picture ({megabytes} MB)")]
    FileTooLarge {
        /// Size of the file in megabytes.
        megabytes: u64,
    },
    /// Ends before the picture does.
    #[error("the {0} file is cut off: it ends before the picture does; copy or download it again")]
    CutOff(&'static str),
    /// Damaged.
    #[error("the {format} file is damaged ({detail})")]
    Damaged {
        /// Name of the file format.
        format: &'static str,
        /// What the decoder said.
        detail: String,
    },
}

impl DecodeError {
    /// The sentence, as [`std::fmt::Display`] gives it.
    pub fn reason(&self) -> String {
        self.to_string()
    }

    /// From an error while opening or reading a file.
    pub(super) fn from_io(error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::NotFound => Self::Io("there is no such file".into()),
            ErrorKind::PermissionDenied => Self::Io("permission denied".into()),
            _ => Self::Io(tidy(&error.to_string())),
        }
    }

    /// From an error of the `image` crate while it decoded a `format`.
    pub(super) fn from_image(format: &'static str, error: &image::ImageError) -> Self {
        use image::ImageError;
        match error {
            ImageError::Unsupported(detail) => Self::UnsupportedVariant { format, detail: tidy(&detail.to_string()) },
            ImageError::Limits(detail) => {
                Self::Damaged { format, detail: tidy(&format!("it asks for more memory than allowed: {detail}")) }
            }
            ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Self::CutOff(format),
            other => {
                let text = other.to_string();
                let cut = ["unexpected EOF", "UnexpectedEof", "unexpected end of file", "failed to fill whole buffer"];
                if cut.iter().any(|words| text.contains(words)) {
                    Self::CutOff(format)
                } else {
                    Self::Damaged { format, detail: tidy(&text) }
                }
            }
        }
    }
}

/// A decoder's message as part of a sentence: one line, not too long, no final full stop.
pub(super) fn tidy(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(160).collect();
    short.trim_end_matches(['.', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_one_short_line() {
        assert_eq!(tidy("a\n  b.\n"), "a b");
        assert_eq!(tidy(&"x".repeat(500)).len(), 160);
    }
}
