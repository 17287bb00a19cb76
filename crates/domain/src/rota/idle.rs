//! Overrides that change nothing: made for another week, or for a schedule that has changed since.

use super::calendar::oncall_between;
use super::overrides::{Change, Override};
use super::schedule::{Person, Schedule};
use crate::limits::ROTA_OVERRIDE_DAYS_MAX;
use chrono::{DateTime, TimeDelta, Utc};

/// An override that is not over and changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Idle<'a> {
    /// The override.
    pub made: &'a Override,
    /// Why it changes nothing.
    pub why: String,
}

/// Those overrides that change nothing from an instant on, or in the first year of it. Takes all in the order in which they were made.
///
/// Each is compared with what the earlier ones left: one that a later one covers is not idle.
pub fn idle_overrides<'a>(schedule: &Schedule, overrides: &'a [Override], now: DateTime<Utc>) -> Vec<Idle<'a>> {
    let coming = overrides.iter().enumerate().filter(|(_, made)| made.until > now);
    coming
        .filter_map(|(place, made)| {
            let from = made.from.max(now);
            let until = made.until.min(from + TimeDelta::days(ROTA_OVERRIDE_DAYS_MAX));
            let why = why_idle(schedule, &overrides[..=place], made, (from, until))?;
            Some(Idle { made, why })
        })
        .collect()
}

fn why_idle(
    schedule: &Schedule,
    overrides: &[Override],
    made: &Override,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Option<String> {
    let Some(layer) = schedule.layer(&made.layer) else {
        return Some(schedule.no_layer(&made.layer));
    };
    let alone = Schedule { time_zone: schedule.time_zone, layers: vec![layer.clone()] };
    let has = |overrides| who_has(&alone, overrides, from, until);
    if has(overrides) != has(&overrides[..overrides.len().saturating_sub(1)]) {
        return None;
    }
    Some(match &made.change {
        Change::Replace { whom: person, .. } | Change::Remove { person } => {
            format!("{person} is not on call for {} in that time", made.layer)
        }
        Change::Take { by: person } | Change::Add { person } => {
            format!("{person} is on call for {} anyway in that time", made.layer)
        }
    })
}

/// Who is on call from when to when, whatever the reason: by person, then by start.
fn who_has(
    schedule: &Schedule,
    overrides: &[Override],
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Vec<(Person, DateTime<Utc>, DateTime<Utc>)> {
    let calendar = oncall_between(schedule, overrides, from, until);
    let mut spans: Vec<(&Person, DateTime<Utc>, DateTime<Utc>)> =
        calendar.shifts.iter().map(|shift| (shift.person, shift.start.max(from), shift.end.min(until))).collect();
    spans.sort_unstable();
    let mut joined: Vec<(Person, DateTime<Utc>, DateTime<Utc>)> = Vec::new();
    for (person, start, end) in spans {
        match joined.last_mut() {
            Some((last, _, ends)) if last == person && *ends >= start => *ends = end.max(*ends),
            _ => joined.push((person.clone(), start, end)),
        }
    }
    joined
}
