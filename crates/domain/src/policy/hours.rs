//! When the office is open, and what callers mean by "in the morning".

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// The office's week and its days off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessHours {
    /// The days on which the office opens.
    pub days: Vec<Weekday>,
    /// Local opening time.
    pub opens: NaiveTime,
    /// Local closing time, later than `opens`.
    pub closes: NaiveTime,
    /// Local dates on which the office stays closed.
    pub holidays: Vec<NaiveDate>,
}

/// What the words for times of day mean to a tenant, in local time; a stretch is from its first time to its second.
///
/// A stretch whose end is not later than its start ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallbackPolicy {
    /// "In the morning", and "before lunch" up to where `lunch` begins.
    pub morning: (NaiveTime, NaiveTime),
    /// "In the afternoon"; "after lunch" runs from the end of `lunch` to its end.
    pub afternoon: (NaiveTime, NaiveTime),
    /// "In the evening", "tonight", "tomorrow night".
    pub evening: (NaiveTime, NaiveTime),
    /// "Late tonight", "late at night".
    pub night: (NaiveTime, NaiveTime),
    /// "At lunch"; before and after it are "before lunch" and "after lunch".
    pub lunch: (NaiveTime, NaiveTime),
    /// "First thing", "when you open".
    pub first_thing: NaiveTime,
    /// "Mid-morning".
    pub mid_morning: NaiveTime,
    /// "Mid-afternoon".
    pub mid_afternoon: NaiveTime,
    /// "End of the day", "close of business"; also where a whole day, and "any time after ten", ends.
    pub end_of_day: NaiveTime,
    /// Where a whole day ("on Friday") begins.
    pub day_starts: NaiveTime,
    /// Bare hours are meant from here on: "at seven" can be 07:00, "at six" is 18:00.
    pub bare_hours_from: NaiveTime,
    /// Bare hours are meant before this: "at seven" can be 19:00, "at eight" is 08:00.
    pub bare_hours_until: NaiveTime,
    /// After midnight and before this, "tomorrow morning" is the morning that comes next.
    pub night_ends: NaiveTime,
}

impl Default for CallbackPolicy {
    fn default() -> Self {
        let at = |hour: u32, minute: u32| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN);
        Self {
            morning: (at(8, 0), at(12, 0)),
            afternoon: (at(12, 0), at(17, 0)),
            evening: (at(17, 0), at(20, 0)),
            night: (at(20, 0), at(0, 0)),
            lunch: (at(12, 0), at(13, 0)),
            first_thing: at(8, 0),
            mid_morning: at(10, 0),
            mid_afternoon: at(15, 0),
            end_of_day: at(17, 0),
            day_starts: at(8, 0),
            bare_hours_from: at(7, 0),
            bare_hours_until: at(20, 0),
            night_ends: at(4, 0),
        }
    }
}

impl CallbackPolicy {
    /// The defaults, with the office's own hours for "first thing", "end of the day" and a whole day.
    pub fn for_hours(hours: &BusinessHours) -> Self {
        let (opens, closes) = (hours.opens, hours.closes);
        Self { first_thing: opens, day_starts: opens, end_of_day: closes, ..Self::default() }
    }
}

impl BusinessHours {
    /// Whether the office is open at an instant.
    pub fn open_at(&self, at: DateTime<Utc>, zone: Tz) -> bool {
        let local = at.with_timezone(&zone).naive_local();
        self.open_on(local.date()) && (self.opens..self.closes).contains(&local.time())
    }

    /// Whether the office opens at all on a local date.
    pub fn open_on(&self, date: NaiveDate) -> bool {
        self.days.contains(&date.weekday()) && !self.holidays.contains(&date)
    }

    /// The next opening after an instant, within a year; none where the office never opens.
    ///
    /// An opening time that a clock change skips moves to the first instant that exists.
    pub fn next_opening(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let today = after.with_timezone(&zone).date_naive();
        (0..=366)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            .filter(|date| self.open_on(*date))
            .map(|date| first_instant(zone, date, self.opens))
            .find(|opening| *opening > after)
    }
}

/// The first instant at or after a local wall-clock time: a time that occurs twice means its first
/// occurrence, a time that a clock change skips means the first instant after the gap.
pub fn first_instant(zone: Tz, date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let mut local = date.and_time(time);
    // Gaps are at most a day long (Samoa skipped 30 December 2011); they end on a quarter of an hour.
    for _ in 0..=(24 * 60) {
        if let Some(instant) = zone.from_local_datetime(&local).earliest() {
            return instant.with_timezone(&Utc);
        }
        let Some(later) = local.checked_add_signed(chrono::Duration::minutes(1)) else { break };
        local = later;
    }
    date.and_time(time).and_utc()
}
