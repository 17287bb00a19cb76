//! Values as JSON, and identifiers from text, with errors that repeat nothing of what was read.

use nightdesk_ports::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

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

/// An identifier from text.
pub(crate) fn parse<T: std::str::FromStr>(what: &str, text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| StoreError::Corrupt(format!("{what}: not an identifier")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_stored_text_does_not_repeat_the_text() {
        let error = from_json::<u32>("state", "\"Dana Smith\"").unwrap_err();
        assert!(!error.to_string().contains("Dana"), "{error}");
        assert!(error.to_string().contains("state"), "{error}");
    }
}
