//! Who is on call at an instant.

use super::dealing::Dealing;
use super::overrides::{Held, Override, apply};
use super::schedule::{Layer, Person, Schedule};
use super::wall::wall_clock;
use chrono::{DateTime, NaiveDateTime, Utc};

/// Somebody who is on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnCall<'a> {
    /// For which layer.
    pub layer: &'a str,
    /// Who.
    pub person: &'a Person,
    /// The override that says so; none where it is as planned.
    pub by: Option<&'a Override>,
}

/// Who is on call at an instant: layers in the order of the schedule, and in a layer whoever was planned first.
///
/// A layer on which nobody is on call gives nothing. Takes overrides in the order in which they were made.
pub fn oncall_at<'a>(schedule: &'a Schedule, overrides: &'a [Override], at: DateTime<Utc>) -> Vec<OnCall<'a>> {
    let local = wall_clock(schedule.time_zone, at);
    let in_force: Vec<&Override> = overrides.iter().filter(|made| made.covers(at)).collect();
    let mut found = Vec::with_capacity(schedule.layers.len() + in_force.len());
    let mut held = Vec::with_capacity(1 + in_force.len());
    for layer in &schedule.layers {
        held.clear();
        held.extend(planned_at(layer, local).map(|person| Held { person, planned: None, by: None }));
        for made in in_force.iter().filter(|made| made.layer == layer.name) {
            apply(made, &mut held);
        }
        found.extend(held.iter().map(|held| OnCall { layer: &layer.name, person: held.person, by: held.by }));
    }
    found
}

fn planned_at(layer: &Layer, local: NaiveDateTime) -> Option<&Person> {
    layer.hours.hold(local).then(|| Dealing::of(layer).holder(layer.turn_at(local), local)).flatten()
}
