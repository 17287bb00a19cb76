//! One emulator for all tests of this binary, and a table for each.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Region, SharedHttpClient};
use aws_sdk_dynamodb::types::AttributeValue;
use nightdesk_adapters_aws::dynamo::{DynamoStore, create_table};
use nightdesk_testkit::dynamo::Emulator;
use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// It ends with this process.
static EMULATOR: OnceLock<Emulator> = OnceLock::new();

/// A connection without anything between.
pub(crate) fn plain() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

/// A client of the emulator whose repetitions do not wait long.
pub(crate) fn client(http: SharedHttpClient) -> Client {
    let endpoint = &EMULATOR.get_or_init(Emulator::start).endpoint;
    let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(20)).build();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .timeout_config(timeouts)
        .http_client(http)
        .build();
    Client::from_conf(config)
}

/// The name of a new, empty table.
pub(crate) async fn table() -> String {
    static TABLES: AtomicU32 = AtomicU32::new(0);
    let name = format!("nightdesk-{}", TABLES.fetch_add(1, Ordering::Relaxed));
    create_table(&client(plain()), &name).await.unwrap();
    name
}

/// A store on a new, empty table.
pub(crate) async fn store() -> DynamoStore {
    DynamoStore::new(client(plain()), table().await)
}

/// Everything in a table, as it is stored.
pub(crate) async fn everything(table: &str) -> Vec<HashMap<String, AttributeValue>> {
    client(plain()).scan().table_name(table).into_paginator().items().send().collect::<Result<_, _>>().await.unwrap()
}

/// The sort keys of everything in a table.
pub(crate) async fn sort_keys(table: &str) -> Vec<String> {
    let mut keys: Vec<_> = everything(table).await.iter().map(|item| item["sk"].as_s().unwrap().clone()).collect();
    keys.sort();
    keys
}
