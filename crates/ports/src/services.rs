//! Services outside: telephone network, ticketing system, notices, time, HTTP.

use crate::{CallerOf, ClearedText, DeliveryError, KeptRecording};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use nightdesk_domain::case::TicketDraft;
use nightdesk_domain::effect::{Alert, Line, MessageOrder, MessageTo, NoteOrder, PageOrder, TextOrder};
use nightdesk_domain::ids::{CallId, CaseId, EffectId, LegId, PsaTicketId, RecordingId, TenantId};
use nightdesk_domain::private::Private;
use nightdesk_domain::vocabulary::Category;
use std::time::Duration;

/// The telephone network.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Telephony: Send + Sync {
    /// Rings a technician; gives the leg as soon as the carrier has accepted the order.
    async fn page(&self, order: &PageOrder) -> Result<LegId, DeliveryError>;
    /// After an unknown outcome: the leg of this order, if the carrier has one to that number since it was ordered.
    async fn find_page(&self, order: &PageOrder) -> Result<Option<LegId>, DeliveryError>;
    /// Makes the carrier ask what this line hears now. `Refused` if the leg is over.
    async fn refetch(&self, tenant: &TenantId, line: &Line) -> Result<(), DeliveryError>;
    /// Ends a leg; ending one that is over already is a success.
    async fn hang_up(&self, tenant: &TenantId, leg: &LegId) -> Result<(), DeliveryError>;
    /// Texts a technician. `Blocked` if the number takes no texts of ours.
    async fn text(&self, tenant: &TenantId, order: &TextOrder) -> Result<(), DeliveryError>;
    /// Texts a caller. `Blocked` if the number takes no texts of ours.
    async fn text_caller(&self, text: &ClearedText) -> Result<(), DeliveryError>;
    /// The sound of a recording and its media type.
    async fn recording(&self, tenant: &TenantId, id: &RecordingId) -> Result<(String, Bytes), DeliveryError>;
    /// Every recording that was made since then and is finished, the oldest first; whole seconds count. A network that
    /// keeps none has none.
    async fn recordings(&self, _tenant: &TenantId, _since: DateTime<Utc>) -> Result<Vec<KeptRecording>, DeliveryError> {
        Ok(Vec::new())
    }
    /// What was said in a recording, as the network has written it down; none where it was not asked to, is not ready,
    /// or failed. The newest one that has words counts.
    async fn transcript_of(&self, _tenant: &TenantId, _id: &RecordingId) -> Result<Option<Private>, DeliveryError> {
        Ok(None)
    }
    /// Who called whom. A call that the network does not know any more came in, for all that is known.
    async fn caller_of(&self, _tenant: &TenantId, _call: &CallId) -> Result<CallerOf, DeliveryError> {
        Ok(CallerOf { came_in: true, dialled: None, from: None })
    }
}

/// The ticketing system (PSA).
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Ticketing: Send + Sync {
    /// Opens a ticket. Not safe to repeat by itself: see `find`.
    async fn open(&self, draft: &TicketDraft) -> Result<PsaTicketId, DeliveryError>;
    /// All tickets that carry this key, the oldest first.
    async fn find(&self, tenant: &TenantId, key: &CaseId) -> Result<Vec<PsaTicketId>, DeliveryError>;
    /// Adds an internal note; with `repeated`, only if no note carries its reference yet.
    async fn add_note(&self, tenant: &TenantId, note: &NoteOrder, repeated: bool) -> Result<(), DeliveryError>;
    /// Closes a ticket; closing a closed one is a success.
    async fn close(&self, tenant: &TenantId, ticket: &PsaTicketId) -> Result<(), DeliveryError>;
    /// Merges the second ticket into the first: its notes are kept, and it is closed.
    async fn merge(&self, tenant: &TenantId, keep: &PsaTicketId, drop: &PsaTicketId) -> Result<(), DeliveryError>;
    /// How many open tickets a company has; the company is the ticketing system's identifier.
    async fn open_count(&self, tenant: &TenantId, company: &str) -> Result<u32, DeliveryError>;
    /// What fixed a company's newest problem of a category, in the words of whoever fixed it, as
    /// [`nightdesk_domain::case::fix_in_note`] reads them; none where no ticket tells. A note that `resolves` tells.
    async fn last_fix(
        &self,
        tenant: &TenantId,
        company: &str,
        category: Category,
    ) -> Result<Option<Private>, DeliveryError>;
}

/// E-mail and chat to the tenant's own people.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Sends a notice; `id` is the idempotency key.
    async fn alert(&self, tenant: &TenantId, id: &EffectId, alert: &Alert) -> Result<(), DeliveryError>;
    /// Pages one technician by chat or mail; `id` is the idempotency key. `Refused` where the tenant has no such
    /// channel: the case then takes another one. Unless a notifier knows better, a page by mail is a notice to one
    /// address, and there is no other channel.
    async fn page(&self, tenant: &TenantId, id: &EffectId, order: &MessageOrder) -> Result<(), DeliveryError> {
        let MessageTo::Email(address) = &order.to else {
            return Err(DeliveryError::Refused("the tenant has no such channel for pages".to_owned()));
        };
        let (subject, body) = (order.subject.clone(), order.body.clone());
        self.alert(tenant, id, &Alert { to: vec![address.clone()], subject, body }).await
    }
}

/// Time, and waiting for it.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
    /// Returns at that instant, at once if it has passed.
    async fn sleep_until(&self, instant: DateTime<Utc>);
}

/// HTTP, so that web adapters need no socket.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait HttpTransport: Send + Sync {
    /// Sends a request and gives the whole answer, whatever its status, within the time given.
    async fn send(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Bytes>, TransportError>;
    /// Sends a request and gives the answer as soon as its head has come, within the time given; its body follows
    /// piece by piece, for services that answer in a stream. Unless a transport knows better, the whole answer is
    /// the one piece.
    async fn open(
        &self,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) -> Result<http::Response<Box<dyn Pieces>>, TransportError> {
        let whole = self.send(request, timeout).await?;
        Ok(whole.map(|body| -> Box<dyn Pieces> { Box::new(OnePiece(Some(body))) }))
    }
}

struct OnePiece(Option<Bytes>);

#[async_trait]
impl Pieces for OnePiece {
    async fn next(&mut self, _timeout: Duration) -> Result<Option<Bytes>, TransportError> {
        Ok(self.0.take())
    }
}

/// The body of an answer that comes bit by bit. Dropping it ends the exchange.
#[async_trait]
pub trait Pieces: Send {
    /// The next piece; none at the end. `NoAnswer` if it does not come within the time given, or the line breaks.
    async fn next(&mut self, timeout: Duration) -> Result<Option<Bytes>, TransportError>;
}

/// No answer to an HTTP request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection: the request was certainly not carried out.
    #[error("the request could not be sent")]
    NotSent,
    /// Sent, and the answer was lost or late: it may have been carried out.
    #[error("the request was sent and the answer was lost")]
    NoAnswer,
}
