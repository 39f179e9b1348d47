//! Ctrl+C: the first asks for an orderly end, the second ends at once.

use std::sync::atomic::{AtomicUsize, Ordering};

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// What shells report for a program that Ctrl+C ended.
const EXIT_AT_ONCE: i32 = 130;

/// From now on Ctrl+C (and a polite request to terminate) is counted rather than deadly.
pub(super) fn listen() {
    let handler = || {
        if COUNT.fetch_add(1, Ordering::SeqCst) > 0 {
            std::process::exit(EXIT_AT_ONCE);
        }
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        tracing::warn!("Ctrl+C will end the program at once: {error}");
    }
}

/// Whether it was pressed.
pub(super) fn requested() -> bool {
    COUNT.load(Ordering::SeqCst) > 0
}
