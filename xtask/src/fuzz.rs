//! Fuzzing with cargo-fuzz, which needs a nightly compiler and is no part of `test` or `ci`.
//!
//! Every run starts from the committed seeds and from what earlier runs found on this machine.

use crate::steps::Steps;
use std::fs;
use std::path::Path;
use std::process::Command;

const HOW_TO_INSTALL: &str = "fuzzing needs a nightly compiler and cargo-fuzz: \
                              rustup toolchain install nightly && cargo install --locked cargo-fuzz";

/// An input that takes longer is a finding, in seconds.
const INPUT_SECONDS_MAX: u32 = 5;

/// Runs one target, or all of them in turn, each for so many seconds.
pub(crate) fn run(steps: &mut Steps, target: Option<&str>, seconds: u32) {
    let chosen = targets(&crate::root().join("fuzz/fuzz_targets")).and_then(|targets| choose(targets, target));
    let chosen = chosen.and_then(|chosen| if installed() { Ok(chosen) } else { Err(HOW_TO_INSTALL.into()) });
    match chosen {
        Err(error) => steps.check("fuzz", "cargo xtask fuzz", || Err(vec![error])),
        Ok(chosen) => {
            for target in chosen {
                let name = format!("fuzz {target}");
                match fs::create_dir_all(crate::root().join(corpus(&target))) {
                    Ok(()) => steps.command(&name, run_of(&target, seconds)),
                    Err(error) => steps.check(&name, "cargo xtask fuzz", || Err(vec![error.to_string()])),
                }
            }
        }
    }
}

/// Where the inputs are kept that a target found interesting; git ignores it.
fn corpus(target: &str) -> String {
    format!("fuzz/corpus/{target}")
}

/// One run of a target: new inputs go to its corpus, the seeds are only read.
fn run_of(target: &str, seconds: u32) -> Command {
    let mut command = fuzz();
    command.args(["run", target, &corpus(target), &format!("fuzz/seeds/{target}"), "--"]);
    command.args([format!("-max_total_time={seconds}"), format!("-timeout={INPUT_SECONDS_MAX}")]);
    command
}

/// `cargo fuzz` on the nightly compiler, whatever the one that built this task.
fn fuzz() -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", "nightly", "cargo", "fuzz"]).current_dir(crate::root());
    command
}

fn installed() -> bool {
    fuzz().arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The names of the targets: one file each.
fn targets(folder: &Path) -> Result<Vec<String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("no fuzz targets in {}: {error}", folder.display()))?;
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut names: Vec<String> =
        sources.filter_map(|path| path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned)).collect();
    names.sort();
    if names.is_empty() { Err(format!("no fuzz targets in {}", folder.display())) } else { Ok(names) }
}

fn choose(targets: Vec<String>, wanted: Option<&str>) -> Result<Vec<String>, String> {
    match wanted {
        None => Ok(targets),
        Some(wanted) if targets.iter().any(|target| target == wanted) => Ok(vec![wanted.to_owned()]),
        Some(wanted) => Err(format!("no fuzz target {wanted}; there are {}", targets.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_target_or_all_can_be_chosen_and_an_unknown_one_names_the_others() {
        let both = || vec!["forms".to_owned(), "twiml".to_owned()];
        assert_eq!(choose(both(), None), Ok(both()));
        assert_eq!(choose(both(), Some("twiml")), Ok(vec!["twiml".to_owned()]));
        assert_eq!(choose(both(), Some("x")), Err("no fuzz target x; there are forms, twiml".to_owned()));
    }

    #[test]
    fn every_target_has_seeds_and_is_in_the_manifest() {
        let fuzz = crate::root().join("fuzz");
        let manifest: toml::Table = toml::from_str(&fs::read_to_string(fuzz.join("Cargo.toml")).unwrap()).unwrap();
        let listed: Vec<_> =
            manifest["bin"].as_array().unwrap().iter().filter_map(|bin| bin["name"].as_str()).collect();
        for target in targets(&fuzz.join("fuzz_targets")).unwrap() {
            assert!(listed.contains(&&*target), "{target} is not in fuzz/Cargo.toml");
            let seeds = fs::read_dir(fuzz.join("seeds").join(&target)).unwrap_or_else(|e| panic!("{target}: {e}"));
            assert!(seeds.count() > 0, "{target} has no seeds");
        }
    }

    #[test]
    fn a_run_writes_to_the_corpus_and_only_reads_the_seeds() {
        let command = run_of("twiml", 7);
        let arguments: Vec<_> = command.get_args().filter_map(|argument| argument.to_str()).collect();
        let corpora = ["run", "twiml", "fuzz/corpus/twiml", "fuzz/seeds/twiml", "--", "-max_total_time=7"];
        assert!(arguments.windows(corpora.len()).any(|window| window == corpora), "{arguments:?}");
    }

    #[test]
    fn a_folder_without_targets_is_an_error() {
        assert!(targets(Path::new("no/such/folder")).is_err());
    }
}
