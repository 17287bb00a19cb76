//! The moment something is said at, as `analyze` and `when` are given it.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use nightdesk_domain::policy::first_instant;
use serde::Deserialize;

/// Years that a call can be in.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=9999;

/// A local time and its zone, both optional.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Reference {
    /// Local time, ISO 8601: `2026-03-06T23:40:00`, with or without seconds; a date alone is its midnight. A time
    /// with an offset is an instant.
    #[serde(rename = "ref")]
    pub(super) local: Option<String>,
    /// The IANA zone; UTC where none is given.
    pub(super) tz: Option<String>,
}

impl Reference {
    /// Whether a time was given, rather than meant to be now.
    pub(super) fn is_given(&self) -> bool {
        self.local.is_some()
    }

    /// The instant and the zone; now, where no time is given.
    ///
    /// # Errors
    /// What cannot be read, and what would be.
    pub(super) fn read(&self) -> Result<(DateTime<Utc>, Tz), String> {
        let zone = match self.tz.as_deref() {
            Some(name) => name
                .parse::<Tz>()
                .map_err(|_| format!("tz: {name:?} is no IANA time zone; write for example America/Chicago"))?,
            None => Tz::UTC,
        };
        let Some(text) = self.local.as_deref() else { return Ok((Utc::now(), zone)) };
        let odd = || format!("ref: {text:?} is outside of the years 1900 to 9999");
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            let instant = instant.with_timezone(&Utc);
            return if YEARS.contains(&instant.year()) { Ok((instant, zone)) } else { Err(odd()) };
        }
        let local = read_local(text)
            .or_else(|| Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)))
            .ok_or_else(|| format!("ref: {text:?} is no local time; write for example 2026-03-06T23:40:00"))?;
        if !YEARS.contains(&local.year()) {
            return Err(odd());
        }
        Ok((first_instant(zone, local.date(), local.time()), zone))
    }
}

/// A local time, ISO 8601 with `T` or a blank, with or without seconds.
pub(super) fn read_local(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(local: &str, tz: &str) -> Result<String, String> {
        let reference = Reference { local: Some(local.into()), tz: Some(tz.into()) };
        reference.read().map(|(instant, _)| instant.to_rfc3339())
    }

    #[test]
    fn a_local_time_is_read_in_its_zone() {
        let expected = Ok("2026-03-07T05:40:00+00:00".to_owned());
        assert_eq!(read("2026-03-06T23:40:00", "America/Chicago"), expected);
        assert_eq!(read("2026-03-06 23:40", "America/Chicago"), expected);
        assert_eq!(read("2026-03-07T05:40:00Z", "America/Chicago"), expected);
        assert_eq!(read("2026-03-06", "UTC"), Ok("2026-03-06T00:00:00+00:00".to_owned()));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        assert!(read("yesterday", "UTC").unwrap_err().starts_with("ref: \"yesterday\""));
        assert!(read("+262142-12-31T23:59:00", "America/New_York").unwrap_err().starts_with("ref:"));
        assert!(read("2026-03-06", "Chicago").unwrap_err().starts_with("tz: \"Chicago\""));
    }
}
