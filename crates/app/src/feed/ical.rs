//! Shifts as an iCalendar document (RFC 5545), for calendars that subscribe.

use chrono::{DateTime, Utc};
use icalendar::{Component, EventLike, Property};
use nightdesk_domain::rota::{Calendar, Person, Shift};

/// How often a calendar should look again (RFC 7986, 5.7).
const REFRESH: &str = "PT1H";

/// One event a shift. Takes the name of whose rota it is, its id, and what a person is called.
///
/// Times are UTC, which every calendar shows in its reader's own zone; a shift keeps its UID as long as layer, person
/// and start stay what they are. Being on call is no appointment: events are transparent.
pub(crate) fn calendar(
    name: &str,
    owner: &str,
    calendar: &Calendar<'_>,
    called: impl Fn(&Person) -> String,
    now: DateTime<Utc>,
) -> String {
    let mut document = icalendar::Calendar::new();
    document.name(&format!("On call: {name}"));
    // The library puts its own name here.
    document.properties.retain(|property| property.key() != "PRODID");
    document.append_property(Property::new("PRODID", "-//NightDesk//rota//EN"));
    document.append_property(Property::new("REFRESH-INTERVAL", REFRESH).append_parameter(("VALUE", "DURATION")).done());
    document.append_property(Property::new("X-PUBLISHED-TTL", REFRESH));
    for shift in &calendar.shifts {
        document.push(event(owner, shift, &called(shift.person), now));
    }
    document.to_string()
}

fn event(owner: &str, shift: &Shift<'_>, called: &str, now: DateTime<Utc>) -> icalendar::Event {
    let mut event = icalendar::Event::new();
    event
        .uid(&uid(owner, shift))
        .timestamp(now)
        .summary(&format!("{}: {called}", shift.layer))
        .starts(shift.start)
        .ends(shift.end)
        .add_property("TRANSP", "TRANSPARENT");
    if let Some(made) = shift.by {
        let why = if made.reason.is_empty() { "" } else { ": " };
        event.description(&format!("Override {}{why}{}", made.id, made.reason));
    }
    event.done()
}

/// Unique in the world as far as the owner's id is, and plain: nothing in it needs an escape.
fn uid(owner: &str, shift: &Shift<'_>) -> String {
    let start = shift.start.format("%Y%m%dT%H%M%SZ");
    format!("{start}-{}-{}@{}.nightdesk", plain(shift.layer), plain(shift.person.as_str()), plain(owner))
}

/// Letters and digits as they are; every other byte by its number, so that no two names become one.
fn plain(name: &str) -> String {
    let byte =
        |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("_{byte:02x}") };
    name.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ScheduleFile;
    use nightdesk_domain::rota::oncall_between;

    #[test]
    fn shifts_are_events_whose_names_stay() {
        let text = "time_zone = \"America/Chicago\"\n[[layers]]\nname = \"first, line\"\nstart = \"2026-06-16T08:00\"\n\
                    every = { weeks = 1 }\npeople = [\"Ana María\", \"bea\"]\n[[overrides]]\n\
                    from = \"2026-06-18\"\nuntil = \"2026-06-19\"\ntake = \"bea\"\nreason = \"a; b\"\n";
        let ScheduleFile { schedule, overrides } = ScheduleFile::parse(text).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let shown = |from: &str| {
            let found = oncall_between(&schedule, &overrides, at(from), at("2026-06-20T00:00:00Z"));
            calendar("demo", "demo", &found, Person::to_string, at("2026-06-01T00:00:00Z"))
        };
        let document = shown("2026-06-17T00:00:00Z");
        for line in [
            "BEGIN:VCALENDAR\r\n",
            "VERSION:2.0\r\n",
            "PRODID:-//NightDesk//rota//EN\r\n",
            "UID:20260616T130000Z-first_2c_20line-Ana_20Mar_c3_ada@demo.nightdesk\r\n",
            "DTSTART:20260616T130000Z\r\nDTSTAMP:20260601T000000Z\r\n",
            "SUMMARY:first\\, line: Ana María\r\n",
            "UID:20260618T050000Z-first_2c_20line-bea@demo.nightdesk\r\n",
            "DESCRIPTION:Override 1: a\\; b\r\n",
            "DTEND:20260619T050000Z\r\n",
            "TRANSP:TRANSPARENT\r\n",
            "END:VCALENDAR\r\n",
        ] {
            let (key, _) = line.split_once(':').unwrap();
            assert!(
                document.contains(line.split("\r\n").next().unwrap()),
                "{key} of {line:?} is missing in {document}"
            );
        }
        assert_eq!(document.matches("PRODID").count(), 1);
        let names = |document: &str| -> Vec<String> {
            document.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
        };
        let later = names(&shown("2026-06-19T00:00:00Z"));
        assert!(names(&document).ends_with(&later) && later.len() == 2, "{later:?}");
    }
}
