//! What a tenant has decided about texts to callers, and the hours in which they wait.

use crate::policy::first_instant;
use chrono::{DateTime, Days, NaiveTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Whether callers are texted, and when not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TextsPolicy {
    /// Whether a caller who is promised a callback is asked whether the promise may be texted. Off by default.
    pub to_callers: bool,
    /// When a text that is not urgent waits.
    pub quiet_hours: QuietHours,
}

/// A stretch of each day in local time; one that ends no later than it begins ends on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// From when on.
    pub from: NaiveTime,
    /// Until when; the same as `from` is no quiet hour at all.
    pub until: NaiveTime,
}

impl Default for QuietHours {
    /// 21:00 to 08:00: no text of less need at night (47 CFR 64.1200(c)(1) has these hours for solicitations).
    fn default() -> Self {
        let at = |hour: u32| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
        Self { from: at(21), until: at(8) }
    }
}

impl QuietHours {
    /// When the quiet hours end that hold at an instant; none if none do. An end that a clock change skips is the
    /// first instant after the gap.
    pub fn end(&self, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let local = now.with_timezone(&zone);
        let (time, today) = (local.time(), local.date_naive());
        let over_midnight = self.until <= self.from;
        let quiet = match over_midnight {
            true => self.from != self.until && (time >= self.from || time < self.until),
            false => time >= self.from && time < self.until,
        };
        if !quiet {
            return None;
        }
        let tomorrow = over_midnight && time >= self.from;
        let date = today.checked_add_days(Days::new(u64::from(tomorrow)))?;
        // In an hour that comes twice, the end may lie behind us already.
        Some(first_instant(zone, date, self.until)).filter(|end| *end > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn hours(from: &str, until: &str) -> QuietHours {
        QuietHours { from: from.parse().unwrap(), until: until.parse().unwrap() }
    }

    /// The end of the quiet hours, in local time.
    fn end(hours: QuietHours, local: &str) -> Option<String> {
        let zone = chrono_tz::America::Chicago;
        let local = chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap();
        let now = zone.from_local_datetime(&local).earliest().unwrap().to_utc();
        let end = hours.end(now, zone)?;
        assert!(end > now);
        Some(end.with_timezone(&zone).naive_local().to_string())
    }

    #[test]
    fn the_night_is_quiet_until_eight() {
        let night = QuietHours::default();
        assert_eq!(end(night, "2026-03-03 20:59"), None);
        assert_eq!(end(night, "2026-03-03 21:00").as_deref(), Some("2026-03-04 08:00:00"));
        assert_eq!(end(night, "2026-03-04 00:00").as_deref(), Some("2026-03-04 08:00:00"));
        assert_eq!(end(night, "2026-03-04 07:59").as_deref(), Some("2026-03-04 08:00:00"));
        assert_eq!(end(night, "2026-03-04 08:00"), None);
    }

    #[test]
    fn hours_within_a_day_and_none_at_all() {
        let noon = hours("12:00:00", "13:30:00");
        assert_eq!(end(noon, "2026-03-03 11:59"), None);
        assert_eq!(end(noon, "2026-03-03 12:15").as_deref(), Some("2026-03-03 13:30:00"));
        assert_eq!(end(noon, "2026-03-03 13:30"), None);
        assert_eq!(end(hours("09:00:00", "09:00:00"), "2026-03-03 09:00"), None);
    }

    #[test]
    fn an_end_that_a_clock_change_skips_is_the_first_instant_after_it() {
        assert_eq!(end(hours("22:00:00", "02:30:00"), "2026-03-08 01:59").as_deref(), Some("2026-03-08 03:00:00"));
        assert_eq!(end(hours("22:00:00", "06:00:00"), "2026-10-31 23:00").as_deref(), Some("2026-11-01 06:00:00"));
    }
}
