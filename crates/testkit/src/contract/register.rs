//! The contract of [`nightdesk_ports::Register`]. Each function's name is what it demands.
#![allow(missing_docs, reason = "each case's name is its sentence")]
#![allow(clippy::unwrap_used, reason = "a case fails by panicking")]

use super::{Store, assert_conflict};
use crate::sample::{at, other_tenant, tenant};
use chrono::{DateTime, Duration, Utc};
use nightdesk_ports::{ENTRY_BODY_BYTES_MAX, ENTRY_KEY_BYTES_MAX, Entry, StoreError};
use std::sync::Arc;

/// A new entry that stays.
fn window(id: &str) -> Entry {
    Entry::new(&tenant(), "window", id, format!("{{\"of\":\"{id}\"}}"))
}

/// The same, until some seconds after `at(0)`.
fn until(id: &str, seconds: i64) -> Entry {
    Entry { expires_at: Some(at(seconds)), ..window(id) }
}

async fn put(store: &Arc<dyn Store>, entry: &Entry) {
    store.put(entry, at(0)).await.unwrap();
}

async fn get_at(store: &Arc<dyn Store>, id: &str, now: DateTime<Utc>) -> Option<Entry> {
    store.entry(&tenant(), "window", id, now).await.unwrap()
}

async fn get(store: &Arc<dyn Store>, id: &str) -> Option<Entry> {
    get_at(store, id, at(0)).await
}

async fn all_at(store: &Arc<dyn Store>, now: DateTime<Utc>) -> Vec<Entry> {
    store.entries(&tenant(), "window", now).await.unwrap()
}

async fn ids(store: &Arc<dyn Store>, kind: &str) -> Vec<String> {
    store.entries(&tenant(), kind, at(0)).await.unwrap().into_iter().map(|entry| entry.id).collect()
}

pub async fn an_entry_comes_back_as_it_was_put(store: Arc<dyn Store>) {
    let body = "{\"said\":\"bis später\\n\u{1f319}\"}";
    let whole = Entry { expires_at: Some(at(3_600)), body: body.into(), ..window("a") };
    put(&store, &whole).await;
    assert_eq!(get(&store, "a").await.as_ref(), Some(&whole));
    assert_eq!(all_at(&store, at(0)).await, [whole]);
}

pub async fn what_was_never_put_is_not_there(store: Arc<dyn Store>) {
    assert_eq!(get(&store, "a").await, None);
    assert!(all_at(&store, at(0)).await.is_empty());
    put(&store, &window("a")).await;
    assert_eq!(get(&store, "A").await, None, "letters in capitals are others");
    assert_eq!(get(&store, "").await, None);
    assert!(ids(&store, "").await.is_empty());
}

pub async fn versions_of_an_entry_count_up_from_one(store: Arc<dyn Store>) {
    let mut entry = window("a");
    for version in 1..=12 {
        assert_eq!(entry.version, version);
        put(&store, &entry).await;
        assert_eq!(get(&store, "a").await.as_ref(), Some(&entry));
        entry = entry.changed(format!("{version}"));
    }
    assert_eq!(all_at(&store, at(0)).await.len(), 1);
}

pub async fn a_put_of_any_other_version_is_a_conflict_and_changes_nothing(store: Arc<dyn Store>) {
    for version in [0, 2, 7, u64::MAX] {
        assert_conflict(store.put(&Entry { version, ..window("a") }, at(0)).await);
        assert_eq!(get(&store, "a").await, None);
    }
    let second = window("a").changed("2");
    put(&store, &window("a")).await;
    put(&store, &second).await;
    for version in [0, 1, 2, 4, u64::MAX] {
        let other = Entry { version, body: "\"other\"".into(), ..window("a") };
        assert_conflict(store.put(&other, at(0)).await);
    }
    assert_conflict(store.put(&window("a"), at(0)).await);
    assert_eq!(all_at(&store, at(0)).await, [second]);
}

pub async fn a_put_of_the_very_entry_that_is_stored_is_a_success(store: Arc<dyn Store>) {
    let first = until("a", 60);
    for _ in 0..3 {
        put(&store, &first).await;
    }
    assert_conflict(store.put(&Entry { expires_at: None, ..first.clone() }, at(0)).await);
    assert_conflict(store.put(&Entry { expires_at: Some(at(61)), ..first.clone() }, at(0)).await);
    let second = first.changed("2");
    for _ in 0..3 {
        put(&store, &second).await;
    }
    assert_eq!(all_at(&store, at(0)).await, [second]);
}

pub async fn a_repeated_put_undoes_no_later_one(store: Arc<dyn Store>) {
    let (first, second) = (window("a"), window("a").changed("2"));
    put(&store, &first).await;
    put(&store, &second).await;
    assert_conflict(store.put(&first, at(0)).await);
    assert_eq!(get(&store, "a").await, Some(second));
}

pub async fn entries_are_given_by_id_byte_by_byte(store: Arc<dyn Store>) {
    for id in ["é", "b", "a2", "a10", "B", "a"] {
        put(&store, &window(id)).await;
    }
    put(&store, &window("b").changed("2")).await;
    assert_eq!(ids(&store, "window").await, ["B", "a", "a10", "a2", "b", "é"]);
}

pub async fn many_entries_are_given_without_a_gap(store: Arc<dyn Store>) {
    // Together more than any store gives in one answer.
    let long = "x".repeat(ENTRY_BODY_BYTES_MAX - 2);
    let names: Vec<_> = (0..100).map(|n| format!("{n:03}")).collect();
    for name in &names {
        put(&store, &Entry { body: format!("\"{long}\"").into(), ..window(name) }).await;
    }
    assert_eq!(ids(&store, "window").await, names);
}

pub async fn an_expired_entry_is_not_given_whether_deleted_or_not(store: Arc<dyn Store>) {
    for entry in [until("60", 60), until("120", 120), window("kept")] {
        put(&store, &entry).await;
    }
    let at_time = async |seconds| -> Vec<String> {
        all_at(&store, at(seconds)).await.into_iter().map(|entry| entry.id).collect()
    };
    assert_eq!(at_time(59).await, ["120", "60", "kept"]);
    assert_eq!(at_time(60).await, ["120", "kept"], "from its instant on");
    assert_eq!(at_time(1_000_000).await, ["kept"]);
    let name = async |id: &str, seconds| get_at(&store, id, at(seconds)).await.is_some();
    assert!(name("60", 59).await && !name("60", 60).await && !name("60", 1_000_000).await);
    assert!(name("120", 60).await && name("kept", 1_000_000).await);
}

pub async fn an_expired_entry_stands_in_nobodys_way(store: Arc<dyn Store>) {
    put(&store, &until("a", 60)).await;
    put(&store, &until("a", 60).changed("2")).await;
    let third = until("a", 60).changed("2").changed("3");
    assert_conflict(store.put(&third, at(60)).await);
    assert_conflict(store.put(&Entry { expires_at: None, ..third }, at(60)).await);
    assert_conflict(store.put(&window("a"), at(59)).await);
    store.put(&window("a"), at(60)).await.unwrap();
    assert_eq!(get_at(&store, "a", at(1_000_000)).await, Some(window("a")));
    // The very same entry as one that has expired is a new one, too.
    put(&store, &until("b", 60)).await;
    store.put(&until("b", 60), at(90)).await.unwrap();
    assert_eq!(get_at(&store, "b", at(90)).await, None);
}

pub async fn an_expiry_may_be_moved_and_lifted(store: Arc<dyn Store>) {
    put(&store, &until("a", 60)).await;
    let longer = Entry { expires_at: Some(at(120)), ..until("a", 60).changed("2") };
    put(&store, &longer).await;
    assert_eq!(get_at(&store, "a", at(60)).await, Some(longer.clone()));
    let for_good = Entry { expires_at: None, ..longer.changed("3") };
    store.put(&for_good, at(61)).await.unwrap();
    assert_eq!(get_at(&store, "a", at(1_000_000)).await, Some(for_good.clone()));
    store.put(&Entry { expires_at: Some(at(61)), ..for_good.changed("4") }, at(61)).await.unwrap();
    assert_eq!(get_at(&store, "a", at(61)).await, None, "at once");
}

pub async fn an_expiry_is_kept_to_the_millisecond_rounded_down(store: Arc<dyn Store>) {
    let precise = Entry { expires_at: Some(at(20) + Duration::nanoseconds(3_999_999)), ..window("a") };
    put(&store, &precise).await;
    put(&store, &precise).await;
    let millisecond = Duration::milliseconds(1);
    let kept = get(&store, "a").await.unwrap();
    assert_eq!(kept.expires_at, Some(at(20) + millisecond * 3));
    assert_eq!(get_at(&store, "a", at(20) + millisecond * 3 - Duration::nanoseconds(1)).await, Some(kept));
    assert_eq!(get_at(&store, "a", at(20) + millisecond * 3).await, None);
    assert!(all_at(&store, at(20) + millisecond * 3).await.is_empty());
}

pub async fn a_removed_entry_is_gone_and_may_be_put_again(store: Arc<dyn Store>) {
    put(&store, &window("a")).await;
    put(&store, &window("a").changed("2")).await;
    put(&store, &window("b")).await;
    store.remove(&tenant(), "window", "a", 2).await.unwrap();
    assert_eq!(get(&store, "a").await, None);
    assert_eq!(ids(&store, "window").await, ["b"]);
    assert_conflict(store.put(&window("a").changed("2").changed("3"), at(0)).await);
    put(&store, &window("a")).await;
    assert_eq!(get(&store, "a").await, Some(window("a")));
}

pub async fn removing_twice_is_a_success_and_another_version_is_a_conflict(store: Arc<dyn Store>) {
    store.remove(&tenant(), "window", "never", 1).await.unwrap();
    let second = window("a").changed("2");
    put(&store, &window("a")).await;
    put(&store, &second).await;
    for version in [0, 1, 3] {
        assert_conflict(store.remove(&tenant(), "window", "a", version).await);
    }
    assert_eq!(get(&store, "a").await, Some(second));
    store.remove(&tenant(), "window", "a", 2).await.unwrap();
    store.remove(&tenant(), "window", "a", 2).await.unwrap();
    assert_eq!(get(&store, "a").await, None);
}

pub async fn tenants_see_and_change_nothing_of_each_others_entries(store: Arc<dyn Store>) {
    let theirs = Entry { tenant: other_tenant(), body: "\"theirs\"".into(), ..window("a") };
    put(&store, &theirs).await;
    assert_eq!(get(&store, "a").await, None);
    assert!(all_at(&store, at(0)).await.is_empty());
    store.remove(&tenant(), "window", "a", 1).await.unwrap();
    put(&store, &window("a")).await;
    put(&store, &window("a").changed("2")).await;
    store.remove(&tenant(), "window", "a", 2).await.unwrap();
    assert_eq!(store.entries(&other_tenant(), "window", at(0)).await.unwrap(), [theirs]);
}

pub async fn entries_of_another_kind_are_kept_apart(store: Arc<dyn Store>) {
    // Kinds that begin alike, and a kind and an id that together read like another pair.
    let kinds = ["window", "windo", "windows", "window/a", "window#a", "window#ENTRY#a", "Window"];
    for kind in kinds {
        let body = format!("{{\"kind\":\"{kind}\"}}");
        put(&store, &Entry { kind: kind.to_owned(), body: body.into(), ..window("a") }).await;
    }
    for kind in kinds {
        let found = store.entries(&tenant(), kind, at(0)).await.unwrap();
        assert_eq!(found.iter().map(|entry| entry.kind.as_str()).collect::<Vec<_>>(), [kind]);
        assert_eq!(store.entry(&tenant(), kind, "a", at(0)).await.unwrap().as_ref(), found.first());
    }
    assert!(ids(&store, "window/").await.is_empty());
}

pub async fn an_entrys_names_may_hold_any_character(store: Arc<dyn Store>) {
    let names = [
        "",
        "a/b",
        "a#b",
        "a b",
        " a",
        "a ",
        "a\u{0}b",
        "a\nb",
        "a:b",
        "a'b",
        "a\"b",
        "a\\b",
        "ü",
        "u\u{308}",
        "東京",
        "🌙",
        "case/CA1#2",
        "#",
        "/",
        "13125550142",
        "\u{10ffff}",
    ];
    for name in names {
        put(&store, &Entry { body: format!("{}", name.len()).into(), ..window(name) }).await;
        put(&store, &Entry { kind: name.to_owned(), ..window(name) }).await;
    }
    let mut in_order = names;
    in_order.sort_unstable();
    assert_eq!(ids(&store, "window").await, in_order);
    for name in names {
        assert_eq!(get(&store, name).await.unwrap().body.reveal(), name.len().to_string(), "{name:?}");
        assert_eq!(ids(&store, name).await, [name]);
        store.remove(&tenant(), name, name, 1).await.unwrap();
        assert!(ids(&store, name).await.is_empty());
    }
}

pub async fn an_entry_at_its_limits_is_kept_and_a_longer_one_is_corrupt(store: Arc<dyn Store>) {
    // Two bytes a letter: what counts is bytes.
    let body = |bytes: usize| format!("\"{}\"", "ü".repeat(bytes / 2 - 1));
    let key = |bytes: usize| "ü".repeat(bytes / 2);
    let longest = Entry {
        kind: key(ENTRY_KEY_BYTES_MAX),
        id: key(ENTRY_KEY_BYTES_MAX),
        body: body(ENTRY_BODY_BYTES_MAX).into(),
        ..window("")
    };
    put(&store, &longest).await;
    let found = store.entry(&tenant(), &longest.kind, &longest.id, at(0)).await.unwrap();
    assert_eq!(found.as_ref(), Some(&longest));
    let too_long = [
        Entry { body: body(ENTRY_BODY_BYTES_MAX + 2).into(), ..window("a") },
        Entry { kind: key(ENTRY_KEY_BYTES_MAX + 2), ..window("a") },
        window(&key(ENTRY_KEY_BYTES_MAX + 2)),
    ];
    for entry in &too_long {
        let outcome = store.put(entry, at(0)).await;
        assert!(matches!(outcome, Err(StoreError::Corrupt(_))), "{outcome:?}");
        assert!(store.entries(&tenant(), &entry.kind, at(0)).await.unwrap().is_empty());
    }
}

pub async fn of_concurrent_puts_of_one_version_exactly_one_wins(store: Arc<dyn Store>) {
    for version in 1..=3 {
        let puts = (0..16).map(|n| {
            let store = Arc::clone(&store);
            let entry = Entry { version, body: format!("{n}").into(), ..window("a") };
            tokio::spawn(async move { store.put(&entry, at(0)).await.map(|()| entry) })
        });
        let mut winners = Vec::new();
        for put in puts.collect::<Vec<_>>() {
            match put.await.unwrap() {
                Ok(entry) => winners.push(entry),
                lost => assert_conflict(lost),
            }
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(all_at(&store, at(0)).await, winners);
    }
}

pub async fn concurrent_puts_of_many_entries_are_all_kept(store: Arc<dyn Store>) {
    let names: Vec<_> = (0..64).map(|n| format!("{n:02}")).collect();
    let puts = names.iter().cloned().map(|name| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            put(&store, &window(&name)).await;
            assert!(all_at(&store, at(0)).await.contains(&window(&name)), "a put is seen by the next read");
        })
    });
    for put in puts.collect::<Vec<_>>() {
        put.await.unwrap();
    }
    assert_eq!(ids(&store, "window").await, names);
}
