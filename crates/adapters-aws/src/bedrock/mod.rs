//! Language models by Amazon Bedrock's `ConverseStream`, which streams the input of a tool as it is written.
//!
//! The Anthropic adapter does the same over another wire: what both make of a stream is `nightdesk_ports::Listening`.
//! What is absent here: a retry (the courier repeats, and decides by `DeliveryError` whether it may), and a word of a
//! caller in any text of an error, or in a log: at its finest level the SDK would write down bodies and events, so its
//! calls here run without a log.

mod failure;
mod wire;

use async_trait::async_trait;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::Config;
use aws_sdk_bedrockruntime::config::retry::RetryConfig;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::model::{Opinion, Prompt, Question, Story, Summary};
use nightdesk_ports::{Answer, Budget, DeliveryError, Listening, TriageModel};
use std::collections::BTreeMap;
use std::time::Instant;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

/// Which models a tenant uses, by their ids or the ids of their inference profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BedrockConfig {
    /// The model that is asked while a caller is on the line; it must be able to use a tool that is demanded of it.
    pub quick_model: String,
    /// The model that writes summaries.
    pub thorough_model: String,
}

/// Each tenant's models, by Bedrock.
pub struct BedrockModel {
    client: Client,
    tenants: BTreeMap<TenantId, BedrockConfig>,
    budget: Budget,
}

impl BedrockModel {
    /// Models of these tenants; any other is refused. The client brings region and credentials.
    pub fn new(client: Client, tenants: BTreeMap<TenantId, BedrockConfig>, budget: Budget) -> Self {
        Self { client, tenants, budget }
    }

    fn config(&self, tenant: &TenantId) -> Result<&BedrockConfig, DeliveryError> {
        self.tenants.get(tenant).ok_or_else(|| DeliveryError::Refused("this tenant has no model".to_owned()))
    }

    /// Asks, and listens until the answer is at its end or its time is over. What is left unheard is dropped with the
    /// connection.
    async fn ask(&self, model: &str, prompt: &Prompt, mut listening: Listening) -> Result<Listening, DeliveryError> {
        let patience = listening.patience(Instant::now()).ok_or_else(DeliveryError::unavailable)?;
        let question = wire::question(self.client.converse_stream().model_id(model), prompt)?
            .customize()
            // The SDK would spend the budget on tries of its own, and lose the wait that the service asked for.
            .config_override(Config::builder().retry_config(RetryConfig::disabled()));
        let answer = tokio::time::timeout(patience, question.send()).await;
        let answer = answer.map_err(|_| DeliveryError::unavailable())?;
        let mut stream = answer.map_err(|error| failure::failed(&error))?.stream;
        while let Some(patience) = listening.patience(Instant::now()) {
            let Ok(Ok(Some(event))) = tokio::time::timeout(patience, stream.recv()).await else { break };
            wire::heard(&event).into_iter().for_each(|heard| listening.hear(heard));
        }
        Ok(listening)
    }
}

#[async_trait]
impl TriageModel for BedrockModel {
    async fn opinion(&self, tenant: &TenantId, question: &Question) -> Result<Answer<Opinion>, DeliveryError> {
        let (model, prompt) = (&self.config(tenant)?.quick_model, question.prompt());
        let listening = Listening::for_opinion(&self.budget, &prompt, model, Instant::now());
        let heard = self.ask(model, &prompt, listening).with_subscriber(NoSubscriber::default()).await?;
        heard.answer(|json| serde_json::from_str::<Opinion>(json).ok()?.validated())
    }

    async fn summary(&self, tenant: &TenantId, story: &Story) -> Result<Answer<Summary>, DeliveryError> {
        let (model, prompt) = (&self.config(tenant)?.thorough_model, story.prompt());
        let listening = Listening::for_summary(&self.budget, &prompt, model, Instant::now());
        let heard = self.ask(model, &prompt, listening).with_subscriber(NoSubscriber::default()).await?;
        heard.answer(|json| serde_json::from_str::<Summary>(json).ok()?.validated())
    }
}
