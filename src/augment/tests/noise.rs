//! Mean, deviation and share of the noises.

use super::*;
use crate::augment::transforms::{gaussian_noise, jpeg_compression, salt_and_pepper};

fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64;
    (mean, variance.sqrt())
}

#[test]
fn gaussian_noise_has_the_mean_and_deviation_it_says() {
    for deviation in [2.0, 10.0, 25.0] {
        for colored in [true, false] {
            let mut picture = RgbImage::from_pixel(200, 200, Rgb([128; 3]));
            gaussian_noise::add_noise(&mut picture, deviation, colored, &mut rng());
            let noise: Vec<f64> = picture.as_raw().iter().map(|v| f64::from(*v) - 128.0).collect();
            let (mean, measured) = moments(&noise);
            // 40,000 independent numbers at least; rounding to whole levels adds a variance of 1/12.
            let wanted = (deviation * deviation + 1.0 / 12.0_f64).sqrt();
            assert!(mean.abs() < 4.0 * deviation / 200.0, "deviation {deviation}: mean {mean}");
            assert!((measured / wanted - 1.0).abs() < 0.02, "deviation {deviation}: measured {measured}");
            let alike = picture.pixels().filter(|p| p.0[0] == p.0[1] && p.0[1] == p.0[2]).count();
            assert_eq!(alike == 40_000, !colored);
        }
    }
}

#[test]
fn noise_of_neighbours_is_unrelated() {
    let mut picture = RgbImage::from_pixel(300, 300, Rgb([128; 3]));
    gaussian_noise::add_noise(&mut picture, 20.0, true, &mut rng());
    let noise: Vec<f64> = picture.as_raw().iter().map(|v| f64::from(*v) - 128.0).collect();
    for lag in [1, 2, 3, 5, 900] {
        let product = noise.iter().zip(&noise[lag..]).map(|(a, b)| a * b).sum::<f64>() / (noise.len() - lag) as f64;
        assert!((product / 400.0).abs() < 0.01, "lag {lag}: correlation {}", product / 400.0);
    }
}

#[test]
fn salt_and_pepper_changes_the_share_it_says() {
    for (amount, salt) in [(0.01, 0.5), (0.2, 0.25), (0.5, 1.0)] {
        let mut picture = RgbImage::from_pixel(300, 300, Rgb([128; 3]));
        salt_and_pepper::sprinkle(&mut picture, amount, salt, &mut rng());
        let count = |value: u8| picture.pixels().filter(|pixel| pixel.0 == [value; 3]).count() as f64;
        let (white, black) = (count(255), count(0));
        let deviation = (90_000.0 * amount * (1.0 - amount)).sqrt();
        assert!((white + black - 90_000.0 * amount).abs() < 4.0 * deviation);
        assert!((white / (white + black) - salt).abs() < 0.05);
        assert_eq!(white + black + count(128), 90_000.0);
    }
}

#[test]
fn worse_jpeg_quality_is_further_from_the_original() {
    let before = picture(120, 90);
    let off = |quality| difference(&jpeg_compression::compressed(&before, quality).unwrap(), &before).0;
    assert!(off(95) < 4.0 && off(95) < off(50) && off(50) < off(10));
}
