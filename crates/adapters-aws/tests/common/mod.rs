//! Clients that talk to the double of testkit, and a look at what they log.

#![allow(dead_code, reason = "each test binary uses a part")]

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use nightdesk_adapters_aws::config::{behavior_version, http_client};
use nightdesk_testkit::aws::{Arrived, AwsDouble};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// As `sdk_config` makes it, without asking the machine for credentials, and with little patience.
pub(crate) fn config(endpoint: &str) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(500))
        .read_timeout(Duration::from_millis(500))
        .build();
    SdkConfig::builder()
        .behavior_version(behavior_version())
        .http_client(http_client())
        .timeout_config(timeouts)
        // Three attempts as everywhere, without the pauses between them.
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(1)))
        .region(aws_config::Region::new("us-east-1"))
        .credentials_provider(credentials())
        .endpoint_url(endpoint)
        .build()
}

pub(crate) fn credentials() -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::from_keys("AKIDEXAMPLE", "not-a-secret", None))
}

/// The double and a configuration that leads to it.
pub(crate) async fn double() -> (AwsDouble, SdkConfig) {
    let aws = AwsDouble::start().await.unwrap();
    let config = config(&aws.url());
    (aws, config)
}

/// Signed with the credentials above, for this service.
pub(crate) fn is_signed(arrived: &Arrived, service: &str) -> bool {
    let authorization = arrived.header("authorization");
    authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
        && authorization.contains(&format!("/us-east-1/{service}/aws4_request"))
}

/// Everything that is logged on this thread while the guard lives, the SDK's finest traces included.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn capture() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
