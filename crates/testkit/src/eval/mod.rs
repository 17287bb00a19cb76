//! Scores what triage understands against labelled speech: the corpus of this crate, or a folder of other data.
//!
//! `corpus/tune` is there to be read and tuned on, `corpus/test` only to be measured with; `corpus/floors.json`
//! holds what the test half has reached, and a test demands at least that.

mod calls;
pub mod floors;
pub mod rows;
pub mod section;
mod sentences;
pub mod speed;
pub mod table;
mod times;

use section::{Better, Section};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The corpus of this crate.
pub fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Scores every file of a folder whose kind its name tells; others are left alone and named.
///
/// # Errors
/// A folder or a line that cannot be read.
pub fn score(folder: &Path) -> Result<Scored, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let mut scored = Scored::default();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "jsonl")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let section = match name.split(['_', '-']).next().unwrap_or_default() {
            "calls" | "dialogs" => {
                let rows: Vec<rows::Call> = rows::read(path)?;
                scored.utterances.extend(rows.iter().flat_map(|row| row.turns.iter().cloned()));
                calls::calls(&name, &rows)
            }
            "callback" | "times" => times::callbacks(&name, &rows::read(path)?),
            "datetime" => times::dates(&name, &rows::read(path)?),
            "tickets" => calls::tickets(&name, &rows::read(path)?),
            "sentiment" => sentences::moods(&name, &rows::read(path)?),
            "langid" => sentences::languages(&name, &rows::read(path)?),
            "flags" => sentences::suspects(&name, &rows::read(path)?),
            _ => {
                scored.left_alone.push(name);
                continue;
            }
        };
        scored.sections.push(section);
    }
    Ok(scored)
}

/// What a folder showed.
#[derive(Debug, Default)]
pub struct Scored {
    /// One section a file.
    pub sections: Vec<Section>,
    /// Files of a kind that is not scored here.
    pub left_alone: Vec<String>,
    /// What callers say in it, for measuring speed.
    pub utterances: Vec<String>,
}

impl Scored {
    /// Every number under `file/metric`.
    pub fn numbers(&self) -> BTreeMap<String, (f64, Better)> {
        let named = |section: &Section| {
            let name = section.name.clone();
            section
                .metrics
                .clone()
                .into_iter()
                .map(move |metric| (format!("{name}/{}", metric.name), (metric.value, metric.better)))
        };
        self.sections.iter().flat_map(named).collect()
    }
}
