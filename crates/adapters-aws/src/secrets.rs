//! Secrets from SSM Parameter Store and AWS Secrets Manager, kept for five minutes and renewed without a restart.
//!
//! How old a value may be, by the time since it was last read:
//!
//! | age | what `read` does |
//! | --- | --- |
//! | up to [`CACHE_SECONDS`] | gives it |
//! | up to [`STALE_SECONDS_MAX`] | reads it again; if that fails, gives the old one and warns by name |
//! | more | reads it again; if that fails, so does `read` |
//!
//! Whoever notices a rotation earlier, by a signature that does not fit, asks for a `fresh` one.
//! A stranger can provoke that at will, so a secret that has been read is not asked for again within
//! [`PAUSE_SECONDS`]. Readers of one secret wait for one request.
//!
//! What is absent here: a value in a log, an error or a `Debug`; names are shown, and are no secrets.

use crate::failure::{CREDENTIALS_HELP, Failure, SETTINGS_HELP};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use aws_sdk_ssm::operation::get_parameter::GetParameterError;
use aws_smithy_types::timeout::TimeoutConfig;
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_ports::Clock;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a value is used without asking again.
pub const CACHE_SECONDS: i64 = 5 * 60;
/// How long after it was last read a value is used while asking fails.
pub const STALE_SECONDS_MAX: i64 = 60 * 60;
/// How long nothing is asked after a secret has been asked for, once there is a value.
pub const PAUSE_SECONDS: i64 = 10;
/// How long a reader waits for a service in all, repetitions included: a caller may be on the line.
pub const WAIT_SECONDS_MAX: u64 = 5;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SecretName {
    /// A parameter of SSM Parameter Store, with its path or ARN; a SecureString is decrypted.
    Parameter(String),
    /// A secret of Secrets Manager.
    Secret {
        /// Its name or ARN.
        name: String,
        /// One text of a secret that is a JSON object; the whole secret without it.
        key: Option<String>,
    },
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretName::Parameter(name) => write!(f, "parameter {name}"),
            SecretName::Secret { name, key: None } => write!(f, "secret {name}"),
            SecretName::Secret { name, key: Some(key) } => write!(f, "secret {name}, key {key}"),
        }
    }
}

impl SecretName {
    /// What is asked for: keys of one secret come together.
    fn source(&self) -> SecretName {
        match self {
            SecretName::Parameter(_) => self.clone(),
            SecretName::Secret { name, .. } => SecretName::Secret { name: name.clone(), key: None },
        }
    }

    /// The IAM action that permits reading it.
    fn action(&self) -> &'static str {
        match self {
            SecretName::Parameter(_) => "ssm:GetParameter",
            SecretName::Secret { .. } => "secretsmanager:GetSecretValue",
        }
    }
}

/// A secret that cannot be had. The text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// IAM forbids it.
    #[error(
        "no permission to read {name}: give the role the IAM action {action} on it, and kms:Decrypt if it is encrypted with a key of your own"
    )]
    Denied {
        /// Which secret.
        name: SecretName,
        /// The missing action.
        action: &'static str,
    },
    /// It does not exist in this account and region.
    #[error("{0} does not exist in this account and region: create it, or correct its name")]
    NotFound(SecretName),
    /// It exists, and does not hold what was asked for.
    #[error("{name} cannot be used: {reason}")]
    Unusable {
        /// Which secret.
        name: SecretName,
        /// What is wrong with it.
        reason: String,
    },
    /// The program cannot ask at all.
    #[error("{name} cannot be asked for: {help}")]
    Setup {
        /// Which secret.
        name: SecretName,
        /// What to do.
        help: &'static str,
    },
    /// The service does not answer, or not now.
    #[error("{0} cannot be read now; it is tried again")]
    Unavailable(SecretName),
}

/// A value, and when it was read.
struct Kept {
    value: SecretString,
    read_at: DateTime<Utc>,
    asked_at: DateTime<Utc>,
}

/// One source. Its lock is held while it is asked for, so that everybody waits for one request.
type Slot = Arc<tokio::sync::Mutex<Option<Kept>>>;

/// See the module.
pub struct AwsSecrets {
    parameters: aws_sdk_ssm::Client,
    secrets: aws_sdk_secretsmanager::Client,
    clock: Arc<dyn Clock>,
    slots: Mutex<BTreeMap<SecretName, Slot>>,
}

impl fmt::Debug for AwsSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<SecretName> =
            self.slots.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        f.debug_struct("AwsSecrets").field("names", &names).finish_non_exhaustive()
    }
}

impl AwsSecrets {
    /// Knows nothing yet; the first `read` of a secret asks for it.
    pub fn new(
        parameters: aws_sdk_ssm::Client,
        secrets: aws_sdk_secretsmanager::Client,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { parameters, secrets, clock, slots: Mutex::default() }
    }

    /// The value, at most five minutes old unless the service fails.
    pub async fn read(&self, name: &SecretName) -> Result<SecretString, SecretError> {
        self.at_most(name, CACHE_SECONDS).await
    }

    /// The value as it is now, for one who has seen that the kept one no longer fits.
    pub async fn fresh(&self, name: &SecretName) -> Result<SecretString, SecretError> {
        self.at_most(name, 0).await
    }

    /// The value, not older than that if it can be helped.
    async fn at_most(&self, name: &SecretName, age_seconds: i64) -> Result<SecretString, SecretError> {
        let slot = self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(name.source()).or_default().clone();
        let mut kept = slot.lock().await;
        let now = self.clock.now();
        let within =
            |since: DateTime<Utc>, seconds: i64| now.signed_duration_since(since) < TimeDelta::seconds(seconds);
        let enough = kept.as_ref().is_some_and(|kept| {
            within(kept.read_at, age_seconds)
                || (within(kept.asked_at, PAUSE_SECONDS) && within(kept.read_at, STALE_SECONDS_MAX))
        });
        if !enough {
            match (self.ask(name).await, kept.as_mut()) {
                (Ok(value), _) => *kept = Some(Kept { value, read_at: now, asked_at: now }),
                (Err(error), Some(old)) if within(old.read_at, STALE_SECONDS_MAX) => {
                    old.asked_at = now;
                    tracing::warn!(secret = %name.source(), %error, "a secret could not be renewed; the old value stays in use");
                }
                (Err(error), _) => return Err(error),
            }
        }
        match kept.as_ref() {
            Some(kept) => part(name, &kept.value),
            None => Err(SecretError::Unavailable(name.clone())),
        }
    }

    async fn ask(&self, name: &SecretName) -> Result<SecretString, SecretError> {
        let limit = TimeoutConfig::builder().operation_timeout(Duration::from_secs(WAIT_SECONDS_MAX)).build();
        let value = match name {
            SecretName::Parameter(path) => {
                let config = aws_sdk_ssm::Config::builder().timeout_config(limit);
                let request = self.parameters.get_parameter().name(path).with_decryption(true);
                let answer = request.customize().config_override(config).send().await;
                let answer = answer.map_err(|error| of_parameter(name, Failure::of(&error)))?;
                answer.parameter.and_then(|parameter| parameter.value)
            }
            SecretName::Secret { name: id, .. } => {
                let config = aws_sdk_secretsmanager::Config::builder().timeout_config(limit);
                let request = self.secrets.get_secret_value().secret_id(id);
                let answer = request.customize().config_override(config).send().await;
                answer.map_err(|error| of_secret(name, Failure::of(&error)))?.secret_string
            }
        };
        value.map(SecretString::from).ok_or_else(|| unusable(name, "it holds no text; store it as a text"))
    }
}

/// The whole value, or one text of a JSON object.
fn part(name: &SecretName, whole: &SecretString) -> Result<SecretString, SecretError> {
    let SecretName::Secret { key: Some(key), .. } = name else { return Ok(whole.clone()) };
    let object: BTreeMap<String, serde_json::Value> = serde_json::from_str(whole.expose_secret())
        .map_err(|_| unusable(name, "it is no JSON object; store it as key and value, or leave the key out"))?;
    match object.get(key) {
        Some(serde_json::Value::String(text)) => Ok(SecretString::from(text.as_str())),
        Some(_) => Err(unusable(name, "the value of this key is no text")),
        None => Err(unusable(name, "it has no such key")),
    }
}

fn unusable(name: &SecretName, reason: &str) -> SecretError {
    SecretError::Unusable { name: name.clone(), reason: reason.to_owned() }
}

/// AWS Systems Manager API Reference, GetParameter, "Errors".
fn of_parameter(name: &SecretName, failure: Failure<'_, GetParameterError>) -> SecretError {
    common(name, failure, |error| match error {
        GetParameterError::ParameterNotFound(_) | GetParameterError::ParameterVersionNotFound(_) => {
            SecretError::NotFound(name.clone())
        }
        GetParameterError::InvalidKeyId(_) => {
            unusable(name, "its KMS key is missing or disabled: enable the key, or store the parameter anew")
        }
        _ => unusable(name, "Parameter Store refuses the request: check the name"),
    })
}

/// AWS Secrets Manager API Reference, GetSecretValue, "Errors".
fn of_secret(name: &SecretName, failure: Failure<'_, GetSecretValueError>) -> SecretError {
    common(name, failure, |error| match error {
        GetSecretValueError::ResourceNotFoundException(_) => SecretError::NotFound(name.source()),
        GetSecretValueError::DecryptionFailure(_) => {
            unusable(name, "its KMS key cannot decrypt it: enable the key, and permit kms:Decrypt")
        }
        GetSecretValueError::InvalidRequestException(_) => {
            unusable(name, "it is scheduled for deletion or has no value yet: restore it, or give it a value")
        }
        _ => unusable(name, "Secrets Manager refuses the request: check the name"),
    })
}

fn common<E>(name: &SecretName, failure: Failure<'_, E>, said: impl FnOnce(&E) -> SecretError) -> SecretError {
    match failure {
        Failure::Unavailable { .. } | Failure::Lost => SecretError::Unavailable(name.clone()),
        Failure::Denied => SecretError::Denied { name: name.source(), action: name.action() },
        Failure::Credentials => SecretError::Setup { name: name.clone(), help: CREDENTIALS_HELP },
        Failure::Settings => SecretError::Setup { name: name.clone(), help: SETTINGS_HELP },
        Failure::Said(error) => said(error),
    }
}
