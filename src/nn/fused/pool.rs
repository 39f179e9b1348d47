//! Global average pooling: the mean of each channel over all pixels.
//!
//! Must not know: what comes before or after.

use super::Size;

/// Appends to `features` the means of the first `width` channels of each picture of `input` (n, height, width, channels).
pub fn global_average(input: &[f32], size: Size, channels: usize, width: usize, features: &mut Vec<f32>) {
    let scale = 1.0 / size.pixels() as f32;
    let mut sums = vec![0.0f32; channels];
    for picture in input.chunks_exact(size.pixels() * channels) {
        sums.fill(0.0);
        for pixel in picture.chunks_exact(channels) {
            for (sum, value) in sums.iter_mut().zip(pixel) {
                *sum += value;
            }
        }
        features.extend(sums[..width].iter().map(|sum| sum * scale));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_channels_are_left_out_of_the_mean() {
        let input = [1.0, 10.0, 0.0, 3.0, 30.0, 0.0, 5.0, 50.0, 0.0, 7.0, 70.0, 0.0];
        let mut features = vec![-1.0];
        global_average(&input, Size { height: 1, width: 2 }, 3, 2, &mut features);
        assert_eq!(features, [-1.0, 2.0, 20.0, 6.0, 60.0]);
    }
}
