//! The table of tasks, and what each of them runs.
//!
//! The doc comment of a variant is the line that `cargo xtask` shows for it.

use crate::steps::{Steps, cargo, hand_over};
use crate::{Cli, fuzz, lambda, layers, metadata, purity, tidy};
use clap::{CommandFactory, Subcommand};
use std::process::{Command, ExitCode};
use std::time::{SystemTime, UNIX_EPOCH};

/// What the quick start does without, and every check is run with.
pub(crate) const AMAZON: &str = "nightdesk/lambda";

/// Nights that `test` simulates, each time other ones.
const FRESH_SEEDS: u64 = 300;

/// Seconds that a fuzz target runs when nothing is said.
const FUZZ_SECONDS: u32 = 30;

/// What `cargo xtask` can do.
#[derive(Subcommand)]
pub(crate) enum Task {
    /// Run everything that a change must pass: tests, examples, simulated nights, rustdoc: [--dynamodb URL]
    Test {
        /// Also run the store's contract against this DynamoDB-compatible server; fails if it does not answer
        #[arg(long, value_name = "URL")]
        dynamodb: Option<String>,
    },
    /// Check formatting, clippy with warnings denied, layers, purity and tidiness
    Lint,
    /// Check which crate depends on what, against the table of ADR 0001
    Layers,
    /// Check that the domain alone has no clock, no I/O, no async and no surprise in its dependencies
    Purity,
    /// Check file headers, file lengths, Markdown lines and links
    Tidy,
    /// Simulate nights: [--seeds N] [--from S] [--seed S] [--minutes M] [--replay FILE]
    Sim {
        /// Handed to the simulator as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Score the understanding of speech: [--data DIR] [--wrong METRIC] [--json] [--raise-floors]
    Eval {
        /// Handed to the evaluation as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Learn anew what the rules' evidence weighs, from the corpus without its test half: [--check]
    Learn {
        /// Handed to the learner as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run the AWS functions without an account, and check their template: [--release]
    Lambda {
        /// Optimised, as when they are packaged
        #[arg(long)]
        release: bool,
    },
    /// Measure turns, start-up and nights in a release build, or the AWS functions: [lambda] [--quick] [--json]
    Bench {
        /// Handed to the benchmark as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Fuzz one target, or each in turn: [TARGET] [--seconds N]
    Fuzz {
        /// A target of fuzz/; all of them when absent
        target: Option<String>,
        /// How long each target runs, in seconds
        #[arg(long, default_value_t = FUZZ_SECONDS)]
        seconds: u32,
    },
    /// Do what CI does: lock file, lint, licences and bans, test, lambda
    Ci,
}

impl Task {
    /// Runs the task; anything but success has been explained on the terminal.
    pub(crate) fn run(self) -> ExitCode {
        let mut steps = Steps::default();
        match self {
            Task::Test { dynamodb } => {
                test(&mut steps);
                if let Some(endpoint) = dynamodb {
                    steps.tests("any dynamodb", any_dynamodb(&endpoint));
                }
            }
            Task::Lint => lint(&mut steps),
            Task::Layers => check_layers(&mut steps),
            Task::Purity => check_purity(&mut steps),
            Task::Tidy => check_tidy(&mut steps),
            Task::Ci => ci(&mut steps),
            Task::Sim { arguments } => return hand_over(&mut sim(&arguments)),
            Task::Eval { arguments } => return hand_over(&mut understanding("eval", &arguments)),
            Task::Learn { arguments } => return hand_over(&mut understanding("learn", &arguments)),
            Task::Lambda { release } => lambda::run(&mut steps, release),
            Task::Bench { arguments } => return hand_over(&mut bench(&arguments)),
            Task::Fuzz { target, seconds } => fuzz::run(&mut steps, target.as_deref(), seconds),
        }
        steps.finish()
    }
}

/// One line per task, for a contributor who typed nothing more.
pub(crate) fn listing() -> String {
    let command = Cli::command();
    let mut text = String::from("cargo xtask TASK, where TASK is one of\n");
    for task in command.get_subcommands() {
        let about = task.get_about().map(ToString::to_string).unwrap_or_default();
        text.push_str(&format!("  {:<8}{about}\n", task.get_name()));
    }
    text.push_str("`cargo xtask --help` has examples.\n");
    text
}

fn test(steps: &mut Steps) {
    // A workspace of its own. Tests look for it where this puts it, and build it there if it is missing.
    let emulator = ["build", "--locked", "--manifest-path", "emulator/Cargo.toml", "--target-dir", "emulator/target"];
    steps.command("emulator", cargo(&emulator));
    // One broken crate must not hide how the others fare.
    steps.tests("tests", cargo(&["test", "--workspace", "--no-fail-fast", "--features", AMAZON]));
    examples(steps);
    // The first command of the README, as somebody types it who has no features in mind.
    steps.command("quick start", cargo(&["run", "--", "--version"]));
    // Fresh nights each time; the line that repeats a failed step names them.
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let from = (seconds * 1000).to_string();
    steps.command("simulator", sim(&["--seeds".into(), FRESH_SEEDS.to_string(), "--from".into(), from]));
    let mut doc = cargo(&["doc", "--workspace", "--lib", "--no-deps", "--features", AMAZON]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    steps.command("rustdoc", doc);
}

/// `cargo test` only builds the examples; a reader runs them.
fn examples(steps: &mut Steps) {
    match metadata::workspace() {
        Ok(crates) => {
            for (package, example) in metadata::examples(&crates) {
                steps.command(&format!("example {example}"), cargo(&["run", "-p", package, "--example", example]));
            }
        }
        Err(error) => steps.check("examples", "cargo xtask test", || Err(vec![error])),
    }
}

fn lint(steps: &mut Steps) {
    steps.command("fmt", cargo(&["fmt", "--all", "--check"]));
    steps.command(
        "clippy",
        cargo(&["clippy", "--workspace", "--all-targets", "--features", AMAZON, "--", "-D", "warnings"]),
    );
    // Whoever tries NightDesk builds it without Amazon; that must not break unseen.
    let plain = ["clippy", "-p", "nightdesk", "--all-targets", "--", "-D", "warnings"];
    steps.command("clippy: without Amazon", cargo(&plain));
    check_layers(steps);
    check_purity(steps);
    check_tidy(steps);
}

fn check_layers(steps: &mut Steps) {
    steps.check("layers", "cargo xtask layers", || {
        let violations = layers::violations(&metadata::workspace().map_err(|error| vec![error])?);
        if violations.is_empty() { Ok(()) } else { Err(violations) }
    });
}

fn check_purity(steps: &mut Steps) {
    steps.check("purity: what the domain brings in", "cargo xtask purity", purity::check_closure);
    steps.check("purity: what the domain is written in", "cargo xtask purity", purity::check_source);
    steps.command("purity: the domain alone, its bans unliftable", purity::clippy());
}

fn check_tidy(steps: &mut Steps) {
    steps.check("tidy", "cargo xtask tidy", || tidy::check(crate::root()));
}

fn ci(steps: &mut Steps) {
    // Fails when the lock file is stale, and lets every later step do without the network.
    steps.command("lock file", cargo(&["fetch", "--locked"]));
    lint(steps);
    let deny = || cargo(&["deny", "--offline", "--locked", "check", "bans", "licenses", "sources"]);
    if cargo(&["deny", "--version"]).output().is_ok_and(|output| output.status.success()) {
        steps.command("deny", deny());
    } else if std::env::var_os("CI").is_some() {
        steps.check("deny", "cargo xtask ci", || Err(vec![DENY_MISSING.into()]));
    } else {
        steps.skipped("deny", DENY_MISSING);
    }
    test(steps);
    // The tests have run the functions.
    lambda::lint_template(steps);
}

const DENY_MISSING: &str = "cargo-deny is not installed, so licences and bans are not checked: \
                            cargo install --locked cargo-deny (CI must have it)";

fn sim(arguments: &[String]) -> Command {
    let mut command = cargo(&["run", "--profile", "sim", "-p", "nightdesk-testkit", "--bin", "sim", "--"]);
    command.args(arguments);
    command
}

/// The store's contract against a server that somebody names.
fn any_dynamodb(endpoint: &str) -> Command {
    let mut command = cargo(&["test", "-p", "nightdesk-adapters-aws", "--test", "any_dynamodb"]);
    command.env("NIGHTDESK_DYNAMODB_ENDPOINT", endpoint);
    command
}

/// Scores the understanding of speech, or learns its weights.
fn understanding(program: &str, arguments: &[String]) -> Command {
    let mut command = cargo(&["run", "--quiet", "--release", "-p", "nightdesk-testkit", "--bin", program, "--"]);
    command.args(arguments);
    command
}

fn bench(arguments: &[String]) -> Command {
    if let [first, rest @ ..] = arguments
        && first == "lambda"
    {
        return lambda::bench(rest);
    }
    // A benchmark of the app, the only crate that knows both the router and the simulated network.
    let mut command = cargo(&["bench", "-p", "nightdesk", "--bench", "bench", "--"]);
    command.args(arguments);
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_listing_has_one_described_line_per_task() {
        let listing = listing();
        for task in
            ["test", "lint", "layers", "purity", "tidy", "sim", "eval", "learn", "lambda", "bench", "fuzz", "ci"]
        {
            let line = listing.lines().find(|line| line.trim_start().starts_with(&format!("{task} ")));
            assert!(line.is_some_and(|line| line.len() > 20), "{task} has no line in\n{listing}");
        }
    }

    #[test]
    fn flags_of_the_simulator_reach_the_simulator() {
        let cli = Cli::parse_from(["xtask", "sim", "--seeds", "5", "--from", "7"]);
        let Some(Task::Sim { arguments }) = cli.task else { panic!("not the simulator") };
        let command = sim(&arguments);
        let arguments: Vec<_> = command.get_args().filter_map(|argument| argument.to_str()).collect();
        assert!(arguments.ends_with(&["--bin", "sim", "--", "--seeds", "5", "--from", "7"]), "{arguments:?}");
    }

    #[test]
    fn a_server_that_is_named_is_tested_against() {
        let cli = Cli::parse_from(["xtask", "test", "--dynamodb", "http://127.0.0.1:8000"]);
        let Some(Task::Test { dynamodb: Some(endpoint) }) = cli.task else { panic!("not the tests") };
        let command = any_dynamodb(&endpoint);
        let set: Vec<_> = command.get_envs().collect();
        assert_eq!(set, [("NIGHTDESK_DYNAMODB_ENDPOINT".as_ref(), Some("http://127.0.0.1:8000".as_ref()))]);
    }

    #[test]
    fn flags_of_the_benchmark_reach_the_benchmark() {
        let cli = Cli::parse_from(["xtask", "bench", "--quick", "--json"]);
        let Some(Task::Bench { arguments }) = cli.task else { panic!("not the benchmark") };
        let command = bench(&arguments);
        let arguments: Vec<_> = command.get_args().filter_map(|argument| argument.to_str()).collect();
        assert!(arguments.ends_with(&["--bench", "bench", "--", "--quick", "--json"]), "{arguments:?}");
    }

    #[test]
    fn the_functions_have_a_benchmark_of_their_own() {
        let command = bench(&["lambda".to_owned(), "--json".to_owned()]);
        let arguments: Vec<_> = command.get_args().filter_map(|argument| argument.to_str()).collect();
        assert!(arguments.ends_with(&["--bench", "lambda", "--", "--json"]), "{arguments:?}");
    }
}
