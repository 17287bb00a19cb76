//! The DynamoDB store: calls, cases, planned effects, tenants and records in one table, for several copies at once.
//!
//! One item per state, effect, alias and journal row; every key of a tenant begins with the tenant's name, which
//! holds no `#`. A commit is one `TransactWriteItems`. What is due is found by one sparse, sharded index ([`INDEX`]),
//! whose answers may be stale: they only name candidates, and the claim is a conditional write. All other reads
//! are consistent. docs/STORAGE.md has the table of access patterns with what each costs.
//!
//! Instants that are compared are whole milliseconds, rounded up; the JSON beside them keeps every digit.

mod cases;
mod client;
mod commit;
mod due;
mod fault;
mod import;
mod item;
mod keys;
mod outbox;
mod parts;
mod query;
mod records;
mod register;
mod table;
mod tenants;
mod transact;
mod used;

pub use client::client;
pub use table::{INDEX, INDEX_PARTITION, INDEX_PROJECTED, INDEX_SORT, PARTITION, SORT, TTL, create_table};
pub use used::Used;

pub use keys::SHARDS;

use aws_sdk_dynamodb::Client;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::policy::Policy;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use used::Counters;

/// A handle on one table; clones share their client, caches and counters.
#[derive(Debug, Clone)]
pub struct DynamoStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    client: Client,
    table: String,
    counters: Arc<Counters>,
    /// Settings by tenant and version; they never change.
    policies: Mutex<BTreeMap<(TenantId, u32), Arc<Policy>>>,
    /// Partitions of records that are known to be listed (see `records`).
    months: Mutex<BTreeSet<String>>,
}

impl DynamoStore {
    /// A store on a table that exists, as [`create_table`] or the deployment template makes it.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        let counters = Arc::new(Counters::default());
        let client = used::counting(&client, &counters);
        let shared =
            Shared { client, table: table.into(), counters, policies: Mutex::default(), months: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }

    /// What this store has used so far: requests as they were sent, repeated ones included, and capacity units.
    pub fn used(&self) -> Used {
        self.shared.counters.used()
    }

    fn client(&self) -> &Client {
        &self.shared.client
    }

    fn table(&self) -> &str {
        &self.shared.table
    }

    fn counters(&self) -> &Counters {
        &self.shared.counters
    }
}
