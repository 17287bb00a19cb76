//! A DynamoDB client whose patience is that of a caller on the line.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use std::time::Duration;

/// Bound on connecting, in milliseconds: within a region this takes a few.
const CONNECT_MILLISECONDS: u64 = 1_000;
/// Bound on one attempt, in seconds.
const ATTEMPT_SECONDS: u64 = 2;
/// Bound on an operation with its repetitions, in seconds: a caller hears silence meanwhile.
const OPERATION_SECONDS: u64 = 5;
/// Most attempts of one operation.
const ATTEMPTS_MAX: u32 = 3;

/// A client with bounds on time and repetition, for [`DynamoStore`](super::DynamoStore).
///
/// Region, credentials, HTTP client and endpoint are those of `config`.
pub fn client(config: &SdkConfig) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(CONNECT_MILLISECONDS))
        .operation_attempt_timeout(Duration::from_secs(ATTEMPT_SECONDS))
        .operation_timeout(Duration::from_secs(OPERATION_SECONDS))
        .build();
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX);
    let config = aws_sdk_dynamodb::config::Builder::from(config).timeout_config(timeouts).retry_config(retries);
    Client::from_conf(config.build())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamo::DynamoStore;
    use aws_sdk_dynamodb::config::BehaviorVersion;

    #[test]
    fn a_store_keeps_the_patience_of_its_client() {
        let config = SdkConfig::builder().behavior_version(BehaviorVersion::latest()).build();
        let store = DynamoStore::new(client(&config), "nightdesk");
        let kept = store.client().config();
        let timeouts = kept.timeout_config().unwrap();
        assert_eq!(timeouts.operation_attempt_timeout(), Some(Duration::from_secs(2)));
        assert_eq!(timeouts.operation_timeout(), Some(Duration::from_secs(5)));
        assert_eq!(kept.retry_config().unwrap().max_attempts(), 3);
    }
}
