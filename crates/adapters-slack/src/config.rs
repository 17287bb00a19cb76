//! One tenant's workspace, and what is wrong with its settings before Slack is asked.

use http::{HeaderValue, Uri};
use secrecy::{ExposeSecret, SecretString};

/// Slack's own address.
pub const API: &str = "https://slack.com";

/// How a tenant's workspace is reached.
#[derive(Debug, Clone)]
pub struct SlackConfig {
    /// The base address, [`API`] unless a double stands in for it.
    pub api: String,
    /// The bot's token, with the scope `chat:write`.
    pub bot_token: SecretString,
    /// What Slack signs the pressing of buttons with.
    pub signing_secret: SecretString,
    /// The id of the channel that notices go to.
    pub channel: String,
}

impl SlackConfig {
    /// Everything that is wrong and can be seen without asking Slack; empty if nothing is.
    pub fn problems(&self) -> Vec<String> {
        let endpoint = self.endpoint("chat.postMessage").err();
        let token = self.authorization().is_none().then(|| "bot_token: a bot's token begins with xoxb-".to_owned());
        let secret = self.signing_secret.expose_secret().trim().is_empty();
        let secret = secret.then(|| "signing_secret: must not be empty".to_owned());
        let channel = (!is_channel(&self.channel)).then(|| {
            "channel: wants the channel's id, such as C0123456789, which stands at the end of its details".to_owned()
        });
        endpoint.into_iter().chain(token).chain(secret).chain(channel).collect()
    }

    /// Where a method of the API is. The token travels with it, so plain HTTP is for this machine alone.
    pub(crate) fn endpoint(&self, method: &str) -> Result<Uri, String> {
        let base = self.api.trim_end_matches('/');
        let endpoint: Uri = format!("{base}/api/{method}").parse().map_err(|_| "api: is no address".to_owned())?;
        let host = endpoint.host().unwrap_or_default();
        match endpoint.scheme_str() {
            Some("https") if !host.is_empty() => Ok(endpoint),
            Some("http") if ["127.0.0.1", "[::1]", "localhost"].contains(&host) => Ok(endpoint),
            _ => Err("api: must begin with https:// (http:// on this machine only)".to_owned()),
        }
    }

    /// The token as a header that no log shows.
    pub(crate) fn authorization(&self) -> Option<HeaderValue> {
        let token = self.bot_token.expose_secret();
        let mut value =
            HeaderValue::from_str(&format!("Bearer {token}")).ok().filter(|_| token.starts_with("xoxb-"))?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// Whether this is the id of a channel.
pub fn is_channel(text: &str) -> bool {
    is_id(text, &['C', 'G'])
}

/// Whether this is the id of a member.
pub fn is_member(text: &str) -> bool {
    is_id(text, &['U', 'W'])
}

fn is_id(text: &str, begins: &[char]) -> bool {
    let rest = text.strip_prefix(begins).unwrap_or_default();
    (2..=30).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> SlackConfig {
        SlackConfig {
            api: API.to_owned(),
            bot_token: "xoxb-secret-value".into(),
            signing_secret: "8f742231b10e8888abcd99yyyzzz85a5".into(),
            channel: "C0123456789".to_owned(),
        }
    }

    #[test]
    fn sound_settings_have_no_problems() {
        assert_eq!(sound().problems(), [""; 0]);
        assert_eq!(sound().endpoint("chat.postMessage").unwrap(), "https://slack.com/api/chat.postMessage");
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let config = SlackConfig {
            api: "http://slack.com".to_owned(),
            bot_token: "xapp-1".into(),
            signing_secret: " ".into(),
            channel: "#alerts".to_owned(),
        };
        let problems = config.problems();
        for field in ["api:", "bot_token:", "signing_secret:", "channel:"] {
            assert!(problems.iter().any(|problem| problem.starts_with(field)), "{field} is not in {problems:?}");
        }
    }

    #[test]
    fn ids_are_told_from_names() {
        assert!(is_member("U012AB3CD") && is_member("W012A3CDE") && is_channel("C024BE91L") && is_channel("G012AC86C"));
        for wrong in ["", "U", "alex", "@alex", "U012ab3cd", "C024BE91L", "U012 AB3", "U01/2AB3"] {
            assert!(!is_member(wrong), "{wrong}");
        }
    }

    #[test]
    fn neither_settings_nor_header_show_a_secret() {
        let shown = format!("{:?} {:?}", sound(), sound().authorization());
        assert!(!shown.contains("secret-value") && !shown.contains("8f742231"), "{shown}");
    }
}
