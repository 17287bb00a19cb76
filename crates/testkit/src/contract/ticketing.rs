//! The contract of [`nightdesk_ports::Ticketing`], as far as the port itself can show it.
#![allow(missing_docs, reason = "each case's name is its sentence")]
#![allow(clippy::unwrap_used, reason = "a case fails by panicking")]

use crate::sample::{note, other_tenant, tenant, ticket_draft};
use nightdesk_domain::case::{TicketDraft, TicketStatus};
use nightdesk_domain::ids::{CaseId, PsaTicketId};
use nightdesk_ports::{DeliveryError, Ticketing};
use std::sync::Arc;

fn key(case: &str) -> CaseId {
    CaseId::parse(case).unwrap()
}

async fn count(desk: &Arc<dyn Ticketing>) -> u32 {
    desk.open_count(&tenant(), "acme-dental").await.unwrap()
}

pub async fn a_ticket_is_found_by_its_key(desk: Arc<dyn Ticketing>) {
    let first = desk.open(&ticket_draft("CA1")).await.unwrap();
    let second = desk.open(&ticket_draft("CA2")).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(desk.find(&tenant(), &key("CA1")).await.unwrap(), [first]);
    assert_eq!(desk.find(&tenant(), &key("CA2")).await.unwrap(), [second]);
}

pub async fn a_key_without_a_ticket_finds_none(desk: Arc<dyn Ticketing>) {
    assert!(desk.find(&tenant(), &key("CA1")).await.unwrap().is_empty());
}

pub async fn another_tenant_finds_no_ticket(desk: Arc<dyn Ticketing>) {
    desk.open(&ticket_draft("CA1")).await.unwrap();
    assert!(desk.find(&other_tenant(), &key("CA1")).await.unwrap().is_empty());
    assert_eq!(desk.open_count(&other_tenant(), "acme-dental").await.unwrap(), 0);
}

pub async fn a_repeated_note_is_added_once_and_another_is_added(desk: Arc<dyn Ticketing>) {
    let ticket = desk.open(&ticket_draft("CA1")).await.unwrap();
    let first = note(&ticket, "case/CA1#2", "Alex did not answer. [case/CA1#2]");
    desk.add_note(&tenant(), &first, false).await.unwrap();
    desk.add_note(&tenant(), &first, true).await.unwrap();
    desk.add_note(&tenant(), &note(&ticket, "case/CA1#3", "Bea accepted. [case/CA1#3]"), false).await.unwrap();
}

pub async fn a_note_to_no_ticket_is_refused(desk: Arc<dyn Ticketing>) {
    let nowhere = note(&PsaTicketId::parse("999999").unwrap(), "case/CA1#2", "Nobody reads this.");
    let refused = desk.add_note(&tenant(), &nowhere, false).await;
    assert!(matches!(refused, Err(DeliveryError::Refused(_))), "{refused:?}");
}

pub async fn closing_twice_is_a_success(desk: Arc<dyn Ticketing>) {
    let ticket = desk.open(&ticket_draft("CA1")).await.unwrap();
    desk.close(&tenant(), &ticket).await.unwrap();
    desk.close(&tenant(), &ticket).await.unwrap();
    assert_eq!(desk.find(&tenant(), &key("CA1")).await.unwrap(), [ticket], "a closed ticket keeps its key");
}

pub async fn another_tenant_cannot_close_a_ticket(desk: Arc<dyn Ticketing>) {
    let ticket = desk.open(&ticket_draft("CA1")).await.unwrap();
    let refused = desk.close(&other_tenant(), &ticket).await;
    assert!(matches!(refused, Err(DeliveryError::Refused(_))), "{refused:?}");
    assert_eq!(count(&desk).await, 1);
}

pub async fn only_open_tickets_of_the_company_are_counted(desk: Arc<dyn Ticketing>) {
    let elsewhere = TicketDraft { psa_company: Some("harbor-law".to_owned()), ..ticket_draft("CA1") };
    desk.open(&elsewhere).await.unwrap();
    desk.open(&TicketDraft { status: TicketStatus::Closed, ..ticket_draft("CA2") }).await.unwrap();
    assert_eq!(count(&desk).await, 0);
    let open = desk.open(&ticket_draft("CA3")).await.unwrap();
    desk.open(&TicketDraft { status: TicketStatus::PendingVerification, ..ticket_draft("CA4") }).await.unwrap();
    assert_eq!(count(&desk).await, 2);
    desk.close(&tenant(), &open).await.unwrap();
    assert_eq!(count(&desk).await, 1);
}

pub async fn a_merged_ticket_is_closed_and_merging_again_is_a_success(desk: Arc<dyn Ticketing>) {
    let keep = desk.open(&ticket_draft("CA1")).await.unwrap();
    let drop = desk.open(&ticket_draft("CA2")).await.unwrap();
    desk.merge(&tenant(), &keep, &drop).await.unwrap();
    desk.merge(&tenant(), &keep, &drop).await.unwrap();
    assert_eq!(count(&desk).await, 1);
    assert_eq!(desk.find(&tenant(), &key("CA1")).await.unwrap(), [keep]);
}
