//! Where log lines go: standard error, so that what a command prints can be piped.

use std::io::IsTerminal;
use tracing::Level;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// Starts logging. Warnings and errors by default; `-v` adds what was done, `-vv` what was ignored.
/// `NIGHTDESK_LOG` takes a filter in the syntax of `tracing-subscriber` and wins, except that the SDK of Amazon never
/// says more than it does at `debug`: at `trace` it writes requests and answers, addresses and words included. What
/// expands recurrence rules says nothing: a rule that never occurs is refused, and its warning tells nobody more.
pub fn start(verbose: u8) {
    let default = match verbose {
        0 => "warn",
        1 => "info,hyper=warn",
        _ => "debug,hyper=info",
    };
    let filter = EnvFilter::try_from_env("NIGHTDESK_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let sparing = FilterFn::new(|line| {
        !line.target().starts_with("rrule") && (*line.level() <= Level::DEBUG || !line.target().starts_with("aws_"))
    });
    let lines = fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    let _already_started = tracing_subscriber::registry().with(lines.with_filter(sparing)).with(filter).try_init();
}

/// An error with everything that led to it, for a log line.
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
