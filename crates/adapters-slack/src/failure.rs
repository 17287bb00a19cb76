//! What Slack's answers mean: the one place where HTTP becomes a `DeliveryError`.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use nightdesk_ports::DeliveryError;
use serde_json::Value;
use std::time::Duration;

/// Longest wait that Slack may impose with `Retry-After`.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);
/// Longest error code that is passed on, in characters.
const CODE_CHARS_MAX: usize = 60;

/// The answer to a method of the API, once it says `"ok": true`.
pub(crate) fn judged(response: &Response<Bytes>) -> Result<Value, DeliveryError> {
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(DeliveryError::Unavailable { retry_after: retry_after(response.headers()) });
    }
    // Slack answers 200 to what it refuses. Behind another status it may have posted, or not.
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return Err(DeliveryError::Unknown);
    }
    if !status.is_success() {
        return Err(DeliveryError::Refused(format!("HTTP {} from Slack's address", status.as_u16())));
    }
    let answer: Value = serde_json::from_slice(response.body()).map_err(|_| DeliveryError::Unknown)?;
    match (answer["ok"].as_bool(), answer["error"].as_str()) {
        (Some(true), _) => Ok(answer),
        (Some(false), code) => Err(refused(code.unwrap_or_default(), response.headers())),
        (None, _) => Err(DeliveryError::Unknown),
    }
}

/// Codes of `chat.postMessage`: <https://docs.slack.dev/reference/methods/chat.postMessage>.
fn refused(code: &str, headers: &HeaderMap) -> DeliveryError {
    let mend = match code {
        "ratelimited" | "rate_limited" | "service_unavailable" | "team_added_to_org" => {
            return DeliveryError::Unavailable { retry_after: retry_after(headers) };
        }
        "internal_error" | "fatal_error" | "request_timeout" => return DeliveryError::Unknown,
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive" => {
            "put a valid bot token where `slack.bot_token` names it"
        }
        "channel_not_found" | "is_archived" | "user_not_found" => {
            "see `slack.channel`, and the `slack` ids of the technicians"
        }
        "not_in_channel" => "invite the bot to the channel",
        "missing_scope" | "no_permission" | "not_allowed_token_type" => "give the bot the scope chat:write",
        _ => "see Slack's reference of chat.postMessage",
    };
    let known = code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && code.len() <= CODE_CHARS_MAX;
    DeliveryError::Refused(format!("Slack answered {}: {mend}", if known { code } else { "something else" }))
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &'static str) -> Result<Value, DeliveryError> {
        let response = Response::builder().status(status).header("retry-after", "17");
        judged(&response.body(Bytes::from_static(body.as_bytes())).unwrap())
    }

    #[test]
    fn what_slack_has_done_is_done() {
        assert_eq!(of(200, r#"{"ok":true,"ts":"1.2"}"#).unwrap()["ts"], "1.2");
    }

    #[test]
    fn what_passes_by_itself_can_be_asked_again() {
        for answer in [of(429, ""), of(200, r#"{"ok":false,"error":"ratelimited"}"#)] {
            let wait = Some(Duration::from_secs(17));
            assert!(matches!(answer, Err(DeliveryError::Unavailable { retry_after }) if retry_after == wait));
        }
    }

    #[test]
    fn nobody_knows_what_became_of_a_message_behind_a_broken_answer() {
        let broken = ["<html>", "{}", r#"{"ok":false,"error":"internal_error"}"#].map(|body| of(200, body));
        for answer in broken.into_iter().chain([of(500, ""), of(503, ""), of(408, "")]) {
            assert!(matches!(answer, Err(DeliveryError::Unknown)), "{answer:?}");
        }
    }

    #[test]
    fn what_a_person_must_mend_is_refused_and_says_what() {
        for (body, word) in [
            (r#"{"ok":false,"error":"invalid_auth"}"#, "slack.bot_token"),
            (r#"{"ok":false,"error":"channel_not_found"}"#, "slack.channel"),
            (r#"{"ok":false,"error":"not_in_channel"}"#, "invite"),
            (r#"{"ok":false,"error":"missing_scope"}"#, "chat:write"),
            (r#"{"ok":false,"error":"Dana +1 312"}"#, "something else"),
            (r#"{"ok":false}"#, "reference"),
        ] {
            let Err(DeliveryError::Refused(text)) = of(200, body) else { panic!("{body} is not refused") };
            assert!(text.contains(word) && !text.contains("Dana"), "{text}");
        }
        assert!(matches!(of(404, ""), Err(DeliveryError::Refused(_))));
    }
}
