//! Another season or another light: the statistics of the colours are moved towards those of a palette or of a reference
//! picture (Reinhard et al., "Color transfer between images", 2001), without a neural network.
//!
//! Reinhard works on logarithms of cone responses; here the axes are lightness, red against green, and yellow against blue,
//! all linear in red, green and blue. So the whole transfer is one matrix and is fused with the other colour steps.

use image::RgbImage;
use rand::RngExt;

use crate::augment::canvas::Canvas;
use crate::augment::colour::ColorMap;
use crate::augment::colour::ColorStats;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::params::{ParamKind, Slot, choice};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::base::ImagoRng;

/// What the colours are moved towards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// One of the four built-in palettes, drawn evenly.
    #[default]
    Any,
    /// Pale, light and bluish.
    Winter,
    /// Warm: yellow, orange and brown.
    Autumn,
    /// Dark, blue and purple.
    Dusk,
    /// Grey and flat.
    Overcast,
    /// The reference picture.
    Reference,
}

choice!(Palette {
    Any = "any",
    Winter = "winter",
    Autumn = "autumn",
    Dusk = "dusk",
    Overcast = "overcast",
    Reference = "reference",
});

/// Mean and standard deviation on the axes lightness, red − green, and yellow − blue, in levels of 255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ColorMood {
    /// Means.
    pub mean: [f64; 3],
    /// Standard deviations.
    pub deviation: [f64; 3],
}

/// Red, green, blue to lightness (BT.601), red − green, and (red + green) / 2 − blue; and back.
const TO_AXES: ColorMap = ColorMap::linear([[0.299, 0.587, 0.114], [1.0, -1.0, 0.0], [0.5, 0.5, -1.0]]);
const FROM_AXES: ColorMap = ColorMap::linear([[1.0, 0.644, 0.114], [1.0, -0.356, 0.114], [1.0, 0.144, -0.886]]);

impl ColorMood {
    const WINTER: ColorMood = ColorMood { mean: [165.0, -4.0, -16.0], deviation: [56.0, 9.0, 13.0] };
    const AUTUMN: ColorMood = ColorMood { mean: [112.0, 26.0, 50.0], deviation: [54.0, 27.0, 32.0] };
    const DUSK: ColorMood = ColorMood { mean: [66.0, 12.0, -20.0], deviation: [38.0, 17.0, 20.0] };
    const OVERCAST: ColorMood = ColorMood { mean: [128.0, -2.0, 2.0], deviation: [36.0, 8.0, 12.0] };

    /// The mood of a picture.
    pub fn of(picture: &RgbImage) -> ColorMood {
        Self::from_stats(&ColorStats::of(picture))
    }

    fn from_stats(stats: &ColorStats) -> ColorMood {
        let on_axes = TO_AXES.stats(stats);
        let deviation = [0, 1, 2].map(|axis| on_axes.covariance[axis][axis].max(0.0).sqrt());
        ColorMood { mean: on_axes.mean, deviation }
    }

    /// The matrix that takes colours of this mood to another, `strength` (0 to 1) of the way.
    fn towards(&self, goal: &ColorMood, strength: f64) -> ColorMap {
        let mut on_axes = ColorMap::IDENTITY;
        for axis in 0..3 {
            // An even picture has no contrast to stretch, and what a factor of 3 brings out is noise.
            let gain = (goal.deviation[axis] / self.deviation[axis].max(1.0)).clamp(0.33, 3.0);
            let gain = 1.0 + strength * (gain - 1.0);
            let mean = self.mean[axis] + strength * (goal.mean[axis] - self.mean[axis]);
            on_axes.matrix[axis][axis] = gain;
            on_axes.offset[axis] = mean - gain * self.mean[axis];
        }
        FROM_AXES.after(&on_axes).after(&TO_AXES)
    }
}

/// The colours of the picture are moved towards a palette.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeasonAndLight {
    /// Which.
    pub palette: Palette,
    /// How far, drawn evenly: 0 (nothing changes) to 1 (all the way).
    pub strength: [f64; 2],
    /// The mood of the reference picture, used with [`Palette::Reference`]. Stored in the pipeline, so that the picture itself
    /// is not needed for training.
    pub reference: ColorMood,
}

impl Default for SeasonAndLight {
    fn default() -> Self {
        Self { palette: Palette::Any, strength: [0.3, 0.9], reference: ColorMood::OVERCAST }
    }
}

impl SeasonAndLight {
    /// Moves colours towards those of a reference picture with this mood.
    pub fn set_reference(&mut self, mood: ColorMood) {
        self.palette = Palette::Reference;
        self.reference = mood;
    }

    /// Whether it moves colours towards a reference picture though none was measured: then it is a dull day's.
    pub fn lacks_reference(&self) -> bool {
        self.palette == Palette::Reference && self.reference == ColorMood::OVERCAST
    }
}

impl Adjustable for SeasonAndLight {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const STRENGTH: ParamSpec = ParamSpec::range("strength", "Strength", "%", (0.0, 1.0, 0.05, 0));
        const MEAN: ParamSpec = ParamSpec {
            name: "reference-mean",
            title: "Mean of the reference",
            unit: "of 255",
            kind: ParamKind::Measured { min: -255.0, max: 255.0 },
        };
        const DEVIATION: ParamSpec = ParamSpec {
            name: "reference-deviation",
            title: "Deviation of the reference",
            unit: "of 255",
            kind: ParamKind::Measured { min: 0.0, max: 255.0 },
        };
        vec![
            Param::choice("palette", "Towards", &mut self.palette),
            Param::range(STRENGTH, &mut self.strength),
            Param { spec: MEAN, slot: Slot::Measured(&mut self.reference.mean) },
            Param { spec: DEVIATION, slot: Slot::Measured(&mut self.reference.deviation) },
        ]
    }
}

impl Operation for SeasonAndLight {
    fn about(&self) -> About {
        About {
            name: "season-and-light",
            title: "Season and light",
            explain: "Moves the colours towards winter, autumn, dusk, a dull day or a picture of your choice. Photographs are \
                      mostly taken on fine summer days; the model will have to work on the others too.",
            probability: 0.5,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let any = rng.random_range(0..4);
        let (word, goal) = match self.palette {
            Palette::Reference => ("reference", self.reference),
            Palette::Winter => ("winter", ColorMood::WINTER),
            Palette::Autumn => ("autumn", ColorMood::AUTUMN),
            Palette::Dusk => ("dusk", ColorMood::DUSK),
            Palette::Overcast => ("overcast", ColorMood::OVERCAST),
            Palette::Any => match any {
                0 => ("winter", ColorMood::WINTER),
                1 => ("autumn", ColorMood::AUTUMN),
                2 => ("dusk", ColorMood::DUSK),
                _ => ("overcast", ColorMood::OVERCAST),
            },
        };
        let strength = between(self.strength, rng);
        canvas.note_word("palette", word);
        canvas.note("strength", strength);
        if strength > 0.0 {
            let now = ColorMood::from_stats(&canvas.color_stats());
            canvas.color(&now.towards(&goal, strength));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::augment::{Pipeline, Step, Transform};

    fn photo() -> RgbImage {
        RgbImage::from_fn(40, 30, |x, y| image::Rgb([(90 + x) as u8, (100 + 2 * y) as u8, (60 + (x * y) % 50) as u8]))
    }

    #[test]
    fn the_axes_and_their_inverse_agree() {
        let round_trip = FROM_AXES.after(&TO_AXES).color([200.0, 100.0, 50.0]);
        for (value, wanted) in round_trip.into_iter().zip([200.0, 100.0, 50.0]) {
            assert!((value - wanted).abs() < 1e-9);
        }
    }

    #[test]
    fn at_full_strength_the_picture_takes_the_mood_of_the_goal() {
        let mut picture = photo();
        let goal = ColorMood { mean: [120.0, 5.0, -10.0], deviation: [20.0, 15.0, 12.0] };
        ColorMood::of(&picture).towards(&goal, 1.0).apply(&mut picture);
        let now = ColorMood::of(&picture);
        for axis in 0..3 {
            assert!((now.mean[axis] - goal.mean[axis]).abs() < 0.5, "{now:?}");
            assert!((now.deviation[axis] - goal.deviation[axis]).abs() < 0.5, "{now:?}");
        }
    }

    #[test]
    fn a_picture_moved_towards_itself_stays_as_it_is() {
        let before = photo();
        let mut after = before.clone();
        let mood = ColorMood::of(&before);
        mood.towards(&mood, 1.0).apply(&mut after);
        assert!(before.as_raw().iter().zip(after.as_raw()).all(|(a, b)| a.abs_diff(*b) <= 1));
    }

    #[test]
    fn with_a_reference_picture_others_take_its_colours_also_after_a_round_trip_through_a_file() {
        let dusk =
            RgbImage::from_fn(30, 40, |x, y| image::Rgb([(20 + x) as u8, (30 + y / 2) as u8, (70 + x + y) as u8]));
        let mut season = SeasonAndLight { strength: [1.0, 1.0], ..SeasonAndLight::default() };
        assert!(!season.lacks_reference());
        season.palette = Palette::Reference;
        assert!(season.lacks_reference(), "nothing was measured yet");
        season.set_reference(ColorMood::of(&dusk));
        assert!(!season.lacks_reference());
        let step = Step { enabled: true, probability: 1.0, transform: Transform::SeasonAndLight(season) };
        let pipeline = Pipeline::of_steps(vec![step]);
        let text = pipeline.to_toml();
        assert!(text.contains("palette = \"reference\"") && text.contains("reference-mean = ["), "{text}");
        let read = Pipeline::from_toml(&text).unwrap();
        assert_eq!(read, pipeline, "every digit of what was measured");
        let moved = ColorMood::of(&read.apply(&photo(), 64, &mut crate::base::rng_for(0, 0, 0)));
        let wanted = ColorMood::of(&dusk);
        for axis in 0..3 {
            // The result is the middle of the picture, the statistics are those of all of it.
            assert!((moved.mean[axis] - wanted.mean[axis]).abs() < 12.0, "{moved:?} {wanted:?}");
        }
    }
}
