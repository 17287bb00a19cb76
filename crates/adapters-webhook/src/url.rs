//! The URL that is posted to: a secret, since whoever knows it may post.

use http::Uri;
use secrecy::{ExposeSecret, SecretString};

/// A URL that may be posted to.
#[derive(Debug, Clone)]
pub struct WebhookUrl(SecretString);

/// A text that is no such URL. It does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an address that begins with https:// (http:// on this machine only), without a name or password in it"
)]
pub struct InvalidUrl;

impl WebhookUrl {
    /// Takes an address with TLS; plain HTTP to this machine alone.
    pub fn parse(secret: SecretString) -> Result<Self, InvalidUrl> {
        let uri: Uri = secret.expose_secret().trim().parse().map_err(|_| InvalidUrl)?;
        let authority = uri.authority().ok_or(InvalidUrl)?;
        let local = ["127.0.0.1", "[::1]", "localhost"].contains(&authority.host());
        let safe = match uri.scheme_str() {
            Some("https") => !authority.host().is_empty(),
            Some("http") => local,
            _ => false,
        };
        if safe && !authority.as_str().contains('@') { Ok(Self(secret)) } else { Err(InvalidUrl) }
    }

    pub(crate) fn uri(&self) -> Option<Uri> {
        self.0.expose_secret().trim().parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_sent_in_the_clear_on_this_machine_only() {
        for (url, fits) in [
            ("https://prod-1.westus.logic.azure.com:443/workflows/abc/triggers/manual/paths/invoke?sig=x%2Fy", true),
            (" https://hooks.example/x \n", true),
            ("http://127.0.0.1:9000/x", true),
            ("http://hooks.example/x", false),
            ("http://localhost.example/x", false),
            ("https://user:word@hooks.example/x", false),
            ("ftp://hooks.example/x", false),
            ("hooks.example/x", false),
            ("/x", false),
            ("", false),
        ] {
            assert_eq!(WebhookUrl::parse(url.into()).is_ok(), fits, "{url}");
        }
    }

    #[test]
    fn the_url_is_never_shown() {
        let shown = format!("{:?} {}", WebhookUrl::parse("https://hooks.example/secret".into()), InvalidUrl);
        assert!(!shown.contains("hooks.example"), "{shown}");
    }
}
