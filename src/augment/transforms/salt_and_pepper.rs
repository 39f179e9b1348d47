//! Single white and black pixels.

use image::RgbImage;
use rand::RngExt;

use crate::augment::canvas::Canvas;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::base::ImagoRng;

/// Some pixels become white (salt) or black (pepper).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SaltAndPepper {
    /// Share of the pixels that change, drawn evenly: 0 to 0.5.
    pub amount: [f64; 2],
    /// Share of salt among them: 0 to 1.
    pub salt: f64,
}

impl Default for SaltAndPepper {
    fn default() -> Self {
        Self { amount: [0.005, 0.03], salt: 0.5 }
    }
}

/// Every pixel changes with probability `amount`; the gaps between two that do are drawn, not every pixel.
pub(in crate::augment) fn sprinkle(picture: &mut RgbImage, amount: f64, salt: f64, rng: &mut ImagoRng) {
    if amount <= 0.0 {
        return;
    }
    // The gap before the next changed pixel has a geometric distribution.
    let log_stay = (1.0 - amount.min(0.999)).ln();
    let gap = |rng: &mut ImagoRng| ((1.0 - rng.random::<f64>()).ln() / log_stay).min(1e12) as usize;
    let samples = picture.as_flat_samples_mut().samples;
    let pixels = samples.len() / 3;
    let mut at = gap(rng);
    while at < pixels {
        let value = if rng.random::<f64>() < salt { 255 } else { 0 };
        samples[3 * at..3 * at + 3].fill(value);
        at += 1 + gap(rng);
    }
}

impl Adjustable for SaltAndPepper {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const AMOUNT: ParamSpec = ParamSpec::range("amount", "Pixels changed", "%", (0.0, 0.5, 0.001, 1));
        const SALT: ParamSpec = ParamSpec::number("salt", "White among them", "%", (0.0, 1.0, 0.05, 0));
        vec![Param::range(AMOUNT, &mut self.amount), Param::number(SALT, &mut self.salt)]
    }
}

impl Operation for SaltAndPepper {
    fn about(&self) -> About {
        About {
            name: "salt-and-pepper",
            title: "Salt and pepper",
            explain: "Turns scattered pixels white or black, like dust or dead spots of a sensor. The model learns not to be \
                      upset by single wrong pixels.",
            probability: 0.5,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let amount = between(self.amount, rng);
        canvas.note("amount", amount);
        if amount > 0.0 {
            sprinkle(canvas.pixels(), amount, self.salt, rng);
        }
    }
}
