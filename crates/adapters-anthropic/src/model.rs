//! The `TriageModel` port by `POST /v1/messages`.

use crate::config::AnthropicConfig;
use crate::events::Events;
use crate::failure::failed;
use crate::wire::{self, Event};
use async_trait::async_trait;
use http::{Request, header};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::model::{Opinion, Prompt, Question, Story, Summary};
use nightdesk_ports::{Answer, Budget, DeliveryError, HttpTransport, Listening, TriageModel};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

/// The version of the API that is spoken.
const VERSION: &str = "2023-06-01";

/// Each tenant's models, by the Anthropic Messages API.
pub struct AnthropicModel {
    transport: Arc<dyn HttpTransport>,
    tenants: BTreeMap<TenantId, AnthropicConfig>,
    budget: Budget,
}

impl AnthropicModel {
    /// Models of these tenants; any other is refused.
    pub fn new(
        transport: Arc<dyn HttpTransport>,
        tenants: BTreeMap<TenantId, AnthropicConfig>,
        budget: Budget,
    ) -> Self {
        Self { transport, tenants, budget }
    }

    fn config(&self, tenant: &TenantId) -> Result<&AnthropicConfig, DeliveryError> {
        self.tenants.get(tenant).ok_or_else(|| refused("this tenant has no model"))
    }

    /// Asks, and listens until the answer is at its end or its time is over. What is left unheard is dropped with the
    /// connection.
    async fn ask(
        &self,
        config: &AnthropicConfig,
        model: &str,
        prompt: &Prompt,
        mut listening: Listening,
    ) -> Result<Listening, DeliveryError> {
        let body = wire::request(prompt, model).ok_or_else(|| refused("the schema of the question is no JSON"))?;
        let key = config.header().ok_or_else(|| refused("the API key cannot be sent"))?;
        let request = Request::post(config.endpoint().map_err(DeliveryError::Refused)?)
            .header("x-api-key", key)
            .header("anthropic-version", VERSION)
            .header(header::ACCEPT, "text/event-stream")
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.into())
            .map_err(|_| refused("the request cannot be sent"))?;
        let patience = listening.patience(Instant::now()).ok_or_else(DeliveryError::unavailable)?;
        // A question changes nothing, so a lost answer is no different from one that was never asked for.
        let answer = self.transport.open(request, patience).await.map_err(|_| DeliveryError::unavailable())?;
        let (head, mut pieces) = answer.into_parts();
        if !head.status.is_success() {
            return Err(failed(head.status, &head.headers));
        }
        let mut events = Events::default();
        while let Some(patience) = listening.patience(Instant::now()) {
            let Ok(Some(piece)) = pieces.next(patience).await else { break };
            let Ok(complete) = events.take(&piece) else { break };
            for data in complete {
                match serde_json::from_str::<Event>(&data) {
                    Ok(Event::Error {}) | Err(_) => return Ok(listening),
                    Ok(event) => event.heard().into_iter().for_each(|heard| listening.hear(heard)),
                }
            }
        }
        Ok(listening)
    }
}

#[async_trait]
impl TriageModel for AnthropicModel {
    async fn opinion(&self, tenant: &TenantId, question: &Question) -> Result<Answer<Opinion>, DeliveryError> {
        let (config, prompt) = (self.config(tenant)?, question.prompt());
        let model = &config.quick_model;
        let listening = Listening::for_opinion(&self.budget, &prompt, model, Instant::now());
        let heard = self.ask(config, model, &prompt, listening).await?;
        heard.answer(|json| serde_json::from_str::<Opinion>(json).ok()?.validated())
    }

    async fn summary(&self, tenant: &TenantId, story: &Story) -> Result<Answer<Summary>, DeliveryError> {
        let (config, prompt) = (self.config(tenant)?, story.prompt());
        let model = &config.thorough_model;
        let listening = Listening::for_summary(&self.budget, &prompt, model, Instant::now());
        let heard = self.ask(config, model, &prompt, listening).await?;
        heard.answer(|json| serde_json::from_str::<Summary>(json).ok()?.validated())
    }
}

fn refused(reason: &str) -> DeliveryError {
    DeliveryError::Refused(reason.to_owned())
}
