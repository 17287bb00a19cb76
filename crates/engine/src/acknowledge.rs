//! Pages by message: accepted by link, chat or text, and what the carrier says became of a text.

use crate::machines::Happening;
use crate::{Engine, EngineError};
use nightdesk_domain::case::{AckBy, Case, CaseEvent, PageEvent, PageOutcome};
use nightdesk_domain::ids::{CaseId, OwnerId, TenantId};
use nightdesk_domain::policy::Policy;
use nightdesk_ports::Snapshot;
use std::sync::Arc;

/// A case, and the settings that it goes by.
pub type CaseAndPolicy = (Box<Case>, Arc<Policy>);

impl Engine {
    /// A case as it stands.
    pub async fn case(&self, tenant: &TenantId, case: &CaseId) -> Result<CaseAndPolicy, EngineError> {
        match self.load(tenant, OwnerId::Case(case.clone())).await? {
            (Snapshot::Case(case), policy) => Ok((case, policy)),
            (Snapshot::Call(_), _) => Err(EngineError::NotFound),
        }
    }

    /// A page was accepted by a message. Gives the case as it is then, whoever has it.
    pub async fn acknowledge(
        &self,
        tenant: &TenantId,
        case: &CaseId,
        page: u32,
        by: AckBy,
        minutes: Option<u32>,
    ) -> Result<CaseAndPolicy, EngineError> {
        self.tell_page(tenant, case, page, PageEvent::Acknowledged { by, minutes }).await
    }

    /// The carrier could not deliver the text of a page: the case takes another channel. `blocked` if its receiver has
    /// told the carrier to let no text of ours through.
    pub async fn text_undelivered(
        &self,
        tenant: &TenantId,
        case: &CaseId,
        page: u32,
        blocked: bool,
    ) -> Result<(), EngineError> {
        let (state, _) = self.tell_page(tenant, case, page, PageEvent::Ended(PageOutcome::Failed)).await?;
        if let Some(to) = state.page(page).and_then(|page| page.to.as_ref()).filter(|_| blocked) {
            self.text_blocked(tenant, to).await;
        }
        Ok(())
    }

    /// Tells a case what came of one of its pages; gives the case as it is then.
    pub(crate) async fn tell_page(
        &self,
        tenant: &TenantId,
        case: &CaseId,
        page: u32,
        event: PageEvent,
    ) -> Result<CaseAndPolicy, EngineError> {
        let event = Happening::Case(CaseEvent::Page { page, event });
        let applied = self.apply(tenant, &OwnerId::Case(case.clone()), &event, None).await?;
        let policy = applied.policy.clone();
        match self.perform_inline(applied).await {
            Snapshot::Case(case) => Ok((case, policy)),
            Snapshot::Call(_) => Err(EngineError::NotFound),
        }
    }
}
