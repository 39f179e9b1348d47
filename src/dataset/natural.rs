//! Sorting as people do: numbers as numbers, letters without regard to case, in any script.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::str::Chars;

/// Compares `a` and `b` in natural order: `ant 2` before `ant 10`, `Ant` beside `ant`. A total order: names that differ
/// only in case or leading zeros are told apart by their bytes.
pub fn natural_cmp(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.chars().peekable(), b.chars().peekable());
    loop {
        let order = match (next_token(&mut left), next_token(&mut right)) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(one), Some(other)) => one.cmp(&other),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Bytes that compare as [`natural_cmp`] does, but for names that it tells apart by their bytes alone: for those the keys are
/// equal. Made once for each name, they make sorting a hundred thousand names a matter of a moment.
pub fn natural_key(text: &str) -> Vec<u8> {
    let mut chars = text.chars().peekable();
    let mut key = Vec::with_capacity(text.len() + 8);
    let mut utf8 = [0; 4];
    while let Some(token) = next_token(&mut chars) {
        // UTF-8 sorts as the characters do, and no letter is the digit 0: what follows that is a number.
        key.extend_from_slice(token.letter.encode_utf8(&mut utf8).as_bytes());
        if token.letter == '0' {
            key.extend_from_slice(&(token.length as u32).to_be_bytes());
            key.extend_from_slice(&token.digits);
        }
    }
    key
}

/// A letter, or a whole number. A number sorts among letters where the digit 0 does.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Token {
    letter: char,
    /// How many digits without leading zeros, then the digits: longer numbers are larger.
    length: usize,
    digits: Vec<u8>,
}

fn next_token(chars: &mut Peekable<Chars<'_>>) -> Option<Token> {
    let first = chars.next()?;
    let Some(value) = digit(first) else {
        let letter = first.to_lowercase().next().unwrap_or(first);
        return Some(Token { letter, length: 0, digits: Vec::new() });
    };
    let mut digits = Vec::new();
    let mut next = Some(value);
    while let Some(value) = next {
        if value != 0 || !digits.is_empty() {
            digits.push(value);
        }
        next = chars.peek().copied().and_then(digit);
        if next.is_some() {
            chars.next();
        }
    }
    Some(Token { letter: '0', length: digits.len(), digits })
}

/// The value of a decimal digit of one of the common scripts.
fn digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.to_digit(10).map(|value| value as u8);
    }
    /// The zeros of ASCII, Arabic (two), N'Ko, Devanagari, Bengali, Gurmukhi, Gujarati, Odia, Tamil, Telugu, Kannada,
    /// Malayalam, Thai, Lao, Tibetan, Myanmar, Khmer, Mongolian and full-width digits.
    const ZEROS: [u32; 20] = [
        0x30, 0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20,
        0x1040, 0x17E0, 0x1810, 0xFF10,
    ];
    if c.is_ascii() {
        return c.is_ascii_digit().then(|| c as u8 - b'0');
    }
    ZEROS.iter().find_map(|zero| (c as u32).checked_sub(*zero).filter(|value| *value < 10)).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut names: Vec<_> = names.iter().map(ToString::to_string).collect();
        names.sort_by(|a, b| natural_cmp(a, b));
        names
    }

    #[test]
    fn numbers_sort_as_numbers_and_letters_without_case() {
        assert_eq!(sorted(&["b10.jpg", "B2.jpg", "a.jpg", "b1.jpg"]), ["a.jpg", "b1.jpg", "B2.jpg", "b10.jpg"]);
        assert_eq!(sorted(&["img1.jpg", "img.jpg", "img 1.jpg"]), ["img 1.jpg", "img.jpg", "img1.jpg"]);
        assert_eq!(sorted(&["007", "7", "8", "06"]), ["06", "007", "7", "8"]);
        let long = ["9".repeat(40), "1".to_owned() + &"0".repeat(40)];
        assert_eq!(natural_cmp(&long[0], &long[1]), Ordering::Less);
    }

    #[test]
    fn any_script_is_sorted_with_its_own_digits() {
        assert_eq!(sorted(&["蜂10", "蜂９", "蟻1"]), ["蜂９", "蜂10", "蟻1"]);
        assert_eq!(sorted(&["صورة ١٠", "صورة ٩"]), ["صورة ٩", "صورة ١٠"]);
        assert_eq!(sorted(&["Ärger", "äpfel"]), ["äpfel", "Ärger"]);
    }

    proptest! {
        #[test]
        fn keys_sort_as_the_names_do(a in "[aAbBzé019٩蜂. /]{0,8}", b in "[aAbBzé019٩蜂. /]{0,8}") {
            let by_key = natural_key(&a).cmp(&natural_key(&b)).then_with(|| a.cmp(&b));
            prop_assert_eq!(by_key, natural_cmp(&a, &b));
        }

        #[test]
        fn the_order_is_total(a in "[aAbB019. ä]{0,6}", b in "[aAbB019. ä]{0,6}", c in "[aAbB019. ä]{0,6}") {
            prop_assert_eq!(natural_cmp(&a, &b), natural_cmp(&b, &a).reverse());
            prop_assert_eq!(natural_cmp(&a, &b) == Ordering::Equal, a == b);
            if natural_cmp(&a, &b) != Ordering::Greater && natural_cmp(&b, &c) != Ordering::Greater {
                prop_assert_ne!(natural_cmp(&a, &c), Ordering::Greater);
            }
        }
    }
}
