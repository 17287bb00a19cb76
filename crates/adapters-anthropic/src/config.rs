//! One tenant's settings, and what is wrong with them before anybody is asked.

use http::{HeaderValue, Uri};
use secrecy::{ExposeSecret, SecretString};

/// The vendor's own address.
pub const API: &str = "https://api.anthropic.com";

/// How a tenant's models are reached.
#[derive(Debug, Clone)]
pub struct AnthropicConfig {
    /// The base address, [`API`] unless a gateway stands before it.
    pub api: String,
    /// The API key.
    pub key: SecretString,
    /// The model that is asked while a caller is on the line; it must be able to use a tool that is demanded of it.
    pub quick_model: String,
    /// The model that writes summaries.
    pub thorough_model: String,
}

impl AnthropicConfig {
    /// Everything that is wrong and can be seen without asking the vendor; empty if nothing is.
    pub fn problems(&self) -> Vec<String> {
        let endpoint = self.endpoint().err();
        let key = self.header().is_none().then(|| "the API key is empty, or has characters that no key has".to_owned());
        let named = [("quick_model", &self.quick_model), ("thorough_model", &self.thorough_model)];
        let unnamed = named.into_iter().filter(|(_, model)| model.trim().is_empty());
        endpoint.into_iter().chain(key).chain(unnamed.map(|(name, _)| format!("{name} is empty"))).collect()
    }

    /// Where messages are sent to. The key travels with them, so plain HTTP is for this machine alone.
    pub(crate) fn endpoint(&self) -> Result<Uri, String> {
        let base = self.api.trim_end_matches('/');
        let endpoint: Uri =
            format!("{base}/v1/messages").parse().map_err(|_| "the API's address is none".to_owned())?;
        let host = endpoint.host().unwrap_or_default();
        match endpoint.scheme_str() {
            Some("https") if !host.is_empty() => Ok(endpoint),
            Some("http") if ["127.0.0.1", "[::1]", "localhost"].contains(&host) => Ok(endpoint),
            _ => Err("the API's address must begin with https:// (http:// on this machine only)".to_owned()),
        }
    }

    /// The key as a header that no log shows.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let key = self.key.expose_secret();
        let mut value = HeaderValue::from_str(key).ok().filter(|_| !key.trim().is_empty())?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> AnthropicConfig {
        AnthropicConfig {
            api: API.to_owned(),
            key: "sk-secret-value".into(),
            quick_model: "quick-1".to_owned(),
            thorough_model: "thorough-1".to_owned(),
        }
    }

    #[test]
    fn sound_settings_have_no_problems() {
        assert_eq!(sound().problems(), [""; 0]);
        assert_eq!(sound().endpoint().unwrap(), "https://api.anthropic.com/v1/messages");
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let [api, key, quick_model, thorough_model] = ["ftp://x", "a\nb", " ", ""].map(str::to_owned);
        let config = AnthropicConfig { api, key: key.into(), quick_model, thorough_model };
        let problems = config.problems().join("; ");
        for word in ["address", "API key", "quick_model", "thorough_model"] {
            assert!(problems.contains(word), "{word} is not named in: {problems}");
        }
    }

    #[test]
    fn a_key_is_sent_in_the_clear_on_this_machine_only() {
        for (api, fits) in [
            ("https://gateway.example.com/anthropic/", true),
            ("http://127.0.0.1:9000", true),
            ("http://[::1]:9000", true),
            ("http://localhost:9000", true),
            ("http://api.anthropic.com", false),
            ("http://localhost.example.com", false),
            ("api.anthropic.com", false),
            ("", false),
        ] {
            let config = AnthropicConfig { api: api.to_owned(), ..sound() };
            assert_eq!(config.problems().is_empty(), fits, "{api}");
        }
    }

    #[test]
    fn neither_settings_nor_header_show_the_key() {
        let shown = format!("{:?} {:?}", sound(), sound().header());
        assert!(!shown.contains("sk-secret-value"), "{shown}");
    }
}
