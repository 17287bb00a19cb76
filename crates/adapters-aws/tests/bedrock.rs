//! The contract of a model, and what is Bedrock's own, with the real SDK over real HTTP against a double of it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failed test is meant to panic")]

use aws_credential_types::Credentials;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Config, Region};
use nightdesk_adapters_aws::bedrock::{BedrockConfig, BedrockModel};
use nightdesk_domain::model::Question;
use nightdesk_domain::vocabulary::Language;
use nightdesk_ports::{Budget, DeliveryError, TriageModel};
use nightdesk_testkit::contract::model::Subject;
use nightdesk_testkit::models::{ACCESS_KEY, Behaviour, Denial, ModelDouble, QUICK, THOROUGH, Vendor};
use nightdesk_testkit::sample::tenant;
use std::sync::{Arc, Mutex};
use std::time::Duration;

nightdesk_testkit::contract_tests!(model, {
    let double = ModelDouble::start(Vendor::Bedrock).await.unwrap();
    ((), Subject::new(double, |double, budget| model(&double.url(), ACCESS_KEY, QUICK, budget)))
});

/// Does not run out.
const PATIENT: Budget = {
    let long = Duration::from_secs(60);
    Budget { first_word: long, whole: long, summary_whole: long }
};

/// With the SDK's retries left on, as a client for all of Amazon would have them.
fn model(url: &str, access_key: &str, quick_model: &str, budget: Budget) -> BedrockModel {
    let client = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(url)
        .credentials_provider(Credentials::new(access_key, "double-secret", None, None, "double"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let config = BedrockConfig { quick_model: quick_model.to_owned(), thorough_model: THOROUGH.to_owned() };
    BedrockModel::new(aws_sdk_bedrockruntime::Client::from_conf(client), [(tenant(), config)].into(), budget)
}

fn question() -> Question {
    Question {
        language: Language::English,
        turns: vec!["the server is down".into()],
        critical_systems: Vec::new(),
        planned: Vec::new(),
    }
}

async fn refusal(model: BedrockModel) -> String {
    let Err(DeliveryError::Refused(text)) = model.opinion(&tenant(), &question()).await else { panic!("not refused") };
    text
}

#[tokio::test]
async fn a_request_is_signed_for_bedrock_in_its_region() {
    let double = ModelDouble::start(Vendor::Bedrock).await.unwrap();
    double.behave(Behaviour::Talks);
    model(&double.url(), ACCESS_KEY, QUICK, PATIENT).opinion(&tenant(), &question()).await.unwrap();
    let headers = double.asked().remove(0).headers;
    assert!(headers["authorization"].contains("/eu-central-1/bedrock/aws4_request"));
    assert!(!format!("{headers:?}").contains("double-secret"));
}

#[tokio::test]
async fn credentials_that_are_not_let_in_are_refused() {
    let double = ModelDouble::start(Vendor::Bedrock).await.unwrap();
    let text = refusal(model(&double.url(), "AKIAWRONG", QUICK, PATIENT)).await;
    assert!(text.contains("credentials") && !text.contains("AKIAWRONG"), "{text}");
}

#[tokio::test]
async fn an_unknown_model_is_refused_and_the_text_names_model_and_region() {
    let double = ModelDouble::start(Vendor::Bedrock).await.unwrap();
    let text = refusal(model(&double.url(), ACCESS_KEY, "nobody-1", PATIENT)).await;
    assert!(text.contains("404") && text.contains("model") && text.contains("region"), "{text}");
}

#[tokio::test]
async fn denied_access_says_where_to_enable_the_model() {
    let double = ModelDouble::start(Vendor::Bedrock).await.unwrap();
    double.behave(Behaviour::Denies(Denial::Key));
    let text = refusal(model(&double.url(), ACCESS_KEY, QUICK, PATIENT)).await;
    assert!(text.contains("Bedrock console") && text.contains("bedrock:InvokeModelWithResponseStream"), "{text}");
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unavailable() {
    let double = ModelDouble::start(Vendor::Bedrock).await.unwrap();
    let url = double.url();
    drop(double);
    tokio::task::yield_now().await;
    let outcome = model(&url, ACCESS_KEY, QUICK, PATIENT).opinion(&tenant(), &question()).await;
    assert!(matches!(outcome, Err(DeliveryError::Unavailable { retry_after: None })));
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_finest_log_holds_no_word_of_a_caller_or_of_an_answer() {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    let _logging = tracing::subscriber::set_default(lines.finish());
    let double = ModelDouble::start(Vendor::Bedrock).await.unwrap();
    let said = serde_json::json!({ "priority": "High", "category": null, "gist": "tiger", "because": "zebra" });
    double.behave(Behaviour::Answers(said));
    let model = model(&double.url(), ACCESS_KEY, QUICK, PATIENT);
    assert!(model.opinion(&tenant(), &question()).await.unwrap().said.is_some());
    double.behave(Behaviour::Denies(Denial::Request));
    assert!(model.opinion(&tenant(), &question()).await.is_err());
    tracing::info!("the log is written");

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the log is written"));
    for word in ["server is down", "tiger", "zebra", "double-secret"] {
        assert!(!log.contains(word), "{word} is in the log");
    }
}
