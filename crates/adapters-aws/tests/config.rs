//! The shared configuration: which endpoint wins, read by a process of its own, since the environment is the process's.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a failed test is meant to panic")]

use nightdesk_adapters_aws::config::sdk_config;
use nightdesk_testkit::aws::AwsDouble;
use std::process::Stdio;

/// Set for the process that plays the program.
const ROLE: &str = "NIGHTDESK_TEST_ROLE";

/// Asks for one parameter; with an argument, at that endpoint.
async fn program(endpoint: Option<&str>) {
    let config = sdk_config(endpoint).await;
    let answer = aws_sdk_ssm::Client::new(&config).get_parameter().name("/a").with_decryption(true).send().await;
    assert_eq!(answer.unwrap().parameter.unwrap().value.unwrap(), "value");
}

/// Runs this very test again as the program, with this environment. Nothing else of ours is inherited.
async fn run(test: &str, variables: &[(&str, &str)]) {
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    let always = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDENV"),
        ("AWS_SECRET_ACCESS_KEY", "not-a-secret"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", "/nonexistent"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent"),
    ];
    let output = command
        .args(["--exact", test, "--nocapture"])
        .envs(always.iter().chain(variables).copied())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}{}", String::from_utf8_lossy(&output.stderr));
}

async fn double() -> AwsDouble {
    let aws = AwsDouble::start().await.unwrap();
    aws.set_parameter("/a", "value");
    aws
}

#[tokio::test]
async fn region_credentials_and_endpoints_come_from_the_environment() {
    const NAME: &str = "region_credentials_and_endpoints_come_from_the_environment";
    if std::env::var(ROLE).is_ok() {
        return program(None).await;
    }
    let (aws, other) = (double().await, double().await);
    run(NAME, &[(ROLE, "program"), ("AWS_ENDPOINT_URL", &aws.url())]).await;
    run(NAME, &[(ROLE, "program"), ("AWS_ENDPOINT_URL", &other.url()), ("AWS_ENDPOINT_URL_SSM", &aws.url())]).await;
    assert_eq!((aws.requests("GetParameter").len(), other.requests("GetParameter").len()), (2, 0));
    let signed = aws.requests("GetParameter")[0].header("authorization").to_owned();
    assert!(signed.contains("Credential=AKIDENV/") && signed.contains("/eu-central-1/ssm/"), "{signed}");
}

#[tokio::test]
async fn an_endpoint_that_is_given_outranks_the_environment() {
    const NAME: &str = "an_endpoint_that_is_given_outranks_the_environment";
    if let Ok(endpoint) = std::env::var(ROLE) {
        return program(Some(&endpoint)).await;
    }
    let (aws, other) = (double().await, double().await);
    let elsewhere = other.url();
    run(NAME, &[(ROLE, &aws.url()), ("AWS_ENDPOINT_URL", &elsewhere), ("AWS_ENDPOINT_URL_SSM", &elsewhere)]).await;
    assert_eq!((aws.requests("GetParameter").len(), other.requests("GetParameter").len()), (1, 0));
}
