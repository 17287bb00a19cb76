//! Recurrence rules of RFC 5545, expanded on the wall clock.
//!
//! The library is given local times as if they were UTC, which has no clock changes, and the domain puts each time
//! that comes out on the clock of its zone. So a window at 02:30 is neither lost nor doubled when clocks change.

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use nightdesk_domain::windows::{Occurrence, RECURS_DAYS_MAX, Refused, Window};
use rrule::{Frequency, RRule, RRuleSet, Unvalidated};

/// Most beginnings that a rule may have: one a day for a year.
const TIMES_MAX: u16 = 367;
/// Parts of a rule that choose days. What chooses hours would let a window begin several times a day.
const PARTS: [&str; 11] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "WKST",
    "BYDAY",
    "BYMONTHDAY",
    "BYMONTH",
    "BYSETPOS",
    "BYWEEKNO",
    "BYYEARDAY",
];

/// Looks whether a window's rule can be read, ends, and occurs, and whether any of it lies ahead.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn check(window: &Window, now: DateTime<Utc>) -> Result<(), Refused> {
    let starts = starts(window)?;
    let (Some(first), Some(last)) = (starts.first(), starts.last()) else {
        return Err(refused("this rule never occurs"));
    };
    if *first != window.starts {
        return Err(Refused::NotADayOfTheRule(*first));
    }
    if starts.len() >= usize::from(TIMES_MAX) || *last - *first > TimeDelta::days(RECURS_DAYS_MAX) {
        return Err(refused("this rule goes on for longer than a year; lower COUNT or UNTIL"));
    }
    let lasts = TimeDelta::minutes(i64::from(window.lasts_minutes));
    if starts.iter().zip(starts.iter().skip(1)).any(|(one, next)| *next - *one < lasts) {
        return Err(refused("by this rule the window would begin again before it has ended"));
    }
    match ends(window, &starts) {
        Some(end) if end > now => Ok(()),
        _ => Err(Refused::Over),
    }
}

/// When a window is over for good; none if it never is in force.
pub(crate) fn last_end(window: &Window) -> Option<DateTime<Utc>> {
    ends(window, &starts(window).ok()?)
}

fn ends(window: &Window, starts: &[NaiveDateTime]) -> Option<DateTime<Utc>> {
    starts.iter().rev().find_map(|starts| window.occurrence(*starts)).map(|it| it.until)
}

/// The times that a window is in force within a stretch of time, in order.
///
/// # Errors
/// A rule that cannot be read: such a window was not stored by [`check`].
pub(crate) fn occurrences(
    window: &Window,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Occurrence>, Refused> {
    if window.cancelled_at.is_some() || window.occurrence(window.starts).is_some_and(|first| first.from >= until) {
        return Ok(Vec::new());
    }
    let all = starts(window)?.into_iter().filter_map(|starts| window.occurrence(starts));
    Ok(all.filter(|it| it.until > from && it.from < until).collect())
}

/// When the work begins, each time, on the wall clock.
fn starts(window: &Window) -> Result<Vec<NaiveDateTime>, Refused> {
    let Some(text) = &window.recurrence else { return Ok(vec![window.starts]) };
    let first = window.starts.and_utc().with_timezone(&rrule::Tz::UTC);
    let rule: RRule<Unvalidated> = readable(text, window)?.parse().map_err(|error| unreadable(&error))?;
    if matches!(rule.get_freq(), Frequency::Hourly | Frequency::Minutely | Frequency::Secondly) {
        return Err(refused("FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY"));
    }
    if rule.get_count().is_none() && rule.get_until().is_none() {
        return Err(refused("this rule never ends; add COUNT=n, or UNTIL=20261231"));
    }
    let rule = rule.validate(first).map_err(|error| unreadable(&error))?;
    let dates = RRuleSet::new(first).rrule(rule).all(TIMES_MAX).dates;
    Ok(dates.into_iter().map(|date| date.naive_utc()).collect())
}

/// The rule as the library reads it: UNTIL on the wall clock, written as if it were UTC. Of a date it is the end.
fn readable(text: &str, window: &Window) -> Result<String, Refused> {
    let text = text.trim().to_uppercase();
    let text = text.strip_prefix("RRULE:").unwrap_or(&text);
    let mut parts = Vec::new();
    for part in text.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if !PARTS.contains(&name) {
            return Err(refused(&format!(
                "a window's rule has no {name:.20}; write for example FREQ=WEEKLY;BYDAY=SU;COUNT=8"
            )));
        }
        if name == "UNTIL" {
            let until =
                read_until(value, window).ok_or_else(|| refused("UNTIL is written 20261231 or 20261231T040000"))?;
            parts.push(format!("UNTIL={}Z", until.format("%Y%m%dT%H%M%S")));
        } else {
            parts.push(part.to_owned());
        }
    }
    Ok(parts.join(";"))
}

fn read_until(value: &str, window: &Window) -> Option<NaiveDateTime> {
    if let Ok(date) = chrono::NaiveDate::parse_from_str(value, "%Y%m%d") {
        return date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::seconds(24 * 60 * 60 - 1));
    }
    let (time, utc) = value.strip_suffix('Z').map_or((value, false), |time| (time, true));
    let time = NaiveDateTime::parse_from_str(time, "%Y%m%dT%H%M%S").ok()?;
    Some(if utc { time.and_utc().with_timezone(&window.zone).naive_local() } else { time })
}

fn refused(why: &str) -> Refused {
    Refused::Recurrence(why.to_owned())
}

fn unreadable(error: &rrule::RRuleError) -> Refused {
    refused(&format!("this is no rule of RFC 5545 ({error}); write for example FREQ=WEEKLY;BYDAY=SU;COUNT=8"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

    use super::*;
    use nightdesk_domain::ids::{CompanyId, WindowId};
    use nightdesk_domain::windows::Told;

    fn window(starts: &str, lasts_minutes: u32, zone: &str, recurrence: &str) -> Window {
        Window {
            id: WindowId::parse("1").unwrap(),
            company: CompanyId::parse("acme-dental").unwrap(),
            systems: vec!["file server".to_owned()],
            title: "New disks".to_owned(),
            told: Told::default(),
            starts: starts.parse().unwrap(),
            lasts_minutes,
            zone: zone.parse().unwrap(),
            recurrence: (!recurrence.is_empty()).then(|| recurrence.to_owned()),
            cancelled_at: None,
        }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// The beginnings in UTC.
    fn begins(window: &Window) -> Vec<String> {
        let all = occurrences(window, DateTime::UNIX_EPOCH, utc("2100-01-01T00:00:00Z")).unwrap();
        all.iter().map(|it| it.from.format("%m-%d %H:%M").to_string()).collect()
    }

    #[test]
    fn a_window_on_sundays_keeps_its_hour_across_both_clock_changes() {
        let spring = window("2026-03-01T22:00:00", 360, "America/Chicago", "FREQ=WEEKLY;BYDAY=SU;COUNT=3");
        assert_eq!(begins(&spring), ["03-02 04:00", "03-09 03:00", "03-16 03:00"]);
        let autumn = window("2026-10-25T22:00:00", 360, "America/Chicago", "FREQ=WEEKLY;BYDAY=SU;UNTIL=20261108");
        assert_eq!(begins(&autumn), ["10-26 03:00", "11-02 04:00", "11-09 04:00"]);
        let south = window("2026-10-03T23:00:00", 60, "Australia/Sydney", "FREQ=DAILY;COUNT=3");
        assert_eq!(begins(&south), ["10-03 13:00", "10-04 12:00", "10-05 12:00"]);
    }

    #[test]
    fn a_time_in_the_skipped_hour_is_neither_lost_nor_doubled() {
        let nightly = window("2026-03-07T02:30:00", 90, "America/New_York", "FREQ=DAILY;COUNT=3");
        assert_eq!(begins(&nightly), ["03-07 07:30", "03-08 07:00", "03-09 06:30"]);
        // And of the hour that comes twice it is the first.
        let nightly = window("2026-10-31T01:30:00", 20, "America/New_York", "FREQ=DAILY;COUNT=3");
        assert_eq!(begins(&nightly), ["10-31 05:30", "11-01 05:30", "11-02 06:30"]);
    }

    #[test]
    fn the_second_tuesday_and_the_last_day_of_the_month_are_understood() {
        let patch = window("2026-01-13T23:00:00", 240, "UTC", "FREQ=MONTHLY;BYDAY=2TU;COUNT=3");
        assert_eq!(begins(&patch), ["01-13 23:00", "02-10 23:00", "03-10 23:00"]);
        let month = window("2026-01-31T20:00:00", 60, "UTC", "rrule:freq=monthly;bymonthday=-1;count=3");
        assert_eq!(begins(&month), ["01-31 20:00", "02-28 20:00", "03-31 20:00"]);
    }

    #[test]
    fn until_is_read_in_local_time_in_utc_and_as_a_whole_day() {
        let of = |until: &str| {
            let rule = format!("FREQ=DAILY;UNTIL={until}");
            begins(&window("2026-06-01T22:00:00", 60, "America/Chicago", &rule)).len()
        };
        assert_eq!(of("20260603"), 3);
        assert_eq!(of("20260603T220000"), 3);
        assert_eq!(of("20260603T215900"), 2);
        assert_eq!(of("20260604T030000Z"), 3);
        assert_eq!(of("20260604T025900Z"), 2);
    }

    #[test]
    fn a_rule_that_never_ends_never_occurs_or_overlaps_itself_is_refused() {
        let now = utc("2026-05-01T00:00:00Z");
        let why = |starts: &str, lasts: u32, rule: &str| {
            check(&window(starts, lasts, "America/Chicago", rule), now).unwrap_err().to_string()
        };
        let at_ten = "2026-06-01T22:00:00";
        assert!(why(at_ten, 60, "FREQ=DAILY").contains("never ends"));
        assert!(why(at_ten, 60, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2").contains("never occurs"));
        assert!(why(at_ten, 60, "FREQ=DAILY;COUNT=400").contains("longer than a year"));
        assert!(why(at_ten, 60, "FREQ=MONTHLY;UNTIL=20290101").contains("longer than a year"));
        assert!(why(at_ten, 60, "FREQ=HOURLY;COUNT=4").contains("FREQ"));
        assert!(why(at_ten, 60, "FREQ=DAILY;COUNT=2;BYHOUR=1,2,3").contains("BYHOUR"));
        assert!(why(at_ten, 60, "every sunday").starts_with("recurrence:"));
        assert!(why(at_ten, 60, "FREQ=DAILY;UNTIL=tomorrow").contains("UNTIL"));
        assert!(why(at_ten, 25 * 60, "FREQ=DAILY;COUNT=2").contains("before it has ended"));
        assert!(why(at_ten, 60, "FREQ=WEEKLY;BYDAY=SU;COUNT=2").contains("2026-06-07"));
        assert!(why("2026-04-01T22:00:00", 60, "FREQ=DAILY;COUNT=2").contains("over already"));
        assert!(why("2026-04-01T22:00:00", 60, "").contains("over already"));
        assert_eq!(check(&window("2026-04-30T22:00:00", 60, "America/Chicago", ""), now), Ok(()));
        assert_eq!(check(&window(at_ten, 60, "America/Chicago", "FREQ=DAILY;COUNT=366"), now), Ok(()));
    }

    #[test]
    fn only_what_touches_the_stretch_is_given_and_nothing_of_a_cancelled_window() {
        let nightly = window("2026-06-01T22:00:00", 120, "UTC", "FREQ=DAILY;COUNT=5");
        let within = |from: &str, until: &str| occurrences(&nightly, utc(from), utc(until)).unwrap().len();
        assert_eq!(within("2026-06-02T23:00:00Z", "2026-06-03T00:00:00Z"), 1);
        assert_eq!(within("2026-06-03T00:00:00Z", "2026-06-03T22:00:00Z"), 0);
        assert_eq!(within("2026-06-03T23:59:00Z", "2026-06-04T22:01:00Z"), 2);
        let cancelled = Window { cancelled_at: Some(utc("2026-06-02T00:00:00Z")), ..nightly.clone() };
        assert_eq!(occurrences(&cancelled, utc("2026-06-01T00:00:00Z"), utc("2026-07-01T00:00:00Z")), Ok(vec![]));
        assert_eq!(last_end(&nightly), Some(utc("2026-06-06T00:00:00Z")));
    }
}
