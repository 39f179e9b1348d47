//! Message boxes where the system itself has none to call, on Linux and the BSDs: whichever program that shows one is there.

use std::ffi::OsStr;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Programs that show a message, best first. The last one only lets it pop up and does not wait.
const PROGRAMS: [&str; 7] = ["zenity", "kdialog", "yad", "gxmessage", "gmessage", "xmessage", "notify-send"];

/// A program that fails sooner has shown nothing. Later somebody has read the message and closed the box by its frame, which most
/// of them take for a failure too.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Characters in a line, for programs that break none.
const LINE: usize = 80;

/// What is to be shown.
pub(super) struct Message<'a> {
    /// The window's name.
    pub(super) title: &'a str,
    /// In the user's language.
    pub(super) text: &'a str,
    /// The same in English, for what knows no other letters.
    pub(super) english: &'a str,
}

/// Shows a message and waits until it is closed. Whether anything was there to show it.
pub(super) fn show(message: &Message<'_>) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
        return false;
    }
    show_with(&std::env::var_os("PATH").unwrap_or_default(), AT_ONCE, message)
}

/// The same with the programs in the folders of `search`; one that fails within `at_once` counts as not there.
fn show_with(search: &OsStr, at_once: Duration, message: &Message<'_>) -> bool {
    PROGRAMS.iter().any(|program| {
        let began = Instant::now();
        let Some(status) = run(search, program, &arguments(program, message)) else { return false };
        // Without a code: it crashed, whenever that was.
        status.success() || status.code().is_some() && began.elapsed() >= at_once
    })
}

/// How the first program of this name that can be started ended.
fn run(search: &OsStr, program: &str, arguments: &[String]) -> Option<ExitStatus> {
    // Nothing from the folder that happens to be the current one.
    let folders = std::env::split_paths(search).filter(|folder| folder.is_absolute());
    let mut files = folders.map(|folder| folder.join(program)).filter(|file| file.is_file());
    files.find_map(|file| {
        let mut command = Command::new(file);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().ok()
    })
}

/// What one of the programs has to be told. Messages hold file names and words of drivers: nothing in them may be taken for markup
/// or for an option.
fn arguments(program: &str, message: &Message<'_>) -> Vec<String> {
    let Message { title, text, english } = *message;
    let of = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match program {
        "zenity" => of(&["--error", "--no-markup", &format!("--title={title}"), &format!("--text={text}")]),
        // It guesses whether a text is markup; one that says so is.
        "kdialog" => of(&["--title", title, "--error", &format!("<qt>{}</qt>", escaped(&without_escapes(text)))]),
        "yad" => {
            let (title, text) = (format!("--title={title}"), format!("--text={}", without_escapes(text)));
            of(&["--image=dialog-error", "--no-markup", "--center", "--width=480", "--button=OK:0", &title, &text])
        }
        "gxmessage" | "gmessage" => of(&["-center", "-buttons", "OK:0", "-title", title, &folded(text)]),
        "xmessage" => of(&["-center", "-buttons", "OK:0", "-title", title, &folded(&ascii(english))]),
        _ => of(&["--urgency=critical", "--icon=dialog-error", "--", title, &escaped(text)]),
    }
}

/// As it is written in markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// For programs that take `\n` for the end of a line.
fn without_escapes(text: &str) -> String {
    text.replace('\\', "\\\\")
}

/// The words in lines of at most [`LINE`] characters; a longer word has a line of its own.
fn folded(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > LINE {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}

/// In letters that the oldest fonts have: in others xmessage shows nothing at all.
fn ascii(text: &str) -> String {
    let plain = |letter: char| match letter {
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '–' | '—' => '-',
        _ if letter.is_ascii() => letter,
        _ => '?',
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: Message<'_> = Message { title: "Imago", text: "坏了 <b>a\\n & b", english: "it’s <b>a\\n & é" };

    #[test]
    fn nothing_in_a_message_is_taken_for_markup_or_cut_off() {
        let last = |program: &str| arguments(program, &MESSAGE).pop().unwrap();
        assert_eq!(last("zenity"), "--text=坏了 <b>a\\n & b");
        assert!(arguments("zenity", &MESSAGE).iter().any(|argument| argument == "--no-markup"));
        assert_eq!(last("kdialog"), "<qt>坏了 &lt;b&gt;a\\\\n &amp; b</qt>");
        assert_eq!(last("yad"), "--text=坏了 <b>a\\\\n & b");
        assert_eq!(last("gxmessage"), MESSAGE.text);
        assert_eq!(last("xmessage"), "it's <b>a\\n & ?");
        assert_eq!(last("notify-send"), "坏了 &lt;b&gt;a\\n &amp; b");
    }

    #[test]
    fn long_lines_are_broken_between_words() {
        let long = "x".repeat(LINE + 5);
        let text = format!("{} {long} end", "word ".repeat(40));
        let lines = folded(&text);
        assert!(lines.lines().all(|line| line.chars().count() <= LINE || line == long), "{lines}");
        assert_eq!(lines.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
        assert!(lines.lines().count() <= 6, "{lines}");
    }

    #[cfg(unix)]
    mod stubs {
        use std::path::Path;

        use super::super::{Command, Duration, OsStr, PROGRAMS, show_with};
        use super::MESSAGE;

        /// Longer than any of these programs takes.
        const LONG: Duration = Duration::from_hours(1);

        /// Puts a program there that writes down its name and what it is told into the file `said` beside it, and then does this.
        fn put(folder: &Path, name: &str, then: &str) {
            let script = format!("#!/bin/sh\nprintf '%s\\n' \"${{0##*/}}\" \"$@\" >>\"${{0%/*}}/said\"\n{then}\n");
            // Not written by this process: while a child that another test starts just then has the file open as well, it could
            // not be run.
            let mut shell = Command::new("sh");
            shell.args(["-c", "printf '%s' \"$2\" >\"$1\" && chmod 755 \"$1\"", "sh"]);
            assert!(shell.arg(folder.join(name)).arg(script).status().unwrap().success());
        }

        /// The programs that were started, in turn, and everything that they were told.
        fn said(folder: &Path) -> (Vec<String>, String) {
            let said = std::fs::read_to_string(folder.join("said")).unwrap_or_default();
            let started = said.lines().filter(|line| PROGRAMS.contains(line)).map(str::to_owned).collect();
            (started, said)
        }

        #[test]
        fn every_program_is_told_the_message_and_the_best_one_alone() {
            for (index, program) in PROGRAMS.iter().enumerate() {
                let folder = tempfile::tempdir().unwrap();
                for program in &PROGRAMS[index..] {
                    put(folder.path(), program, "exit 0");
                }
                assert!(show_with(folder.path().as_os_str(), LONG, &MESSAGE), "{program}");
                let (started, told) = said(folder.path());
                assert_eq!(started, [*program]);
                assert!(told.contains("Imago") && (told.contains("坏了") || told.contains("it's")), "{told}");
            }
        }

        #[test]
        fn what_one_program_does_not_show_the_next_one_shows() {
            let folder = tempfile::tempdir().unwrap();
            put(folder.path(), "zenity", "exit 1");
            put(folder.path(), "yad", "kill -9 $$");
            put(folder.path(), "xmessage", "exit 0");
            put(folder.path(), "notify-send", "exit 0");
            assert!(show_with(folder.path().as_os_str(), LONG, &MESSAGE));
            assert_eq!(said(folder.path()).0, ["zenity", "yad", "xmessage"]);
        }

        #[test]
        fn a_box_that_was_closed_after_a_while_is_not_followed_by_another() {
            let folder = tempfile::tempdir().unwrap();
            put(folder.path(), "zenity", "exit 1");
            put(folder.path(), "kdialog", "exit 0");
            assert!(show_with(folder.path().as_os_str(), Duration::ZERO, &MESSAGE));
            assert_eq!(said(folder.path()).0, ["zenity"]);
        }

        #[test]
        fn where_nothing_is_there_or_nothing_works_that_is_said() {
            let folder = tempfile::tempdir().unwrap();
            assert!(!show_with(folder.path().as_os_str(), LONG, &MESSAGE));
            assert!(!show_with(OsStr::new(""), LONG, &MESSAGE));
            put(folder.path(), "zenity", "exit 5");
            assert!(!show_with(folder.path().as_os_str(), LONG, &MESSAGE));
            assert_eq!(said(folder.path()).0, ["zenity"]);
        }

        #[test]
        fn a_file_that_is_no_program_is_passed_over_for_one_further_on() {
            let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            std::fs::write(first.path().join("zenity"), "not to be run").unwrap();
            put(second.path(), "zenity", "exit 0");
            let search = std::env::join_paths([first.path(), second.path()]).unwrap();
            assert!(show_with(&search, LONG, &MESSAGE));
            assert_eq!(said(second.path()).0, ["zenity"]);
        }
    }
}
