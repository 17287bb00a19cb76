//! The evaluation's command line: how well the rules understand labelled speech.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to a terminal")]

use nightdesk_testkit::eval::{Grouping, Scored, corpus, floors, score, speed, table};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: eval [--data DIR] [--wrong METRIC] [--json] [--raise-floors]
  --data DIR      score the files of a folder instead of the repository's corpus
  --wrong METRIC  list the rows that count against a metric, for example category; of the corpus, the tune half only
  --json          print the numbers for a program
  --raise-floors  record what the test half reaches now, where that is better than what is recorded";

#[derive(Default)]
struct Arguments {
    data: Option<PathBuf>,
    wrong: Option<String>,
    json: bool,
    raise: bool,
}

fn arguments() -> Result<Arguments, String> {
    let mut found = Arguments::default();
    let mut given = std::env::args().skip(1);
    while let Some(flag) = given.next() {
        match flag.as_str() {
            "--data" => found.data = Some(given.next().ok_or("--data needs a folder")?.into()),
            "--wrong" => found.wrong = Some(given.next().ok_or("--wrong needs a metric")?),
            "--json" => found.json = true,
            "--raise-floors" => found.raise = true,
            _ => return Err(format!("unknown: {flag}")),
        }
    }
    if found.raise && (found.data.is_some() || found.wrong.is_some()) {
        return Err("--raise-floors goes with the repository's corpus alone".into());
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
    match run(&arguments) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let (grouping, folders) = match &arguments.data {
        Some(folder) => (Grouping::Files, vec![("", folder.clone())]),
        None => (Grouping::Kinds, vec![("tune", corpus().join("tune")), ("test", corpus().join("test"))]),
    };
    let halves: Vec<(&str, Scored)> =
        folders.iter().map(|(half, folder)| Ok((*half, score(folder, grouping)?))).collect::<Result<_, String>>()?;
    if let Some(metric) = &arguments.wrong {
        // Whoever reads the test half tunes on it, and it measures no more.
        for section in halves.iter().filter(|(half, _)| *half != "test").flat_map(|(_, scored)| &scored.sections) {
            for wrong in section.wrong.iter().filter(|wrong| wrong.metric == metric) {
                println!("{} {}: {}", section.name, wrong.id, wrong.what);
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    let utterances: Vec<String> = halves.iter().flat_map(|(_, scored)| scored.utterances.clone()).collect();
    let speed = speed::measure(&utterances);
    if arguments.json {
        let numbers: serde_json::Map<String, serde_json::Value> = halves
            .iter()
            .map(|(half, scored)| {
                let values = scored.numbers().into_iter().map(|(name, (value, _))| (name, value.into()));
                let half = if half.is_empty() { "data" } else { half };
                (half.to_owned(), serde_json::Value::Object(values.collect()))
            })
            .chain(speed.map(|speed| {
                let value = serde_json::json!({"utterance_us": speed.utterance_micros, "transcript_us": speed.transcript_micros});
                ("speed".to_owned(), value)
            }))
            .collect();
        println!("{}", serde_json::Value::Object(numbers));
    } else {
        for (half, scored) in &halves {
            if !half.is_empty() {
                println!("== {half} half of the corpus");
            }
            print!("{}", table::numbers(&scored.sections));
            scored.sections.iter().for_each(|section| print!("{}", table::confusion(section)));
            if !scored.left_alone.is_empty() {
                println!("not scored here: {}", scored.left_alone.join(", "));
            }
        }
        if let Some(speed) = speed {
            print!("{}", table::speed(speed));
        }
    }
    let Some((_, test)) = halves.iter().find(|(half, _)| *half == "test") else { return Ok(ExitCode::SUCCESS) };
    if arguments.raise {
        let raised = floors::raise(test)?;
        println!("{raised} floors raised");
    }
    let below = floors::below(test)?;
    for line in &below {
        eprintln!("below its floor: {line}");
    }
    Ok(if below.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
