//! The simulator's command line: nights by the thousand, or one with its whole trace.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to a terminal")]

use nightdesk_testkit::sim::{Night, Report, run};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

const USAGE: &str = "usage: sim [--seeds N] [--from S] [--seed S] [--minutes M] [--replay FILE]
  --seeds N      simulate N nights (default 1000)
  --from S       the first of their seeds (default 0)
  --seed S       simulate one night and print everything that happens
  --minutes M    how long callers ring and things fail, in simulated minutes (default 60)
  --replay FILE  repeat a night, with its schedule, as a failure wrote it";

/// Lines of the trace that a failure prints.
const TRACE_LINES: usize = 40;

struct Arguments {
    seeds: u64,
    from: u64,
    seed: Option<u64>,
    minutes: u64,
    replay: Option<String>,
}

fn arguments() -> Result<Arguments, String> {
    let mut found = Arguments { seeds: 1000, from: 0, seed: None, minutes: 60, replay: None };
    let mut given = std::env::args().skip(1);
    while let Some(flag) = given.next() {
        let mut value = || given.next().ok_or(format!("{flag} needs a value"));
        let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text:?} is not a number"));
        match flag.as_str() {
            "--seeds" => found.seeds = number(value()?)?,
            "--from" => found.from = number(value()?)?,
            "--seed" => found.seed = Some(number(value()?)?),
            "--minutes" => found.minutes = number(value()?)?.clamp(1, 24 * 60),
            "--replay" => found.replay = Some(value()?),
            _ => return Err(format!("unknown: {flag}")),
        }
    }
    Ok(found)
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if let Some(file) = &arguments.replay {
        return match std::fs::read_to_string(file).map_err(|error| error.to_string()).and_then(|text| read(&text)) {
            Ok(night) => one(&night),
            Err(problem) => {
                eprintln!("{file} cannot be replayed: {problem}");
                ExitCode::from(2)
            }
        };
    }
    match arguments.seed {
        Some(seed) => one(&Night { minutes: arguments.minutes, ..Night::new(seed) }),
        None => many(&arguments),
    }
}

fn read(text: &str) -> Result<Night, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// One night, line by line.
fn one(night: &Night) -> ExitCode {
    let report = run(night);
    for line in &report.trace {
        println!("{line}");
    }
    match &report.failure {
        Some((invariant, what)) => {
            println!("seed {} failed: {invariant}\n  {what}", night.seed);
            ExitCode::FAILURE
        }
        None => {
            println!(
                "seed {}: {} calls, {} cases, {} commits, nothing lost",
                night.seed, report.calls, report.cases, report.commits
            );
            ExitCode::SUCCESS
        }
    }
}

fn many(arguments: &Arguments) -> ExitCode {
    let began = Instant::now();
    let progress = std::io::stderr().is_terminal();
    let (mut failed, mut calls, mut commits) = (0_u64, 0, 0);
    for index in 0..arguments.seeds {
        let night = Night { minutes: arguments.minutes, ..Night::new(arguments.from.wrapping_add(index)) };
        let report = run(&night);
        calls += report.calls;
        commits += report.commits;
        if report.failure.is_some() {
            failed += 1;
            explain(&night, &report);
        }
        if progress && index % 50 == 0 {
            eprint!("\r{index} of {} nights", arguments.seeds);
            let _unseen = std::io::stderr().flush();
        }
    }
    if progress {
        eprint!("\r\x1b[K");
    }
    let rate = arguments.seeds as f64 / began.elapsed().as_secs_f64().max(0.001);
    println!("{} nights, {failed} failed, {rate:.0} nights/s ({calls} calls, {commits} commits)", arguments.seeds);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What failed, what led to it, and how to see it again.
fn explain(night: &Night, report: &Report) {
    let Some((invariant, what)) = &report.failure else { return };
    let again = Night { schedule: report.schedule.clone(), ..night.clone() };
    let file = std::env::temp_dir().join(format!("nightdesk-sim-{}.json", night.seed));
    println!("seed {} failed: {invariant}\n  {what}", night.seed);
    for line in report.trace.iter().skip(report.trace.len().saturating_sub(TRACE_LINES)) {
        println!("  | {line}");
    }
    println!("  repeat: cargo xtask sim --seed {} --minutes {}", night.seed, night.minutes);
    let written = serde_json::to_string(&again).map_err(|error| error.to_string());
    match written.and_then(|text| std::fs::write(&file, text).map_err(|error| error.to_string())) {
        Ok(()) => println!("  or with its schedule: cargo xtask sim --replay {}", file.display()),
        Err(problem) => println!("  its schedule could not be written: {problem}"),
    }
}
