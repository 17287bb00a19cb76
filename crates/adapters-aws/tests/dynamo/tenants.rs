//! Settings and contacts that no item could hold, and what an import leaves behind.

use crate::meddler::{Act, Meddler};
use crate::support::{client, everything, plain, sort_keys, store, table};
use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_sdk_dynamodb::types::AttributeValue;
use nightdesk_adapters_aws::dynamo::DynamoStore;
use nightdesk_domain::policy::{Company, Policy, Runbook};
use nightdesk_ports::{Record, RecordLog, Scan, StoreError, TenantRepository};
use nightdesk_testkit::sample::{FILE, at, contact, number, policy, tenant};
use std::sync::Arc;

fn large_policy() -> Policy {
    let small = policy();
    let template = &small.companies[0];
    let company = |n: usize| {
        let runbook = Runbook { notes: "n".repeat(1_000), ..template.runbook.clone() };
        Company { name: format!("Company {n}"), runbook, ..template.clone() }
    };
    Policy { companies: (0..1_000).map(company).collect(), ..small }
}

#[tokio::test]
async fn settings_and_their_file_may_be_longer_than_an_item() {
    let store = store().await;
    let (policy, file) = (large_policy(), "# ä line\n".repeat(90_000));
    store.import(&policy, &[], &file).await.unwrap();
    let newest = store.newest(&tenant()).await.unwrap().unwrap();
    assert!(*newest == Policy { version: 1, ..policy });
    assert!(store.file(&tenant()).await.unwrap() == Some((1, file)));
}

#[tokio::test]
async fn the_newest_settings_cost_one_read_once_they_are_known() {
    let store = store().await;
    store.import(&policy(), &[], FILE).await.unwrap();
    store.newest(&tenant()).await.unwrap();
    let before = store.used();
    let newest = store.newest(&tenant()).await.unwrap().unwrap();
    assert_eq!((store.used() - before).requests, 1);
    assert!(Arc::ptr_eq(&newest, &store.version(&tenant(), 1).await.unwrap().unwrap()));
}

#[tokio::test]
async fn an_import_leaves_no_contact_of_the_one_before() {
    let table = table().await;
    let store = DynamoStore::new(client(plain()), &table);
    let many: Vec<_> =
        (0..60).map(|n| contact(&format!("P{n}"), "acme-dental", &[&format!("+1312555{n:04}")])).collect();
    store.import(&policy(), &many, FILE).await.unwrap();
    assert_eq!(store.contacts_of(&tenant(), &number("+13125550059")).await.unwrap(), many[59..]);
    store.import(&policy(), &many[..1], FILE).await.unwrap();
    let contacts = sort_keys(&table).await.into_iter().filter(|key| key.starts_with("CONTACT#")).count();
    assert_eq!(contacts, 1);
}

#[tokio::test]
async fn many_people_behind_one_number_are_all_found() {
    let store = store().await;
    let many: Vec<_> = (0..8_000).map(|n| contact(&format!("Person {n}"), "acme-dental", &["+13125550142"])).collect();
    store.import(&policy(), &many, FILE).await.unwrap();
    assert!(store.contacts_of(&tenant(), &number("+13125550142")).await.unwrap() == many);
}

#[tokio::test]
async fn what_an_import_that_was_cut_short_left_is_removed_by_a_later_one() {
    let table = table().await;
    let meddler = Meddler::new(plain());
    let failing = DynamoStore::new(client(SharedHttpClient::new(meddler.clone())), &table);
    meddler.set("TransactWriteItems", usize::MAX, Act::Answer(500, serde_json::json!({})));
    let dana = [contact("Dana", "acme-dental", &["+13125550142"])];
    assert!(failing.import(&policy(), &dana, FILE).await.is_err());

    let store = DynamoStore::new(client(plain()), &table);
    let count = async |prefix: &str| sort_keys(&table).await.iter().filter(|key| key.starts_with(prefix)).count();
    store.import(&policy(), &[], FILE).await.unwrap();
    assert_eq!((count("CONTACT#").await, count("POLICY").await), (1, 2), "it may still be under way");
    age_markers(&table).await;
    assert_eq!(store.import(&policy(), &[], FILE).await.unwrap(), 2);
    assert_eq!((count("CONTACT#").await, count("POLICY").await), (0, 2), "two versions, and nothing else");
    assert_eq!(count("IMPORT#").await, 1, "the newest keeps its marker");
    assert!(store.version(&tenant(), 1).await.unwrap().is_some());
}

/// Lets every import that is no version have begun in 1970.
async fn age_markers(table: &str) {
    for item in everything(table).await {
        if item["sk"].as_s().unwrap().starts_with("IMPORT#") && !item.contains_key("version") {
            let key = ["pk", "sk"].map(|name| (name.to_owned(), item[name].clone()));
            let update = client(plain()).update_item().table_name(table).set_key(Some(key.into_iter().collect()));
            let update = update.update_expression("SET started_at = :then");
            update.expression_attribute_values(":then", AttributeValue::N("0".to_owned())).send().await.unwrap();
        }
    }
}

fn record(id: &str, seconds: i64) -> Record {
    let (kind, body) = ("notice".to_owned(), "{}".into());
    Record { tenant: tenant(), kind, id: id.to_owned(), at: at(seconds), expires_at: None, body }
}

fn scan(from: i64, until: i64, newest_first: bool, limit: usize) -> Scan<'static> {
    Scan { kind: "notice", from: at(from), until: at(until), newest_first, limit, now: at(0) }
}

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn a_scan_walks_its_months_in_both_directions_up_to_its_limit() {
    let store = store().await;
    let ids: Vec<_> = (0..14).map(|n| format!("{n:02}")).collect();
    // One every twenty days: more than one a month, and one month with none but its neighbours.
    for (n, id) in ids.iter().enumerate() {
        store.append(&record(id, i64::try_from(n).unwrap() * 20 * DAY)).await.unwrap();
    }
    let found = async |scan: Scan<'static>| {
        let found = store.scan(&tenant(), &scan).await.unwrap();
        found.into_iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(found(scan(-1, 1_000 * DAY, false, 100)).await, ids);
    assert_eq!(found(scan(20 * DAY, 260 * DAY, false, 100)).await, ids[1..13]);
    assert_eq!(found(scan(0, 1_000 * DAY, false, 3)).await, ids[..3]);
    assert_eq!(found(scan(0, 1_000 * DAY, true, 3)).await, ["13", "12", "11"]);
    assert!(found(scan(5, 5, false, 3)).await.is_empty());
    let ever = Scan {
        from: chrono::DateTime::<chrono::Utc>::MIN_UTC,
        until: chrono::DateTime::<chrono::Utc>::MAX_UTC,
        ..scan(0, 0, false, 100)
    };
    assert_eq!(found(ever).await, ids);
}

#[tokio::test]
async fn a_record_that_is_there_stays_whenever_it_is_said_to_have_happened() {
    let store = store().await;
    store.append(&record("1", 0)).await.unwrap();
    store.append(&record("1", 90 * DAY)).await.unwrap();
    assert_eq!(store.scan(&tenant(), &scan(-1, 100 * DAY, false, 10)).await.unwrap(), [record("1", 0)]);
    assert_eq!(store.get(&tenant(), "notice", "1", at(0)).await.unwrap(), Some(record("1", 0)));
}

#[tokio::test]
async fn a_record_longer_than_agreed_is_corrupt_and_the_longest_fits() {
    let store = store().await;
    let of_bytes = |bytes| Record { body: "x".repeat(bytes).into(), ..record("1", 0) };
    assert!(matches!(store.append(&of_bytes(300_001)).await, Err(StoreError::Corrupt(_))));
    store.append(&of_bytes(300_000)).await.unwrap();
    assert!(store.get(&tenant(), "notice", "1", at(0)).await.unwrap() == Some(of_bytes(300_000)));
}
