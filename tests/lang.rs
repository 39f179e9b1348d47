//! The languages: every text of the window has a translation, no translation is without its text, and both say the same
//! figures. Read from the sources, so that a text added anywhere is noticed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use imago::augment::{BatchMix, Mix, ParamKind, ParamSpec, Pipeline, Transform};
use imago::dataset::Split;
use imago::lang::{chinese_texts, sentences};

mod lang {
    mod provoked;
    pub(crate) mod said;
    #[path = "../server/mod.rs"]
    mod server;
}

fn sources() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for room in ["app", "ui", "lang"] {
        for entry in walkdir::WalkDir::new(folder.join(room)).sort_by_file_name() {
            let entry = entry.unwrap();
            if entry.path().extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(entry.path()).unwrap();
                // Tests may say what they like.
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
                let code: Vec<&str> =
                    code.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line }).collect();
                found.push((entry.path().to_path_buf(), code.join("\n")));
            }
        }
    }
    found
}

/// A string literal at the beginning of `code` (after white space), as the compiler reads it, and what follows it.
fn literal(code: &str) -> Option<(String, &str)> {
    let inside = code.trim_start().strip_prefix('"')?;
    let mut text = String::new();
    let mut chars = inside.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((text, &inside[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => text.push('\n'),
                '\n' => {
                    // The line goes on at the next word.
                    let rest = chars.as_str();
                    let skipped = rest.len() - rest.trim_start().len();
                    for _ in 0..rest[..skipped].chars().count() {
                        chars.next();
                    }
                }
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    None
}

/// A use of a text: where, its macro, the text, and what follows it within the call.
struct Use {
    place: String,
    text: String,
    one: Option<String>,
    arguments: String,
}

fn uses() -> Vec<Use> {
    let mut found = Vec::new();
    for (path, code) in sources() {
        if path.ends_with("lang/mod.rs") {
            continue;
        }
        for name in ["t!(", "tn!(", "key!("] {
            for (at, _) in code.match_indices(name) {
                if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
                    continue;
                }
                let line = code[..at].matches('\n').count() + 1;
                let place = format!("{}:{line}", path.display());
                let mut rest = &code[at + name.len()..];
                let mut one = None;
                if name == "tn!(" {
                    rest = &rest[rest.find('"').unwrap_or(0)..];
                    let (text, after) = literal(rest).unwrap_or_else(|| panic!("{place}: no text"));
                    one = Some(text);
                    rest = after.trim_start().trim_start_matches(',');
                }
                let (text, after) = literal(rest).unwrap_or_else(|| panic!("{place}: {name}…) needs a literal"));
                found.push(Use { place, text, one, arguments: arguments(after) });
            }
        }
    }
    found
}

/// Up to the parenthesis that closes the call.
fn arguments(code: &str) -> String {
    let mut depth = 0;
    for (at, char) in code.char_indices() {
        match char {
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => return code[..at].to_owned(),
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    code.to_owned()
}

/// Texts of lower rooms that are translated where they are drawn.
fn texts_of_lower_rooms() -> BTreeSet<String> {
    let mut texts: BTreeSet<String> = BTreeSet::new();
    let mut add = |text: &str| {
        texts.insert(text.to_owned());
    };
    for preset in Pipeline::PRESETS {
        add(preset);
    }
    for split in Split::ALL {
        add(split.name());
    }
    let mut add_params = |specs: Vec<ParamSpec>| {
        for spec in specs {
            if matches!(spec.kind, ParamKind::Measured { .. }) {
                continue;
            }
            add(spec.title);
            if spec.unit.chars().any(char::is_alphabetic) {
                add(spec.unit);
            }
            if let ParamKind::Choice(names) = spec.kind {
                names.iter().copied().for_each(&mut add);
            }
        }
    };
    for transform in Transform::all() {
        add_params(transform.params());
    }
    let mix = BatchMix::default();
    add_params(mix.params());
    for transform in Transform::all() {
        texts.insert(transform.title().to_owned());
        texts.insert(transform.explain().to_owned());
    }
    for mix in [Mix::Mixup, Mix::CutMix] {
        texts.insert(mix.title().to_owned());
        texts.insert(mix.explain().to_owned());
    }
    texts
}

/// What transforms note of themselves while drawing: names and words in `canvas.note("angle", …)`.
fn noted_words() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/augment/transforms");
    let mut words = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let code = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for call in [".note(", ".note_word("] {
            for (at, _) in code.match_indices(call) {
                let inside = arguments(&code[at + call.len()..]);
                for piece in inside.split(',') {
                    if let Some((word, _)) = literal(piece) {
                        words.insert(word);
                    }
                }
            }
        }
    }
    words
}

/// Names of the placeholders, sorted; a name used twice counts once.
fn placeholders(text: &str) -> BTreeSet<String> {
    text.split('{').skip(1).filter_map(|piece| piece.split_once('}')).map(|(inside, _)| inside.to_owned()).collect()
}

fn names(placeholders: &BTreeSet<String>) -> BTreeSet<String> {
    placeholders.iter().map(|inside| inside.split(':').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_text_of_the_window_is_translated() {
    let chinese: BTreeMap<_, _> = chinese_texts().into_iter().collect();
    let mut missing: BTreeSet<String> = uses()
        .into_iter()
        .filter(|found| !chinese.contains_key(found.text.as_str()))
        .map(|found| format!("{}: {:?}", found.place, found.text))
        .collect();
    let lower = texts_of_lower_rooms().into_iter().chain(noted_words());
    missing.extend(
        lower.filter(|text| !chinese.contains_key(text.as_str())).map(|text| format!("a lower room: {text:?}")),
    );
    assert!(missing.is_empty(), "not in assets/lang/zh-CN:\n{}", missing.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_translation_has_its_text() {
    let mut used: BTreeSet<String> = uses().into_iter().map(|found| found.text).collect();
    used.extend(texts_of_lower_rooms());
    used.extend(noted_words());
    let unused: Vec<_> =
        chinese_texts().into_iter().map(|(english, _)| english).filter(|text| !used.contains(*text)).collect();
    assert!(unused.is_empty(), "said nowhere any more:\n{}", unused.join("\n"));
}

#[test]
fn translations_have_the_placeholders_of_their_texts_and_calls_their_values() {
    let mut wrong = Vec::new();
    for (english, chinese) in chinese_texts() {
        let (mut wanted, mut found) = (placeholders(english), placeholders(chinese));
        wanted.remove("");
        found.remove("");
        if wanted != found {
            wrong.push(format!("{english:?}: {chinese:?}"));
        }
    }
    for found in uses() {
        for text in found.one.iter().chain([&found.text]) {
            for name in names(&placeholders(text)) {
                let is_given = found.one.is_some() && name == "n" || found.arguments.contains(&format!("{name} ="));
                if !is_given && !found.arguments.trim().is_empty() || name.is_empty() {
                    wrong.push(format!("{}: {{{name}}} has no value", found.place));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn chinese_is_written_with_chinese_punctuation() {
    let is_chinese = |char: char| matches!(u32::from(char), 0x4E00..=0x9FFF);
    let mut wrong = Vec::new();
    for (english, chinese) in chinese_texts() {
        let chars: Vec<char> = chinese.chars().collect();
        let halves = [',', ';', ':', '?', '!', '.'];
        if chars.windows(2).any(|pair| is_chinese(pair[0]) && halves.contains(&pair[1])) {
            wrong.push(format!("{english:?}: {chinese}"));
        }
        if chinese.trim().is_empty() {
            wrong.push(format!("{english:?}: empty"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A literal that looks like English to be read: two words, or one with a capital and no sign of code. Calls whose literals
/// are not shown are taken out first.
#[test]
fn no_text_is_drawn_without_its_translation() {
    const DRAWN_BY: [&str; 26] = [
        ".label(",
        ".button(",
        ".link(",
        ".checkbox(",
        ".menu_button(",
        ".on_hover_text(",
        ".on_disabled_hover_text(",
        ".hint_text(",
        ".selected_text(",
        ".prefix(",
        ".suffix(",
        "RichText::new(",
        "Label::new(",
        "Button::new(",
        "section_label(ui, ",
        "primary_button(ui, ",
        "empty_state(",
        "warning_ui(ui, ",
        "nothing_yet_ui(ui, ",
        "weak_ui(ui, ",
        "fact_name(ui, ",
        "field(ui, ",
        "name_ui(ui, ",
        "notify(",
        ".set_title(",
        "icon_button(",
    ];
    // The same in every language.
    const NAMES: [&str; 3] = ["imago", "Imago", "Language · 语言"];
    let mut bare = Vec::new();
    for (path, code) in sources() {
        for call in DRAWN_BY {
            for (at, _) in code.match_indices(call) {
                let inside = arguments(&code[at + call.len()..]);
                // Only literals of the call's own arguments: not those within a call inside it.
                let mut depth = 0;
                let mut rest = inside.as_str();
                while let Some(char) = rest.chars().next() {
                    if char == '"' {
                        let Some((text, after)) = literal(rest) else { break };
                        let letters = text.replace("\\n", "");
                        let is_word = letters.chars().filter(char::is_ascii_alphabetic).count() > 2;
                        let is_name = text.chars().all(|char| char.is_ascii_lowercase() || char == '_' || char == '-')
                            && text.contains(['_', '-']);
                        let is_part_of_a_path = text.starts_with('.') && !text.contains(' ');
                        if depth == 0 && is_word && !is_name && !is_part_of_a_path && !NAMES.contains(&text.as_str()) {
                            let line = code[..at].matches('\n').count() + 1;
                            bare.push(format!("{}:{line}: {text:?}", path.display()));
                        }
                        rest = after;
                        continue;
                    }
                    match char {
                        '(' | '[' | '{' => depth += 1,
                        ')' | ']' | '}' => depth -= 1,
                        _ => {}
                    }
                    rest = &rest[char.len_utf8()..];
                }
            }
        }
    }
    assert!(bare.is_empty(), "to be put into t!(…):\n{}", bare.join("\n"));
}

/// The sentences that the window recognises are still said by the rooms below it: their fixed parts stand together in one
/// literal there.
#[test]
fn every_sentence_that_is_recognised_is_still_said_somewhere() {
    let bare = |text: &str| {
        let pieces = text.split('{').enumerate().map(|(index, piece)| match piece.split_once('}') {
            Some((_, rest)) if index > 0 => rest.to_owned(),
            _ => piece.to_owned(),
        });
        pieces.collect::<Vec<_>>().join("{}")
    };
    let mut said = String::new();
    for entry in walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let code = std::fs::read_to_string(path).unwrap();
        for (_, text) in lang::said::literals(&code) {
            said.push_str(&bare(&text));
            said.push('\n');
        }
    }
    let mut wrong = Vec::new();
    for (english, chinese) in sentences() {
        if !said.contains(&bare(english)) {
            wrong.push(format!("said nowhere: {english:?}"));
        }
        if !placeholders(chinese).is_subset(&placeholders(english)) {
            wrong.push(format!("other values: {english:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
