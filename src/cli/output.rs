//! Standard output and standard error, without the panics of `println!` when nobody reads.

use std::borrow::Cow;
use std::fmt::Arguments;
use std::io::{self, BufWriter, StdoutLock, Write};

/// Standard output, buffered; flush it before the command ends.
pub(super) type Out = BufWriter<StdoutLock<'static>>;

/// Standard output.
pub(super) fn out() -> Out {
    BufWriter::new(io::stdout().lock())
}

/// One line on standard output, at once. Nobody reading is not an error here: for commands whose work is a file.
pub(super) fn line(text: Arguments<'_>) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{text}");
    let _ = stdout.flush();
}

/// One line on standard error, whatever names are in it.
pub(super) fn note(text: Arguments<'_>) {
    let text = text.to_string();
    let _ = writeln!(io::stderr().lock(), "{}", plain(&text));
}

/// Several lines on standard error.
pub(super) fn notes(text: &str) {
    for line in text.lines() {
        note(format_args!("{line}"));
    }
}

/// A text for people with its control characters written out (`\n`, `\u{1b}`): a file's name may hold line breaks, tabs and
/// commands to the terminal.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let written_out = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(written_out).collect())
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_written_out_and_all_others_stay() {
        assert_eq!(plain("蚂蚁 \\ “a” ü"), "蚂蚁 \\ “a” ü");
        assert_eq!(plain("a\nb\t\x1b[31mc\u{9b}"), "a\\nb\\t\\u{1b}[31mc\\u{9b}");
    }
}
