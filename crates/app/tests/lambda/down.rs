//! The real program as a function whose store cannot be reached: a caller still hears something, and is put through.

use crate::support::*;
use nightdesk_testkit::lambda::RuntimeApi;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

const PATIENCE: Duration = Duration::from_secs(60);

fn webhook(path: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "ANY /twilio/{proxy+}", "rawPath": path, "rawQueryString": "",
        "headers": {"content-type": "application/x-www-form-urlencoded"}, "body": "CallSid=CA1",
        "requestContext": {"stage": "$default", "http": {
            "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "-"}},
        "isBase64Encoded": false
    })
}

#[tokio::test]
async fn with_the_store_out_of_reach_a_caller_is_put_through_and_everything_else_fails_to_come_again() {
    let (folder, api) = (Folder::new(), RuntimeApi::start().await.unwrap());
    let _instance = Command::new(env!("CARGO_BIN_EXE_nightdesk-lambda"))
        .envs(api.environment("triage", 256))
        .env("NIGHTDESK_STORE", "dynamodb:nowhere")
        .env("NIGHTDESK_AWS_ENDPOINT", "http://127.0.0.1:1")
        .env("NIGHTDESK_DATABASE", setup(&folder, 1.0).data.join("nightdesk.sqlite"))
        .env("NIGHTDESK_PUBLIC_URL", "https://phone.example.com")
        .env("NIGHTDESK_EMERGENCY_NUMBER", "+13125550199")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    tokio::time::timeout(PATIENCE, api.first_poll()).await.expect("the function asks for events all the same");
    for path in ["/twilio/lakeside/voice", "/twilio/lakeside/fallback", "/twilio/lakeside/call/CA1/turn/1"] {
        let answer = api.invoke(webhook(path), PATIENCE).await.unwrap();
        let document = answer["body"].as_str().unwrap();
        assert!(document.contains("<Number>+13125550199</Number>"), "{path}: {document}");
        assert_eq!(answer["statusCode"], 200);
    }
    assert!(api.invoke(webhook("/twilio/lakeside/status"), PATIENCE).await.is_err(), "it may come again");
}
