//! Scores what triage understands against labelled speech, and rotations against hand-offs that others computed: the
//! corpus of this crate, or a folder of other data.
//!
//! `corpus/tune` and `corpus/test` are its halves: the one is there to be read and tuned on, the other only to be
//! measured with. `corpus/learn` has more calls that weights are learned from, and no others. `corpus/floors.json`
//! holds what the test half has reached, and a test demands at least that.

mod calls;
pub mod floors;
mod rota;
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

/// Which rows are scored together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// Those of a file: each is from a source of its own.
    Files,
    /// Those of a kind, whichever file they are in.
    Kinds,
}

/// Scores the files of a folder; what a file holds is the first word of its name, and others are left alone and named.
///
/// # Errors
/// A folder or a line that cannot be read.
pub fn score(folder: &Path, grouping: Grouping) -> Result<Scored, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    let mut groups: BTreeMap<String, (String, Vec<&Path>)> = BTreeMap::new();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "jsonl")) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let kind = name.split(['_', '-']).next().unwrap_or_default().to_owned();
        let group = if grouping == Grouping::Kinds { kind.clone() } else { name };
        groups.entry(group).or_insert((kind, Vec::new())).1.push(path);
    }
    let mut scored = Scored::default();
    for (name, (kind, files)) in groups {
        let section = match kind.as_str() {
            "calls" | "dialogs" => {
                let rows: Vec<rows::Call> = rows::read_all(&files)?;
                scored.utterances.extend(rows.iter().flat_map(|row| row.turns.iter().cloned()));
                calls::calls(&name, &rows)
            }
            "callback" | "times" => times::callbacks(&name, &rows::read_all(&files)?),
            "datetime" => times::dates(&name, &rows::read_all(&files)?),
            "tickets" => calls::tickets(&name, &rows::read_all(&files)?),
            "sentiment" => sentences::moods(&name, &rows::read_all(&files)?),
            "langid" => sentences::languages(&name, &rows::read_all(&files)?),
            "oncall" => rota::rotations(&name, &rows::read_all(&files)?),
            "flags" => sentences::suspects(&name, &rows::read_all(&files)?),
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
    /// One section a file, or a kind.
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
