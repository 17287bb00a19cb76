//! That the domain is pure: no clock, no I/O, no async, no hash-ordered collection.
//!
//! Three looks, since each is blind to something.
//! The closure of its dependencies is compared with a list, features included; the domain is resolved alone,
//! because a build of the workspace unifies features and would hide a clock.
//! Its source must not contain async or `dyn`.
//! Clippy, with crates/domain/clippy.toml, forbids what the standard library offers, and no `#[allow]` lifts it.

use crate::steps::cargo;
use std::fs;
use std::process::Command;

const DOMAIN: &str = "nightdesk-domain";

/// Everything that the domain may bring into a build, by way of its direct dependencies too.
const CLOSURE: &[&str] = &[
    "aho-corasick",
    "chrono",
    "chrono-tz",
    "memchr",
    "num-traits",
    "phf",
    "phf_shared",
    "proc-macro2",
    "quote",
    "regex",
    "regex-automata",
    "regex-syntax",
    "serde",
    "serde_core",
    "serde_derive",
    "siphasher",
    "syn",
    "thiserror",
    "thiserror-impl",
    "unicode-ident",
];

/// Features of chrono that hold no clock; anything else is suspected of one.
const CHRONO_FEATURES: &[&str] = &["alloc", "serde", "std"];

/// Forbidden, not denied: an `#[allow]` of these is an error too.
const BANS: &[&str] = &["-F", "clippy::disallowed_methods", "-F", "clippy::disallowed_types"];

/// Resolves the domain alone and looks at every crate and feature that a user of it would get.
pub(crate) fn check_closure() -> Result<(), Vec<String>> {
    let mut tree = cargo(&["tree", "-p", DOMAIN, "--edges", "normal", "--target", "all"]);
    let output = tree
        .args(["--prefix", "none", "--no-dedupe", "--format", "{p}|{f}"])
        .output()
        .map_err(|error| vec![format!("cannot run cargo tree: {error}")])?;
    if !output.status.success() {
        return Err(vec![String::from_utf8_lossy(&output.stderr).into_owned()]);
    }
    verdict(closure_violations(&String::from_utf8_lossy(&output.stdout)))
}

/// What is wrong with a closure, given as lines `name version|feature,feature`.
fn closure_violations(tree: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen_domain = false;
    for line in tree.lines().filter(|line| !line.trim().is_empty()) {
        let (package, features) = line.split_once('|').unwrap_or((line, ""));
        let name = package.split(' ').next().unwrap_or_default();
        if name == DOMAIN {
            seen_domain = true;
        } else if !CLOSURE.contains(&name) {
            wrong.push(format!("{DOMAIN} brings in {name}, which no ADR allows"));
        } else if name == "chrono" {
            let suspect = features.split(',').filter(|one| !one.is_empty() && !CHRONO_FEATURES.contains(one));
            wrong.extend(suspect.map(|feature| format!("{DOMAIN} switches on chrono's feature {feature}")));
        }
    }
    if !seen_domain {
        wrong.push(format!("cargo tree did not show {DOMAIN}"));
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

/// Looks for async and dynamic dispatch in the source of the domain.
pub(crate) fn check_source() -> Result<(), Vec<String>> {
    let folder = crate::root().join("crates/domain/src");
    let mut wrong = Vec::new();
    let mut files = 0;
    for file in crate::tidy::files(&folder).map_err(|error| vec![error])? {
        if file.extension().is_some_and(|extension| extension == "rs") {
            files += 1;
            let text = fs::read_to_string(&file).map_err(|error| vec![format!("{}: {error}", file.display())])?;
            wrong.extend(source_violations(&text).into_iter().map(|at| format!("{}:{at}", file.display())));
        }
    }
    if files == 0 {
        wrong.push(format!("{} has no source", folder.display()));
    }
    verdict(wrong)
}

/// What is wrong with one source file, as `line: reason`.
fn source_violations(text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let code = line.split("//").next().unwrap_or_default();
        let mut words = code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        if let Some(word) = words.find(|word| ["async", "await", "dyn", "unsafe"].contains(word)) {
            // A sentence in a string may use these words.
            if !code.contains('"') {
                wrong.push(format!("{number}: `{word}` has no place in the domain"));
            }
        }
    }
    wrong
}

/// Builds the domain alone, with its bans; clippy finds them in the clippy.toml beside its manifest.
pub(crate) fn clippy() -> Command {
    let mut command = cargo(&["clippy", "-p", DOMAIN, "--lib", "--"]);
    command.args(BANS);
    command
}

fn verdict(wrong: Vec<String>) -> Result<(), Vec<String>> {
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN_LINE: &str = "nightdesk-domain v0.1.0 (/somewhere)|\n";

    #[test]
    fn the_domain_of_this_workspace_brings_in_only_what_is_listed() {
        assert_eq!(check_closure(), Ok(()));
    }

    #[test]
    fn a_clock_in_chrono_is_found() {
        for feature in ["clock", "now", "default", "iana-time-zone", "wasmbind"] {
            let tree = format!("{DOMAIN_LINE}chrono v0.4.45|alloc,{feature},serde");
            assert_eq!(closure_violations(&tree), [format!("nightdesk-domain switches on chrono's feature {feature}")]);
        }
        assert_eq!(closure_violations(&format!("{DOMAIN_LINE}chrono v0.4.45|serde,std")), [""; 0]);
    }

    #[test]
    fn a_library_that_nobody_allowed_is_found_once() {
        let tree = format!("{DOMAIN_LINE}rand v0.9.0|std\nrand v0.9.0|std");
        assert_eq!(closure_violations(&tree), ["nightdesk-domain brings in rand, which no ADR allows"]);
    }

    #[test]
    fn an_empty_tree_is_not_a_pure_one() {
        assert_eq!(closure_violations(""), ["cargo tree did not show nightdesk-domain"]);
    }

    #[test]
    fn async_and_dynamic_dispatch_are_found_but_not_in_comments() {
        assert_eq!(source_violations("/// There is no async here.\nfn f() {}"), [""; 0]);
        assert_eq!(source_violations("fn dynamic() {} // dyn would be wrong"), [""; 0]);
        for line in ["async fn f() {}", "let x = y.await;", "fn f(x: &dyn Tr) {}"] {
            assert_eq!(source_violations(line).len(), 1, "{line}");
        }
    }

    /// Runs clippy, with the domain's bans, on a crate that consists of this code, and returns what it says.
    fn linted(name: &str, code: &str) -> (bool, String) {
        let folder = crate::root().join("target/purity-tests").join(name);
        fs::create_dir_all(folder.join("src")).unwrap();
        let manifest = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n[workspace]\n");
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::write(folder.join("src/lib.rs"), code).unwrap();
        let mut command = Command::new("cargo");
        command.args(["clippy", "--offline", "--quiet", "--"]).args(BANS).current_dir(&folder);
        command.env("CLIPPY_CONF_DIR", crate::root().join("crates/domain"));
        let output = command.env("CARGO_TARGET_DIR", folder.join("target")).output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    }

    #[test]
    fn every_kind_of_impurity_is_found_by_clippy_and_innocent_code_is_not() {
        let violations = [
            "let _ = std::time::SystemTime::now();",
            "let _ = std::time::Instant::now();",
            "let _ = std::env::var(\"HOME\");",
            "let _ = std::env::args();",
            "let _ = std::fs::read_to_string(\"x\");",
            "let _ = std::fs::File::open(\"x\");",
            "let _ = std::net::TcpStream::connect(\"127.0.0.1:1\");",
            "let _ = std::thread::spawn(|| ());",
            "std::thread::sleep(std::time::Duration::ZERO);",
            "let _ = std::process::Command::new(\"x\");",
            "let _ = std::collections::HashMap::<u8, u8>::new();",
            "let _ = std::collections::HashSet::<u8>::new();",
            "let _ = std::io::stdin();",
        ];
        let body: String = violations.iter().map(|line| format!("    {line}\n")).collect();
        let (success, said) = linted("impure", &format!("//! Impure.\n/// All of it.\npub fn impure() {{\n{body}}}\n"));
        assert!(!success);
        for (number, line) in (4..).zip(violations) {
            assert!(said.contains(&format!("src/lib.rs:{number}:")), "{line} passed:\n{said}");
        }
        let innocent = "//! Pure.\n/// Counts.\n#[must_use]\npub fn pure(one: u8) -> std::collections::BTreeMap<u8, u8> {\n    \
                        std::collections::BTreeMap::from([(one, 1)])\n}\n";
        let (success, said) = linted("pure", innocent);
        assert!(success && said.is_empty(), "{said}");
    }

    #[test]
    fn a_ban_cannot_be_lifted_on_the_spot() {
        let code = "//! Lifts a ban.\n/// It.\n#[allow(clippy::disallowed_types)]\n\
                    pub type Map = std::collections::HashMap<u8, u8>;\n";
        let (success, said) = linted("lifting", code);
        assert!(!success && said.contains("forbid"), "{said}");
    }
}
