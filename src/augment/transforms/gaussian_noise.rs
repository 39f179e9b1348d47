//! Noise with a normal distribution.

use std::sync::LazyLock;

use image::RgbImage;
use rand::Rng;

use crate::augment::canvas::Canvas;
use crate::augment::params::{Adjustable, Param, ParamSpec};
use crate::augment::transform::{About, Operation};
use crate::augment::transforms::draw::between;
use crate::base::ImagoRng;

/// A normally distributed number added to every pixel, rounded and held between 0 and 255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianNoise {
    /// Standard deviation in levels of 255, drawn evenly: 0 to 100.
    pub deviation: [f64; 2],
    /// Another number for each channel (coloured grain); else one for all three (grey grain).
    pub colored: bool,
}

impl Default for GaussianNoise {
    fn default() -> Self {
        Self { deviation: [5.0, 20.0], colored: true }
    }
}

/// The middles of 4,096 equally likely slices of the standard normal distribution, times 4,096, scaled to deviation 1.
static SLICES: LazyLock<Vec<i32>> = LazyLock::new(|| {
    let middles: Vec<f64> = (0..4096).map(|i| quantile((f64::from(i) + 0.5) / 4096.0)).collect();
    let variance = middles.iter().map(|x| x * x).sum::<f64>() / 4096.0;
    middles.iter().map(|x| (x / variance.sqrt() * 4096.0).round() as i32).collect()
});

/// The quantile function of the standard normal distribution, within 1.2e-9 (P. J. Acklam, 2003).
fn quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    let horner = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |p: f64| {
        let q = (-2.0 * p.ln()).sqrt();
        horner(&C, q) / horner(&D, q)
    };
    if p < 0.024_25 {
        tail(p)
    } else if p > 1.0 - 0.024_25 {
        -tail(1.0 - p)
    } else {
        let q = p - 0.5;
        horner(&A, q * q) * q / horner(&B, q * q)
    }
}

/// Adds noise of `deviation` levels. Five numbers come from one draw of 64 bits.
pub(in crate::augment) fn add_noise(picture: &mut RgbImage, deviation: f64, colored: bool, rng: &mut ImagoRng) {
    let slices = SLICES.as_slice();
    // 12 bits after the point in the table and 8 in the deviation: 20 in all; 100 · 3.6 · 2²⁰ + 255 · 2²⁰ < 2³¹.
    let deviation = (deviation.clamp(0.0, 100.0) * 256.0).round() as i32;
    let noisy = |value: u8, slice: u64| {
        let noise = slices.get(slice as usize & 4095).copied().unwrap_or(0) * deviation;
        (((i32::from(value) << 20) + noise + (1 << 19)) >> 20).clamp(0, 255) as u8
    };
    let samples = picture.as_flat_samples_mut().samples;
    if colored {
        for five in samples.chunks_mut(5) {
            let mut bits = rng.next_u64();
            for value in five {
                *value = noisy(*value, bits);
                bits >>= 12;
            }
        }
    } else {
        for five in samples.chunks_mut(15) {
            let mut bits = rng.next_u64();
            for pixel in five.chunks_exact_mut(3) {
                for value in pixel {
                    *value = noisy(*value, bits);
                }
                bits >>= 12;
            }
        }
    }
}

impl Adjustable for GaussianNoise {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const DEVIATION: ParamSpec = ParamSpec::range("deviation", "Strength", "of 255", (0.0, 100.0, 1.0, 0));
        vec![
            Param::range(DEVIATION, &mut self.deviation),
            Param::toggle("colored", "Coloured grain", &mut self.colored),
        ]
    }
}

impl Operation for GaussianNoise {
    fn about(&self) -> About {
        About {
            name: "gaussian-noise",
            title: "Gaussian noise",
            explain: "Adds fine random grain, as sensors do in poor light. The model learns to look past single pixels at what \
                      the picture shows.",
            probability: 0.5,
        }
    }

    fn run(&self, canvas: &mut Canvas<'_>, rng: &mut ImagoRng) {
        let deviation = between(self.deviation, rng);
        canvas.note("deviation", deviation);
        if deviation > 0.0 {
            add_noise(canvas.pixels(), deviation, self.colored, rng);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slices_have_the_moments_of_a_normal_distribution() {
        let moment = |power: i32| SLICES.iter().map(|x| (f64::from(*x) / 4096.0).powi(power)).sum::<f64>() / 4096.0;
        assert!(moment(1).abs() < 1e-3 && (moment(2) - 1.0).abs() < 1e-3 && moment(3).abs() < 1e-3);
        assert!((moment(4) - 3.0).abs() < 0.05, "{}", moment(4));
        let within_one = SLICES.iter().filter(|x| x.abs() < 4096).count() as f64 / 4096.0;
        assert!((within_one - 0.6827).abs() < 2e-3, "{within_one}");
    }
}
