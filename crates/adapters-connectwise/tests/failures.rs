//! ConnectWise down, slow, talking nonsense, refusing: what the port says of each, over real HTTP.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)] // A test may panic; not every file uses all of `common`.

mod common;

use common::{TIMEOUT, case, config, desk, draft, note, start, tenant, ticket};
use nightdesk_ports::{DeliveryError, Ticketing};
use nightdesk_testkit::connectwise::{ConnectWiseDouble, Mode};
use std::time::Duration;

/// A desk that knows all names already, so that the next request of `open` that counts is the creation.
async fn warm() -> (ConnectWiseDouble, nightdesk_adapters_connectwise::ConnectWise) {
    let (psa, desk) = start().await;
    desk.open(&draft("CA0")).await.unwrap();
    (psa, desk)
}

#[tokio::test]
async fn a_creation_that_never_left_can_be_repeated() {
    let (psa, desk) = warm().await;
    psa.set_mode(Mode::Unreachable).await.unwrap();
    assert!(matches!(desk.open(&draft("CA1")).await, Err(DeliveryError::Unavailable { .. })));
    psa.set_mode(Mode::Up).await.unwrap();
    desk.open(&draft("CA1")).await.unwrap();
    assert_eq!(psa.tickets().len(), 2);
}

#[tokio::test]
async fn a_creation_whose_answer_may_be_lost_is_unknown() {
    let (psa, desk) = warm().await;
    for mode in [Mode::Down, Mode::LosesAnswers, Mode::Nonsense, Mode::Refuses(500), Mode::Slow(TIMEOUT * 2)] {
        psa.set_mode(mode).await.unwrap();
        let outcome = desk.open(&draft("CA1")).await;
        assert!(matches!(outcome, Err(DeliveryError::Unknown)), "{mode:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_found_by_its_key() {
    let (psa, desk) = warm().await;
    psa.set_mode(Mode::CreatesLoseAnswers(1)).await.unwrap();
    assert!(matches!(desk.open(&draft("CA1")).await, Err(DeliveryError::Unknown)));
    let found = desk.find(&tenant(), &case("CA1")).await.unwrap();
    assert_eq!(found, [ticket(psa.tickets()[1]["id"].as_i64().unwrap())]);
    // The next creation is answered again.
    desk.open(&draft("CA2")).await.unwrap();
}

#[tokio::test]
async fn a_question_without_a_usable_answer_can_be_asked_again() {
    let (psa, desk) = warm().await;
    for mode in [Mode::Down, Mode::Unreachable, Mode::LosesAnswers, Mode::Nonsense, Mode::Slow(TIMEOUT * 2)] {
        psa.set_mode(mode).await.unwrap();
        let outcome = desk.find(&tenant(), &case("CA0")).await;
        assert!(matches!(outcome, Err(DeliveryError::Unavailable { retry_after: None })), "{mode:?}: {outcome:?}");
        let outcome = desk.open_count(&tenant(), "ACME").await;
        assert!(matches!(outcome, Err(DeliveryError::Unavailable { .. })), "{mode:?}: {outcome:?}");
    }
    psa.set_mode(Mode::Up).await.unwrap();
    assert_eq!(desk.find(&tenant(), &case("CA0")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn names_that_cannot_be_looked_up_leave_the_ticket_certainly_unmade() {
    let (psa, desk) = start().await;
    for mode in [Mode::Down, Mode::LosesAnswers, Mode::Nonsense] {
        psa.set_mode(mode).await.unwrap();
        assert!(matches!(desk.open(&draft("CA1")).await, Err(DeliveryError::Unavailable { .. })), "{mode:?}");
    }
    assert!(psa.tickets().is_empty());
}

#[tokio::test]
async fn a_slow_answer_within_the_bound_is_an_answer() {
    let (psa, desk) = start().await;
    psa.set_mode(Mode::Slow(Duration::from_millis(50))).await.unwrap();
    desk.open(&draft("CA1")).await.unwrap();
    assert_eq!(psa.tickets().len(), 1);
}

#[tokio::test]
async fn throttling_says_when_to_come_back() {
    let (psa, desk) = warm().await;
    psa.set_mode(Mode::Throttles(30)).await.unwrap();
    for outcome in [
        desk.open(&draft("CA1")).await.map(drop),
        desk.find(&tenant(), &case("CA0")).await.map(drop),
        desk.add_note(&tenant(), &note(&ticket(1), "x", "case/CA1#1"), false).await,
    ] {
        let Err(DeliveryError::Unavailable { retry_after }) = outcome else { panic!("{outcome:?}") };
        assert_eq!(retry_after, Some(Duration::from_secs(30)));
    }
}

#[tokio::test]
async fn a_refusal_gives_code_and_field_and_nobodys_name() {
    let (psa, desk) = warm().await;
    for status in [400, 401, 403, 404, 409] {
        psa.set_mode(Mode::Refuses(status)).await.unwrap();
        let Err(DeliveryError::Refused(reason)) = desk.open(&draft("CA1")).await else { panic!("{status}") };
        assert_eq!(reason, format!("ConnectWise answered {status} Refused; Refused: summary"));
        // What was remembered is forgotten after a refusal; learn it again.
        psa.set_mode(Mode::Up).await.unwrap();
        desk.open(&draft("CA0")).await.unwrap();
    }
}

#[tokio::test]
async fn a_refused_creation_forgets_the_names_so_that_a_new_board_is_seen() {
    let (psa, desk) = warm().await;
    psa.remove_setup();
    assert!(matches!(desk.open(&draft("CA1")).await, Err(DeliveryError::Refused(_))));
    let before = psa.requests().len();
    assert!(desk.open(&draft("CA1")).await.is_err());
    assert!(psa.requests()[before..].iter().any(|r| r.path == "/service/boards"));
}

#[tokio::test]
async fn wrong_keys_are_refused() {
    let psa = ConnectWiseDouble::start().await.unwrap();
    let mut wrong_key = config(&psa.url());
    wrong_key.private_key = "wrong".to_owned().into();
    let mut wrong_client = config(&psa.url());
    wrong_client.client_id = "wrong".to_owned();
    for config in [wrong_key, wrong_client] {
        let Err(DeliveryError::Refused(reason)) = desk(config).find(&tenant(), &case("CA1")).await else { panic!() };
        assert_eq!(reason, "ConnectWise answered 401 Unauthorized");
    }
}

#[tokio::test]
async fn a_failing_contact_search_does_not_hold_up_the_ticket() {
    let (psa, desk) = start().await;
    psa.add_contact("Dana", "Smith", "ACME", "3125550142");
    let mut draft = draft("CA1");
    draft.contact_number = Some("12".into());
    desk.open(&draft).await.unwrap();
    assert!(psa.requests().iter().all(|r| r.path != "/company/contacts"));
}

#[tokio::test]
async fn closing_and_merging_during_an_outage_can_be_repeated_afterwards() {
    let (psa, desk) = warm().await;
    let keep = desk.find(&tenant(), &case("CA0")).await.unwrap().remove(0);
    let second = desk.open(&draft("CA0")).await.unwrap();
    for mode in [Mode::Down, Mode::LosesAnswers] {
        psa.set_mode(mode).await.unwrap();
        assert!(desk.merge(&tenant(), &keep, &second).await.is_err());
        assert!(desk.close(&tenant(), &keep).await.is_err());
    }
    psa.set_mode(Mode::Up).await.unwrap();
    desk.merge(&tenant(), &keep, &second).await.unwrap();
    desk.close(&tenant(), &keep).await.unwrap();
    assert!(psa.tickets().iter().all(|t| t["closedFlag"] == true));
}
