//! Posting, and what the answer means.

use crate::card::{Card, Plain, Told};
use crate::url::WebhookUrl;
use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use nightdesk_domain::effect::Alert;
use nightdesk_domain::ids::{EffectId, TenantId};
use nightdesk_ports::{DeliveryError, HttpTransport, Notifier, TransportError};
use std::sync::Arc;
use std::time::Duration;

/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait that the other side may impose with `Retry-After`.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// What is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An Adaptive Card for Teams' Workflows.
    Teams,
    /// [`Plain`].
    Plain,
}

/// One tenant's webhook.
pub struct Webhook {
    transport: Arc<dyn HttpTransport>,
    url: WebhookUrl,
    format: Format,
}

impl Webhook {
    /// Posts there in this format.
    pub fn new(transport: Arc<dyn HttpTransport>, url: WebhookUrl, format: Format) -> Self {
        Self { transport, url, format }
    }

    /// Posts a message; `id` is in the plain format, so that a repetition can be recognised. Teams recognises none:
    /// whoever repeats after an unknown outcome may show it twice.
    pub async fn post(&self, tenant: &TenantId, id: &EffectId, told: &Told<'_>) -> Result<(), DeliveryError> {
        let refused = |what: &str| DeliveryError::Refused(what.to_owned());
        let id = id.to_string();
        let body = match self.format {
            Format::Teams => serde_json::to_vec(&Card::of(told)),
            Format::Plain => serde_json::to_vec(&Plain::of(&id, tenant.as_str(), told)),
        };
        let body = body.map_err(|_| refused("the message cannot be written"))?;
        let uri = self.url.uri().ok_or_else(|| refused("the webhook's URL is none"))?;
        let request = Request::post(uri)
            .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
            .body(Bytes::from(body))
            .map_err(|_| refused("the request cannot be written"))?;
        let response = self.transport.send(request, REQUEST_TIMEOUT).await.map_err(|error| match error {
            TransportError::NotSent => DeliveryError::unavailable(),
            TransportError::NoAnswer => DeliveryError::Unknown,
        })?;
        judge(response.status(), response.headers())
    }
}

#[async_trait]
impl Notifier for Webhook {
    /// Posts the notice; the addresses are for mail.
    async fn alert(&self, tenant: &TenantId, id: &EffectId, alert: &Alert) -> Result<(), DeliveryError> {
        let (subject, body) = (alert.subject.reveal(), alert.body.reveal());
        self.post(tenant, id, &Told { case: None, technician: None, subject, body, link: None }).await
    }
}

/// Only the status is read: the body is whatever the other side says, and may repeat what was sent.
fn judge(status: StatusCode, headers: &HeaderMap) -> Result<(), DeliveryError> {
    match status.as_u16() {
        200..=299 => Ok(()),
        429 => Err(DeliveryError::Unavailable { retry_after: retry_after(headers) }),
        408 | 500.. => Err(DeliveryError::Unknown),
        300..=399 => {
            Err(DeliveryError::Refused(format!("HTTP {status}: the webhook leads elsewhere; set its new URL")))
        }
        _ => Err(DeliveryError::Refused(format!("HTTP {status}: see whether the webhook's URL still holds"))),
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}
