//! Delivery by `chat.postMessage` and `chat.update`.

use crate::blocks::Message;
use crate::config::{SlackConfig, is_channel, is_member};
use crate::failure::judged;
use crate::notice::{Page, alert_message, page_message};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, header};
use nightdesk_domain::effect::Alert;
use nightdesk_domain::ids::{EffectId, TenantId};
use nightdesk_ports::{DeliveryError, HttpTransport, Notifier, TransportError};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// One tenant's workspace.
pub struct Slack {
    transport: Arc<dyn HttpTransport>,
    config: SlackConfig,
}

/// Where a message stands, as Slack names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The channel; for a member, the conversation with the bot.
    pub channel: String,
    /// The message within it.
    pub ts: String,
}

/// The body of both methods. Links are never looked up: each would be somebody's words, or an acceptance.
#[derive(Serialize)]
struct Body<'a> {
    channel: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<&'a str>,
    #[serde(flatten)]
    message: &'a Message,
    unfurl_links: bool,
    unfurl_media: bool,
}

impl Slack {
    /// A workspace whose settings have no [`problems`](SlackConfig::problems).
    pub fn new(transport: Arc<dyn HttpTransport>, config: SlackConfig) -> Self {
        Self { transport, config }
    }

    /// The settings.
    pub fn config(&self) -> &SlackConfig {
        &self.config
    }

    /// Posts a page to a member, by the id in the tenant's records. Slack knows no idempotency key: whoever repeats
    /// after an unknown outcome may show it twice.
    pub async fn page(&self, member: &str, page: &Page<'_>) -> Result<Posted, DeliveryError> {
        if !is_member(member) {
            return Err(DeliveryError::Refused("the technician's `slack` is no member id".to_owned()));
        }
        self.post(member, &page_message(page)).await
    }

    /// Posts a message to a channel or a member.
    pub async fn post(&self, to: &str, message: &Message) -> Result<Posted, DeliveryError> {
        let body = Body { channel: to, ts: None, message, unfurl_links: false, unfurl_media: false };
        let answer = self.call("chat.postMessage", &body).await?;
        let part = |name: &str| answer[name].as_str().map(str::to_owned);
        part("channel").zip(part("ts")).map(|(channel, ts)| Posted { channel, ts }).ok_or(DeliveryError::Unknown)
    }

    /// Puts another message in the place of one of ours.
    pub async fn replace(&self, at: &Posted, message: &Message) -> Result<(), DeliveryError> {
        let body = Body { channel: &at.channel, ts: Some(&at.ts), message, unfurl_links: false, unfurl_media: false };
        self.call("chat.update", &body).await.map(drop)
    }

    async fn call(&self, method: &str, body: &Body<'_>) -> Result<serde_json::Value, DeliveryError> {
        let refused = |what: &str| DeliveryError::Refused(what.to_owned());
        let endpoint = self.config.endpoint(method).map_err(DeliveryError::Refused)?;
        let token = self.config.authorization().ok_or_else(|| refused("the bot token cannot be sent"))?;
        let body = serde_json::to_vec(body).map_err(|_| refused("the message cannot be written"))?;
        let request = Request::post(endpoint)
            .header(header::AUTHORIZATION, token)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(Bytes::from(body))
            .map_err(|_| refused("the request cannot be written"))?;
        let response = self.transport.send(request, REQUEST_TIMEOUT).await.map_err(|error| match error {
            TransportError::NotSent => DeliveryError::unavailable(),
            TransportError::NoAnswer => DeliveryError::Unknown,
        })?;
        judged(&response)
    }
}

#[async_trait]
impl Notifier for Slack {
    /// Posts the notice to the tenant's channel; the addresses are for mail.
    async fn alert(&self, _tenant: &TenantId, _id: &EffectId, alert: &Alert) -> Result<(), DeliveryError> {
        if !is_channel(&self.config.channel) {
            return Err(DeliveryError::Refused("`slack.channel` is no channel id".to_owned()));
        }
        self.post(&self.config.channel, &alert_message(alert)).await.map(drop)
    }
}
