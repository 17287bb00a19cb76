//! The sections that say who serves a tenant: carrier, ticketing, mail, chat, model, transcription.

use super::Keys;
use super::alerts::Alerts;
use super::chat::{Slack, Webhook};
use super::checks::Checker;
use crate::amazon::{ABSENT, Amazon};
use crate::config::SecretRef;
use nightdesk_adapters_anthropic::{API, AnthropicConfig};
use nightdesk_adapters_connectwise::ConnectWiseConfig;
use nightdesk_adapters_twilio::TwilioAccount;
use nightdesk_domain::policy::{ModelPolicy, TranscriptionBy};
use nightdesk_domain::vocabulary::Priority;
use serde::Deserialize;
use std::collections::BTreeMap;

pub(super) const TWILIO_TOKEN: &str = "twilio.auth_token";
pub(super) const TWILIO_PREVIOUS_TOKEN: &str = "twilio.previous_auth_token";
pub(super) const CONNECTWISE_KEY: &str = "connectwise.private_key";
pub(super) const MODEL_KEY: &str = "model.api_key";

/// Who serves a tenant, as its file says.
#[derive(Debug)]
pub struct Integrations {
    /// The carrier; none: the simulated network.
    pub twilio: Option<Twilio>,
    /// The ticketing system; none: the built-in ticket desk.
    pub connectwise: Option<ConnectWise>,
    /// How notices are sent; none: they are kept in the inbox.
    pub mail: Option<Mail>,
    /// The Slack workspace; none: nobody is paged there.
    pub slack: Option<Slack>,
    /// The webhook of another chat; none: nothing is posted there.
    pub webhook: Option<Webhook>,
    /// The language model; none: the rules stand alone.
    pub model: Option<Model>,
    /// Who writes messages down; none: the carrier.
    pub transcription: Option<Transcription>,
    /// Which tools may page the people on call.
    pub alerts: Alerts,
}

/// `[twilio]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    account_sid: String,
    auth_token: SecretRef,
    previous_auth_token: Option<SecretRef>,
}

/// `[connectwise]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectWise {
    base_url: String,
    company: String,
    public_key: String,
    private_key: SecretRef,
    client_id: String,
    #[serde(default)]
    catch_all_company: String,
    board: String,
    source: String,
    status_open: String,
    status_pending: String,
    status_closed: String,
    priorities: BTreeMap<Priority, String>,
}

/// `[mail]`: how notices reach the people on call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "via", rename_all = "snake_case", deny_unknown_fields)]
pub enum Mail {
    /// As e-mail by Amazon SES.
    Ses {
        /// The sender: an address or domain that SES has verified.
        from: String,
        /// Where answers go; none: to the sender.
        reply_to: Option<String>,
        /// The SES configuration set that sending goes through.
        configuration_set: Option<String>,
    },
    /// Kept here, for `nightdesk inbox`.
    Inbox {},
}

/// `[model]`: who helps the rules.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "via", rename_all = "snake_case", deny_unknown_fields)]
pub enum Model {
    /// Amazon Bedrock.
    Bedrock {
        /// Model or inference profile that is asked while the caller is on the line.
        quick: String,
        /// The one that is asked afterwards.
        thorough: String,
        /// Whether the quick one is asked for its opinion.
        #[serde(default = "yes")]
        opinion: bool,
        /// Whether the thorough one writes the summary.
        #[serde(default = "yes")]
        summary: bool,
    },
    /// The Anthropic Messages API.
    Anthropic {
        /// Where it is.
        #[serde(default = "anthropic_api")]
        api: String,
        /// The key to it.
        api_key: SecretRef,
        /// Model that is asked while the caller is on the line.
        quick: String,
        /// The one that is asked afterwards.
        thorough: String,
        /// Whether the quick one is asked for its opinion.
        #[serde(default = "yes")]
        opinion: bool,
        /// Whether the thorough one writes the summary.
        #[serde(default = "yes")]
        summary: bool,
    },
    /// Nobody: the rules stand alone.
    None {},
}

/// `[transcription]`: who writes messages down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Transcription {
    /// The carrier.
    Carrier {},
    /// Amazon Transcribe.
    Amazon {
        /// The S3 bucket that recordings and transcripts lie in.
        bucket: String,
        /// What their names in it begin with.
        #[serde(default)]
        prefix: String,
    },
}

impl Model {
    /// What of it is stored: what the model is asked.
    pub(super) fn policy(&self) -> ModelPolicy {
        match self {
            Model::Bedrock { opinion, summary, .. } | Model::Anthropic { opinion, summary, .. } => {
                ModelPolicy { opinion: *opinion, summary: *summary }
            }
            Model::None {} => ModelPolicy::default(),
        }
    }
}

impl Transcription {
    /// What of it is stored: who writes messages down.
    pub(super) fn policy(&self) -> TranscriptionBy {
        match self {
            Transcription::Carrier {} => TranscriptionBy::Carrier,
            Transcription::Amazon { .. } => TranscriptionBy::Service,
        }
    }
}

fn yes() -> bool {
    true
}

fn anthropic_api() -> String {
    API.to_owned()
}

/// Collects what is wrong with these sections and shows without reading a secret.
pub(super) fn check(tenant: &Integrations, check: &mut Checker) {
    for (field, secret) in tenant.secrets() {
        if let Some(problem) = secret.problem() {
            check.problem(field, problem);
        }
    }
    let amazon = |check: &mut Checker, field: &str| {
        if !Amazon::IS_BUILT_IN {
            check.problem(field, ABSENT);
        }
    };
    let address = |check: &mut Checker, field: &str, text: &str| {
        if !text.split_once('@').is_some_and(|(name, host)| !name.trim().is_empty() && host.contains('.')) {
            check.problem(field, format!("{text:?} is no e-mail address"));
        }
    };
    if let Some(Mail::Ses { from, reply_to, configuration_set }) = &tenant.mail {
        amazon(check, "mail.via");
        address(check, "mail.from", from);
        if let Some(reply_to) = reply_to {
            address(check, "mail.reply_to", reply_to);
        }
        if let Some(name) = configuration_set {
            check.named("mail.configuration_set", name);
        }
    }
    super::chat::check(tenant, check);
    super::alerts::check(&tenant.alerts, check);
    match &tenant.model {
        Some(Model::Bedrock { quick, thorough, .. }) => {
            amazon(check, "model.via");
            check.named("model.quick", quick);
            check.named("model.thorough", thorough);
        }
        Some(Model::Anthropic { api, quick, thorough, .. }) => {
            if !is_private(api) {
                check.problem("model.api", "must begin with https:// (the key travels with every request)");
            }
            check.named("model.quick", quick);
            check.named("model.thorough", thorough);
        }
        Some(Model::None {}) | None => {}
    }
    if let Some(Transcription::Amazon { bucket, .. }) = &tenant.transcription {
        amazon(check, "transcription.by");
        // Amazon S3 user guide, "General purpose bucket naming rules".
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(known) {
            check.problem("transcription.bucket", format!("{bucket:?} is no name of a bucket"));
        }
    }
}

/// Whether nobody on the way reads what is sent there: TLS, or this machine.
fn is_private(address: &str) -> bool {
    url::Url::parse(address).is_ok_and(|url| {
        let local = url.host_str().is_some_and(|host| ["127.0.0.1", "localhost", "[::1]"].contains(&host));
        url.scheme() == "https" || (url.scheme() == "http" && local)
    })
}

impl Integrations {
    /// Every secret that the file names, and the setting that names it; those of `[alerts]` aside.
    pub(super) fn secrets(&self) -> Vec<(&'static str, &SecretRef)> {
        let mut secrets = Vec::new();
        if let Some(twilio) = &self.twilio {
            secrets.push((TWILIO_TOKEN, &twilio.auth_token));
            secrets.extend(twilio.previous_auth_token.iter().map(|token| (TWILIO_PREVIOUS_TOKEN, token)));
        }
        secrets.extend(self.connectwise.iter().map(|part| (CONNECTWISE_KEY, &part.private_key)));
        secrets.extend(self.slack.iter().flat_map(Slack::secrets));
        secrets.extend(self.webhook.iter().map(Webhook::secret));
        if let Some(Model::Anthropic { api_key, .. }) = &self.model {
            secrets.push((MODEL_KEY, api_key));
        }
        secrets
    }

    /// The carrier's account; none: the simulated network.
    pub fn twilio_account(&self, keys: &Keys) -> Option<Result<TwilioAccount, String>> {
        self.twilio.as_ref().map(|twilio| {
            let token = keys.get(TWILIO_TOKEN)?;
            let previous = twilio.previous_auth_token.as_ref().map(|_| keys.get(TWILIO_PREVIOUS_TOKEN)).transpose()?;
            TwilioAccount::new(&twilio.account_sid, token, previous).map_err(|why| format!("twilio: {why}"))
        })
    }

    /// The ticketing system's settings, or every problem of them at once; none: the built-in desk.
    pub fn connectwise_config(&self, keys: &Keys) -> Option<Result<ConnectWiseConfig, Vec<String>>> {
        self.connectwise.as_ref().map(|part| {
            let config = ConnectWiseConfig {
                base_url: part.base_url.clone(),
                company: part.company.clone(),
                public_key: part.public_key.clone(),
                private_key: keys.get(CONNECTWISE_KEY).map_err(|why| vec![why])?,
                client_id: part.client_id.clone(),
                catch_all_company: part.catch_all_company.clone(),
                board: part.board.clone(),
                status_open: part.status_open.clone(),
                status_pending: part.status_pending.clone(),
                status_closed: part.status_closed.clone(),
                priorities: part.priorities.clone(),
                source: part.source.clone(),
            };
            match config.problems() {
                problems if problems.is_empty() => Ok(config),
                problems => Err(problems.into_iter().map(|problem| format!("connectwise: {problem}")).collect()),
            }
        })
    }

    /// The settings of models by the Anthropic API, or every problem of them at once; none: no such models.
    pub fn anthropic_config(&self, keys: &Keys) -> Option<Result<AnthropicConfig, Vec<String>>> {
        let Some(Model::Anthropic { api, quick, thorough, .. }) = &self.model else { return None };
        let config = keys.get(MODEL_KEY).map_err(|why| vec![why]).map(|key| AnthropicConfig {
            api: api.clone(),
            key,
            quick_model: quick.clone(),
            thorough_model: thorough.clone(),
        });
        Some(config.and_then(|config| match config.problems() {
            problems if problems.is_empty() => Ok(config),
            problems => Err(problems.into_iter().map(|problem| format!("model: {problem}")).collect()),
        }))
    }

    /// What the secrets and the integrations' settings lack, given the secrets that were read.
    pub fn problems(&self, keys: &Keys) -> Vec<String> {
        let twilio = self.twilio_account(keys).and_then(Result::err);
        let connectwise = self.connectwise_config(keys).and_then(Result::err).unwrap_or_default();
        let model = self.anthropic_config(keys).and_then(Result::err).unwrap_or_default();
        let slack = self.slack_config(keys).and_then(Result::err).unwrap_or_default();
        let webhook = self.webhook_url(keys).and_then(Result::err);
        let tools = self.alert_tokens(keys).into_iter().filter_map(|(_, token)| token.err());
        twilio.into_iter().chain(connectwise).chain(slack).chain(webhook).chain(model).chain(tools).collect()
    }
}
