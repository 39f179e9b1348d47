//! Sentences of the rooms below the window, which are English, recognised by their fixed parts and said in the language that
//! is spoken. What is not recognised stays English: better understood half than not at all.

use std::sync::OnceLock;

use super::{Language, current};

/// A sentence with places for values.
struct Pattern {
    /// Fixed parts around and between the values; the first and the last may be empty.
    fixed: Vec<String>,
    /// Names of the values, in the order of the English sentence.
    names: Vec<String>,
    chinese: String,
}

impl Pattern {
    fn new(english: &str, chinese: String) -> Self {
        let (mut fixed, mut names) = (vec![String::new()], Vec::new());
        let mut rest = english;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            if let Some(last) = fixed.last_mut() {
                last.push_str(before);
            }
            names.push(name.to_owned());
            fixed.push(String::new());
            rest = after;
        }
        if let Some(last) = fixed.last_mut() {
            last.push_str(rest);
        }
        Self { fixed, names, chinese }
    }

    /// The sentence in Chinese, where it is this one. A capital at its head and a full stop at its end make no difference.
    fn said(&self, sentence: &str) -> Option<String> {
        let (first, others) = self.fixed.split_first()?;
        let mut rest = without_head(sentence, first)?;
        let mut values: Vec<&str> = Vec::with_capacity(self.names.len());
        for (index, fixed) in others.iter().enumerate() {
            // The last part stands at the end; the others as early as they can.
            let at = if index + 1 == others.len() {
                rest.len().checked_sub(fixed.len()).filter(|at| rest.is_char_boundary(*at) && rest.ends_with(fixed))?
            } else {
                rest.find(fixed.as_str())?
            };
            values.push(&rest[..at]);
            rest = &rest[at + fixed.len()..];
        }
        if !rest.is_empty() {
            return None;
        }
        let mut said = self.chinese.clone();
        for (name, value) in self.names.iter().zip(values) {
            said = said.replace(&format!("{{{name}}}"), value);
        }
        Some(said)
    }
}

fn without_head<'a>(sentence: &'a str, head: &str) -> Option<&'a str> {
    if let Some(rest) = sentence.strip_prefix(head) {
        return Some(rest);
    }
    let (mut wanted, mut found) = (head.chars(), sentence.chars());
    let (wanted_first, found_first) = (wanted.next()?, found.next()?);
    let is_capital = wanted_first.to_uppercase().eq(std::iter::once(found_first));
    if is_capital { found.as_str().strip_prefix(wanted.as_str()) } else { None }
}

/// A sentence of a lower room in the language spoken; unchanged where it is not recognised.
pub fn sentence(english: &str) -> String {
    static PATTERNS: OnceLock<Vec<Pattern>> = OnceLock::new();
    if current() == Language::English {
        return english.to_owned();
    }
    let patterns = PATTERNS.get_or_init(|| {
        all().into_iter().map(|(english, chinese)| Pattern::new(english, chinese.to_owned())).collect()
    });
    let (inner, stop) = match english.strip_suffix('.') {
        Some(inner) => (inner, "。"),
        None => (english, ""),
    };
    patterns.iter().find_map(|pattern| pattern.said(inner)).map_or_else(|| english.to_owned(), |said| said + stop)
}

/// All sentences that are recognised: English, Chinese.
pub fn all() -> Vec<(&'static str, &'static str)> {
    super::chinese::table(include_str!("../../assets/lang/zh-CN/sentences.toml"))
}

#[cfg(test)]
mod tests {
    use super::super::within;
    use super::*;

    #[test]
    fn sentences_of_lower_rooms_are_recognised_with_their_values() {
        within(Language::Chinese, || {
            assert_eq!(sentence("it is not a regular file"), "不是普通文件");
            assert_eq!(sentence("It is not a regular file."), "不是普通文件。");
            assert_eq!(sentence("/a/b: there is no such folder"), "/a/b：没有这个文件夹");
            assert_eq!(
                sentence("The class bees has only 3 training pictures: it will hardly be learned."),
                "类别 bees 只有 3 张训练图片，几乎学不会。"
            );
            assert_eq!(sentence("something quite different"), "something quite different");
            assert_eq!(sentence(""), "");
        });
        assert_eq!(sentence("it is not a regular file"), "it is not a regular file");
    }
}
