//! Planned effects, and who works on them.

use super::DynamoStore;
use super::commit::{HELD, held};
use super::due::Entry;
use super::fault::failure;
use super::item::{Item, Key, column, count, from_json, instant, number, present, string, text, to_json};
use super::keys::{self, DueKind};
use super::parts::{self, BODY, PARTS};
use super::table::SORT;
use super::transact::{Actions, patiently, random_name};
use async_trait::async_trait;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue, ReturnValuesOnConditionCheckFailure};
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::stream;
use nightdesk_domain::effect::PlannedEffect;
use nightdesk_domain::ids::{EffectId, OwnerId, TenantId};
use nightdesk_ports::{Claim, Lease, Outbox, StoreError, Tries};
use std::collections::BTreeSet;

/// Claims that are asked for at once.
const CLAIMS_AT_ONCE: usize = 16;
/// How often a look that lost all its candidates to others is repeated.
const LOOKS_MAX: usize = 2;

#[async_trait]
impl Outbox for DynamoStore {
    async fn claim(&self, now: DateTime<Utc>, lease: &Lease, limit: usize) -> Result<Vec<Claim>, StoreError> {
        let attempt = Attempt { now, lease, nonce: random_name()? };
        let mut lost = BTreeSet::new();
        for _ in 0..LOOKS_MAX {
            let free = |entry: &Entry| {
                entry.lease_until_ms.is_none_or(|until| until <= present(now)) && !lost.contains(&name(entry))
            };
            let candidates = self.due_entries(DueKind::Effects, now, limit, &free).await?;
            let claims = self.take_all(&candidates, &attempt).await?;
            // Fewer candidates than were asked for: there are no more.
            if !claims.is_empty() || candidates.len() < limit || candidates.is_empty() {
                return Ok(claims);
            }
            lost.extend(candidates.iter().map(name));
        }
        Ok(Vec::new())
    }

    async fn postpone(&self, claim: &Claim, due: DateTime<Utc>, tries: Tries) -> Result<(), StoreError> {
        let [claimant, until] = held(&claim.lease);
        let request = self
            .client()
            .update_item()
            .table_name(self.table())
            .set_key(Some(keys::effect(&claim.tenant, &claim.effect.id).item()))
            .condition_expression(HELD)
            .update_expression(
                "SET due_ms = :due, attempts = :attempts, unknown_attempts = :unknown, looked_up = :looked_up \
                 REMOVE claimant, lease_until_ms, claim_name",
            )
            .expression_attribute_values(claimant.0, claimant.1)
            .expression_attribute_values(until.0, until.1)
            .expression_attribute_values(":due", number(column(due)))
            .expression_attribute_values(":attempts", number(tries.attempts))
            .expression_attribute_values(":unknown", number(tries.unknown))
            .expression_attribute_values(":looked_up", number(tries.looked_up))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = patiently(|| {
            let request = request.clone();
            async move { request.send().await.map_err(|error| failure("an effect", error)) }
        });
        self.counters().wrote(answer.await?.consumed_capacity());
        Ok(())
    }

    async fn settle(&self, claim: &Claim) -> Result<(), StoreError> {
        let key = keys::effect(&claim.tenant, &claim.effect.id);
        if !parts::further_keys(&key, &to_json("an effect", &claim.effect)?).is_empty() {
            let mut actions = Actions::default();
            self.settle_within(&mut actions, claim)?;
            return self.transact(actions).await;
        }
        let [claimant, until] = held(&claim.lease);
        let request = self
            .client()
            .delete_item()
            .table_name(self.table())
            .set_key(Some(key.item()))
            .condition_expression(HELD)
            .expression_attribute_values(claimant.0, claimant.1)
            .expression_attribute_values(until.0, until.1)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = patiently(|| {
            let request = request.clone();
            async move { request.send().await.map_err(|error| failure("an effect", error)) }
        });
        self.counters().wrote(answer.await?.consumed_capacity());
        Ok(())
    }

    async fn pending(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<(EffectId, Tries)>, StoreError> {
        let items = self.all("an effect", self.beginning(&keys::owner(tenant, owner), keys::EFFECT)).await?;
        let mut pending = Vec::with_capacity(items.len());
        for item in &items {
            if let Some(number) = keys::effect_number(string("an effect", item, SORT)?) {
                pending.push((EffectId { owner: owner.clone(), number }, tries(item)?));
            }
        }
        Ok(pending)
    }

    async fn oldest_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let oldest = self.due_entries(DueKind::Effects, now, 1, &|_| true).await?;
        oldest.first().map(|entry| instant(entry.due_ms)).transpose()
    }
}

/// One call of `claim`.
struct Attempt<'a> {
    now: DateTime<Utc>,
    lease: &'a Lease,
    /// Tells a claim that this call wrote from an earlier one under the same lease.
    nonce: String,
}

fn name(entry: &Entry) -> (TenantId, OwnerId, String) {
    (entry.tenant.clone(), entry.owner.clone(), entry.sort.clone())
}

impl DynamoStore {
    /// Takes what can be taken of some candidates, in their order.
    async fn take_all(&self, candidates: &[Entry], attempt: &Attempt<'_>) -> Result<Vec<Claim>, StoreError> {
        let taking: Vec<_> = candidates.iter().map(|entry| self.take(entry, attempt)).collect();
        let outcomes: Vec<_> = stream::iter(taking).buffered(CLAIMS_AT_ONCE).collect().await;
        let (mut claims, mut failed) = (Vec::new(), None);
        for outcome in outcomes {
            match outcome {
                Ok(claim) => claims.extend(claim),
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            // What was taken is worked on; what failed is found again.
            Some(error) if !claims.is_empty() => tracing::warn!(%error, "some effects could not be claimed"),
            Some(error) => return Err(error),
            None => {}
        }
        Ok(claims)
    }

    /// Takes an effect; none if it is no longer as the index said, or cannot be read.
    async fn take(&self, entry: &Entry, attempt: &Attempt<'_>) -> Result<Option<Claim>, StoreError> {
        let key = Key::new(keys::owner(&entry.tenant, &entry.owner), &entry.sort);
        let Some(item) = self.lease(&key, entry, attempt).await? else { return Ok(None) };
        match self.claimed(&key, &item, entry, attempt.lease).await {
            Ok(claim) => Ok(Some(claim)),
            Err(StoreError::Corrupt(text)) => {
                // It stays leased, so that it does not stand in the way of all others; `oldest_due` keeps showing it.
                tracing::error!(owner = %entry.owner, error = text, "an effect cannot be read");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Writes the lease, if the item is due and its lease is still the one that the index showed.
    async fn lease(&self, key: &Key, entry: &Entry, attempt: &Attempt<'_>) -> Result<Option<Item>, StoreError> {
        // A holder whose lease ran out may have acted before it died.
        let (condition, update) = match entry.lease_until_ms {
            None => (
                "due_ms <= :now AND attribute_not_exists(lease_until_ms)",
                "SET claimant = :claimant, lease_until_ms = :until, claim_name = :nonce",
            ),
            Some(_) => (
                "due_ms <= :now AND lease_until_ms = :seen",
                "SET claimant = :claimant, lease_until_ms = :until, claim_name = :nonce, looked_up = :none, \
                 attempts = attempts + :one, unknown_attempts = unknown_attempts + :one",
            ),
        };
        let [claimant, until] = held(attempt.lease);
        let mut request = self
            .client()
            .update_item()
            .table_name(self.table())
            .set_key(Some(key.item()))
            .condition_expression(condition)
            .update_expression(update)
            .expression_attribute_values(":now", number(present(attempt.now)))
            .expression_attribute_values(claimant.0, claimant.1)
            .expression_attribute_values(until.0, until.1)
            .expression_attribute_values(":nonce", text(&attempt.nonce))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        if let Some(seen) = entry.lease_until_ms {
            request = request
                .expression_attribute_values(":seen", number(seen))
                .expression_attribute_values(":one", number(1))
                .expression_attribute_values(":none", number(0));
        }
        let answer = patiently(|| {
            let request = request.clone();
            async move {
                match request.send().await {
                    Ok(answer) => Ok(Ok(answer)),
                    Err(error) => match error.as_service_error() {
                        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => Ok(Err(failed.item.clone())),
                        // An older server does not say what it found.
                        Some(other) if other.code() == Some("ConditionalCheckFailedException") => Ok(Err(None)),
                        _ => Err(failure("an effect", error)),
                    },
                }
            }
        });
        match answer.await? {
            Ok(answer) => {
                self.counters().wrote(answer.consumed_capacity());
                Ok(answer.attributes)
            }
            // Ours after all: the write was done, its answer was lost, and the repetition met its own lease.
            Err(Some(item)) if string("an effect", &item, "claim_name").is_ok_and(|name| name == attempt.nonce) => {
                Ok(Some(item))
            }
            Err(_) => Ok(None),
        }
    }

    async fn claimed(&self, key: &Key, item: &Item, entry: &Entry, lease: &Lease) -> Result<Claim, StoreError> {
        let effect: PlannedEffect = if item.contains_key(PARTS) {
            let found = self.whole("an effect", self.beginning(&key.partition, &key.sort)).await?;
            let whole = found.first().ok_or_else(|| StoreError::Corrupt("an effect is gone".to_owned()))?;
            from_json("an effect", &whole.body)?
        } else {
            from_json("an effect", string("an effect", item, BODY)?)?
        };
        Ok(Claim { tenant: entry.tenant.clone(), effect, tries: tries(item)?, lease: lease.clone() })
    }
}

fn tries(item: &Item) -> Result<Tries, StoreError> {
    Ok(Tries {
        attempts: count("an effect", item, "attempts")?,
        unknown: count("an effect", item, "unknown_attempts")?,
        looked_up: count("an effect", item, "looked_up")?,
    })
}
