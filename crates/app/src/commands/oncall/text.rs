//! Who is on call, for a person who has just been woken.

use super::rota::Rota;
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use nightdesk_domain::limits::ROTA_AHEAD_DAYS;
use nightdesk_domain::rota::{
    Calendar, Change, Gap, Idle, Overlap, Override, Shift, Unreachable, Why, look_ahead, oncall_between,
};

/// How far back a layer is looked at to find who is next, in days.
const NEXT_DAYS: i64 = 62;

/// One line a layer: who has it, until when, who is next; then what will go wrong soon.
pub(super) fn now(rota: &Rota, at: DateTime<Utc>) -> String {
    let zone = rota.schedule.time_zone;
    let calendar = oncall_between(&rota.schedule, &rota.overrides, at, at + TimeDelta::days(NEXT_DAYS));
    let width = rota.schedule.layers.iter().map(|layer| layer.name.chars().count()).max().unwrap_or(0);
    let mut lines = vec![format!("{}, {}", rota.name, at.with_timezone(&zone).format("%a %-d %b %Y %H:%M %Z"))];
    for layer in &rota.schedule.layers {
        let of_layer = || calendar.shifts.iter().filter(|shift| shift.layer == layer.name);
        let here: Vec<&Shift<'_>> = of_layer().filter(|shift| shift.start <= at).collect();
        let next = of_layer().filter(|shift| shift.start > at).min_by_key(|shift| shift.start);
        let name = format!("  {:width$}  ", layer.name);
        for (place, shift) in here.iter().enumerate() {
            let name = if place == 0 { name.clone() } else { " ".repeat(width + 4) };
            let then = match next {
                Some(next) if place == 0 && next.start == shift.end => format!(", then {}", rota.called(next.person)),
                Some(next) if place == 0 => {
                    format!(", then {} from {}", rota.called(next.person), time(next.start, zone, at))
                }
                _ => String::new(),
            };
            let until = time(shift.end, zone, at);
            lines.push(format!("{name}{}{} until {until}{then}", rota.called(shift.person), because(rota, shift)));
        }
        if here.is_empty() {
            let then = next.map_or("for the next two months".to_owned(), |next| {
                format!("until {}, then {}", time(next.start, zone, at), rota.called(next.person))
            });
            lines.push(format!("{name}nobody {then}"));
        }
    }
    lines.extend(warnings(rota, at));
    lines.join("\n")
}

/// The shifts of each layer, and the gaps.
pub(super) fn calendar(rota: &Rota, calendar: &Calendar<'_>, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let zone = rota.schedule.time_zone;
    let whole = |at: DateTime<Utc>| at.with_timezone(&zone).format("%a %-d %b %Y %H:%M").to_string();
    let mut lines = vec![format!("{}, {} to {} ({zone})", rota.name, whole(from), whole(to))];
    for layer in &rota.schedule.layers {
        lines.extend([String::new(), layer.name.clone()]);
        for shift in calendar.shifts.iter().filter(|shift| shift.layer == layer.name) {
            let span = format!("{} - {}", time(shift.start, zone, from), time(shift.end, zone, from));
            lines.push(format!("  {span:35}  {}{}", rota.called(shift.person), because(rota, shift)));
        }
    }
    if !calendar.gaps.is_empty() {
        lines.extend([String::new(), "gaps".to_owned()]);
        lines.extend(calendar.gaps.iter().map(|gap| gap_line(gap, zone, from)));
    }
    lines.join("\n")
}

/// What the next fortnight will bring; nothing for a schedule without a tenant, of whose people nothing is known.
fn warnings(rota: &Rota, at: DateTime<Utc>) -> Vec<String> {
    let zone = rota.schedule.time_zone;
    let Some(policy) = &rota.policy else { return Vec::new() };
    let ahead = look_ahead(policy, &rota.schedule, &rota.overrides, &rota.stopped, at);
    if ahead.is_well() {
        return vec![String::new(), format!("The next {ROTA_AHEAD_DAYS} days look well.")];
    }
    let mut lines = vec![String::new(), format!("Look out, in the next {ROTA_AHEAD_DAYS} days:")];
    lines.extend(ahead.gaps.iter().map(|gap| gap_line(gap, zone, at)));
    lines.extend(ahead.unreachable.iter().map(|one| unreachable_line(rota, one, at)));
    lines.extend(ahead.overlaps.iter().map(|overlap| overlap_line(overlap, zone, at)));
    lines.extend(ahead.idle.iter().map(|idle| idle_line(idle, zone, at)));
    lines
}

fn gap_line(gap: &Gap<'_>, zone: Tz, now: DateTime<Utc>) -> String {
    let span = format!("{} - {}", time(gap.start, zone, now), time(gap.end, zone, now));
    let what = gap.layer.map_or("nobody at all".to_owned(), |layer| format!("nobody for {layer}"));
    format!("  {span:35}  {what}")
}

fn unreachable_line(rota: &Rota, one: &Unreachable<'_>, now: DateTime<Utc>) -> String {
    let (zone, first) = (rota.schedule.time_zone, one.first);
    let span = format!("{} - {}", time(first.start, zone, now), time(first.end, zone, now));
    let why = match one.why {
        Why::Unknown => "is none of the technicians",
        Why::NoNumber => "has no number",
        Why::Stopped => "takes no texts: calls go through",
    };
    let more = if one.shifts > 1 { format!(" ({} shifts)", one.shifts) } else { String::new() };
    format!("  {span:35}  {} {why}{more}", rota.called(one.person))
}

fn overlap_line(overlap: &Overlap<'_>, zone: Tz, now: DateTime<Utc>) -> String {
    let span = format!("{} - {}", time(overlap.from, zone, now), time(overlap.until, zone, now));
    let (earlier, later) = (&overlap.earlier.id, &overlap.later.id);
    format!("  {span:35}  override {later} lies over {earlier}; {later} has the last word")
}

fn idle_line(idle: &Idle<'_>, zone: Tz, now: DateTime<Utc>) -> String {
    let span = format!("{} - {}", time(idle.made.from, zone, now), time(idle.made.until, zone, now));
    format!("  {span:35}  override {} changes nothing: {}", idle.made.id, idle.why)
}

/// Why somebody is on call who was not planned.
fn because(rota: &Rota, shift: &Shift<'_>) -> String {
    let Some(made) = shift.by else { return String::new() };
    let what = match &made.change {
        Change::Replace { whom, .. } => format!("for {}", rota.called(whom)),
        Change::Take { .. } => "takes over".to_owned(),
        Change::Add { .. } => "added".to_owned(),
        Change::Remove { .. } => String::new(),
    };
    let reason = if made.reason.is_empty() { String::new() } else { format!(": {}", made.reason) };
    format!(" ({what}{reason}; override {})", made.id)
}

/// An override on one line.
pub(in super::super) fn override_line(rota: &Rota, made: &Override, now: DateTime<Utc>) -> String {
    let zone = rota.schedule.time_zone;
    let span = format!("{} - {}", time(made.from, zone, now), time(made.until, zone, now));
    let called = |person| rota.called(person);
    let what = match &made.change {
        Change::Replace { whom, by } => format!("{} for {}", called(by), called(whom)),
        Change::Take { by } => format!("{} takes over", called(by)),
        Change::Add { person } => format!("{} as well", called(person)),
        Change::Remove { person } => format!("without {}", called(person)),
    };
    let reason = if made.reason.is_empty() { String::new() } else { format!(": {}", made.reason) };
    format!("{}  {}  {span:35}  {what}{reason}", made.id, made.layer)
}

/// Weekday, day and time; the year where it is another one than that of `now`.
pub(in super::super) fn time(at: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> String {
    let (local, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let form = if local.year() == now.year() { "%a %-d %b %H:%M" } else { "%a %-d %b %Y %H:%M" };
    local.format(form).to_string()
}
