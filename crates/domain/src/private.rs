//! Personal data: readable by code that needs it, never by a log.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Somebody's name, number or words. `Debug` shows only the length; there is no `Display`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private(String);

impl Private {
    /// Wraps a text that must not reach a log.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for speech, tickets and pages.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Private({} chars)", self.0.chars().count())
    }
}

impl From<&str> for Private {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Private {
    fn from(text: String) -> Self {
        Self(text)
    }
}
