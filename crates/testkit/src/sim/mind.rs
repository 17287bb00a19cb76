//! The language model and the transcriber: of any opinion, late, refusing, silent.

use super::faults::Service;
use super::safety;
use super::world::{Owed, World};
use async_trait::async_trait;
use bytes::Bytes;
use nightdesk_domain::effect::Effect;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::model::{Opinion, Question, Story, Summary};
use nightdesk_domain::vocabulary::{Category, Language, Priority};
use nightdesk_ports::{Answer, DeliveryError, TokenUse, Transcriber, Transcript, TriageModel};
use std::sync::Arc;

/// How long it takes to write a message down, in seconds at most.
const WRITING_SECONDS_MAX: u64 = 40;

/// One engine's way to both.
pub(crate) struct SimMind {
    pub(crate) world: Arc<World>,
    pub(crate) claimant: String,
}

/// A recording, as its caller spoke it.
#[derive(Debug, Clone)]
pub(crate) struct Spoken {
    pub(crate) owed: Owed,
    /// When its words are written down; none until that was begun.
    pub(crate) written_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl SimMind {
    fn touching(&self, orders: impl Fn(&Effect) -> bool) {
        safety::touching(&self.world, &self.claimant, Service::Mind, orders);
    }
}

fn tokens() -> Option<TokenUse> {
    Some(TokenUse { model: "dice".to_owned(), input: 500, output: 50 })
}

#[async_trait]
impl TriageModel for SimMind {
    async fn opinion(&self, _: &TenantId, question: &Question) -> Result<Answer<Opinion>, DeliveryError> {
        self.touching(|effect| matches!(effect, Effect::AskModel(own) if own.question == *question));
        let act = |world: &Arc<World>| {
            let priorities = [Priority::Low, Priority::Low, Priority::Medium, Priority::High, Priority::Critical];
            let priority = world.pick(&priorities).unwrap_or(Priority::Low);
            let category = world.chance(500).then_some(Category::Server);
            let said = Opinion { priority, category, gist: "Something is wrong.".into(), because: "dice".into() };
            Ok(Answer { said: (!world.chance(150)).then_some(said), tokens: tokens() })
        };
        self.world.request(Service::Mind, "ask the model".to_owned(), act).await
    }

    async fn summary(&self, _: &TenantId, story: &Story) -> Result<Answer<Summary>, DeliveryError> {
        self.touching(|effect| matches!(effect, Effect::Summarise(_)));
        let account = format!("{} turns were spoken.", story.turns.len());
        let act = move |world: &Arc<World>| {
            let said = Summary { account: account.into(), next_steps: Vec::new() };
            Ok(Answer { said: (!world.chance(150)).then_some(said), tokens: tokens() })
        };
        self.world.request(Service::Mind, "have a summary written".to_owned(), act).await
    }
}

#[async_trait]
impl Transcriber for SimMind {
    async fn look(&self, _: &TenantId, key: &str) -> Result<Transcript, DeliveryError> {
        self.touching(|effect| matches!(effect, Effect::Transcribe(own) if own.recording.as_str() == key));
        let own = key.to_owned();
        let act = move |world: &Arc<World>| {
            let now = world.clock.at();
            let mut book = world.book();
            let Some(spoken) = book.recordings.get(&own).cloned() else { return Ok(Transcript::Failed) };
            match spoken.written_at {
                None => Ok(Transcript::Unknown),
                Some(at) if at > now => Ok(Transcript::Working),
                Some(_) => {
                    let words = spoken.owed.words.as_str().into();
                    book.owed.push(spoken.owed);
                    Ok(Transcript::Words(words))
                }
            }
        };
        self.world.request(Service::Mind, format!("look for the words of {key}"), act).await
    }

    async fn begin(&self, _: &TenantId, key: &str, _: Language, _: &str, _: Bytes) -> Result<(), DeliveryError> {
        self.touching(|effect| matches!(effect, Effect::Transcribe(own) if own.recording.as_str() == key));
        let own = key.to_owned();
        let act = move |world: &Arc<World>| {
            let done = world.clock.at()
                + chrono::TimeDelta::seconds(i64::try_from(world.range(1, WRITING_SECONDS_MAX)).unwrap_or_default());
            if let Some(spoken) = world.book().recordings.get_mut(&own) {
                spoken.written_at.get_or_insert(done);
            }
            Ok(())
        };
        self.world.request(Service::Mind, format!("have {key} written down"), act).await
    }
}
