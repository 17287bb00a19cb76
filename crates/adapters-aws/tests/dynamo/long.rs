//! What does not fit into one item: states at the domain's limits, long effects, commits that are too large.

use crate::support::{sort_keys, store};
use nightdesk_adapters_aws::dynamo::DynamoStore;
use nightdesk_domain::call::Call;
use nightdesk_domain::case::{Brief, Case, TicketDraft};
use nightdesk_domain::effect::{Effect, PlannedEffect};
use nightdesk_domain::facts::Facts;
use nightdesk_domain::ids::EffectId;
use nightdesk_domain::limits::{TRANSCRIPT_TURNS_MAX, TURN_CHARS_MAX};
use nightdesk_domain::machine::Context;
use nightdesk_domain::private::Private;
use nightdesk_ports::{Cases, Commit, JournalEntry, ListKind, Outbox, RecordedEvent, Snapshot, StoreError, Stored};
use nightdesk_testkit::sample::{
    at, brief, call, call_owner, case, case_owner, commit, effect, journal_entry, lease, policy, save, tenant,
    ticket_draft, unleased,
};

/// Everything that a caller may say, in characters of four bytes.
fn words() -> Vec<Private> {
    vec![Private::new("\u{1F525}".repeat(TURN_CHARS_MAX)); TRANSCRIPT_TURNS_MAX]
}

fn long_call(id: &str, turn: u32) -> Snapshot {
    Snapshot::Call(Box::new(Call { turns: words(), turn, ..call(id) }))
}

fn long_case(id: &str) -> Case {
    let (policy, facts) = (policy(), Facts::default());
    let context = Context { policy: &policy, facts: &facts, now: at(0) };
    let brief = Brief { words: words(), wake: false, ..brief() };
    Case::open(&context, &call(id), brief, case(id).ticket.number).0
}

fn long_effect(number: u32) -> PlannedEffect {
    let description = words().iter().map(Private::reveal).collect::<String>();
    let draft = TicketDraft { description: description.into(), ..ticket_draft("CA1") };
    let id = EffectId { owner: case_owner("CA1"), number };
    PlannedEffect { id, due: at(0), effect: Effect::OpenTicket(Box::new(draft)) }
}

async fn with_effects(store: &DynamoStore, effects: Vec<PlannedEffect>) {
    store.commit(Commit { effects: unleased(effects), ..commit(&tenant()) }).await.unwrap();
}

#[tokio::test]
async fn a_state_at_every_limit_comes_back_and_may_become_short_again() {
    let store = store().await;
    let load = async || store.load(&tenant(), &call_owner("CA1")).await.unwrap().unwrap();
    for expected in 0..2 {
        let snapshot = long_call("CA1", u32::try_from(expected).unwrap());
        assert!(serde_json::to_string(&snapshot).unwrap().len() > 2 * 400 * 1024);
        store.commit(Commit { saves: vec![save(snapshot.clone(), expected)], ..commit(&tenant()) }).await.unwrap();
        assert!(load().await == Stored { snapshot: snapshot.clone(), version: expected + 1 });
        assert!(store.list(&tenant(), ListKind::Calls, 10).await.unwrap() == [snapshot]);
    }
    let short = Snapshot::Call(Box::new(call("CA1")));
    store.commit(Commit { saves: vec![save(short.clone(), 2)], ..commit(&tenant()) }).await.unwrap();
    assert!(load().await == Stored { snapshot: short.clone(), version: 3 });
    assert!(store.list(&tenant(), ListKind::Calls, 10).await.unwrap() == [short]);
}

#[tokio::test]
async fn the_largest_commit_that_a_call_can_lead_to_fits() {
    let store = store().await;
    let case = long_case("CA1");
    let opened = JournalEntry {
        event: RecordedEvent::CaseOpened(Box::new(case.clone())),
        ..journal_entry(&case_owner("CA1"), 1, at(0))
    };
    let everything = Commit {
        saves: vec![save(long_call("CA1", 1), 0), save(Snapshot::Case(Box::new(case.clone())), 0)],
        effects: unleased(vec![long_effect(1)]),
        journal: vec![journal_entry(&call_owner("CA1"), 1, at(0)), opened.clone()],
        ..commit(&tenant())
    };
    store.commit(everything).await.unwrap();
    let stored = store.load(&tenant(), &case_owner("CA1")).await.unwrap().unwrap();
    assert!(stored.snapshot == Snapshot::Case(Box::new(case)));
    assert!(store.journal(&tenant(), &case_owner("CA1")).await.unwrap() == [opened]);
}

#[tokio::test]
async fn a_long_effect_is_claimed_whole_and_settled_without_a_trace() {
    let table = crate::support::table().await;
    let store = DynamoStore::new(crate::support::client(crate::support::plain()), &table);
    with_effects(&store, vec![long_effect(1), effect(&case_owner("CA1"), 2, at(1))]).await;
    assert_eq!(store.pending(&tenant(), &case_owner("CA1")).await.unwrap().len(), 2);
    let claims = store.claim(at(0), &lease("a", at(30)), 10).await.unwrap();
    assert!(claims.len() == 1 && claims[0].effect == long_effect(1));
    let lost = nightdesk_ports::Claim { lease: lease("b", at(30)), ..claims[0].clone() };
    assert!(matches!(store.settle(&lost).await, Err(StoreError::Conflict)));
    store.settle(&claims[0]).await.unwrap();
    assert_eq!(sort_keys(&table).await, ["EFFECT#0000000002"]);

    with_effects(&store, vec![long_effect(3)]).await;
    let claims = store.claim(at(0), &lease("a", at(30)), 10).await.unwrap();
    store.commit(Commit { settled: Some(claims[0].clone()), ..commit(&tenant()) }).await.unwrap();
    assert_eq!(sort_keys(&table).await, ["EFFECT#0000000002"]);
}

#[tokio::test]
async fn a_commit_that_is_too_large_is_refused_before_it_is_sent() {
    let store = store().await;
    let many = (1..=101).map(|number| effect(&case_owner("CA1"), number, at(0))).collect();
    let large = (1..=6).map(long_effect).collect();
    for effects in [many, large] {
        let refused = store.commit(Commit { effects: unleased(effects), ..commit(&tenant()) }).await;
        let Err(StoreError::Corrupt(text)) = refused else { panic!("it does not fit: {refused:?}") };
        assert!(text.starts_with("an effect"), "{text}");
    }
    assert_eq!(store.used().requests, 0);
}

#[tokio::test]
async fn a_hundred_actions_are_taken() {
    let store = store().await;
    with_effects(&store, (1..=100).map(|number| effect(&case_owner("CA1"), number, at(0))).collect()).await;
    assert_eq!(store.pending(&tenant(), &case_owner("CA1")).await.unwrap().len(), 100);
}
