//! Windows between two times of day, and where a window ends whose end was not said.

use super::lexicon::{Half, Part};
use super::reckon::{Answer, Dates, Reckoning};
use super::said::{Clock, Point, Said};
use super::{CallbackTime, Grain};
use chrono::{DateTime, Duration, Timelike, Utc};

impl Reckoning<'_> {
    /// Until when somebody can be called who can be called from an instant on.
    pub(super) fn closes_after(&self, start: DateTime<Utc>) -> DateTime<Utc> {
        let local = start.with_timezone(&self.zone).naive_local();
        let time = local.time();
        let closes = if time < self.policy.end_of_day {
            self.policy.end_of_day
        } else if time < self.policy.evening.1 {
            self.policy.evening.1
        } else {
            return self.instant(local.date(), (time.hour() + 2).min(24), 0, 0).max(start + Duration::minutes(1));
        };
        self.at(local.date(), closes).max(start + Duration::minutes(1))
    }

    pub(super) fn between(
        &self,
        first: Point,
        second: Point,
        day: Option<&Said>,
        dates: &impl Fn(usize) -> Option<Dates>,
        part: Option<Part>,
        moment: &impl Fn(Clock) -> Option<DateTime<Utc>>,
    ) -> Answer {
        let mut clock = first.clock;
        let told = |clock: Clock| clock.half.is_some() || clock.part.is_some() || clock.exact;
        let later = second.clock;
        if !told(clock) && told(later) && later.hour != 24 {
            // "from two to four p.m."; but "from eleven to three p.m." begins in the morning.
            let key = |clock: Clock| (clock.hour % 12, clock.minute);
            if (later.half.is_some() || later.part.is_some()) && key(clock) < key(later) {
                (clock.half, clock.part) = (later.half, later.part);
            } else if later.half == Some(Half::Pm) {
                clock.half = Some(Half::Am);
            }
        }
        let grain = if clock.to_the_minute || later.to_the_minute { Grain::Minute } else { Grain::Hour };
        let own_day = |point: Point| point.day.and_then(|day| self.dates(day, 0, None));
        let start = match own_day(first) {
            Some((date, _)) => {
                let fixed = |_: usize| Some((date, date));
                let at = self.clock(clock, true, &fixed, part);
                // A window of today that has begun is still open.
                at.or_else(|| self.hours(clock, part)[0].map(|hour| self.instant(date, hour, clock.minute, 0)))?
            }
            None => match moment(clock) {
                Some(start)
                    if day.is_none()
                        || start.with_timezone(&self.zone).date_naive()
                            == dates(0).map_or(self.today, |(date, _)| date) =>
                {
                    start
                }
                other => {
                    let begun = dates(0).filter(|_| day.is_some()).and_then(|(date, _)| {
                        let hour = self.hours(clock, part)[0]?;
                        Some(self.instant(date, hour, clock.minute, 0))
                    });
                    let open =
                        begun.filter(|start| self.ends_after(*start, later, part).is_some_and(|end| end > self.now));
                    open.or(other)?
                }
            },
        };
        let end = match own_day(second) {
            Some((date, _)) => self
                .hours(later, part)
                .into_iter()
                .flatten()
                .map(|hour| self.instant(date, hour, later.minute, 0))
                .find(|end| *end > start)?,
            None => self.ends_after(start, later, part)?,
        };
        Some((CallbackTime::Window(start, end), grain))
    }

    /// The first instant after a start that a time of day may mean.
    pub(super) fn ends_after(&self, start: DateTime<Utc>, clock: Clock, part: Option<Part>) -> Option<DateTime<Utc>> {
        let date = start.with_timezone(&self.zone).date_naive();
        let fixed = clock.exact || clock.half.is_some() || clock.part.is_some();
        let hours =
            if fixed { [self.hours(clock, part)[0]; 2] } else { [Some(clock.hour % 12), Some(clock.hour % 12 + 12)] };
        (0..2)
            .flat_map(|days| hours.into_iter().flatten().map(move |hour| (days, hour)))
            .map(|(days, hour)| self.instant(super::dates::later(date, days), hour, clock.minute, 0))
            .find(|end| *end > start)
    }
}
