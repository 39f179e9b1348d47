//! Numbers on the command line: their ranges are checked while it is read, so that a mistake is wrong usage (exit code 2).

use std::ops::RangeInclusive;

use crate::offline::{FACTORS, SIZES};
use crate::train::config::MAX_VIEWS;

/// A number above 0.
pub(super) fn positive(text: &str) -> Result<f64, String> {
    number(text).and_then(|value| if value > 0.0 { Ok(value) } else { Err("must be greater than 0".to_owned()) })
}

/// 0 or more.
pub(super) fn not_negative(text: &str) -> Result<f64, String> {
    number(text).and_then(|value| if value >= 0.0 { Ok(value) } else { Err("must be 0 or more".to_owned()) })
}

/// At least 0 and below 1.
pub(super) fn below_one(text: &str) -> Result<f64, String> {
    let fits = |value: &f64| (0.0..1.0).contains(value);
    number(text)
        .and_then(|value| if fits(&value) { Ok(value) } else { Err("must be at least 0 and below 1".to_owned()) })
}

/// The share that is kept for validation: above 0 and at most 0.9, as a scan takes it.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let fits = |value: f64| value > 0.0 && value <= 0.9;
    number(text)
        .and_then(|value| if fits(value) { Ok(value) } else { Err("must be above 0 and at most 0.9".to_owned()) })
}

/// A whole number in 1 to 100000.
pub(super) fn epochs(text: &str) -> Result<usize, String> {
    whole(text, 1..=100_000)
}

/// A whole number in 1 to 4096.
pub(super) fn batch(text: &str) -> Result<usize, String> {
    whole(text, 1..=4096)
}

/// A whole number in 1 to 1024.
pub(super) fn threads(text: &str) -> Result<usize, String> {
    whole(text, 1..=1024)
}

/// How many times as many pictures offline augmentation makes.
pub(super) fn factor(text: &str) -> Result<usize, String> {
    whole(text, FACTORS)
}

/// Side of a picture in pixels.
pub(super) fn picture_size(text: &str) -> Result<u32, String> {
    whole(text, *SIZES.start() as usize..=*SIZES.end() as usize).map(|value| value as u32)
}

/// A whole number of at least 1.
pub(super) fn at_least_one(text: &str) -> Result<usize, String> {
    whole(text, 1..=1_000_000_000)
}

/// Views of each picture.
pub(super) fn views(text: &str) -> Result<usize, String> {
    whole(text, 1..=MAX_VIEWS)
}

/// A seed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse::<u64>().map_err(|_| format!("must be a whole number from 0 to {}", u64::MAX))
}

fn number(text: &str) -> Result<f64, String> {
    text.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or_else(|| "is not a number".to_owned())
}

fn whole(text: &str, range: RangeInclusive<usize>) -> Result<usize, String> {
    // Wide enough for numbers out of the range, of which the range is to be said.
    let value = text.parse::<i128>().map_err(|_| "is not a whole number".to_owned())?;
    let fitting = usize::try_from(value).ok().filter(|value| range.contains(value));
    fitting.ok_or_else(|| format!("must be between {} and {}", range.start(), range.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_refused() {
        for wrong in ["0", "-1", "nan", "inf", "x", ""] {
            assert!(positive(wrong).is_err(), "{wrong}");
        }
        assert_eq!(positive("1e-3"), Ok(0.001));
        assert!(below_one("1").is_err() && below_one("0").is_ok());
        assert!(share("0").is_err() && share("0.91").is_err() && share("0.9").is_ok());
        assert!(not_negative("-0.1").is_err() && not_negative("0").is_ok());
        assert!(epochs("0").is_err() && epochs("25").is_ok() && epochs("2.5").is_err());
        assert!(batch("-3").unwrap_err().contains("between") && batch("x").unwrap_err().contains("whole number"));
        assert!(seed("-1").unwrap_err().contains("from 0") && seed("18446744073709551615") == Ok(u64::MAX));
        assert!(threads("0").is_err() && batch("4097").is_err() && at_least_one("0").is_err());
        assert!(factor("0").is_err() && factor("4").is_ok() && factor("1001").is_err());
        assert!(picture_size("7").is_err() && picture_size("224").is_ok() && picture_size("5000").is_err());
    }
}
