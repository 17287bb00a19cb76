//! How fast NightDesk is: one table, measured in a release build, on the real program where there is one.
//!
//! `cargo xtask bench` runs it; docs/PERFORMANCE.md says what each figure means. Every figure is measured in this
//! run on this machine; none is carried over.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark speaks through its output")]

mod bare;
mod domain;
mod machine;
mod nights;
mod page;
mod report;
mod rota;
mod server;
mod start;
mod stats;
mod trips;
mod turns;

use clap::Parser;
use report::{Report, progress};
use std::path::PathBuf;

/// Whatever went wrong: a benchmark reports it and stops.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures NightDesk.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Arguments {
    /// Print one JSON document instead of the table.
    #[arg(long)]
    json: bool,
    /// Measure less: a first impression in seconds.
    #[arg(long)]
    quick: bool,
    /// Where the databases are put while it runs: the disk that is measured. Default: below target/.
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Only sections whose name holds this: turns, trips, page, start, domain, rota, nights.
    #[arg(long)]
    only: Option<String>,
    /// Given by `cargo bench` itself.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let folder = arguments.folder.clone().unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")));
    std::fs::create_dir_all(&folder)?;
    let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in(&folder)?;
    let quick = arguments.quick;
    let wanted = |section: &str| arguments.only.as_ref().is_none_or(|only| section.contains(only.as_str()));
    let mut report = Report::new(machine::describe(&folder), quick);

    if wanted("turns") {
        progress("turns: the program answers webhooks over HTTP");
        turns::measure(scratch.path(), quick, &mut report).await?;
    }
    if wanted("trips") {
        progress("trips: requests to the store are counted");
        trips::measure(scratch.path(), &mut report).await?;
    }
    if wanted("page") {
        progress("page: Critical calls, and the simulated carrier at real speed");
        page::measure(scratch.path(), quick, &mut report).await?;
    }
    if wanted("start") {
        progress("start: from the start of the process to its first answer");
        start::measure(scratch.path(), quick, &mut report).await?;
    }
    if wanted("domain") {
        progress("domain: transitions alone");
        domain::measure(quick, &mut report)?;
    }
    if wanted("rota") {
        progress("rota: who is on call");
        rota::measure(quick, &mut report)?;
    }
    if wanted("nights") {
        progress("nights: the simulator");
        nights::measure(scratch.path(), quick, &mut report)?;
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report.json())?);
    } else {
        println!("{}", report.table());
    }
    Ok(())
}
