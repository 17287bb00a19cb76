//! Learns the weights of the rules anew, from the tune half of the corpus and from what was written to learn from.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to a terminal")]

use nightdesk_testkit::eval::{corpus, rows};
use nightdesk_testkit::learn::{Example, Examples, Model, crossed};
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = "usage: learn [--check]
  --check   show how well unseen calls would be understood, and write nothing";

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let check = match given.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--check"] => true,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(check) {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> Result<String, String> {
    let mut files = Vec::new();
    for folder in ["tune", "learn"].map(|name| corpus().join(name)) {
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        files.extend(entries.filter_map(Result::ok).map(|entry| entry.path()));
    }
    // The same order whichever folder a file is moved to, so that the same weights come out.
    files.sort_by_key(|file| file.file_name().map(ToOwned::to_owned));
    let mut calls = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("calls") || name.starts_with("dialogs") {
            calls.extend(rows::read::<rows::Call>(&file)?);
        }
    }
    let examples = Examples::of(&calls)?;
    if check {
        return Ok(crossed(&examples));
    }
    let all: Vec<&Example> = examples.calls.iter().collect();
    let text = Model::learn(&examples, &all).file(&examples);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/rules/weights.txt");
    std::fs::write(&path, &text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(format!("{} calls, {} lines of weights", examples.calls.len(), text.lines().count()))
}
