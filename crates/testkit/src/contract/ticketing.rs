//! The contract of [`nightdesk_ports::Ticketing`], as far as the port itself can show it.
#![allow(missing_docs, reason = "each case's name is its sentence")]
#![allow(clippy::unwrap_used, reason = "a case fails by panicking")]

use crate::sample::{note, other_tenant, tenant, ticket_draft};
use nightdesk_domain::case::{TicketDraft, TicketStatus};
use nightdesk_domain::effect::NoteOrder;
use nightdesk_domain::ids::{CaseId, PsaTicketId, TenantId};
use nightdesk_domain::vocabulary::Category;
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

/// A ticket of a server at Acme Dental that was closed after this was noted.
async fn fixed(desk: &Arc<dyn Ticketing>, case: &str, how: &str, resolves: bool) {
    let ticket = desk.open(&ticket_draft(case)).await.unwrap();
    let reference = format!("case/{case}#7");
    let note = note(&ticket, &reference, &format!("{how}\n\n[{reference}]"));
    desk.add_note(&tenant(), &NoteOrder { resolves, ..note }, false).await.unwrap();
    desk.close(&tenant(), &ticket).await.unwrap();
}

async fn last_fix(desk: &Arc<dyn Ticketing>, tenant: &TenantId, company: &str, category: Category) -> Option<String> {
    desk.last_fix(tenant, company, category).await.unwrap().map(|fix| fix.reveal().to_owned())
}

pub async fn what_fixed_the_last_problem_like_it_is_found(desk: Arc<dyn Ticketing>) {
    assert_eq!(last_fix(&desk, &tenant(), "acme-dental", Category::Server).await, None);
    fixed(&desk, "CA1", "What fixed it: restarted the host (Alex)", true).await;
    let told = last_fix(&desk, &tenant(), "acme-dental", Category::Server).await;
    assert_eq!(told.as_deref(), Some("restarted the host (Alex)"));
    assert_eq!(last_fix(&desk, &tenant(), "acme-dental", Category::Vpn).await, None, "another kind of problem");
    assert_eq!(last_fix(&desk, &tenant(), "harbor-law", Category::Server).await, None, "another company");
    assert_eq!(last_fix(&desk, &other_tenant(), "acme-dental", Category::Server).await, None, "another tenant");
}

pub async fn an_ordinary_note_fixes_nothing(desk: Arc<dyn Ticketing>) {
    fixed(&desk, "CA1", "Bea has accepted.", false).await;
    assert_eq!(last_fix(&desk, &tenant(), "acme-dental", Category::Server).await, None);
}

pub async fn the_newest_fix_is_the_one_that_is_told(desk: Arc<dyn Ticketing>) {
    fixed(&desk, "CA1", "What fixed it: restarted the host", true).await;
    fixed(&desk, "CA2", "Replaced the power supply.", true).await;
    fixed(&desk, "CA3", "Alex did not answer.", false).await;
    let told = last_fix(&desk, &tenant(), "acme-dental", Category::Server).await;
    assert_eq!(told.as_deref(), Some("Replaced the power supply."));
}

pub async fn a_merged_ticket_is_closed_and_merging_again_is_a_success(desk: Arc<dyn Ticketing>) {
    let keep = desk.open(&ticket_draft("CA1")).await.unwrap();
    let drop = desk.open(&ticket_draft("CA2")).await.unwrap();
    desk.merge(&tenant(), &keep, &drop).await.unwrap();
    desk.merge(&tenant(), &keep, &drop).await.unwrap();
    assert_eq!(count(&desk).await, 1);
    assert_eq!(desk.find(&tenant(), &key("CA1")).await.unwrap(), [keep]);
}
