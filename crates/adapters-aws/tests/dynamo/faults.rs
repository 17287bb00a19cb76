//! What the emulator does not imitate: contention, throttling, lost answers, an index that lags, unprocessed keys,
//! expired items that are still there.

use crate::meddler::{Act, Meddler};
use crate::support::{client, everything, plain, table};
use aws_sdk_dynamodb::config::SharedHttpClient;
use nightdesk_adapters_aws::dynamo::DynamoStore;
use nightdesk_ports::{
    Cases, Commit, Entry, ListKind, Outbox, Record, RecordLog, Register, Scan, StoreError, TenantRepository, Tries,
};
use nightdesk_testkit::sample::{
    FILE, at, call_owner, call_snapshot, case_owner, commit, contact, effect, journal_entry, lease, number, policy,
    save, tenant, unleased,
};
use serde_json::{Value, json};
use std::error::Error;

/// A store whose requests are meddled with, one that sees things as they are, and the table of both.
async fn meddled() -> (DynamoStore, Meddler, DynamoStore, String) {
    let table = table().await;
    let meddler = Meddler::new(plain());
    let store = DynamoStore::new(client(SharedHttpClient::new(meddler.clone())), &table);
    (store, meddler, DynamoStore::new(client(plain()), &table), table)
}

fn error(code: &str) -> Value {
    json!({ "__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "as the service says" })
}

/// As DynamoDB words it: one reason for each action, in order.
fn cancelled(codes: &[&str]) -> Value {
    let reasons: Vec<_> = codes.iter().map(|code| json!({ "Code": code })).collect();
    let mut body = error("TransactionCanceledException");
    body["CancellationReasons"] = reasons.into();
    body
}

fn new_call(id: &str) -> Commit {
    Commit {
        saves: vec![save(call_snapshot(id), 0)],
        journal: vec![journal_entry(&call_owner(id), 1, at(0))],
        ..commit(&tenant())
    }
}

async fn version(store: &DynamoStore, id: &str) -> Option<u64> {
    store.load(&tenant(), &call_owner(id)).await.unwrap().map(|stored| stored.version)
}

#[track_caller]
fn assert_unavailable<T: std::fmt::Debug>(outcome: Result<T, StoreError>) -> String {
    let Err(StoreError::Unavailable(source)) = outcome else { panic!("expected unavailable, got {outcome:?}") };
    let (mut chain, mut next): (String, Option<&dyn Error>) = (String::new(), Some(source.as_ref()));
    while let Some(error) = next {
        chain += &format!("{error}\n");
        next = error.source();
    }
    chain
}

#[tokio::test]
async fn a_commit_that_meets_another_transaction_is_tried_again() {
    let (store, meddler, _, _) = meddled().await;
    meddler.set("TransactWriteItems", 1, Act::Answer(400, cancelled(&["None", "TransactionConflict", "None"])));
    store.commit(new_call("CA1")).await.unwrap();
    assert_eq!(version(&store, "CA1").await, Some(1));
}

#[tokio::test]
async fn a_commit_that_always_meets_another_is_a_conflict() {
    let (store, meddler, truth, _) = meddled().await;
    let contended = cancelled(&["None", "TransactionConflict", "None"]);
    meddler.set("TransactWriteItems", usize::MAX, Act::Answer(400, contended));
    assert!(matches!(store.commit(new_call("CA1")).await, Err(StoreError::Conflict)));
    assert_eq!(version(&truth, "CA1").await, None);
    assert!(store.used().requests >= 4, "it was patient: {:?}", store.used());
}

#[tokio::test]
async fn a_failed_condition_among_conflicting_transactions_is_a_conflict_at_once() {
    let (store, meddler, _, _) = meddled().await;
    let both = cancelled(&["TransactionConflict", "ConditionalCheckFailed", "None"]);
    meddler.set("TransactWriteItems", usize::MAX, Act::Answer(400, both));
    assert!(matches!(store.commit(new_call("CA1")).await, Err(StoreError::Conflict)));
    assert_eq!(store.used().requests, 1);
}

#[tokio::test]
async fn a_claim_or_settlement_that_meets_a_transaction_is_tried_again() {
    let (store, meddler, _, _) = meddled().await;
    let effects = unleased(vec![effect(&case_owner("CA1"), 1, at(0))]);
    store.commit(Commit { effects, ..commit(&tenant()) }).await.unwrap();
    meddler.set("UpdateItem", 2, Act::Answer(400, error("TransactionConflictException")));
    let claims = store.claim(at(0), &lease("a", at(30)), 10).await.unwrap();
    assert_eq!(claims.len(), 1);
    meddler.set("DeleteItem", 2, Act::Answer(400, error("TransactionConflictException")));
    store.settle(&claims[0]).await.unwrap();
}

#[tokio::test]
async fn throttling_that_passes_is_waited_out() {
    let (store, meddler, _, _) = meddled().await;
    for code in ["ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"] {
        meddler.set("TransactWriteItems", 1, Act::Answer(400, error(code)));
        store.commit(new_call(code)).await.unwrap();
    }
    meddler.set("TransactWriteItems", 1, Act::Answer(400, cancelled(&["ThrottlingError", "None", "None"])));
    store.commit(new_call("CA1")).await.unwrap();
}

#[tokio::test]
async fn throttling_that_lasts_is_unavailable() {
    let (store, meddler, truth, _) = meddled().await;
    for body in [
        error("ThrottlingException"),
        error("ProvisionedThroughputExceededException"),
        error("RequestLimitExceeded"),
        cancelled(&["None", "ThrottlingError", "None"]),
        cancelled(&["None", "ProvisionedThroughputExceeded", "TransactionConflict"]),
    ] {
        meddler.set("TransactWriteItems", usize::MAX, Act::Answer(400, body));
        assert_unavailable(store.commit(new_call("CA1")).await);
    }
    meddler.set("Query", usize::MAX, Act::Answer(400, error("ThrottlingException")));
    assert_unavailable(store.load(&tenant(), &call_owner("CA1")).await);
    assert_unavailable(store.claim(at(0), &lease("a", at(30)), 10).await);
    assert_eq!(version(&truth, "CA1").await, None);
}

#[tokio::test]
async fn a_server_error_that_lasts_is_unavailable() {
    let (store, meddler, _, _) = meddled().await;
    meddler.set("TransactWriteItems", 2, Act::Answer(500, error("InternalServerError")));
    store.commit(new_call("CA1")).await.unwrap();
    meddler.set("TransactWriteItems", usize::MAX, Act::Answer(500, error("InternalServerError")));
    assert_unavailable(store.commit(new_call("CA2")).await);
    meddler.set("PutItem", usize::MAX, Act::Answer(503, json!({})));
    assert_unavailable(store.ready().await);
}

#[tokio::test]
async fn a_refusal_tells_what_to_do_about_it() {
    let (store, meddler, _, _) = meddled().await;
    for (code, advice) in [
        ("AccessDeniedException", "role needs"),
        ("ResourceNotFoundException", "table's name"),
        ("UnrecognizedClientException", "credentials"),
    ] {
        meddler.set("PutItem", 1, Act::Answer(400, error(code)));
        let chain = assert_unavailable(store.ready().await);
        assert!(chain.contains(advice), "{code}: {chain}");
        assert!(chain.contains("as the service says"), "the chain keeps what the service said: {chain}");
    }
}

#[tokio::test]
async fn a_refused_item_is_corrupt_and_named_by_its_kind_alone() {
    let (store, meddler, _, _) = meddled().await;
    let mut body = cancelled(&["None", "ValidationError", "None"]);
    body["CancellationReasons"][1]["Message"] = "Item size has exceeded: Dana Smith".into();
    meddler.set("TransactWriteItems", 1, Act::Answer(400, body));
    let Err(StoreError::Corrupt(text)) = store.commit(new_call("CA1")).await else { panic!("it is refused") };
    assert!(text.starts_with("a state") && !text.contains("Dana"), "{text}");
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_no_conflict() {
    let (store, meddler, truth, _) = meddled().await;
    meddler.set("TransactWriteItems", 1, Act::LoseAnswer);
    store.commit(new_call("CA1")).await.unwrap();
    assert_eq!(store.used().requests, 2, "it was sent twice, under one token");
    assert_eq!(version(&truth, "CA1").await, Some(1));
    assert_eq!(truth.journal(&tenant(), &call_owner("CA1")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_still_ours_and_counts_once() {
    let (store, meddler, _, _) = meddled().await;
    let effects = unleased(vec![effect(&case_owner("CA1"), 1, at(0))]);
    store.commit(Commit { effects, ..commit(&tenant()) }).await.unwrap();
    meddler.set("UpdateItem", 1, Act::LoseAnswer);
    let claims = store.claim(at(0), &lease("a", at(30)), 10).await.unwrap();
    assert_eq!(claims.len(), 1, "or nobody would work on it until its lease ends");
    assert_eq!(claims[0].tries, Tries::default());
    meddler.set("UpdateItem", 1, Act::LoseAnswer);
    let over = store.claim(at(30), &lease("b", at(60)), 10).await.unwrap();
    assert_eq!(over[0].tries, Tries::default().interrupted());
    store.settle(&over[0]).await.unwrap();
}

#[tokio::test]
async fn an_import_whose_answer_was_lost_makes_one_version() {
    let (store, meddler, _, _) = meddled().await;
    meddler.set("TransactWriteItems", 1, Act::LoseAnswer);
    assert_eq!(store.import(&policy(), &[], FILE).await.unwrap(), 1);
    assert_eq!(store.import(&policy(), &[], FILE).await.unwrap(), 2);
}

#[tokio::test]
async fn an_index_that_lags_gives_no_effect_twice() {
    let (store, meddler, truth, _) = meddled().await;
    let effects = unleased((1..=3).map(|number| effect(&case_owner("CA1"), number, at(0))).collect());
    store.commit(Commit { effects, ..commit(&tenant()) }).await.unwrap();
    // The index as it is now: three effects that are free.
    meddler.set("Query", usize::MAX, Act::Remember);
    assert_eq!(store.oldest_due(at(0)).await.unwrap(), Some(at(0)));

    // Meanwhile one is settled, one is put back, one is held.
    let claims = truth.claim(at(0), &lease("a", at(30)), 10).await.unwrap();
    truth.settle(&claims[0]).await.unwrap();
    truth.postpone(&claims[1], at(60), Tries::default()).await.unwrap();
    meddler.set("Query", usize::MAX, Act::Replay);
    assert!(store.claim(at(0), &lease("b", at(30)), 10).await.unwrap().is_empty());
    truth.settle(&claims[2]).await.unwrap();
    let pending = truth.pending(&tenant(), &case_owner("CA1")).await.unwrap();
    assert_eq!(pending.len(), 1, "and what was settled did not come back");
    assert_eq!(pending[0].1, Tries::default(), "nothing was counted");
}

#[tokio::test]
async fn an_index_that_shows_an_old_lease_takes_nothing_over() {
    let (store, meddler, truth, _) = meddled().await;
    let effects = unleased(vec![effect(&case_owner("CA1"), 1, at(0))]);
    store.commit(Commit { effects, ..commit(&tenant()) }).await.unwrap();
    truth.claim(at(0), &lease("a", at(30)), 10).await.unwrap();
    // The index shows the lease of a, which has run out by now.
    meddler.set("Query", usize::MAX, Act::Remember);
    assert_eq!(store.oldest_due(at(40)).await.unwrap(), Some(at(0)));
    let held = truth.claim(at(40), &lease("b", at(70)), 10).await.unwrap();
    meddler.set("Query", usize::MAX, Act::Replay);
    assert!(store.claim(at(40), &lease("c", at(70)), 10).await.unwrap().is_empty(), "b holds it");
    truth.settle(&held[0]).await.unwrap();
}

#[tokio::test]
async fn a_look_that_lost_all_its_candidates_goes_on_to_the_next() {
    let (store, meddler, truth, _) = meddled().await;
    let effects = unleased((1..=40).map(|number| effect(&case_owner("CA1"), number, at(number.into()))).collect());
    store.commit(Commit { effects, ..commit(&tenant()) }).await.unwrap();
    meddler.set("Query", 4, Act::Remember);
    assert!(store.oldest_due(at(99)).await.unwrap().is_some());
    truth.claim(at(99), &lease("a", at(200)), 2).await.unwrap();
    // However often it looks, the index still shows those two as free.
    meddler.set("Query", usize::MAX, Act::Replay);
    let claims = store.claim(at(99), &lease("b", at(200)), 2).await.unwrap();
    let numbers: Vec<_> = claims.iter().map(|claim| claim.effect.id.number).collect();
    assert_eq!(numbers, [3, 4]);
}

#[tokio::test]
async fn unprocessed_keys_are_asked_for_again() {
    let (store, meddler, _, _) = meddled().await;
    for id in ["CA1", "CA2", "CA3"] {
        store.commit(new_call(id)).await.unwrap();
    }
    meddler.set("BatchGetItem", 2, Act::ProcessOneKey);
    assert_eq!(store.list(&tenant(), ListKind::Calls, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn keys_that_stay_unprocessed_are_an_outage_and_no_short_list() {
    let (store, meddler, _, table) = meddled().await;
    store.commit(new_call("CA1")).await.unwrap();
    let key = json!({ "pk": { "S": "T#northwind#call/CA1" }, "sk": { "S": "STATE" } });
    let nothing = json!({ "Responses": {}, "UnprocessedKeys": { table: { "Keys": [key] } } });
    meddler.set("BatchGetItem", usize::MAX, Act::Answer(200, nothing));
    assert_unavailable(store.list(&tenant(), ListKind::Calls, 10).await);
}

#[tokio::test]
async fn what_has_expired_is_not_given_while_it_is_still_there() {
    let (store, _, _, table) = meddled().await;
    let record = Record {
        tenant: tenant(),
        kind: "notice".to_owned(),
        id: "1".to_owned(),
        at: at(0),
        expires_at: Some(at(60) + chrono::Duration::milliseconds(1)),
        body: "{}".into(),
    };
    store.append(&record).await.unwrap();
    store.append(&Record { id: "2".to_owned(), expires_at: None, ..record.clone() }).await.unwrap();
    let scan = |now| Scan { kind: "notice", from: at(0), until: at(1), newest_first: false, limit: 10, now: at(now) };
    assert_eq!(store.scan(&tenant(), &scan(60)).await.unwrap().len(), 2);
    assert_eq!(store.scan(&tenant(), &scan(61)).await.unwrap().len(), 1);
    assert_eq!(store.get(&tenant(), "notice", "1", at(60)).await.unwrap(), Some(record));
    assert_eq!(store.get(&tenant(), "notice", "1", at(61)).await.unwrap(), None);
    let expiring: Vec<_> =
        everything(&table).await.into_iter().filter_map(|mut item| item.remove("expires_at")).collect();
    assert_eq!(expiring.len(), 2, "the record and its name are there, and DynamoDB will delete both");
    let second = (at(61).timestamp()).to_string();
    assert!(expiring.iter().all(|expiry| *expiry.as_n().unwrap() == second), "never early: {expiring:?}");
}

#[tokio::test]
async fn contacts_that_an_import_cleared_away_meanwhile_are_found_in_the_new_one() {
    let (store, meddler, truth, _) = meddled().await;
    let dana = contact("Dana", "acme-dental", &["+13125550142"]);
    truth.import(&policy(), std::slice::from_ref(&dana), FILE).await.unwrap();
    meddler.set("GetItem", 1, Act::Remember);
    assert_eq!(store.contacts_of(&tenant(), &number("+13125550142")).await.unwrap().len(), 1);
    truth.import(&policy(), std::slice::from_ref(&dana), FILE).await.unwrap();
    // It asked which import counts just before the second one was made.
    meddler.set("GetItem", 1, Act::Replay);
    assert_eq!(store.contacts_of(&tenant(), &number("+13125550142")).await.unwrap(), [dana]);
}

#[tokio::test]
async fn a_put_whose_answer_was_lost_is_a_success() {
    let (store, meddler, truth, _) = meddled().await;
    let first = Entry { expires_at: Some(at(60)), ..Entry::new(&tenant(), "window", "a", "1") };
    let second = first.changed("2");
    for entry in [&first, &second] {
        meddler.set("PutItem", 1, Act::LoseAnswer);
        store.put(entry, at(0)).await.unwrap();
        assert_eq!(truth.entry(&tenant(), "window", "a", at(0)).await.unwrap().as_ref(), Some(entry));
    }
    // A server that does not say what it found is asked.
    meddler.set("PutItem", 1, Act::Answer(400, error("ConditionalCheckFailedException")));
    store.put(&second, at(0)).await.unwrap();
    meddler.set("PutItem", 1, Act::Answer(400, error("ConditionalCheckFailedException")));
    let lost = store.put(&second.changed("3"), at(0)).await;
    assert!(matches!(lost, Err(StoreError::Conflict)), "somebody else was first: {lost:?}");
}

#[tokio::test]
async fn a_removal_whose_answer_was_lost_is_a_success() {
    let (store, meddler, truth, _) = meddled().await;
    store.put(&Entry::new(&tenant(), "window", "a", "1"), at(0)).await.unwrap();
    meddler.set("DeleteItem", 1, Act::LoseAnswer);
    store.remove(&tenant(), "window", "a", 1).await.unwrap();
    assert_eq!(truth.entry(&tenant(), "window", "a", at(0)).await.unwrap(), None);
}

#[tokio::test]
async fn a_contended_put_is_tried_again_and_then_a_conflict() {
    let (store, meddler, truth, _) = meddled().await;
    let entry = Entry::new(&tenant(), "window", "a", "1");
    meddler.set("PutItem", 2, Act::Answer(400, error("TransactionConflictException")));
    store.put(&entry, at(0)).await.unwrap();
    meddler.set("PutItem", usize::MAX, Act::Answer(400, error("TransactionConflictException")));
    let lost = store.put(&entry.changed("2"), at(0)).await;
    assert!(matches!(lost, Err(StoreError::Conflict)), "{lost:?}");
    assert_eq!(truth.entry(&tenant(), "window", "a", at(0)).await.unwrap(), Some(entry));
}

#[tokio::test]
async fn an_entry_that_has_expired_is_not_given_and_not_in_the_way_while_it_is_still_there() {
    let (store, _, _, table) = meddled().await;
    let entry = Entry { expires_at: Some(at(60)), ..Entry::new(&tenant(), "window", "a", "1") };
    store.put(&entry, at(0)).await.unwrap();
    let items = everything(&table).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["expires_at"].as_n().unwrap(), &at(60).timestamp().to_string(), "DynamoDB will delete it");
    assert!(store.entries(&tenant(), "window", at(60)).await.unwrap().is_empty());
    let again = Entry::new(&tenant(), "window", "a", "2");
    store.put(&again, at(60)).await.unwrap();
    assert_eq!(store.entries(&tenant(), "window", at(60)).await.unwrap(), [again]);
    assert!(!everything(&table).await[0].contains_key("expires_at"), "and it will not be deleted after all");
}
