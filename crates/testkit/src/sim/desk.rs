//! The ticketing system and the notices.

use super::faults::Service;
use super::world::{Ticket, World};
use super::{Plant, reports, safety, technician};
use async_trait::async_trait;
use nightdesk_domain::case::TicketDraft;
use nightdesk_domain::effect::{Alert, Effect, MessageOrder, MessageTo, NoteOrder};
use nightdesk_domain::ids::{CaseId, EffectId, PsaTicketId, TenantId};
use nightdesk_domain::private::Private;
use nightdesk_domain::vocabulary::Category;
use nightdesk_ports::{DeliveryError, Notifier, Ticketing};
use std::sync::Arc;

/// One engine's way to the ticketing system and to the notices.
pub(crate) struct SimDesk {
    pub(crate) world: Arc<World>,
    pub(crate) claimant: String,
}

impl SimDesk {
    fn touching(&self, service: Service, orders: impl Fn(&Effect) -> bool) {
        safety::touching(&self.world, &self.claimant, service, orders);
    }
}

fn number(count: usize) -> Result<PsaTicketId, DeliveryError> {
    PsaTicketId::parse(&(1000 + count).to_string()).map_err(|_| DeliveryError::Unknown)
}

fn no_such_ticket() -> DeliveryError {
    DeliveryError::Refused("no such ticket".to_owned())
}

#[async_trait]
impl Ticketing for SimDesk {
    async fn open(&self, draft: &TicketDraft) -> Result<PsaTicketId, DeliveryError> {
        self.touching(Service::Ticketing, |effect| matches!(effect, Effect::OpenTicket(own) if **own == *draft));
        let (what, draft) = (format!("open a ticket for case {}", draft.key), draft.clone());
        let act = move |world: &Arc<World>| {
            let mut book = world.book();
            let id = number(book.tickets.len())?;
            book.tickets.push(Ticket { id: id.clone(), draft, notes: Vec::new(), merged: false });
            Ok(id)
        };
        self.world.request(Service::Ticketing, what, act).await
    }

    async fn find(&self, _: &TenantId, key: &CaseId) -> Result<Vec<PsaTicketId>, DeliveryError> {
        self.touching(Service::Ticketing, |effect| match effect {
            Effect::OpenTicket(draft) => draft.key == *key,
            Effect::ReconcileTicket(own) => own == key,
            _ => false,
        });
        let (what, key) = (format!("look for the ticket of case {key}"), key.clone());
        let act = move |world: &Arc<World>| {
            if world.planted(Plant::TicketNeverFound) {
                return Ok(Vec::new());
            }
            let book = world.book();
            Ok(book.tickets.iter().filter(|ticket| ticket.draft.key == key).map(|ticket| ticket.id.clone()).collect())
        };
        self.world.request(Service::Ticketing, what, act).await
    }

    async fn add_note(&self, _: &TenantId, note: &NoteOrder, repeated: bool) -> Result<(), DeliveryError> {
        self.touching(Service::Ticketing, |effect| matches!(effect, Effect::AddNote(own) if own == note));
        let (what, note) = (format!("add a note to ticket {}", note.ticket), note.clone());
        let act = move |world: &Arc<World>| {
            let mut book = world.book();
            let ticket = book.tickets.iter_mut().find(|ticket| ticket.id == note.ticket).ok_or_else(no_such_ticket)?;
            let known = ticket.notes.iter().any(|(reference, _)| *reference == note.reference);
            if !(repeated && known) {
                ticket.notes.push((note.reference.clone(), note.text.reveal().to_owned()));
            }
            Ok(())
        };
        self.world.request(Service::Ticketing, what, act).await
    }

    async fn close(&self, _: &TenantId, ticket: &PsaTicketId) -> Result<(), DeliveryError> {
        self.touching(Service::Ticketing, |effect| matches!(effect, Effect::CloseTicket(own) if own == ticket));
        self.world.request(Service::Ticketing, format!("close ticket {ticket}"), |_| Ok(())).await
    }

    async fn merge(&self, _: &TenantId, keep: &PsaTicketId, drop: &PsaTicketId) -> Result<(), DeliveryError> {
        self.touching(Service::Ticketing, |effect| matches!(effect, Effect::ReconcileTicket(_)));
        let (what, keep, drop) = (format!("merge ticket {drop} into {keep}"), keep.clone(), drop.clone());
        let act = move |world: &Arc<World>| {
            let mut book = world.book();
            let surplus = book.tickets.iter_mut().find(|ticket| ticket.id == drop).ok_or_else(no_such_ticket)?;
            surplus.merged = true;
            let notes = std::mem::take(&mut surplus.notes);
            let kept = book.tickets.iter_mut().find(|ticket| ticket.id == keep).ok_or_else(no_such_ticket)?;
            kept.notes.extend(notes);
            Ok(())
        };
        self.world.request(Service::Ticketing, what, act).await
    }

    async fn open_count(&self, _: &TenantId, _: &str) -> Result<u32, DeliveryError> {
        self.touching(Service::Ticketing, |effect| matches!(effect, Effect::AskHistory(_)));
        let act = |world: &Arc<World>| Ok(u32::try_from(world.book().tickets.len()).unwrap_or(u32::MAX));
        self.world.request(Service::Ticketing, "count open tickets".to_owned(), act).await
    }

    async fn last_fix(&self, _: &TenantId, _: &str, _: Category) -> Result<Option<Private>, DeliveryError> {
        self.touching(Service::Ticketing, |effect| matches!(effect, Effect::AskHistory(_)));
        self.world.request(Service::Ticketing, "look for the last fix".to_owned(), |_| Ok(None)).await
    }
}

#[async_trait]
impl Notifier for SimDesk {
    async fn alert(&self, _: &TenantId, id: &EffectId, alert: &Alert) -> Result<(), DeliveryError> {
        self.touching(Service::Notifier, |effect| matches!(effect, Effect::Alert(own) if own == alert));
        self.world.request(Service::Notifier, format!("alert {id}"), |_| Ok(())).await
    }

    async fn page(&self, _: &TenantId, id: &EffectId, order: &MessageOrder) -> Result<(), DeliveryError> {
        // The words are those of the moment of sending; whom it reaches, and for what, was committed.
        let orders = |own: &MessageOrder| {
            let MessageOrder { subject, body, briefing, .. } = order.clone();
            MessageOrder { subject, body, briefing, ..own.clone() } == *order
        };
        self.touching(Service::Notifier, |effect| matches!(effect, Effect::MessagePage(own) if orders(own)));
        safety::ringing(&self.world, &order.case, order.page);
        let (case, page) = (order.case.clone(), order.page);
        *self.world.book().page_requests.entry(case.clone()).or_default() += 1;
        let (by_mail, effect) = (matches!(order.to, MessageTo::Email(_)), id.clone());
        let act = move |world: &Arc<World>| {
            match by_mail {
                true => reports::mail_page(world, (case, page), effect),
                false => technician::message(world, case, page),
            }
            Ok(())
        };
        self.world.request(Service::Notifier, format!("page by message {id}"), act).await
    }
}
