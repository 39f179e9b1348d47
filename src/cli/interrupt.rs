//! Ctrl+C: the first asks for an orderly end, the second ends at once.

use std::sync::OnceLock;

use crate::base::CancelToken;

static CANCEL: OnceLock<CancelToken> = OnceLock::new();

/// What shells report for a program that Ctrl+C ended.
const EXIT_AT_ONCE: i32 = 130;

/// From now on Ctrl+C (and a polite request to terminate) is no longer deadly: the first cancels this token, the second ends
/// the program. Whoever asks gets the same token.
pub(super) fn token() -> CancelToken {
    let listening = || {
        let token = CancelToken::new();
        let pressed = token.clone();
        let handler = move || {
            if pressed.is_cancelled() {
                std::process::exit(EXIT_AT_ONCE);
            }
            pressed.cancel();
        };
        if let Err(error) = keeping_ignored(|| ctrlc::set_handler(handler)) {
            tracing::warn!("Ctrl+C will end the program at once: {error}");
        }
        token
    };
    CANCEL.get_or_init(listening).clone()
}

/// Runs `install`, which takes over the signals. Those that whoever started the program had ignored are ignored afterwards too: that
/// the terminal goes away (`nohup`), and Ctrl+C meant for others (a shell's job in the background).
#[cfg(unix)]
fn keeping_ignored<T>(install: impl FnOnce() -> T) -> T {
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
    let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    let before = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGTERM].map(|signal| {
        // SAFETY: a signal that is ignored runs no code of ours.
        (signal, unsafe { sigaction(signal, &ignore) })
    });
    let installed = install();
    for (signal, before) in before {
        if before.is_ok_and(|before| matches!(before.handler(), SigHandler::SigIgn)) {
            // SAFETY: as above.
            let _ = unsafe { sigaction(signal, &ignore) };
        }
    }
    installed
}

#[cfg(not(unix))]
fn keeping_ignored<T>(install: impl FnOnce() -> T) -> T {
    install()
}

/// As [`token`], for those who look by themselves whether it was pressed.
pub(super) fn listen() {
    token();
}

/// Whether it was pressed.
pub(super) fn requested() -> bool {
    CANCEL.get().is_some_and(CancelToken::is_cancelled)
}
