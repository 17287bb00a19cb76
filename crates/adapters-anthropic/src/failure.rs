//! What an answer that is no message means: the one place where HTTP becomes a `DeliveryError`.

use http::{HeaderMap, StatusCode, header};
use nightdesk_ports::DeliveryError;
use std::time::Duration;

/// The vendor's error codes, from its reference: 529 is "overloaded". The body is not read: its message may repeat
/// what was sent.
pub(crate) fn failed(status: StatusCode, headers: &HeaderMap) -> DeliveryError {
    let mend = match status.as_u16() {
        408 | 409 | 429 | 500.. => return DeliveryError::Unavailable { retry_after: retry_after(headers) },
        401 => "the API key is not valid; put one that is where the settings name it",
        402 => "the account has no credit; see its billing",
        403 => "the API key may not use this model; see its workspace",
        404 => "there is no such model, or the API's address is another one",
        413 => "the question is too long",
        300..=399 => "the API's address leads elsewhere",
        _ => "the request is not valid; see whether both models can use tools, and whether the account has credit",
    };
    DeliveryError::Refused(format!("Anthropic answered {}: {mend}", status.as_u16()))
}

/// The wait that was asked for, in whole seconds (the vendor sends no dates here).
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn of(status: u16, retry_after: &'static str) -> DeliveryError {
        let headers = [(header::RETRY_AFTER, retry_after.parse().unwrap())].into_iter().collect();
        failed(StatusCode::from_u16(status).unwrap(), &headers)
    }

    #[test]
    fn what_passes_by_itself_can_be_asked_again() {
        for status in [408, 409, 429, 500, 502, 503, 504, 529] {
            let DeliveryError::Unavailable { retry_after } = of(status, "17") else { panic!("{status} is refused") };
            assert_eq!(retry_after, Some(Duration::from_secs(17)));
        }
        let unread = of(429, "Sun, 22 Nov 2026 02:00:00 GMT");
        assert!(matches!(unread, DeliveryError::Unavailable { retry_after: None }));
    }

    #[test]
    fn what_a_person_must_mend_is_refused_and_says_what() {
        for (status, word) in [
            (400, "tools"),
            (401, "key"),
            (402, "credit"),
            (403, "workspace"),
            (404, "model"),
            (413, "long"),
            (422, "tools"),
            (308, "elsewhere"),
        ] {
            let DeliveryError::Refused(text) = of(status, "17") else { panic!("{status} is not refused") };
            assert!(text.contains(&status.to_string()) && text.contains(word), "{text}");
        }
    }
}
