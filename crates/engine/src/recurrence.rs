//! Recurrence rules of RFC 5545, expanded on the wall clock.
//!
//! The library is given local times as if they were UTC, which has no clock changes, and the domain puts each time
//! that comes out on the clock of its zone. So a window at 02:30 is neither lost nor doubled when clocks change.

mod rule;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use nightdesk_domain::windows::{Occurrence, RECURS_DAYS_MAX, Refused, Window};
use rrule::{RRule, RRuleSet, Unvalidated};

/// Most beginnings that a rule may have: one a day for a year.
const TIMES_MAX: u16 = 367;

/// Looks whether a window's rule can be read, ends, and occurs, and whether any of it lies ahead.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn check(window: &Window, now: DateTime<Utc>) -> Result<(), Refused> {
    let starts = starts(window)?;
    let (Some(first), Some(last)) = (starts.first(), starts.last()) else {
        return Err(refused("this rule never occurs: no day is all that it names; leave a part of it out"));
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
    let read = rule::read(text, window)?;
    // What is refused by the library all the same is told in our words: its own speak of its insides.
    let rule: RRule<Unvalidated> = read.parse().map_err(|_| rule::unreadable())?;
    let rule = rule.validate(first).map_err(|_| rule::unreadable())?;
    let dates = RRuleSet::new(first).rrule(rule).all(TIMES_MAX).dates;
    Ok(dates.into_iter().map(|date| date.naive_utc()).collect())
}

fn refused(why: &str) -> Refused {
    Refused::Recurrence(why.to_owned())
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
        assert!(why(at_ten, 60, "FREQ=DAILY;INTERVAL=7;BYDAY=TU;COUNT=2").contains("never occurs"));
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
    fn what_rfc_5545_forbids_is_refused_and_not_read_as_something_else() {
        let why = |rule: &str| {
            let refused = check(&window("2026-06-07T22:00:00", 60, "UTC", rule), utc("2026-05-01T00:00:00Z"));
            refused.expect_err(rule).to_string()
        };
        for (rule, said) in [
            ("FREQ=WEEKLY;BYDAY=1SU;COUNT=5", "FREQ=MONTHLY;BYDAY=1SU"),
            ("FREQ=DAILY;BYDAY=1SU;COUNT=5", "FREQ=MONTHLY;BYDAY=1SU"),
            ("FREQ=YEARLY;BYDAY=1SU;BYWEEKNO=20;COUNT=1", "BYWEEKNO"),
            ("FREQ=DAILY;COUNT=3;UNTIL=20260610", "either COUNT or UNTIL"),
            ("FREQ=DAILY;COUNT=3;BYSETPOS=1", "BYSETPOS"),
            ("FREQ=WEEKLY;BYMONTHDAY=7;COUNT=2", "BYMONTHDAY"),
            ("FREQ=DAILY;BYYEARDAY=158;COUNT=2", "FREQ=YEARLY"),
            ("FREQ=WEEKLY;BYYEARDAY=158;COUNT=2", "FREQ=YEARLY"),
            ("FREQ=MONTHLY;BYYEARDAY=158;COUNT=2", "FREQ=YEARLY"),
            ("FREQ=MONTHLY;BYWEEKNO=20;COUNT=2", "FREQ=YEARLY"),
        ] {
            assert!(why(rule).contains(said), "{rule}: {}", why(rule));
        }
    }

    #[test]
    fn what_is_refused_says_what_to_write_and_nothing_of_the_library() {
        let why = |rule: &str| {
            let refused = check(&window("2026-06-07T22:00:00", 60, "UTC", rule), utc("2026-05-01T00:00:00Z"));
            refused.expect_err(rule).to_string()
        };
        for (rule, said) in [
            ("FREQ=DAILY;UNTIL=20260606", "UNTIL lies before the window begins"),
            ("FREQ=DAILY;INTERVAL=0;COUNT=2", "INTERVAL is a whole number from 1"),
            ("FREQ=DAILY;INTERVAL=70000;COUNT=2", "INTERVAL is a whole number from 1"),
            ("FREQ=DAILY;COUNT=0", "COUNT is a whole number"),
            ("FREQ=DAILY;COUNT=99999999999", "COUNT is a whole number"),
            ("FREQ=DAILY;COUNT", "COUNT is a whole number"),
            ("FREQ=WEEKLY;BYDAY=XX;COUNT=2", "BYDAY names days"),
            ("FREQ=WEEKLY;BYDAY=;COUNT=2", "BYDAY names days"),
            ("FREQ=MONTHLY;BYDAY=0SU;COUNT=2", "BYDAY names days"),
            ("FREQ=MONTHLY;BYDAY=6SU;COUNT=2", "BYDAY names days"),
            ("FREQ=MONTHLY;BYMONTHDAY=32;COUNT=2", "BYMONTHDAY holds whole numbers from 1 to 31"),
            ("FREQ=YEARLY;BYMONTH=13;COUNT=1", "BYMONTH holds whole numbers from 1 to 12"),
            ("FREQ=YEARLY;BYMONTH=-1;COUNT=1", "BYMONTH holds whole numbers from 1 to 12"),
            ("FREQ=YEARLY;BYWEEKNO=54;COUNT=1", "BYWEEKNO holds"),
            ("FREQ=YEARLY;BYYEARDAY=0;COUNT=1", "BYYEARDAY holds"),
            ("FREQ=MONTHLY;BYDAY=SU;BYSETPOS=40;COUNT=1", "BYSETPOS holds"),
            ("FREQ=WEEKLY;WKST=MONDAY;COUNT=2", "WKST"),
            ("FREQ=WEEKLY;COUNT=2;COUNT=3", "COUNT comes twice"),
            ("FREQ=FORTNIGHTLY;COUNT=2", "FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY"),
            ("BYDAY=SU;COUNT=2", "FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY"),
            ("", "FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY"),
            ("FREQ=WEEKLY;\u{a7}=1;COUNT=2", "write for example"),
        ] {
            // An empty text stands for no rule where windows are made; a rule of blanks is one.
            let rule = if rule.is_empty() { " ; " } else { rule };
            assert!(why(rule).starts_with("recurrence: ") && why(rule).contains(said), "{rule}: {}", why(rule));
            assert!(!why(rule).contains("RRule"), "{rule}: {}", why(rule));
        }
        // Blanks and small letters change nothing.
        let spaced = window("2026-06-07T22:00:00", 60, "UTC", " rrule:freq=weekly; byday = +su , we ;count=3;");
        assert_eq!(begins(&spaced), ["06-07 22:00", "06-10 22:00", "06-14 22:00"]);
        let first = window("2026-06-07T22:00:00", 60, "UTC", "FREQ=YEARLY;BYMONTH=6;BYDAY=+1SU;COUNT=1");
        assert_eq!(begins(&first), ["06-07 22:00"]);
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
