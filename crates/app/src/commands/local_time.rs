//! The moment something is said at, as `analyze`, `when` and `whom` are given it.

use crate::times::Written;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

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
        let written = Written::read(text).map_err(|why| format!("ref: {why}"))?;
        Ok((written.instant(zone), zone))
    }
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
