//! Pages by message: accepted by link, chat or text, and what the carrier says became of a text.

use crate::machines::Happening;
use crate::{Engine, EngineError};
use nightdesk_domain::case::{AckBy, Case, CaseEvent, CodedText, CodedWish, PageEvent, PageOutcome, Standing};
use nightdesk_domain::consent::IncomingText;
use nightdesk_domain::ids::{CaseId, OwnerId, TenantId};
use nightdesk_domain::policy::Policy;
use nightdesk_domain::private::Private;
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

    async fn tell_page(
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

    /// A text that begins with a code, from a technician's number: what is answered. None from anybody else, who must
    /// not learn which codes there are.
    pub(crate) async fn coded(&self, policy: &Policy, text: &IncomingText) -> Result<Option<Private>, EngineError> {
        let Some(CodedText { code, says }) = CodedText::read(text.body.reveal()) else { return Ok(None) };
        let theirs = |number: &Option<_>| number.as_ref() == Some(&text.from);
        let people: Vec<_> = policy.technicians.iter().filter(|person| theirs(&person.number)).collect();
        if people.is_empty() {
            return Ok(None);
        }
        let answer = |text: String| Ok(Some(Private::new(text)));
        let (tenant, name) = (&policy.tenant, code.name_on(self.now()));
        let found = self.ports().cases.find(tenant, "ack", &name).await?;
        let Some(OwnerId::Case(id)) = found else {
            return answer(format!("No case has the code {code}; a code holds for a day. Nothing was accepted."));
        };
        let (case, _) = self.case(tenant, &id).await?;
        let Some(page) = people.iter().filter_map(|person| case.newest_page_of(&person.id)).max() else {
            return answer(format!("You were not paged for the case with the code {code}. Nothing was accepted."));
        };
        let event = match says {
            CodedWish::Accept { minutes } => PageEvent::Acknowledged { by: AckBy::Text, minutes },
            CodedWish::Reached => PageEvent::Reached,
            CodedWish::PassOn => PageEvent::PassedOn,
            CodedWish::Unclear => {
                return answer(format!(
                    "That was not understood, and nothing was accepted. Reply {code} to accept, {code} 20 if you ring \
                     the caller in 20 minutes, {code} pass if somebody else shall."
                ));
            }
        };
        let (case, policy) = self.tell_page(tenant, &id, page, event).await?;
        answer(told(&case, page, says, &policy))
    }
}

/// What was taken, read back.
fn told(case: &Case, page: u32, says: CodedWish, policy: &Policy) -> String {
    let ticket = &case.ticket.number;
    match (case.standing(page), says) {
        (Some(Standing::Yours { .. }), CodedWish::Reached) => {
            format!("Noted: you have reached the caller of {ticket}.")
        }
        (Some(Standing::Yours { by }), _) => {
            let when = by.map(|by| format!(" You ring the caller by {}.", Case::clock_time(by, policy)));
            format!("You have it.{} {}", when.unwrap_or_default(), case.for_holder(policy).reveal())
        }
        (Some(Standing::Taken(other)), _) => {
            let name = policy.technician(&other).map_or(other.as_str(), |person| person.name.as_str());
            format!("{name} has ticket {ticket} already. Nothing is left to do.")
        }
        (Some(Standing::Open), CodedWish::PassOn) => format!("Passed on: ticket {ticket}."),
        (Some(Standing::Open), _) => {
            format!("Nobody has ticket {ticket}, and nothing was noted. Reply the code to accept.")
        }
        (Some(Standing::Over) | None, _) => format!("Ticket {ticket} is taken care of already. Nothing is left to do."),
    }
}
