//! Standard output and standard error, without the panics of `println!` when nobody reads.

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

/// One line on standard error.
pub(super) fn note(text: Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
