//! The other way round: every sentence that the rooms below the window say is one that the window recognises. A new error
//! without its Chinese is found here.

use std::collections::BTreeSet;
use std::path::Path;

use imago::lang::{Language, sentence, sentences, within};

use crate::literal;

/// Rooms and files whose literals are not such sentences.
const ELSEWHERE: [(&str, &str); 9] = [
    ("app/", "texts of the window stand in t!"),
    ("ui/", "texts of the window stand in t!"),
    ("lang/", "the translations themselves"),
    ("cli/", "the command line speaks English"),
    ("main.rs", "the command line speaks English"),
    ("lib.rs", "a description for programmers"),
    ("augment/transforms/", "names and explanations, which another test looks at"),
    ("augment/batch.rs", "names and explanations, which another test looks at"),
    ("nn/", "mistakes in Imago's own code, said as a failed computation"),
];
/// What a person is told of devices stands among the kernels.
const BUT: &str = "nn/device.rs";

/// Literals that look like such a sentence and are none.
const NOT_SAID: [(&str, &str); 24] = [
    ("symbolic links", "looked for in what the system says"),
    ("unexpected EOF", "looked for in what a decoder says"),
    ("unexpected end of file", "looked for in what a decoder says"),
    ("failed to fill whole buffer", "looked for in what a decoder says"),
    ("Premature end", "looked for in what a decoder says"),
    ("memory allocation", "looked for in what the child says"),
    ("<!doctype html", "looked for in a file"),
    ("gimp xcf", "looked for in a file"),
    ("version https://git-lfs", "looked for in a file"),
    ("imago health 1", "the head of a file"),
    ("order of the epoch", "the name of a random order"),
    ("JPEG XL", "a name"),
    ("Radiance HDR", "a name"),
    ("Photoshop (PSD)", "a name"),
    ("GIMP (XCF)", "a name"),
    ("a picture of one pixel always exists", "never shown: a promise in the code"),
    ("the buffer must hold 3 × width × height values", "never shown: a promise in the code"),
    ("{pictures} pictures of {height}×{width} need {expected} numbers, but there are {found}", "a mistake in the code"),
    ("{} has no separate backbone", "a mistake in the code"),
    ("{} has no separate head", "a mistake in the code"),
    ("{name} with widths {widths:?}", "the name of a network of unusual size, as tests make them"),
    ("other pictures, labels or splits", "recognised by its parts, in a list"),
    ("it is not one of Imago's", "detail of a damaged file, which Chinese leaves out"),
    ("unknown reason", "detail of a fault, which Chinese leaves out"),
];

/// A literal without its values: `{}` for each.
fn bare(text: &str) -> String {
    let mut pieces = text.split('{');
    let mut bare = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        bare.push_str("{}");
        bare.push_str(piece.split_once('}').map_or(piece, |(_, rest)| rest));
    }
    bare.trim_end_matches('.').to_owned()
}

/// All string literals of some code, with what stands before each.
pub(crate) fn literals(code: &str) -> Vec<(&str, String)> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(offset) = code[at..].find(['"', '\'', '/']) {
        at += offset;
        let rest = &code[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with('"') && code[..at].ends_with("r#") {
            at += rest.find("\"#").map_or(rest.len(), |end| end + 2);
        } else if rest.starts_with('"') {
            let Some((text, after)) = literal(rest) else { break };
            found.push((&code[..at], text));
            at = code.len() - after.len();
        } else if let Some(char) = rest.strip_prefix('\'') {
            // A character, which may be a quotation mark; or a lifetime.
            let escaped = usize::from(char.starts_with('\\'));
            let length = char.chars().take(1 + escaped).map(char::len_utf8).sum::<usize>();
            at += if char[length..].starts_with('\'') { length + 2 } else { 1 };
        } else {
            at += 1;
        }
    }
    found
}

/// Whether a literal may be read by people: an error's text, or two words and more; what goes to the log is not.
fn is_sentence(before: &str, text: &str) -> bool {
    let before = before.trim_end();
    let log = ["warn!(", "debug!(", "info!(", "error!(", "trace!(", ".expect(", "reason =", "reason="];
    if before.ends_with("#[error(") {
        return bare(text).contains(char::is_alphabetic);
    }
    let words = bare(text);
    let words = words.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1).count();
    words > 1 && text.trim().contains(' ') && !log.iter().any(|call| before.ends_with(call))
}

fn lower_rooms() -> Vec<(String, String)> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(&sources).sort_by_file_name() {
        let path = entry.unwrap().into_path();
        let name = path.strip_prefix(&sources).unwrap().to_string_lossy().replace('\\', "/");
        let is_elsewhere = ELSEWHERE.iter().any(|(start, _)| name.starts_with(start)) && name != BUT;
        let is_test = name.contains("/tests/") || name.ends_with("tests.rs");
        if is_elsewhere || is_test || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        found.push((name, text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned()));
    }
    found
}

#[test]
fn every_sentence_of_the_lower_rooms_is_recognised() {
    let known: BTreeSet<String> = sentences().into_iter().map(|(english, _)| bare(english)).collect();
    let not_said: BTreeSet<&str> = NOT_SAID.into_iter().map(|(text, _)| text).collect();
    let (mut unknown, mut seen, mut count) = (Vec::new(), BTreeSet::new(), 0);
    for (name, code) in lower_rooms() {
        for (before, text) in literals(&code) {
            if !is_sentence(before, &text) {
                continue;
            }
            count += 1;
            if not_said.contains(text.as_str()) {
                seen.insert(text);
                continue;
            }
            // A file as a whole, which is written and never shown.
            if text.contains('\n') {
                continue;
            }
            let filled = bare(&text).replace("{}", "/a b/7");
            let is_said = within(Language::Chinese, || sentence(&filled)) != filled;
            if !known.contains(&bare(&text)) && !is_said {
                unknown.push(format!("{name}:{}: {text:?}", before.matches('\n').count() + 1));
            }
        }
    }
    assert!(count > 200, "the scanner finds only {count} sentences");
    assert!(unknown.is_empty(), "not in assets/lang/zh-CN/sentences*.toml:\n{}", unknown.join("\n"));
    let gone: Vec<_> = not_said.into_iter().filter(|text| !seen.contains(*text)).collect();
    assert!(gone.is_empty(), "no longer to be let through: {gone:?}");
}

#[test]
fn the_scanner_sees_literals_whatever_stands_around_them() {
    let raw = literals("let a = br#\"{\"x\":1}\"#; f(\"one\")");
    assert_eq!(raw.len(), 1);
    let code = "let a = ['\"', '\\'']; // \"no\"\nfn f<'a>() { #[error(\"gone\")] g(\"one two\", b'\"'); tracing::warn!(\"not this one\") }";
    let found: Vec<_> =
        literals(code).into_iter().filter(|(before, text)| is_sentence(before, text)).map(|(_, text)| text).collect();
    assert_eq!(found, ["gone", "one two"]);
    assert_eq!(bare("{path} has {n:?} of {}."), "{} has {} of {}");
}
