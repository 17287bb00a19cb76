//! What a reader expects of every file: a header, a bearable length, one sentence per line, links that lead somewhere.

use crate::markdown;
use std::fs;
use std::path::{Path, PathBuf};

/// A longer file is an error.
const LINES_MAX: usize = 600;

/// A longer file is pointed out.
const LINES_WARN: usize = 500;

/// Folders that hold nothing written by hand.
const SKIPPED: &[&str] =
    &["target", ".git", ".ci/tools", "nightdesk-data", "corpus", "artifacts", "proptest-regressions"];

/// Checks every file of the checkout.
pub(crate) fn check(root: &Path) -> Result<(), Vec<String>> {
    let mut wrong = Vec::new();
    for file in files(root).map_err(|error| vec![error])? {
        let shown = file.strip_prefix(root).unwrap_or(&file).display();
        let extension = file.extension().and_then(|extension| extension.to_str());
        if !matches!(extension, Some("rs" | "md")) {
            continue;
        }
        let text = fs::read_to_string(&file).map_err(|error| vec![format!("{shown}: {error}")])?;
        if extension == Some("rs") {
            let (errors, warning) = source(&text);
            wrong.extend(errors.into_iter().map(|error| format!("{shown}: {error}")));
            if let Some(warning) = warning {
                println!("warning: {shown}: {warning}");
            }
        } else {
            wrong.extend(
                markdown::crowded(&text).into_iter().map(|line| format!("{shown}:{line}: one sentence per line")),
            );
            for (line, link) in markdown::links(&text) {
                if !leads_somewhere(&file, &link) {
                    wrong.push(format!("{shown}:{line}: no file at {link}"));
                }
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Every file below a folder, in a fixed order, without what tools write.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let wrong = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in fs::read_dir(&folder).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            let path = entry.path();
            if SKIPPED.iter().any(|skipped| path.ends_with(skipped)) {
                continue;
            }
            // A symbolic link counts as neither, so no loop can arise.
            let kind = entry.file_type().map_err(wrong)?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// What is wrong with a source file, and what soon will be.
fn source(text: &str) -> (Vec<String>, Option<String>) {
    let mut errors = Vec::new();
    if !text.starts_with("//!") {
        errors.push("the first line must say what the file is (`//!`)".into());
    }
    let lines = text.lines().count();
    if lines > LINES_MAX {
        errors.push(format!("{lines} lines; split it, at most {LINES_MAX}"));
    }
    let warning =
        (LINES_WARN < lines && lines <= LINES_MAX).then(|| format!("{lines} lines; {LINES_MAX} is the limit"));
    (errors, warning)
}

/// Whether a link out of `file` names something in the repository; the web is not asked.
fn leads_somewhere(file: &Path, link: &str) -> bool {
    let path = link.split('#').next().unwrap_or_default();
    if path.is_empty() || link.contains("://") || link.starts_with("mailto:") {
        return true;
    }
    file.parent().is_some_and(|folder| folder.join(path).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_header_is_an_error() {
        assert_eq!(source("use std::fmt;\n").0.len(), 1);
        assert_eq!(source("//! Something.\n").0, [""; 0]);
    }

    #[test]
    fn long_files_warn_and_longer_ones_fail() {
        let of = |lines: usize| source(&"//!\n".repeat(lines));
        assert_eq!(of(LINES_WARN), (vec![], None));
        assert!(of(LINES_WARN + 1).0.is_empty() && of(LINES_WARN + 1).1.is_some());
        assert!(of(LINES_MAX).0.is_empty());
        assert_eq!(of(LINES_MAX + 1).0.len(), 1);
    }

    #[test]
    fn links_lead_to_files_and_folders_beside_the_document() {
        let document = crate::root().join("docs/TESTING.md");
        for link in
            ["../Cargo.toml", "adr/", "TESTING.md#order", "#here", "https://example.com/x", "mailto:a@example.com"]
        {
            assert!(leads_somewhere(&document, link), "{link}");
        }
        assert!(!leads_somewhere(&document, "Cargo.toml"));
        assert!(!leads_somewhere(&document, "../nowhere.md#x"));
    }

    #[test]
    fn a_whole_checkout_is_looked_through() {
        let folder = crate::root().join("target/tidy-tests/checkout");
        fs::create_dir_all(folder.join("src/target")).unwrap();
        fs::write(folder.join("src/a.rs"), "fn a() {}\n").unwrap();
        fs::write(folder.join("src/target/b.rs"), "fn b() {}\n").unwrap();
        fs::write(folder.join("README.md"), "One. Two.\nSee [it](gone.md).\n").unwrap();
        let wrong = check(&folder).unwrap_err();
        assert_eq!(
            wrong,
            [
                "README.md:1: one sentence per line",
                "README.md:2: no file at gone.md",
                "src/a.rs: the first line must say what the file is (`//!`)"
            ]
        );
    }
}
