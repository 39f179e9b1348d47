//! What is said where no window can be opened, or a fault has closed it: on standard error in English, as all that the
//! command line says, and in a message box in the user's language.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::message_box::{self, Message};
use super::report;
use crate::lang::{self, Language, t};

/// Why there can be no window at all, where that is plain.
pub(super) fn no_screen() -> Option<&'static str> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let any = ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(is_set);
    (cfg!(target_os = "linux") && !any).then_some("there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set)")
}

/// The screen that does not answer, by its name.
pub(super) fn unreachable_screen() -> String {
    let name = |variable: &str| std::env::var(variable).ok().filter(|value| !value.is_empty());
    match (name("DISPLAY"), name("WAYLAND_DISPLAY")) {
        (Some(display), _) => format!("the screen {display} (DISPLAY) can’t be reached"),
        (None, Some(display)) => format!("the screen {display} (WAYLAND_DISPLAY) can’t be reached"),
        (None, None) => "the screen can’t be reached".to_owned(),
    }
}

/// There is no screen, so no message box either.
pub(super) fn without_screen(reason: &str) -> anyhow::Error {
    anyhow::anyhow!("no window could be opened: {reason}. The command line still works: try “imago --help”")
}

/// No renderer could open a window, for these reasons.
pub(super) fn no_renderer(reasons: &str, language: Language) -> anyhow::Error {
    told(language, || {
        t!("no window could be opened. {reasons}. The command line still works: try “imago --help”", reasons = reasons)
    })
}

/// The window was there, and is gone.
pub(super) fn closed_by_a_fault(reason: &str, language: Language) -> anyhow::Error {
    told(language, || {
        let text = t!(
            "The window was closed by a fault: {reason}. Your labels and finished epochs are saved.",
            reason = reason
        );
        let report = report::last().map(|path| t!(" A report is in {path}.", path = path.display()));
        text + &report.unwrap_or_default()
    })
}

/// Shows a message box with a text, and gives the same in English for standard error.
fn told(language: Language, text: impl Fn() -> String) -> anyhow::Error {
    let english = lang::within(Language::English, &text);
    show_message(&lang::within(language, text), &english);
    anyhow::anyhow!(english)
}

/// A message box, where one can be shown without a window of our own.
fn show_message(text: &str, english: &str) {
    // There rfd knows but one program, and where that is missing nothing is seen.
    if cfg!(all(unix, not(target_os = "macos"))) {
        if !message_box::show(&Message { title: "Imago", text, english }) {
            tracing::warn!("no message box could be shown: zenity, kdialog or xmessage would do it");
        }
        return;
    }
    let dialog = rfd::MessageDialog::new().set_level(rfd::MessageLevel::Error).set_title("Imago").set_description(text);
    // Whatever goes wrong in it: the sentence is still to be printed.
    let _ = catch_unwind(AssertUnwindSafe(|| dialog.show()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_error_gets_english_whatever_the_window_speaks() {
        let text = || t!(" A report is in {path}.", path = "/r");
        lang::set(Language::Chinese);
        assert_eq!(lang::within(Language::English, text), " A report is in /r.");
        assert_eq!(text(), "报告在 /r。");
        assert!(without_screen("x").to_string().contains("imago --help"));
    }
}
