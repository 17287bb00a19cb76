//! Between domain values and columns: instants, limits, and errors that name no person.

pub(super) use crate::json::{from_json, parse, to_json};
use chrono::{DateTime, Utc};
use nightdesk_ports::StoreError;
use rusqlite::ErrorCode;

/// Why a piece of work failed: the database, or what the contract says.
#[derive(Debug)]
pub(super) enum Fault {
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
pub(super) fn column(instant: DateTime<Utc>) -> i64 {
    let part_of_ms = instant.timestamp_subsec_nanos() % 1_000_000;
    instant.timestamp_millis() + i64::from(part_of_ms != 0)
}

/// The present as columns are compared with it: rounded down.
pub(super) fn present(now: DateTime<Utc>) -> i64 {
    now.timestamp_millis()
}

/// The instant in a column.
pub(super) fn instant(milliseconds: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(milliseconds)
        .ok_or_else(|| StoreError::Corrupt("an instant is out of range".to_owned()))
}

/// A row limit; more than the database could count means all.
pub(super) fn limit(rows: usize) -> i64 {
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
}
