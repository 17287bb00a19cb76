//! What the built-in desk and the inbox keep, and show to the command line.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::Stopped;
use nightdesk_adapters_local::desk::{COUNTED_DAYS, Desk};
use nightdesk_adapters_local::inbox::Inbox;
use nightdesk_adapters_local::sqlite::SqliteStore;
use nightdesk_domain::case::{TicketDraft, TicketStatus};
use nightdesk_domain::ids::{EffectId, PsaTicketId};
use nightdesk_ports::{DeliveryError, Notifier, Ticketing};
use nightdesk_testkit::contract::run;
use nightdesk_testkit::sample::{alert, at, case_owner, note, other_tenant, tenant, ticket_draft};
use std::sync::Arc;

fn desk() -> (Desk, Arc<Stopped>) {
    let clock = Stopped::new();
    (Desk::new(Arc::new(SqliteStore::open_in_memory().unwrap()), clock.clone()), clock)
}

#[test]
fn opening_one_key_twice_gives_the_same_ticket() {
    run(async {
        let (desk, _) = desk();
        let first = desk.open(&ticket_draft("CA1")).await.unwrap();
        let again = TicketDraft { summary: "Something else".into(), ..ticket_draft("CA1") };
        assert_eq!(desk.open(&again).await.unwrap(), first);
        let tickets = desk.tickets(&tenant(), 10).await.unwrap();
        assert_eq!(tickets.len(), 1);
        assert_eq!(tickets[0].draft, ticket_draft("CA1"), "the first one stands");
    });
}

#[test]
fn the_same_key_of_another_tenant_is_another_ticket() {
    run(async {
        let (desk, _) = desk();
        let ours = desk.open(&ticket_draft("CA1")).await.unwrap();
        assert!(desk.ticket(&other_tenant(), &ours).await.unwrap().is_none());
        let draft = TicketDraft { tenant: other_tenant(), summary: "Theirs".into(), ..ticket_draft("CA1") };
        // The desk's numbers are each tenant's own.
        let theirs = desk.open(&draft).await.unwrap();
        desk.close(&other_tenant(), &theirs).await.unwrap();
        desk.add_note(&other_tenant(), &note(&theirs, "case/CA1#2", "Theirs."), false).await.unwrap();
        let (kept, notes) = desk.ticket(&tenant(), &ours).await.unwrap().unwrap();
        assert_eq!((kept.draft, kept.status, notes.len()), (ticket_draft("CA1"), TicketStatus::Open, 0));
        assert_eq!(desk.tickets(&tenant(), 10).await.unwrap().len(), 1);
        assert_eq!(desk.ticket(&other_tenant(), &theirs).await.unwrap().unwrap().0.draft, draft);
    });
}

#[test]
fn a_ticket_shows_its_times_status_and_notes() {
    run(async {
        let (desk, clock) = desk();
        let id = desk.open(&ticket_draft("CA1")).await.unwrap();
        clock.set(60);
        desk.add_note(&tenant(), &note(&id, "case/CA1#2", "Alex did not answer."), false).await.unwrap();
        clock.set(90);
        desk.add_note(&tenant(), &note(&id, "case/CA1#3", "Bea accepted."), false).await.unwrap();
        desk.add_note(&tenant(), &note(&id, "case/CA1#2", "Alex did not answer."), true).await.unwrap();
        clock.set(120);
        desk.close(&tenant(), &id).await.unwrap();
        clock.set(150);
        desk.close(&tenant(), &id).await.unwrap();

        let (ticket, notes) = desk.ticket(&tenant(), &id).await.unwrap().unwrap();
        assert_eq!((ticket.opened_at, ticket.closed_at), (at(0), Some(at(120))));
        assert_eq!(ticket.status, TicketStatus::Closed);
        assert_eq!(ticket.draft.number, ticket_draft("CA1").number);
        let notes: Vec<_> = notes.iter().map(|note| (note.added_at, note.text.reveal())).collect();
        assert_eq!(notes, [(at(60), "Alex did not answer."), (at(90), "Bea accepted.")]);
    });
}

#[test]
fn merging_keeps_the_notes_and_names_the_ticket_that_stays() {
    run(async {
        let (desk, _) = desk();
        let keep = desk.open(&ticket_draft("CA1")).await.unwrap();
        let drop = desk.open(&ticket_draft("CA2")).await.unwrap();
        desk.add_note(&tenant(), &note(&keep, "shared", "Known to both."), false).await.unwrap();
        desk.add_note(&tenant(), &note(&drop, "shared", "Known to both."), false).await.unwrap();
        desk.add_note(&tenant(), &note(&drop, "own", "Known to one."), false).await.unwrap();
        desk.merge(&tenant(), &keep, &drop).await.unwrap();

        let (_, notes) = desk.ticket(&tenant(), &keep).await.unwrap().unwrap();
        let references: Vec<_> = notes.iter().map(|note| note.reference.as_str()).collect();
        assert_eq!(references, ["shared", "own"]);
        let (dropped, _) = desk.ticket(&tenant(), &drop).await.unwrap().unwrap();
        assert_eq!((dropped.status, dropped.merged_into), (TicketStatus::Closed, Some(keep.clone())));
        assert!(matches!(desk.merge(&tenant(), &keep, &keep).await, Err(DeliveryError::Refused(_))));
    });
}

#[test]
fn the_first_merge_stands_and_merges_in_a_circle_end() {
    run(async {
        let (desk, clock) = desk();
        let mut ids = Vec::new();
        for (seconds, case) in [(0, "CA1"), (10, "CA2"), (20, "CA3")] {
            clock.set(seconds);
            let id = desk.open(&ticket_draft(case)).await.unwrap();
            desk.add_note(&tenant(), &note(&id, case, "One of three."), false).await.unwrap();
            ids.push(id);
        }
        let [one, two, three] = &ids[..] else { unreachable!("three tickets") };
        desk.merge(&tenant(), two, three).await.unwrap();
        desk.merge(&tenant(), one, two).await.unwrap();
        desk.merge(&tenant(), one, three).await.unwrap();
        desk.merge(&tenant(), three, one).await.unwrap();
        assert_eq!(desk.ticket(&tenant(), three).await.unwrap().unwrap().0.merged_into.as_ref(), Some(two));
        let (_, notes) = desk.ticket(&tenant(), one).await.unwrap().unwrap();
        let references: Vec<_> = notes.iter().map(|note| note.reference.as_str()).collect();
        assert_eq!(references, ["CA1", "CA2", "CA3"], "by way of the second, too");
    });
}

#[test]
fn an_old_ticket_is_shown_and_not_counted() {
    run(async {
        let (desk, clock) = desk();
        desk.open(&ticket_draft("CA1")).await.unwrap();
        let day_seconds = 24 * 60 * 60;
        clock.set(COUNTED_DAYS * day_seconds);
        desk.open(&ticket_draft("CA2")).await.unwrap();
        assert_eq!(desk.open_count(&tenant(), "acme-dental").await.unwrap(), 2);
        clock.set(COUNTED_DAYS * day_seconds + 1);
        assert_eq!(desk.open_count(&tenant(), "acme-dental").await.unwrap(), 1);
        assert_eq!(desk.tickets(&tenant(), 10).await.unwrap().len(), 2);
    });
}

#[test]
fn what_a_clock_that_runs_ahead_kept_is_shown_by_one_that_does_not() {
    run(async {
        let (desk, clock) = desk();
        clock.set(24 * 60 * 60);
        desk.open(&ticket_draft("CA1")).await.unwrap();
        clock.set(0);
        assert_eq!(desk.tickets(&tenant(), 10).await.unwrap().len(), 1);
        assert_eq!(desk.open_count(&tenant(), "acme-dental").await.unwrap(), 1);
    });
}

#[test]
fn a_ticket_number_that_is_no_number_is_no_ticket() {
    run(async {
        let (desk, _) = desk();
        let forged = PsaTicketId::parse("not-a-number").unwrap();
        assert!(desk.ticket(&tenant(), &forged).await.unwrap().is_none());
        assert!(matches!(desk.close(&tenant(), &forged).await, Err(DeliveryError::Refused(_))));
    });
}

#[test]
fn tickets_are_listed_newest_first_up_to_the_limit() {
    run(async {
        let (desk, _) = desk();
        let mut opened = Vec::new();
        for case in ["CA1", "CA2", "CA3"] {
            opened.insert(0, desk.open(&ticket_draft(case)).await.unwrap());
        }
        let listed = desk.tickets(&tenant(), 2).await.unwrap();
        assert_eq!(listed.into_iter().map(|ticket| ticket.id).collect::<Vec<_>>(), opened[..2]);
    });
}

#[test]
fn a_message_is_kept_once_and_listed_newest_first() {
    run(async {
        let clock = Stopped::new();
        let inbox = Inbox::new(Arc::new(SqliteStore::open_in_memory().unwrap()), clock.clone());
        let id = |number| EffectId { owner: case_owner("CA1"), number };
        inbox.alert(&tenant(), &id(1), &alert()).await.unwrap();
        clock.set(60);
        inbox.alert(&tenant(), &id(1), &alert()).await.unwrap();
        inbox.alert(&tenant(), &id(2), &alert()).await.unwrap();
        inbox.alert(&other_tenant(), &id(1), &alert()).await.unwrap();

        let messages = inbox.messages(&tenant(), 10).await.unwrap();
        let kept: Vec<_> = messages.iter().map(|message| (message.id.number, message.sent_at)).collect();
        assert_eq!(kept, [(2, at(60)), (1, at(0))]);
        assert_eq!(messages[1].alert, alert());
        assert_eq!(inbox.messages(&tenant(), 1).await.unwrap().len(), 1);
    });
}
