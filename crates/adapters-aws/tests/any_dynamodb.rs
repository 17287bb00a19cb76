//! The contract of the storage ports on any DynamoDB-compatible server: `NIGHTDESK_DYNAMODB_ENDPOINT` says where.
//!
//! Not part of `cargo test`; whoever asks for it (`cargo xtask test --dynamodb URL`) and has no server fails.
//! Credentials and region are those of the environment, else made up, as local servers take them. Each case makes
//! a table named `nightdesk-test-…` and leaves it.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use nightdesk_adapters_aws::dynamo::{DynamoStore, create_table};
use nightdesk_testkit::contract_tests;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

async fn store() -> DynamoStore {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    let endpoint = set("NIGHTDESK_DYNAMODB_ENDPOINT").expect("NIGHTDESK_DYNAMODB_ENDPOINT says where DynamoDB answers");
    let from_environment = |name, otherwise: &str| set(name).unwrap_or_else(|| otherwise.to_owned());
    let credentials = Credentials::new(
        from_environment("AWS_ACCESS_KEY_ID", "test"),
        from_environment("AWS_SECRET_ACCESS_KEY", "test"),
        set("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(from_environment("AWS_REGION", "us-east-1")))
        .endpoint_url(endpoint)
        .credentials_provider(credentials)
        .http_client(
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https(),
        );
    let client = Client::from_conf(config.build());
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (process, place) = (std::process::id(), TABLES.fetch_add(1, Ordering::Relaxed));
    let table = format!("nightdesk-test-{seconds}-{process}-{place}");
    create_table(&client, &table).await.unwrap();
    DynamoStore::new(client, table)
}

contract_tests!(store, ((), Arc::new(store().await)));
