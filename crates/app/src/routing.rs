//! Ports that differ by tenant: a real carrier or the simulated network, ConnectWise or the built-in desk.

use async_trait::async_trait;
use bytes::Bytes;
use nightdesk_adapters_connectwise::ConnectWise;
use nightdesk_adapters_local::desk::Desk;
use nightdesk_adapters_twilio::{TwilioAccount, TwilioTelephony};
use nightdesk_domain::case::TicketDraft;
use nightdesk_domain::effect::{Line, NoteOrder, PageOrder, TextOrder};
use nightdesk_domain::ids::{CaseId, LegId, PsaTicketId, RecordingId, TenantId};
use nightdesk_ports::{DeliveryError, Telephony, Ticketing};
use std::collections::BTreeSet;

/// Twilio's API for tenants that have an account there, the simulated network's for all others.
pub struct Carriers {
    /// `https://api.twilio.com`.
    pub twilio: TwilioTelephony,
    /// The simulated network on this machine.
    pub simulated: TwilioTelephony,
}

impl Carriers {
    /// The account whose tokens sign a tenant's webhooks.
    pub fn account(&self, tenant: &TenantId) -> Option<&TwilioAccount> {
        self.twilio.account(tenant).or_else(|| self.simulated.account(tenant))
    }

    fn of(&self, tenant: &TenantId) -> &TwilioTelephony {
        if self.twilio.account(tenant).is_some() { &self.twilio } else { &self.simulated }
    }
}

#[async_trait]
impl Telephony for Carriers {
    async fn page(&self, order: &PageOrder) -> Result<LegId, DeliveryError> {
        self.of(&order.tenant).page(order).await
    }
    async fn find_page(&self, order: &PageOrder) -> Result<Option<LegId>, DeliveryError> {
        self.of(&order.tenant).find_page(order).await
    }
    async fn refetch(&self, tenant: &TenantId, line: &Line) -> Result<(), DeliveryError> {
        self.of(tenant).refetch(tenant, line).await
    }
    async fn hang_up(&self, tenant: &TenantId, leg: &LegId) -> Result<(), DeliveryError> {
        self.of(tenant).hang_up(tenant, leg).await
    }
    async fn text(&self, tenant: &TenantId, order: &TextOrder) -> Result<(), DeliveryError> {
        self.of(tenant).text(tenant, order).await
    }
    async fn recording(&self, tenant: &TenantId, id: &RecordingId) -> Result<(String, Bytes), DeliveryError> {
        self.of(tenant).recording(tenant, id).await
    }
}

/// ConnectWise for tenants that have it configured, the built-in desk for all others.
pub struct Desks {
    /// ConnectWise PSA.
    pub connectwise: ConnectWise,
    /// Which tenants use it.
    pub with_connectwise: BTreeSet<TenantId>,
    /// The built-in desk.
    pub built_in: Desk,
}

impl Desks {
    fn of(&self, tenant: &TenantId) -> &dyn Ticketing {
        if self.with_connectwise.contains(tenant) { &self.connectwise } else { &self.built_in }
    }
}

#[async_trait]
impl Ticketing for Desks {
    async fn open(&self, draft: &TicketDraft) -> Result<PsaTicketId, DeliveryError> {
        self.of(&draft.tenant).open(draft).await
    }
    async fn find(&self, tenant: &TenantId, key: &CaseId) -> Result<Vec<PsaTicketId>, DeliveryError> {
        self.of(tenant).find(tenant, key).await
    }
    async fn add_note(&self, tenant: &TenantId, note: &NoteOrder, repeated: bool) -> Result<(), DeliveryError> {
        self.of(tenant).add_note(tenant, note, repeated).await
    }
    async fn close(&self, tenant: &TenantId, ticket: &PsaTicketId) -> Result<(), DeliveryError> {
        self.of(tenant).close(tenant, ticket).await
    }
    async fn merge(&self, tenant: &TenantId, keep: &PsaTicketId, drop: &PsaTicketId) -> Result<(), DeliveryError> {
        self.of(tenant).merge(tenant, keep, drop).await
    }
    async fn open_count(&self, tenant: &TenantId, company: &str) -> Result<u32, DeliveryError> {
        self.of(tenant).open_count(tenant, company).await
    }
}
