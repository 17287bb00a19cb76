//! What a technician says of a case by a text that begins with its code or the number of its ticket.

use crate::{Engine, EngineError};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::case::{AckBy, Case, CaseEvent, CaseName, CodedText, CodedWish, Hands, PageEvent, Standing};
use nightdesk_domain::ids::{OwnerId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::{Policy, Technician};
use nightdesk_domain::private::Private;

impl Engine {
    /// Does what such a text says, and gives what is answered. None from anybody but a technician of the tenant: nobody
    /// else must learn which codes there are.
    pub(crate) async fn coded(
        &self,
        policy: &Policy,
        from: &PhoneNumber,
        text: &str,
    ) -> Result<Option<Private>, EngineError> {
        let Some(CodedText { of, says }) = CodedText::read(text) else { return Ok(None) };
        let theirs = |person: &&Technician| person.number.as_ref() == Some(from);
        let people: Vec<&Technician> = policy.technicians.iter().filter(theirs).collect();
        let Some(first) = people.first() else { return Ok(None) };
        let answer = match self.named(&policy.tenant, &of).await? {
            None => match of {
                CaseName::Code(code) => {
                    format!(
                        "No case has the code {code}; it holds for a day after the last page. Nothing was noted. \
                         The eight digits of the ticket hold for ever."
                    )
                }
                CaseName::Ticket(number) => format!("There is no ticket {number}. Nothing was noted."),
            },
            Some(case) => match says {
                CodedWish::Outage { minutes } => self.outage_texted(policy, &case, first, Some(minutes)).await?,
                CodedWish::OutageOver => self.outage_texted(policy, &case, first, None).await?,
                CodedWish::Reached if case.owed().is_some() => {
                    let by = Private::new(first.name.clone());
                    self.case_event(&policy.tenant, &case.id, CaseEvent::CallbackDone { by }).await?;
                    format!("Noted: the promised call of ticket {} was made.", case.ticket.number)
                }
                CodedWish::Unclear => format!(
                    "That was not understood, and nothing was noted. Reply {of} to accept, {of} 20 if you ring the \
                     caller in 20 minutes, {of} pass if somebody else shall, {of} done once you have talked, \
                     {of} outage if others may call about it."
                ),
                CodedWish::Accept { minutes } => {
                    let event = PageEvent::Acknowledged { by: AckBy::Text, minutes };
                    self.page_texted(&policy.tenant, &case, &people, event).await?
                }
                CodedWish::Reached => self.page_texted(&policy.tenant, &case, &people, PageEvent::Reached).await?,
                CodedWish::PassOn => self.page_texted(&policy.tenant, &case, &people, PageEvent::PassedOn).await?,
            },
        };
        Ok(Some(Private::new(answer)))
    }

    async fn named(&self, tenant: &TenantId, name: &CaseName) -> Result<Option<Box<Case>>, EngineError> {
        let cases = &self.ports().cases;
        let found = match name {
            CaseName::Code(code) => cases.find(tenant, "ack", &code.name_on(self.now())).await?,
            CaseName::Ticket(number) => cases.find(tenant, "ticket", number.as_str()).await?,
        };
        let Some(OwnerId::Case(id)) = found else { return Ok(None) };
        Ok(Some(self.case(tenant, &id).await?.0))
    }

    /// Tells the newest page that one of these people had.
    async fn page_texted(
        &self,
        tenant: &TenantId,
        case: &Case,
        people: &[&Technician],
        event: PageEvent,
    ) -> Result<String, EngineError> {
        let Some(page) = people.iter().filter_map(|person| case.newest_page_of(&person.id)).max() else {
            return Ok(format!("You were not paged for ticket {}. Nothing was noted.", case.ticket.number));
        };
        let (case, policy) = self.tell_page(tenant, &case.id, page, event.clone()).await?;
        Ok(told(&case, page, &event, &policy))
    }

    /// Declares an outage for so many minutes, or ends it.
    async fn outage_texted(
        &self,
        policy: &Policy,
        case: &Case,
        by: &Technician,
        minutes: Option<u32>,
    ) -> Result<String, EngineError> {
        let (by, now) = (Private::new(by.name.clone()), self.now());
        let event = match minutes {
            Some(minutes) => {
                CaseEvent::OutageDeclared { by, until: now + TimeDelta::minutes(i64::from(minutes)), covers: None }
            }
            None => CaseEvent::OutageEnded { by },
        };
        let case = self.outage_event(&policy.tenant, &case.id, event).await?;
        Ok(outage_told(&case, now, minutes.is_some(), policy))
    }
}

/// What was taken of an answer to a page, read back.
fn told(case: &Case, page: u32, event: &PageEvent, policy: &Policy) -> String {
    let ticket = &case.ticket.number;
    match (case.standing(page), event) {
        (Some(Standing::Yours { .. }), PageEvent::Reached) => {
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
        (Some(Standing::Open), PageEvent::PassedOn) => format!("Passed on: ticket {ticket}."),
        (Some(Standing::Open), _) => {
            format!("Nobody has ticket {ticket}, and nothing was noted. Reply the code to accept.")
        }
        (Some(Standing::Over) | None, _) => format!("Ticket {ticket} is taken care of already. Nothing is left to do."),
    }
}

/// How an outage stands after a technician's word on it.
fn outage_told(case: &Case, now: DateTime<Utc>, declared: bool, policy: &Policy) -> String {
    let ticket = &case.ticket.number;
    if !declared {
        return format!("Like calls open tickets of their own again; {ticket} takes no more.");
    }
    let (Some(open), Some(outage)) = (case.open_to_callers(now), &case.outage) else {
        return format!(
            "Callers cannot join ticket {ticket}: it is taken care of, of no known client, or about security. \
             Nothing was noted."
        );
    };
    let until = Case::clock_time(outage.until, policy);
    let accept = if open.hands == Hands::BeingWoken { " Nobody has accepted it yet, so paging goes on." } else { "" };
    format!("A known outage until {until}: like calls join ticket {ticket}.{accept}")
}
