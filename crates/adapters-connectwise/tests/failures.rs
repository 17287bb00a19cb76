//! ConnectWise down, slow, talking nonsense, refusing: what the port says of each, over real HTTP.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)] // A test may panic; not every file uses all of `common`.

mod common;

use async_trait::async_trait;
use bytes::Bytes;
use common::{TIMEOUT, case, config, desk, draft, note, start, tenant, ticket};
use http::{Request, Response};
use nightdesk_adapters_connectwise::ConnectWise;
use nightdesk_ports::{DeliveryError, HttpTransport, Ticketing, TransportError};
use nightdesk_testkit::connectwise::{ConnectWiseDouble, Mode};
use nightdesk_testkit::transport::HyperTransport;
use std::sync::Arc;
use std::time::Duration;

/// A desk that knows all names already, so that the next request of `open` that counts is the creation.
async fn warm() -> (ConnectWiseDouble, ConnectWise) {
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

/// Loses every answer about contacts.
struct NoContacts;

#[async_trait]
impl HttpTransport for NoContacts {
    async fn send(&self, request: Request<Bytes>, timeout: Duration) -> Result<Response<Bytes>, TransportError> {
        if request.uri().path().ends_with("/company/contacts") {
            return Err(TransportError::NoAnswer);
        }
        HyperTransport.send(request, timeout).await
    }
}

#[tokio::test]
async fn a_failing_contact_search_does_not_hold_up_the_ticket() {
    let (psa, _) = start().await;
    psa.add_contact("Dana", "Smith", "ACME", "3125550142");
    let desk = ConnectWise::new(Arc::new(NoContacts), [(tenant(), config(&psa.url()))].into());
    desk.open(&draft("CA1")).await.unwrap();
    assert!(psa.tickets()[0].get("contact").is_none());
}

/// Answers every request with this status and body.
struct Says(u16, &'static str);

#[async_trait]
impl HttpTransport for Says {
    async fn send(&self, _: Request<Bytes>, _: Duration) -> Result<Response<Bytes>, TransportError> {
        Ok(Response::builder().status(self.0).body(Bytes::from_static(self.1.as_bytes())).unwrap())
    }
}

#[tokio::test]
async fn an_order_is_done_when_the_answer_is_empty_and_not_when_it_says_no_or_is_a_web_page() {
    let order = note(&ticket(1), "Bea accepted.", "case/CA1#7");
    let answer = |status, body| {
        let desk = ConnectWise::new(Arc::new(Says(status, body)), [(tenant(), config("http://127.0.0.1:1"))].into());
        let order = order.clone();
        async move { desk.add_note(&tenant(), &order, false).await }
    };
    assert!(answer(204, "").await.is_ok());
    assert!(answer(201, r#"{"id": 5, "text": "x"}"#).await.is_ok());
    assert!(matches!(answer(200, r#"{"success": false}"#).await, Err(DeliveryError::Refused(_))));
    assert!(matches!(answer(200, "<html>").await, Err(DeliveryError::Unknown)));
}

#[tokio::test]
async fn answers_of_the_wrong_shape_are_no_answers() {
    for body in ["", "null", "[]", "{}", r#"{"id": null}"#, r#"{"id": -4}"#, r#"{"id": "5"}"#, "[1]", "\u{0}"] {
        let desk = ConnectWise::new(Arc::new(Says(200, body)), [(tenant(), config("http://127.0.0.1:1"))].into());
        assert!(desk.open_count(&tenant(), "ACME").await.is_err(), "{body}");
        assert!(desk.open(&draft("CA1")).await.is_err(), "{body}");
        assert!(desk.close(&tenant(), &ticket(1)).await.is_err(), "{body}");
    }
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
