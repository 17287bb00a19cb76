//! The hours of the week in which a layer is on: nights, weekends.

use chrono::{Datelike, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The minutes of a week.
pub const WEEK_MINUTES: u16 = 7 * DAY_MINUTES;
const DAY_MINUTES: u16 = 24 * 60;

/// A stretch of every week by the wall clock; it may run over the end of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// When it begins, in minutes since Monday 00:00.
    pub from_minute: u16,
    /// How long it is, in minutes; at most a week.
    pub minutes: u16,
}

impl Stretch {
    /// From a time on one weekday to a time on that or a later one; none where both are the same moment.
    ///
    /// `until` with no time is midnight at the end of its day. A stretch that would end before it begins ends in the
    /// week after.
    pub fn between(from: (Weekday, NaiveTime), until: (Weekday, Option<NaiveTime>)) -> Option<Self> {
        let minute = |day: Weekday, minutes: u16| day.num_days_from_monday() as u16 * DAY_MINUTES + minutes;
        let of_day = |time: NaiveTime| (time.hour() * 60 + time.minute()) as u16;
        let from_minute = minute(from.0, of_day(from.1));
        let until_minute = minute(until.0, until.1.map_or(DAY_MINUTES, of_day));
        let minutes = match until_minute.cmp(&from_minute) {
            Ordering::Less => until_minute + WEEK_MINUTES - from_minute,
            Ordering::Equal => return None,
            Ordering::Greater => until_minute - from_minute,
        };
        Some(Self { from_minute, minutes })
    }
}

/// Stretches that neither overlap nor touch, in the order of the week; none at all means always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hours(Vec<Stretch>);

impl Hours {
    /// All that lies in any of the stretches; always, where they fill the week or there are none.
    pub fn of(stretches: &[Stretch]) -> Self {
        const WEEK: usize = WEEK_MINUTES as usize;
        let mut on = vec![false; WEEK];
        for stretch in stretches {
            for minute in 0..usize::from(stretch.minutes).min(WEEK) {
                on[(usize::from(stretch.from_minute) + minute) % WEEK] = true;
            }
        }
        // A run begins where the minute before, around the week's end, is off: a full week has no such minute.
        let begins = |minute: &usize| on[*minute] && !on[(*minute + WEEK - 1) % WEEK];
        let run = |from: usize| {
            let minutes = (1..WEEK).take_while(|ahead| on[(from + ahead) % WEEK]).count() + 1;
            Stretch { from_minute: from as u16, minutes: minutes as u16 }
        };
        Self((0..WEEK).filter(begins).map(run).collect())
    }

    /// Whether there is no restriction.
    pub fn always(&self) -> bool {
        self.0.is_empty()
    }

    /// The stretches, in the order in which they begin.
    pub fn stretches(&self) -> &[Stretch] {
        &self.0
    }

    /// Whether a local time lies within.
    pub(super) fn hold(&self, local: NaiveDateTime) -> bool {
        self.always() || self.0.iter().any(|stretch| since(stretch, local) < TimeDelta::minutes(stretch.minutes.into()))
    }

    /// Each occurrence that ends after one local time and begins before another, in order; without a restriction,
    /// the whole time between.
    pub(super) fn occurrences(
        &self,
        after: NaiveDateTime,
        before: NaiveDateTime,
    ) -> Vec<(NaiveDateTime, NaiveDateTime)> {
        if self.always() {
            return vec![(after, before)];
        }
        let mut found = Vec::new();
        for stretch in &self.0 {
            let length = TimeDelta::minutes(stretch.minutes.into());
            let mut begins = after.checked_sub_signed(since(stretch, after));
            while let Some(from) = begins.filter(|from| *from < before) {
                let Some(until) = from.checked_add_signed(length) else { break };
                if until > after {
                    found.push((from, until));
                }
                begins = from.checked_add_signed(TimeDelta::weeks(1));
            }
        }
        found.sort_unstable();
        found
    }
}

/// How long ago a stretch began for the last time.
fn since(stretch: &Stretch, local: NaiveDateTime) -> TimeDelta {
    const WEEK_SECONDS: i64 = WEEK_MINUTES as i64 * 60;
    let of_week = i64::from(local.weekday().num_days_from_monday()) * i64::from(DAY_MINUTES) * 60
        + i64::from(local.num_seconds_from_midnight());
    let seconds = (of_week - i64::from(stretch.from_minute) * 60).rem_euclid(WEEK_SECONDS);
    TimeDelta::seconds(seconds) + TimeDelta::nanoseconds(local.nanosecond().into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

    use super::*;

    fn stretch(from: (Weekday, u32), until: (Weekday, Option<u32>)) -> Stretch {
        let at = |hour: u32| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        Stretch::between((from.0, at(from.1)), (until.0, until.1.map(at))).unwrap()
    }

    #[test]
    fn stretches_that_touch_are_one_even_around_the_end_of_the_week() {
        let hours = Hours::of(&[
            stretch((Weekday::Sat, 0), (Weekday::Sat, None)),
            stretch((Weekday::Sun, 0), (Weekday::Sun, None)),
            stretch((Weekday::Mon, 0), (Weekday::Mon, Some(8))),
            stretch((Weekday::Fri, 17), (Weekday::Fri, None)),
        ]);
        assert_eq!(hours.stretches(), [stretch((Weekday::Fri, 17), (Weekday::Mon, Some(8)))]);
    }

    #[test]
    fn what_fills_the_week_is_no_restriction() {
        let halves =
            [stretch((Weekday::Mon, 6), (Weekday::Thu, Some(6))), stretch((Weekday::Thu, 5), (Weekday::Mon, Some(6)))];
        assert!(Hours::of(&halves).always());
        assert!(!Hours::of(&halves[..1]).always());
    }

    #[test]
    fn an_occurrence_that_has_begun_counts() {
        let weekend = Hours::of(&[stretch((Weekday::Fri, 17), (Weekday::Mon, Some(8)))]);
        let local = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        // 13 June 2026 is a Saturday.
        let found = weekend.occurrences(local("2026-06-13T12:00:00"), local("2026-06-19T17:00:00"));
        assert_eq!(found, [(local("2026-06-12T17:00:00"), local("2026-06-15T08:00:00"))]);
        assert!(weekend.hold(local("2026-06-15T07:59:59")) && !weekend.hold(local("2026-06-15T08:00:00")));
    }
}
