//! Effects that ask somebody to understand speech: a language model, a transcriber. The rules never wait for them.

use crate::courier::Attempt;
use crate::machines::Happening;
use crate::{Engine, EngineError};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::call::CallEvent;
use nightdesk_domain::effect::{ModelOrder, Outcome, TranscribeOrder};
use nightdesk_domain::ids::{CaseId, OwnerId};
use nightdesk_domain::private::Private;
use nightdesk_ports::{Claim, Record, Snapshot, TokenUse, Transcript};

/// Attempts at an opinion: past them the caller has long been answered by the rules.
const OPINION_ATTEMPTS_MAX: u32 = 2;
/// Attempts at an account of a case.
const SUMMARY_ATTEMPTS_MAX: u32 = 6;
/// How long an account waits for a caller who is still on the line, in seconds, before it looks again.
const STILL_TALKING_SECONDS: i64 = 60;
/// How soon a transcription is looked at again, in seconds.
const TRANSCRIPT_LOOK_SECONDS: i64 = 4;
/// When a transcription that does not come is given up, in minutes after it was ordered.
const TRANSCRIPT_MINUTES_MAX: i64 = 60;

/// The kind of record in which the tokens of each answer are kept, for the report of costs.
pub const MODEL_USE: &str = "model-use";

impl Engine {
    /// Asks for an opinion. Whatever fails, the rules stand.
    pub(crate) async fn ask_model(&self, claim: &Claim, order: &ModelOrder, bound: DateTime<Utc>) -> Attempt {
        let asked = self.ports().model.opinion(&claim.tenant, &order.question);
        match self.within(bound, asked).await {
            Ok(answer) => {
                self.remember_tokens(claim, answer.tokens).await;
                match answer.said {
                    Some(opinion) => {
                        Attempt::Brought(Happening::Call(CallEvent::Opined { turns: order.turns, opinion }))
                    }
                    None => given_up("the model has no opinion"),
                }
            }
            Err(error) => {
                tracing::info!(effect = %claim.effect.id, %error, "no opinion; the rules stand");
                match claim.tries.attempts + 1 < OPINION_ATTEMPTS_MAX {
                    true => self.after(error, claim.tries),
                    false => given_up("no opinion in time"),
                }
            }
        }
    }

    /// Has an account of a case written, once its caller has gone.
    pub(crate) async fn summarise(
        &self,
        claim: &Claim,
        case: &CaseId,
        bound: DateTime<Utc>,
    ) -> Result<Attempt, EngineError> {
        let owner = OwnerId::Case(case.clone());
        let stored = self.ports().cases.load(&claim.tenant, &owner).await?.map(|stored| stored.snapshot);
        let Some(Snapshot::Case(case)) = stored else { return Ok(given_up("there is no such case")) };
        let Some(story) = case.story(self.now()) else {
            return Ok(Attempt::Later(self.later(STILL_TALKING_SECONDS), claim.tries));
        };
        Ok(match self.within(bound, self.ports().model.summary(&claim.tenant, &story)).await {
            Ok(answer) => {
                self.remember_tokens(claim, answer.tokens).await;
                match answer.said {
                    Some(summary) => Attempt::Ended(Outcome::Summarised(summary)),
                    None => given_up("the model wrote nothing"),
                }
            }
            Err(error) if claim.tries.attempts + 1 < SUMMARY_ATTEMPTS_MAX => self.after(error, claim.tries),
            Err(error) => {
                tracing::warn!(effect = %claim.effect.id, %error, "no summary is written");
                given_up("no summary after several attempts")
            }
        })
    }

    /// Has a recording written down: looks first, so that repeating is harmless.
    pub(crate) async fn transcribe(&self, claim: &Claim, order: &TranscribeOrder, bound: DateTime<Utc>) -> Attempt {
        let (tenant, key) = (&claim.tenant, order.recording.to_string());
        let again = || Attempt::Later(self.later(TRANSCRIPT_LOOK_SECONDS), claim.tries);
        let words = |words| {
            let recording = order.recording.clone();
            Attempt::Brought(Happening::Call(CallEvent::Transcribed { recording, words }))
        };
        if self.now() > claim.effect.due + TimeDelta::minutes(TRANSCRIPT_MINUTES_MAX) {
            return words(None);
        }
        let transcriber = &self.ports().transcriber;
        match self.within(bound, transcriber.look(tenant, &key)).await {
            Ok(Transcript::Words(said)) => words(Some(said)),
            Ok(Transcript::Failed) => words(None),
            Ok(Transcript::Working) => again(),
            Ok(Transcript::Unknown) => {
                let begun = self.within(bound, async {
                    let (media_type, sound) = self.ports().telephony.recording(tenant, &order.recording).await?;
                    transcriber.begin(tenant, &key, order.language, &media_type, sound).await
                });
                match begun.await {
                    Ok(()) => again(),
                    Err(error) => self.after(error, claim.tries),
                }
            }
            Err(error) => self.after(error, claim.tries),
        }
    }

    /// Keeps what an answer cost. A cost that is not kept is no reason to lose the answer.
    async fn remember_tokens(&self, claim: &Claim, tokens: Option<TokenUse>) {
        let Some(body) = tokens.and_then(|tokens| serde_json::to_string(&tokens).ok()) else { return };
        let record = Record {
            tenant: claim.tenant.clone(),
            kind: MODEL_USE.to_owned(),
            id: format!("{}/{}", claim.effect.id, claim.tries.attempts),
            at: self.now(),
            expires_at: None,
            body: Private::new(body),
        };
        if let Err(error) = self.ports().records.append(&record).await {
            tracing::warn!(effect = %claim.effect.id, %error, "the tokens of an answer were not counted");
        }
    }
}

fn given_up(why: &str) -> Attempt {
    Attempt::Ended(Outcome::GivenUp(why.to_owned()))
}
