//! The two ways in which the outside fails. A variant exists only if the engine acts differently on it.

use std::time::Duration;

/// A store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else committed first, or a unique alias is taken: load again and decide again.
    #[error("the stored state has changed meanwhile")]
    Conflict,
    /// What is stored cannot be read: a person must look; repeating will not help.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
    /// The store cannot be reached or cannot write now: repeat later.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A service outside did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// It said no, and will say no again: settings or data must change. The text names no person.
    #[error("refused: {0}")]
    Refused(String),
    /// The carrier refused a text because its receiver has told it to let none of ours through.
    #[error("the receiver has told the carrier to block our texts")]
    Blocked,
    /// It did not do it and can be asked again, not before `retry_after` if it said so.
    #[error("unavailable")]
    Unavailable {
        /// How long it asked us to wait.
        retry_after: Option<Duration>,
    },
    /// It may or may not have done it: the request was sent and the answer was lost.
    #[error("outcome unknown")]
    Unknown,
}

impl DeliveryError {
    /// Not done, ask again any time.
    pub fn unavailable() -> Self {
        DeliveryError::Unavailable { retry_after: None }
    }
}
