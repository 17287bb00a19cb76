//! The commands: each does one thing and says how it went.

mod alert;
mod analyze;
mod call;
mod callbacks;
mod calls;
mod check;
mod consent;
pub(crate) mod context;
mod feed;
mod local_time;
mod oncall;
mod outages;
mod overrides;
mod serve;
mod table;
mod tenant;
mod test_page;
mod tickets;
mod voicemail;
mod when;
mod whom;
mod windows;

use crate::cli::{Cli, Command};
use std::error::Error;
use std::process::ExitCode;

/// What a command gives back: done, done but not well, or a message that says what to do.
type Outcome = Result<ExitCode, Box<dyn Error + Send + Sync>>;

/// Runs a command; its errors go to standard error with all their causes.
pub async fn run(cli: Cli) -> ExitCode {
    let store = &cli.store;
    let outcome = match cli.command {
        None => serve::run(store, serve::default_args()).await,
        Some(Command::Serve(args)) => serve::run(store, args).await,
        Some(Command::Call(args)) => call::run(store, args).await,
        Some(Command::Tickets(args)) => tickets::run(store, args).await,
        Some(Command::Calls(args)) => calls::list(store, args).await,
        Some(Command::CallLog { id, json }) => calls::log(store, &id, json).await,
        Some(Command::Replay { id, json }) => calls::replay(store, &id, json).await,
        Some(Command::Inbox(args)) => tickets::inbox(store, args).await,
        Some(Command::Check { online }) => check::run(store, online).await,
        Some(Command::Alert(args)) => alert::run(store, *args).await,
        Some(Command::TestPage(args)) => test_page::run(store, args).await,
        Some(Command::Handled { ticket, by, fix }) => tickets::handled(store, &ticket, &by, fix.as_deref()).await,
        Some(Command::Callbacks(args)) => callbacks::run(store, args).await,
        Some(Command::Voicemail(command)) => voicemail::run(store, command).await,
        Some(Command::Windows(command)) => windows::run(store, command).await,
        Some(Command::Consent(args)) => consent::run(store, args).await,
        Some(Command::Outages(command)) => outages::run(store, command).await,
        Some(Command::Tenant(command)) => tenant::run(store, command).await,
        Some(Command::Table(command)) => table::run(store, command).await,
        Some(Command::Analyze(args)) => analyze::run(args),
        Some(Command::When(args)) => when::run(&args),
        Some(Command::Oncall(args)) => oncall::run(store, args).await,
        Some(Command::Feed(args)) => feed::run(store, &args).await,
        Some(Command::Override(command)) => overrides::run(store, command).await,
        Some(Command::Whom(args)) => whom::run(store, &args).await,
    };
    outcome.unwrap_or_else(|error| {
        say_error(error.as_ref());
        ExitCode::FAILURE
    })
}

#[allow(clippy::print_stderr, reason = "a command's errors are meant for the person at the terminal")]
fn say_error(error: &(dyn Error + Send + Sync)) {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(source) = cause {
        eprintln!("  because: {source}");
        cause = source.source();
    }
}

/// Names the options that somebody at the terminal wrote, where an error names the fields that they became.
fn by_option(error: Box<dyn Error + Send + Sync>, options: &[(&str, &str)]) -> Box<dyn Error + Send + Sync> {
    let text = error.to_string();
    let mut named = false;
    let lines: Vec<String> = text
        .lines()
        .map(|line| match line.split_once(": ") {
            Some((field, wrong)) => match options.iter().find(|(known, _)| *known == field) {
                Some((_, option)) => {
                    named = true;
                    format!("{option}: {wrong}")
                }
                None => line.to_owned(),
            },
            None => line.to_owned(),
        })
        .collect();
    if named { lines.join("\n").into() } else { error }
}

/// Prints for the person at the terminal, or for the next program in the pipe.
fn print(text: &str) {
    use std::io::Write;
    // Whoever reads may have seen enough and closed the pipe: that is no error of ours.
    let _closed = writeln!(std::io::stdout(), "{text}");
}
