//! The double's mail: SES API v2, SendEmail with simple content.
//!
//! Source: Amazon SES API v2 Reference, SendEmail, and the error texts that SES is seen to give.

use super::{Arrived, AwsDouble, Refusal};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A mail that SES took.
pub type Mail = Value;

/// One account in one region.
#[derive(Default)]
pub(super) struct Account {
    production: bool,
    verified: BTreeSet<String>,
    configuration_sets: BTreeSet<String>,
    sent: Vec<Mail>,
}

impl AwsDouble {
    /// Verifies an address or a domain as an identity.
    pub fn verify(&self, identity: &str) {
        self.state().mail.verified.insert(identity.to_owned());
    }

    /// Takes the account out of the sandbox: only senders must be verified from now on.
    pub fn leave_sandbox(&self) {
        self.state().mail.production = true;
    }

    /// Creates a configuration set.
    pub fn add_configuration_set(&self, name: &str) {
        self.state().mail.configuration_sets.insert(name.to_owned());
    }

    /// The requests of the mails that were taken, the oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.state().mail.sent.clone()
    }
}

impl Account {
    pub(super) fn send(&mut self, arrived: &Arrived) -> Result<Value, Refusal> {
        let mail = arrived.json();
        let malformed = |message: &str| Refusal::new(400, "BadRequestException", message);
        let to: Vec<&str> = strings(&mail["Destination"]["ToAddresses"]);
        if to.is_empty() || to.len() > 50 {
            return Err(malformed("Recipient count must be between 1 and 50."));
        }
        let from = mail["FromEmailAddress"].as_str().ok_or_else(|| malformed("FromEmailAddress is missing."))?;
        let replies = strings(&mail["ReplyToAddresses"]);
        if to.iter().chain(&replies).chain([&from]).any(|text| !bare(text).contains('@')) {
            return Err(malformed("Missing final '@domain'"));
        }
        for tag in mail["EmailTags"].as_array().into_iter().flatten() {
            for part in ["Name", "Value"] {
                let text = tag[part].as_str().unwrap_or_default();
                let fits = (1..=256).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
                if !fits {
                    return Err(malformed(&format!("Invalid tag {} <{text}>.", part.to_lowercase())));
                }
            }
        }
        let simple = &mail["Content"]["Simple"];
        let subject = simple["Subject"]["Data"].as_str().ok_or_else(|| malformed("Subject is missing."))?;
        if subject.chars().any(char::is_control) {
            return Err(malformed("Subject contains control characters."));
        }
        if simple["Body"]["Text"]["Data"].is_null() && simple["Body"]["Html"]["Data"].is_null() {
            return Err(malformed("Body is missing."));
        }
        if let Some(set) = mail["ConfigurationSetName"].as_str()
            && !self.configuration_sets.contains(set)
        {
            return Err(Refusal::new(404, "NotFoundException", format!("Configuration set <{set}> does not exist.")));
        }
        let mut must_be_verified = vec![from];
        if !self.production {
            must_be_verified.extend(&to);
        }
        let failed: Vec<&str> =
            must_be_verified.into_iter().map(bare).filter(|address| !self.is_verified(address)).collect();
        if !failed.is_empty() {
            let message = format!(
                "Email address is not verified. The following identities failed the check in region US-EAST-1: {}",
                failed.join(", ")
            );
            return Err(Refusal::new(400, "MessageRejected", message));
        }
        self.sent.push(mail);
        Ok(json!({ "MessageId": format!("0100000000000000-{:08}-000000", self.sent.len()) }))
    }

    fn is_verified(&self, address: &str) -> bool {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.verified.contains(address) || self.verified.contains(domain)
    }
}

/// `Name <address>` without the name.
fn bare(text: &str) -> &str {
    text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end_matches('>'))
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
