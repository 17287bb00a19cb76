//! Reads: consistent, page by page, and what is long put together again.

use super::DynamoStore;
use super::fault::fault;
use super::item::{Item, Key, text};
use super::parts::{self, Whole};
use super::table::{PARTITION, SORT};
use super::transact::pause;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use nightdesk_ports::StoreError;

/// How often a read is repeated that met a long item while it was being rewritten.
const TORN_READS_MAX: u32 = 4;

impl DynamoStore {
    /// An item by its key, consistently.
    pub(super) async fn get(&self, what: &str, key: &Key) -> Result<Option<Item>, StoreError> {
        let request = self.client().get_item().table_name(self.table()).set_key(Some(key.item())).consistent_read(true);
        let answer = request.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        let answer = answer.map_err(|error| fault(what, error))?;
        self.counters().read(answer.consumed_capacity());
        Ok(answer.item)
    }

    /// The items of a partition, consistently, in the order of their sort keys.
    pub(super) fn within(&self, partition: &str) -> QueryFluentBuilder {
        self.query()
            .consistent_read(true)
            .key_condition_expression(format!("{PARTITION} = :p"))
            .expression_attribute_values(":p", text(partition))
    }

    /// Those whose sort keys begin so.
    pub(super) fn beginning(&self, partition: &str, prefix: &str) -> QueryFluentBuilder {
        self.within(partition)
            .key_condition_expression(format!("{PARTITION} = :p AND begins_with({SORT}, :s)"))
            .expression_attribute_values(":s", text(prefix))
    }

    /// Those whose sort keys lie between two, both included.
    pub(super) fn between(&self, partition: &str, first: &str, last: &str) -> QueryFluentBuilder {
        self.within(partition)
            .key_condition_expression(format!("{PARTITION} = :p AND {SORT} BETWEEN :f AND :l"))
            .expression_attribute_values(":f", text(first))
            .expression_attribute_values(":l", text(last))
    }

    /// A query of the table that has no condition yet.
    pub(super) fn query(&self) -> QueryFluentBuilder {
        self.client().query().table_name(self.table()).return_consumed_capacity(ReturnConsumedCapacity::Total)
    }

    /// What a query finds, a page at a time.
    pub(super) fn pages<'a>(&'a self, what: &'a str, request: QueryFluentBuilder) -> Pages<'a> {
        Pages { store: self, what, request, from: None, done: false }
    }

    /// Everything that a query finds.
    pub(super) async fn all(&self, what: &str, request: QueryFluentBuilder) -> Result<Vec<Item>, StoreError> {
        let mut pages = self.pages(what, request);
        let mut found = Vec::new();
        while let Some(page) = pages.next().await? {
            found.extend(page);
        }
        Ok(found)
    }

    /// Everything that a query finds, further parts joined to the items that they belong to.
    pub(super) async fn whole(&self, what: &str, request: QueryFluentBuilder) -> Result<Vec<Whole>, StoreError> {
        for tried in 0..TORN_READS_MAX {
            // A query is no snapshot: a transaction may be seen in one item and not yet in the next.
            if let Some(found) = parts::join(what, self.all(what, request.clone()).await?)? {
                return Ok(found);
            }
            pause(tried).await;
        }
        Err(StoreError::Corrupt(format!("{what}: a part is missing")))
    }
}

/// The pages of a query. A page may be empty and not the last: DynamoDB ends one after 1 MB, filtered or not.
pub(super) struct Pages<'a> {
    store: &'a DynamoStore,
    what: &'a str,
    request: QueryFluentBuilder,
    from: Option<Item>,
    done: bool,
}

impl Pages<'_> {
    /// The next page; none after the last.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Item>>, StoreError> {
        if self.done {
            return Ok(None);
        }
        let request = self.request.clone().set_exclusive_start_key(self.from.take());
        let answer = request.send().await.map_err(|error| fault(self.what, error))?;
        self.store.counters().read(answer.consumed_capacity());
        self.from = answer.last_evaluated_key;
        self.done = self.from.is_none();
        Ok(Some(answer.items.unwrap_or_default()))
    }
}

/// A number of rows as DynamoDB takes it: at least one, at most `most`.
pub(super) fn page_size(rows: usize, most: i32) -> i32 {
    i32::try_from(rows).unwrap_or(most).clamp(1, most)
}
