//! Orders to Twilio, and what its answers mean.
// A failed test is meant to panic.
#![allow(clippy::unwrap_used, clippy::panic)]

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use nightdesk_adapters_twilio::{PublicUrl, TwilioAccount, TwilioTelephony};
use nightdesk_domain::effect::{Line, PageOrder, TextOrder};
use nightdesk_domain::ids::{CallId, CaseId, LegId, RecordingId, TechnicianId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_ports::{CallerOf, DeliveryError, HttpTransport, Telephony, TransportError};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const BASE: &str = "https://desk.example.com/twilio/northwind";
const API: &str = "https://api.twilio.example/2010-04-01/Accounts/AC00000000000000000000000000000001";

/// Twilio's side: one answer for whatever comes, and a memory of what came.
struct Carrier {
    answer: Result<Response<Bytes>, TransportError>,
    seen: Mutex<Vec<Request<Bytes>>>,
}

#[async_trait]
impl HttpTransport for Carrier {
    async fn send(&self, request: Request<Bytes>, _: Duration) -> Result<Response<Bytes>, TransportError> {
        self.seen.lock().unwrap().push(request);
        self.answer.clone()
    }
}

fn answering(answer: Result<Response<Bytes>, TransportError>) -> (Arc<Carrier>, TwilioTelephony) {
    let carrier = Arc::new(Carrier { answer, seen: Mutex::default() });
    let account = TwilioAccount::new("AC00000000000000000000000000000001", "secret-token".into(), None).unwrap();
    let public = PublicUrl::parse("https://desk.example.com").unwrap();
    let accounts = BTreeMap::from([(tenant(), account)]);
    (carrier.clone(), TwilioTelephony::new(carrier, "https://api.twilio.example/", public, accounts))
}

fn status(status: u16, body: Value) -> Result<Response<Bytes>, TransportError> {
    Ok(Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
}

fn with_header(
    answer: Result<Response<Bytes>, TransportError>,
    name: &'static str,
    value: &'static str,
) -> Result<Response<Bytes>, TransportError> {
    answer.map(|mut response| {
        response.headers_mut().insert(name, value.parse().unwrap());
        response
    })
}

fn created() -> Result<Response<Bytes>, TransportError> {
    status(201, json!({ "sid": "CA2", "status": "queued" }))
}

impl Carrier {
    /// The only request: method, address, fields of its body.
    fn request(&self) -> (String, String, Vec<(String, String)>) {
        let seen = self.seen.lock().unwrap();
        let [request] = seen.as_slice() else { panic!("{} requests", seen.len()) };
        let form = form_urlencoded::parse(request.body()).into_owned().collect();
        (request.method().to_string(), request.uri().to_string(), form)
    }
}

fn tenant() -> TenantId {
    TenantId::parse("northwind").unwrap()
}

fn order() -> PageOrder {
    PageOrder {
        tenant: tenant(),
        case: CaseId::parse("CA1").unwrap(),
        page: 2,
        technician: TechnicianId::parse("bea").unwrap(),
        to: PhoneNumber::parse("+13125550142").unwrap(),
        from: PhoneNumber::parse("+13125550100").unwrap(),
        ring_seconds: 25,
        ordered_at: "2026-03-08T07:59:30.900Z".parse().unwrap(),
        useless_after: "2026-03-08T08:05:00Z".parse().unwrap(),
    }
}

fn text() -> TextOrder {
    TextOrder { to: order().to, from: order().from, body: "¿Dónde está?".into(), page: None }
}

fn leg() -> LegId {
    LegId::parse("CA2").unwrap()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_page_rings_with_its_own_addresses_and_machine_detection_beside_the_call() {
    let (carrier, twilio) = answering(created());
    assert_eq!(twilio.page(&order()).await.unwrap(), leg());
    let (method, url, form) = carrier.request();
    assert_eq!((method.as_str(), url), ("POST", format!("{API}/Calls.json")));
    assert_eq!(
        form,
        pairs(&[
            ("To", "+13125550142"),
            ("From", "+13125550100"),
            ("Url", &format!("{BASE}/page/CA1/2/answered")),
            ("Method", "POST"),
            ("StatusCallback", &format!("{BASE}/page/CA1/2/status")),
            ("StatusCallbackMethod", "POST"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
            ("Timeout", "25"),
            ("MachineDetection", "Enable"),
            ("AsyncAmd", "true"),
            ("AsyncAmdStatusCallback", &format!("{BASE}/page/CA1/2/machine")),
            ("AsyncAmdStatusCallbackMethod", "POST"),
        ])
    );
}

#[tokio::test]
async fn a_request_is_authorised_and_hides_how() {
    let (carrier, twilio) = answering(created());
    twilio.page(&order()).await.unwrap();
    let seen = carrier.seen.lock().unwrap();
    let header = &seen[0].headers()["authorization"];
    // `printf 'AC00000000000000000000000000000001:secret-token' | base64`
    assert_eq!(header, "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTpzZWNyZXQtdG9rZW4=");
    assert!(header.is_sensitive());
    assert_eq!(seen[0].headers()["content-type"], "application/x-www-form-urlencoded");
}

#[tokio::test]
async fn a_page_taken_without_a_readable_leg_has_an_unknown_outcome() {
    for body in [json!({}), json!({ "sid": null }), json!({ "sid": "a/b" }), json!("gateway")] {
        let (_, twilio) = answering(status(201, body));
        assert!(matches!(twilio.page(&order()).await, Err(DeliveryError::Unknown)));
    }
}

/// What an order and a question make of the same answer.
async fn outcomes(answer: Result<Response<Bytes>, TransportError>) -> [String; 4] {
    let (_, twilio) = answering(answer);
    let shown = |error: DeliveryError| format!("{error:?}");
    [
        shown(twilio.page(&order()).await.unwrap_err()),
        shown(twilio.text(&tenant(), &text()).await.unwrap_err()),
        shown(twilio.hang_up(&tenant(), &leg()).await.unwrap_err()),
        shown(twilio.find_page(&order()).await.unwrap_err()),
    ]
}

const UNAVAILABLE: &str = "Unavailable { retry_after: None }";

#[tokio::test]
async fn what_was_not_sent_can_be_sent_again() {
    assert_eq!(outcomes(Err(TransportError::NotSent)).await, [UNAVAILABLE; 4]);
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_unknown_and_a_question_can_be_asked_again() {
    let lost = ["Unknown", "Unknown", "Unknown", UNAVAILABLE];
    assert_eq!(outcomes(Err(TransportError::NoAnswer)).await, lost);
    assert_eq!(outcomes(status(500, json!({}))).await, lost);
    assert_eq!(outcomes(status(502, json!("bad gateway"))).await, lost);
    assert_eq!(outcomes(status(408, json!({}))).await, lost);
}

#[tokio::test]
async fn too_many_requests_waits_as_long_as_it_was_asked_to_but_not_for_ever() {
    let busy = |value| with_header(status(429, json!({ "code": 20429 })), "retry-after", value);
    assert_eq!(outcomes(busy("7")).await, ["Unavailable { retry_after: Some(7s) }"; 4]);
    assert_eq!(outcomes(busy("18446744073709551615")).await, ["Unavailable { retry_after: Some(3600s) }"; 4]);
    assert_eq!(outcomes(busy("soon")).await, [UNAVAILABLE; 4]);
    assert_eq!(outcomes(status(429, json!({}))).await, [UNAVAILABLE; 4]);
}

#[tokio::test]
async fn a_refusal_carries_the_carriers_code_and_no_number() {
    let refusal = json!({ "code": 21211, "message": "'+13125550142' is not valid", "status": 400 });
    let refused = outcomes(status(400, refusal)).await;
    assert_eq!(refused, [r#"Refused("HTTP 400, Twilio error 21211")"#; 4]);
    assert_eq!(
        outcomes(status(401, json!({ "code": 20003 }))).await,
        [r#"Refused("HTTP 401, Twilio error 20003")"#; 4]
    );
    assert_eq!(outcomes(status(403, json!("no"))).await, [r#"Refused("HTTP 403")"#; 4]);
    assert_eq!(outcomes(status(302, json!("elsewhere"))).await, [r#"Refused("HTTP 302")"#; 4]);
}

#[tokio::test]
async fn a_tenant_without_an_account_is_refused_without_a_request() {
    let (carrier, twilio) = answering(created());
    let stranger = TenantId::parse("southwind").unwrap();
    assert!(matches!(twilio.text(&stranger, &text()).await, Err(DeliveryError::Refused(_))));
    assert!(carrier.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn ending_a_leg_that_is_over_is_a_success_and_refetching_it_is_refused() {
    for answer in [
        status(400, json!({ "code": 21220, "message": "Call is not in-progress." })),
        status(404, json!({ "code": 20404 })),
    ] {
        let (_, twilio) = answering(answer);
        twilio.hang_up(&tenant(), &leg()).await.unwrap();
        let refetched = twilio.refetch(&tenant(), &Line::Caller(CallId::parse("CA1").unwrap())).await;
        assert!(matches!(refetched, Err(DeliveryError::Refused(_))));
    }
}

#[tokio::test]
async fn a_missing_account_is_not_a_leg_that_is_over() {
    let (_, twilio) = answering(status(404, json!({ "code": 20404 })));
    let refused = format!("{:?}", twilio.page(&order()).await.unwrap_err());
    assert_eq!(refused, r#"Refused("HTTP 404, Twilio error 20404")"#);
}

#[tokio::test]
async fn a_leg_is_ended_by_its_status() {
    let (carrier, twilio) = answering(status(200, json!({ "sid": "CA2" })));
    twilio.hang_up(&tenant(), &leg()).await.unwrap();
    assert_eq!(carrier.request(), ("POST".into(), format!("{API}/Calls/CA2.json"), pairs(&[("Status", "completed")])));
}

#[tokio::test]
async fn a_line_is_made_to_ask_under_its_own_address() {
    let (carrier, twilio) = answering(status(200, json!({})));
    twilio.refetch(&tenant(), &Line::Caller(CallId::parse("CA1").unwrap())).await.unwrap();
    let url = format!("{BASE}/call/CA1/now");
    assert_eq!(
        carrier.request(),
        ("POST".into(), format!("{API}/Calls/CA1.json"), pairs(&[("Url", &url), ("Method", "POST")]))
    );
    let (carrier, twilio) = answering(status(200, json!({})));
    twilio.refetch(&tenant(), &Line::Technician(CaseId::parse("CA1").unwrap(), 2, leg())).await.unwrap();
    let url = format!("{BASE}/page/CA1/2/now");
    assert_eq!(
        carrier.request(),
        ("POST".into(), format!("{API}/Calls/CA2.json"), pairs(&[("Url", &url), ("Method", "POST")]))
    );
}

#[tokio::test]
async fn an_id_that_would_leave_its_place_in_the_path_is_refused_without_a_request() {
    let (carrier, twilio) = answering(created());
    let odd = LegId::parse("..").unwrap();
    assert!(matches!(twilio.hang_up(&tenant(), &odd).await, Err(DeliveryError::Refused(_))));
    assert!(carrier.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_text_goes_out_as_it_is_and_a_long_one_up_to_the_carriers_limit() {
    let (carrier, twilio) = answering(created());
    twilio.text(&tenant(), &text()).await.unwrap();
    let fields = [("To", "+13125550142"), ("From", "+13125550100"), ("Body", "¿Dónde está?")];
    assert_eq!(carrier.request(), ("POST".into(), format!("{API}/Messages.json"), pairs(&fields)));
    let (carrier, twilio) = answering(created());
    let page = Some((CaseId::parse("CA1").unwrap(), 2));
    twilio.text(&tenant(), &TextOrder { page, ..text() }).await.unwrap();
    assert_eq!(carrier.request().2[3], ("StatusCallback".to_owned(), format!("{BASE}/page/CA1/2/text")));
    let (carrier, twilio) = answering(created());
    twilio.text(&tenant(), &TextOrder { body: "ñ".repeat(5_000).into(), ..text() }).await.unwrap();
    assert_eq!(carrier.request().2[2].1, "ñ".repeat(1_600));
}

/// A call as the carrier lists it.
fn listed(sid: &str, to: &str, direction: &str, created: Option<&str>) -> Value {
    json!({ "sid": sid, "to": to, "from": "+13125550100", "direction": direction, "date_created": created })
}

async fn found(calls: Vec<Value>) -> Option<String> {
    let (_, twilio) = answering(status(200, json!({ "calls": calls })));
    twilio.find_page(&order()).await.unwrap().map(String::from)
}

#[tokio::test]
async fn a_page_is_looked_for_among_the_calls_since_it_was_ordered() {
    let (carrier, twilio) = answering(status(200, json!({ "calls": [] })));
    assert_eq!(twilio.find_page(&order()).await.unwrap(), None);
    let (method, url, form) = carrier.request();
    let query = "To=%2B13125550142&From=%2B13125550100&StartTime%3E=2026-03-08T07%3A59%3A30Z&PageSize=100";
    assert_eq!((method.as_str(), url, form.len()), ("GET", format!("{API}/Calls.json?{query}"), 0));
}

#[tokio::test]
async fn a_found_page_is_the_oldest_outgoing_leg_that_is_not_older_than_the_order() {
    let to = "+13125550142";
    let at = |second| format!("Sun, 08 Mar 2026 07:59:{second} +0000");
    let calls = vec![
        listed("CA9", to, "outbound-api", Some(&at(50))),
        // In the very second of the order, which the carrier does not divide.
        listed("CA5", to, "outbound-api", Some(&at(30))),
        listed("CA4", to, "outbound-api", Some(&at(29))),
        listed("CA3", "+13125550143", "outbound-api", Some(&at(31))),
        listed("CA6", to, "inbound", Some(&at(31))),
        listed("CA7", to, "outbound-api", None),
        listed("CA8", to, "outbound-api", Some("yesterday")),
    ];
    assert_eq!(found(calls.clone()).await.as_deref(), Some("CA5"));
    assert_eq!(found(calls[2..].to_vec()).await, None);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_asked_for_again() {
    let (_, twilio) = answering(status(200, json!("maintenance")));
    assert!(matches!(twilio.find_page(&order()).await, Err(DeliveryError::Unavailable { .. })));
}

#[tokio::test]
async fn a_recording_comes_by_its_id_with_its_media_type() {
    let sound = Ok(Response::new(Bytes::from_static(b"\xFF\xFBsound")));
    let (carrier, twilio) = answering(with_header(sound, "content-type", "audio/mpeg3"));
    let (media_type, bytes) = twilio.recording(&tenant(), &RecordingId::parse("RE1").unwrap()).await.unwrap();
    assert_eq!((media_type.as_str(), bytes.as_ref()), ("audio/mpeg3", &b"\xFF\xFBsound"[..]));
    let (method, url, _) = carrier.request();
    assert_eq!((method.as_str(), url), ("GET", format!("{API}/Recordings/RE1.mp3")));
}

/// A recording as Twilio lists it.
fn kept(sid: &str, call: Option<&str>, status: &str, duration: &str, created: &str) -> Value {
    json!({ "sid": sid, "call_sid": call, "status": status, "duration": duration, "date_created": created })
}

const AT: &str = "Sun, 08 Mar 2026 07:59:30 +0000";
const LATER: &str = "Sun, 08 Mar 2026 08:10:00 +0000";

#[tokio::test]
async fn finished_recordings_since_then_are_listed_the_oldest_first() {
    let rows = [
        kept("RE3", Some("CA3"), "completed", "9", LATER),
        kept("RE1", Some("CA1"), "completed", "31", AT),
        kept("RE4", Some("CA4"), "processing", "-1", LATER),
        kept("RE5", Some("CA5"), "completed", "0", LATER),
        kept("RE6", None, "completed", "9", LATER),
        kept("RE7", Some("CA7"), "completed", "9", "Sun, 08 Mar 2026 07:59:29 +0000"),
    ];
    let (carrier, twilio) = answering(status(200, json!({ "recordings": rows, "next_page_uri": null })));
    let since = "2026-03-08T07:59:30.9Z".parse().unwrap();
    let listed = twilio.recordings(&tenant(), since).await.unwrap();
    let named: Vec<_> =
        listed.iter().map(|kept| (kept.recording.id.as_str(), kept.call.as_str(), kept.recording.seconds)).collect();
    assert_eq!(named, [("RE1", "CA1", 31), ("RE3", "CA3", 9)]);
    let (method, url, _) = carrier.request();
    let query = "Recordings.json?DateCreated%3E=2026-03-08T07%3A59%3A30Z&PageSize=1000";
    assert_eq!((method.as_str(), url), ("GET", format!("{API}/{query}")));
}

#[tokio::test]
async fn every_page_of_the_list_is_read_and_an_endless_list_is_refused() {
    let next = "https://elsewhere.example/2010-04-01/Accounts/AC9/Recordings.json?Page=1&PageToken=PARE1";
    let page = json!({ "recordings": [kept("RE1", Some("CA1"), "completed", "9", AT)], "next_page_uri": next });
    let (carrier, twilio) = answering(status(200, page));
    let since = "2026-03-08T00:00:00Z".parse().unwrap();
    assert!(matches!(twilio.recordings(&tenant(), since).await, Err(DeliveryError::Refused(_))));
    let seen = carrier.seen.lock().unwrap();
    assert_eq!(seen.len(), 20);
    assert_eq!(seen[1].uri().to_string(), format!("{API}/Recordings.json?Page=1&PageToken=PARE1"));
}

/// A transcription as Twilio lists it.
fn written(status: &str, text: Option<&str>, created: &str) -> Value {
    json!({ "sid": "TR1", "status": status, "transcription_text": text, "date_created": created })
}

#[tokio::test]
async fn the_newest_finished_transcript_of_a_recording_is_given() {
    async fn transcript_of(answer: Result<Response<Bytes>, TransportError>) -> Result<Option<String>, DeliveryError> {
        let (carrier, twilio) = answering(answer);
        let found = twilio.transcript_of(&tenant(), &RecordingId::parse("RE1").unwrap()).await;
        let (method, url, _) = carrier.request();
        assert_eq!((method.as_str(), url), ("GET", format!("{API}/Recordings/RE1/Transcriptions.json")));
        found.map(|words| words.map(|words| words.reveal().to_owned()))
    }
    let list = |rows: &[Value]| status(200, json!({ "transcriptions": rows, "next_page_uri": null }));
    let rows = [
        written("in-progress", None, LATER),
        written("failed", Some("nonsense"), LATER),
        written("completed", Some(" "), LATER),
        written("completed", Some("the printer is jammed"), AT),
        written("completed", Some("the printer"), AT),
        written("completed", Some("the"), "Sun, 08 Mar 2026 07:00:00 +0000"),
    ];
    assert_eq!(transcript_of(list(&rows)).await.unwrap().as_deref(), Some("the printer is jammed"));
    for nothing in [list(&rows[..3]), list(&[]), status(404, json!({ "code": 20404 }))] {
        assert_eq!(transcript_of(nothing).await.unwrap(), None);
    }
    for broken in [status(503, json!({})), status(200, json!({ "transcriptions": null }))] {
        assert!(matches!(transcript_of(broken).await, Err(DeliveryError::Unavailable { .. })));
    }
}

#[tokio::test]
async fn who_called_is_looked_up_by_the_call() {
    async fn caller_of(answer: Result<Response<Bytes>, TransportError>) -> Result<CallerOf, DeliveryError> {
        let (_, twilio) = answering(answer);
        twilio.caller_of(&tenant(), &CallId::parse("CA1").unwrap()).await
    }
    let call = |from: &str, direction: &str| {
        status(200, json!({ "sid": "CA1", "to": "+13125550100", "from": from, "direction": direction }))
    };
    let number = |text: &str| PhoneNumber::parse(text).unwrap();
    let dana = caller_of(call("+13125550142", "inbound")).await.unwrap();
    let expected =
        CallerOf { came_in: true, dialled: Some(number("+13125550100")), from: Some(number("+13125550142")) };
    assert_eq!(dana, expected);
    assert_eq!(caller_of(call("+266696687", "inbound")).await.unwrap(), CallerOf { from: None, ..expected.clone() });
    assert!(!caller_of(call("+13125550142", "outbound-api")).await.unwrap().came_in);
    let forgotten = caller_of(status(404, json!({ "code": 20404 }))).await.unwrap();
    assert_eq!(forgotten, CallerOf { came_in: true, dialled: None, from: None });
    let down = caller_of(status(503, json!({}))).await;
    assert!(matches!(down, Err(DeliveryError::Unavailable { .. })));
}
