//! What will go wrong soon: nobody on call, somebody who cannot be reached, overrides on top of each other.

use super::calendar::{Gap, Shift, oncall_between, without};
use super::idle::{Idle, idle_overrides};
use super::overrides::Override;
use super::schedule::{Person, Schedule};
use super::wall::{instant_of, wall_clock};
use crate::ids::TechnicianId;
use crate::limits::ROTA_AHEAD_DAYS;
use crate::policy::Policy;
use chrono::{DateTime, TimeDelta, Utc};

/// What was found in the next [`ROTA_AHEAD_DAYS`] days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ahead<'a> {
    /// Times without anybody, and layers with nobody in their own hours. While the office answers its own telephone,
    /// nobody at all is no gap.
    pub gaps: Vec<Gap<'a>>,
    /// People who have shifts and cannot be rung or texted, each once.
    pub unreachable: Vec<Unreachable<'a>>,
    /// Overrides of one layer that are in force at the same time; the later one starts from what the earlier left.
    pub overlaps: Vec<Overlap<'a>>,
    /// Overrides that are not over and change nothing, however far ahead: the schedule has changed since, or they were
    /// made for another week.
    pub idle: Vec<Idle<'a>>,
}

impl Ahead<'_> {
    /// Whether all is well.
    pub fn is_well(&self) -> bool {
        self.gaps.is_empty() && self.unreachable.is_empty() && self.overlaps.is_empty() && self.idle.is_empty()
    }
}

/// Somebody who has shifts and cannot be reached as planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreachable<'a> {
    /// Who.
    pub person: &'a Person,
    /// Why.
    pub why: Why,
    /// The first shift that it concerns.
    pub first: Shift<'a>,
    /// How many shifts it concerns.
    pub shifts: usize,
}

/// Why somebody cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// No technician has this id.
    Unknown,
    /// The tenant file has no number.
    NoNumber,
    /// Texts to the number are blocked at the carrier after a STOP.
    Stopped,
}

/// Two overrides of one layer in force at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap<'a> {
    /// The one that was made first.
    pub earlier: &'a Override,
    /// The one that was made later, and has the last word.
    pub later: &'a Override,
    /// From when on both are in force.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// Looks ahead from an instant.
///
/// Takes the technicians and office hours of a policy, the schedule that is meant, its overrides in the order in which
/// they were made, and the technicians whose numbers the carrier blocks for texts.
pub fn look_ahead<'a>(
    policy: &Policy,
    schedule: &'a Schedule,
    overrides: &'a [Override],
    stopped: &[TechnicianId],
    now: DateTime<Utc>,
) -> Ahead<'a> {
    let until = now + TimeDelta::days(ROTA_AHEAD_DAYS);
    let calendar = oncall_between(schedule, overrides, now, until);
    let open = office_hours(policy, now, until);
    let gaps = calendar.gaps.iter().flat_map(|gap| if gap.layer.is_none() { without(*gap, &open) } else { vec![*gap] });
    let idle = idle_overrides(schedule, overrides, now);
    let mut ahead = Ahead { gaps: gaps.collect(), idle, ..Ahead::default() };
    for shift in &calendar.shifts {
        let Some(why) = unreachable(policy, stopped, shift.person) else { continue };
        match ahead.unreachable.iter_mut().find(|known| known.person == shift.person) {
            Some(known) => {
                known.shifts += 1;
                if shift.start < known.first.start {
                    known.first = *shift;
                }
            }
            None => ahead.unreachable.push(Unreachable { person: shift.person, why, first: *shift, shifts: 1 }),
        }
    }
    let soon: Vec<&Override> = overrides.iter().filter(|made| made.meets(now, until)).collect();
    for (place, later) in soon.iter().copied().enumerate() {
        let beneath =
            soon[..place].iter().filter(|made| made.layer == later.layer && made.meets(later.from, later.until));
        ahead.overlaps.extend(beneath.map(|earlier| Overlap {
            earlier,
            later,
            from: earlier.from.max(later.from),
            until: earlier.until.min(later.until),
        }));
    }
    ahead
}

fn unreachable(policy: &Policy, stopped: &[TechnicianId], person: &Person) -> Option<Why> {
    match policy.technicians.iter().find(|technician| person.is(&technician.id)) {
        None => Some(Why::Unknown),
        Some(technician) => match stopped.contains(&technician.id) {
            stopped if !technician.can_be_paged(stopped) => Some(Why::NoNumber),
            true => Some(Why::Stopped),
            false => None,
        },
    }
}

/// When the office answers its own telephone; never, where it has none.
fn office_hours<'a>(policy: &Policy, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Gap<'a>> {
    if policy.office.is_none() {
        return Vec::new();
    }
    let (zone, hours) = (policy.time_zone, &policy.business_hours);
    let days =
        wall_clock(zone, from).date().iter_days().take_while(|day| instant_of(zone, day.and_time(hours.opens)) < to);
    days.filter(|day| hours.open_on(*day))
        .map(|day| Gap {
            layer: None,
            start: instant_of(zone, day.and_time(hours.opens)),
            end: instant_of(zone, day.and_time(hours.closes)),
        })
        .collect()
}
