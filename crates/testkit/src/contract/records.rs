//! The contract of [`nightdesk_ports::RecordLog`]. Each function's name is what it demands.
#![allow(missing_docs, reason = "each case's name is its sentence")]
#![allow(clippy::unwrap_used, reason = "a case fails by panicking")]

use super::Store;
use crate::sample::{at, other_tenant, tenant};
use chrono::{DateTime, Duration, TimeZone, Utc};
use nightdesk_ports::{RECORD_BODY_BYTES_MAX, RECORD_KEY_BYTES_MAX, Record, Scan, StoreError};
use std::sync::Arc;

/// A notice that stays.
fn notice(id: &str, at: DateTime<Utc>) -> Record {
    let body = format!("{{\"of\":\"{id}\"}}");
    Record { tenant: tenant(), kind: "notice".to_owned(), id: id.to_owned(), at, expires_at: None, body: body.into() }
}

async fn append(store: &Arc<dyn Store>, records: &[Record]) {
    for record in records {
        store.append(record).await.unwrap();
    }
}

/// Every notice of a stretch of time, the oldest first, seen at `at(0)`.
fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Scan<'static> {
    Scan { kind: "notice", from, until, newest_first: false, limit: 1_000, now: at(0) }
}

/// Every notice of 2025 to 2027.
fn all() -> Scan<'static> {
    between(day(2025, 1, 1), day(2028, 1, 1))
}

fn day(year: i32, month: u32, day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(year, month, day, 0, 0, 0).unwrap()
}

async fn scan(store: &Arc<dyn Store>, scan: &Scan<'_>) -> Vec<Record> {
    store.scan(&tenant(), scan).await.unwrap()
}

async fn ids(store: &Arc<dyn Store>, wanted: &Scan<'_>) -> Vec<String> {
    scan(store, wanted).await.into_iter().map(|record| record.id).collect()
}

async fn get(store: &Arc<dyn Store>, id: &str) -> Option<Record> {
    store.get(&tenant(), "notice", id, at(0)).await.unwrap()
}

pub async fn a_record_comes_back_as_it_was_appended(store: Arc<dyn Store>) {
    let whole = Record { expires_at: Some(at(3_600)), ..notice("a", at(0)) };
    append(&store, std::slice::from_ref(&whole)).await;
    assert_eq!(get(&store, "a").await.as_ref(), Some(&whole));
    assert_eq!(scan(&store, &all()).await, [whole]);
}

pub async fn what_was_never_appended_is_not_there(store: Arc<dyn Store>) {
    assert_eq!(get(&store, "a").await, None);
    assert!(scan(&store, &all()).await.is_empty());
    append(&store, &[notice("a", at(0))]).await;
    assert_eq!(get(&store, "A").await, None, "letters in capitals are others");
    assert_eq!(get(&store, "").await, None);
}

pub async fn an_append_of_a_taken_name_is_dropped_whatever_its_time(store: Arc<dyn Store>) {
    let first = notice("a", day(2026, 3, 15));
    append(&store, std::slice::from_ref(&first)).await;
    for other in [day(2026, 3, 15), day(2026, 3, 16), day(2026, 4, 15), day(2025, 3, 15), day(2026, 2, 1)] {
        append(&store, &[Record { body: "{}".into(), ..notice("a", other) }]).await;
    }
    assert_eq!(get(&store, "a").await.as_ref(), Some(&first));
    assert_eq!(scan(&store, &all()).await, [first], "it is nowhere a second time");
}

pub async fn a_scan_begins_at_its_start_and_ends_before_its_end(store: Arc<dyn Store>) {
    append(&store, &[notice("a", at(10)), notice("b", at(20)), notice("c", at(30))]).await;
    assert_eq!(ids(&store, &between(at(10), at(30))).await, ["a", "b"]);
    let millisecond = Duration::milliseconds(1);
    assert_eq!(ids(&store, &between(at(10) + millisecond, at(30) + millisecond)).await, ["b", "c"]);
    assert!(ids(&store, &between(at(20), at(20))).await.is_empty());
    assert!(ids(&store, &between(at(30), at(10))).await.is_empty(), "nothing lies between a later and an earlier time");
}

pub async fn bounds_within_a_millisecond_hold_against_whole_ones(store: Arc<dyn Store>) {
    append(&store, &[notice("a", at(10))]).await;
    let part = Duration::microseconds(300);
    assert!(ids(&store, &between(at(10) + part, at(20))).await.is_empty());
    assert_eq!(ids(&store, &between(at(9), at(10) + part)).await, ["a"]);
    assert_eq!(ids(&store, &between(at(10) - part, at(20))).await, ["a"]);
    assert!(ids(&store, &between(at(9), at(10) - part)).await.is_empty());
}

pub async fn a_scan_gives_the_oldest_or_the_newest_first(store: Arc<dyn Store>) {
    append(&store, &[notice("b", at(20)), notice("a", at(30)), notice("c", at(10))]).await;
    assert_eq!(ids(&store, &all()).await, ["c", "b", "a"]);
    assert_eq!(ids(&store, &Scan { newest_first: true, ..all() }).await, ["a", "b", "c"]);
}

pub async fn records_of_one_millisecond_are_ordered_by_id(store: Arc<dyn Store>) {
    // Within the millisecond that is kept, what came earlier does not count.
    let within = |micros| at(10) + Duration::microseconds(micros);
    append(&store, &[notice("é", within(0)), notice("b", within(900)), notice("a2", at(10)), notice("a10", at(10))])
        .await;
    append(&store, &[notice("B", at(10)), notice("z", at(9))]).await;
    assert_eq!(ids(&store, &all()).await, ["z", "B", "a10", "a2", "b", "é"], "byte by byte");
    let newest_first = Scan { newest_first: true, ..all() };
    assert_eq!(ids(&store, &newest_first).await, ["é", "b", "a2", "a10", "B", "z"]);
}

pub async fn a_scan_keeps_to_its_limit_in_either_order(store: Arc<dyn Store>) {
    append(&store, &[notice("a", at(10)), notice("b", at(20)), notice("c", day(2026, 6, 1))]).await;
    assert_eq!(ids(&store, &Scan { limit: 2, ..all() }).await, ["a", "b"]);
    assert_eq!(ids(&store, &Scan { limit: 2, newest_first: true, ..all() }).await, ["c", "b"]);
    assert!(ids(&store, &Scan { limit: 0, ..all() }).await.is_empty());
    assert_eq!(ids(&store, &Scan { limit: usize::MAX, ..all() }).await, ["a", "b", "c"]);
}

pub async fn a_scan_crosses_the_ends_of_months_and_years(store: Arc<dyn Store>) {
    let millisecond = Duration::milliseconds(1);
    let times = [
        day(2025, 11, 30),
        day(2026, 1, 1) - millisecond,
        day(2026, 1, 1),
        day(2026, 2, 28),
        day(2026, 3, 1) - millisecond,
        day(2026, 3, 1),
        // Nothing happens for months.
        day(2027, 12, 31),
    ];
    let names = ["g", "f", "e", "d", "c", "b", "a"];
    for (name, time) in names.iter().zip(times) {
        append(&store, &[notice(name, time)]).await;
    }
    assert_eq!(ids(&store, &all()).await, names);
    let backwards: Vec<_> = names.iter().rev().copied().collect();
    assert_eq!(ids(&store, &Scan { newest_first: true, ..all() }).await, backwards);
    assert_eq!(ids(&store, &between(day(2026, 1, 1) - millisecond, day(2026, 3, 1))).await, ["f", "e", "d", "c"]);
    let newest = Scan { newest_first: true, limit: 3, ..between(day(2025, 12, 1), day(2026, 3, 1) + millisecond) };
    assert_eq!(ids(&store, &newest).await, ["b", "c", "d"]);
}

pub async fn many_records_are_given_page_by_page_without_a_gap(store: Arc<dyn Store>) {
    // Three a day for fifty days, and large enough that no store gives them all in one answer.
    let long = "x".repeat(20_000);
    let names: Vec<_> = (0..150).map(|n| format!("{n:03}")).collect();
    for (name, hours) in names.iter().zip((0..).step_by(8)) {
        let time = day(2026, 1, 15) + Duration::hours(hours);
        append(&store, &[Record { body: format!("\"{long}\"").into(), ..notice(name, time) }]).await;
    }
    assert_eq!(ids(&store, &all()).await, names);
    let backwards: Vec<_> = names.iter().rev().cloned().collect();
    assert_eq!(ids(&store, &Scan { newest_first: true, ..all() }).await, backwards);
    assert_eq!(ids(&store, &Scan { limit: 140, ..all() }).await, names[..140]);
    assert_eq!(ids(&store, &Scan { limit: 101, newest_first: true, ..all() }).await, backwards[..101]);
}

pub async fn what_has_expired_is_not_given_whether_deleted_or_not(store: Arc<dyn Store>) {
    let until = |seconds| Record { expires_at: Some(at(seconds)), ..notice(&format!("{seconds}"), at(0)) };
    append(&store, &[until(60), until(120), notice("kept", at(0))]).await;
    let at_time = |seconds| Scan { now: at(seconds), ..all() };
    assert_eq!(ids(&store, &at_time(59)).await, ["120", "60", "kept"]);
    assert_eq!(ids(&store, &at_time(60)).await, ["120", "kept"], "from its instant on");
    assert_eq!(ids(&store, &at_time(1_000_000)).await, ["kept"]);
    let name = async |id: &str, seconds| store.get(&tenant(), "notice", id, at(seconds)).await.unwrap().is_some();
    assert!(name("60", 59).await && !name("60", 60).await && !name("60", 1_000_000).await);
    assert!(name("120", 60).await && name("kept", 1_000_000).await);
}

pub async fn what_has_expired_does_not_count_towards_the_limit(store: Arc<dyn Store>) {
    for n in 0..30 {
        let expires_at = (n % 10 != 0).then(|| at(60));
        append(&store, &[Record { expires_at, ..notice(&format!("{n:02}"), at(n)) }]).await;
    }
    let later = Scan { now: at(60), limit: 2, ..all() };
    assert_eq!(ids(&store, &later).await, ["00", "10"]);
    assert_eq!(ids(&store, &Scan { newest_first: true, ..later }).await, ["20", "10"]);
}

pub async fn tenants_see_nothing_of_each_others_records(store: Arc<dyn Store>) {
    let theirs = Record { tenant: other_tenant(), body: "{\"theirs\":1}".into(), ..notice("a", at(0)) };
    append(&store, std::slice::from_ref(&theirs)).await;
    assert_eq!(get(&store, "a").await, None);
    assert!(scan(&store, &all()).await.is_empty());
    append(&store, &[notice("a", at(0))]).await;
    assert_eq!(get(&store, "a").await, Some(notice("a", at(0))), "their name is free here");
    assert_eq!(store.scan(&other_tenant(), &all()).await.unwrap(), [theirs]);
}

pub async fn records_of_another_kind_are_kept_apart(store: Arc<dyn Store>) {
    // Kinds that begin alike, and a kind and an id that together read like another pair.
    let kinds = ["notice", "notic", "notices", "notice/a", "notice#a", "Notice"];
    for kind in kinds {
        let body = format!("{{\"kind\":\"{kind}\"}}");
        append(&store, &[Record { kind: kind.to_owned(), body: body.into(), ..notice("a", at(0)) }]).await;
    }
    for kind in kinds {
        let found = scan(&store, &Scan { kind, ..all() }).await;
        assert_eq!(found.iter().map(|record| record.kind.as_str()).collect::<Vec<_>>(), [kind]);
        let named = store.get(&tenant(), kind, "a", at(0)).await.unwrap();
        assert_eq!(named.as_ref(), found.first());
    }
    assert!(scan(&store, &Scan { kind: "notice/", ..all() }).await.is_empty());
}

pub async fn names_may_hold_any_character(store: Arc<dyn Store>) {
    let names = [
        "a/b",
        "a#b",
        "a b",
        " a",
        "a ",
        "a\u{0}b",
        "a\nb",
        "a:b",
        "a|b",
        "a%2Fb",
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
        "2026-01",
        "\u{10ffff}",
    ];
    for name in names {
        append(&store, &[Record { body: format!("{}", name.len()).into(), ..notice(name, at(0)) }]).await;
        append(&store, &[Record { kind: name.to_owned(), ..notice(name, at(0)) }]).await;
    }
    let mut in_order = names;
    in_order.sort_unstable();
    assert_eq!(ids(&store, &all()).await, in_order);
    for name in names {
        assert_eq!(get(&store, name).await.unwrap().body.reveal(), name.len().to_string(), "{name:?}");
        assert_eq!(ids(&store, &Scan { kind: name, ..all() }).await, [name]);
    }
}

pub async fn instants_are_kept_to_the_millisecond_rounded_down(store: Arc<dyn Store>) {
    let precise = at(10) + Duration::nanoseconds(7_999_999);
    let expires_at = Some(at(20) + Duration::nanoseconds(3_999_999));
    append(&store, &[Record { expires_at, ..notice("a", precise) }]).await;
    let kept = get(&store, "a").await.unwrap();
    assert_eq!(
        (kept.at, kept.expires_at),
        (at(10) + Duration::milliseconds(7), Some(at(20) + Duration::milliseconds(3)))
    );
    assert_eq!(scan(&store, &between(at(10), precise)).await, [kept]);
    let expired = Scan { now: at(20) + Duration::milliseconds(3), ..all() };
    assert!(scan(&store, &expired).await.is_empty(), "nothing is given after its end");
    // Keys hold milliseconds since 1970 and are ordered as text: before that there is no order.
    let refused = store.append(&notice("old", DateTime::UNIX_EPOCH - Duration::nanoseconds(1))).await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
}

pub async fn a_record_at_its_limits_is_kept_and_a_longer_one_is_corrupt(store: Arc<dyn Store>) {
    // Two bytes a letter: what counts is bytes.
    let body = |bytes: usize| format!("\"{}\"", "ü".repeat(bytes / 2 - 1));
    let key = |bytes: usize| "ü".repeat(bytes / 2);
    let longest = Record {
        kind: key(RECORD_KEY_BYTES_MAX),
        id: key(RECORD_KEY_BYTES_MAX),
        body: body(RECORD_BODY_BYTES_MAX).into(),
        ..notice("", at(0))
    };
    append(&store, std::slice::from_ref(&longest)).await;
    let found = store.get(&tenant(), &longest.kind, &longest.id, at(0)).await.unwrap();
    assert_eq!(found.as_ref(), Some(&longest));
    let too_long = [
        Record { body: body(RECORD_BODY_BYTES_MAX + 2).into(), ..notice("a", at(0)) },
        Record { kind: key(RECORD_KEY_BYTES_MAX + 2), ..notice("a", at(0)) },
        notice(&key(RECORD_KEY_BYTES_MAX + 2), at(0)),
    ];
    for record in &too_long {
        let outcome = store.append(record).await;
        assert!(matches!(outcome, Err(StoreError::Corrupt(_))), "{outcome:?}");
        assert_eq!(store.get(&tenant(), &record.kind, &record.id, at(0)).await.unwrap(), None);
    }
}

pub async fn of_concurrent_appends_of_one_name_exactly_one_is_kept(store: Arc<dyn Store>) {
    let appends = (0..16_u32).map(|n| {
        let store = Arc::clone(&store);
        // Each in a month of its own, or in its neighbour's.
        let time = day(2026, 1 + n / 2 % 12, 20);
        tokio::spawn(async move {
            store.append(&Record { body: n.to_string().into(), ..notice("a", time) }).await.unwrap();
            store.get(&tenant(), "notice", "a", at(0)).await.unwrap().unwrap()
        })
    });
    let mut seen = Vec::new();
    for append in appends.collect::<Vec<_>>() {
        seen.push(append.await.unwrap());
    }
    let kept = scan(&store, &all()).await;
    assert_eq!(kept.len(), 1);
    assert!(seen.iter().all(|record| *record == kept[0]), "everybody saw the same one from the start");
}

pub async fn concurrent_appends_of_many_names_are_all_kept(store: Arc<dyn Store>) {
    let appends = (0..64).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let record = notice(&format!("{n:02}"), at(n));
            store.append(&record).await.unwrap();
            let seen = scan(&store, &all()).await;
            assert!(seen.contains(&record), "an append is seen by the next read");
        })
    });
    for append in appends.collect::<Vec<_>>() {
        append.await.unwrap();
    }
    assert_eq!(ids(&store, &all()).await, (0..64).map(|n| format!("{n:02}")).collect::<Vec<_>>());
}
