//! A task is a list of steps: each is announced, timed and, if it fails, named with the command that repeats it.
//!
//! A failed step does not stop the next, so that one run tells everything that is wrong.

use crate::totals::Totals;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// `cargo` with arguments, in the root of the checkout.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(crate::root());
    command
}

/// Runs a command in place of this one: its output, its exit code.
pub(crate) fn hand_over(command: &mut Command) -> ExitCode {
    match command.status() {
        Ok(status) => ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)),
        Err(error) => {
            eprintln!("{}: {error}", shown(command));
            ExitCode::FAILURE
        }
    }
}

/// What became of a step.
enum Outcome {
    Passed,
    Skipped,
    Failed { repeat: String },
}

struct Step {
    name: String,
    took: Duration,
    outcome: Outcome,
}

/// The steps of one task so far.
#[derive(Default)]
pub(crate) struct Steps {
    steps: Vec<Step>,
    /// Present once a step has run tests.
    totals: Option<Totals>,
}

impl Steps {
    /// Runs a command; it passes if it exits with zero.
    pub(crate) fn command(&mut self, name: &str, mut command: Command) {
        let repeat = shown(&command);
        self.step(name, &repeat, || match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(vec![status.to_string()]),
            Err(error) => Err(vec![format!("cannot start: {error}")]),
        });
    }

    /// Runs a command that runs tests: its output is shown as it comes, and counted.
    pub(crate) fn tests(&mut self, name: &str, mut command: Command) {
        let repeat = shown(&command);
        let mut totals = Totals::default();
        self.step(name, &repeat, || counted(&mut command, &mut std::io::stdout().lock(), &mut totals));
        *self.totals.get_or_insert_default() += totals;
    }

    /// Runs a check of our own; on failure it returns what is wrong, one line each.
    pub(crate) fn check(&mut self, name: &str, repeat: &str, check: impl FnOnce() -> Result<(), Vec<String>>) {
        self.step(name, repeat, check);
    }

    /// Notes a step that could not run, in the summary too, so that nobody takes it for passed.
    pub(crate) fn skipped(&mut self, name: &str, why: &str) {
        println!("== {name}: skipped: {why}");
        self.steps.push(Step { name: name.into(), took: Duration::ZERO, outcome: Outcome::Skipped });
    }

    fn step(&mut self, name: &str, repeat: &str, run: impl FnOnce() -> Result<(), Vec<String>>) {
        println!("== {name}: {repeat}");
        let start = Instant::now();
        let outcome = match run() {
            Ok(()) => Outcome::Passed,
            Err(problems) => {
                for problem in problems {
                    println!("{problem}");
                }
                Outcome::Failed { repeat: repeat.into() }
            }
        };
        self.steps.push(Step { name: name.into(), took: start.elapsed(), outcome });
    }

    /// Prints the summary, the test totals last.
    pub(crate) fn finish(self) -> ExitCode {
        println!("{}", self.summary());
        if self.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    fn failed(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.outcome, Outcome::Failed { .. }))
    }

    fn summary(&self) -> String {
        let mut lines = vec![String::from("== summary")];
        for Step { name, took, outcome } in &self.steps {
            let seconds = took.as_secs_f64();
            lines.push(match outcome {
                Outcome::Passed => format!("{seconds:7.1} s  ok       {name}"),
                Outcome::Skipped => format!("{seconds:7.1} s  skipped  {name}"),
                Outcome::Failed { repeat } => format!("{seconds:7.1} s  FAILED   {name}; repeat with: {repeat}"),
            });
        }
        if let Some(Totals { passed, failed, ignored }) = self.totals {
            if ignored > 0 {
                lines.push(format!("{ignored} ignored"));
            }
            lines.push(format!("{passed} passed, {failed} failed"));
        }
        lines.join("\n")
    }
}

/// Runs tests, passing their output through line by line while counting.
fn counted(command: &mut Command, terminal: &mut impl Write, totals: &mut Totals) -> Result<(), Vec<String>> {
    let wrong = |error: std::io::Error| vec![format!("cannot run: {error}")];
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(wrong)?;
    if let Some(output) = child.stdout.take() {
        // Bytes, not text: a test may print what is not UTF-8.
        for line in BufReader::new(output).split(b'\n') {
            let mut line = line.map_err(wrong)?;
            if let Some(more) = Totals::from_line(&String::from_utf8_lossy(&line)) {
                *totals += more;
            }
            line.push(b'\n');
            terminal.write_all(&line).map_err(wrong)?;
        }
    }
    let status = child.wait().map_err(wrong)?;
    if status.success() { Ok(()) } else { Err(vec![status.to_string()]) }
}

/// A command as one would type it.
fn shown(command: &Command) -> String {
    let quoted = |text: &str| if text.contains(' ') { format!("'{text}'") } else { text.to_owned() };
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!("{}={}", name.to_string_lossy(), quoted(&value.to_string_lossy())));
        }
    }
    words.push(command.get_program().to_string_lossy().into_owned());
    words.extend(command.get_args().map(|argument| quoted(&argument.to_string_lossy())));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new("cargo");
        command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(shown(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn a_failed_step_is_named_with_its_command_and_the_next_still_runs() {
        let mut steps = Steps::default();
        steps.command("first", shell("exit 3"));
        steps.command("second", shell("true"));
        let summary = steps.summary();
        assert!(summary.contains("FAILED   first; repeat with: sh -c 'exit 3'"), "{summary}");
        assert!(summary.contains("ok       second"), "{summary}");
        assert!(steps.failed());
    }

    #[test]
    fn a_program_that_is_missing_is_a_failure() {
        let mut steps = Steps::default();
        steps.command("missing", Command::new("no-such-program-of-ours"));
        assert!(steps.failed());
    }

    /// What `counted` makes of a script; nothing reaches the real output, where it would be counted once more.
    fn counted_in(script: &str) -> (Result<(), Vec<String>>, String, Totals) {
        let (mut shown, mut totals) = (Vec::new(), Totals::default());
        let result = counted(&mut shell(script), &mut shown, &mut totals);
        (result, String::from_utf8(shown).unwrap(), totals)
    }

    #[test]
    fn totals_are_summed_over_binaries_and_the_output_is_passed_through() {
        let line = "test result: ok. 2 passed; 1 failed; 0 ignored; 0 measured";
        let (result, shown, totals) = counted_in(&format!("echo '{line}'; echo noise; echo '{line}'"));
        assert_eq!(result, Ok(()));
        assert_eq!(shown, format!("{line}\nnoise\n{line}\n"));
        assert_eq!(totals, Totals { passed: 4, failed: 2, ignored: 0 });
    }

    #[test]
    fn tests_that_exit_with_an_error_fail_even_without_a_failed_test() {
        assert!(counted_in("exit 101").0.is_err());
    }

    #[test]
    fn totals_are_the_last_line_of_the_summary() {
        let totals = Some(Totals { passed: 4, failed: 0, ignored: 1 });
        let mut steps = Steps { totals, ..Steps::default() };
        steps.command("after", shell("true"));
        assert!(steps.summary().ends_with("\n1 ignored\n4 passed, 0 failed"), "{}", steps.summary());
    }

    #[test]
    fn a_skipped_step_is_neither_passed_nor_failed() {
        let mut steps = Steps::default();
        steps.skipped("deny", "it is not installed");
        assert!(steps.summary().contains("skipped  deny"));
        assert!(!steps.failed());
    }
}
