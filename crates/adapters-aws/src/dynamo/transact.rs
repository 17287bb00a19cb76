//! Writes that become true together, and patience with whoever is at the same items.

use super::DynamoStore;
use super::fault::{Failure, cancelled, failure};
use super::item::{Item, Key};
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, ReturnConsumedCapacity, TransactWriteItem, Update};
use nightdesk_ports::StoreError;
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// Most actions of one transaction (API Reference, `TransactWriteItems`).
const ACTIONS_MAX: usize = 100;
/// Most bytes of one transaction.
const TRANSACTION_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most bytes of one item.
const ITEM_BYTES_MAX: usize = 400 * 1024;

/// How often a contended write is tried before whoever asked must load again.
const TRIES_MAX: u32 = 5;
/// The longest first pause between two tries, in milliseconds; it doubles each time.
const PAUSE_MILLISECONDS: u64 = 25;

/// A condition or an update: the expression and its values.
pub(super) struct Expression {
    text: &'static str,
    values: HashMap<String, AttributeValue>,
}

impl Expression {
    pub(super) fn new<const N: usize>(text: &'static str, values: [(&str, AttributeValue); N]) -> Self {
        Self { text, values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() }
    }

    /// That there is no such item.
    pub(super) fn absent() -> Self {
        Self::new("attribute_not_exists(pk)", [])
    }

    fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        // DynamoDB refuses an empty map.
        (!self.values.is_empty()).then(|| self.values.clone())
    }
}

/// The actions of one transaction.
#[derive(Default)]
pub(super) struct Actions {
    actions: Vec<TransactWriteItem>,
    kinds: Vec<&'static str>,
    keys: BTreeSet<Key>,
    bytes: usize,
}

impl Actions {
    /// Stores an item.
    pub(super) fn put(
        &mut self,
        store: &DynamoStore,
        kind: &'static str,
        item: Item,
        condition: Option<Expression>,
    ) -> Result<(), StoreError> {
        let bytes = size(&item);
        if bytes > ITEM_BYTES_MAX {
            return Err(StoreError::Corrupt(format!("{kind}: {bytes} bytes, and an item holds {ITEM_BYTES_MAX}")));
        }
        self.take(kind, Key::of(&item)?, bytes)?;
        let put = Put::builder()
            .table_name(store.table())
            .set_item(Some(item))
            .set_condition_expression(condition.as_ref().map(|condition| condition.text.to_owned()))
            .set_expression_attribute_values(condition.as_ref().and_then(Expression::values));
        let put = put.build().map_err(|error| wrong(kind, &error))?;
        self.actions.push(TransactWriteItem::builder().put(put).build());
        Ok(())
    }

    /// Changes an item; condition and update share their values.
    pub(super) fn update(
        &mut self,
        store: &DynamoStore,
        kind: &'static str,
        key: Key,
        update: &'static str,
        condition: Expression,
    ) -> Result<(), StoreError> {
        let item = key.item();
        self.take(kind, key, size(&item) + size(&condition.values))?;
        let update = Update::builder()
            .table_name(store.table())
            .set_key(Some(item))
            .update_expression(update)
            .condition_expression(condition.text)
            .set_expression_attribute_values(condition.values());
        let update = update.build().map_err(|error| wrong(kind, &error))?;
        self.actions.push(TransactWriteItem::builder().update(update).build());
        Ok(())
    }

    /// Removes an item.
    pub(super) fn delete(
        &mut self,
        store: &DynamoStore,
        kind: &'static str,
        key: Key,
        condition: Option<Expression>,
    ) -> Result<(), StoreError> {
        let item = key.item();
        self.take(kind, key, size(&item))?;
        let delete = Delete::builder()
            .table_name(store.table())
            .set_key(Some(item))
            .set_condition_expression(condition.as_ref().map(|condition| condition.text.to_owned()))
            .set_expression_attribute_values(condition.as_ref().and_then(Expression::values));
        let delete = delete.build().map_err(|error| wrong(kind, &error))?;
        self.actions.push(TransactWriteItem::builder().delete(delete).build());
        Ok(())
    }

    /// Two actions at one item would contradict each other.
    fn take(&mut self, kind: &'static str, key: Key, bytes: usize) -> Result<(), StoreError> {
        if !self.keys.insert(key) {
            return Err(StoreError::Conflict);
        }
        self.kinds.push(kind);
        self.bytes += bytes;
        if self.kinds.len() > ACTIONS_MAX || self.bytes > TRANSACTION_BYTES_MAX {
            let (items, bytes) = (self.kinds.len(), self.bytes);
            return Err(StoreError::Corrupt(format!(
                "{kind}: with it a commit has {items} items and {bytes} bytes, more than DynamoDB takes"
            )));
        }
        Ok(())
    }
}

fn wrong(kind: &str, error: &dyn std::error::Error) -> StoreError {
    StoreError::Corrupt(format!("{kind}: {error}"))
}

/// The size of an item as DynamoDB counts it, or a little more: names, strings in UTF-8, numbers by their digits.
fn size(item: &Item) -> usize {
    let value = |value: &AttributeValue| match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len(),
        _ => 1,
    };
    item.iter().map(|(name, attribute)| name.len() + value(attribute)).sum()
}

impl DynamoStore {
    /// Makes all actions true, or none.
    ///
    /// One token names the transaction through all its tries, so that an answer that was lost does not come back
    /// as a failed condition: within ten minutes DynamoDB answers a repeated token with the first success.
    pub(super) async fn transact(&self, actions: Actions) -> Result<(), StoreError> {
        let Actions { actions, kinds, .. } = actions;
        if actions.is_empty() {
            return Ok(());
        }
        let request = self
            .client()
            .transact_write_items()
            .set_transact_items(Some(actions))
            .client_request_token(random_name()?)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = patiently(|| {
            let request = request.clone();
            let kinds = &kinds;
            async move { request.send().await.map_err(|error| transaction_failure(kinds, error)) }
        })
        .await?;
        self.counters().wrote(answer.consumed_capacity());
        Ok(())
    }
}

fn transaction_failure<R>(kinds: &[&'static str], error: SdkError<TransactWriteItemsError, R>) -> Failure
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled_for)) = error.as_service_error() {
        return cancelled(cancelled_for.cancellation_reasons(), kinds);
    }
    failure("a commit", error)
}

/// Repeats a write while others are at the same items, a bounded number of times.
pub(super) async fn patiently<T, F>(request: impl Fn() -> F + Send) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, Failure>> + Send,
{
    for tried in 0..TRIES_MAX - 1 {
        match request().await {
            Ok(done) => return Ok(done),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::Contended | Failure::Throttled(_)) => pause(tried).await,
        }
    }
    request().await.map_err(StoreError::from)
}

/// Waits before the next try: longer each time, and differently long for each of those who wait.
pub(super) async fn pause(tried: u32) {
    let longest = PAUSE_MILLISECONDS << tried.min(6);
    let mut random = [0; 8];
    // Without randomness all wait the longest time; nothing depends on it.
    let part = getrandom::fill(&mut random).map_or(u64::MAX, |()| u64::from_le_bytes(random));
    tokio::time::sleep(Duration::from_millis(1 + part % longest)).await;
}

/// A name that nothing else has: 32 hexadecimal digits (a token may have 36 characters).
pub(super) fn random_name() -> Result<String, StoreError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(super::fault::unavailable)?;
    Ok(format!("{:032x}", u128::from_le_bytes(random)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn contention_is_waited_out_and_then_is_a_conflict() {
        let asked = AtomicU32::new(0);
        let lucky = patiently(|| {
            let place = asked.fetch_add(1, Ordering::Relaxed);
            async move { if place < 2 { Err(Failure::Contended) } else { Ok(place) } }
        });
        assert_eq!(lucky.await.unwrap(), 2);
        let never = patiently(|| async { Err::<(), _>(Failure::Contended) });
        assert!(matches!(never.await, Err(StoreError::Conflict)));
    }

    #[test]
    fn names_differ_and_fit_a_token() {
        let (one, other) = (random_name().unwrap(), random_name().unwrap());
        assert_ne!(one, other);
        assert!(one.len() <= 36);
    }
}
