//! Between the two orders of a map's dimensions, (n, c, h, w) and (n, h, w, c), shared by all threads.

use rayon::prelude::*;

/// Pixels that one thread turns at a time.
const PIXELS: usize = 2048;
/// Channels whose planes are written together: their numbers of one pixel are a cache line.
const CHANNELS: usize = 16;

/// Pictures of `channels` planes of `pixels` numbers → pixels with their channels side by side.
pub fn to_channels_last(x: &[f32], channels: usize, pixels: usize, out: &mut [f32]) {
    if x.is_empty() {
        return;
    }
    let pictures = x.par_chunks(channels * pixels).zip(out.par_chunks_mut(channels * pixels));
    pictures.for_each(|(x, out)| {
        out.par_chunks_mut(PIXELS * channels).enumerate().for_each(|(piece, out)| {
            for (channel, plane) in x.chunks_exact(pixels).enumerate() {
                let plane = &plane[piece * PIXELS..];
                out.chunks_exact_mut(channels).zip(plane).for_each(|(pixel, value)| pixel[channel] = *value);
            }
        });
    });
}

/// The reverse of [`to_channels_last`].
pub fn to_channels_first(x: &[f32], channels: usize, pixels: usize, out: &mut [f32]) {
    if x.is_empty() {
        return;
    }
    let pictures = x.par_chunks(channels * pixels).zip(out.par_chunks_mut(channels * pixels));
    pictures.for_each(|(x, out)| {
        out.par_chunks_mut(CHANNELS * pixels).enumerate().for_each(|(piece, planes)| {
            let count = planes.len() / pixels;
            for (at, pixel) in x.chunks_exact(channels).enumerate() {
                let values = &pixel[piece * CHANNELS..][..count];
                values.iter().enumerate().for_each(|(channel, value)| planes[channel * pixels + at] = *value);
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn turning_there_and_back_changes_nothing_and_puts_each_number_in_its_place(
            n in 0usize..3, channels in 1usize..40, pixels in 1usize..50,
        ) {
            let x: Vec<f32> = (0..n * channels * pixels).map(|i| i as f32).collect();
            let mut last = vec![f32::NAN; x.len()];
            to_channels_last(&x, channels, pixels, &mut last);
            for (i, value) in last.iter().enumerate() {
                let (picture, at) = (i / (channels * pixels), i % (channels * pixels));
                let (pixel, channel) = (at / channels, at % channels);
                prop_assert_eq!(*value, x[(picture * channels + channel) * pixels + pixel]);
            }
            let mut back = vec![f32::NAN; x.len()];
            to_channels_first(&last, channels, pixels, &mut back);
            prop_assert_eq!(back, x);
        }
    }

    #[test]
    fn large_pictures_are_turned_in_pieces() {
        let (channels, pixels) = (3, 2 * PIXELS + 17);
        let x: Vec<f32> = (0..2 * channels * pixels).map(|i| i as f32).collect();
        let (mut last, mut back) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        to_channels_last(&x, channels, pixels, &mut last);
        assert_eq!(last[(pixels + 5) * channels + 2], x[channels * pixels + 2 * pixels + 5]);
        to_channels_first(&last, channels, pixels, &mut back);
        assert_eq!(back, x);
    }
}
