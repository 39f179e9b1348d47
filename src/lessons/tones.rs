//! Numbers as tones: how a result that may be negative, or far above 255, is shown.

use super::plane::Plane;

/// A picture to be looked at, and what its tones stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct Tones {
    /// Three bytes a pixel, row by row.
    pub rgb: Vec<u8>,
    /// The number that is shown white. 0 is black.
    pub white: f32,
    /// Whether there are numbers below 0, which are blue.
    pub has_negative: bool,
}

/// Share of the numbers that may be beyond white: a few bright spots must not leave the rest in the dark.
const BEYOND: f32 = 0.005;
/// The blue of a number as far below zero as white is above it.
const BLUE: [f32; 3] = [76.0, 155.0, 255.0];

/// Shows 0 as black, large numbers as white, numbers below 0 in blue. Numbers from 0 to 255 keep their tone; where some lie
/// outside, white is the size that all but a few stay below.
pub fn tones(plane: &Plane) -> Tones {
    let is_photograph = plane.values().iter().all(|value| (-0.5..=255.5).contains(value));
    let white = if is_photograph { 255.0 } else { usual_size(plane).max(1.0) };
    let mut rgb = Vec::with_capacity(plane.values().len() * 3);
    for value in plane.values() {
        let size = (value.abs() / white).min(1.0);
        rgb.extend(if *value < 0.0 { BLUE.map(|tone| (tone * size) as u8) } else { [(size * 255.0).round() as u8; 3] });
    }
    Tones { rgb, white, has_negative: plane.values().iter().any(|value| *value < -0.5) }
}

/// What all numbers but a few are smaller than, whatever their sign.
fn usual_size(plane: &Plane) -> f32 {
    let mut sizes: Vec<f32> = plane.values().iter().map(|value| value.abs()).collect();
    let Some(last) = sizes.len().checked_sub(1) else { return 0.0 };
    let at = ((last as f32) * (1.0 - BEYOND)).round() as usize;
    let (_, size, _) = sizes.select_nth_unstable_by(at.min(last), f32::total_cmp);
    *size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photograph_keeps_its_tones() {
        let tones = tones(&Plane::from_fn(3, 1, |x, _| [0.0, 100.0, 255.0][x]));
        assert_eq!(tones.rgb, [0, 0, 0, 100, 100, 100, 255, 255, 255]);
        assert_eq!((tones.white, tones.has_negative), (255.0, false));
    }

    #[test]
    fn negative_numbers_are_blue_and_zero_is_black() {
        let tones = tones(&Plane::from_fn(3, 1, |x, _| [-400.0, 0.0, 400.0][x]));
        assert_eq!(tones.rgb, [76, 155, 255, 0, 0, 0, 255, 255, 255]);
        assert_eq!((tones.white, tones.has_negative), (400.0, true));
    }

    #[test]
    fn one_glaring_spot_does_not_leave_the_rest_in_the_dark() {
        let plane = Plane::from_fn(100, 10, |x, y| if (x, y) == (0, 0) { 9000.0 } else { 300.0 });
        assert_eq!(tones(&plane).white, 300.0);
        assert!(tones(&Plane::default()).rgb.is_empty());
        assert_eq!(tones(&Plane::from_fn(1, 1, |_, _| f32::NAN)).rgb.len(), 3);
    }
}
