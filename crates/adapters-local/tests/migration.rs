//! What a database of an earlier schema held is found again after it was opened by this build.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::Stopped;
use nightdesk_adapters_local::desk::Desk;
use nightdesk_adapters_local::inbox::Inbox;
use nightdesk_adapters_local::sqlite::SqliteStore;
use nightdesk_domain::case::{TicketDraft, TicketStatus};
use nightdesk_domain::ids::{CaseId, EffectId, PsaTicketId};
use nightdesk_ports::{DeliveryError, Entry, Notifier, RecordLog, Register, TenantRepository, Ticketing};
use nightdesk_testkit::contract::run;
use nightdesk_testkit::sample::{alert, at, case_owner, note, other_tenant, policy, tenant, ticket_draft};
use rusqlite::{Connection, params};
use std::path::PathBuf;
use std::sync::Arc;

const SECOND_MS: i64 = 1_000;

/// A database as the first schema's build left it: four tickets of ours, one of which was closed, one merged; one
/// of another tenant; notes, notices, and settings.
fn old_database() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nightdesk.db");
    let old = Connection::open(&path).unwrap();
    old.execute_batch(include_str!("../src/sqlite/schema.sql")).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    old.pragma_update(None, "foreign_keys", true).unwrap();
    let began = at(0).timestamp_millis();
    let theirs = TicketDraft { tenant: other_tenant(), ..ticket_draft("CA1") };
    let closed = TicketDraft { status: TicketStatus::Closed, ..ticket_draft("CA4") };
    let tickets = [
        (1, ticket_draft("CA1"), "open", None, None),
        (2, ticket_draft("CA2"), "closed", Some(60), None),
        (3, ticket_draft("CA3"), "closed", Some(90), Some(1)),
        (4, closed, "closed", Some(4), None),
        (5, theirs, "open", None, None),
    ];
    for (id, draft, status, closed_at, merged_into) in tickets {
        let sql = "INSERT INTO tickets (id, tenant, key, company, status, opened_at_ms, closed_at_ms, merged_into, draft) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let closed_at = closed_at.map(|seconds: i64| began + seconds * SECOND_MS);
        let (tenant, key, company) = (draft.tenant.as_str(), draft.key.as_str(), draft.psa_company.as_deref());
        let json = serde_json::to_string(&draft).unwrap();
        let opened_at = began + id * SECOND_MS;
        old.execute(sql, params![id, tenant, key, company, status, opened_at, closed_at, merged_into, json]).unwrap();
    }
    let notes = [
        (1, "case/CA1#10", 20, "Alex did not answer: \"busy\"\nbis später"),
        (1, "case/CA1#9", 10, "Paging began."),
        (5, "case/CA1#9", 30, "Theirs."),
    ];
    for (ticket, reference, seconds, text) in notes {
        let sql = "INSERT INTO notes (ticket, reference, added_at_ms, text) VALUES (?1, ?2, ?3, ?4)";
        old.execute(sql, params![ticket, reference, began + seconds * SECOND_MS, text]).unwrap();
    }
    let sql = "INSERT INTO messages (tenant, effect, sent_at_ms, alert) VALUES (?1, ?2, ?3, ?4)";
    let json = serde_json::to_string(&alert()).unwrap();
    old.execute(sql, params![tenant().as_str(), "case/CA1#3", began + 5 * SECOND_MS, json]).unwrap();
    let sql = "INSERT INTO policies (tenant, version, policy) VALUES (?1, 1, ?2)";
    old.execute(sql, params![tenant().as_str(), serde_json::to_string(&policy()).unwrap()]).unwrap();
    (folder, path)
}

fn ticket(number: &str) -> PsaTicketId {
    PsaTicketId::parse(number).unwrap()
}

#[test]
fn tickets_notes_and_notices_of_the_first_schema_are_found_again() {
    run(async {
        let (_folder, path) = old_database();
        let store = Arc::new(SqliteStore::open(&path).unwrap());
        let desk = Desk::new(store.clone(), Stopped::new());

        let listed = desk.tickets(&tenant(), 10).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|ticket| (ticket.id.as_str(), ticket.status)).collect();
        let closed = TicketStatus::Closed;
        assert_eq!(listed, [("4", closed), ("3", closed), ("2", closed), ("1", TicketStatus::Open)]);

        let (first, notes) = desk.ticket(&tenant(), &ticket("1")).await.unwrap().unwrap();
        assert_eq!((first.opened_at, first.closed_at, first.draft), (at(1), None, ticket_draft("CA1")));
        let notes: Vec<_> =
            notes.iter().map(|note| (note.added_at, note.reference.as_str(), note.text.reveal())).collect();
        let expected = [
            (at(10), "case/CA1#9", "Paging began."),
            (at(20), "case/CA1#10", "Alex did not answer: \"busy\"\nbis später"),
        ];
        assert_eq!(notes, expected);

        let (second, _) = desk.ticket(&tenant(), &ticket("2")).await.unwrap().unwrap();
        assert_eq!((second.closed_at, second.merged_into), (Some(at(60)), None));
        let (third, _) = desk.ticket(&tenant(), &ticket("3")).await.unwrap().unwrap();
        assert_eq!((third.closed_at, third.merged_into), (Some(at(90)), Some(ticket("1"))));
        assert!(desk.ticket(&tenant(), &ticket("5")).await.unwrap().is_none(), "it is another tenant's");
        assert_eq!(desk.ticket(&other_tenant(), &ticket("5")).await.unwrap().unwrap().1.len(), 1);

        let inbox = Inbox::new(store.clone(), Stopped::new());
        let messages = inbox.messages(&tenant(), 10).await.unwrap();
        let id = EffectId { owner: case_owner("CA1"), number: 3 };
        assert_eq!((messages.len(), &messages[0].id, messages[0].sent_at), (1, &id, at(5)));
        assert_eq!(messages[0].alert, alert());
        inbox.alert(&tenant(), &id, &alert()).await.unwrap();
        assert_eq!(inbox.messages(&tenant(), 10).await.unwrap().len(), 1, "a repetition of it is still known");

        assert_eq!(store.newest(&tenant()).await.unwrap().unwrap().version, 1);
        assert_eq!(store.file(&tenant()).await.unwrap(), None, "no text was kept then");
    });
}

#[test]
fn work_on_a_ticket_of_the_first_schema_goes_on_under_its_number() {
    run(async {
        let (_folder, path) = old_database();
        let desk = Desk::new(Arc::new(SqliteStore::open(&path).unwrap()), Stopped::new());
        let key = CaseId::parse("CA1").unwrap();
        assert_eq!(desk.find(&tenant(), &key).await.unwrap(), [ticket("1")]);
        assert_eq!(desk.find(&other_tenant(), &key).await.unwrap(), [ticket("5")]);
        assert_eq!(desk.open(&ticket_draft("CA1")).await.unwrap(), ticket("1"), "an order that is repeated");
        assert_eq!(desk.open_count(&tenant(), "acme-dental").await.unwrap(), 1);
        desk.add_note(&tenant(), &note(&ticket("1"), "case/CA1#9", "Paging began."), true).await.unwrap();
        desk.add_note(&tenant(), &note(&ticket("1"), "case/CA1#11", "Bea accepted."), false).await.unwrap();
        desk.close(&tenant(), &ticket("1")).await.unwrap();
        let (first, notes) = desk.ticket(&tenant(), &ticket("1")).await.unwrap().unwrap();
        assert_eq!((first.status, notes.len()), (TicketStatus::Closed, 3));
        assert_eq!(desk.open_count(&tenant(), "acme-dental").await.unwrap(), 0);
        let by_key = desk.close(&tenant(), &ticket("CA1")).await;
        assert!(matches!(by_key, Err(DeliveryError::Refused(_))), "it has one number only: {by_key:?}");
        let new = desk.open(&ticket_draft("CA9")).await.unwrap();
        assert_ne!(new, ticket("1"));
        assert_eq!(desk.tickets(&tenant(), 1).await.unwrap()[0].id, ticket("4"), "the newest by its time");
    });
}

#[test]
fn a_database_of_the_second_schema_keeps_its_records_and_takes_entries() {
    run(async {
        let (_folder, path) = old_database();
        let old = Connection::open(&path).unwrap();
        old.execute_batch(include_str!("../src/sqlite/schema_2.sql")).unwrap();
        old.pragma_update(None, "user_version", 2).unwrap();
        drop(old);
        for _ in 0..2 {
            let store = SqliteStore::open(&path).unwrap();
            assert!(store.get(&tenant(), "desk-ticket", "CA1", at(0)).await.unwrap().is_some());
            let entry = Entry::new(&tenant(), "window", "a", "{}");
            store.put(&entry, at(0)).await.unwrap();
            assert_eq!(store.entries(&tenant(), "window", at(0)).await.unwrap(), [entry], "opened a second time, too");
        }
    });
}
