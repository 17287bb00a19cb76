//! The contract of a model, and what is the Messages API's own, over real HTTP against a double of it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failed test is meant to panic")]

use nightdesk_adapters_anthropic::{AnthropicConfig, AnthropicModel};
use nightdesk_domain::model::Question;
use nightdesk_domain::vocabulary::Language;
use nightdesk_ports::{Budget, DeliveryError, TriageModel};
use nightdesk_testkit::contract::model::Subject;
use nightdesk_testkit::models::{Behaviour, Denial, KEY, ModelDouble, QUICK, THOROUGH, Vendor};
use nightdesk_testkit::sample::tenant;
use nightdesk_testkit::transport::HyperTransport;
use std::sync::Arc;
use std::time::Duration;

nightdesk_testkit::contract_tests!(model, {
    let double = ModelDouble::start(Vendor::Anthropic).await.unwrap();
    ((), Subject::new(double, |double, budget| model(config(&double.url()), budget)))
});

/// Does not run out.
const PATIENT: Budget = {
    let long = Duration::from_secs(60);
    Budget { first_word: long, whole: long, summary_whole: long }
};

fn config(api: &str) -> AnthropicConfig {
    AnthropicConfig {
        api: api.to_owned(),
        key: KEY.into(),
        quick_model: QUICK.to_owned(),
        thorough_model: THOROUGH.to_owned(),
    }
}

fn model(config: AnthropicConfig, budget: Budget) -> AnthropicModel {
    AnthropicModel::new(Arc::new(HyperTransport), [(tenant(), config)].into(), budget)
}

fn question() -> Question {
    Question {
        language: Language::English,
        turns: vec!["the server is down".into()],
        critical_systems: Vec::new(),
        planned: Vec::new(),
    }
}

async fn refusal(config: AnthropicConfig) -> String {
    let outcome = model(config, PATIENT).opinion(&tenant(), &question()).await;
    let Err(DeliveryError::Refused(text)) = outcome else { panic!("not refused") };
    text
}

#[tokio::test]
async fn a_request_carries_key_version_and_media_types() {
    let double = ModelDouble::start(Vendor::Anthropic).await.unwrap();
    double.behave(Behaviour::Talks);
    model(config(&double.url()), PATIENT).opinion(&tenant(), &question()).await.unwrap();
    let headers = double.asked().remove(0).headers;
    let sent = ["x-api-key", "anthropic-version", "content-type", "accept"].map(|name| headers[name].as_str());
    assert_eq!(sent, [KEY, "2023-06-01", "application/json", "text/event-stream"]);
    assert!(!headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_the_text_names_the_setting_and_no_key() {
    let double = ModelDouble::start(Vendor::Anthropic).await.unwrap();
    let text = refusal(AnthropicConfig { key: "sk-wrong-key".into(), ..config(&double.url()) }).await;
    assert!(text.contains("401") && text.contains("API key"), "{text}");
    assert!(!text.contains("sk-"), "{text}");
}

#[tokio::test]
async fn an_unknown_model_is_refused_and_the_text_says_so() {
    let double = ModelDouble::start(Vendor::Anthropic).await.unwrap();
    let text = refusal(AnthropicConfig { quick_model: "nobody-1".to_owned(), ..config(&double.url()) }).await;
    assert!(text.contains("404") && text.contains("model"), "{text}");
}

#[tokio::test]
async fn a_key_is_never_sent_in_the_clear_to_another_machine() {
    let text = refusal(config("http://192.0.2.1")).await;
    assert!(text.contains("https://"), "{text}");
}

#[tokio::test]
async fn a_key_that_no_header_can_hold_is_refused_without_showing_it() {
    let double = ModelDouble::start(Vendor::Anthropic).await.unwrap();
    let text = refusal(AnthropicConfig { key: "sk-\nsecret".into(), ..config(&double.url()) }).await;
    assert!(text.contains("key") && !text.contains("secret"), "{text}");
    assert!(double.asked().is_empty());
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unavailable() {
    let double = ModelDouble::start(Vendor::Anthropic).await.unwrap();
    let url = double.url();
    drop(double);
    tokio::task::yield_now().await;
    let outcome = model(config(&url), PATIENT).opinion(&tenant(), &question()).await;
    assert!(matches!(outcome, Err(DeliveryError::Unavailable { retry_after: None })));
}

#[tokio::test]
async fn an_invalid_request_says_what_to_look_at() {
    let double = ModelDouble::start(Vendor::Anthropic).await.unwrap();
    double.behave(Behaviour::Denies(Denial::Request));
    let text = refusal(config(&double.url())).await;
    assert!(text.contains("400") && text.contains("tools"), "{text}");
}
