//! A language model, and a writer-down of recorded speech: both may be absent, and both may fail.

use crate::DeliveryError;
use async_trait::async_trait;
use bytes::Bytes;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::model::{Opinion, Question, Story, Summary};
use nightdesk_domain::private::Private;
use nightdesk_domain::vocabulary::Language;

/// What an answer of a model cost.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct TokenUse {
    /// The model as its vendor names it.
    pub model: String,
    /// Tokens that it read.
    pub input: u32,
    /// Tokens that it wrote.
    pub output: u32,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// What it says; none where it refused or said nothing that can be used: the rules stand.
    pub said: Option<T>,
    /// What that cost, if it told.
    pub tokens: Option<TokenUse>,
}

/// A language model that helps the rules.
///
/// Contract: an answer is validated before it is given; what does not fit the schema is `said: None`, and so is a
/// refusal. Each implementation keeps to its own budgets (first useful word, whole answer) and then gives
/// `Unavailable`; asking again is always harmless. `Refused` is for settings or data that must change.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TriageModel: Send + Sync {
    /// What a quick model takes the caller's words to mean, while the caller is on the line.
    async fn opinion(&self, tenant: &TenantId, question: &Question) -> Result<Answer<Opinion>, DeliveryError>;
    /// What a thorough model writes about a case once its caller has gone.
    async fn summary(&self, tenant: &TenantId, story: &Story) -> Result<Answer<Summary>, DeliveryError>;
}

/// Where the transcription of a recording stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transcript {
    /// It was never begun.
    Unknown,
    /// It is being written.
    Working,
    /// These are the words; empty if nothing was understood.
    Words(Private),
    /// It will not come.
    Failed,
}

/// A service that writes recorded speech down.
///
/// Contract: `begin` is idempotent by `key`; `look` gives the same words however often it is asked.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Transcriber: Send + Sync {
    /// Where the transcription of that key stands.
    async fn look(&self, tenant: &TenantId, key: &str) -> Result<Transcript, DeliveryError>;
    /// Begins to write a recording down; `media_type` is the sound's.
    async fn begin(
        &self,
        tenant: &TenantId,
        key: &str,
        language: Language,
        media_type: &str,
        sound: Bytes,
    ) -> Result<(), DeliveryError>;
}

/// In the place of a model or a transcriber that is not configured: refuses everything.
#[derive(Debug, Clone, Copy)]
pub struct Absent;

fn absent<T>() -> Result<T, DeliveryError> {
    Err(DeliveryError::Refused("none is configured".to_owned()))
}

#[async_trait]
impl TriageModel for Absent {
    async fn opinion(&self, _tenant: &TenantId, _question: &Question) -> Result<Answer<Opinion>, DeliveryError> {
        absent()
    }
    async fn summary(&self, _tenant: &TenantId, _story: &Story) -> Result<Answer<Summary>, DeliveryError> {
        absent()
    }
}

#[async_trait]
impl Transcriber for Absent {
    async fn look(&self, _tenant: &TenantId, _key: &str) -> Result<Transcript, DeliveryError> {
        absent()
    }
    async fn begin(
        &self,
        _tenant: &TenantId,
        _key: &str,
        _language: Language,
        _media_type: &str,
        _sound: Bytes,
    ) -> Result<(), DeliveryError> {
        absent()
    }
}
