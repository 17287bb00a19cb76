//! `X-Twilio-Signature`: is a webhook from Twilio?
//!
//! The rule is Twilio's ("Webhooks security"): base64 of HMAC-SHA1, keyed with the account's auth token,
//! over the full URL as Twilio called it and, for a form, every name and value, sorted by name and
//! then by value, each pair once. Of a JSON body only its SHA-256 is signed, as `bodySHA256` in the
//! query. Twilio sometimes signs with the standard port written out, and sometimes without a port that is
//! there, so both spellings are accepted, as its own libraries do.

use crate::form::Form;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use subtle::{Choice, ConstantTimeEq};

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "X-Twilio-Signature";

/// A webhook's body, as far as the signature covers it.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// `application/x-www-form-urlencoded`.
    Form(&'a Form),
    /// Anything else, for example JSON: the URL must carry its SHA-256.
    Other(&'a [u8]),
}

/// Whether one of the tokens signed this webhook.
///
/// `url` is the *configured* public URL and the path and query as received
/// ([`PublicUrl::received`](crate::PublicUrl::received)). Two tokens are given while one is being rotated.
/// The comparison takes the same time wherever the signature differs.
pub fn is_genuine<'t>(
    tokens: impl IntoIterator<Item = &'t SecretString>,
    url: &str,
    body: Body<'_>,
    signature: &str,
) -> bool {
    let fields = match body {
        Body::Form(form) => signed_fields(form),
        Body::Other(bytes) if body_hash_fits(url, bytes) => String::new(),
        Body::Other(_) => return false,
    };
    let spellings = spellings(url);
    let mut genuine = Choice::from(0);
    for token in tokens {
        for expected in spellings.iter().filter_map(|url| sign(token, url, &fields)) {
            genuine |= expected.as_bytes().ct_eq(signature.trim().as_bytes());
        }
    }
    genuine.into()
}

/// The signature that Twilio would send with this form; none if the token is empty.
pub fn signature_of(token: &SecretString, url: &str, form: &Form) -> Option<String> {
    sign(token, url, &signed_fields(form))
}

fn sign(token: &SecretString, url: &str, fields: &str) -> Option<String> {
    // An empty token would be a key that everybody knows.
    let key = Some(token.expose_secret().as_bytes()).filter(|key| !key.is_empty())?;
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(url.as_bytes());
    mac.update(fields.as_bytes());
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

/// Names and values, sorted, without separators, a repeated pair once.
fn signed_fields(form: &Form) -> String {
    let pairs: BTreeSet<(&str, &str)> = form.pairs().collect();
    pairs.into_iter().flat_map(|(name, value)| [name, value]).collect()
}

fn body_hash_fits(url: &str, body: &[u8]) -> bool {
    let Some((_, query)) = url.split_once('?') else { return false };
    let claimed = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "bodySHA256");
    let Some((_, claimed)) = claimed else { return false };
    let actual: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    actual.as_bytes().ct_eq(claimed.to_ascii_lowercase().as_bytes()).into()
}

/// The URL as it is, and as Twilio may have written it: without its port, or with the standard one.
///
/// Only the port is touched: the rest must stay byte for byte as received.
fn spellings(url: &str) -> Vec<String> {
    let mut all = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else { return all };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    // The last colon begins a port unless it belongs to an IPv6 address or to a user's password.
    let port_at = authority.rfind(':').filter(|at| !authority[*at..].contains([']', '@']));
    match port_at {
        Some(at) => all.push(format!("{scheme}://{}{path}", &authority[..at])),
        None => {
            let port = if scheme == "https" { 443 } else { 80 };
            all.push(format!("{scheme}://{authority}:{port}{path}"));
        }
    }
    all
}
