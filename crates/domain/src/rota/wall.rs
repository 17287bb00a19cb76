//! The wall clock of a zone, made to run forwards only.
//!
//! A time that a clock change skips is the first instant after the gap; a time that comes twice is its first
//! occurrence. While an hour is repeated the wall clock stands still just before the end of that hour, so that every
//! hand-off of the hour has already happened: the repeated hour belongs to the earlier shift.
//! For all instants and local times, `instant_of(local) <= at` holds exactly where `local <= wall_clock(at)`.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// What the wall clock shows at an instant; during a repeated hour, the last moment before that hour's end.
///
/// Takes instants whose local time chrono can express: any of the years 1 to 9999.
pub fn wall_clock(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    let local = at.with_timezone(&zone).naive_local();
    match zone.from_local_datetime(&local) {
        chrono::LocalResult::Ambiguous(first, second) if first < second && at >= second => {
            let (before, after) = (first.offset().fix(), second.offset().fix());
            let changed = |instant: DateTime<Utc>| zone.offset_from_utc_datetime(&instant.naive_utc()).fix() == after;
            let change = first_second(first.to_utc(), second.to_utc(), changed);
            change.with_timezone(&before).naive_local() - TimeDelta::nanoseconds(1)
        }
        _ => local,
    }
}

/// The first instant at which the wall clock has reached a local time.
pub fn instant_of(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    if let Some(instant) = zone.from_local_datetime(&local).earliest() {
        return instant.to_utc();
    }
    // Within a gap. No zone is further from UTC than 15 hours, and no gap is longer than a day.
    let near = local.and_utc();
    let (before, after) = (near - TimeDelta::hours(40), near + TimeDelta::hours(40));
    first_second(before, after, |instant| instant.with_timezone(&zone).naive_local() >= local)
}

/// The first whole second after `before` and up to `after` that satisfies a condition, which then stays satisfied.
fn first_second(before: DateTime<Utc>, after: DateTime<Utc>, reached: impl Fn(DateTime<Utc>) -> bool) -> DateTime<Utc> {
    let (mut low, mut high) = (before.timestamp(), after.timestamp());
    let at = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap_or(after);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if reached(at(middle)) { high = middle } else { low = middle }
    }
    at(high)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn starts(zone: Tz, text: &str) -> String {
        format!("{:?}", instant_of(zone, local(text)).with_timezone(&zone).fixed_offset())
    }

    #[test]
    fn a_skipped_time_is_the_first_instant_after_the_gap() {
        assert_eq!(starts(Tz::America__Chicago, "2026-03-08T02:30:00"), "2026-03-08T03:00:00-05:00");
        assert_eq!(starts(Tz::Australia__Lord_Howe, "2026-10-04T02:10:00"), "2026-10-04T02:30:00+11:00");
        assert_eq!(starts(Tz::America__Santiago, "2026-09-06T00:00:00"), "2026-09-06T01:00:00-03:00");
        // Samoa went without a whole day.
        assert_eq!(starts(Tz::Pacific__Apia, "2011-12-30T12:00:00"), "2011-12-31T00:00:00+14:00");
    }

    #[test]
    fn a_repeated_time_is_its_first_occurrence() {
        assert_eq!(starts(Tz::America__Chicago, "2026-11-01T01:30:00"), "2026-11-01T01:30:00-05:00");
        assert_eq!(starts(Tz::America__Santiago, "2026-04-04T23:15:00"), "2026-04-04T23:15:00-03:00");
    }

    #[test]
    fn the_clock_never_runs_backwards_and_agrees_with_its_inverse() {
        let changes = [
            (Tz::America__Chicago, "2026-11-01T04:00:00Z"),
            (Tz::America__Chicago, "2026-03-08T06:00:00Z"),
            (Tz::Australia__Lord_Howe, "2026-04-04T12:00:00Z"),
            (Tz::America__Santiago, "2026-04-05T01:00:00Z"),
            (Tz::Pacific__Apia, "2011-12-30T08:00:00Z"),
        ];
        for (zone, around) in changes {
            let around: DateTime<Utc> = around.parse().unwrap();
            let mut last = wall_clock(zone, around);
            for minute in 0..240 {
                let at = around + TimeDelta::minutes(minute);
                let shown = wall_clock(zone, at);
                assert!(shown >= last, "{zone} {at}");
                last = shown;
                for handoff in (0..16)
                    .map(|quarter| (around.with_timezone(&zone).naive_local()) + TimeDelta::minutes(15 * quarter))
                {
                    assert_eq!(instant_of(zone, handoff) <= at, handoff <= shown, "{zone} {at} {handoff}");
                }
            }
        }
    }
}
