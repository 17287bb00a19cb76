//! Overrides in the register: numbered in the order in which they are made, whole or not at all.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects by failing")]

use chrono::TimeDelta;
use nightdesk_domain::rota::{Change, Override, Person, swap};
use nightdesk_engine::{OVERRIDE_KEPT_DAYS, OVERRIDE_KIND, cancel_overrides, make_overrides, overrides};
use nightdesk_ports::{MockRegister, Register, StoreError};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{at, tenant};

fn taken(by: &str) -> Override {
    Override {
        id: String::new(),
        layer: "primary".to_owned(),
        from: at(0),
        until: at(3_600),
        change: Change::Take { by: Person::new(by) },
        reason: String::new(),
    }
}

#[tokio::test]
async fn overrides_are_read_in_the_order_in_which_they_were_made() {
    let store = MemoryStore::new();
    for by in ["zoe", "alex", "bea"] {
        make_overrides(&store, &tenant(), vec![taken(by)], at(0)).await.unwrap();
    }
    let kept = overrides(&store, &tenant(), at(0)).await.unwrap();
    let names: Vec<_> = kept.iter().map(|made| (made.id.as_str(), made.change.brings().unwrap().as_str())).collect();
    assert_eq!(names, [("00001", "zoe"), ("00002", "alex"), ("00003", "bea")]);
}

#[tokio::test]
async fn the_halves_of_a_swap_are_kept_and_cancelled_as_one() {
    let store = MemoryStore::new();
    let (alex, bea) = (Person::new("alex"), Person::new("bea"));
    let halves = swap("", "primary", (&alex, at(0)..at(60)), (&bea, at(60)..at(120)), "");
    let made = make_overrides(&store, &tenant(), halves.to_vec(), at(0)).await.unwrap();
    assert!(made.len() == 2 && made.iter().all(|half| half.id == "00001"));
    assert_eq!(overrides(&store, &tenant(), at(0)).await.unwrap(), made);
    assert_eq!(cancel_overrides(&store, &tenant(), "1", at(0)).await.unwrap(), made);
    assert_eq!(overrides(&store, &tenant(), at(0)).await.unwrap(), []);
    assert_eq!(cancel_overrides(&store, &tenant(), "1", at(0)).await.unwrap(), [], "it is cancelled once");
    assert_eq!(cancel_overrides(&store, &tenant(), "7", at(0)).await.unwrap(), []);
}

#[tokio::test]
async fn a_number_is_not_given_twice() {
    let store = MemoryStore::new();
    make_overrides(&store, &tenant(), vec![taken("alex")], at(0)).await.unwrap();
    cancel_overrides(&store, &tenant(), "00001", at(0)).await.unwrap();
    let made = make_overrides(&store, &tenant(), vec![taken("bea")], at(0)).await.unwrap();
    assert_eq!(made[0].id, "00002");
}

#[tokio::test]
async fn an_override_is_kept_for_a_while_after_its_end() {
    let store = MemoryStore::new();
    let made = make_overrides(&store, &tenant(), vec![taken("alex")], at(0)).await.unwrap();
    let gone = made[0].until + TimeDelta::days(OVERRIDE_KEPT_DAYS);
    assert_eq!(overrides(&store, &tenant(), gone - TimeDelta::seconds(1)).await.unwrap(), made);
    assert_eq!(overrides(&store, &tenant(), gone).await.unwrap(), []);
}

#[tokio::test]
async fn a_number_that_another_took_meanwhile_is_not_overwritten() {
    let mut register = MockRegister::new();
    let mut puts = 0;
    register.expect_entries().returning(|_, _, _| Ok(Vec::new()));
    register.expect_put().returning(move |_, _| {
        puts += 1;
        if puts == 1 { Err(StoreError::Conflict) } else { Ok(()) }
    });
    let made = make_overrides(&register, &tenant(), vec![taken("alex")], at(0)).await.unwrap();
    assert_eq!(made.len(), 1);
}

#[tokio::test]
async fn an_entry_that_is_none_of_ours_is_an_error_and_not_left_out() {
    let store = MemoryStore::new();
    let entry = nightdesk_ports::Entry::new(&tenant(), OVERRIDE_KIND, "00001", "{}");
    store.put(&entry, at(0)).await.unwrap();
    assert!(matches!(overrides(&store, &tenant(), at(0)).await, Err(StoreError::Corrupt(_))));
}
