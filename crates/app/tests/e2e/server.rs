//! The server by itself: who may speak to it, how it tells that it is well, what a caller hears when it is not.

use crate::support::*;
use nightdesk::config::{DEMO, Tenant};
use nightdesk_adapters_local::phone::{EventKind, PhoneBehaviour, parse_document};
use nightdesk_domain::ids::TenantId;
use std::time::Duration;

const SID: &str = "CA00000000000000000000000000000001";
const VOICE: &str = "/twilio/lakeside/voice";

fn incoming() -> Vec<(&'static str, &'static str)> {
    vec![("CallSid", SID), ("From", DANA), ("To", LINE), ("CallStatus", "ringing"), ("Direction", "inbound")]
}

/// A document that the carrier can play, whatever happened.
fn assert_twiml(body: &str) {
    parse_document(body).unwrap_or_else(|error| panic!("{error}: {body}"));
}

#[tokio::test]
async fn a_missing_or_wrong_signature_is_refused_and_counted() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    let carrier = house.carrier();
    let body = b"CallSid=CA00000000000000000000000000000001&From=%2B13125550142&To=%2B13125550100".to_vec();
    assert_eq!(carrier.send(&house.base, VOICE, None, body.clone()).await.0, 403);
    assert_eq!(carrier.send(&house.base, VOICE, Some("AAAA"), body.clone()).await.0, 403);
    assert_eq!(carrier.send(&house.base, VOICE, Some(""), body).await.0, 403);
    // Another token, another tenant, and a form that was changed after it was signed.
    let stranger = Carrier::new("00000000000000000000000000000000");
    assert_eq!(stranger.post(&house.base, VOICE, &incoming()).await.0, 403);
    assert_eq!(carrier.post(&house.base, "/twilio/nobody/voice", &incoming()).await.0, 403);
    let (_, metrics) = get(&format!("{}/metrics", house.base)).await;
    assert!(metrics.contains("nightdesk_signature_rejections_total{tenant=\"lakeside\"} 4"), "{metrics}");
    assert_eq!(cases(&*house.server.store.cases).await.len(), 0);
    // The right one is let in, and nothing else was in the way.
    let (status, body) = carrier.post(&house.base, VOICE, &incoming()).await;
    assert_eq!(status, 200);
    assert!(body.contains("You have reached Lakeside IT"), "{body}");
    assert_twiml(&body);
}

#[tokio::test]
async fn strangers_cannot_fill_the_metrics_with_names() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    let carrier = house.carrier();
    for name in 0..20 {
        let path = format!("/twilio/invented-{name}/voice");
        assert_eq!(carrier.post(&house.base, &path, &incoming()).await.0, 403);
    }
    let (_, metrics) = get(&format!("{}/metrics", house.base)).await;
    assert!(!metrics.contains("invented"), "an unknown tenant has no counter of its own: {metrics}");
    assert!(metrics.contains("nightdesk_signature_rejections_total"), "{metrics}");
}

#[tokio::test]
async fn the_previous_token_is_accepted_during_a_rotation_and_the_url_is_the_configured_one() {
    let folder = Folder::new();
    let (new, old) = (
        folder.write("new", "11111111111111111111111111111111"),
        folder.write("old", "22222222222222222222222222222222"),
    );
    let section = format!(
        "\n[twilio]\naccount_sid = \"AC00000000000000000000000000000000\"\nauth_token = {{ file = {new:?} }}\n\
         previous_auth_token = {{ file = {old:?} }}\n"
    );
    let mut setup = setup(&folder, 1.0);
    setup.tenants = vec![Tenant::parse(&format!("{DEMO}{section}")).unwrap()];
    // Behind a proxy that ends TLS and strips a prefix of its own.
    setup.public_url = Some("https://phone.example.com/nightdesk".to_owned());
    let bound = setup.bind().await.unwrap();
    let base = format!("http://{}", bound.1);
    let server = setup.start(bound).await.unwrap();
    for (token, expected) in [
        ("11111111111111111111111111111111", 200),
        ("22222222222222222222222222222222", 200),
        ("33333333333333333333333333333333", 403),
    ] {
        let mut carrier = Carrier::new(token);
        carrier.signed_base = Some("https://phone.example.com/nightdesk".to_owned());
        let (status, body) = carrier.post(&base, VOICE, &incoming()).await;
        assert_eq!(status, expected, "{token}: {body}");
        if status == 200 {
            assert!(body.contains("https://phone.example.com/nightdesk/twilio/lakeside/call/"), "{body}");
            assert!(!body.contains("127.0.0.1"), "the carrier could not reach that: {body}");
        }
        // Signed over the address that we listen on: the carrier never does that here.
        carrier.signed_base = None;
        assert_eq!(carrier.post(&base, VOICE, &incoming()).await.0, 403);
    }
    server.stop().await;
}

#[tokio::test]
async fn health_is_ok_while_the_store_writes_and_fails_when_an_effect_is_overdue() {
    let folder = Folder::new();
    let mut setup = setup(&folder, 1.0);
    // Nobody listens there: pages cannot be placed, but they are tried, and so are not overdue.
    setup.simulator_api = "http://127.0.0.1:1".to_owned();
    let bound = setup.bind().await.unwrap();
    let base = format!("http://{}", bound.1);
    let server = setup.start(bound).await.unwrap();
    assert_eq!(get(&format!("{base}/healthz")).await, (200, "ok\n".to_owned()));
    assert_eq!(get(&format!("{base}/no-such-address")).await.0, 404);

    // Somebody else holds an effect and never settles it: a lease that lasts, a due time long past.
    let database = rusqlite::Connection::open(folder.path("data/nightdesk.sqlite")).unwrap();
    database.busy_timeout(Duration::from_secs(5)).unwrap();
    let far = 32_503_680_000_000_i64;
    let hang_up = r#"{"hang_up":"CA00000000000000000000000000000009"}"#;
    let held = "INSERT INTO effects (tenant, owner, number, due_ms, claimant, lease_until_ms, effect) \
                VALUES ('lakeside', 'case/x', 1, 1000, 'dead', ?1, ?2)";
    database.execute(held, rusqlite::params![far, hang_up]).unwrap();
    let (status, why) = get(&format!("{base}/healthz")).await;
    assert_eq!(status, 503, "{why}");
    assert!(why.contains("minute"), "{why}");
    let (_, metrics) = get(&format!("{base}/metrics")).await;
    let age = metrics.lines().find(|line| line.starts_with("nightdesk_oldest_due_seconds ")).unwrap();
    assert!(age.rsplit(' ').next().unwrap().parse::<i64>().unwrap() > 60, "{age}");
    database.execute("DELETE FROM effects", []).unwrap();
    assert_eq!(get(&format!("{base}/healthz")).await.0, 200);
    server.stop().await;
}

#[tokio::test]
async fn with_the_store_down_callers_are_put_through_to_the_emergency_number_and_can_leave_a_message() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    let carrier = house.carrier();
    let (status, _) = carrier.post(&house.base, VOICE, &incoming()).await;
    assert_eq!(status, 200);
    // The store can no longer be read or written.
    let database = rusqlite::Connection::open(house.folder.path("data/nightdesk.sqlite")).unwrap();
    database.busy_timeout(Duration::from_secs(5)).unwrap();
    database
        .execute_batch("ALTER TABLE states RENAME TO states_gone; ALTER TABLE heartbeat RENAME TO beats_gone;")
        .unwrap();
    let (status, why) = get(&format!("{}/healthz", house.base)).await;
    assert_eq!(status, 503, "{why}");
    let (_, fallback) = carrier.post(&house.base, "/twilio/lakeside/fallback", &incoming()).await;
    let turn = format!("/twilio/lakeside/call/{SID}/turn/0?news=0&polls=0");
    let said = [incoming(), vec![("SpeechResult", "our server is down"), ("Confidence", "0.9")]].concat();
    for (path, form) in [(VOICE, incoming()), (turn.as_str(), said)] {
        let (status, body) = carrier.post(&house.base, path, &form).await;
        assert_eq!(status, 200, "{path}");
        assert_twiml(&body);
        let dial = body.find("+13125550199").unwrap_or_else(|| panic!("the emergency number is dialled: {body}"));
        assert!(body.find("<Record").unwrap() > dial, "and then a message is taken: {body}");
        assert_eq!(body, fallback, "the fallback address serves the same");
    }
    // The same is heard on a real line, to its end: nobody answers, a message is left.
    let caller = house.network.dial(Some(DANA), LINE);
    let left = caller.say("it is dana at acme dental please call me").await;
    caller.wait_ended().await;
    assert_eq!(left, Ok(()), "{:?}", house.network.history());
    let heard =
        house.network.history().iter().filter_map(|e| e.words().map(str::to_owned)).collect::<Vec<_>>().join(" ");
    assert!(heard.contains("We are sorry, our assistant is not available"), "{heard}");
    assert!(heard.contains("Your message has been recorded"), "{heard}");
    assert!(house.network.history().iter().any(|event| event.kind == EventKind::Beep));
    // Callbacks are not acknowledged, so that the carrier's own retry or log shows them.
    let (status, _) =
        carrier.post(&house.base, "/twilio/lakeside/status", &[("CallSid", SID), ("CallStatus", "completed")]).await;
    assert_eq!(status, 503);
    database
        .execute_batch("ALTER TABLE states_gone RENAME TO states; ALTER TABLE beats_gone RENAME TO heartbeat;")
        .unwrap();
    assert_eq!(get(&format!("{}/healthz", house.base)).await.0, 200, "nothing has to be repaired");
}

#[tokio::test]
async fn a_text_and_a_lost_page_of_the_address_book_are_answered_properly() {
    let house = House::open(&[PhoneBehaviour::Accept]).await;
    house.network.text(DANA, LINE, "STOP").await;
    assert_eq!(house.network.errors(), Vec::<String>::new());
    let carrier = house.carrier();
    for path in ["/twilio/", "/twilio/lakeside/", "/twilio/lakeside/nothing", "/twilio/lakeside/call/../../etc/voice"] {
        assert_eq!(carrier.post(&house.base, path, &incoming()).await.0, 404, "{path}");
    }
    assert_eq!(get(&format!("{}{VOICE}", house.base)).await.0, 405, "the carrier must be configured to POST");
    assert!(TenantId::parse("lakeside").is_ok());
}
