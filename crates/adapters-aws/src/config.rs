//! The one configuration that all Amazon clients share: region, credentials, HTTP and time limits.

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use std::time::Duration;

/// How long a connection may take to open. Within one region it takes a few milliseconds.
pub const CONNECT_SECONDS: u64 = 2;
/// How long one attempt may take from sending it to the head of its answer. The SDK makes three attempts. A client
/// that needs less or more says so itself.
pub const READ_SECONDS: u64 = 10;

/// What every client is made from, as in `aws_sdk_ssm::Client::new(&config)`.
///
/// Region and credentials come from the SDK's usual chain: environment, shared profile, web identity, and the roles of
/// Lambda, ECS and EC2. Profiles that log in through IAM Identity Center or run a program are not built in; such a
/// login is passed on by `aws configure export-credentials --format env`.
///
/// `endpoint` sends the requests of all services to one address, as an emulator wants it, and outranks everything else.
/// Without it the SDK's own settings hold: `AWS_ENDPOINT_URL`, and `AWS_ENDPOINT_URL_DYNAMODB`, `_SESV2`, `_SSM` and so
/// on for one service each (AWS SDKs and Tools Reference Guide, "Service-specific endpoints").
///
/// Nothing is sent here except what the chain asks of the machine's own metadata service; a region or credentials that
/// are missing show up as an error of the first request.
pub async fn sdk_config(endpoint: Option<&str>) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS))
        .read_timeout(Duration::from_secs(READ_SECONDS))
        .build();
    let mut loader = aws_config::defaults(behavior_version()).http_client(http_client()).timeout_config(timeouts);
    if let Some(endpoint) = endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    loader.load().await
}

/// The HTTP client of all of them: TLS by rustls on ring, as in the rest of the program, with the operating system's
/// roots. It speaks plain HTTP to an emulator.
pub fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// The SDK's behaviour, pinned: an update of the SDK changes no retries and no time limits behind our back.
pub fn behavior_version() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}
