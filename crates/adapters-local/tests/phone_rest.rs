//! The simulated network's REST API, and what can be made to go wrong.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test may fail by panicking")]

mod phone_support;

use bytes::Bytes;
use http::Request;
use nightdesk_adapters_local::phone::{EventKind, Faults, Party, PhoneBehaviour, PhoneNetwork};
use nightdesk_ports::{HttpTransport, TransportError};
use phone_support::{ACCOUNT, App, BEA, CALLER, LINE, Web, network, rest};
use std::time::Duration;

async fn quiet_app() -> App {
    App::start(|hit| match hit.path.as_str() {
        "/voice" => r#"<Gather input="speech" action="/turn"/>"#.into(),
        _ => String::new(),
    })
    .await
}

async fn create(network: &PhoneNetwork, app: &App) -> Result<serde_json::Value, TransportError> {
    let (url, callback) = (format!("{}/answered", app.url), format!("{}/leg", app.url));
    let form = [
        ("To", BEA),
        ("From", LINE),
        ("Url", url.as_str()),
        ("StatusCallback", callback.as_str()),
        ("StatusCallbackEvent", "initiated"),
        ("StatusCallbackEvent", "ringing"),
        ("StatusCallbackEvent", "completed"),
    ];
    rest(network, "POST", "Calls.json", &form).await.map(|(_, call)| call)
}

#[tokio::test]
async fn a_wrong_token_is_refused_in_the_carriers_form() {
    let app = quiet_app().await;
    let network = network(&app, &[]).await;
    let request = Request::get(format!("{}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", network.api_url()))
        .header("authorization", "Basic eDp5")
        .body(Bytes::new())
        .unwrap();
    let answer = Web::new().send(request, Duration::from_secs(5)).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(
        (answer.status().as_u16(), body["code"].as_u64(), body["status"].as_u64()),
        (401, Some(20003), Some(401))
    );
    assert_eq!(network.errors().len(), 1);
}

#[tokio::test]
async fn calls_that_make_no_sense_are_refused() {
    let app = quiet_app().await;
    let network = network(&app, &[]).await;
    let good = [("To", BEA), ("From", LINE), ("Url", "http://127.0.0.1:1/")];
    for (name, value, code) in [
        ("To", "", 21201),
        ("To", "911", 21211),
        ("From", "", 21213),
        ("From", "+15559999", 21210),
        ("Url", "", 21205),
        ("Url", "ftp://x/", 21205),
        ("Timeout", "soon", 20001),
        ("MachineDetection", "yes", 20001),
        ("StatusCallbackEvent", "answering", 21626),
        ("Colour", "blue", 20001),
    ] {
        let mut form: Vec<_> = good.iter().copied().filter(|(field, _)| *field != name).collect();
        form.push((name, value));
        let (status, error) = rest(&network, "POST", "Calls.json", &form).await.unwrap();
        assert_eq!((status.as_u16(), error["code"].as_i64()), (400, Some(code)), "{name}={value}");
    }
    assert!(network.history().is_empty(), "no phone rings");
}

#[tokio::test]
async fn an_ended_leg_cannot_be_updated_and_an_unknown_one_is_not_found() {
    let app = quiet_app().await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Busy)]).await;
    let call = create(&network, &app).await.unwrap();
    network.wait_quiet().await;
    let path = format!("Calls/{}.json", call["sid"].as_str().unwrap());
    for form in [[("Status", "completed")], [("Url", "http://127.0.0.1:1/")]] {
        let (status, error) = rest(&network, "POST", &path, &form).await.unwrap();
        assert_eq!((status.as_u16(), error["code"].as_i64()), (400, Some(21220)));
    }
    assert_eq!(network.errors(), Vec::<String>::new(), "a hang-up that crosses another is nobody's mistake");
    let (status, _) = rest(&network, "GET", "Calls/CA00000000000000000000000000000000.json", &[]).await.unwrap();
    assert_eq!(status, 404);
}

#[tokio::test]
async fn calls_are_listed_by_number_status_and_time_in_pages() {
    let app = quiet_app().await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Busy)]).await;
    let first = create(&network, &app).await.unwrap();
    let second = create(&network, &app).await.unwrap();
    network.wait_quiet().await;
    let list = async |query: &str| rest(&network, "GET", &format!("Calls.json?{query}"), &[]).await.unwrap().1;
    let sids = |page: &serde_json::Value| -> Vec<_> {
        page["calls"].as_array().unwrap().iter().map(|call| call["sid"].clone()).collect()
    };
    let both = [second["sid"].clone(), first["sid"].clone()];
    assert_eq!(sids(&list(&format!("To={}", BEA.replace('+', "%2B"))).await), both);
    assert_eq!(sids(&list("StartTime%3E=2020-01-01&Status=busy").await), both);
    assert_eq!(sids(&list("StartTime%3E%3D=2020-01-01T00:00:00Z").await), both);
    assert!(sids(&list("StartTime%3E=2999-01-01").await).is_empty());
    assert!(sids(&list("To=%2B15550000").await).is_empty());
    assert!(sids(&list("Status=completed").await).is_empty());
    let page = list("PageSize=1").await;
    assert_eq!(sids(&page), both[..1]);
    let next = page["next_page_uri"].as_str().unwrap().split_once('?').unwrap().1.to_owned();
    let page = list(&next).await;
    assert_eq!((sids(&page).as_slice(), page["next_page_uri"].is_null()), (&both[1..], true));
    assert_eq!(network.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_text_is_kept_and_shown() {
    let app = quiet_app().await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Ignore)]).await;
    let form = [("To", BEA), ("From", LINE), ("Body", "A case waits for you.")];
    let (status, message) = rest(&network, "POST", "Messages.json", &form).await.unwrap();
    assert_eq!((status.as_u16(), message["status"].as_str()), (201, Some("queued")));
    assert_eq!(network.messages()[0].body, "A case waits for you.");
    let event = &network.history()[0];
    assert_eq!((&event.party, &event.kind), (&Party::Technician(BEA.into()), &EventKind::Text(form[2].1.into())));
    let (_, error) = rest(&network, "POST", "Messages.json", &form[..2]).await.unwrap();
    assert_eq!(error["code"], 21602);
}

#[tokio::test]
async fn what_becomes_of_a_text_is_told_and_its_reader_may_answer_with_the_code() {
    let app = quiet_app().await;
    let network = network(&app, &[(BEA, PhoneBehaviour::TextsCode)]).await;
    let url = format!("{}/text", app.url);
    let body = "Lakeside IT: Critical. Reply 4821 to accept.";
    let form = [("To", BEA), ("From", LINE), ("Body", body), ("StatusCallback", url.as_str())];
    rest(&network, "POST", "Messages.json", &form).await.unwrap();
    let told: Vec<_> = app.wait("/text", 2).await.iter().map(|hit| hit.get("MessageStatus").to_owned()).collect();
    assert_eq!(told, ["sent", "delivered"]);
    let answer = &app.wait("/sms", 1).await[0];
    assert_eq!((answer.get("From"), answer.get("Body")), (BEA, "4821"));

    network.set_phone(BEA, PhoneBehaviour::NoTexts);
    rest(&network, "POST", "Messages.json", &form).await.unwrap();
    let told = app.wait("/text", 4).await;
    assert_eq!((told[3].get("MessageStatus"), told[3].get("ErrorCode")), ("undelivered", "30003"));
}

#[tokio::test]
async fn refused_documents_given_by_the_api_are_an_error() {
    let app = quiet_app().await;
    let network = network(&app, &[]).await;
    let caller = network.dial(Some(CALLER), LINE);
    caller.wait_listening().await.unwrap();
    let path = format!("Calls/{}.json", caller.leg());
    let (status, _) = rest(&network, "POST", &path, &[("Twiml", "<Response><Shout/></Response>")]).await.unwrap();
    assert_eq!(status, 400);
    assert!(caller.is_listening(), "the leg goes on");
    rest(&network, "POST", &path, &[("Twiml", "<Response><Say>Sorry</Say></Response>")]).await.unwrap();
    caller.wait_ended().await;
    assert_eq!(phone_support::heard(&network, caller.leg()), ["Sorry"]);
}

#[tokio::test]
async fn a_lost_create_answer_leaves_a_leg_that_can_be_found() {
    let app = quiet_app().await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Busy)]).await;
    network.set_faults(Faults { lose_create_answers: 1, ..Faults::default() });
    assert_eq!(create(&network, &app).await, Err(TransportError::NoAnswer));
    let (_, list) = rest(&network, "GET", "Calls.json", &[]).await.unwrap();
    assert_eq!(list["calls"].as_array().unwrap().len(), 1);
    assert!(create(&network, &app).await.is_ok(), "only one answer is lost");
}

#[tokio::test]
async fn a_status_callback_can_come_before_the_create_answer() {
    let app = quiet_app().await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Ignore)]).await;
    network.set_faults(Faults { status_before_create_answer: true, ..Faults::default() });
    create(&network, &app).await.unwrap();
    assert_eq!(app.hits("/leg")[0].get("CallStatus"), "initiated");
}

#[tokio::test]
async fn webhooks_can_come_twice_and_out_of_order_and_late() {
    let app = quiet_app().await;
    let network = network(&app, &[(BEA, PhoneBehaviour::Busy)]).await;
    network.set_faults(Faults { duplicate_webhooks: true, reorder_callbacks: true, ..Faults::default() });
    create(&network, &app).await.unwrap();
    let told: Vec<_> = app.wait("/leg", 6).await.iter().map(|hit| hit.get("CallStatus").to_owned()).collect();
    assert_eq!(told, ["ringing", "ringing", "initiated", "initiated", "busy", "busy"]);

    network.set_faults(Faults { callback_delay: Duration::from_millis(150), ..Faults::default() });
    create(&network, &app).await.unwrap();
    network.wait_quiet().await;
    assert_eq!(app.hits("/leg").len(), 6, "nothing new was delivered yet");
    app.wait("/leg", 9).await;
}
