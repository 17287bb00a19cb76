//! What a carrier's webhook asks: take this event, and say what the line hears now.

use crate::Engine;
use crate::machines::{Applied, Happening};
use nightdesk_domain::call::{Arrival, CallEvent};
use nightdesk_domain::case::{CaseEvent, PageEvent};
use nightdesk_domain::effect::Outcome;
use nightdesk_domain::ids::{CallId, CaseId, EffectId, OwnerId, TenantId};
use nightdesk_domain::private::Private;
use nightdesk_domain::reply::{Heard, VoiceReply};
use nightdesk_ports::{DeliveryError, Snapshot, StoreError};

/// Why an event was not taken.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No tenant of that name has been imported.
    #[error("no such tenant; import its file first")]
    UnknownTenant,
    /// No call or case of that name.
    #[error("no such call or case")]
    NotFound,
    /// Others kept committing first; ask again.
    #[error("the state kept changing under this event")]
    Contended,
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// A service outside failed.
    #[error("a service outside failed")]
    Outside(#[from] DeliveryError),
}

impl Engine {
    /// A call reached a line; asking again for an open call changes nothing.
    pub async fn arrive(&self, arrival: &Arrival) -> Result<VoiceReply, EngineError> {
        let owner = OwnerId::Call(arrival.call.clone());
        let applied = self.apply(&arrival.tenant, &owner, &Happening::Arrived(arrival.clone()), None).await?;
        self.call_reply(applied, Heard::default()).await
    }

    /// Something happened to a call; `heard` is what of the news its caller was told before.
    pub async fn call_event(
        &self,
        tenant: &TenantId,
        call: &CallId,
        event: CallEvent,
        heard: Heard,
    ) -> Result<VoiceReply, EngineError> {
        let owner = OwnerId::Call(call.clone());
        let applied = self.apply(tenant, &owner, &Happening::Call(event), None).await?;
        self.call_reply(applied, heard).await
    }

    /// What a caller hears now.
    pub async fn call_now(&self, tenant: &TenantId, call: &CallId) -> Result<VoiceReply, EngineError> {
        match self.load(tenant, OwnerId::Call(call.clone())).await? {
            (Snapshot::Call(call), policy) => Ok(call.reply(&policy, Heard::default(), self.now())),
            (Snapshot::Case(_), _) => Err(EngineError::NotFound),
        }
    }

    /// Something happened to a technician's leg.
    pub async fn page_event(
        &self,
        tenant: &TenantId,
        case: &CaseId,
        page: u32,
        event: PageEvent,
    ) -> Result<VoiceReply, EngineError> {
        let owner = OwnerId::Case(case.clone());
        let event = CaseEvent::Page { page, event };
        let applied = self.apply(tenant, &owner, &Happening::Case(event), None).await?;
        let policy = applied.policy.clone();
        // Written down before the technician hears it; performed while the line waits.
        match self.perform_inline(applied).await {
            Snapshot::Case(case) => Ok(case.page_reply(page, &policy)),
            Snapshot::Call(_) => Err(EngineError::NotFound),
        }
    }

    /// What a technician hears now.
    pub async fn page_now(&self, tenant: &TenantId, case: &CaseId, page: u32) -> Result<VoiceReply, EngineError> {
        match self.load(tenant, OwnerId::Case(case.clone())).await? {
            (Snapshot::Case(case), policy) => Ok(case.page_reply(page, &policy)),
            (Snapshot::Call(_), _) => Err(EngineError::NotFound),
        }
    }

    /// Something else happened to a case.
    pub async fn case_event(&self, tenant: &TenantId, case: &CaseId, event: CaseEvent) -> Result<(), EngineError> {
        let owner = OwnerId::Case(case.clone());
        let applied = self.apply(tenant, &owner, &Happening::Case(event), None).await?;
        self.perform_inline(applied).await;
        Ok(())
    }

    /// A notice did not arrive, by the word of the service that was to bring it: its case keeps that.
    pub async fn notice_lost(&self, tenant: &TenantId, effect: EffectId, why: &str) -> Result<(), EngineError> {
        let OwnerId::Case(case) = effect.owner.clone() else { return Err(EngineError::NotFound) };
        let event = CaseEvent::Settled { effect, outcome: Outcome::NoticeLost(why.to_owned()) };
        self.case_event(tenant, &case, event).await
    }

    /// A person says that a ticket, by the number that callers hear, is taken care of.
    pub async fn mark_handled(&self, tenant: &TenantId, number: &str, by: &str) -> Result<(), EngineError> {
        match self.ports().cases.find(tenant, "ticket", number).await? {
            Some(OwnerId::Case(case)) => {
                self.case_event(tenant, &case, CaseEvent::MarkedHandled { by: Private::new(by) }).await
            }
            _ => Err(EngineError::NotFound),
        }
    }

    async fn call_reply(&self, applied: Applied, heard: Heard) -> Result<VoiceReply, EngineError> {
        let policy = applied.policy.clone();
        match self.perform_inline(applied).await {
            Snapshot::Call(call) => Ok(call.reply(&policy, heard, self.now())),
            Snapshot::Case(_) => Err(EngineError::NotFound),
        }
    }

    pub(crate) async fn load(
        &self,
        tenant: &TenantId,
        owner: OwnerId,
    ) -> Result<(Snapshot, std::sync::Arc<nightdesk_domain::policy::Policy>), EngineError> {
        let stored = self.ports().cases.load(tenant, &owner).await?.ok_or(EngineError::NotFound)?;
        let policy = self.policy(tenant, stored.snapshot.policy_version()).await?;
        Ok((stored.snapshot, policy))
    }
}
