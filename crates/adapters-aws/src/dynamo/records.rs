//! Records by tenant and month.
//!
//! A record is in the partition of its month; a small item under its name says in which, so that it is stored once
//! and found by name. Which months there are is listed, once for each: a scan over years asks only for those.

use super::DynamoStore;
use super::fault::fault;
use super::item::{Item, Key, column, count, instant, maybe, number, present, string, text};
use super::keys;
use super::parts::BODY;
use super::query::page_size;
use super::table::{SORT, TTL};
use super::transact::{Actions, Expression};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Record, RecordLog, Scan, StoreError};
use std::sync::PoisonError;

/// Months that are remembered as listed; forgetting them costs one more write each.
const MONTHS_CACHED_MAX: usize = 10_000;
/// Most records that one page asks for.
const PAGE_MAX: i32 = 1_000;

#[async_trait]
impl RecordLog for DynamoStore {
    async fn append(&self, record: &Record) -> Result<(), StoreError> {
        let record = &record.as_kept()?;
        let at_ms = record.at.timestamp_millis();
        let place = place(&record.tenant, &record.kind, &record.id, record.at)?;
        let expiry = expiry(record.expires_at);

        let mut name = keys::record_name(&record.tenant, &record.kind, &record.id).item();
        name.insert(AT.to_owned(), number(at_ms));
        name.extend(expiry.clone());
        let mut item = place.item();
        item.insert(AT.to_owned(), number(at_ms));
        item.insert(BODY.to_owned(), text(record.body.reveal()));
        item.extend(expiry);

        // Before the record, so that no record is in a month that is not listed; and not in one transaction with
        // it, since all records of a month would contend for it.
        self.list_month(record, place.partition).await?;
        let mut actions = Actions::default();
        actions.put(self, "a record's name", name, Some(Expression::absent()))?;
        actions.put(self, "a record", item, None)?;
        match self.transact(actions).await {
            // There is one of this name: it stays as it is.
            Err(StoreError::Conflict) => self.is_stored(record).await,
            stored => stored,
        }
    }

    async fn get(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Record>, StoreError> {
        let Some(name) = self.get("a record's name", &keys::record_name(tenant, kind, id)).await? else {
            return Ok(None);
        };
        if !is_kept(&name, now)? {
            return Ok(None);
        }
        let at = instant(count("a record's name", &name, AT)?)?;
        let item = self.get("a record", &place(tenant, kind, id, at)?).await?;
        item.map(|item| record_of(tenant, kind, &item)).transpose()
    }

    async fn scan<'a>(&self, tenant: &TenantId, scan: &Scan<'a>) -> Result<Vec<Record>, StoreError> {
        let mut found = Vec::new();
        if scan.limit == 0 || scan.from >= scan.until {
            return Ok(found);
        }
        let months = self.months_of(tenant, scan).await?;
        // An instant is followed by `#` and the id, so that the end itself sorts before whatever happened then.
        let (first, last) = (keys::clamped(column(scan.from)), keys::clamped(column(scan.until)));
        for month in months {
            let request = self
                .between(&keys::records(tenant, scan.kind, &month), &first, &last)
                .scan_index_forward(!scan.newest_first)
                .limit(page_size(scan.limit - found.len(), PAGE_MAX));
            let mut pages = self.pages("a record", request);
            while let Some(page) = pages.next().await? {
                for item in page {
                    // DynamoDB deletes what has expired within days, not at once.
                    if is_kept(&item, scan.now)? {
                        found.push(record_of(tenant, scan.kind, &item)?);
                    }
                }
                if found.len() >= scan.limit {
                    found.truncate(scan.limit);
                    return Ok(found);
                }
            }
        }
        Ok(found)
    }
}

/// When a record happened, in milliseconds since 1970.
const AT: &str = "at_ms";
/// When a record expires, in milliseconds since 1970; [`TTL`] has whole seconds.
pub(super) const EXPIRES: &str = "expires_at_ms";

fn place(tenant: &TenantId, kind: &str, id: &str, at: DateTime<Utc>) -> Result<Key, StoreError> {
    let instant = keys::fixed_width(at.timestamp_millis());
    let instant = instant.ok_or_else(|| StoreError::Corrupt("a record's instant is out of range".to_owned()))?;
    Ok(Key::new(keys::records(tenant, kind, &keys::month(at)), format!("{instant}#{id}")))
}

pub(super) fn expiry(expires_at: Option<DateTime<Utc>>) -> Item {
    let Some(expires_at) = expires_at else { return Item::new() };
    let milliseconds = column(expires_at);
    let seconds = milliseconds.div_euclid(1_000) + i64::from(milliseconds.rem_euclid(1_000) != 0);
    Item::from([(EXPIRES.to_owned(), number(milliseconds)), (TTL.to_owned(), number(seconds))])
}

fn is_kept(item: &Item, now: DateTime<Utc>) -> Result<bool, StoreError> {
    Ok(maybe::<i64>("a record", item, EXPIRES)?.is_none_or(|expiry| expiry > present(now)))
}

fn record_of(tenant: &TenantId, kind: &str, item: &Item) -> Result<Record, StoreError> {
    let (_, id) = string("a record", item, SORT)?
        .split_once('#')
        .ok_or_else(|| StoreError::Corrupt("a record has no id".to_owned()))?;
    Ok(Record {
        tenant: tenant.clone(),
        kind: kind.to_owned(),
        id: id.to_owned(),
        at: instant(count("a record", item, AT)?)?,
        expires_at: maybe("a record", item, EXPIRES)?.map(instant).transpose()?,
        body: string("a record", item, BODY)?.into(),
    })
}

impl DynamoStore {
    /// The months of a scan in which there are records, in the order of the scan.
    async fn months_of(&self, tenant: &TenantId, scan: &Scan<'_>) -> Result<Vec<String>, StoreError> {
        let in_range = |end: DateTime<Utc>| instant(column(end).clamp(0, keys::MILLISECONDS_MAX)).map(keys::month);
        let (first, last) = (in_range(scan.from)?, in_range(scan.until)?);
        let request = self.between(&keys::months(tenant, scan.kind), &first, &last);
        let found = self.all("a month of records", request.scan_index_forward(!scan.newest_first)).await?;
        found.iter().map(|month| string("a month of records", month, SORT).map(str::to_owned)).collect()
    }

    /// After a conflict: whether it was that the record is there, not that others were at the same items too long.
    async fn is_stored(&self, record: &Record) -> Result<(), StoreError> {
        let name = keys::record_name(&record.tenant, &record.kind, &record.id);
        match self.get("a record's name", &name).await? {
            Some(_) => Ok(()),
            None => Err(StoreError::Unavailable("a record could not be stored: the table is contended".into())),
        }
    }

    /// Notes that there are records in a month; each process does so once.
    async fn list_month(&self, record: &Record, partition: String) -> Result<(), StoreError> {
        let listed = || self.shared.months.lock().unwrap_or_else(PoisonError::into_inner);
        if listed().contains(&partition) {
            return Ok(());
        }
        let month = Key::new(keys::months(&record.tenant, &record.kind), keys::month(record.at));
        let request = self.client().put_item().table_name(self.table()).set_item(Some(month.item()));
        let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        self.counters().wrote(answer.map_err(|error| fault("a month of records", error))?.consumed_capacity());
        let mut listed = listed();
        if listed.len() >= MONTHS_CACHED_MAX {
            listed.clear();
        }
        listed.insert(partition);
        Ok(())
    }
}
