//! Colours turned round the colour wheel.

use crate::augment::canvas::Canvas;
use crate::augment::colour::ColorMap;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::base::ImagoRng;

/// Colours turned round the colour wheel, lightness kept: a rotation of the I and Q axes of YIQ. torchvision shifts the hue
/// of HSV instead; the colours are the same up to how light they become, and this one is a matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hue {
    /// Angle in degrees, drawn evenly: −180 to 180. Positive: red goes to yellow, then green. torchvision's 0.1 is 36°.
    pub degrees: [f64; 2],
}

impl Default for Hue {
    fn default() -> Self {
        Self { degrees: [-20.0, 20.0] }
    }
}

/// The rotation of colours by `degrees`.
pub(in crate::augment) fn map(degrees: f64) -> ColorMap {
    /// RGB to YIQ (NTSC, 1953), and back.
    const TO_YIQ: ColorMap = ColorMap::linear([
        [0.299, 0.587, 0.114],
        [0.595_716, -0.274_453, -0.321_263],
        [0.211_456, -0.522_591, 0.311_135],
    ]);
    const TO_RGB: ColorMap = ColorMap::linear([
        [1.0, 0.956_295_7, 0.621_024_4],
        [1.0, -0.272_122_1, -0.647_380_6],
        [1.0, -1.106_989_9, 1.704_615_0],
    ]);
    if degrees == 0.0 {
        return ColorMap::IDENTITY;
    }
    let (sin, cos) = degrees.to_radians().sin_cos();
    let turn = ColorMap::linear([[1.0, 0.0, 0.0], [0.0, cos, sin], [0.0, -sin, cos]]);
    TO_RGB.after(&turn).after(&TO_YIQ)
}

impl Adjustable for Hue {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const DEGREES: ParamSpec =
            ParamSpec::range("degrees", "Turn of the colour wheel", "°", (-180.0, 180.0, 1.0, 0));
        vec![Param::range(DEGREES, &mut self.degrees)]
    }
}

impl Operation for Hue {
    fn about(&self) -> About {
        About {
            name: "hue",
            title: "Hue",
            explain: "Turns all colours a little round the colour wheel. It covers odd white balance; keep it small where \
                      colour tells the classes apart.",
            probability: 1.0,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let degrees = between(self.degrees, rng);
        canvas.note("degrees", degrees);
        canvas.color(&map(degrees));
    }
}
