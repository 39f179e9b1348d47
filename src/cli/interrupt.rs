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
        if let Err(error) = keeping_nohup(|| ctrlc::set_handler(handler)) {
            tracing::warn!("Ctrl+C will end the program at once: {error}");
        }
        token
    };
    CANCEL.get_or_init(listening).clone()
}

/// Runs `install`, which takes over the signals. That the terminal goes away is ignored afterwards too where whoever started the
/// program wanted it so (`nohup`).
#[cfg(unix)]
fn keeping_nohup<T>(install: impl FnOnce() -> T) -> T {
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
    let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: a signal that is ignored runs no code of ours.
    let before = unsafe { sigaction(Signal::SIGHUP, &ignore) };
    let installed = install();
    if before.is_ok_and(|before| matches!(before.handler(), SigHandler::SigIgn)) {
        // SAFETY: as above.
        let _ = unsafe { sigaction(Signal::SIGHUP, &ignore) };
    }
    installed
}

#[cfg(not(unix))]
fn keeping_nohup<T>(install: impl FnOnce() -> T) -> T {
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
