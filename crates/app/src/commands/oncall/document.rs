//! Shifts and gaps as JSON.

use super::rota::Rota;
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use nightdesk_domain::rota::{Ahead, Calendar, Gap, Idle, Overlap, Override, Shift, Unreachable, Why};
use serde_json::{Value, json};

/// The document: every shift whole, gaps as far as was looked, all times with the zone's offset.
pub(super) fn document(rota: &Rota, calendar: &Calendar<'_>) -> Value {
    let zone = rota.schedule.time_zone;
    let shifts: Vec<Value> = calendar.shifts.iter().map(|shift| shift_value(shift, zone)).collect();
    let gaps: Vec<Value> = calendar.gaps.iter().map(|gap| gap_value(gap, zone)).collect();
    let mut document = json!({ "shifts": shifts, "gaps": gaps });
    if let Some(tenant) = rota.tenant() {
        document["tenant"] = json!(tenant);
    }
    document
}

fn shift_value(shift: &Shift<'_>, zone: Tz) -> Value {
    let mut value = json!({
        "layer": shift.layer,
        "person": shift.person,
        "start": stamp(shift.start, zone),
        "end": stamp(shift.end, zone),
    });
    if let Some(made) = shift.by {
        value["override"] = json!(made.id);
    }
    value
}

/// `layer` is null where nobody at all is on call.
fn gap_value(gap: &Gap<'_>, zone: Tz) -> Value {
    json!({ "layer": gap.layer, "start": stamp(gap.start, zone), "end": stamp(gap.end, zone) })
}

/// What will go wrong soon.
pub(super) fn ahead_value(ahead: &Ahead<'_>, zone: Tz) -> Value {
    let unreachable = |one: &Unreachable<'_>| {
        let why = match one.why {
            Why::Unknown => "no_technician",
            Why::NoNumber => "no_number",
            Why::Stopped => "texts_stopped",
        };
        json!({ "person": one.person, "why": why, "first": shift_value(&one.first, zone), "shifts": one.shifts })
    };
    let overlap = |both: &Overlap<'_>| {
        let (from, until) = (stamp(both.from, zone), stamp(both.until, zone));
        json!({ "earlier": both.earlier.id, "later": both.later.id, "from": from, "until": until })
    };
    json!({
        "gaps": ahead.gaps.iter().map(|gap| gap_value(gap, zone)).collect::<Vec<_>>(),
        "unreachable": ahead.unreachable.iter().map(unreachable).collect::<Vec<_>>(),
        "overlaps": ahead.overlaps.iter().map(overlap).collect::<Vec<_>>(),
        "idle": ahead.idle.iter().map(idle_value).collect::<Vec<_>>(),
    })
}

/// An override that changes nothing, and why.
pub(in super::super) fn idle_value(idle: &Idle<'_>) -> Value {
    json!({ "override": idle.made.id, "why": idle.why })
}

/// An override with the zone's times.
pub(in super::super) fn override_value(made: &Override, zone: Tz) -> Value {
    json!({
        "id": made.id,
        "layer": made.layer,
        "from": stamp(made.from, zone),
        "until": stamp(made.until, zone),
        "change": made.change,
        "reason": made.reason,
    })
}

/// RFC 3339 with the zone's offset.
pub(in super::super) fn stamp(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false)
}
