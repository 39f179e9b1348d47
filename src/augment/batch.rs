//! Mixup and CutMix: pictures of one batch are mixed, and so are their labels.
//!
//! They act on finished batches of numbers rather than on pictures, so they stand beside a pipeline's steps. Each picture is
//! mixed with the one before it in the batch (the first with the last), as torchvision does: batches are shuffled anyway.

use image::RgbImage;
use rand::RngExt;

use super::params::{self, Adjustable, Param, ParamSpec, choice};
use crate::base::{ImagoRng, rng_for, stable_hash};

/// How pictures are mixed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mix {
    /// Laid over each other (Zhang et al., "mixup: beyond empirical risk minimization", 2017).
    #[default]
    Mixup,
    /// A rectangle of one is set into the other (Yun et al., "CutMix", 2019).
    CutMix,
}

choice!(Mix { Mixup = "mixup", CutMix = "cutmix" });

impl Mix {
    /// Title in the window.
    pub fn title(self) -> &'static str {
        match self {
            Mix::Mixup => "Mixup",
            Mix::CutMix => "CutMix",
        }
    }

    /// Two plain sentences: what it does, and what it is good for.
    pub fn explain(self) -> &'static str {
        match self {
            Mix::Mixup => {
                "Lays two pictures of a batch over each other and tells the model how much there is of each. It keeps a model \
                 from being too sure of itself; the pictures look odd to us, which does no harm."
            }
            Mix::CutMix => {
                "Sets a rectangle of one picture into another and tells the model how much there is of each. It has to find \
                 both, so it learns to use more than the most striking part."
            }
        }
    }
}

/// Mixing the pictures of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchMix {
    /// How.
    pub mix: Mix,
    /// Both parameters of the Beta distribution that the share is drawn from, 0.05 to 10: small leaves most pictures almost
    /// alone, 1 makes every share as likely.
    pub alpha: f64,
    /// How often a batch is mixed, 0 to 1.
    pub probability: f64,
}

impl Default for BatchMix {
    fn default() -> Self {
        Self { mix: Mix::Mixup, alpha: 0.2, probability: 1.0 }
    }
}

impl Adjustable for BatchMix {
    fn params_mut(&mut self) -> Vec<Param<'_>> {
        const ALPHA: ParamSpec = ParamSpec::number("alpha", "Evenness of the mix (α)", "", (0.05, 10.0, 0.05, 2));
        const PROBABILITY: ParamSpec = ParamSpec::number("probability", "How often", "%", (0.0, 1.0, 0.05, 0));
        vec![
            Param::choice("mix", "Way of mixing", &mut self.mix),
            Param::number(ALPHA, &mut self.alpha),
            Param::number(PROBABILITY, &mut self.probability),
        ]
    }
}

/// What was drawn for one batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixPlan {
    /// Share of its own that each picture keeps, 0 to 1; the rest is from the picture before it.
    pub own_share: f32,
    /// With CutMix the rectangle (left, top, right, bottom; right and bottom excluded) that is set in.
    pub window: Option<[usize; 4]>,
}

impl BatchMix {
    /// Its parameters, in the order in which to show them.
    pub fn params(&self) -> Vec<ParamSpec> {
        params::specs(&mut self.clone())
    }

    /// The value of a parameter; see [`Transform::get`](crate::augment::Transform::get).
    pub fn get(&self, param: &str) -> f64 {
        params::get(&mut self.clone(), param)
    }

    /// Sets a parameter; see [`Transform::set`](crate::augment::Transform::set).
    pub fn set(&mut self, param: &str, value: f64) {
        params::set(self, param, value);
    }

    /// What training draws for batch `step` (counted from 1) of `epoch` of a run with `seed`, pictures of `side` × `side`;
    /// `None`: this batch stays as it is.
    pub fn draw_for_batch(&self, seed: u64, epoch: usize, step: usize, side: usize) -> Option<MixPlan> {
        let item = stable_hash(format!("mixing of batch {step}").as_bytes());
        self.draw(side, side, &mut rng_for(seed, epoch as u64, item))
    }

    /// Draws for a batch of pictures of `width` × `height`; `None`: this batch stays as it is.
    pub fn draw(&self, width: usize, height: usize, rng: &mut ImagoRng) -> Option<MixPlan> {
        if rng.random::<f64>() >= self.probability {
            return None;
        }
        let own = beta(self.alpha, rng);
        match self.mix {
            Mix::Mixup => Some(MixPlan { own_share: own as f32, window: None }),
            Mix::CutMix => {
                let (w, h) = (width.max(1), height.max(1));
                let (x, y) = (rng.random_range(0..w), rng.random_range(0..h));
                let half = 0.5 * (1.0 - own).sqrt();
                let (half_w, half_h) = ((half * w as f64) as usize, (half * h as f64) as usize);
                let window =
                    [x.saturating_sub(half_w), y.saturating_sub(half_h), (x + half_w).min(w), (y + half_h).min(h)];
                Some(MixPlan::cut(window, w, h))
            }
        }
    }
}

impl MixPlan {
    /// CutMix with this rectangle (left, top, right, bottom) in pictures of `width` × `height`.
    pub fn cut(window: [usize; 4], width: usize, height: usize) -> MixPlan {
        let [left, top, right, bottom] = window;
        let covered = right.saturating_sub(left) * bottom.saturating_sub(top);
        let own_share = (1.0 - covered as f64 / (width * height).max(1) as f64) as f32;
        MixPlan { own_share, window: Some(window) }
    }

    /// Mixes a batch in place: `images` is (n, channels, height, width) in row-major order. A length that does not divide into
    /// such pictures leaves the rest as it is.
    pub fn mix(&self, images: &mut [f32], channels: usize, height: usize, width: usize) {
        let one = channels * height * width;
        let n = images.len().checked_div(one).unwrap_or(0);
        if n < 2 {
            return;
        }
        // Last to first, each with the one before it; the first needs the last as it was.
        let last = images[(n - 1) * one..n * one].to_vec();
        for i in (0..n).rev() {
            let (before, rest) = images.split_at_mut(i * one);
            let other = if i == 0 { &last[..] } else { &before[(i - 1) * one..] };
            self.mix_one(&mut rest[..one], other, height, width);
        }
    }

    fn mix_one(&self, own: &mut [f32], other: &[f32], height: usize, width: usize) {
        match self.window {
            None => {
                for (a, b) in own.iter_mut().zip(other) {
                    *a = *a * self.own_share + *b * (1.0 - self.own_share);
                }
            }
            Some([left, top, right, bottom]) => {
                let (right, bottom) = (right.min(width), bottom.min(height));
                let planes = own.chunks_exact_mut(height * width).zip(other.chunks_exact(height * width));
                for (plane, other) in planes {
                    for y in top..bottom {
                        let (from, to) = (y * width + left.min(right), y * width + right);
                        plane[from..to].copy_from_slice(&other[from..to]);
                    }
                }
            }
        }
    }

    /// The labels of the mixed batch as probabilities, (n, classes) in row-major order. A label that is no class counts as
    /// none.
    pub fn soft_labels(&self, labels: &[u32], classes: usize) -> Vec<f32> {
        let mut soft = vec![0.0; labels.len() * classes];
        for (i, row) in soft.chunks_exact_mut(classes.max(1)).enumerate() {
            let other = labels[(i + labels.len() - 1) % labels.len()];
            for (label, share) in [(labels[i], self.own_share), (other, 1.0 - self.own_share)] {
                if let Some(place) = row.get_mut(label as usize) {
                    *place += share;
                }
            }
        }
        soft
    }
}

impl MixPlan {
    /// Mixes `other` into a picture of the same size, as [`MixPlan::mix`] does with normalised numbers but for rounding. A
    /// picture of another size is left out.
    pub fn mix_picture(&self, own: &mut RgbImage, other: &RgbImage) {
        if own.dimensions() != other.dimensions() {
            return;
        }
        match self.window {
            None => {
                for (a, b) in own.iter_mut().zip(other.iter()) {
                    let mixed = f32::from(*a) * self.own_share + f32::from(*b) * (1.0 - self.own_share);
                    *a = mixed.round() as u8;
                }
            }
            Some([left, top, right, bottom]) => {
                let (right, bottom) = (right.min(own.width() as usize), bottom.min(own.height() as usize));
                for y in top..bottom {
                    for x in left..right {
                        own.put_pixel(x as u32, y as u32, *other.get_pixel(x as u32, y as u32));
                    }
                }
            }
        }
    }

    /// The class that each picture of the mixed batch shows most of: its own from a half on. What accuracy is counted
    /// against, since no single answer is right for a mixed picture.
    pub fn dominant_labels(&self, labels: &[u32]) -> Vec<u32> {
        if self.own_share >= 0.5 {
            return labels.to_vec();
        }
        // Each picture is mixed with the one before it, the first with the last.
        let mut others = labels.to_vec();
        if !others.is_empty() {
            others.rotate_right(1);
        }
        others
    }
}

/// Mean over the batch of −Σ soft·log softmax(logits), as PyTorch's `cross_entropy` with probabilities as targets. Both are
/// (n, classes) in row-major order. 0 for an empty batch.
pub fn soft_cross_entropy(logits: &[f32], soft: &[f32], classes: usize) -> f64 {
    let classes = classes.max(1);
    let mut sum = 0.0;
    let mut n = 0_usize;
    for (row, target) in logits.chunks_exact(classes).zip(soft.chunks_exact(classes)) {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f64 = row.iter().map(|logit| f64::from(logit - largest).exp()).sum();
        for (logit, share) in row.iter().zip(target) {
            sum -= f64::from(*share) * (f64::from(logit - largest) - total.ln());
        }
        n += 1;
    }
    sum / n.max(1) as f64
}

/// Beta(α, α): the share of one of two Gamma(α) draws in their sum.
fn beta(alpha: f64, rng: &mut ImagoRng) -> f64 {
    let (a, b) = (gamma(alpha, rng), gamma(alpha, rng));
    // With a very small α both may underflow to nothing; the distribution then sits at its ends.
    if a + b > 0.0 { a / (a + b) } else { f64::from(u8::from(rng.random::<bool>())) }
}

/// Gamma(α, 1) (Marsaglia and Tsang, "A simple method for generating gamma variables", 2000).
fn gamma(alpha: f64, rng: &mut ImagoRng) -> f64 {
    if alpha < 1.0 {
        let boost = (1.0 - rng.random::<f64>()).powf(1.0 / alpha.max(1e-3));
        return gamma(alpha + 1.0, rng) * boost;
    }
    let d = alpha - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        // Box and Muller, 1958.
        let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
        let x = radius * (std::f64::consts::TAU * rng.random::<f64>()).cos();
        let v = (1.0 + c * x).powi(3);
        let u = 1.0 - rng.random::<f64>();
        if v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::rng_for;

    #[test]
    fn the_share_has_the_mean_and_variance_of_its_beta_distribution() {
        for alpha in [0.2, 1.0, 4.0] {
            let mut rng = rng_for(1, 2, 3);
            let draws: Vec<f64> = (0..20_000).map(|_| beta(alpha, &mut rng)).collect();
            let mean = draws.iter().sum::<f64>() / 2e4;
            let variance = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 2e4;
            let wanted = 1.0 / (4.0 * (2.0 * alpha + 1.0));
            assert!((mean - 0.5).abs() < 0.01, "alpha {alpha}: mean {mean}");
            assert!((variance / wanted - 1.0).abs() < 0.04, "alpha {alpha}: variance {variance}, wanted {wanted}");
        }
    }

    #[test]
    fn labels_of_every_mixed_batch_sum_to_one() {
        let mut rng = rng_for(0, 0, 0);
        for mix in [Mix::Mixup, Mix::CutMix] {
            for _ in 0..200 {
                let plan = BatchMix { mix, alpha: 1.0, probability: 1.0 }.draw(7, 5, &mut rng).unwrap();
                let soft = plan.soft_labels(&[0, 2, 1], 3);
                assert!(soft.chunks(3).all(|row| (row.iter().sum::<f32>() - 1.0).abs() < 1e-6));
                let mut images = vec![1.0; 3 * 2 * 5 * 7];
                plan.mix(&mut images, 2, 5, 7);
                assert!(images.iter().all(|v| (v - 1.0).abs() < 1e-6));
            }
        }
    }

    #[test]
    fn the_dominant_label_is_the_one_with_the_larger_share() {
        let plan = |own_share| MixPlan { own_share, window: None };
        assert_eq!(plan(0.5).dominant_labels(&[0, 2, 1]), [0, 2, 1]);
        assert_eq!(plan(0.4).dominant_labels(&[0, 2, 1]), [1, 0, 2]);
        assert_eq!(plan(0.4).dominant_labels(&[]), [] as [u32; 0]);
        for own_share in [0.2, 0.8] {
            let soft = plan(own_share).soft_labels(&[0, 2, 1], 3);
            for (row, dominant) in soft.chunks(3).zip(plan(own_share).dominant_labels(&[0, 2, 1])) {
                assert!(row[dominant as usize] > 0.5, "{row:?}");
            }
        }
    }

    #[test]
    fn pictures_are_mixed_as_numbers_are() {
        let picture = |shift: u8| RgbImage::from_fn(6, 6, |x, y| image::Rgb([(x * 40) as u8, (y * 40) as u8, shift]));
        let (first, second) = (picture(10), image::imageops::rotate90(&picture(200)));
        let planes = |picture: &RgbImage| -> Vec<f32> {
            (0..3).flat_map(|c| picture.pixels().map(move |pixel| f32::from(pixel.0[c]))).collect()
        };
        for plan in [MixPlan { own_share: 0.3, window: None }, MixPlan::cut([1, 2, 9, 5], 6, 6)] {
            let mut numbers = [planes(&second), planes(&first)].concat();
            plan.mix(&mut numbers, 3, 6, 6);
            let mut mixed = first.clone();
            plan.mix_picture(&mut mixed, &second);
            assert!(planes(&mixed).iter().zip(&numbers[108..]).all(|(a, b)| (a - b).abs() <= 0.5));
            plan.mix_picture(&mut mixed, &RgbImage::new(2, 2));
        }
    }

    #[test]
    fn a_picture_that_keeps_all_of_its_own_stays_as_it_is() {
        for plan in [MixPlan { own_share: 1.0, window: None }, MixPlan::cut([3, 2, 3, 2], 4, 3)] {
            assert_eq!(plan.own_share, 1.0);
            let before: Vec<f32> = (0..2 * 3 * 12).map(|at| at as f32 / 7.0).collect();
            let mut after = before.clone();
            plan.mix(&mut after, 3, 3, 4);
            assert_eq!(after, before);
            assert_eq!(plan.soft_labels(&[1, 0], 2), [0.0, 1.0, 1.0, 0.0]);
            let own = RgbImage::from_fn(4, 3, |x, y| image::Rgb([(x * 60) as u8, (y * 80) as u8, 7]));
            let mut mixed = own.clone();
            plan.mix_picture(&mut mixed, &RgbImage::from_pixel(4, 3, image::Rgb([255; 3])));
            assert_eq!(mixed, own);
        }
    }

    #[test]
    fn a_batch_of_one_stays_as_it_is() {
        let plan = MixPlan { own_share: 0.3, window: None };
        let mut images = vec![0.5; 12];
        plan.mix(&mut images, 3, 2, 2);
        assert_eq!(images, vec![0.5; 12]);
        plan.mix(&mut [], 3, 0, 0);
    }
}
