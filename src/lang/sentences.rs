//! Sentences of the rooms below the window, which are English, recognised by their fixed parts and said in the language that
//! is spoken. What is not recognised stays English: better understood half than not at all.
//!
//! Many a sentence holds another one: why a file could not be written, what is wrong with a line. The name of a place says
//! what may stand there ([`Kind`]); a name that a user has given is never translated, even where it is also a word of ours.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::OnceLock;

use super::{Language, current};

/// How deep sentences may stand in one another. Ours go three deep.
const MOST_DEPTH: usize = 6;
/// How many texts are remembered: about what a window shows at a time.
const MOST_REMEMBERED: usize = 400;

/// What may stand in a place of a sentence, by the place's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Anything, which stays as it is: a number, a name.
    Verbatim,
    /// `{path}`: something with a folder in it, which stays as it is.
    Path,
    /// `{why}`: a sentence or phrase, translated where it is known.
    Any,
    /// `{known}`: a sentence or phrase that is known; otherwise it is not this sentence.
    Known,
    /// `{list}`: some of them, with commas between.
    List,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "path" => Self::Path,
            "why" => Self::Any,
            "known" => Self::Known,
            "list" => Self::List,
            _ => Self::Verbatim,
        }
    }
}

/// Which patterns are asked.
#[derive(Clone, Copy)]
struct Asked {
    /// Also those that are little more than a place ([`Pattern::is_wide`]).
    wide: bool,
    /// Also single words.
    words: bool,
    depth: usize,
}

/// A sentence with places for values.
struct Pattern {
    /// Fixed parts around and between the values; the first and the last may be empty.
    fixed: Vec<String>,
    /// The values, in the order of the English sentence.
    places: Vec<(String, Kind)>,
    chinese: String,
}

impl Pattern {
    fn new(english: &str, chinese: String) -> Self {
        let (mut fixed, mut places) = (vec![String::new()], Vec::new());
        let mut rest = english;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            if let Some(last) = fixed.last_mut() {
                last.push_str(before);
            }
            places.push((name.to_owned(), Kind::of(name)));
            fixed.push(String::new());
            rest = after;
        }
        if let Some(last) = fixed.last_mut() {
            last.push_str(rest);
        }
        Self { fixed, places, chinese }
    }

    /// Whether its fixed parts alone say nothing, as in `{path}: {known}`.
    fn is_wide(&self) -> bool {
        !self.fixed.iter().any(|part| part.contains(char::is_alphabetic))
    }

    fn is_word(&self) -> bool {
        self.places.is_empty() && !self.fixed.iter().any(|part| part.contains(' '))
    }

    /// The more of it is fixed, and the more it wants of its values, the surer it is this sentence.
    fn sureness(&self) -> usize {
        // What a phrase that is known is worth in fixed letters: about a short word.
        const WANTED: usize = 8;
        let wanted = self.places.iter().filter(|(_, kind)| *kind == Kind::Known).count();
        self.fixed.iter().map(String::len).sum::<usize>() + WANTED * wanted
    }

    /// The sentence in Chinese, where it is this one. A capital at its head makes no difference.
    fn said(&self, sentence: &str, depth: usize) -> Option<String> {
        let rest = without_head(sentence, self.fixed.first()?)?;
        let mut values = Vec::with_capacity(self.places.len());
        // First whether all the words are there: only then what stands between them is worth a look.
        if !self.has_its_words(rest) || !self.matches_from(0, rest, depth, &mut values) {
            return None;
        }
        let mut said = self.chinese.clone();
        for ((name, _), value) in self.places.iter().zip(values) {
            said = said.replace(&format!("{{{name}}}"), &value);
        }
        Some(said)
    }

    /// Whether `rest`, which follows the first fixed part, has the others in their order.
    fn has_its_words(&self, mut rest: &str) -> bool {
        let Some((last, between)) = self.fixed.get(1..).and_then(<[String]>::split_last) else {
            return rest.is_empty();
        };
        for fixed in between {
            let Some(at) = rest.find(fixed.as_str()) else { return false };
            rest = &rest[at + fixed.len()..];
        }
        rest.ends_with(last.as_str())
    }

    /// Whether `rest` is the place of this index and all that follows; `values` are theirs then. Each part is taken as early
    /// as it can be.
    fn matches_from(&self, index: usize, rest: &str, depth: usize, values: &mut Vec<String>) -> bool {
        let (Some((_, kind)), Some(fixed)) = (self.places.get(index), self.fixed.get(index + 1)) else {
            return rest.is_empty();
        };
        if index + 1 == self.places.len() {
            let value = rest.strip_suffix(fixed.as_str()).and_then(|value| self.read(*kind, value, depth));
            return value.map(|value| values.push(value)).is_some();
        }
        for (at, _) in rest.match_indices(fixed.as_str()) {
            let Some(value) = self.read(*kind, &rest[..at], depth) else { continue };
            values.push(value);
            if self.matches_from(index + 1, &rest[at + fixed.len()..], depth, values) {
                return true;
            }
            values.pop();
        }
        false
    }

    /// What stands in a place, in Chinese; none where it can't stand there.
    fn read(&self, kind: Kind, value: &str, depth: usize) -> Option<String> {
        let any = Asked { wide: true, words: true, depth: depth + 1 };
        let or_as_it_is = |value: &str| translated(value, any).unwrap_or_else(|| value.to_owned());
        match kind {
            Kind::Verbatim => Some(value.to_owned()),
            Kind::Path => value.contains(['/', '\\']).then(|| value.to_owned()),
            Kind::Any => Some(or_as_it_is(value)),
            Kind::Known => translated(value, Asked { wide: false, words: !self.is_wide(), ..any }),
            Kind::List => Some(value.split(", ").map(or_as_it_is).collect::<Vec<_>>().join("、")),
        }
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

/// A sentence in Chinese, where it is known. A full stop at its end makes no difference.
fn translated(english: &str, asked: Asked) -> Option<String> {
    static PATTERNS: OnceLock<Vec<Pattern>> = OnceLock::new();
    if english.is_empty() || asked.depth > MOST_DEPTH {
        return None;
    }
    let patterns = PATTERNS.get_or_init(|| {
        let all = all().into_iter().chain(of_the_system());
        let mut patterns: Vec<_> = all.map(|(english, chinese)| Pattern::new(english, chinese.to_owned())).collect();
        patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.sureness()));
        patterns
    });
    let (inner, stop) = match english.strip_suffix('.') {
        Some(inner) => (inner, "。"),
        None => (english, ""),
    };
    let asked_for = |pattern: &&Pattern| (asked.wide || !pattern.is_wide()) && (asked.words || !pattern.is_word());
    let said = patterns.iter().filter(asked_for).find_map(|pattern| pattern.said(inner, asked.depth))?;
    Some(said + stop)
}

/// A sentence of a lower room in the language spoken; unchanged where it is not recognised.
pub fn sentence(english: &str) -> String {
    thread_local! {
        // Windows are drawn many times a second, mostly with the same sentences in them.
        static SAID: RefCell<HashMap<String, String>> = RefCell::new(HashMap::new());
    }
    if current() == Language::English {
        return english.to_owned();
    }
    if let Some(said) = SAID.with_borrow(|said| said.get(english).cloned()) {
        return said;
    }
    let said = translated(english, Asked { wide: true, words: true, depth: 0 }).unwrap_or_else(|| english.to_owned());
    SAID.with_borrow_mut(|remembered| {
        if remembered.len() >= MOST_REMEMBERED {
            remembered.clear();
        }
        remembered.insert(english.to_owned(), said.clone());
    });
    said
}

/// An error of a lower room, or of the system, as part of a sentence in the language spoken.
pub fn said(error: &dyn Display) -> String {
    sentence(&error.to_string())
}

/// All sentences of ours that are recognised: English, Chinese.
pub fn all() -> Vec<(&'static str, &'static str)> {
    let files = [
        include_str!("../../assets/lang/zh-CN/sentences.toml"),
        include_str!("../../assets/lang/zh-CN/sentences-models.toml"),
    ];
    files.into_iter().flat_map(super::chinese::table).collect()
}

/// What the operating system says, and what of it is recognised: English, Chinese.
pub fn of_the_system() -> Vec<(&'static str, &'static str)> {
    super::chinese::table(include_str!("../../assets/lang/zh-CN/sentences-system.toml"))
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

    #[test]
    fn a_sentence_within_a_sentence_is_said_too() {
        within(Language::Chinese, || {
            assert_eq!(
                sentence("hub.example could not be reached: nobody answers there"),
                "无法连接 hub.example：对方没有应答"
            );
            assert_eq!(
                sentence(
                    "/my models/a b.safetensors is cut off: not even its header is whole; choose a model.safetensors that Imago has saved."
                ),
                "/my models/a b.safetensors 不完整：连文件头都没有结束；请选择 Imago 保存的 model.safetensors。"
            );
            assert_eq!(
                sentence(
                    "/d: no pictures here that can be used (passed over: a b.txt, .txt files are not scanned and 3 more); choose a folder with train/ and val/, with one folder of pictures per class, or with loose pictures (jpg, png, bmp, webp, tif, ppm, pgm)"
                ),
                "/d：这里没有图片（已略过：a b.txt，不扫描 .txt 文件，另有 3 个）；请选择含 train/ 和 val/ 的文件夹、每个类别一个子文件夹的文件夹，或直接放有图片的文件夹（jpg、png、bmp、webp、tif、ppm、pgm）"
            );
        });
    }

    #[test]
    fn names_are_never_translated_though_they_may_be_words_of_ours() {
        within(Language::Chinese, || {
            assert_eq!(sentence("labelled seed"), "标为 seed");
            assert_eq!(sentence("class stopped renamed cancelled"), "类别 stopped 已改名为 cancelled");
            assert_eq!(sentence("已保存为 /home/me/my model"), "已保存为 /home/me/my model");
        });
    }
}
