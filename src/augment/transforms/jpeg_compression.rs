//! The traces of strong JPEG compression.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage};

use crate::augment::canvas::Canvas;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::base::ImagoRng;

/// The picture is written as JPEG and read again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JpegCompression {
    /// Quality as JPEG encoders count it, drawn evenly and rounded: 1 (worst) to 100 (all but lossless).
    pub quality: [f64; 2],
}

impl Default for JpegCompression {
    fn default() -> Self {
        Self { quality: [30.0, 90.0] }
    }
}

/// The picture after a JPEG file of this quality; `None` where it is too large for one (65,535 pixels a side).
pub(in crate::augment) fn compressed(picture: &RgbImage, quality: u8) -> Option<RgbImage> {
    let mut file = Vec::with_capacity(picture.as_raw().len() / 4);
    JpegEncoder::new_with_quality(&mut file, quality.clamp(1, 100)).encode_image(picture).ok()?;
    let again = image::load_from_memory_with_format(&file, ImageFormat::Jpeg).ok()?.into_rgb8();
    (again.dimensions() == picture.dimensions()).then_some(again)
}

impl Adjustable for JpegCompression {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const QUALITY: ParamSpec = ParamSpec::range("quality", "Quality", "", (1.0, 100.0, 1.0, 0));
        vec![Param::range(QUALITY, &mut self.quality)]
    }
}

impl Operation for JpegCompression {
    fn about(&self) -> About {
        About {
            name: "jpeg-compression",
            title: "JPEG compression",
            explain: "Saves the picture as a small JPEG and reads it again, blocks and smudges included. Pictures from the web \
                      have been through this several times.",
            probability: 0.5,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let quality = between(self.quality, rng).round();
        canvas.note("quality", quality);
        let picture = canvas.pixels();
        if let Some(again) = compressed(picture, quality as u8) {
            *picture = again;
        }
    }
}
