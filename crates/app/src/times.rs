//! Times as people write them on the command line and in files: local, or instants with an offset.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use nightdesk_domain::rota::instant_of;
use std::ops::RangeInclusive;

/// Years that a time can lie in. The rules of the zones are known until 2099; after it, offsets would be wrong.
const YEARS: RangeInclusive<i32> = 1900..=2099;

/// A time as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Written {
    /// By the clock on some wall.
    Local(NaiveDateTime),
    /// With an offset, so that no zone is needed.
    Instant(DateTime<Utc>),
}

impl Written {
    /// Reads ISO 8601, with `T` or a blank, with or without seconds, with or without an offset; a date alone is its
    /// midnight.
    ///
    /// # Errors
    /// What cannot be read, and what would be.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let written = instant(text).map(Self::Instant).or_else(|| local(text).map(Self::Local)).ok_or_else(|| {
            format!("{text:?} is no time like 2026-06-16T08:00, or with its offset 2026-06-16T08:00-05:00")
        })?;
        written.within(text)
    }

    /// The instant; a local time is one of this zone.
    pub(crate) fn instant(self, zone: Tz) -> DateTime<Utc> {
        match self {
            Self::Local(local) => instant_of(zone, local),
            Self::Instant(instant) => instant,
        }
    }

    fn within(self, text: &str) -> Result<Self, String> {
        let year = match self {
            Self::Local(local) => local.year(),
            Self::Instant(instant) => instant.year(),
        };
        let (first, last) = (YEARS.start(), YEARS.end());
        if YEARS.contains(&year) {
            Ok(self)
        } else {
            Err(format!("{text:?} is outside of the years {first} to {last}"))
        }
    }
}

/// Reads a time that cannot have an offset.
///
/// # Errors
/// What cannot be read, and what would be.
pub(crate) fn read_local(text: &str) -> Result<NaiveDateTime, String> {
    match Written::read(text) {
        Ok(Written::Local(local)) => Ok(local),
        Ok(Written::Instant(_)) => {
            Err(format!("{text:?} has an offset; here a local time is wanted, like 2026-06-16T08:00"))
        }
        Err(_) if instant(text).is_none() && local(text).is_none() => {
            Err(format!("{text:?} is no local time like 2026-06-16T08:00"))
        }
        Err(why) => Err(why),
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    // The last part takes Z, +02:00, +0200 and +02.
    ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z"]
        .iter()
        .find_map(|form| DateTime::parse_from_str(text, form).ok())
        .map(|instant| instant.to_utc())
}

fn local(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        Written::read(text).map(|written| written.instant(Tz::America__Chicago).to_rfc3339())
    }

    #[test]
    fn a_time_is_local_or_an_instant_with_or_without_seconds() {
        for text in [
            "2026-06-16T08:00",
            "2026-06-16T08:00:00",
            "2026-06-16T08:00:00.000",
            "2026-06-16 08:00",
            "2026-06-16T08:00-05:00",
            "2026-06-16T08:00:00-05:00",
            "2026-06-16T08:00-0500",
            "2026-06-16 08:00:00-05:00",
            "2026-06-16T13:00Z",
            "2026-06-16T13:00:00Z",
            "2026-06-16T13:00:00.0z",
            "2026-06-16T15:00+02:00",
        ] {
            assert_eq!(read(text).as_deref(), Ok("2026-06-16T13:00:00+00:00"), "{text}");
        }
        assert_eq!(read("2026-06-16").as_deref(), Ok("2026-06-16T05:00:00+00:00"));
    }

    #[test]
    fn what_is_no_time_is_refused_with_both_forms() {
        for text in ["yesterday", "", "2026-06-16T25:00", "2026-02-30", "2026-06-16T08", "2026-06-16Z", "08:00"] {
            let why = read(text).unwrap_err();
            assert!(why.contains("2026-06-16T08:00,") && why.contains("2026-06-16T08:00-05:00"), "{why}");
            assert!(read_local(text).unwrap_err().contains("is no local time like"), "{text}");
        }
        assert!(read_local("2026-06-16T08:00Z").unwrap_err().contains("has an offset"));
    }

    #[test]
    fn a_year_for_which_no_zone_has_rules_is_refused() {
        for text in ["2100-01-01", "9999-12-31T23:59Z", "1899-12-31T23:59", "+262142-12-31T23:59:00"] {
            assert!(read(text).unwrap_err().contains("1900 to 2099"), "{text}");
            assert!(read_local(text).unwrap_err().contains("1900 to 2099") || text.ends_with('Z'), "{text}");
        }
        assert!(read("2099-12-31T23:59").is_ok());
    }
}
