//! Every task that a contributor runs, as `cargo xtask TASK`.
//!
//! The tasks spawn cargo and its tools and never link the crates that they check,
//! so that a crate that does not build can still be checked, and this one builds in seconds.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line speaks through its output")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "a failing test panics"))]

mod fuzz;
mod lambda;
mod layers;
mod markdown;
mod metadata;
mod purity;
mod steps;
mod tasks;
mod tidy;
mod totals;

use clap::Parser;
use std::path::Path;
use std::process::ExitCode;

/// NightDesk's tasks.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    task: Option<tasks::Task>,
}

const EXAMPLES: &str = "\
Examples:
  cargo xtask test                      everything that a change must pass, with no network and no account
  cargo xtask lint                      formatting, clippy, and the rules about layers, purity and tidiness
  cargo xtask sim --seeds 1000          a thousand simulated nights
  cargo xtask sim --seed 42             one night again, step by step
  cargo xtask eval --data DIR           how well the rules understand the labelled speech of a folder
  cargo xtask learn                     the weights anew, after the rules or the corpus have changed
  cargo xtask fuzz                      every fuzz target for half a minute each
  cargo xtask bench                     how fast a turn is, beside a bare commit
  cargo xtask lambda                    the AWS functions and their template, with no account
  cargo xtask bench lambda              how big the functions are, and how soon they are there";

fn main() -> ExitCode {
    let Some(task) = Cli::parse().task else {
        print!("{}", tasks::listing());
        return ExitCode::SUCCESS;
    };
    task.run()
}

/// The root of the checkout, which every command runs in.
pub(crate) fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}
