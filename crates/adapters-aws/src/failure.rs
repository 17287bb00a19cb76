//! What became of a request to Amazon: read off the SDK's error in one place, for every service that sends one.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hyper_util::client::legacy;
use nightdesk_ports::DeliveryError;
use std::error::Error;
use std::time::Duration;

/// A request, as the people who read an error know it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    /// The service's name.
    pub(crate) service: &'static str,
    /// The IAM action that permits it.
    pub(crate) action: &'static str,
}

/// How a request failed.
#[derive(Debug)]
pub(crate) enum Failure<'a, E> {
    /// It was not carried out, and may be later.
    Unavailable { retry_after: Option<Duration> },
    /// It was sent, and its answer was not read.
    Lost,
    /// IAM does not permit it.
    Denied,
    /// There are no credentials, or the service does not take them.
    Credentials,
    /// It could not be made from the settings, such as when there is no region.
    Settings,
    /// The service said what is wrong.
    Said(&'a E),
}

/// Codes that mean "not now", whatever their status (AWS General Reference, "Error retries", and the services' own).
const NOT_NOW: [&str; 12] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "LimitExceededException",
    "RequestExpired",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestTimeTooSkewed",
    "RequestTimeout",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];
/// Codes that mean that the credentials are wrong (IAM User Guide and S3 API Reference, "Common errors").
const CREDENTIALS: [&str; 8] = [
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];
/// Codes that mean that IAM forbids it.
const DENIED: [&str; 3] = ["AccessDenied", "AccessDeniedException", "NotAuthorized"];

impl<'a, E: Error + ProvideErrorMetadata + 'static> Failure<'a, E> {
    /// Reads an error of the SDK.
    pub(crate) fn of(error: &'a SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ConstructionFailure(_) => Failure::Settings,
            SdkError::DispatchFailure(failure) => Self::of_dispatch(failure),
            SdkError::ServiceError(context) => Self::of_answer(context.err(), context.raw()),
            SdkError::ResponseError(context) if context.raw().status().is_server_error() => {
                Failure::Unavailable { retry_after: retry_after(context.raw()) }
            }
            // A time limit that ran out, an answer that cannot be read, and whatever a later SDK adds.
            _ => Failure::Lost,
        }
    }

    /// No answer came. Whether anything was sent is only certain while the connection was being opened.
    fn of_dispatch(failure: &DispatchFailure) -> Self {
        let Some(error) = failure.as_connector_error() else { return Failure::Lost };
        if let Some(error) = find::<CredentialsError>(error) {
            return match error {
                CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_) => {
                    Failure::Credentials
                }
                _ => Failure::Unavailable { retry_after: None },
            };
        }
        if find::<legacy::Error>(error).is_some_and(legacy::Error::is_connect) {
            return Failure::Unavailable { retry_after: None };
        }
        let below_http = find::<legacy::Error>(error).is_none() && !failure.is_timeout() && !failure.is_io();
        // The endpoint is worked out before any connection: without a region it fails there.
        if below_http && failure.as_other().is_none() { Failure::Settings } else { Failure::Lost }
    }

    fn of_answer(error: &'a E, raw: &HttpResponse) -> Self {
        let code = error.code().unwrap_or_default();
        if raw.status().is_success() {
            // It agreed, in words that cannot be read.
            Failure::Lost
        } else if raw.status().as_u16() == 429 || raw.status().is_server_error() || NOT_NOW.contains(&code) {
            Failure::Unavailable { retry_after: retry_after(raw) }
        } else if CREDENTIALS.contains(&code) {
            Failure::Credentials
        } else if DENIED.contains(&code) {
            Failure::Denied
        } else {
            Failure::Said(error)
        }
    }

    /// The error of a port. `explain` turns what the service said into what a person must mend; where it has nothing
    /// to add, the service's code is named. The service's own text is left out: it quotes addresses and names.
    pub(crate) fn delivery(self, request: Request, explain: impl FnOnce(&E) -> Option<String>) -> DeliveryError {
        let Request { service, action } = request;
        DeliveryError::Refused(match self {
            Failure::Unavailable { retry_after } => return DeliveryError::Unavailable { retry_after },
            Failure::Lost => return DeliveryError::Unknown,
            Failure::Denied => format!("{service} does not permit it: give the role the IAM action {action}"),
            Failure::Credentials => format!("{service} got no valid AWS credentials: {CREDENTIALS_HELP}"),
            Failure::Settings => format!("the request to {service} cannot be made: {SETTINGS_HELP}"),
            Failure::Said(error) => explain(error).unwrap_or_else(|| {
                format!("{service} answered {} to {action}", error.code().unwrap_or("an error without a code"))
            }),
        })
    }
}

/// What to do about credentials.
pub(crate) const CREDENTIALS_HELP: &str =
    "give the machine a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE";
/// What to do about settings.
pub(crate) const SETTINGS_HELP: &str = "check the region (AWS_REGION) and the endpoint";

/// How long the service asks to wait, if it says so in seconds.
fn retry_after(raw: &HttpResponse) -> Option<Duration> {
    raw.headers().get("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

/// The first error of a type in a chain of causes.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    match error.downcast_ref() {
        Some(found) => Some(found),
        None => find(error.source()?),
    }
}
