//! Small facts that change.
//!
//! All entries of one kind are one partition, so that one query gives them in the order of their ids. A put is one
//! conditional write; a condition that fails brings back what is stored, which tells a repeated put, whose answer was
//! lost, from a lost race.

use super::DynamoStore;
use super::fault::failure;
use super::item::{Item, count, instant, maybe, number, present, string, text};
use super::keys;
use super::parts::{BODY, VERSION};
use super::records::{EXPIRES, expiry};
use super::table::SORT;
use super::transact::patiently;
use async_trait::async_trait;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure};
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Entry, Register, StoreError};

/// The kind of item, for errors.
const WHAT: &str = "an entry";

#[async_trait]
impl Register for DynamoStore {
    async fn entry(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Entry>, StoreError> {
        let found = self.get(WHAT, &keys::entry(tenant, kind, id)).await?;
        let found = found.map(|item| entry_of(tenant, kind, &item)).transpose()?;
        Ok(found.filter(|entry| entry.is_kept(now)))
    }

    async fn entries(&self, tenant: &TenantId, kind: &str, now: DateTime<Utc>) -> Result<Vec<Entry>, StoreError> {
        let items = self.all(WHAT, self.within(&keys::register(tenant, kind))).await?;
        let mut found = Vec::with_capacity(items.len());
        for item in &items {
            let entry = entry_of(tenant, kind, item)?;
            // DynamoDB deletes what has expired within days, not at once.
            if entry.is_kept(now) {
                found.push(entry);
            }
        }
        Ok(found)
    }

    async fn put(&self, entry: &Entry, now: DateTime<Utc>) -> Result<(), StoreError> {
        let entry = &entry.as_kept()?;
        // Nothing is followed by version 0, and not even nothing: the condition below would ask for version -1.
        let Some(before) = entry.version.checked_sub(1) else { return Err(StoreError::Conflict) };
        let key = keys::entry(&entry.tenant, &entry.kind, &entry.id);
        let mut item = key.item();
        item.insert(VERSION.to_owned(), number(entry.version));
        item.insert(BODY.to_owned(), text(entry.body.reveal()));
        item.extend(expiry(entry.expires_at));
        // The same as `Entry::takes_the_place_of` says of what is stored.
        let mut request = self
            .client()
            .put_item()
            .table_name(self.table())
            .set_item(Some(item))
            .expression_attribute_values(":now", number(present(now)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        request = if before == 0 {
            request.condition_expression(format!("attribute_not_exists(pk) OR {EXPIRES} <= :now"))
        } else {
            request
                .condition_expression(format!(
                    "{VERSION} = :before AND (attribute_not_exists({EXPIRES}) OR {EXPIRES} > :now)"
                ))
                .expression_attribute_values(":before", number(before))
        };
        let answer = patiently(|| {
            let request = request.clone();
            async move {
                match request.send().await {
                    Ok(answer) => Ok(Ok(answer)),
                    Err(error) => match error.as_service_error() {
                        Some(PutItemError::ConditionalCheckFailedException(failed)) => Ok(Err(failed.item.clone())),
                        // An older server does not say what it found.
                        Some(other) if other.code() == Some("ConditionalCheckFailedException") => Ok(Err(None)),
                        _ => Err(failure(WHAT, error)),
                    },
                }
            }
        });
        let found = match answer.await? {
            Ok(answer) => {
                self.counters().wrote(answer.consumed_capacity());
                return Ok(());
            }
            Err(Some(found)) => Some(found),
            Err(None) => self.get(WHAT, &key).await?,
        };
        let stored = found.map(|item| entry_of(&entry.tenant, &entry.kind, &item)).transpose()?;
        match entry.takes_the_place_of(stored.as_ref(), now)? {
            // It is stored already: a put that was done before, and whose answer was lost.
            false => Ok(()),
            // It changed between the write and the look.
            true => Err(StoreError::Conflict),
        }
    }

    async fn remove(&self, tenant: &TenantId, kind: &str, id: &str, version: u64) -> Result<(), StoreError> {
        let request = self
            .client()
            .delete_item()
            .table_name(self.table())
            .set_key(Some(keys::entry(tenant, kind, id).item()))
            .condition_expression(format!("attribute_not_exists(pk) OR {VERSION} = :version"))
            .expression_attribute_values(":version", number(version))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = patiently(|| {
            let request = request.clone();
            async move { request.send().await.map_err(|error| failure(WHAT, error)) }
        });
        self.counters().wrote(answer.await?.consumed_capacity());
        Ok(())
    }
}

fn entry_of(tenant: &TenantId, kind: &str, item: &Item) -> Result<Entry, StoreError> {
    let id = keys::entry_id(string(WHAT, item, SORT)?);
    Ok(Entry {
        tenant: tenant.clone(),
        kind: kind.to_owned(),
        id: id.ok_or_else(|| StoreError::Corrupt(format!("{WHAT} has no id")))?.to_owned(),
        version: count(WHAT, item, VERSION)?,
        expires_at: maybe(WHAT, item, EXPIRES)?.map(instant).transpose()?,
        body: string(WHAT, item, BODY)?.into(),
    })
}
