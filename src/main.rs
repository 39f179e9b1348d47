//! The program: without a sub-command the window, else the command line. Exit codes come from `cli`; nothing else is here.

// A double click on Windows opens no console window; `cli` connects to the console that it was started from.
#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    // Silent unless IMAGO_LOG asks for more, such as `IMAGO_LOG=imago=debug`.
    let filter = tracing_subscriber::EnvFilter::try_from_env("IMAGO_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    imago::cli::main()
}
