//! Secrets against the double: what is asked for, how long it is kept, and what each refusal becomes.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failed test is meant to panic")]

mod common;

use chrono::{TimeZone, Utc};
use common::{Log, config, double, is_signed};
use nightdesk_adapters_aws::secrets::{
    AwsSecrets, CACHE_SECONDS, PAUSE_SECONDS, STALE_SECONDS_MAX, SecretError, SecretName,
};
use nightdesk_testkit::aws::{AwsDouble, Fault};
use nightdesk_testkit::fakes::HandClock;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;

struct Bench {
    aws: AwsDouble,
    clock: Arc<HandClock>,
    secrets: AwsSecrets,
}

async fn bench() -> Bench {
    let (aws, config) = double().await;
    let clock = HandClock::at(Utc.with_ymd_and_hms(2026, 11, 3, 2, 0, 0).unwrap());
    let secrets = secrets_at(&config, clock.clone());
    Bench { aws, clock, secrets }
}

fn secrets_at(config: &aws_config::SdkConfig, clock: Arc<HandClock>) -> AwsSecrets {
    AwsSecrets::new(aws_sdk_ssm::Client::new(config), aws_sdk_secretsmanager::Client::new(config), clock)
}

fn parameter() -> SecretName {
    SecretName::Parameter("/nightdesk/twilio".to_owned())
}

fn secret(key: Option<&str>) -> SecretName {
    SecretName::Secret { name: "nightdesk/psa".to_owned(), key: key.map(str::to_owned) }
}

fn shown(value: &SecretString) -> &str {
    value.expose_secret()
}

#[tokio::test]
async fn a_parameter_is_asked_for_in_the_clear_and_signed() {
    let bench = bench().await;
    bench.aws.set_parameter("/nightdesk/twilio", "token-1");
    assert_eq!(shown(&bench.secrets.read(&parameter()).await.unwrap()), "token-1");
    let requests = bench.aws.requests("GetParameter");
    assert_eq!(requests[0].header("x-amz-target"), "AmazonSSM.GetParameter");
    assert_eq!(requests[0].header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(requests[0].json(), serde_json::json!({ "Name": "/nightdesk/twilio", "WithDecryption": true }));
    assert!(is_signed(&requests[0], "ssm"));
}

#[tokio::test]
async fn the_keys_of_one_secret_come_with_one_request() {
    let bench = bench().await;
    let whole = r#"{"public":"pub-1","private":"priv-1","number":7}"#;
    bench.aws.set_secret("nightdesk/psa", whole);
    assert_eq!(shown(&bench.secrets.read(&secret(Some("public"))).await.unwrap()), "pub-1");
    assert_eq!(shown(&bench.secrets.read(&secret(Some("private"))).await.unwrap()), "priv-1");
    assert_eq!(shown(&bench.secrets.read(&secret(None)).await.unwrap()), whole);
    let requests = bench.aws.requests("GetSecretValue");
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].header("x-amz-target"), "secretsmanager.GetSecretValue");
    assert_eq!(requests[0].json(), serde_json::json!({ "SecretId": "nightdesk/psa" }));
    assert!(is_signed(&requests[0], "secretsmanager"));
}

#[tokio::test]
async fn a_value_is_kept_for_five_minutes_and_then_renewed() {
    let bench = bench().await;
    bench.aws.set_parameter("/nightdesk/twilio", "token-1");
    bench.secrets.read(&parameter()).await.unwrap();
    bench.aws.set_parameter("/nightdesk/twilio", "token-2");
    bench.clock.advance(CACHE_SECONDS - 1);
    assert_eq!(shown(&bench.secrets.read(&parameter()).await.unwrap()), "token-1");
    assert_eq!(bench.aws.requests("GetParameter").len(), 1);
    bench.clock.advance(1);
    assert_eq!(shown(&bench.secrets.read(&parameter()).await.unwrap()), "token-2");
    assert_eq!(bench.aws.requests("GetParameter").len(), 2);
}

#[tokio::test]
async fn a_rotation_that_was_noticed_is_read_at_once_but_not_at_every_strangers_wish() {
    let bench = bench().await;
    bench.aws.set_parameter("/nightdesk/twilio", "token-1");
    bench.secrets.read(&parameter()).await.unwrap();
    bench.aws.set_parameter("/nightdesk/twilio", "token-2");
    bench.clock.advance(PAUSE_SECONDS);
    for _ in 0..5 {
        assert_eq!(shown(&bench.secrets.fresh(&parameter()).await.unwrap()), "token-2");
    }
    assert_eq!(bench.aws.requests("GetParameter").len(), 2);
    assert_eq!(shown(&bench.secrets.read(&parameter()).await.unwrap()), "token-2", "the cache has it too");
}

#[tokio::test]
async fn while_renewing_fails_the_old_value_serves_for_an_hour_and_a_warning_names_it() {
    let (log, _guard) = Log::capture();
    let bench = bench().await;
    bench.aws.set_parameter("/nightdesk/twilio", "token-1");
    bench.secrets.read(&parameter()).await.unwrap();
    let deny = || bench.aws.fail("GetParameter", Fault::error(400, "AccessDeniedException", "not authorized: token-1"));
    bench.clock.advance(CACHE_SECONDS);
    deny();
    assert_eq!(shown(&bench.secrets.read(&parameter()).await.unwrap()), "token-1");
    let warnings: Vec<String> = log.text().lines().filter(|line| line.contains("WARN")).map(str::to_owned).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("parameter /nightdesk/twilio") && !warnings[0].contains("token-1"), "{warnings:?}");

    // It is not asked again at every reading.
    bench.secrets.read(&parameter()).await.unwrap();
    assert_eq!(bench.aws.requests("GetParameter").len(), 2);
    bench.clock.advance(STALE_SECONDS_MAX - CACHE_SECONDS - 1);
    deny();
    assert_eq!(shown(&bench.secrets.read(&parameter()).await.unwrap()), "token-1");
    bench.clock.advance(1);
    deny();
    let error = bench.secrets.read(&parameter()).await.unwrap_err();
    assert!(matches!(error, SecretError::Denied { .. }), "{error}");
    assert_eq!(shown(&bench.secrets.read(&parameter()).await.unwrap()), "token-1", "the service answers again");
}

#[tokio::test]
async fn many_readers_at_once_make_one_request() {
    let bench = bench().await;
    bench.aws.set_parameter("/nightdesk/twilio", "token-1");
    bench.aws.fail("GetParameter", Fault::Slow(Duration::from_millis(100)));
    let name = parameter();
    let readers = (0..20).map(|number| {
        let secrets = &bench.secrets;
        let name = &name;
        async move { if number % 2 == 0 { secrets.read(name).await } else { secrets.fresh(name).await } }
    });
    for value in futures_util::future::join_all(readers).await {
        assert_eq!(shown(&value.unwrap()), "token-1");
    }
    assert_eq!(bench.aws.requests("GetParameter").len(), 1);
}

#[tokio::test]
async fn a_slow_secret_does_not_hold_up_another() {
    let bench = bench().await;
    bench.aws.set_parameter("/nightdesk/twilio", "token-1");
    bench.aws.set_secret("nightdesk/psa", "key-1");
    bench.aws.fail("GetParameter", Fault::Slow(Duration::from_millis(300)));
    let (slow, quick) = (parameter(), secret(None));
    let slow = std::pin::pin!(bench.secrets.read(&slow));
    let quick = std::pin::pin!(bench.secrets.read(&quick));
    match futures_util::future::select(slow, quick).await {
        futures_util::future::Either::Right((value, _)) => assert_eq!(shown(&value.unwrap()), "key-1"),
        futures_util::future::Either::Left(_) => panic!("the slow one was first"),
    }
}

#[tokio::test]
async fn a_first_failure_says_what_to_do_and_the_next_reading_asks_again() {
    let bench = bench().await;
    let parameters = [
        (400, "ParameterNotFound", "parameter /nightdesk/twilio does not exist"),
        (400, "ParameterVersionNotFound", "does not exist"),
        (400, "AccessDeniedException", "IAM action ssm:GetParameter"),
        (400, "InvalidKeyId", "enable the key"),
        (400, "ValidationException", "check the name"),
        (400, "UnrecognizedClientException", "give the machine a role"),
    ];
    for (status, code, expected) in parameters {
        bench.aws.fail("GetParameter", Fault::error(status, code, "a text"));
        let text = bench.secrets.read(&parameter()).await.unwrap_err().to_string();
        assert!(text.contains(expected), "{code}: {text}");
    }
    let secrets = [
        (400, "ResourceNotFoundException", "secret nightdesk/psa does not exist"),
        (400, "AccessDeniedException", "IAM action secretsmanager:GetSecretValue"),
        (400, "DecryptionFailure", "kms:Decrypt"),
        (400, "InvalidRequestException", "scheduled for deletion"),
        (400, "InvalidParameterException", "check the name"),
        (403, "InvalidSignatureException", "give the machine a role"),
    ];
    for (status, code, expected) in secrets {
        bench.aws.fail("GetSecretValue", Fault::error(status, code, "a text"));
        let text = bench.secrets.read(&secret(Some("private"))).await.unwrap_err().to_string();
        assert!(text.contains(expected), "{code}: {text}");
    }
    bench.aws.set_parameter("/nightdesk/twilio", "token-1");
    assert_eq!(shown(&bench.secrets.read(&parameter()).await.unwrap()), "token-1");
}

#[tokio::test]
async fn what_does_not_exist_is_said_by_the_services_themselves() {
    let bench = bench().await;
    assert_eq!(bench.secrets.read(&parameter()).await.unwrap_err(), SecretError::NotFound(parameter()));
    assert_eq!(bench.secrets.read(&secret(Some("a"))).await.unwrap_err(), SecretError::NotFound(secret(None)));
}

#[tokio::test]
async fn a_service_that_is_down_or_silent_is_tried_again_by_the_sdk_and_then_given_up() {
    let bench = bench().await;
    bench.aws.set_parameter("/nightdesk/twilio", "token-1");
    bench.aws.fail("GetParameter", Fault::error(500, "InternalServerError", ""));
    bench.aws.fail("GetParameter", Fault::error(400, "ThrottlingException", "Rate exceeded"));
    assert_eq!(shown(&bench.secrets.read(&parameter()).await.unwrap()), "token-1", "the third try");
    for fault in [Fault::error(503, "ServiceUnavailable", ""), Fault::LosesAnswer, Fault::Slow(Duration::from_secs(1))]
    {
        for _ in 0..3 {
            bench.aws.fail("GetSecretValue", fault.clone());
        }
        let error = bench.secrets.read(&secret(None)).await.unwrap_err();
        assert_eq!(error, SecretError::Unavailable(secret(None)));
    }
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let nowhere = secrets_at(&config(&format!("http://{free}")), bench.clock.clone());
    assert_eq!(nowhere.read(&parameter()).await.unwrap_err(), SecretError::Unavailable(parameter()));
}

#[tokio::test]
async fn a_secret_of_another_form_says_what_is_wrong_with_it() {
    let bench = bench().await;
    for (whole, expected) in [
        ("plain-text-value", "it is no JSON object"),
        ("[\"private\"]", "it is no JSON object"),
        (r#"{"public":"hidden-value"}"#, "it has no such key"),
        (r#"{"private":{"hidden-value":1}}"#, "is no text"),
    ] {
        bench.aws.set_secret("nightdesk/psa", whole);
        bench.clock.advance(CACHE_SECONDS);
        let error = bench.secrets.read(&secret(Some("private"))).await.unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains(expected) && text.contains("key private"), "{text}");
        assert!(!text.contains("hidden-value") && !text.contains("plain-text-value"), "{text}");
    }
}

#[tokio::test]
async fn no_value_shows_in_debug_or_in_the_finest_log() {
    let (log, _guard) = Log::capture();
    let bench = bench().await;
    bench.aws.set_parameter("/nightdesk/twilio", "parameter-value");
    bench.aws.set_secret("nightdesk/psa", r#"{"private":"secret-value"}"#);
    let values =
        [bench.secrets.read(&parameter()).await.unwrap(), bench.secrets.read(&secret(Some("private"))).await.unwrap()];
    let debug = format!("{:?} {values:?} {:?}", bench.secrets, bench.secrets.read(&parameter()).await);
    assert!(debug.contains("/nightdesk/twilio"), "names are shown: {debug}");
    let log = log.text();
    assert!(log.contains("GetSecretValue"), "the log was captured");
    for value in ["parameter-value", "secret-value", "not-a-secret"] {
        assert!(!debug.contains(value), "{value} in {debug}");
        assert!(!log.contains(value), "{value} in the log: {}", log.lines().find(|line| line.contains(value)).unwrap());
    }
}
