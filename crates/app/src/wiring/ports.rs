//! The ports as the engine sees them: each order goes to whoever serves its tenant at that moment.
//!
//! A tenant that is not served here now may be served later, or elsewhere: its orders are put off, never given up.

use super::Wiring;
use super::chat::with_link;
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use nightdesk_domain::case::TicketDraft;
use nightdesk_domain::effect::{Alert, Line, MessageOrder, NoteOrder, PageOrder, TextOrder};
use nightdesk_domain::ids::{CallId, CaseId, EffectId, LegId, PsaTicketId, RecordingId, TenantId};
use nightdesk_domain::model::{Opinion, Question, Story, Summary};
use nightdesk_domain::private::Private;
use nightdesk_domain::vocabulary::{Category, Language};
use nightdesk_ports::{
    Answer, CallerOf, ClearedText, DeliveryError, KeptRecording, Notifier, Telephony, Ticketing, Transcriber,
    Transcript, TriageModel,
};

#[async_trait]
impl Telephony for Wiring {
    async fn page(&self, order: &PageOrder) -> Result<LegId, DeliveryError> {
        self.of(&order.tenant)?.carrier.telephony.page(order).await
    }
    async fn find_page(&self, order: &PageOrder) -> Result<Option<LegId>, DeliveryError> {
        self.of(&order.tenant)?.carrier.telephony.find_page(order).await
    }
    async fn refetch(&self, tenant: &TenantId, line: &Line) -> Result<(), DeliveryError> {
        self.of(tenant)?.carrier.telephony.refetch(tenant, line).await
    }
    async fn hang_up(&self, tenant: &TenantId, leg: &LegId) -> Result<(), DeliveryError> {
        self.of(tenant)?.carrier.telephony.hang_up(tenant, leg).await
    }
    async fn text(&self, tenant: &TenantId, order: &TextOrder) -> Result<(), DeliveryError> {
        let served = self.of(tenant)?;
        let link = match &order.page {
            Some((case, page)) => self.link_to_page(tenant, case, *page).await,
            None => None,
        };
        let order = TextOrder { body: with_link(&order.body, link.as_deref()), ..order.clone() };
        served.carrier.telephony.text(tenant, &order).await
    }
    async fn text_caller(&self, text: &ClearedText) -> Result<(), DeliveryError> {
        self.of(text.tenant())?.carrier.telephony.text_caller(text).await
    }
    async fn recording(&self, tenant: &TenantId, id: &RecordingId) -> Result<(String, Bytes), DeliveryError> {
        self.of(tenant)?.carrier.telephony.recording(tenant, id).await
    }
    async fn recordings(&self, tenant: &TenantId, since: DateTime<Utc>) -> Result<Vec<KeptRecording>, DeliveryError> {
        self.of(tenant)?.carrier.telephony.recordings(tenant, since).await
    }
    async fn transcript_of(&self, tenant: &TenantId, id: &RecordingId) -> Result<Option<Private>, DeliveryError> {
        self.of(tenant)?.carrier.telephony.transcript_of(tenant, id).await
    }
    async fn caller_of(&self, tenant: &TenantId, call: &CallId) -> Result<CallerOf, DeliveryError> {
        self.of(tenant)?.carrier.telephony.caller_of(tenant, call).await
    }
}

#[async_trait]
impl Ticketing for Wiring {
    async fn open(&self, draft: &TicketDraft) -> Result<PsaTicketId, DeliveryError> {
        let served = self.of(&draft.tenant)?;
        let description = self.with_recordings(&draft.tenant, &draft.description).await;
        served.ticketing.open(&TicketDraft { description, ..draft.clone() }).await
    }
    async fn find(&self, tenant: &TenantId, key: &CaseId) -> Result<Vec<PsaTicketId>, DeliveryError> {
        self.of(tenant)?.ticketing.find(tenant, key).await
    }
    async fn add_note(&self, tenant: &TenantId, note: &NoteOrder, repeated: bool) -> Result<(), DeliveryError> {
        let served = self.of(tenant)?;
        let text = self.with_recordings(tenant, &note.text).await;
        served.ticketing.add_note(tenant, &NoteOrder { text, ..note.clone() }, repeated).await
    }
    async fn close(&self, tenant: &TenantId, ticket: &PsaTicketId) -> Result<(), DeliveryError> {
        self.of(tenant)?.ticketing.close(tenant, ticket).await
    }
    async fn merge(&self, tenant: &TenantId, keep: &PsaTicketId, drop: &PsaTicketId) -> Result<(), DeliveryError> {
        self.of(tenant)?.ticketing.merge(tenant, keep, drop).await
    }
    async fn open_count(&self, tenant: &TenantId, company: &str) -> Result<u32, DeliveryError> {
        self.of(tenant)?.ticketing.open_count(tenant, company).await
    }
    async fn last_fix(
        &self,
        tenant: &TenantId,
        company: &str,
        category: Category,
    ) -> Result<Option<Private>, DeliveryError> {
        self.of(tenant)?.ticketing.last_fix(tenant, company, category).await
    }
}

#[async_trait]
impl Notifier for Wiring {
    async fn alert(&self, tenant: &TenantId, id: &EffectId, alert: &Alert) -> Result<(), DeliveryError> {
        let served = self.of(tenant)?;
        self.notice(&served, tenant, id, alert).await
    }
    async fn page(&self, tenant: &TenantId, id: &EffectId, order: &MessageOrder) -> Result<(), DeliveryError> {
        let served = self.of(tenant)?;
        self.message(&served, id, order).await
    }
}

#[async_trait]
impl TriageModel for Wiring {
    async fn opinion(&self, tenant: &TenantId, question: &Question) -> Result<Answer<Opinion>, DeliveryError> {
        self.of(tenant)?.model.opinion(tenant, question).await
    }
    async fn summary(&self, tenant: &TenantId, story: &Story) -> Result<Answer<Summary>, DeliveryError> {
        self.of(tenant)?.model.summary(tenant, story).await
    }
}

#[async_trait]
impl Transcriber for Wiring {
    async fn look(&self, tenant: &TenantId, key: &str) -> Result<Transcript, DeliveryError> {
        self.of(tenant)?.transcriber.look(tenant, key).await
    }
    async fn begin(
        &self,
        tenant: &TenantId,
        key: &str,
        language: Language,
        media_type: &str,
        sound: Bytes,
    ) -> Result<(), DeliveryError> {
        self.of(tenant)?.transcriber.begin(tenant, key, language, media_type, sound).await
    }
}

/// In the place of a service that could not be reached with what the tenant's file and secrets say: puts everything
/// off until that is mended.
pub(super) struct Unwired;

fn later<T>() -> Result<T, DeliveryError> {
    Err(DeliveryError::unavailable())
}

#[async_trait]
impl Ticketing for Unwired {
    async fn open(&self, _draft: &TicketDraft) -> Result<PsaTicketId, DeliveryError> {
        later()
    }
    async fn find(&self, _tenant: &TenantId, _key: &CaseId) -> Result<Vec<PsaTicketId>, DeliveryError> {
        later()
    }
    async fn add_note(&self, _tenant: &TenantId, _note: &NoteOrder, _repeated: bool) -> Result<(), DeliveryError> {
        later()
    }
    async fn close(&self, _tenant: &TenantId, _ticket: &PsaTicketId) -> Result<(), DeliveryError> {
        later()
    }
    async fn merge(&self, _tenant: &TenantId, _keep: &PsaTicketId, _drop: &PsaTicketId) -> Result<(), DeliveryError> {
        later()
    }
    async fn open_count(&self, _tenant: &TenantId, _company: &str) -> Result<u32, DeliveryError> {
        later()
    }
    async fn last_fix(
        &self,
        _tenant: &TenantId,
        _company: &str,
        _category: Category,
    ) -> Result<Option<Private>, DeliveryError> {
        later()
    }
}

#[async_trait]
impl Notifier for Unwired {
    async fn alert(&self, _tenant: &TenantId, _id: &EffectId, _alert: &Alert) -> Result<(), DeliveryError> {
        later()
    }
}

#[async_trait]
impl TriageModel for Unwired {
    async fn opinion(&self, _tenant: &TenantId, _question: &Question) -> Result<Answer<Opinion>, DeliveryError> {
        later()
    }
    async fn summary(&self, _tenant: &TenantId, _story: &Story) -> Result<Answer<Summary>, DeliveryError> {
        later()
    }
}

#[async_trait]
impl Transcriber for Unwired {
    async fn look(&self, _tenant: &TenantId, _key: &str) -> Result<Transcript, DeliveryError> {
        later()
    }
    async fn begin(
        &self,
        _tenant: &TenantId,
        _key: &str,
        _language: Language,
        _media_type: &str,
        _sound: Bytes,
    ) -> Result<(), DeliveryError> {
        later()
    }
}
