//! What an answer, or none, means for whoever asked: the one place where HTTP becomes a `DeliveryError`.

use crate::wire::Problem;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use nightdesk_ports::{DeliveryError, TransportError};
use std::time::Duration;

/// Longest code or field name that is passed on, in characters.
const WORD_CHARS_MAX: usize = 60;
/// Most field problems that are passed on.
const FIELDS_MAX: usize = 8;

/// Whether asking again could do something twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing is changed.
    Reads,
    /// Something may have been changed once the request was sent.
    Writes,
}

impl Kind {
    /// The answer is lost, or cannot be understood.
    pub(crate) fn lost(self) -> DeliveryError {
        match self {
            Kind::Reads => DeliveryError::unavailable(),
            Kind::Writes => DeliveryError::Unknown,
        }
    }

    /// No answer came.
    pub(crate) fn no_answer(self, error: TransportError) -> DeliveryError {
        match error {
            TransportError::NotSent => DeliveryError::unavailable(),
            TransportError::NoAnswer => self.lost(),
        }
    }

    /// An answer came, and it is not a success.
    pub(crate) fn failed(self, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> DeliveryError {
        match status {
            StatusCode::TOO_MANY_REQUESTS => DeliveryError::Unavailable { retry_after: retry_after(headers) },
            StatusCode::REQUEST_TIMEOUT => self.lost(),
            status if status.is_client_error() => DeliveryError::Refused(reason(status, body)),
            status if status.is_redirection() => DeliveryError::Refused(format!(
                "ConnectWise answered {}: connectwise.base_url leads elsewhere",
                status.as_u16()
            )),
            // A server error may come after the work was done.
            _ => self.lost(),
        }
    }
}

/// The wait that was asked for, in whole seconds (ConnectWise sends no dates here).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// Status, codes and field names: enough to repair a setting, and nothing of what was sent.
fn reason(status: StatusCode, body: &Bytes) -> String {
    let problem: Problem = serde_json::from_slice(body).unwrap_or_default();
    let mut reason = format!("ConnectWise answered {}", status.as_u16());
    if let Some(code) = problem.code.as_deref().and_then(word) {
        reason.push_str(&format!(" {code}"));
    }
    for error in problem.errors.unwrap_or_default().iter().take(FIELDS_MAX) {
        let code = error.code.as_deref().and_then(word).unwrap_or("Error");
        let field = error.field.as_deref().and_then(word).unwrap_or("a field");
        reason.push_str(&format!("; {code}: {field}"));
    }
    reason
}

/// A code or a field name, if it looks like one: a text with blanks or an address could be somebody's.
fn word(text: &str) -> Option<&str> {
    let fits = !text.is_empty()
        && text.len() <= WORD_CHARS_MAX
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'_'));
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: Kind, status: u16, body: &'static str) -> DeliveryError {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, "17".parse().unwrap());
        kind.failed(StatusCode::from_u16(status).unwrap(), &headers, &Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn a_refusal_names_codes_and_fields_and_repeats_no_message() {
        let body = r#"{"code":"InvalidObject","message":"ticket of dana@example.com is invalid","errors":[
            {"code":"MissingRequiredField","message":"Dana Smith","resource":"ticket","field":"summary"},
            {"code":"InvalidPhoneNumber","field":"+1 312 555 0142"}]}"#;
        let DeliveryError::Refused(reason) = failed(Kind::Writes, 400, body) else { panic!("not refused") };
        assert_eq!(
            reason,
            "ConnectWise answered 400 InvalidObject; MissingRequiredField: summary; InvalidPhoneNumber: a field"
        );
    }

    #[test]
    fn every_other_no_of_a_client_error_is_a_refusal() {
        for status in [401, 403, 404, 405, 409, 415, 422] {
            assert!(matches!(failed(Kind::Reads, status, "<html>"), DeliveryError::Refused(_)), "{status}");
            assert!(matches!(failed(Kind::Writes, status, ""), DeliveryError::Refused(_)), "{status}");
        }
        assert!(matches!(failed(Kind::Writes, 302, ""), DeliveryError::Refused(_)));
    }

    #[test]
    fn a_server_error_is_unknown_only_where_something_may_have_changed() {
        for status in [500, 502, 503, 504, 408] {
            assert!(matches!(failed(Kind::Writes, status, ""), DeliveryError::Unknown), "{status}");
            assert!(matches!(failed(Kind::Reads, status, ""), DeliveryError::Unavailable { .. }), "{status}");
        }
    }

    #[test]
    fn a_throttled_request_was_not_carried_out_and_says_when_to_come_back() {
        for kind in [Kind::Reads, Kind::Writes] {
            let DeliveryError::Unavailable { retry_after } = failed(kind, 429, "") else { panic!("not unavailable") };
            assert_eq!(retry_after, Some(Duration::from_secs(17)));
        }
    }

    #[test]
    fn a_request_that_never_left_can_be_repeated() {
        for kind in [Kind::Reads, Kind::Writes] {
            assert!(matches!(kind.no_answer(TransportError::NotSent), DeliveryError::Unavailable { .. }));
        }
        assert!(matches!(Kind::Writes.no_answer(TransportError::NoAnswer), DeliveryError::Unknown));
    }
}
