//! What the test half of the corpus has reached: floors that only move up.

use super::section::Better;
use super::{Scored, corpus};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Numbers are recorded rounded; a floor is not missed by less.
const ROUNDING: f64 = 0.0005;

fn path() -> PathBuf {
    corpus().join("floors.json")
}

/// The recorded floors, by `file/metric`; of a fault it is the most that is allowed.
///
/// # Errors
/// A file that cannot be read.
pub fn recorded() -> Result<BTreeMap<String, f64>, String> {
    let text = std::fs::read_to_string(path()).map_err(|error| format!("{}: {error}", path().display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path().display()))
}

/// Every number that is worse than its floor, or has none, and every floor without its number.
///
/// # Errors
/// A file of floors that cannot be read.
pub fn below(test: &Scored) -> Result<Vec<String>, String> {
    let (floors, numbers) = (recorded()?, test.numbers());
    let mut lines = Vec::new();
    for (name, (value, better)) in numbers.iter().filter(|(_, (_, better))| *better != Better::Neither) {
        match floors.get(name) {
            Some(floor) if worse(*value, *floor, *better) => {
                lines.push(format!("{name} is {value:.3}, recorded is {floor:.3}"));
            }
            Some(_) => {}
            None => lines.push(format!("{name} has no floor: cargo xtask eval --raise-floors records it")),
        }
    }
    lines.extend(
        floors.keys().filter(|name| !numbers.contains_key(*name)).map(|name| format!("{name} is not measured")),
    );
    Ok(lines)
}

fn worse(value: f64, floor: f64, better: Better) -> bool {
    match better {
        Better::More => value < floor - ROUNDING,
        Better::Less => value > floor + ROUNDING,
        Better::Neither => false,
    }
}

/// Records every number that is better than its floor; how many those are.
///
/// # Errors
/// A file that cannot be read or written.
pub fn raise(test: &Scored) -> Result<usize, String> {
    let mut floors = if path().exists() { recorded()? } else { BTreeMap::new() };
    let mut raised = 0;
    for (name, (value, better)) in test.numbers() {
        if better != Better::Neither && floors.get(&name).is_none_or(|floor| worse(*floor, value, better)) {
            floors.insert(name, (value * 1000.0).round() / 1000.0);
            raised += 1;
        }
    }
    let text = serde_json::to_string_pretty(&floors).map_err(|error| error.to_string())?;
    std::fs::write(path(), text + "\n").map_err(|error| format!("{}: {error}", path().display()))?;
    Ok(raised)
}
