//! The section `[alerts]`: which tools of the MSP may page the people on call.

use super::Keys;
use super::checks::Checker;
use super::integrations::Integrations;
use crate::config::SecretRef;
use nightdesk_domain::limits::ALERT_KEEP_DAYS_MAX;
use nightdesk_domain::policy::AlertsPolicy;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Shortest token, in characters: nobody may guess one.
const TOKEN_CHARS_MIN: usize = 20;
/// Longest name of a tool, in characters: technicians hear it.
const NAME_CHARS_MAX: usize = 40;

/// `[alerts]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Alerts {
    keep_days: u32,
    /// Tokens by the names of the tools that have them.
    tokens: BTreeMap<String, SecretRef>,
}

impl Default for Alerts {
    fn default() -> Self {
        Self { keep_days: AlertsPolicy::default().keep_days, tokens: BTreeMap::new() }
    }
}

impl Alerts {
    /// The secrets that it names.
    pub(super) fn secrets(&self) -> impl Iterator<Item = (String, &SecretRef)> {
        self.tokens.iter().map(|(name, secret)| (field(name), secret))
    }

    /// What of it is stored.
    pub(super) fn policy(&self) -> AlertsPolicy {
        AlertsPolicy { keep_days: self.keep_days }
    }
}

fn field(name: &str) -> String {
    format!("alerts.tokens.{name}")
}

/// Collects what is wrong and shows without reading a secret.
pub(super) fn check(alerts: &Alerts, check: &mut Checker) {
    if !(1..=ALERT_KEEP_DAYS_MAX).contains(&alerts.keep_days) {
        check.problem("alerts.keep_days", format!("must be 1 to {ALERT_KEEP_DAYS_MAX} days"));
    }
    for (name, secret) in &alerts.tokens {
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if !(1..=NAME_CHARS_MAX).contains(&name.len()) || !name.bytes().all(known) {
            let wanted = format!("the name of a tool is 1 to {NAME_CHARS_MAX} characters of A-Z a-z 0-9 - _ .");
            check.problem("alerts.tokens", wanted);
        } else if let Some(problem) = secret.problem() {
            check.problem(&field(name), problem);
        }
    }
}

impl Integrations {
    /// The token of each tool by its name, or why it has none.
    pub fn alert_tokens(&self, keys: &Keys) -> Vec<(String, Result<SecretString, String>)> {
        let mut tokens: Vec<(String, Result<SecretString, String>)> = Vec::new();
        for name in self.alerts.tokens.keys() {
            let field = field(name);
            let same = |token: &SecretString| {
                let others = tokens.iter().filter_map(|(_, other)| other.as_ref().ok());
                others.into_iter().any(|other| other.expose_secret() == token.expose_secret())
            };
            let token = keys.get(&field).and_then(|token| {
                let why = match token.expose_secret().chars().count() {
                    count if count < TOKEN_CHARS_MIN => "a token has at least 20 characters",
                    _ if same(&token) => "another tool has the same token, and nobody could tell who sent an alert",
                    _ => return Ok(token),
                };
                Err(format!("{field}: {why}; `openssl rand -hex 24` makes one"))
            });
            tokens.push((name.clone(), token));
        }
        tokens
    }
}
