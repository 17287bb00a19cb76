//! Overrides: what changes the plan for a while.

use super::schedule::Person;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A change of one layer for a stretch of time.
///
/// Overrides are applied in the order in which they are given, which is the order in which they were made: a later one
/// starts from what the earlier ones left. Stored, an entry of kind `override` holds a JSON list of those that were
/// made together, and entries are read in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// What it is known by; the two halves of a swap share it.
    pub id: String,
    /// The layer's name.
    pub layer: String,
    /// From this instant on.
    pub from: DateTime<Utc>,
    /// Up to this instant, which is no longer part of it.
    pub until: DateTime<Utc>,
    /// What it does.
    pub change: Change,
    /// Why, for whoever reads the calendar.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What an override does to the people of its layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// One takes over every shift of another; hand-offs stay where they are.
    Replace {
        /// Who would have been on call.
        whom: Person,
        /// Who is instead.
        by: Person,
    },
    /// The layer is this person's alone for the whole stretch, also where nobody would have been on call.
    Take {
        /// Who takes it.
        by: Person,
    },
    /// One more person is on call, also where nobody else would have been.
    Add {
        /// Who joins in.
        person: Person,
    },
    /// A person is not on call; nobody takes over.
    Remove {
        /// Who is off.
        person: Person,
    },
}

impl Change {
    /// Who is on call because of it; nobody by a removal.
    pub fn brings(&self) -> Option<&Person> {
        match self {
            Change::Replace { by, .. } | Change::Take { by } => Some(by),
            Change::Add { person } => Some(person),
            Change::Remove { .. } => None,
        }
    }

    /// Whose shifts it takes away, where it names somebody.
    pub fn frees(&self) -> Option<&Person> {
        match self {
            Change::Replace { whom, .. } => Some(whom),
            Change::Remove { person } => Some(person),
            Change::Take { .. } | Change::Add { .. } => None,
        }
    }
}

impl Override {
    /// Whether it is in force at an instant.
    pub fn covers(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }

    /// Whether any of it lies in a stretch of time.
    pub fn meets(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> bool {
        self.from < until && from < self.until
    }
}

/// Two people exchange a stretch each: two overrides under one id, to be stored as one.
pub fn swap(
    id: &str,
    layer: &str,
    (one, ones): (&Person, std::ops::Range<DateTime<Utc>>),
    (other, others): (&Person, std::ops::Range<DateTime<Utc>>),
    reason: &str,
) -> [Override; 2] {
    let half = |whom: &Person, by: &Person, stretch: std::ops::Range<DateTime<Utc>>| Override {
        id: id.to_owned(),
        layer: layer.to_owned(),
        from: stretch.start,
        until: stretch.end,
        change: Change::Replace { whom: whom.clone(), by: by.clone() },
        reason: reason.to_owned(),
    };
    [half(one, other, ones), half(other, one, others)]
}

/// Somebody on call, and where that comes from: what has the same origin and touches is one shift.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Held<'a> {
    pub(super) person: &'a Person,
    /// The planned shift, by its number; none where there is none behind it.
    pub(super) planned: Option<usize>,
    /// The override that put the person there.
    pub(super) by: Option<&'a Override>,
}

/// Applies one override to those who are on call; afterwards nobody is there twice.
pub(super) fn apply<'a>(made: &'a Override, held: &mut Vec<Held<'a>>) {
    match &made.change {
        Change::Take { by } => {
            held.clear();
            held.push(Held { person: by, planned: None, by: Some(made) });
        }
        Change::Add { person } => {
            if !held.iter().any(|other| other.person == person) {
                held.push(Held { person, planned: None, by: Some(made) });
            }
        }
        Change::Remove { person } => held.retain(|other| other.person != person),
        Change::Replace { whom, by } => {
            let Some(place) = held.iter().position(|other| other.person == whom) else { return };
            if held.iter().any(|other| other.person == by) {
                held.remove(place);
            } else {
                held[place] = Held { person: by, by: Some(made), ..held[place] };
            }
        }
    }
}
