//! What a night has asked of each person so far, counted from its cases.

use crate::case::{Case, Page, PageOutcome, PageState, Work};
use crate::ids::TechnicianId;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What counts as tonight, in hours before the present instant.
pub const LOAD_HOURS: i64 = 12;
/// How long an accepted case that nobody has marked as handled counts as in hand, in hours.
const IN_HAND_HOURS: i64 = 4;
/// Whoever is rung again sooner than this had not gone back to sleep: it is the same wake, in hours.
const SAME_WAKE_HOURS: i64 = 2;

/// What one person has had tonight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The person.
    pub technician: TechnicianId,
    /// Cases in hand, each once: a page rings or is being heard, or it was accepted within four hours and not handled.
    pub open_pages: u32,
    /// Cases of the last [`LOAD_HOURS`] for which the person was rung, drills aside.
    pub calls_tonight: u32,
    /// How often the person was woken in that time: calls within two hours of one another wake once.
    pub wakes: u32,
    /// Since when the person has been awake: the beginning of the last wake, if there was one.
    pub woken_at: Option<DateTime<Utc>>,
}

impl Load {
    /// The load of a person of whom nothing is known.
    pub fn none(technician: &TechnicianId) -> Self {
        Self { technician: technician.clone(), open_pages: 0, calls_tonight: 0, wakes: 0, woken_at: None }
    }

    /// A person's load among those that were counted.
    pub fn of(loads: &[Load], technician: &TechnicianId) -> Self {
        loads.iter().find(|load| load.technician == *technician).cloned().unwrap_or_else(|| Self::none(technician))
    }

    /// Whole hours since the last wake, at most [`LOAD_HOURS`].
    pub fn hours_awake(&self, now: DateTime<Utc>) -> u32 {
        let hours = self.woken_at.map_or(0, |woken| (now - woken).num_hours());
        u32::try_from(hours.clamp(0, LOAD_HOURS)).unwrap_or(0)
    }
}

/// Counts from a tenant's newest cases what each person has had tonight, by the person's id. Who is not there has
/// had nothing.
pub fn loads(cases: &[Case], now: DateTime<Utc>) -> Vec<Load> {
    let since = now - TimeDelta::hours(LOAD_HOURS);
    let mut loads: BTreeMap<&TechnicianId, (Load, Vec<DateTime<Utc>>)> = BTreeMap::new();
    for case in cases {
        let (mut rung, mut held): (Vec<&TechnicianId>, Vec<&TechnicianId>) = (Vec::new(), Vec::new());
        // No bound ahead: another server's clock may be a little before ours.
        for page in case.pages.iter().filter(|page| page.ordered_at >= since) {
            let fresh = || (Load::none(&page.technician), Vec::new());
            let (load, woken) = loads.entry(&page.technician).or_insert_with(fresh);
            // Several channels at once are one case.
            if in_hand(case, page, now) && !held.contains(&&page.technician) {
                load.open_pages += 1;
                held.push(&page.technician);
            }
            if case.drill.is_none() && !rung.contains(&&page.technician) {
                load.calls_tonight += 1;
                rung.push(&page.technician);
            }
            if a_person_answered(page) {
                woken.push(page.ordered_at);
            }
        }
    }
    let counted = |(mut load, mut woken): (Load, Vec<DateTime<Utc>>)| {
        woken.sort();
        let mut last: Option<DateTime<Utc>> = None;
        for at in woken {
            if last.is_none_or(|last| at - last >= TimeDelta::hours(SAME_WAKE_HOURS)) {
                load.wakes += 1;
                load.woken_at = Some(at);
            }
            last = Some(at);
        }
        load
    };
    loads.into_values().map(counted).collect()
}

fn in_hand(case: &Case, page: &Page, now: DateTime<Utc>) -> bool {
    match page.state {
        PageState::Ringing { .. } | PageState::Briefing { .. } => true,
        PageState::Accepted { at, .. } => case.work != Work::Handled && now - at < TimeDelta::hours(IN_HAND_HOURS),
        PageState::Ended { .. } => false,
    }
}

/// Whether somebody was woken by it: a mailbox, or a telephone that rang in vain, shows nobody awake.
fn a_person_answered(page: &Page) -> bool {
    match page.state {
        PageState::Briefing { .. } => !page.machine_hint,
        PageState::Accepted { .. } => true,
        PageState::Ended { outcome, .. } => {
            matches!(outcome, PageOutcome::Accepted | PageOutcome::Passed | PageOutcome::Overdue)
        }
        PageState::Ringing { .. } => false,
    }
}
