//! Where log lines go: standard error, so that what a command prints can be piped.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging. Warnings and errors by default; `-v` adds what was done, `-vv` what was ignored.
/// `NIGHTDESK_LOG` takes a filter in the syntax of `tracing-subscriber` and wins.
pub fn start(verbose: u8) {
    let default = match verbose {
        0 => "warn",
        1 => "info,hyper=warn",
        _ => "debug,hyper=info",
    };
    let filter = EnvFilter::try_from_env("NIGHTDESK_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let _already_started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
}
