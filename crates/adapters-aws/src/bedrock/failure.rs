//! What a failed question means: the one place where an error of Bedrock becomes a `DeliveryError`.

use aws_sdk_bedrockruntime::config::http::HttpResponse;
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamError;
use nightdesk_ports::DeliveryError;
use std::time::Duration;

/// By the codes of the API reference. The vendor's message is left out: it may repeat what was sent.
pub(super) fn failed(error: &SdkError<ConverseStreamError, HttpResponse>) -> DeliveryError {
    match error {
        SdkError::ServiceError(service) => {
            let (code, raw) = (service.err().code().unwrap_or_default(), service.raw());
            answered(code, raw.status().as_u16(), raw.headers().get("retry-after"))
        }
        SdkError::ConstructionFailure(_) => {
            DeliveryError::Refused("a request to Bedrock cannot be made; set the AWS region".to_owned())
        }
        // No connection, no credentials at this moment, or no answer that can be read: a question changes nothing, so
        // a lost answer is no different from one that was never asked for.
        _ => DeliveryError::unavailable(),
    }
}

fn answered(code: &str, status: u16, retry_after: Option<&str>) -> DeliveryError {
    let mend = match (code, status) {
        ("AccessDeniedException", _) => {
            "use the model once in the Bedrock console as an administrator, and allow bedrock:InvokeModelWithResponseStream on it in \
             the role's policy"
        }
        ("ResourceNotFoundException", _) => "there is no such model in this region; see its id and the AWS region",
        ("ValidationException", _) => {
            "the model cannot be used so; it must be able to use tools, and many models are reached only by the id of \
             an inference profile"
        }
        ("UnrecognizedClientException" | "InvalidSignatureException" | "MissingAuthenticationTokenException", _) => {
            "the AWS credentials are not valid"
        }
        // A role's credentials are fetched anew.
        ("ExpiredTokenException", _) => return DeliveryError::unavailable(),
        // Throttled, overloaded, not ready (429, 503), too slow (408), failed within (424, 500).
        (_, 408 | 424 | 429 | 500..) => {
            let retry_after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
            return DeliveryError::Unavailable { retry_after };
        }
        _ => "see the models' ids and the AWS credentials",
    };
    DeliveryError::Refused(format!("Bedrock answered {status}: {mend}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_can_be_asked_again() {
        for (code, status) in [
            ("ThrottlingException", 429),
            ("ModelNotReadyException", 429),
            ("ModelTimeoutException", 408),
            ("ModelErrorException", 424),
            ("InternalServerException", 500),
            ("ServiceUnavailableException", 503),
        ] {
            let outcome = answered(code, status, Some("17"));
            let DeliveryError::Unavailable { retry_after } = outcome else { panic!("{code} is refused") };
            assert_eq!(retry_after, Some(Duration::from_secs(17)));
        }
        assert!(matches!(answered("ExpiredTokenException", 403, None), DeliveryError::Unavailable { .. }));
        assert!(matches!(answered("", 502, None), DeliveryError::Unavailable { .. }));
    }

    #[test]
    fn what_a_person_must_mend_is_refused_and_says_what() {
        for (code, status, word) in [
            ("AccessDeniedException", 403, "Bedrock console"),
            ("ResourceNotFoundException", 404, "region"),
            ("ValidationException", 400, "inference profile"),
            ("UnrecognizedClientException", 403, "credentials"),
            ("", 403, "credentials"),
        ] {
            let DeliveryError::Refused(text) = answered(code, status, None) else { panic!("{code} is not refused") };
            assert!(text.contains(&status.to_string()) && text.contains(word), "{text}");
        }
    }
}
