//! Every kind of event that a function may be handed, good and bad, straight to its handler.

use crate::support::*;
use lambda_http::Context;
use nightdesk::config::{DEMO, Tenant};
use nightdesk::lambda::{FUNCTIONS, Host};
use nightdesk::links::Linked;
use nightdesk_adapters_local::phone::sign;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const TOOL: &str = "rmm-0123456789abcdef0123456789";

struct Stage {
    _folder: Folder,
    host: Arc<Host>,
    token: String,
    public: String,
}

impl Stage {
    /// A host whose public URL is this, on a store in a folder of its own.
    async fn at(public: &str) -> Stage {
        let folder = Folder::new();
        let mut setup = setup(&folder, 1.0);
        setup.public_url = Some(public.to_owned());
        let host = Arc::new(Host::from(setup.host().await.unwrap()));
        let token = token_of(&folder.path("data"));
        Stage { _folder: folder, host, token, public: public.to_owned() }
    }

    async fn call(&self, function: &str, event: Value) -> Result<Value, String> {
        let function = FUNCTIONS.iter().find(|row| row.name == function).unwrap();
        let mut context = Context::default();
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(31);
        context.deadline = u64::try_from(deadline.as_millis()).unwrap();
        (function.answer)(self.host.clone(), event, context).await.map_err(|error| error.to_string())
    }

    /// An incoming call, signed for the public URL, arriving under this path in this stage.
    fn ringing(&self, stage: &str, raw_path: &str) -> Value {
        let form: Vec<(String, String)> = [
            ("CallSid", "CA00000000000000000000000000000001"),
            ("From", DANA),
            ("To", LINE),
            ("CallStatus", "ringing"),
            ("Direction", "inbound"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let signature = sign(&self.token, &format!("{}/twilio/lakeside/voice", self.public), &form);
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(&form).finish();
        json!({
            "version": "2.0", "routeKey": "ANY /twilio/{proxy+}", "rawPath": raw_path, "rawQueryString": "",
            "headers": {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature},
            "requestContext": {"accountId": "123456789012", "apiId": "a", "stage": stage, "timeEpoch": 1, "http": {
                "method": "POST", "path": raw_path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                "userAgent": "TwilioProxy/1.1"}},
            "body": body, "isBase64Encoded": false
        })
    }
}

#[track_caller]
fn check_greeted(answer: &Value) {
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert!(answer["headers"]["content-type"].as_str().unwrap().starts_with("text/xml"), "{answer}");
    let body = answer["body"].as_str().unwrap();
    assert!(body.contains("You have reached Lakeside IT"), "{body}");
}

#[tokio::test]
async fn a_call_is_greeted_in_any_stage_and_behind_a_custom_domain() {
    for (public, stage, raw_path) in [
        ("https://a.example.com", "$default", "/twilio/lakeside/voice"),
        ("https://a.example.com/prod", "prod", "/prod/twilio/lakeside/voice"),
        ("https://phone.example.com", "prod", "/prod/twilio/lakeside/voice"),
        ("https://phone.example.com/desk", "$default", "/desk/twilio/lakeside/voice"),
    ] {
        let stage_of = Stage::at(public).await;
        let answer = stage_of.call("triage", stage_of.ringing(stage, raw_path)).await.unwrap();
        check_greeted(&answer);
        assert!(answer["body"].as_str().unwrap().contains(&format!("{public}/twilio/lakeside/call/")), "{answer}");
    }
}

/// A stage with a tool that may page, whose token is this.
async fn stage_with_a_tool() -> Stage {
    let folder = Folder::new();
    let token = folder.write("token", TOOL);
    let tenant = format!("{DEMO}\n[alerts.tokens]\nrmm = {{ file = {token:?} }}\n");
    let mut setup = setup(&folder, 1.0);
    setup.public_url = Some("https://a.example.com/prod".to_owned());
    setup.tenants = vec![Tenant::parse(&tenant).unwrap()];
    let host = Arc::new(Host::from(setup.host().await.unwrap()));
    Stage { _folder: folder, host, token: String::new(), public: String::new() }
}

/// A request by the gateway's route of these words.
fn routed(route: &str, method: &str, path: &str, content: (&str, &str)) -> Value {
    json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": content.0, "authorization": format!("Bearer {TOOL}"), "idempotency-key": "a"},
        "requestContext": {"accountId": "123456789012", "apiId": "a", "stage": "prod", "timeEpoch": 1, "http": {
            "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "x"}},
        "body": content.1, "isBase64Encoded": false
    })
}

#[tokio::test]
async fn a_page_is_accepted_by_its_link_and_the_other_addresses_are_answered_too() {
    let stage = stage_with_a_tool().await;
    let alert = r#"{"summary": "RAID of hv-01 has lost a second disk", "priority": "Critical"}"#;
    let json = ("application/json", alert);
    let sent = stage.call("triage", routed("ANY /alerts/{proxy+}", "POST", "/prod/alerts/lakeside", json)).await;
    let sent: Value = serde_json::from_str(sent.unwrap()["body"].as_str().unwrap()).unwrap();
    let case = nightdesk_domain::ids::CaseId::parse(sent["id"].as_str().unwrap()).unwrap();
    let tenant = nightdesk_domain::ids::TenantId::parse("lakeside").unwrap();
    let link = stage.host.wiring.links().to(&tenant, Linked::Page(&case, 1)).await.unwrap();
    let path = link.strip_prefix("https://a.example.com").unwrap();
    assert!(path.starts_with("/prod/ack/lakeside/"), "{link}");

    let ack = "ANY /ack/{proxy+}";
    let form = |body| ("application/x-www-form-urlencoded", body);
    let shown = stage.call("triage", routed(ack, "GET", path, form(""))).await.unwrap();
    assert!(shown["statusCode"] == 200 && shown["body"].as_str().unwrap().contains("Nobody has it yet."), "{shown}");
    let accepted = stage.call("triage", routed(ack, "POST", path, form("minutes="))).await.unwrap();
    assert!(accepted["body"].as_str().unwrap().contains("You have it."), "{accepted}");
    let forged = format!("{}{}", &path[..path.len() - 1], if path.ends_with('0') { '1' } else { '0' });
    let forged = stage.call("triage", routed(ack, "POST", &forged, form(""))).await.unwrap();
    assert!(forged["body"].as_str().unwrap().contains("This link does not hold"), "{forged}");

    // What the program answers, and no gateway: a message that is not there, a button without Slack, a rota that is
    // nobody's.
    for (route, method, path) in [
        ("ANY /recording/{proxy+}", "GET", "/prod/recording/lakeside/RE1/00"),
        ("ANY /slack/{proxy+}", "POST", "/prod/slack/lakeside/interactivity"),
        ("ANY /rota/{proxy+}", "GET", "/prod/rota/lakeside/none.ics"),
    ] {
        let answer = stage.call("triage", routed(route, method, path, form("payload=%7B%7D"))).await.unwrap();
        assert!(answer["statusCode"].as_u64().is_some_and(|status| (400..500).contains(&status)), "{path} {answer}");
    }
}

#[tokio::test]
async fn a_tools_alert_is_taken_by_the_same_function() {
    let stage = stage_with_a_tool().await;
    let event = |path: &str, method: &str, body: Value| {
        routed("ANY /alerts/{proxy+}", method, path, ("application/json", &body.to_string()))
    };
    let alert = json!({"summary": "RAID of hv-01 has lost a second disk", "priority": "Critical"});
    for status in [201, 200] {
        let sent = stage.call("triage", event("/prod/alerts/lakeside", "POST", alert.clone())).await.unwrap();
        assert_eq!(sent["statusCode"], status, "{sent}");
        let place = sent["headers"]["location"].as_str().unwrap();
        assert!(place.starts_with("https://a.example.com/prod/alerts/lakeside/alert-"), "{sent}");
        let path = place.trim_start_matches("https://a.example.com");
        let seen = stage.call("triage", event(path, "GET", json!(null))).await.unwrap();
        assert!(seen["statusCode"] == 200 && seen["body"].as_str().unwrap().contains("\"paging\""), "{seen}");
    }
}

#[tokio::test]
async fn a_form_in_base64_is_the_same_form() {
    use base64::Engine as _;
    let stage = Stage::at("https://a.example.com").await;
    let mut event = stage.ringing("$default", "/twilio/lakeside/voice");
    let form = event["body"].as_str().unwrap().to_owned();
    event["body"] = base64::engine::general_purpose::STANDARD.encode(form).into();
    event["isBase64Encoded"] = true.into();
    check_greeted(&stage.call("triage", event.clone()).await.unwrap());
    event["body"] = "%%%".into();
    assert_eq!(stage.call("triage", event).await.unwrap()["statusCode"], 400);
}

#[tokio::test]
async fn what_is_missing_wrong_or_foreign_gets_an_answer_and_never_an_error() {
    let stage = Stage::at("https://a.example.com").await;
    let good = stage.ringing("$default", "/twilio/lakeside/voice");
    let with = |pointer: &str, value: Value| {
        let mut event = good.clone();
        *event.pointer_mut(pointer).unwrap() = value;
        event
    };
    for (status, event) in [
        // Whatever keeps a function warm.
        (204, json!({})),
        (204, json!(null)),
        (204, json!("warm up")),
        (204, json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})),
        (204, json!({"requestContext": {"elb": {}}, "path": "/", "httpMethod": "GET"})),
        // The signature covers the form, so a form that is not there is not the carrier's.
        (403, with("/body", Value::Null)),
        (403, with("/headers/x-twilio-signature", json!("AAAA"))),
        (403, with("/rawPath", json!("/twilio/nobody/voice"))),
        (404, with("/rawPath", json!("/"))),
        (404, with("/rawPath", Value::Null)),
        (404, with("/rawPath", json!("/other/twilio/lakeside/voice"))),
        (404, with("/rawPath", json!("/twilio/lakeside/no such \u{7f}"))),
        (405, with("/requestContext/http/method", json!("GET"))),
        (400, with("/headers", json!(7))),
        (400, with("/requestContext/http", json!(7))),
        (413, with("/body", json!("x".repeat(70_000)))),
    ] {
        let answer = stage.call("triage", event.clone()).await;
        assert_eq!(answer.as_ref().map(|answer| answer["statusCode"].as_u64()), Ok(Some(status)), "{event} {answer:?}");
    }
}

#[tokio::test]
async fn the_schedule_starts_a_watch_that_heeds_the_time_that_lambda_leaves_it() {
    let stage = Stage::at("https://a.example.com").await;
    let began = std::time::Instant::now();
    let event = json!({"source": "aws.events", "detail-type": "Scheduled Event", "time": "2026-11-22T02:00:00Z"});
    let answer = stage.call("notifier", event).await.unwrap();
    // A second is left of the 31 when the margin is taken off.
    assert!(answer["looks"].as_u64().is_some_and(|looks| (1..=2).contains(&looks)), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn unreadable_records_of_the_stream_are_handed_back_and_stop_no_other() {
    let stage = Stage::at("https://a.example.com").await;
    let record = |sequence: &str, due: Value| {
        json!({"eventID": "1", "eventName": "INSERT", "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
            "dynamodb": {"Keys": {"pk": {"S": "a"}, "sk": {"S": "b"}}, "NewImage": {"due_ms": due},
                "SequenceNumber": sequence, "StreamViewType": "NEW_IMAGE"}})
    };
    let records = [record("11", json!({"N": "1"})), record("12", json!({"N": "never"})), json!({"dynamodb": 3})];
    let answer = stage.call("notifier", json!({"Records": records})).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "12"}, {"itemIdentifier": ""}]}));
    let answer = stage.call("notifier", json!({"Records": [record("11", json!({"N": "1"}))]})).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
}

#[tokio::test]
async fn an_event_that_nobody_knows_fails_so_that_it_is_kept() {
    let stage = Stage::at("https://a.example.com").await;
    for event in [json!({}), json!(null), json!({"source": "aws.s3"}), json!({"source": "aws.ses"})] {
        assert!(stage.call("notifier", event.clone()).await.is_err(), "{event}");
    }
}

#[tokio::test]
async fn what_became_of_a_mail_is_read_and_what_cannot_be_read_is_kept() {
    let stage = Stage::at("https://a.example.com").await;
    let event = |kind: &str, effect: &str| {
        let tags = json!({"nightdesk-tenant": ["lakeside"], "nightdesk-effect": [effect]});
        json!({"source": "aws.ses", "detail-type": kind, "detail": {
            "mail": {"messageId": "1", "tags": tags}, "bounce": {"bounceType": "Permanent"}}})
    };
    // The tags of `case/CA7#12`, as the mail was sent with them.
    for kind in ["Email Bounced", "Email Delivered", "Email Complaint Received", "Email Opened"] {
        assert_eq!(stage.call("notifier", event(kind, "case_2FCA7_2312")).await, Ok(Value::Null), "{kind}");
    }
    assert!(stage.call("notifier", event("Email Bounced", "%")).await.is_err());
}
