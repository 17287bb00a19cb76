//! Between domain values and columns: instants, JSON, and errors that name no person.

use chrono::{DateTime, Utc};
use nightdesk_ports::StoreError;
use rusqlite::ErrorCode;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a piece of work failed: the database, or what the contract says.
#[derive(Debug)]
pub(crate) enum Fault {
    Sql(rusqlite::Error),
    Store(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Fault::Store(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Store(error) => error,
            Fault::Sql(error) => match error.sqlite_error_code() {
                // Races are lost by conditional writes that meet no row; a broken constraint is a wrong statement.
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation) => {
                    StoreError::Corrupt(error.to_string())
                }
                Some(_) => StoreError::Unavailable(Box::new(error)),
                // Not from SQLite itself: a column of an unexpected type.
                None => StoreError::Corrupt(error.to_string()),
            },
        }
    }
}

/// An instant as a column that is compared with the present: rounded up, so that nothing is early.
pub(crate) fn column(instant: DateTime<Utc>) -> i64 {
    let part_of_ms = instant.timestamp_subsec_nanos() % 1_000_000;
    instant.timestamp_millis() + i64::from(part_of_ms != 0)
}

/// The present as columns are compared with it: rounded down.
pub(crate) fn present(now: DateTime<Utc>) -> i64 {
    now.timestamp_millis()
}

/// The instant in a column.
pub(crate) fn instant(milliseconds: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(milliseconds)
        .ok_or_else(|| StoreError::Corrupt("an instant is out of range".to_owned()))
}

/// A value as JSON.
pub(crate) fn to_json<T: Serialize>(what: &str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| unreadable(what, &error))
}

/// A value from JSON. The error tells where it broke off, and repeats nothing of the text.
pub(crate) fn from_json<T: DeserializeOwned>(what: &str, json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| unreadable(what, &error))
}

fn unreadable(what: &str, error: &serde_json::Error) -> StoreError {
    let place = (error.line(), error.column());
    StoreError::Corrupt(format!("{what}: {:?} error at line {}, column {}", error.classify(), place.0, place.1))
}

/// An identifier from a column.
pub(crate) fn parse<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(format!("{what}: not an identifier")))
}

/// A row limit; more than the database could count means all.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    #[test]
    fn an_instant_within_a_millisecond_is_never_early() {
        let due = Utc.timestamp_opt(1, 1_500_000).unwrap();
        assert!(column(due) > present(Utc.timestamp_opt(1, 1_400_000).unwrap()));
        assert!(column(due) <= present(Utc.timestamp_opt(1, 2_000_000).unwrap()));
    }

    #[test]
    fn a_whole_millisecond_survives_the_column() {
        let due = Utc.timestamp_opt(1_768_464_000, 7_000_000).unwrap();
        assert_eq!(instant(column(due)).unwrap(), due);
    }

    #[test]
    fn an_error_in_stored_text_does_not_repeat_the_text() {
        let error = from_json::<u32>("state", "\"Dana Smith\"").unwrap_err();
        assert!(!error.to_string().contains("Dana"), "{error}");
        assert!(error.to_string().contains("state"), "{error}");
    }
}
