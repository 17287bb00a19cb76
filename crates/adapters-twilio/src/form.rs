//! Form-encoded webhook bodies (`application/x-www-form-urlencoded`).

use std::fmt;

/// The fields of a webhook in the order of their arrival. `Debug` shows names, never values.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Form(Vec<(String, String)>);

/// A webhook that cannot be read. It names the field, never its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadWebhook {
    /// The field is not there, or empty.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The field is there and makes no sense.
    #[error("{0} cannot be read")]
    Unreadable(&'static str),
    /// The field is there twice with different values.
    #[error("{0} is given twice, differently")]
    Ambiguous(&'static str),
    /// The field contradicts the address that was called.
    #[error("{0} does not belong to the address")]
    Mismatch(&'static str),
}

impl Form {
    /// Reads a body. Nothing is refused: bytes that are not UTF-8 become U+FFFD, so that a bad
    /// character costs a word and not the call. Whoever serves webhooks bounds the body's size.
    pub fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// All fields, for the signature.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A field that may be absent; Twilio also sends empty ones.
    pub fn optional(&self, name: &'static str) -> Result<Option<&str>, BadWebhook> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let Some(first) = values.next() else { return Ok(None) };
        if values.any(|other| other != first) {
            return Err(BadWebhook::Ambiguous(name));
        }
        Ok(if first.trim().is_empty() { None } else { Some(first) })
    }

    /// A field that must be there.
    pub fn required(&self, name: &'static str) -> Result<&str, BadWebhook> {
        self.optional(name)?.ok_or(BadWebhook::Missing(name))
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Form").field(&self.0.iter().map(|(name, _)| name).collect::<Vec<_>>()).finish()
    }
}
