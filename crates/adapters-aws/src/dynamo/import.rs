//! Tenants' settings and contacts: replacing them, whatever their size, at one instant.
//!
//! Everything is written under a generation that nobody reads yet; one transaction then makes it the next version.
//! Of two imports at once, one comes after the other. Replaced contacts are removed afterwards. Every generation
//! has a marker until nothing is left of it to remove: what an import that was cut short left behind, the next
//! one removes.

use super::DynamoStore;
use super::fault::fault;
use super::item::{Item, Key, maybe, number, string, text, to_json};
use super::keys;
use super::parts;
use super::table::{PARTITION, SORT};
use super::tenants::{FILE, POLICY};
use super::transact::{Actions, Expression, pause, random_name};
use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, ReturnConsumedCapacity, WriteRequest};
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_ports::StoreError;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

/// How many imports of the same tenant may come first.
const RACES_MAX: u32 = 32;
/// Most writes of one `BatchWriteItem` (API Reference).
const BATCH_WRITES_MAX: usize = 25;
/// Most bytes that we put into one: 16 MB are allowed.
const BATCH_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How often unprocessed writes are sent again in a row without any being done.
const UNPROCESSED_MAX: u32 = 8;

/// From when on an import that never became a version counts as cut short, in seconds.
const CUT_SHORT_SECONDS: u64 = 60 * 60;

/// In a marker: when the import began, in seconds since 1970.
const STARTED: &str = "started_at";

impl DynamoStore {
    pub(super) async fn import_all(
        &self,
        policy: &Policy,
        contacts: &[Contact],
        file: &str,
    ) -> Result<u32, StoreError> {
        let tenant = &policy.tenant;
        let generation = random_name()?;
        let partition = keys::import(tenant, &generation);
        self.mark(tenant, &generation).await?;
        let mut items = parts::items(&Key::new(&partition, POLICY), Item::new(), &to_json("settings", policy)?);
        items.extend(parts::items(&Key::new(&partition, FILE), Item::new(), file));
        for (last_ten, contacts) in by_number(contacts) {
            let key = Key::new(&partition, keys::contacts(last_ten));
            items.extend(parts::items(&key, Item::new(), &to_json("contacts", &contacts)?));
        }
        self.write_all(items.into_iter().map(put).collect::<Result<_, _>>()?).await?;
        let version = self.make_newest(tenant, &generation).await?;
        // The import is done; what it replaced is personal data that nobody reads any more.
        if let Err(error) = self.remove_replaced(tenant, version).await {
            tracing::warn!(%tenant, %error, "replaced contacts are removed by the next import");
        }
        Ok(version)
    }

    /// Lets a generation be the next version.
    async fn make_newest(&self, tenant: &TenantId, generation: &str) -> Result<u32, StoreError> {
        for tried in 0..RACES_MAX {
            let before = self.newest_import(tenant).await?.map_or(0, |newest| newest.version);
            let version = before + 1;
            let pointer = |key: Key| {
                let mut item = key.item();
                item.insert("version".to_owned(), number(version));
                item.insert("generation".to_owned(), text(generation));
                item
            };
            let still = if before == 0 {
                Expression::absent()
            } else {
                Expression::new("version = :before", [(":before", number(before))])
            };
            let mut actions = Actions::default();
            actions.put(self, "settings", pointer(keys::version(tenant, version)), Some(Expression::absent()))?;
            // Otherwise it was taken for cut short, and is no longer whole.
            let marked = Expression::new("attribute_exists(pk) AND attribute_not_exists(abandoned)", []);
            actions.put(self, "an import", pointer(keys::marker(tenant, generation)), Some(marked))?;
            actions.put(self, "the newest settings", pointer(keys::newest(tenant)), Some(still))?;
            actions.put(self, "a tenant", Key::new(keys::TENANTS, tenant.as_str()).item(), None)?;
            match self.transact(actions).await {
                Ok(()) => return Ok(version),
                Err(StoreError::Conflict) => pause(tried.min(2)).await,
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict)
    }

    /// Notes that a generation is being written.
    async fn mark(&self, tenant: &TenantId, generation: &str) -> Result<(), StoreError> {
        let mut marker = keys::marker(tenant, generation).item();
        marker.insert("generation".to_owned(), text(generation));
        marker.insert(STARTED.to_owned(), number(seconds_now()));
        self.write_all(vec![put(marker)?]).await
    }

    /// Removes the contacts of every version before this one, and all of what was cut short.
    async fn remove_replaced(&self, tenant: &TenantId, newest: u32) -> Result<(), StoreError> {
        let what = "an import";
        for marker in self.all(what, self.beginning(&keys::tenant(tenant), keys::MARKER)).await? {
            let key = Key::of(&marker)?;
            let partition = keys::import(tenant, string(what, &marker, "generation")?);
            let rest = match maybe::<u32>(what, &marker, "version")? {
                // Settings stay: calls have pinned them. Contacts are read of the newest alone.
                Some(version) if version < newest => self.beginning(&partition, keys::CONTACT),
                None if self.abandon(&key, &marker).await? => self.within(&partition),
                _ => continue,
            };
            let found = self.all(what, rest.projection_expression(format!("{PARTITION}, {SORT}"))).await?;
            self.write_all(found.into_iter().map(delete).collect::<Result<_, _>>()?).await?;
            self.write_all(vec![delete(key.item())?]).await?;
        }
        Ok(())
    }

    /// Gives up an import that began long ago, so that it can no longer become a version; false if it is not so.
    async fn abandon(&self, key: &Key, marker: &Item) -> Result<bool, StoreError> {
        let started: u64 = maybe("an import", marker, STARTED)?.unwrap_or_default();
        if started + CUT_SHORT_SECONDS > seconds_now() {
            return Ok(false);
        }
        let unfinished = "attribute_exists(pk) AND attribute_not_exists(version)";
        let unfinished = Expression::new(unfinished, [(":yes", number(1))]);
        let mut actions = Actions::default();
        actions.update(self, "an import", key.clone(), "SET abandoned = :yes", unfinished)?;
        match self.transact(actions).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes that need not become true together; they are done when this returns.
    async fn write_all(&self, writes: Vec<(usize, WriteRequest)>) -> Result<(), StoreError> {
        let mut waiting = writes.into_iter().peekable();
        while waiting.peek().is_some() {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while batch.len() < BATCH_WRITES_MAX
                && let Some((size, write)) =
                    waiting.next_if(|(size, _)| batch.is_empty() || bytes + size <= BATCH_BYTES_MAX)
            {
                bytes += size;
                batch.push(write);
            }
            self.write_batch(batch).await?;
        }
        Ok(())
    }

    async fn write_batch(&self, mut batch: Vec<WriteRequest>) -> Result<(), StoreError> {
        let mut in_vain = 0;
        while !batch.is_empty() {
            let asked = batch.len();
            let request = self
                .client()
                .batch_write_item()
                .set_request_items(Some(HashMap::from([(self.table().to_owned(), batch)])));
            let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
            let answer = answer.map_err(|error| fault("an import", error))?;
            self.counters().wrote(answer.consumed_capacity());
            batch = answer.unprocessed_items.unwrap_or_default().into_values().flatten().collect();
            if batch.len() == asked {
                in_vain += 1;
                if in_vain == UNPROCESSED_MAX {
                    return Err(StoreError::Unavailable("DynamoDB leaves writes unprocessed".into()));
                }
                pause(in_vain).await;
            }
        }
        Ok(())
    }
}

/// Contacts by the last ten digits of their numbers, in the order in which they were given. The same number with
/// and without its country code is one.
fn by_number(contacts: &[Contact]) -> BTreeMap<&str, Vec<&Contact>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for contact in contacts {
        for last_ten in contact.numbers.iter().map(PhoneNumber::last_ten).collect::<BTreeSet<_>>() {
            found.entry(last_ten).or_default().push(contact);
        }
    }
    found
}

fn seconds_now() -> u64 {
    // A clock before 1970 makes everything young: nothing is removed.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A write and about how many bytes it has.
fn put(item: Item) -> Result<(usize, WriteRequest), StoreError> {
    let bytes = item.values().filter_map(|value| value.as_s().ok()).map(String::len).sum();
    let put = PutRequest::builder().set_item(Some(item)).build().map_err(super::fault::unavailable)?;
    Ok((bytes, WriteRequest::builder().put_request(put).build()))
}

fn delete(key: Item) -> Result<(usize, WriteRequest), StoreError> {
    let delete = DeleteRequest::builder().set_key(Some(key)).build().map_err(super::fault::unavailable)?;
    Ok((0, WriteRequest::builder().delete_request(delete).build()))
}
