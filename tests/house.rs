//! The rules of the house: which room may use which, read from the sources.
//!
//! `base` ← everyone; `dataset, imaging` ← `augment` ← `train`; `nn` ← `models` ← `train, predict`; `cli, app` on top; `ui`
//! sees only `app::{state, command}` and plain data types.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use imago::augment::{ParamKind, Transform};

/// What each room may use of the others: a room, or one module of it.
const MAY_USE: [(&str, &[&str]); 17] = [
    ("base", &[]),
    ("lang", &[]),
    // Tests draw their pictures from the one generator.
    ("lessons", &["base"]),
    ("imaging", &["base"]),
    ("dataset", &["base", "imaging"]),
    ("health", &["base", "dataset", "imaging"]),
    ("augment", &["base", "imaging"]),
    ("offline", &["base", "dataset", "imaging", "augment"]),
    ("nn", &["base"]),
    // A model file says what preprocessing it expects.
    ("models", &["base", "nn", "imaging::Preprocess"]),
    ("train", &["base", "dataset", "imaging", "augment", "nn", "models"]),
    ("predict", &["base", "dataset", "imaging", "nn", "models"]),
    // Weights are opened before they count as fetched.
    ("fetch", &["base", "models"]),
    ("import", &["base", "models"]),
    (
        "cli",
        &[
            "base",
            "dataset",
            "imaging",
            "health",
            "augment",
            "offline",
            "nn",
            "models",
            "train",
            "predict",
            "fetch",
            "import",
            "lang::Language",
            "app::run",
            "app::WindowOptions",
            "app::RendererChoice",
        ],
    ),
    (
        "app",
        &[
            "base", "dataset", "imaging", "health", "augment", "offline", "nn", "models", "train", "predict", "fetch",
            "import", "lang", "lessons", "ui",
        ],
    ),
    (
        "ui",
        &[
            "app::state",
            "app::command",
            "lang",
            "augment",
            "dataset",
            "health",
            "lessons",
            "models::Arch",
            "models::ModelSpec",
            "models::arch",
            "models::summary",
            "nn::DeviceChoice",
            "fetch::Network",
            "predict::types",
            "predict::ClassMetrics",
            "predict::Evaluation",
            "predict::ImageOutcome",
            "predict::Prediction",
            "train::config",
            "train::events",
            "train::history",
            "train::AugmentChoice",
            "train::EpochRecord",
            "train::History",
            "train::SkippedFile",
            "train::StepRecord",
            "train::TrainConfig",
            "train::TrainMode",
            "train::WeightsChoice",
        ],
    ),
];

/// Functions of the data rooms that do work: panels may look at a data set, not scan one.
const UI_MUST_NOT_SAY: [&str; 11] = [
    "candle",
    "std::fs",
    "std::thread",
    "crossbeam",
    "rayon::",
    "dataset::scan",
    "health::survey",
    "dataset::write_sample",
    "open_labels",
    "labels::Journal",
    "std::process",
];

/// Words of the window, which nothing below `app` may know.
const WINDOW_WORDS: [&str; 5] = ["egui", "eframe", "rfd::", "winit", "egui_plot"];

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// (path, code without comments) of each file of a room. A room is a folder, or a single file.
fn files_of(room: &str) -> Vec<(PathBuf, String)> {
    let (folder, file) = (source_folder().join(room), source_folder().join(format!("{room}.rs")));
    let start = if folder.is_dir() { folder } else { file };
    let found = walkdir::WalkDir::new(start).into_iter().map(|entry| entry.unwrap());
    let sources = found.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "rs"));
    sources
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.path().to_path_buf(), without_comments(&text))
        })
        .collect()
}

/// Line comments are taken out (documentation may speak of anything); `//` within a string goes too, which hides nothing that
/// matters here.
fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Everything that `code` names by `crate::…` or `imago::…`, groups in braces spread out: `crate::a::{b, c::d}` gives
/// `a::b`, `a::c::d`.
fn uses(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for start in ["crate::", "imago::"] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back();
            if before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':') {
                spread("", &code[at + start.len()..], &mut found);
            }
        }
    }
    found
}

/// Reads one path (or group) at the beginning of `text`; gives what is left.
fn spread<'a>(prefix: &str, text: &'a str, found: &mut BTreeSet<String>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut inside) = text.strip_prefix('{') {
        loop {
            inside = spread(prefix, inside, found).trim_start();
            if let Some(rest) = inside.strip_prefix(',') {
                inside = rest;
            } else {
                return inside.strip_prefix('}').unwrap_or(inside);
            }
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let path = if prefix.is_empty() { word.to_owned() } else { format!("{prefix}::{word}") };
    if let Some(deeper) = rest.strip_prefix("::") {
        return spread(&path, deeper, found);
    }
    if !word.is_empty() {
        found.insert(path);
    }
    // `b as c` within a group.
    rest.trim_start().strip_prefix("as ").map_or(rest, |renamed| {
        let renamed = renamed.trim_start();
        &renamed[renamed.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(renamed.len())..]
    })
}

fn is_within(used: &str, allowed: &str) -> bool {
    used == allowed || used.strip_prefix(allowed).is_some_and(|rest| rest.starts_with("::"))
}

#[test]
fn rooms_use_each_other_downwards_only() {
    let rooms: Vec<&str> = MAY_USE.iter().map(|(room, _)| *room).collect();
    let mut broken = Vec::new();
    for (room, allowed) in MAY_USE {
        for (path, code) in files_of(room) {
            for used in uses(&code) {
                let target = used.split("::").next().unwrap_or_default();
                let other_room = rooms.contains(&target) && target != room;
                if other_room && !allowed.iter().any(|allowed| is_within(&used, allowed)) {
                    broken.push(format!("{}: {used}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "rooms that must not know each other:\n{}", broken.join("\n"));
}

#[test]
fn every_room_is_in_the_rules_and_says_what_it_is_for() {
    let rooms: BTreeSet<&str> = MAY_USE.iter().map(|(room, _)| *room).collect();
    for entry in std::fs::read_dir(source_folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            assert!(rooms.contains(name.as_str()), "{name} has no rule in tests/house.rs");
            let text = std::fs::read_to_string(path.join("mod.rs")).unwrap();
            assert!(text.starts_with("//!"), "{name}/mod.rs does not say what the room is for");
        }
    }
}

#[test]
fn panels_touch_neither_tensors_nor_files_nor_threads() {
    let mut broken = Vec::new();
    for (path, code) in files_of("ui") {
        broken.extend(
            UI_MUST_NOT_SAY
                .iter()
                .filter(|word| code.contains(**word))
                .map(|word| format!("{}: {word}", path.display())),
        );
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn nothing_below_the_application_knows_the_window() {
    let mut broken = Vec::new();
    for (room, _) in MAY_USE.iter().filter(|(room, _)| !["app", "ui"].contains(room)) {
        for (path, code) in files_of(room) {
            broken.extend(
                WINDOW_WORDS
                    .iter()
                    .filter(|word| code.contains(**word))
                    .map(|word| format!("{}: {word}", path.display())),
            );
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn sizes_of_text_and_icons_are_those_of_the_theme() {
    let literal = |rest: &str| {
        let after = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
        after.len() < rest.len() && after.starts_with('.')
    };
    let mut broken = Vec::new();
    for (path, code) in files_of("ui").into_iter().filter(|(path, _)| !path.ends_with("theme.rs")) {
        for line in code.lines() {
            for call in [".size(", "strong(", "tabular(", "proportional("] {
                if line.split(call).skip(1).any(literal) {
                    broken.push(format!("{}: {}", path.display(), line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_reader_of_imports_finds_groups_nested_paths_and_renames() {
    let code = "use crate::a::{b, c::{self, d as e}};\nlet x = crate::f::g(1); use crate::h::*; mycrate::no::no();";
    let expected: BTreeSet<String> =
        ["a::b", "a::c::self", "a::c::d", "f::g", "h"].map(str::to_owned).into_iter().collect();
    let found: BTreeSet<String> = uses(code);
    assert!(expected.iter().all(|path| found.contains(path) || path == "h"), "{found:?}");
    assert!(!found.iter().any(|path| path.contains("no")), "{found:?}");
}

/// The table of docs/augmentation.md, from what the transforms say of themselves.
fn table_of_transforms() -> String {
    let number = |value: f64| ((value * 1000.0).round() / 1000.0).to_string();
    let mut rows = Vec::new();
    for transform in Transform::all() {
        let settings = transform.params().into_iter().filter_map(|param| {
            let (name, unit) = (param.name, if param.unit == "%" { "share" } else { param.unit });
            let get = |end: &str| number(transform.get(&format!("{name}{end}")));
            let within =
                |min: f64, max: f64| format!("{} to {} {unit}", number(min), number(max)).trim_end().to_owned();
            Some(match param.kind {
                ParamKind::Number { min, max, .. } => format!("`{name} = {}` ({})", get(""), within(min, max)),
                ParamKind::Range { min, max, .. } => {
                    format!("`{name} = [{}, {}]` ({})", get(".low"), get(".high"), within(min, max))
                }
                ParamKind::Choice(names) => {
                    let chosen = names.get(transform.get(name) as usize).copied().unwrap_or_default();
                    format!("`{name} = \"{chosen}\"` ({})", names.join(", "))
                }
                ParamKind::Toggle => format!("`{name} = {}`", transform.get(name) > 0.5),
                ParamKind::Color => format!("`{name} = [{}, {}, {}]`", get(".red"), get(".green"), get(".blue")),
                // Taken from a picture in the window; nobody writes them.
                ParamKind::Measured { .. } => return None,
            })
        });
        let settings: Vec<String> = settings.collect();
        rows.push(format!(
            "| `{}` | {} | {} |",
            transform.name(),
            number(transform.default_probability()),
            settings.join(", ")
        ));
    }
    rows.join("\n")
}

#[test]
fn the_documented_transforms_are_those_of_the_program() {
    let document = std::fs::read_to_string("docs/augmentation.md").unwrap();
    let table = table_of_transforms();
    assert!(document.contains(&table), "docs/augmentation.md has another table than this:\n{table}");
}
