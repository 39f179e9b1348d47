//! Sentences of the rooms below the window that begin with what they are about: a number of pictures, or a file's name.

use super::sentences::sentence;
use super::{Language, current, tn};

/// A sentence such as `3 pictures labelled bees`, `1.jpg set aside` or `2 validation pictures are also in train` in the
/// language spoken; unchanged where what it says is not recognised.
pub fn told(english: &str) -> String {
    if current() == Language::English {
        return english.to_owned();
    }
    if let Some((head, rest)) = pictures(english) {
        // Either the sentence as a whole is known, with the pictures in it, or what it says of them.
        for (known, before) in [(format!("{head} {rest}"), ""), (rest.to_owned(), head.as_str())] {
            let said = sentence(&known);
            if said != known {
                return format!("{before}{said}");
            }
        }
        return english.to_owned();
    }
    let whole = sentence(english);
    if whole != english {
        return whole;
    }
    // A file's name may have spaces in it.
    for (at, _) in english.match_indices(' ') {
        let (name, rest) = (&english[..at], &english[at + 1..]);
        let said = sentence(rest);
        if said != rest {
            return format!("{name} {said}");
        }
    }
    whole
}

/// `3 pictures`, `1 validation picture` at the head of a sentence, translated, and what follows.
fn pictures(english: &str) -> Option<(String, &str)> {
    let (number, rest) = english.split_once(' ')?;
    let count: usize = number.parse().ok()?;
    let (of, rest) = ["training ", "validation ", "test "]
        .into_iter()
        .find_map(|of| rest.strip_prefix(of).map(|rest| (of, rest)))
        .unwrap_or(("", rest));
    let rest = rest.strip_prefix("pictures ").or_else(|| rest.strip_prefix("picture "))?;
    let head = match of {
        "training " => tn!(count, "{n} training picture", "{n} training pictures"),
        "validation " => tn!(count, "{n} validation picture", "{n} validation pictures"),
        "test " => tn!(count, "{n} test picture", "{n} test pictures"),
        _ => tn!(count, "{n} picture", "{n} pictures"),
    };
    Some((head, rest))
}

#[cfg(test)]
mod tests {
    use super::super::within;
    use super::*;

    #[test]
    fn what_was_done_to_pictures_is_told_with_their_number_or_name() {
        let cases = [
            ("3 pictures labelled bees", "3 张图片标为 bees"),
            ("my photo 1.jpg set aside", "my photo 1.jpg 已搁置"),
            ("2 pictures changed", "2 张图片已更改"),
            ("class ants renamed wasps", "类别 ants 已改名为 wasps"),
            ("1 picture shows nothing but one colour", "1 张图片只有一种颜色"),
            ("2 validation pictures are also in train", "2 张验证图片同时也在训练集中"),
            ("something quite different", "something quite different"),
        ];
        for (english, chinese) in cases {
            assert_eq!(told(english), english);
            within(Language::Chinese, || assert_eq!(told(english), chinese));
        }
    }
}
