//! The sections that say where a tenant's people chat: `[slack]` and `[webhook]`.

use super::Keys;
use super::checks::Checker;
use super::integrations::Integrations;
use crate::config::SecretRef;
use nightdesk_adapters_slack::{API, SlackConfig, is_channel};
use nightdesk_adapters_webhook::{Format, WebhookUrl};
use serde::Deserialize;

const SLACK_TOKEN: &str = "slack.bot_token";
const SLACK_SIGNING: &str = "slack.signing_secret";
const WEBHOOK_URL: &str = "webhook.url";

/// `[slack]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slack {
    #[serde(default = "slack_api")]
    api: String,
    bot_token: SecretRef,
    signing_secret: SecretRef,
    channel: String,
}

/// `[webhook]`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    format: WebhookFormat,
    url: SecretRef,
}

/// What is posted to the webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WebhookFormat {
    Teams,
    Plain,
}

fn slack_api() -> String {
    API.to_owned()
}

impl Slack {
    /// The secrets that it names.
    pub(super) fn secrets(&self) -> [(&'static str, &SecretRef); 2] {
        [(SLACK_TOKEN, &self.bot_token), (SLACK_SIGNING, &self.signing_secret)]
    }
}

impl Webhook {
    /// The secret that it names.
    pub(super) fn secret(&self) -> (&'static str, &SecretRef) {
        (WEBHOOK_URL, &self.url)
    }

    /// What is posted.
    pub fn format(&self) -> Format {
        match self.format {
            WebhookFormat::Teams => Format::Teams,
            WebhookFormat::Plain => Format::Plain,
        }
    }
}

/// Collects what is wrong and shows without reading a secret.
pub(super) fn check(tenant: &Integrations, check: &mut Checker) {
    if let Some(slack) = &tenant.slack
        && !is_channel(&slack.channel)
    {
        let wanted = "is no id of a channel; one is \"C0123456789\", at the end of the channel's details";
        check.problem("slack.channel", format!("{:?} {wanted}", slack.channel));
    }
}

impl Integrations {
    /// The Slack workspace's settings, or every problem of them at once; none: no workspace.
    pub fn slack_config(&self, keys: &Keys) -> Option<Result<SlackConfig, Vec<String>>> {
        self.slack.as_ref().map(|part| {
            let one = |why: String| vec![why];
            let config = SlackConfig {
                api: part.api.clone(),
                bot_token: keys.get(SLACK_TOKEN).map_err(one)?,
                signing_secret: keys.get(SLACK_SIGNING).map_err(one)?,
                channel: part.channel.clone(),
            };
            match config.problems() {
                problems if problems.is_empty() => Ok(config),
                problems => Err(problems.into_iter().map(|problem| format!("slack.{problem}")).collect()),
            }
        })
    }

    /// The address of the other chat, or why there is none; none: no such chat.
    pub fn webhook_url(&self, keys: &Keys) -> Option<Result<WebhookUrl, String>> {
        self.webhook.as_ref().map(|_| {
            let url = keys.get(WEBHOOK_URL)?;
            WebhookUrl::parse(url).map_err(|why| format!("{WEBHOOK_URL}: {why}"))
        })
    }
}
