//! The welcome screen.
