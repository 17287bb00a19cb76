//! What is wrong with a schedule or an override, each problem with the field that has to be mended.

use super::overrides::{Change, Override};
use super::schedule::{Layer, Person, Schedule};
use crate::limits::{ROTA_EVERY_MAX, ROTA_LAYERS_MAX, ROTA_NAME_CHARS_MAX, ROTA_PEOPLE_MAX, ROTA_REASON_CHARS_MAX};
use chrono::Datelike;
use std::collections::BTreeSet;
use std::fmt;

/// Years in which a rotation can begin; after them, the rules of no zone are known.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2099;

/// Something that has to be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `layers[0].every`.
    pub field: String,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl Problem {
    fn new(field: impl Into<String>, what: impl Into<String>) -> Self {
        Self { field: field.into(), what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.what)
    }
}

/// Everything that is wrong with a schedule; `known` says whether there is such a person at all.
pub fn check_schedule(schedule: &Schedule, known: impl Fn(&Person) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    match schedule.layers.len() {
        0 => problems.push(Problem::new("layers", "at least one layer is needed")),
        1..=ROTA_LAYERS_MAX => {}
        _ => problems.push(Problem::new("layers", format!("must be {ROTA_LAYERS_MAX} at most"))),
    }
    let mut names = BTreeSet::new();
    for (place, layer) in schedule.layers.iter().enumerate() {
        let field = |name: &str| format!("layers[{place}].{name}");
        problems.extend(misnamed(&layer.name).map(|what| Problem::new(field("name"), what)));
        if !names.insert(&layer.name) {
            problems.push(Problem::new(field("name"), format!("{:?} is used twice", layer.name)));
        }
        if !YEARS.contains(&layer.start.year()) {
            problems.push(Problem::new(field("start"), "must lie in the years 1970 to 2099"));
        }
        let (every, unit) = layer.every.parts();
        if !(1..=ROTA_EVERY_MAX).contains(&every) {
            problems.push(Problem::new(field("every"), format!("{unit} must be 1 to {ROTA_EVERY_MAX}")));
        }
        problems.extend(people(layer, &field("people"), &known));
    }
    problems
}

fn people(layer: &Layer, field: &str, known: &impl Fn(&Person) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    match layer.people.len() {
        0 => return vec![Problem::new(field, "must name somebody: a layer without people is one long gap")],
        1..=ROTA_PEOPLE_MAX => {}
        _ => problems.push(Problem::new(field, format!("must be {ROTA_PEOPLE_MAX} at most"))),
    }
    for (place, member) in layer.people.iter().enumerate() {
        let field = format!("{field}[{place}]");
        if let Some(what) = misnamed(member.person.as_str()) {
            problems.push(Problem::new(&field, what));
        } else if !known(&member.person) {
            problems.push(Problem::new(&field, format!("{:?} is none of the technicians", member.person.as_str())));
        }
        if member.from.zip(member.until).is_some_and(|(from, until)| until <= from) {
            problems.push(Problem::new(&field, "until must be later than from"));
        }
    }
    let gone = |until: chrono::NaiveDateTime| until <= layer.start;
    if problems.is_empty() && layer.people.iter().all(|member| member.until.is_some_and(gone)) {
        problems.push(Problem::new(field, "everybody leaves by the first hand-off: nobody would be on call after it"));
    }
    problems
}

/// Everything that is wrong with overrides of a schedule, which is taken to be sound.
///
/// An override may bring anybody who is `known`. Whose shifts it takes away must be in the layer's list, or have been
/// brought there by another override.
pub fn check_overrides(schedule: &Schedule, overrides: &[Override], known: impl Fn(&Person) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (place, made) in overrides.iter().enumerate() {
        let field = |name: &str| format!("overrides[{place}].{name}");
        if made.from >= made.until {
            problems.push(Problem::new(field("until"), "must be later than from"));
        }
        if made.reason.chars().count() > ROTA_REASON_CHARS_MAX || made.reason.chars().any(char::is_control) {
            let what = format!("must be {ROTA_REASON_CHARS_MAX} characters at most, on one line");
            problems.push(Problem::new(field("reason"), what));
        }
        if let Some(person) = made.change.brings() {
            let name = match made.change {
                Change::Replace { .. } => "by",
                Change::Take { .. } => "take",
                Change::Add { .. } | Change::Remove { .. } => "add",
            };
            if let Some(what) = misnamed(person.as_str()) {
                problems.push(Problem::new(field(name), what));
            } else if !known(person) {
                problems.push(Problem::new(field(name), format!("{:?} is none of the technicians", person.as_str())));
            }
        }
        let Some(layer) = schedule.layer(&made.layer) else {
            problems.push(Problem::new(field("layer"), schedule.no_layer(&made.layer)));
            continue;
        };
        if let Some(person) = made.change.frees() {
            let name = if matches!(made.change, Change::Replace { .. }) { "replace" } else { "remove" };
            let brought = |other: &Override| other.layer == made.layer && other.change.brings() == Some(person);
            let listed = layer.people.iter().any(|member| &member.person == person);
            if let Some(what) = misnamed(person.as_str()) {
                problems.push(Problem::new(field(name), what));
            } else if !listed && !overrides.iter().any(|other| !std::ptr::eq(other, made) && brought(other)) {
                let what = format!("{:?} is never on call for {:?}: nothing would change", person.as_str(), layer.name);
                problems.push(Problem::new(field(name), what));
            }
        }
        if let Change::Replace { whom, by } = &made.change
            && whom == by
        {
            problems.push(Problem::new(field("by"), "must be another person than the one who is replaced"));
        }
    }
    problems
}

/// What is wrong with the name of a layer or a person.
fn misnamed(name: &str) -> Option<String> {
    let fits = (1..=ROTA_NAME_CHARS_MAX).contains(&name.chars().count());
    if name.trim().is_empty() {
        Some("must not be empty".to_owned())
    } else if !fits || name.chars().any(char::is_control) || name.trim() != name {
        Some(format!("must be 1 to {ROTA_NAME_CHARS_MAX} characters on one line, without blanks at the ends"))
    } else {
        None
    }
}
