//! The SQLite store: calls, cases, planned effects, tenants; durable by default, usable by several processes.
//!
//! Every read and write happens on a thread of the store, so that no async runtime is blocked; a commit is
//! on the disk when it returns. Reads see every commit that returned before they began: SQLite's WAL gives a
//! read transaction the newest committed state. Serialising happens on the caller's side of the queue.
//!
//! Instants in columns are whole milliseconds, rounded up; the JSON beside them keeps every digit.

mod cases;
mod codec;
mod outbox;
mod records;
mod register;
mod schema;
mod tenants;
mod worker;

pub use schema::OpenError;

use codec::Fault;
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::policy::Policy;
use nightdesk_ports::StoreError;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use worker::{Counters, Worker};

/// Connections that read: enough that a long list does not hold up a caller's turn.
const READERS: usize = 4;

/// A handle on one database; clones share it. Dropping the last one waits until what was queued is stored.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    // Declared first: the readers close before the writer, whose close then tidies the WAL away.
    readers: Option<Worker>,
    writer: Worker,
    counters: Arc<Counters>,
    policies: Mutex<BTreeMap<(TenantId, u32), Arc<Policy>>>,
}

/// How the writer has worked since the database was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteCounts {
    /// Pieces of work: commits, claims, imports and so on.
    pub writes: u64,
    /// Transactions that carried them, each flushed to the disk once.
    pub transactions: u64,
}

impl SqliteStore {
    /// Opens a database file, creates it where there is none, and brings its schema up to date.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let writer = schema::open_writer(Some(path))?;
        let readers = (0..READERS).map(|_| schema::open_reader(path)).collect::<Result<_, _>>()?;
        Self::start(writer, Some(readers))
    }

    /// A database that is gone when its last clone is dropped; reads queue with the writes.
    pub fn open_in_memory() -> Result<Self, OpenError> {
        Self::start(schema::open_writer(None)?, None)
    }

    fn start(writer: Connection, readers: Option<Vec<Connection>>) -> Result<Self, OpenError> {
        let counters = Arc::new(Counters::default());
        let shared = Shared {
            readers: readers.map(Worker::readers).transpose().map_err(OpenError::Thread)?,
            writer: Worker::writer(writer, Arc::clone(&counters)).map_err(OpenError::Thread)?,
            counters,
            policies: Mutex::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// How the writer has worked so far.
    pub fn write_counts(&self) -> WriteCounts {
        let counters = &self.shared.counters;
        WriteCounts {
            writes: counters.writes.load(Ordering::Relaxed),
            transactions: counters.transactions.load(Ordering::Relaxed),
        }
    }

    /// Has something written: all of it, durably, or nothing.
    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.shared.writer.run(work).await
    }

    /// Has something read.
    async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        self.shared.readers.as_ref().unwrap_or(&self.shared.writer).run(work).await
    }
}
