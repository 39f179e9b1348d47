//! The list of all transforms: add a file to `transforms/` and a line here.

use image::RgbImage;

use super::canvas::Canvas;
use super::params::{self, Adjustable, ParamSpec};
use super::transforms::{
    Brightness, Contrast, Crop, GaussianBlur, GaussianNoise, Grayscale, HorizontalFlip, Hue, JpegCompression,
    Perspective, QuarterTurn, RandomErasing, RandomResizedCrop, Rotate, SaltAndPepper, Saturation, Scale,
    SeasonAndLight, Shear, Translate, VerticalFlip,
};
use crate::base::ImagoRng;

/// What is said about a transform.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    /// Name in files: `random-resized-crop`.
    pub name: &'static str,
    /// Title in the window.
    pub title: &'static str,
    /// Two plain sentences: what it does, what it is good for.
    pub explain: &'static str,
    /// Probability of a step that says nothing about it.
    pub probability: f64,
}

/// A random change of a picture. It draws its numbers from `rng`, notes them on the canvas and does, or defers, the work.
pub(crate) trait Operation: Adjustable {
    /// What is said about it.
    fn about(&self) -> About;
    /// Draws and applies.
    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng);
}

macro_rules! transforms {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// One random change of a picture, with its parameters.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Transform {
            $($(#[$doc])* $name($name)),+
        }

        impl Transform {
            /// Every transform with its default parameters, in the order of a menu.
            pub fn all() -> Vec<Transform> {
                vec![$(Transform::$name($name::default())),+]
            }

            pub(crate) fn operation(&self) -> &dyn Operation {
                match self {
                    $(Transform::$name(inner) => inner),+
                }
            }

            pub(crate) fn adjustable(&mut self) -> &mut dyn Adjustable {
                match self {
                    $(Transform::$name(inner) => inner),+
                }
            }
        }
    };
}

transforms! {
    /// A random part of the picture, of random shape, stretched to the training size.
    RandomResizedCrop,
    /// A random part of the picture, in its own shape.
    Crop,
    /// Left and right swapped.
    HorizontalFlip,
    /// Top and bottom swapped.
    VerticalFlip,
    /// A turn by 0, 90, 180 or 270 degrees.
    QuarterTurn,
    /// Rotation by any angle.
    Rotate,
    /// Nearer or further away.
    Scale,
    /// A shift.
    Translate,
    /// A slant.
    Shear,
    /// Another point of view.
    Perspective,
    /// Lighter or darker.
    Brightness,
    /// Flatter or harsher.
    Contrast,
    /// Paler or more colourful.
    Saturation,
    /// Colours turned round the colour wheel.
    Hue,
    /// No colour.
    Grayscale,
    /// Another season or another light.
    SeasonAndLight,
    /// Out of focus.
    GaussianBlur,
    /// Random grain.
    GaussianNoise,
    /// Single white and black pixels.
    SaltAndPepper,
    /// The traces of strong compression.
    JpegCompression,
    /// A rectangle covered up.
    RandomErasing,
}

impl Transform {
    /// The transform of this name with its default parameters.
    pub fn by_name(name: &str) -> Option<Transform> {
        Self::all().into_iter().find(|transform| transform.name() == name)
    }

    /// Name in files: `random-resized-crop`.
    pub fn name(&self) -> &'static str {
        self.operation().about().name
    }

    /// Title in the window: `Random resized crop`.
    pub fn title(&self) -> &'static str {
        self.operation().about().title
    }

    /// Two plain sentences: what it does, and what it is good for.
    pub fn explain(&self) -> &'static str {
        self.operation().about().explain
    }

    /// The probability a new step with this transform starts with.
    pub fn default_probability(&self) -> f64 {
        self.operation().about().probability
    }

    /// Whether it changes pixels one by one, or with their neighbours: a picture that is made smaller afterwards hardly shows it.
    pub fn changes_single_pixels(&self) -> bool {
        matches!(
            self,
            Transform::GaussianNoise(_)
                | Transform::SaltAndPepper(_)
                | Transform::GaussianBlur(_)
                | Transform::JpegCompression(_)
        )
    }

    /// What it makes of a picture as it is, without what a pipeline does about its size.
    pub fn of_whole(&self, picture: &RgbImage, rng: &mut ImagoRng) -> RgbImage {
        let mut canvas = Canvas::new(picture, picture.width());
        self.operation().run(&mut canvas, rng);
        canvas.pixels().clone()
    }

    /// Its parameters, in the order in which to show them.
    pub fn params(&self) -> Vec<ParamSpec> {
        params::specs(self.clone().adjustable())
    }

    /// The value of a parameter (`area.low` for one end of a range, `fill.red` for one channel of a colour, the index of a
    /// choice, 0 or 1 for a switch); NaN where there is no such parameter.
    pub fn get(&self, param: &str) -> f64 {
        params::get(self.clone().adjustable(), param)
    }

    /// Sets a parameter, held within its bounds; names as for [`Transform::get`]. Moving one end of a range past the other
    /// takes that one along. An unknown name or a value that is not finite changes nothing.
    pub fn set(&mut self, param: &str, value: f64) {
        params::set(self.adjustable(), param, value);
    }
}
