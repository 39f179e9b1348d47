//! The window's languages: English and Simplified Chinese.
//!
//! English texts stand in the code, where they are drawn, within `t!` (or `tn!` where a number decides between one and
//! many, or `key!` where a text is only named and looked up later). They are the keys of `assets/lang/zh-CN/*.toml`, one
//! file a room, so that a translator sees both languages side by side and a text is never hidden behind a made-up name.
//! `tests/lang.rs` reads the sources and finds texts without a translation, translations without a text, and placeholders
//! that differ; `t!` itself lets the compiler compare the English placeholders with the values given.
//!
//! Which language is spoken is a property of a thread ([`set`]): the window's thread sets it from its state before it draws,
//! a job takes over the language of the thread that started it. So it is explicit state, never the machine's locale, and
//! windows of different languages can live side by side (tests do that).
//!
//! The command line speaks English only: scripts rely on its words. The error sentences of the rooms below `app` are English
//! too: [`sentence`] says those in Chinese that are known to it, and [`lead`] puts a translated one before the others.
//!
//! Must not know: egui, or any other room.

mod chinese;
mod numbers;
mod sentences;
mod told;

use std::cell::Cell;
use std::fmt::{Display, Write as _};

pub use numbers::{ago, bytes, day_and_time, duration, list, percent, thousands};
pub use sentences::{all as sentences, of_the_system as system_sentences, said, sentence};
pub use told::told;

/// A language of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, in which the texts stand in the code.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Its code by BCP 47.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// What it calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }

    /// The language that a locale such as `zh_CN.UTF-8` or `zh-Hans` asks for; none where it is another one.
    pub fn of_locale(locale: &str) -> Option<Self> {
        let language = locale.split(['-', '_', '.', '@']).next().unwrap_or_default();
        match language.to_ascii_lowercase().as_str() {
            "en" | "c" | "posix" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }

    /// The first language of the system's list that is spoken here; English where there is none.
    pub fn of_system() -> Self {
        sys_locale::get_locales().find_map(|locale| Self::of_locale(&locale)).unwrap_or_default()
    }
}

thread_local! {
    static CURRENT: Cell<Language> = const { Cell::new(Language::English) };
}

/// The language that this thread speaks.
pub fn current() -> Language {
    CURRENT.get()
}

/// Sets the language that this thread speaks.
pub fn set(language: Language) {
    CURRENT.set(language);
}

/// Runs `work` in another language.
pub fn within<T>(language: Language, work: impl FnOnce() -> T) -> T {
    let before = CURRENT.replace(language);
    let result = work();
    CURRENT.set(before);
    result
}

/// An English text in the language that this thread speaks; unchanged where no translation is known.
///
/// A text may end with `@@` and a note that tells two meanings of the same words apart; the note is never shown.
pub fn text(english: &str) -> &str {
    let translated = match current() {
        Language::English => None,
        Language::Chinese => chinese::of(english),
    };
    translated.unwrap_or_else(|| english.split("@@").next().unwrap_or(english))
}

/// Puts values into the placeholders of a text: `{name}`, or `{name:.3}` with that many digits after the point. What has no
/// value stays as it is.
pub fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        let inside = &rest[start + 1..];
        let Some(end) = inside.find('}') else {
            filled.push_str(&rest[start..]);
            return filled;
        };
        let (name, digits) = match inside[..end].split_once(":.") {
            Some((name, digits)) => (name, digits.parse::<usize>().ok()),
            None => (&inside[..end], None),
        };
        let written = match (values.iter().find(|(other, _)| *other == name), digits) {
            (Some((_, value)), Some(digits)) => write!(filled, "{value:.digits$}"),
            (Some((_, value)), None) => write!(filled, "{value}"),
            (None, _) => write!(filled, "{}", &rest[start..start + end + 2]),
        };
        // Writing to a string fails only where a value's own `Display` does; then its place stays empty.
        let _ = written;
        rest = &inside[end + 1..];
    }
    filled.push_str(rest);
    filled
}

/// What [`t!`] comes to. The last argument is never called: in it the compiler compares the placeholders with the values.
pub(crate) fn fill_checked(english: &str, values: &[(&str, &dyn Display)], _checked: &dyn Fn()) -> String {
    fill(text(english), values)
}

/// What [`tn!`] comes to: the text for one, or for many, with the number as `{n}`.
pub(crate) fn fill_plural(count: usize, (one, many): (&str, &str), values: &[(&str, &dyn Display)]) -> String {
    let grouped = thousands(count);
    let mut all: Vec<(&str, &dyn Display)> = vec![("n", &grouped)];
    all.extend_from_slice(values);
    fill(plural(count, one, many), &all)
}

/// A sentence of a lower room, which is English, with a translated one before it where another language is spoken. `key` has
/// no full stop.
pub fn lead(key: &str, detail: impl Into<String>) -> String {
    let detail = detail.into();
    match current() {
        Language::English => detail,
        Language::Chinese => match sentence(&detail) {
            // A sentence of its own needs no other before it.
            said if said != detail => said,
            _ => format!("{}：{detail}", text(key)),
        },
    }
}

/// The text for a number of things: the first for one, the second for any other number. Chinese knows no such difference.
pub fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    match current() {
        Language::English if count == 1 => text(one),
        _ => text(many),
    }
}

/// An English text in the language spoken: `t!("Close")` is a `&'static str`, `t!("{done} of {total}", done = 1, total = 2)`
/// a `String`. Placeholders take a name, and a number of digits where they need one (`{share:.2}`).
macro_rules! t {
    ($text:literal) => { $crate::lang::text($text) };
    ($text:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::lang::fill_checked(
            $text,
            &[$((stringify!($name), &$value as &dyn ::std::fmt::Display)),+],
            &|| {
                let _ = ::std::format_args!($text, $($name = $value),+);
            },
        )
    };
}

/// A text that depends on a number: `tn!(count, "{n} picture", "{n} pictures")`. `{n}` is the number, with its thousands apart.
macro_rules! tn {
    ($count:expr, $one:literal, $many:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::lang::fill_plural(
            $count,
            ($one, $many),
            &[$((stringify!($name), &$value as &dyn ::std::fmt::Display)),*],
        )
    };
}

/// Marks an English text that is translated where it is drawn, by [`text`].
macro_rules! key {
    ($text:literal) => {
        $text
    };
}

pub(crate) use {key, t, tn};

/// All translations into Chinese, for tests: English, Chinese.
pub fn chinese_texts() -> Vec<(&'static str, &'static str)> {
    chinese::all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_by_name_and_with_digits() {
        let values: [(&str, &dyn Display); 2] = [("a", &"x"), ("share", &0.123_456)];
        assert_eq!(fill("{share:.2}, {a}, {unknown} and {", &values), "0.12, x, {unknown} and {");
        assert_eq!(fill("nothing", &values), "nothing");
    }

    #[test]
    fn english_tells_one_from_many_and_chinese_does_not() {
        assert_eq!(tn!(1, "{n} picture", "{n} pictures"), "1 picture");
        assert_eq!(tn!(1204, "{n} picture", "{n} pictures"), "1,204 pictures");
        within(Language::Chinese, || {
            assert_eq!(tn!(1, "{n} picture", "{n} pictures"), "1 张图片");
            assert_eq!(tn!(1204, "{n} picture", "{n} pictures"), "1,204 张图片");
        });
    }

    #[test]
    fn the_language_is_the_threads_own() {
        set(Language::Chinese);
        let other = std::thread::spawn(current).join().unwrap();
        assert_eq!((current(), other), (Language::Chinese, Language::English));
    }

    #[test]
    fn locales_of_all_spellings_are_understood() {
        for chinese in ["zh", "zh_CN.UTF-8", "zh-Hans-CN", "ZH-cn", "zh_TW"] {
            assert_eq!(Language::of_locale(chinese), Some(Language::Chinese), "{chinese}");
        }
        assert_eq!(Language::of_locale("en_GB.UTF-8"), Some(Language::English));
        assert_eq!(Language::of_locale("C.UTF-8"), Some(Language::English));
        assert_eq!(Language::of_locale("de_DE"), None);
        for language in Language::ALL {
            assert_eq!(Language::of_locale(language.code()), Some(language));
        }
    }

    #[test]
    fn a_note_after_a_text_is_never_shown() {
        assert_eq!(text("Train@@the workspace"), "Train");
    }
}
