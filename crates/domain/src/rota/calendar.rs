//! Who is on call in a stretch of time: shifts, and gaps.

use super::dealing::Dealing;
use super::overrides::{Held, Override, apply};
use super::schedule::{Layer, Person, Schedule};
use super::wall::{instant_of, wall_clock};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// Somebody's time on call without a change of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift<'a> {
    /// For which layer.
    pub layer: &'a str,
    /// Who.
    pub person: &'a Person,
    /// From this instant on.
    pub start: DateTime<Utc>,
    /// Up to this instant, which is no longer part of it.
    pub end: DateTime<Utc>,
    /// The override that says so; none where it is as planned.
    pub by: Option<&'a Override>,
}

/// A time without anybody, as far as it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap<'a> {
    /// The layer that has nobody in its own hours, while another has; none where nobody at all is on call.
    pub layer: Option<&'a str>,
    /// From this instant on.
    pub start: DateTime<Utc>,
    /// Up to this instant.
    pub end: DateTime<Utc>,
}

/// What a stretch of time looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar<'a> {
    /// Every shift of which a part lies in it, each whole: by layer in the order of the schedule, then by start.
    pub shifts: Vec<Shift<'a>>,
    /// The gaps in it, by start.
    pub gaps: Vec<Gap<'a>>,
}

/// The shifts and gaps between two instants; nothing where the second is not after the first.
///
/// Two shifts are never one, even where the same person holds both: hand-offs, the hours of a layer and the ends of an
/// override part them. Takes overrides in the order in which they were made.
pub fn oncall_between<'a>(
    schedule: &'a Schedule,
    overrides: &'a [Override],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Calendar<'a> {
    let mut calendar = Calendar::default();
    if from >= to {
        return calendar;
    }
    let mut empty = Vec::new();
    for layer in &schedule.layers {
        let of_layer: Vec<&Override> = overrides.iter().filter(|made| made.layer == layer.name).collect();
        resolve(layer, schedule.time_zone, &of_layer, from, to, &mut calendar.shifts, &mut empty);
    }
    let nobody = uncovered(&calendar.shifts, from, to);
    let within = |gap: &Gap<'a>| without(*gap, &nobody);
    calendar.gaps = nobody.iter().copied().chain(empty.iter().flat_map(within)).collect();
    calendar.gaps.sort_by_key(|gap| gap.start);
    calendar
}

/// The shifts of an instant, each whole.
pub fn shifts_at<'a>(schedule: &'a Schedule, overrides: &'a [Override], at: DateTime<Utc>) -> Vec<Shift<'a>> {
    oncall_between(schedule, overrides, at, at + TimeDelta::nanoseconds(1)).shifts
}

/// A turn, or a part of it: what one person has of it in the hours of its layer.
struct Planned<'a> {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    person: Option<&'a Person>,
}

/// What is planned for a layer between two instants, whole, in order.
fn planned(layer: &Layer, zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Planned<'_>> {
    let dealing = Dealing::of(layer);
    // A turn that begins just before `to` may begin in an hour that is repeated: `to` itself is the safe bound.
    let (after, before) = (wall_clock(zone, from), wall_clock(zone, to) + TimeDelta::nanoseconds(1));
    let mut found: Vec<Planned<'_>> = Vec::new();
    for (opens, closes) in layer.hours.occurrences(after, before) {
        let mut turn = layer.turn_at(opens);
        loop {
            let (starts, ends) = (layer.turn_starts(turn), layer.turn_starts(turn + 1));
            if starts >= closes || ends <= starts {
                break;
            }
            for part in dealing.parts(turn) {
                let always = layer.hours.always();
                let (starts, ends) =
                    if always { (part.starts, part.ends) } else { (part.starts.max(opens), part.ends.min(closes)) };
                // Turns touch, and so do their parts: the end of one is the start of the next.
                let start = match found.last() {
                    Some(last) if always => last.end,
                    _ => instant_of(zone, starts),
                };
                let end = instant_of(zone, ends);
                if starts < ends && start < end && end > from && start < to {
                    found.push(Planned { start, end, person: part.person });
                }
            }
            turn += 1;
        }
    }
    found
}

/// Adds the shifts of one layer, and the gaps in its own hours.
fn resolve<'a>(
    layer: &'a Layer,
    zone: Tz,
    overrides: &[&'a Override],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    shifts: &mut Vec<Shift<'a>>,
    empty: &mut Vec<Gap<'a>>,
) {
    let first = shifts.len();
    // A shift lies within what it comes from: so much more than the window decides where its shifts begin and end.
    let seen = planned(layer, zone, from, to);
    let ends = seen.iter().map(|planned| (planned.start, planned.end));
    let ends = ends.chain(overrides.iter().filter(|made| made.meets(from, to)).map(|made| (made.from, made.until)));
    let (low, high) = ends.fold((from, to), |(low, high), (start, end)| (low.min(start), high.max(end)));
    let plan = if (low, high) == (from, to) { seen } else { planned(layer, zone, low, high) };
    let mut made: Vec<(usize, &'a Override)> =
        overrides.iter().copied().enumerate().filter(|(_, made)| made.meets(low, high)).collect();

    let mut cuts: Vec<DateTime<Utc>> = plan.iter().flat_map(|planned| [planned.start, planned.end]).collect();
    cuts.extend(made.iter().flat_map(|(_, made)| [made.from, made.until]));
    cuts.sort_unstable();
    cuts.dedup();
    made.sort_by_key(|(_, made)| made.from);

    let mut coming = made.into_iter().peekable();
    let mut in_force: Vec<(usize, &'a Override)> = Vec::new();
    let (mut next, mut held, mut open) = (0, Vec::new(), Vec::<(Held<'a>, Shift<'a>)>::new());
    let inside = |start: DateTime<Utc>, end: DateTime<Utc>| start < to && from < end;
    for (start, end) in cuts.iter().copied().zip(cuts.iter().copied().skip(1)) {
        in_force.retain(|(_, made)| made.until > start);
        while let Some(begun) = coming.next_if(|(_, made)| made.from <= start) {
            // In the order in which they were made, whenever they begin.
            let place = in_force.partition_point(|(number, _)| *number < begun.0);
            in_force.insert(place, begun);
        }
        while plan.get(next).is_some_and(|planned| planned.end <= start) {
            next += 1;
        }
        let here = plan.get(next).filter(|planned| planned.start <= start);
        held.clear();
        held.extend(here.and_then(|planned| planned.person).map(|person| Held {
            person,
            planned: Some(next),
            by: None,
        }));
        for (_, made) in &in_force {
            apply(made, &mut held);
        }
        let goes_on = |origin: &Held<'a>, shift: &Shift<'a>| shift.end == start && held.contains(origin);
        for (_, shift) in open.extract_if(.., |(origin, shift)| !goes_on(origin, shift)) {
            shifts.extend(inside(shift.start, shift.end).then_some(shift));
        }
        for origin in &held {
            match open.iter_mut().find(|(other, _)| other == origin) {
                Some((_, shift)) => shift.end = end,
                None => {
                    let Held { person, by, .. } = *origin;
                    open.push((*origin, Shift { layer: &layer.name, person, start, end, by }));
                }
            }
        }
        if here.is_some() && held.is_empty() && inside(start, end) {
            let (start, end) = (start.max(from), end.min(to));
            match empty.last_mut() {
                Some(last) if last.layer == Some(&layer.name) && last.end == start => last.end = end,
                _ => empty.push(Gap { layer: Some(&layer.name), start, end }),
            }
        }
    }
    shifts.extend(open.into_iter().map(|(_, shift)| shift).filter(|shift| inside(shift.start, shift.end)));
    shifts[first..].sort_by_key(|shift| shift.start);
}

/// Where no shift is.
fn uncovered<'a>(shifts: &[Shift<'_>], from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Gap<'a>> {
    let mut times: Vec<(DateTime<Utc>, DateTime<Utc>)> = shifts.iter().map(|shift| (shift.start, shift.end)).collect();
    times.sort_unstable();
    let (mut gaps, mut covered) = (Vec::new(), from);
    for (start, end) in times.into_iter().chain([(to, to)]) {
        if covered < start.min(to) {
            gaps.push(Gap { layer: None, start: covered, end: start.min(to) });
        }
        covered = covered.max(end);
    }
    gaps
}

/// What is left of a gap outside of others, which are in order and apart.
pub(super) fn without<'a>(gap: Gap<'a>, others: &[Gap<'_>]) -> Vec<Gap<'a>> {
    let (mut left, mut start) = (Vec::new(), gap.start);
    for other in others.iter().filter(|other| other.start < gap.end && gap.start < other.end) {
        if start < other.start {
            left.push(Gap { start, end: other.start, ..gap });
        }
        start = start.max(other.end);
    }
    if start < gap.end {
        left.push(Gap { start, ..gap });
    }
    left
}
