//! Running on AWS Lambda, proven without an account: the functions under a stand-in, and the template.

use crate::steps::{Steps, cargo};
use std::process::Command;

const LINT_MISSING: &str = "cfn-lint is not installed, so CloudFormation's own rules are not checked: \
                            pip install cfn-lint (CI must have it)";

/// Builds the functions as they are shipped, but for this machine and without link-time optimisation, and takes the
/// scripted calls through them; checks the template with the linter of its makers and with our own rules.
pub(crate) fn run(steps: &mut Steps) {
    steps.command("emulator", emulator());
    steps.tests("functions and template", functions());
    if lint().arg("--version").output().is_ok_and(|output| output.status.success()) {
        let mut lint = lint();
        lint.arg("deploy/template.yaml");
        steps.command("cfn-lint", lint);
    } else if std::env::var_os("CI").is_some() {
        steps.check("cfn-lint", "cargo xtask lambda", || Err(vec![LINT_MISSING.into()]));
    } else {
        steps.skipped("cfn-lint", LINT_MISSING);
    }
}

/// Measures the functions; the arguments are the benchmark's.
pub(crate) fn bench(arguments: &[String]) -> Command {
    let mut command = cargo(&["bench", "-p", "nightdesk", "--features", "lambda", "--bench", "lambda", "--"]);
    command.args(arguments);
    command
}

/// What stands in for DynamoDB; a workspace of its own.
fn emulator() -> Command {
    cargo(&["build", "--locked", "--manifest-path", "emulator/Cargo.toml", "--target-dir", "emulator/target"])
}

fn functions() -> Command {
    let mut command = cargo(&["test", "--release", "-p", "nightdesk", "--features", "lambda"]);
    // The template once more: only with this feature is it compared with the store on DynamoDB.
    command.args(["--test", "lambda", "--test", "template"]);
    // They say what they did: which ticket, who was rung.
    command.args(["--", "--nocapture"]);
    command
}

fn lint() -> Command {
    let mut command = Command::new("cfn-lint");
    command.current_dir(crate::root());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(command: &Command) -> Vec<&str> {
        command.get_args().filter_map(|argument| argument.to_str()).collect()
    }

    #[test]
    fn the_functions_are_tested_as_they_are_shipped() {
        assert!(arguments(&functions()).starts_with(&["test", "--release"]));
        assert!(arguments(&functions()).windows(2).any(|pair| pair == ["--features", "lambda"]));
    }

    #[test]
    fn flags_of_the_benchmark_reach_the_benchmark() {
        assert!(arguments(&bench(&["--json".to_owned()])).ends_with(&["--bench", "lambda", "--", "--json"]));
    }
}
