//! Calls and cases: states, second names and the flight recorder.

use super::DynamoStore;
use super::fault::fault;
use super::item::{Item, Key, count, from_json, parse, string};
use super::keys::{self, DueKind};
use super::parts::{PARTS, VERSION, Whole};
use super::query::page_size;
use super::table::SORT;
use super::transact::pause;
use async_trait::async_trait;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::{OwnerId, TenantId};
use nightdesk_ports::{Cases, Commit, JournalEntry, ListKind, SNAPSHOT_FORMAT, Snapshot, StoreError, Stored};
use std::collections::{BTreeMap, HashMap};

/// Most items that one `BatchGetItem` asks for (API Reference).
const BATCH_GET_MAX: usize = 100;
/// How often unprocessed keys are asked for again in a row without getting any.
const UNPROCESSED_MAX: u32 = 6;

#[async_trait]
impl Cases for DynamoStore {
    async fn load(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Option<Stored>, StoreError> {
        // A query, not a get: should the state be long, its further parts come with it.
        let request = self.beginning(&keys::owner(tenant, owner), keys::STATE);
        let state = self.whole("a state", request).await?.into_iter().next();
        state.map(|state| stored(owner, &state)).transpose()
    }

    async fn find(&self, tenant: &TenantId, kind: &str, value: &str) -> Result<Option<OwnerId>, StoreError> {
        let alias = self.get("an alias", &keys::alias(tenant, kind, value)).await?;
        alias.map(|alias| parse("an alias", string("an alias", &alias, "bearer")?)).transpose()
    }

    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.transact(self.actions_of(&commit)?).await
    }

    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<(TenantId, OwnerId)>, StoreError> {
        let due = self.due_entries(DueKind::States, now, limit, &|_| true).await?;
        Ok(due.into_iter().map(|entry| (entry.tenant, entry.owner)).collect())
    }

    async fn list(&self, tenant: &TenantId, kind: ListKind, limit: usize) -> Result<Vec<Snapshot>, StoreError> {
        let kind = match kind {
            ListKind::Calls => "call",
            ListKind::Cases => "case",
        };
        let owners = self.listed(tenant, kind, limit).await?;
        let keys: Vec<_> = owners.iter().map(|owner| keys::state(tenant, owner)).collect();
        let mut states = self.get_all("a state", &keys).await?;
        let mut list = Vec::with_capacity(owners.len());
        for (owner, key) in owners.iter().zip(&keys) {
            let Some(item) = states.remove(key) else { continue };
            if item.contains_key(PARTS) {
                list.extend(self.load(tenant, owner).await?.map(|stored| stored.snapshot));
            } else {
                let body = string("a state", &item, super::parts::BODY)?.to_owned();
                list.push(stored(owner, &Whole { item, body })?.snapshot);
            }
        }
        Ok(list)
    }

    async fn journal(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<JournalEntry>, StoreError> {
        let rows = self.whole("a journal row", self.beginning(&keys::owner(tenant, owner), keys::JOURNAL)).await?;
        rows.iter().map(|row| from_json(&format!("journal of {owner}"), &row.body)).collect()
    }

    async fn ready(&self) -> Result<(), StoreError> {
        let request = self.client().put_item().table_name(self.table()).set_item(Some(keys::heartbeat().item()));
        let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        self.counters().wrote(answer.map_err(|error| fault("the heartbeat", error))?.consumed_capacity());
        Ok(())
    }
}

impl DynamoStore {
    /// The owners in a list, in order.
    async fn listed(&self, tenant: &TenantId, kind: &str, limit: usize) -> Result<Vec<OwnerId>, StoreError> {
        let mut owners = Vec::new();
        if limit == 0 {
            return Ok(owners);
        }
        // An entry has some 80 bytes: a page of 1 MB would be far more than one shows.
        let request = self.within(&keys::list(tenant, kind)).limit(page_size(limit, 1_000));
        let mut pages = self.pages("a list entry", request);
        while owners.len() < limit
            && let Some(page) = pages.next().await?
        {
            for entry in page {
                let id = keys::listed_id(string("a list entry", &entry, SORT)?).unwrap_or_default();
                owners.push(parse("a list entry", &format!("{kind}/{id}"))?);
            }
        }
        owners.truncate(limit);
        Ok(owners)
    }

    /// Items by their keys, consistently; those that are not there are left out.
    async fn get_all(&self, what: &str, wanted: &[Key]) -> Result<BTreeMap<Key, Item>, StoreError> {
        let mut found = BTreeMap::new();
        for batch in wanted.chunks(BATCH_GET_MAX) {
            let mut keys: Vec<Item> = batch.iter().map(Key::item).collect();
            let mut in_vain = 0;
            while !keys.is_empty() {
                let asked = keys.len();
                let (items, unprocessed) = self.get_batch(what, keys).await?;
                for item in items {
                    found.insert(Key::of(&item)?, item);
                }
                keys = unprocessed;
                if keys.len() == asked {
                    in_vain += 1;
                    if in_vain == UNPROCESSED_MAX {
                        return Err(StoreError::Unavailable("DynamoDB leaves keys unprocessed".into()));
                    }
                    pause(in_vain).await;
                }
            }
        }
        Ok(found)
    }

    /// What one request gives, and the keys that it left out: 16 MB are full, or the table is throttled.
    async fn get_batch(&self, what: &str, keys: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>), StoreError> {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let keys = keys.map_err(super::fault::unavailable)?;
        let request =
            self.client().batch_get_item().set_request_items(Some(HashMap::from([(self.table().to_owned(), keys)])));
        let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        let answer = answer.map_err(|error| fault(what, error))?;
        self.counters().read(answer.consumed_capacity());
        let items = answer.responses.unwrap_or_default().into_values().flatten().collect();
        let unprocessed = answer.unprocessed_keys.unwrap_or_default().into_values().flat_map(|left| left.keys);
        Ok((items, unprocessed.collect()))
    }
}

fn stored(owner: &OwnerId, state: &Whole) -> Result<Stored, StoreError> {
    let what = format!("state of {owner}");
    let format: u32 = count(&what, &state.item, "snapshot_format")?;
    if !(1..=SNAPSHOT_FORMAT).contains(&format) {
        let text = format!("{what} has format {format}, and this build reads formats up to {SNAPSHOT_FORMAT}");
        return Err(StoreError::Corrupt(text));
    }
    Ok(Stored { snapshot: from_json(&what, &state.body)?, version: count(&what, &state.item, VERSION)? })
}
