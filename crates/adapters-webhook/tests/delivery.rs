//! Delivery to a double of a webhook, over real HTTP.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)] // A test may panic.

use nightdesk_adapters_webhook::{Format, Told, Webhook, WebhookUrl};
use nightdesk_domain::effect::Alert;
use nightdesk_domain::ids::{EffectId, TenantId};
use nightdesk_ports::{DeliveryError, Notifier};
use nightdesk_testkit::transport::HyperTransport;
use nightdesk_testkit::webhook::{Answers, WebhookDouble};
use std::sync::Arc;
use std::time::Duration;

fn to(url: &str, format: Format) -> Webhook {
    Webhook::new(Arc::new(HyperTransport), WebhookUrl::parse(url.into()).unwrap(), format)
}

fn id() -> EffectId {
    "case/CA1#4".parse().unwrap()
}

fn tenant() -> TenantId {
    TenantId::parse("lakeside").unwrap()
}

async fn alert(webhook: &Webhook) -> Result<(), DeliveryError> {
    let alert =
        Alert { to: vec!["alex@lakeside.example".into()], subject: "A message".into(), body: "One\nTwo".into() };
    webhook.alert(&tenant(), &id(), &alert).await
}

#[tokio::test]
async fn teams_gets_a_card_and_anything_else_plain_json() {
    let double = WebhookDouble::start().await.unwrap();
    alert(&to(&double.url(), Format::Teams)).await.unwrap();
    let told = Told {
        case: Some("CA1"),
        technician: Some("alex"),
        subject: "Acme Dental",
        body: "*down*",
        link: Some("https://desk.example/ack/1"),
    };
    to(&double.url(), Format::Plain).post(&tenant(), &id(), &told).await.unwrap();
    let [card, plain] = double.received().try_into().unwrap();
    assert_eq!(card["attachments"][0]["content"]["body"][2]["text"], "Two");
    let expected = serde_json::json!({
        "id": "case/CA1#4", "tenant": "lakeside", "case": "CA1", "technician": "alex",
        "subject": "Acme Dental", "body": "*down*", "link": "https://desk.example/ack/1",
    });
    assert_eq!(plain, expected);
}

#[tokio::test]
async fn what_is_answered_becomes_one_of_three_errors() {
    let double = WebhookDouble::start().await.unwrap();
    let webhook = to(&double.url(), Format::Teams);
    for (answers, expected) in [
        (Answers::Status(202), None),
        (Answers::Status(500), Some("outcome unknown")),
        (Answers::Lost, Some("outcome unknown")),
        (Answers::Status(308), Some("leads elsewhere")),
        (Answers::Status(401), Some("still holds")),
        (Answers::Status(404), Some("still holds")),
        (Answers::Throttled(9), Some("unavailable")),
    ] {
        double.set(answers);
        let answer = alert(&webhook).await.map_err(|error| error.to_string());
        match expected {
            None => assert_eq!(answer, Ok(())),
            Some(words) => assert!(answer.as_ref().is_err_and(|text| text.contains(words)), "{answers:?}: {answer:?}"),
        }
    }
    double.set(Answers::Throttled(9));
    let Err(DeliveryError::Unavailable { retry_after }) = alert(&webhook).await else { panic!("not put off") };
    assert_eq!(retry_after, Some(Duration::from_secs(9)));
    let nowhere = to("http://127.0.0.1:1/x", Format::Teams);
    assert!(matches!(alert(&nowhere).await, Err(DeliveryError::Unavailable { retry_after: None })));
}
