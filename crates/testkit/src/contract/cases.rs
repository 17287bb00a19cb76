//! The contract of [`nightdesk_ports::Cases`]. Each function's name is what it demands.
#![allow(missing_docs, reason = "each case's name is its sentence")]
#![allow(clippy::unwrap_used, reason = "a case fails by panicking")]

use super::{Store, assert_conflict};
use crate::sample::{
    alias, at, call, call_owner, call_snapshot, case, case_owner, case_snapshot, commit, effect, journal_entry,
    other_tenant, save, tenant, unleased,
};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Alias, Commit, ListKind, Save, Snapshot, Stored};
use std::sync::Arc;

fn saving(snapshot: Snapshot, expected_version: u64) -> Commit {
    Commit { saves: vec![save(snapshot, expected_version)], ..commit(&tenant()) }
}

fn naming(alias: Alias, snapshot: Snapshot) -> Commit {
    Commit { aliases: vec![alias], ..saving(snapshot, 0) }
}

fn with_deadline(id: &str, expected_version: u64, seconds: Option<i64>) -> Commit {
    let save = Save { deadline: seconds.map(at), ..save(call_snapshot(id), expected_version) };
    Commit { saves: vec![save], ..commit(&tenant()) }
}

/// A call after another turn: a state that differs from the fresh one.
fn later(id: &str) -> Snapshot {
    Snapshot::Call(Box::new(nightdesk_domain::call::Call { turn: 2, ..call(id) }))
}

pub async fn what_was_never_stored_is_not_there(store: Arc<dyn Store>) {
    assert!(store.load(&tenant(), &call_owner("CA1")).await.unwrap().is_none());
    assert!(store.find(&tenant(), "ticket", "12345678").await.unwrap().is_none());
    assert!(store.due(at(1_000_000), 10).await.unwrap().is_empty());
    assert!(store.list(&tenant(), ListKind::Calls, 10).await.unwrap().is_empty());
    assert!(store.journal(&tenant(), &call_owner("CA1")).await.unwrap().is_empty());
}

pub async fn a_state_comes_back_as_it_was_stored(store: Arc<dyn Store>) {
    // Instants keep digits that a column of milliseconds could not hold.
    let precise = at(0) + chrono::Duration::nanoseconds(123_456_789);
    let call = Snapshot::Call(Box::new(nightdesk_domain::call::Call { opened_at: precise, ..call("CA1") }));
    store.commit(saving(call.clone(), 0)).await.unwrap();
    store.commit(saving(case_snapshot("CA2"), 0)).await.unwrap();
    let stored = store.load(&tenant(), &call_owner("CA1")).await.unwrap();
    assert_eq!(stored, Some(Stored { snapshot: call, version: 1 }));
    let stored = store.load(&tenant(), &case_owner("CA2")).await.unwrap();
    assert_eq!(stored, Some(Stored { snapshot: case_snapshot("CA2"), version: 1 }));
}

pub async fn versions_count_up_from_one(store: Arc<dyn Store>) {
    for expected in 0..3 {
        store.commit(saving(call_snapshot("CA1"), expected)).await.unwrap();
        assert_eq!(store.load(&tenant(), &call_owner("CA1")).await.unwrap().unwrap().version, expected + 1);
    }
}

pub async fn a_stale_version_is_a_conflict_and_changes_nothing(store: Arc<dyn Store>) {
    store.commit(saving(call_snapshot("CA1"), 0)).await.unwrap();
    store.commit(saving(later("CA1"), 1)).await.unwrap();
    for stale in [1, 3, u64::MAX / 2] {
        assert_conflict(store.commit(saving(call_snapshot("CA1"), stale)).await);
    }
    let stored = store.load(&tenant(), &call_owner("CA1")).await.unwrap().unwrap();
    assert_eq!(stored, Stored { snapshot: later("CA1"), version: 2 });
}

pub async fn a_new_state_that_exists_already_is_a_conflict(store: Arc<dyn Store>) {
    store.commit(saving(later("CA1"), 0)).await.unwrap();
    assert_conflict(store.commit(saving(call_snapshot("CA1"), 0)).await);
    let stored = store.load(&tenant(), &call_owner("CA1")).await.unwrap().unwrap();
    assert_eq!(stored, Stored { snapshot: later("CA1"), version: 1 });
}

pub async fn a_version_of_what_does_not_exist_is_a_conflict(store: Arc<dyn Store>) {
    assert_conflict(store.commit(saving(call_snapshot("CA1"), 1)).await);
    assert!(store.load(&tenant(), &call_owner("CA1")).await.unwrap().is_none());
}

pub async fn a_call_and_a_case_of_one_name_are_two_owners(store: Arc<dyn Store>) {
    store.commit(saving(call_snapshot("CA1"), 0)).await.unwrap();
    assert!(store.load(&tenant(), &case_owner("CA1")).await.unwrap().is_none());
    store.commit(saving(case_snapshot("CA1"), 0)).await.unwrap();
    assert_eq!(store.load(&tenant(), &call_owner("CA1")).await.unwrap().unwrap().snapshot, call_snapshot("CA1"));
    assert_eq!(store.load(&tenant(), &case_owner("CA1")).await.unwrap().unwrap().snapshot, case_snapshot("CA1"));
}

pub async fn a_call_and_its_new_case_are_stored_together(store: Arc<dyn Store>) {
    store.commit(saving(call_snapshot("CA1"), 0)).await.unwrap();
    let saves = vec![save(later("CA1"), 1), save(case_snapshot("CA1"), 0)];
    store.commit(Commit { saves, ..commit(&tenant()) }).await.unwrap();
    assert_eq!(store.load(&tenant(), &call_owner("CA1")).await.unwrap().unwrap().version, 2);
    assert_eq!(store.load(&tenant(), &case_owner("CA1")).await.unwrap().unwrap().version, 1);
}

pub async fn one_conflict_among_two_states_stores_neither(store: Arc<dyn Store>) {
    store.commit(saving(call_snapshot("CA1"), 0)).await.unwrap();
    let saves = vec![save(case_snapshot("CA1"), 0), save(later("CA1"), 7)];
    assert_conflict(store.commit(Commit { saves, ..commit(&tenant()) }).await);
    assert!(store.load(&tenant(), &case_owner("CA1")).await.unwrap().is_none());
    assert_eq!(store.load(&tenant(), &call_owner("CA1")).await.unwrap().unwrap().version, 1);
}

pub async fn one_owner_twice_in_a_commit_is_a_conflict(store: Arc<dyn Store>) {
    let saves = vec![save(call_snapshot("CA1"), 0), save(later("CA1"), 0)];
    assert_conflict(store.commit(Commit { saves, ..commit(&tenant()) }).await);
    assert!(store.load(&tenant(), &call_owner("CA1")).await.unwrap().is_none());
}

pub async fn a_taken_alias_leaves_nothing_behind(store: Arc<dyn Store>) {
    let ticket = |id: &str| alias("ticket", "12345678", &case_owner(id), true);
    store.commit(naming(ticket("CA1"), case_snapshot("CA1"))).await.unwrap();
    let second = Commit {
        saves: vec![Save { deadline: Some(at(0)), ..save(case_snapshot("CA2"), 0) }],
        effects: unleased(vec![effect(&case_owner("CA2"), 1, at(0))]),
        aliases: vec![alias("leg", "CA2", &case_owner("CA2"), false), ticket("CA2")],
        journal: vec![journal_entry(&case_owner("CA2"), 1, at(0))],
        ..commit(&tenant())
    };
    assert_conflict(store.commit(second).await);
    assert!(store.load(&tenant(), &case_owner("CA2")).await.unwrap().is_none());
    assert!(store.find(&tenant(), "leg", "CA2").await.unwrap().is_none());
    assert!(store.pending(&tenant(), &case_owner("CA2")).await.unwrap().is_empty());
    assert!(store.journal(&tenant(), &case_owner("CA2")).await.unwrap().is_empty());
    assert!(store.due(at(100), 10).await.unwrap().is_empty());
    assert_eq!(store.find(&tenant(), "ticket", "12345678").await.unwrap(), Some(case_owner("CA1")));
}

pub async fn a_unique_alias_belongs_to_one_owner(store: Arc<dyn Store>) {
    let ticket = |owner| alias("ticket", "12345678", &owner, true);
    store.commit(naming(ticket(case_owner("CA1")), case_snapshot("CA1"))).await.unwrap();
    assert_conflict(store.commit(naming(ticket(case_owner("CA2")), case_snapshot("CA2"))).await);
    // A call of the same name is another owner too.
    assert_conflict(store.commit(naming(ticket(call_owner("CA1")), call_snapshot("CA1"))).await);
    assert_eq!(store.find(&tenant(), "ticket", "12345678").await.unwrap(), Some(case_owner("CA1")));
}

pub async fn an_owner_may_take_its_own_alias_again(store: Arc<dyn Store>) {
    let ticket = alias("ticket", "12345678", &case_owner("CA1"), true);
    store.commit(naming(ticket.clone(), case_snapshot("CA1"))).await.unwrap();
    store.commit(Commit { aliases: vec![ticket], ..saving(case_snapshot("CA1"), 1) }).await.unwrap();
    assert_eq!(store.find(&tenant(), "ticket", "12345678").await.unwrap(), Some(case_owner("CA1")));
}

pub async fn a_plain_alias_names_its_newest_bearer(store: Arc<dyn Store>) {
    let number = |id: &str| alias("number", "3125550142", &call_owner(id), false);
    store.commit(naming(number("CA1"), call_snapshot("CA1"))).await.unwrap();
    store.commit(naming(number("CA2"), call_snapshot("CA2"))).await.unwrap();
    assert_eq!(store.find(&tenant(), "number", "3125550142").await.unwrap(), Some(call_owner("CA2")));
}

pub async fn a_unique_alias_cannot_be_taken_plainly(store: Arc<dyn Store>) {
    let named = |id: &str, unique| naming(alias("ticket", "12345678", &case_owner(id), unique), case_snapshot(id));
    store.commit(named("CA1", true)).await.unwrap();
    assert_conflict(store.commit(named("CA2", false)).await);
    assert_eq!(store.find(&tenant(), "ticket", "12345678").await.unwrap(), Some(case_owner("CA1")));
}

pub async fn an_alias_of_another_kind_is_another_name(store: Arc<dyn Store>) {
    store.commit(naming(alias("ticket", "1", &case_owner("CA1"), true), case_snapshot("CA1"))).await.unwrap();
    store.commit(naming(alias("leg", "1", &case_owner("CA2"), true), case_snapshot("CA2"))).await.unwrap();
    assert_eq!(store.find(&tenant(), "ticket", "1").await.unwrap(), Some(case_owner("CA1")));
    assert_eq!(store.find(&tenant(), "leg", "1").await.unwrap(), Some(case_owner("CA2")));
}

pub async fn a_tenant_sees_nothing_of_another(store: Arc<dyn Store>) {
    let full = |tenant: &TenantId| Commit {
        saves: vec![save(call_snapshot("CA1"), 0)],
        aliases: vec![alias("ticket", "12345678", &call_owner("CA1"), true)],
        journal: vec![journal_entry(&call_owner("CA1"), 1, at(0))],
        ..commit(tenant)
    };
    store.commit(full(&tenant())).await.unwrap();
    let other = other_tenant();
    assert!(store.load(&other, &call_owner("CA1")).await.unwrap().is_none());
    assert!(store.find(&other, "ticket", "12345678").await.unwrap().is_none());
    assert!(store.list(&other, ListKind::Calls, 10).await.unwrap().is_empty());
    assert!(store.journal(&other, &call_owner("CA1")).await.unwrap().is_empty());
    // The same names are free there, and do not touch the first tenant's.
    store.commit(full(&other)).await.unwrap();
    store.commit(saving(later("CA1"), 1)).await.unwrap();
    let theirs = store.load(&other, &call_owner("CA1")).await.unwrap().unwrap();
    assert_eq!(theirs, Stored { snapshot: call_snapshot("CA1"), version: 1 });
    assert_eq!(store.journal(&tenant(), &call_owner("CA1")).await.unwrap().len(), 1);
}

pub async fn deadlines_are_due_from_their_instant_on_oldest_first(store: Arc<dyn Store>) {
    for (id, seconds) in [("CA1", Some(30)), ("CA2", Some(10)), ("CA3", Some(20)), ("CA4", None)] {
        store.commit(with_deadline(id, 0, seconds)).await.unwrap();
    }
    let due = async |seconds| {
        let due = store.due(at(seconds), 10).await.unwrap();
        due.into_iter().map(|(_, owner)| owner).collect::<Vec<_>>()
    };
    assert_eq!(due(9).await, []);
    assert_eq!(due(10).await, [call_owner("CA2")]);
    assert_eq!(due(99).await, [call_owner("CA2"), call_owner("CA3"), call_owner("CA1")]);
}

pub async fn a_deadline_moves_and_goes_with_its_state(store: Arc<dyn Store>) {
    store.commit(with_deadline("CA1", 0, Some(10))).await.unwrap();
    store.commit(with_deadline("CA1", 1, Some(20))).await.unwrap();
    assert!(store.due(at(19), 10).await.unwrap().is_empty());
    assert_eq!(store.due(at(20), 10).await.unwrap(), [(tenant(), call_owner("CA1"))]);
    store.commit(with_deadline("CA1", 2, None)).await.unwrap();
    assert!(store.due(at(1_000), 10).await.unwrap().is_empty());
}

pub async fn due_covers_all_tenants_and_keeps_to_its_limit(store: Arc<dyn Store>) {
    store.commit(with_deadline("CA1", 0, Some(20))).await.unwrap();
    store.commit(Commit { tenant: other_tenant(), ..with_deadline("CA1", 0, Some(10)) }).await.unwrap();
    let all = [(other_tenant(), call_owner("CA1")), (tenant(), call_owner("CA1"))];
    assert_eq!(store.due(at(20), 10).await.unwrap(), all);
    assert_eq!(store.due(at(20), 1).await.unwrap(), all[..1]);
    assert!(store.due(at(20), 0).await.unwrap().is_empty());
}

pub async fn a_list_is_newest_first_of_one_kind_and_limited(store: Arc<dyn Store>) {
    let opened = |id: &str, seconds| {
        Snapshot::Call(Box::new(nightdesk_domain::call::Call { opened_at: at(seconds), ..call(id) }))
    };
    for (id, seconds) in [("CA1", 20), ("CA2", 30), ("CA3", 10)] {
        store.commit(saving(opened(id, seconds), 0)).await.unwrap();
    }
    store.commit(saving(case_snapshot("CA1"), 0)).await.unwrap();
    let newest_first = [opened("CA2", 30), opened("CA1", 20), opened("CA3", 10)];
    assert_eq!(store.list(&tenant(), ListKind::Calls, 10).await.unwrap(), newest_first);
    assert_eq!(store.list(&tenant(), ListKind::Calls, 2).await.unwrap(), newest_first[..2]);
    assert_eq!(store.list(&tenant(), ListKind::Cases, 10).await.unwrap(), [case_snapshot("CA1")]);
}

pub async fn a_list_shows_the_newest_version(store: Arc<dyn Store>) {
    store.commit(saving(case_snapshot("CA1"), 0)).await.unwrap();
    let handled = nightdesk_domain::case::Case { work: nightdesk_domain::case::Work::Handled, ..case("CA1") };
    let handled = Snapshot::Case(Box::new(handled));
    store.commit(saving(handled.clone(), 1)).await.unwrap();
    assert_eq!(store.list(&tenant(), ListKind::Cases, 10).await.unwrap(), [handled]);
}

pub async fn the_journal_is_in_order_and_of_one_owner(store: Arc<dyn Store>) {
    let entry = |version, seconds| journal_entry(&call_owner("CA1"), version, at(seconds));
    // Order is that of the commits, not of the clock, which may have been set back.
    let entries = [entry(1, 50), entry(2, 10), entry(3, 30)];
    for (expected, row) in entries.iter().enumerate() {
        let journal = vec![row.clone(), journal_entry(&case_owner("CA1"), expected as u64 + 1, at(0))];
        store.commit(Commit { journal, ..saving(call_snapshot("CA1"), expected as u64) }).await.unwrap();
    }
    assert_eq!(store.journal(&tenant(), &call_owner("CA1")).await.unwrap(), entries);
    assert_eq!(store.journal(&tenant(), &case_owner("CA1")).await.unwrap().len(), 3);
}

pub async fn a_failed_commit_leaves_no_journal(store: Arc<dyn Store>) {
    let journal = vec![journal_entry(&call_owner("CA1"), 5, at(0))];
    assert_conflict(store.commit(Commit { journal, ..saving(call_snapshot("CA1"), 4) }).await);
    assert!(store.journal(&tenant(), &call_owner("CA1")).await.unwrap().is_empty());
}

/// Runs commits at the same time; gives how many succeeded, and demands that the others were conflicts.
async fn succeeded(store: &Arc<dyn Store>, commits: Vec<Commit>) -> usize {
    let commits = commits.into_iter().map(|commit| {
        let store = Arc::clone(store);
        tokio::spawn(async move { store.commit(commit).await })
    });
    let mut succeeded = 0;
    for outcome in commits.collect::<Vec<_>>() {
        match outcome.await.unwrap() {
            Ok(()) => succeeded += 1,
            lost => assert_conflict(lost),
        }
    }
    succeeded
}

pub async fn of_concurrent_commits_of_one_version_exactly_one_wins(store: Arc<dyn Store>) {
    for expected in 0..4 {
        let commits = (0..16).map(|_| saving(call_snapshot("CA1"), expected)).collect();
        assert_eq!(succeeded(&store, commits).await, 1);
        assert_eq!(store.load(&tenant(), &call_owner("CA1")).await.unwrap().unwrap().version, expected + 1);
    }
}

pub async fn of_concurrent_takers_of_one_alias_exactly_one_wins(store: Arc<dyn Store>) {
    let taker = |n: u32| {
        let id = format!("CA{n}");
        naming(alias("ticket", "12345678", &case_owner(&id), true), case_snapshot(&id))
    };
    assert_eq!(succeeded(&store, (0..16).map(taker).collect()).await, 1);
    let stored = store.list(&tenant(), ListKind::Cases, 100).await.unwrap();
    let Some(Snapshot::Case(winner)) = stored.first() else { unreachable!("a winner is stored") };
    assert_eq!(stored.len(), 1);
    let bearer = store.find(&tenant(), "ticket", "12345678").await.unwrap();
    assert_eq!(bearer, Some(case_owner(winner.id.as_str())));
}

pub async fn sixty_four_owners_commit_at_once(store: Arc<dyn Store>) {
    let ids: Vec<_> = (0..64).map(|n| format!("CA{n}")).collect();
    for expected in 0..3 {
        let commits = ids.iter().map(|id| saving(call_snapshot(id), expected)).collect();
        assert_eq!(succeeded(&store, commits).await, 64);
    }
    for id in &ids {
        assert_eq!(store.load(&tenant(), &call_owner(id)).await.unwrap().unwrap().version, 3);
    }
}

pub async fn a_commit_is_seen_by_the_next_read(store: Arc<dyn Store>) {
    let writers = (0..8).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let id = format!("CA{n}");
            for expected in 0..10 {
                store.commit(saving(call_snapshot(&id), expected)).await.unwrap();
                let seen = store.load(&tenant(), &call_owner(&id)).await.unwrap().unwrap();
                assert_eq!(seen.version, expected + 1);
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

pub async fn a_store_that_works_is_ready(store: Arc<dyn Store>) {
    store.ready().await.unwrap();
    store.ready().await.unwrap();
}
