//! What DynamoDB's errors mean for whoever asked: read from their codes, never guessed.
//!
//! Codes: Amazon DynamoDB Developer Guide, "Error handling"; reasons of a cancelled transaction: API Reference,
//! `TransactWriteItems`. Messages of DynamoDB may repeat keys, so they stay in the chain of sources only where
//! they name none, and never reach `Corrupt`.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::CancellationReason;
use nightdesk_ports::StoreError;
use std::error::Error;

/// An answer that needs a person, with what the person can do.
#[derive(Debug, thiserror::Error)]
#[error("{advice}")]
struct Advised {
    advice: &'static str,
    source: Box<dyn Error + Send + Sync>,
}

const DENIED: &str = "DynamoDB refused access: the role needs GetItem, BatchGetItem, Query, PutItem, UpdateItem, \
                      DeleteItem, BatchWriteItem and TransactWriteItems (ConditionCheckItem) on the table and its index";
const MISSING: &str = "there is no such table or index: check the table's name and region, or make it with \
                       `nightdesk table create` or the deployment template";
const CREDENTIALS: &str = "DynamoDB does not know these credentials: they are wrong, expired, or of another account";
const UNSENT: &str = "the request could not be made: no credentials, no region or no HTTP client is configured";

/// Why a request failed, as far as the store acts on it.
#[derive(Debug)]
pub(super) enum Failure {
    /// For good, or not ours to repeat.
    Final(StoreError),
    /// Another transaction is at the same items, or this one is still under way: soon it will be over.
    Contended,
    /// The table could not take the whole transaction now. The SDK repeats other throttled requests, not these.
    Throttled(StoreError),
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Final(error) | Failure::Throttled(error) => error,
            // Somebody else was at it all the time: what was loaded is old by now.
            Failure::Contended => StoreError::Conflict,
        }
    }
}

/// A cause without an answer of DynamoDB.
pub(super) fn unavailable(error: impl Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

/// An error of a read, or of a write that cannot be contended. `what` is the kind of item.
pub(super) fn fault<E, R>(what: &str, error: SdkError<E, R>) -> StoreError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    failure(what, error).into()
}

/// An error of any request but a transaction.
pub(super) fn failure<E, R>(what: &str, error: SdkError<E, R>) -> Failure
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let code = error.code().map(str::to_owned);
    let unsent = matches!(error, SdkError::ConstructionFailure(_));
    // Not the error as it is: with it goes the raw answer, which its `Debug` would print.
    let source = match error.into_source() {
        Ok(source) => source,
        Err(error) => error.to_string().into(),
    };
    let with = |advice, source| Failure::Final(StoreError::Unavailable(Box::new(Advised { advice, source })));
    match code.as_deref() {
        Some("ConditionalCheckFailedException") => Failure::Final(StoreError::Conflict),
        Some("TransactionConflictException" | "TransactionInProgressException") => Failure::Contended,
        // The same token with another content: a fault of ours, and nothing was stored.
        Some(
            code @ ("ValidationException"
            | "ItemCollectionSizeLimitExceededException"
            | "IdempotentParameterMismatchException"),
        ) => Failure::Final(StoreError::Corrupt(format!("{what}: refused by DynamoDB ({code})"))),
        Some("AccessDeniedException") => with(DENIED, source),
        Some("ResourceNotFoundException") => with(MISSING, source),
        Some(
            "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "ExpiredTokenException"
            | "IncompleteSignatureException"
            | "MissingAuthenticationTokenException",
        ) => with(CREDENTIALS, source),
        None if unsent => with(UNSENT, source),
        // Throttled, broken, cut off, too slow: the SDK has repeated it as often as its settings say.
        _ => Failure::Final(StoreError::Unavailable(source)),
    }
}

/// What the reasons of a cancelled transaction come to; `kinds` names each action's item, in the same order.
pub(super) fn cancelled(reasons: &[CancellationReason], kinds: &[&'static str]) -> Failure {
    let place_of =
        |codes: &[&str]| reasons.iter().position(|reason| reason.code().is_some_and(|code| codes.contains(&code)));
    let codes =
        || reasons.iter().filter_map(CancellationReason::code).filter(|code| *code != "None").collect::<Vec<_>>();
    if place_of(&["ConditionalCheckFailed"]).is_some() {
        return Failure::Final(StoreError::Conflict);
    }
    if let Some(place) = place_of(&["ValidationError", "ItemCollectionSizeLimitExceeded"]) {
        let kind = kinds.get(place).copied().unwrap_or("an item");
        return Failure::Final(StoreError::Corrupt(format!("{kind}: refused by DynamoDB ({})", codes().join(", "))));
    }
    let text = format!("the transaction was cancelled ({})", codes().join(", "));
    if place_of(&["ThrottlingError", "ProvisionedThroughputExceeded"]).is_some() {
        return Failure::Throttled(StoreError::Unavailable(text.into()));
    }
    if place_of(&["TransactionConflict"]).is_some() {
        return Failure::Contended;
    }
    Failure::Final(StoreError::Unavailable(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(codes: &[&str]) -> Failure {
        let reasons: Vec<_> = codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
        cancelled(&reasons, &["state", "effect", "alias"])
    }

    #[test]
    fn a_failed_condition_outranks_every_other_reason() {
        for codes in [
            ["None", "TransactionConflict", "ConditionalCheckFailed"],
            ["ThrottlingError", "ConditionalCheckFailed", "None"],
            ["ValidationError", "None", "ConditionalCheckFailed"],
        ] {
            assert!(matches!(verdict(&codes), Failure::Final(StoreError::Conflict)), "{codes:?}");
        }
    }

    #[test]
    fn a_refused_item_is_named_by_its_kind() {
        let Failure::Final(StoreError::Corrupt(text)) = verdict(&["None", "ValidationError", "None"]) else {
            panic!("it is corrupt")
        };
        assert!(text.starts_with("effect:"), "{text}");
    }

    #[test]
    fn contention_and_throttling_are_told_apart() {
        assert!(matches!(verdict(&["None", "TransactionConflict", "None"]), Failure::Contended));
        for code in ["ThrottlingError", "ProvisionedThroughputExceeded"] {
            assert!(matches!(verdict(&["TransactionConflict", code, "None"]), Failure::Throttled(_)), "{code}");
        }
    }

    #[test]
    fn a_reason_nobody_knows_is_not_a_conflict() {
        assert!(matches!(verdict(&["None", "SomethingNew", "None"]), Failure::Final(StoreError::Unavailable(_))));
        assert!(matches!(verdict(&[]), Failure::Final(StoreError::Unavailable(_))));
    }
}
