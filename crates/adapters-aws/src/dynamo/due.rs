//! What is due, by the index: candidates, since an index may lag behind its table.

use super::DynamoStore;
use super::item::{Item, count, maybe, number, parse, present, string, text};
use super::keys::{self, DueKind, SHARDS};
use super::query::page_size;
use super::table::{INDEX, INDEX_PARTITION, INDEX_PROJECTED, INDEX_SORT, PARTITION, SORT};
use chrono::{DateTime, Utc};
use futures_util::future::try_join_all;
use nightdesk_domain::ids::{OwnerId, TenantId};
use nightdesk_ports::StoreError;

/// Fewest entries that a page asks for: what is held lies before what is free, and some 30 entries make 4 KB.
const PAGE_MIN: usize = 30;
/// Most entries that a page asks for.
const PAGE_MAX: i32 = 1_000;

/// An entry of the index. The order is that in which things are due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) due_ms: i64,
    pub(super) tenant: TenantId,
    pub(super) owner: OwnerId,
    /// The sort key in the table.
    pub(super) sort: String,
    pub(super) lease_until_ms: Option<i64>,
}

impl Entry {
    fn of(item: &Item) -> Result<Self, StoreError> {
        let what = "an entry of the index";
        let (tenant, owner) = keys::of_owner(string(what, item, PARTITION)?)
            .ok_or_else(|| StoreError::Corrupt(format!("{what} belongs to nobody")))?;
        Ok(Self {
            due_ms: count(what, item, INDEX_SORT)?,
            tenant: parse("tenant", tenant)?,
            owner: parse("owner", owner)?,
            sort: string(what, item, SORT)?.to_owned(),
            lease_until_ms: maybe(what, item, INDEX_PROJECTED)?,
        })
    }
}

impl DynamoStore {
    /// What is due and wanted, the oldest first, up to a limit; all shards are asked at once.
    pub(super) async fn due_entries(
        &self,
        kind: DueKind,
        now: DateTime<Utc>,
        limit: usize,
        wanted: &(dyn Fn(&Entry) -> bool + Sync),
    ) -> Result<Vec<Entry>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let shards = (0..SHARDS).map(|shard| self.due_in(kind.shard(shard), now, limit, wanted));
        let mut due: Vec<Entry> = try_join_all(shards).await?.into_iter().flatten().collect();
        due.sort();
        due.truncate(limit);
        Ok(due)
    }

    async fn due_in(
        &self,
        shard: String,
        now: DateTime<Utc>,
        limit: usize,
        wanted: &(dyn Fn(&Entry) -> bool + Sync),
    ) -> Result<Vec<Entry>, StoreError> {
        let request = self
            .query()
            .index_name(INDEX)
            .key_condition_expression(format!("{INDEX_PARTITION} = :shard AND {INDEX_SORT} <= :now"))
            .expression_attribute_values(":shard", text(shard))
            .expression_attribute_values(":now", number(present(now)))
            .limit(page_size(limit.max(PAGE_MIN), PAGE_MAX));
        let mut pages = self.pages("an entry of the index", request);
        let mut due = Vec::new();
        while due.len() < limit
            && let Some(page) = pages.next().await?
        {
            for item in page {
                match Entry::of(&item) {
                    Ok(entry) if wanted(&entry) => due.push(entry),
                    Ok(_) => {}
                    // It must not stand in the way of all others.
                    Err(error) => tracing::error!(%error, "an entry of the index cannot be read"),
                }
            }
        }
        Ok(due)
    }
}
