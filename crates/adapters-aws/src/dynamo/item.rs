//! Between domain values and items: attributes, instants, JSON, and errors that name no person.

use super::table::{PARTITION, SORT};
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use nightdesk_ports::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

/// An item as the SDK has it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// Where an item lives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) partition: String,
    pub(super) sort: String,
}

impl Key {
    pub(super) fn new(partition: impl Into<String>, sort: impl Into<String>) -> Self {
        Self { partition: partition.into(), sort: sort.into() }
    }

    /// An item with nothing but this key.
    pub(super) fn item(&self) -> Item {
        HashMap::from([(PARTITION.to_owned(), text(&self.partition)), (SORT.to_owned(), text(&self.sort))])
    }

    /// The key of an item.
    pub(super) fn of(item: &Item) -> Result<Self, StoreError> {
        Ok(Self::new(string("an item", item, PARTITION)?, string("an item", item, SORT)?))
    }
}

/// A string attribute.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub(super) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A string that an item must have; `what` is the item's kind, for the error.
pub(super) fn string<'a>(what: &str, item: &'a Item, name: &str) -> Result<&'a str, StoreError> {
    let value = item.get(name).and_then(|value| value.as_s().ok());
    value.map(String::as_str).ok_or_else(|| StoreError::Corrupt(format!("{what}: no {name}")))
}

/// A number that an item may have.
pub(super) fn maybe<T: FromStr>(what: &str, item: &Item, name: &str) -> Result<Option<T>, StoreError> {
    let Some(value) = item.get(name) else { return Ok(None) };
    let value = value.as_n().ok().and_then(|digits| digits.parse().ok());
    value.map(Some).ok_or_else(|| StoreError::Corrupt(format!("{what}: {name} is not a number that fits")))
}

/// A number that an item must have.
pub(super) fn count<T: FromStr>(what: &str, item: &Item, name: &str) -> Result<T, StoreError> {
    maybe(what, item, name)?.ok_or_else(|| StoreError::Corrupt(format!("{what}: no {name}")))
}

/// An instant as it is stored for comparison with the present: rounded up, so that nothing is early.
pub(super) fn column(instant: DateTime<Utc>) -> i64 {
    let part_of_ms = instant.timestamp_subsec_nanos() % 1_000_000;
    instant.timestamp_millis() + i64::from(part_of_ms != 0)
}

/// The present as stored instants are compared with it: rounded down.
pub(super) fn present(now: DateTime<Utc>) -> i64 {
    now.timestamp_millis()
}

/// The instant of a stored number.
pub(super) fn instant(milliseconds: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(milliseconds)
        .ok_or_else(|| StoreError::Corrupt("an instant is out of range".to_owned()))
}

/// A value as JSON.
pub(super) fn to_json<T: Serialize>(what: &str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| unreadable(what, &error))
}

/// A value from JSON. The error tells where it broke off, and repeats nothing of the text.
pub(super) fn from_json<T: DeserializeOwned>(what: &str, json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| unreadable(what, &error))
}

fn unreadable(what: &str, error: &serde_json::Error) -> StoreError {
    let place = (error.line(), error.column());
    StoreError::Corrupt(format!("{what}: {:?} error at line {}, column {}", error.classify(), place.0, place.1))
}

/// An identifier from an attribute or a key.
pub(super) fn parse<T: FromStr>(what: &str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(format!("{what}: not an identifier")))
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
    fn an_error_in_stored_text_does_not_repeat_the_text() {
        let error = from_json::<u32>("state", "\"Dana Smith\"").unwrap_err();
        assert!(!error.to_string().contains("Dana"), "{error}");
        let item = Item::from([("due_ms".to_owned(), text("Dana"))]);
        let error = count::<i64>("state", &item, "due_ms").unwrap_err();
        assert!(error.to_string().contains("due_ms") && !error.to_string().contains("Dana"), "{error}");
    }
}
