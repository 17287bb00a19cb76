//! What the operations cost in requests and capacity units; docs/STORAGE.md has the figures.
#![allow(clippy::print_stderr, reason = "this is how the figures of docs/STORAGE.md are read off")]

use crate::support::store;
use nightdesk_adapters_aws::dynamo::{DynamoStore, SHARDS, Used};
use nightdesk_ports::{
    Cases, Commit, Entry, Lease, ListKind, NewEffect, Outbox, Record, RecordLog, Register, Save, Scan,
    TenantRepository, Tries,
};
use nightdesk_testkit::sample::{
    FILE, alias, at, call_owner, call_snapshot, case_owner, case_snapshot, commit, contact, effect, journal_entry,
    lease, number, policy, save, tenant, unleased,
};

/// A turn of a call: its next state, which waits again, and the row of the journal.
fn turn(expected_version: u64) -> Commit {
    let deadline = Some(at(i64::try_from(expected_version).unwrap()));
    Commit {
        saves: vec![Save { deadline, ..save(call_snapshot("CA1"), expected_version) }],
        journal: vec![journal_entry(&call_owner("CA1"), expected_version + 1, at(0))],
        ..commit(&tenant())
    }
}

/// Does something, and tells what it used.
async fn used<T>(store: &DynamoStore, name: &str, work: impl Future<Output = T>) -> (T, Used) {
    let before = store.used();
    let done = work.await;
    let used = store.used() - before;
    // `cargo test -p nightdesk-adapters-aws cost -- --nocapture` gives the table of docs/STORAGE.md.
    eprintln!("{name:<34} {:>2} requests {:>5} read {:>5} write", used.requests, used.read_units, used.write_units);
    (done, used)
}

#[tokio::test]
async fn a_turn_of_a_call_is_two_requests() {
    let store = store().await;
    store.commit(turn(0)).await.unwrap();
    for expected in 1..4 {
        let (_, used) = used(&store, "a turn", async {
            let stored = store.load(&tenant(), &call_owner("CA1")).await.unwrap().unwrap();
            store.commit(turn(stored.version)).await.unwrap();
            assert_eq!(stored.version, expected);
        })
        .await;
        assert_eq!(used.requests, 2);
        assert!(used.read_units <= 2.0, "{used:?}");
        // Two items of up to 3 KB, at two units for each KB, and the entry of the index that moves.
        assert!(used.write_units <= 14.0, "{used:?}");
    }
}

#[tokio::test]
async fn a_look_that_finds_nothing_asks_each_shard_once() {
    let store = store().await;
    let (_, claim) = used(&store, "claim, nothing due", store.claim(at(0), &lease("a", at(30)), 10)).await;
    assert_eq!((claim.requests, claim.read_units), (u64::from(SHARDS), f64::from(SHARDS) / 2.0));
    let (_, due) = used(&store, "due, nothing due", store.due(at(0), 10)).await;
    assert_eq!((due.requests, due.read_units), (u64::from(SHARDS), f64::from(SHARDS) / 2.0));
}

#[tokio::test]
async fn every_operation_costs_what_the_table_says() {
    let store = store().await;
    let requests = |(_, used): ((), Used)| used.requests;
    let of = async |name: &str, commit: Commit| used(&store, name, async { store.commit(commit).await.unwrap() }).await;
    assert_eq!(requests(of("commit: a call arrives", turn(0)).await), 1);
    assert_eq!(requests(of("commit: a turn", turn(1)).await), 1);
    let held = Lease { claimant: "a".to_owned(), until: at(30) };
    let opens = Commit {
        saves: vec![
            Save { deadline: Some(at(9)), ..save(call_snapshot("CA1"), 2) },
            Save { deadline: Some(at(9)), ..save(case_snapshot("CA1"), 0) },
        ],
        effects: vec![NewEffect { planned: effect(&case_owner("CA1"), 1, at(0)), lease: Some(held) }],
        aliases: vec![alias("ticket", "12345678", &case_owner("CA1"), true)],
        journal: vec![journal_entry(&call_owner("CA1"), 3, at(0)), journal_entry(&case_owner("CA1"), 1, at(0))],
        ..commit(&tenant())
    };
    assert_eq!(requests(of("commit: a call opens a case", opens).await), 1);
    let more = unleased(vec![effect(&case_owner("CA1"), 2, at(0)), effect(&case_owner("CA1"), 3, at(0))]);
    of("commit: two effects", Commit { effects: more, ..commit(&tenant()) }).await;

    let one = |used: Used| assert_eq!(used.requests, 1);
    one(used(&store, "load", async { store.load(&tenant(), &call_owner("CA1")).await.unwrap() }).await.1);
    one(used(&store, "find", async { store.find(&tenant(), "ticket", "12345678").await.unwrap() }).await.1);
    one(used(&store, "journal", async { store.journal(&tenant(), &call_owner("CA1")).await.unwrap() }).await.1);
    one(used(&store, "pending", async { store.pending(&tenant(), &case_owner("CA1")).await.unwrap() }).await.1);
    one(used(&store, "ready", async { store.ready().await.unwrap() }).await.1);
    let list = async { store.list(&tenant(), ListKind::Calls, 20).await.unwrap() };
    assert_eq!(used(&store, "list", list).await.1.requests, 2);
    let claim = async { store.claim(at(5), &lease("b", at(60)), 10).await.unwrap() };
    let (claims, claiming) = used(&store, "claim, two due", claim).await;
    assert_eq!((claims.len(), claiming.requests), (2, u64::from(SHARDS) + 2));
    one(used(&store, "postpone", async { store.postpone(&claims[0], at(99), Tries::default()).await.unwrap() })
        .await
        .1);
    one(used(&store, "settle", async { store.settle(&claims[1]).await.unwrap() }).await.1);

    let dana = [contact("Dana", "acme-dental", &["+13125550142"])];
    used(&store, "import", async { store.import(&policy(), &dana, FILE).await.unwrap() }).await;
    assert_eq!(used(&store, "newest, not known", async { store.newest(&tenant()).await.unwrap() }).await.1.requests, 2);
    one(used(&store, "newest, known", async { store.newest(&tenant()).await.unwrap() }).await.1);
    let found = async { store.contacts_of(&tenant(), &number("+13125550142")).await.unwrap() };
    assert_eq!(used(&store, "contacts_of, found", found).await.1.requests, 2);
    let unknown = async { store.contacts_of(&tenant(), &number("+13125550143")).await.unwrap() };
    assert_eq!(used(&store, "contacts_of, unknown", unknown).await.1.requests, 3);
    assert_eq!(used(&store, "file", async { store.file(&tenant()).await.unwrap() }).await.1.requests, 2);
    one(used(&store, "tenants", async { store.tenants().await.unwrap() }).await.1);

    let record = |id: &str| Record {
        tenant: tenant(),
        kind: "notice".to_owned(),
        id: id.to_owned(),
        at: at(0),
        expires_at: None,
        body: "{}".into(),
    };
    let (first, second) = (record("1"), record("2"));
    let append = async { store.append(&first).await.unwrap() };
    assert_eq!(used(&store, "append, first of its month", append).await.1.requests, 2);
    one(used(&store, "append", async { store.append(&second).await.unwrap() }).await.1);
    let get = async { store.get(&tenant(), "notice", "1", at(0)).await.unwrap() };
    assert_eq!(used(&store, "get", get).await.1.requests, 2);
    let all = Scan { kind: "notice", from: at(0), until: at(9), newest_first: false, limit: 10, now: at(0) };
    let scan = async { store.scan(&tenant(), &all).await.unwrap() };
    assert_eq!(used(&store, "scan, one month", scan).await.1.requests, 2);

    let entry = |id: &str| Entry::new(&tenant(), "window", id, "{}");
    for id in ["1", "2"] {
        one(used(&store, "put, new", async { store.put(&entry(id), at(0)).await.unwrap() }).await.1);
    }
    one(used(&store, "put, changed", async { store.put(&entry("1").changed("{}"), at(0)).await.unwrap() }).await.1);
    one(used(&store, "entry", async { store.entry(&tenant(), "window", "1", at(0)).await.unwrap() }).await.1);
    one(used(&store, "entries", async { store.entries(&tenant(), "window", at(0)).await.unwrap() }).await.1);
    one(used(&store, "remove", async { store.remove(&tenant(), "window", "1", 2).await.unwrap() }).await.1);
}
