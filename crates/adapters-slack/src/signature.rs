//! Slack's signature over what it posts to us: <https://docs.slack.dev/authentication/verifying-requests-from-slack>.

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::fmt::Write;
use subtle::ConstantTimeEq;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "X-Slack-Signature";
/// The header that carries the second in which it was made.
pub const TIMESTAMP_HEADER: &str = "X-Slack-Request-Timestamp";
/// How far that second may lie from ours, in seconds: whatever is older may be a copy.
pub const SKEW_SECONDS_MAX: u64 = 5 * 60;

/// Whether Slack signed this body within the last five minutes; `now` is the present second since 1970.
///
/// The comparison takes the same time wherever the signature differs.
pub fn is_genuine(secret: &SecretString, timestamp: &str, body: &[u8], signature: &str, now: i64) -> bool {
    // Digits alone: what is signed is the text, and "+1" or " 1" would be other texts for the same second.
    let fresh = timestamp.bytes().all(|b| b.is_ascii_digit())
        && timestamp.parse::<i64>().is_ok_and(|at| now.abs_diff(at) <= SKEW_SECONDS_MAX);
    let expected = signature_of(secret, timestamp, body);
    let same = expected.is_some_and(|expected| expected.as_bytes().ct_eq(signature.trim().as_bytes()).into());
    fresh && same
}

/// The signature that Slack would send; none if the secret is empty, since everybody could sign with it.
pub fn signature_of(secret: &SecretString, timestamp: &str, body: &[u8]) -> Option<String> {
    let key = Some(secret.expose_secret().as_bytes()).filter(|key| !key.is_empty())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    for part in [b"v0:", timestamp.as_bytes(), b":", body] {
        mac.update(part);
    }
    let mut signature = "v0=".to_owned();
    for byte in mac.finalize().into_bytes() {
        write!(signature, "{byte:02x}").ok()?;
    }
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of Slack's own page.
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const AT: &str = "1531420618";
    const BODY: &[u8] = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
        &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=\
        &response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
        &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn check(secret: &str, at: &str, body: &[u8], signature: &str, now: i64) -> bool {
        is_genuine(&secret.into(), at, body, signature, now)
    }

    #[test]
    fn slacks_own_example_is_genuine() {
        assert!(check(SECRET, AT, BODY, SIGNATURE, 1_531_420_618));
        assert!(check(SECRET, AT, BODY, SIGNATURE, 1_531_420_618 + 300));
    }

    #[test]
    fn an_old_or_future_copy_is_not() {
        assert!(!check(SECRET, AT, BODY, SIGNATURE, 1_531_420_618 + 301));
        assert!(!check(SECRET, AT, BODY, SIGNATURE, 1_531_420_618 - 301));
    }

    #[test]
    fn whatever_was_changed_is_not_genuine() {
        let now = 1_531_420_618;
        assert!(!check("another", AT, BODY, SIGNATURE, now));
        assert!(!check(SECRET, "1531420619", BODY, SIGNATURE, now));
        assert!(!check(SECRET, AT, &BODY[1..], SIGNATURE, now));
        assert!(!check(SECRET, AT, BODY, &SIGNATURE[..66], now));
        for odd in ["", "now", "+1531420618", " 1531420618", "-1", "99999999999999999999"] {
            assert!(!check(SECRET, odd, BODY, SIGNATURE, now), "{odd}");
        }
        assert!(!check("", AT, BODY, SIGNATURE, now), "an empty secret signs nothing");
    }
}
