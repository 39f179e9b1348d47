//! Mixup and CutMix while training: the batches of a group of pictures are mixed, pixels and labels.
//!
//! It happens on normalised pixels, before a frozen backbone sees them: a backbone's features of a mixed picture are not the
//! mixture of its features. What is drawn comes from (seed, epoch, batch), so that neither threads nor a resume change it.
//!
//! Must not know: models, files, events.

use crate::augment::BatchMix;

/// Mixes the batches of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mixer {
    /// How.
    pub(crate) mix: BatchMix,
    /// Seed of the run.
    pub(crate) seed: u64,
    /// Side of a picture in pixels.
    pub(crate) crop: usize,
    /// Number of classes.
    pub(crate) classes: usize,
}

impl Mixer {
    /// Mixes batch `step` (counted from 1) of `epoch` in place: `pixels` is (n, 3, crop, crop), `labels` (n). Of a mixed batch
    /// `labels` become the classes with the larger shares, and the shares are returned, (n, classes).
    pub(crate) fn mix(&self, epoch: usize, step: usize, pixels: &mut [f32], labels: &mut [u32]) -> Option<Vec<f32>> {
        // A picture alone has nothing to be mixed with.
        if labels.len() < 2 {
            return None;
        }
        let plan = self.mix.draw_for_batch(self.seed, epoch, step, self.crop)?;
        plan.mix(pixels, 3, self.crop, self.crop);
        let soft = plan.soft_labels(labels, self.classes);
        let dominant = plan.dominant_labels(labels);
        labels.copy_from_slice(&dominant);
        Some(soft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::augment::Mix;

    fn mixer(mix: BatchMix) -> Mixer {
        Mixer { mix, seed: 5, crop: 4, classes: 2 }
    }

    /// Two pictures, all black and all white, and what becomes of them.
    fn mixed(mixer: &Mixer, epoch: usize, step: usize) -> (Vec<f32>, Vec<u32>, Option<Vec<f32>>) {
        let mut pixels = [vec![0.0; 48], vec![1.0; 48]].concat();
        let mut labels = vec![0, 1];
        let soft = mixer.mix(epoch, step, &mut pixels, &mut labels);
        (pixels, labels, soft)
    }

    #[test]
    fn pixels_and_labels_are_mixed_in_the_same_shares() {
        for mix in [Mix::Mixup, Mix::CutMix] {
            let mixer = mixer(BatchMix { mix, alpha: 1.0, probability: 1.0 });
            for step in 1..50 {
                let (pixels, labels, soft) = mixed(&mixer, 1, step);
                let soft = soft.unwrap();
                let white = pixels[..48].iter().sum::<f32>() / 48.0;
                assert!((white - soft[1]).abs() < 1e-5, "{white} {soft:?}");
                assert_eq!(labels[0], u32::from(soft[1] > 0.5));
                assert!((soft[0] + soft[1] - 1.0).abs() < 1e-6 && (soft[2] - soft[1]).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn each_batch_of_each_epoch_is_mixed_in_its_own_way_and_always_the_same() {
        let mixer = mixer(BatchMix { alpha: 1.0, ..BatchMix::default() });
        assert_eq!(mixed(&mixer, 1, 1), mixed(&mixer, 1, 1));
        assert_ne!(mixed(&mixer, 1, 1), mixed(&mixer, 1, 2));
        assert_ne!(mixed(&mixer, 1, 1), mixed(&mixer, 2, 1));
        assert_ne!(mixed(&mixer, 1, 1), mixed(&Mixer { seed: 6, ..mixer }, 1, 1));
    }

    #[test]
    fn batches_that_are_not_drawn_and_single_pictures_stay_as_they_are() {
        let never = mixer(BatchMix { probability: 0.0, ..BatchMix::default() });
        let (pixels, labels, soft) = mixed(&never, 1, 1);
        assert_eq!((pixels[0], pixels[95], labels, soft), (0.0, 1.0, vec![0, 1], None));
        let always = mixer(BatchMix::default());
        assert_eq!(always.mix(1, 1, &mut [0.5; 48], &mut [1]), None);
    }
}
