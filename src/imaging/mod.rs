//! Bytes → pixels → numbers: decoding any picture a user may have into upright 8-bit RGB within limits of memory and time,
//! resizing, cropping and normalising as torchvision does on Pillow images, thumbnails.
//!
//! A picture is judged by its content, never by its name. No input makes these functions panic or eat the memory.
//!
//! Must not know: data sets, labels, tensors, networks, the window.

mod capture_time;
mod decode;
mod error;
mod exif;
mod facts;
mod gif_canvas;
mod jpeg;
mod normalize;
mod preprocess;
#[cfg(test)]
mod reference_tests;
mod resize;
mod sniff;
mod thumbnail;
mod thumbnail_cache;
mod transform;

pub use self::exif::{ExifFacts, read_exif};
pub use capture_time::capture_secs;
pub use decode::{MAX_BYTES, MAX_FILE_BYTES, MAX_PIXELS, decode_bytes, decode_file, read_picture_bytes};
pub use error::DecodeError;
pub use facts::{ImageFacts, read_facts};
pub use normalize::normalize_into;
pub use preprocess::Preprocess;
pub use resize::{CropRect, resize, resize_shorter, resized_crop};
pub use thumbnail::{Thumbnail, at_most, thumbnail_file};
pub use thumbnail_cache::ThumbnailCache;
pub use transform::{center_crop, val_crop_rect, val_transform};
