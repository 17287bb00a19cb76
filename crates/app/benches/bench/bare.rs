//! The floor: how often this disk makes the same bytes durable, with nothing of ours around it.

use crate::Failure;
use rusqlite::{Connection, TransactionBehavior, params};
use std::path::Path;
use std::time::Instant;

/// What one turn writes.
#[derive(Clone, Copy)]
pub(crate) struct Bytes {
    pub(crate) state: usize,
    pub(crate) journal: usize,
}

/// One writer, WAL, synchronous FULL; an update and an insert per transaction, each transaction flushed by itself.
pub(crate) fn commits_per_second(folder: &Path, bytes: Bytes, commits: usize) -> Result<f64, Failure> {
    let path = folder.join("bare.sqlite");
    let mut connection = Connection::open(&path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS states (owner TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL);
         CREATE TABLE IF NOT EXISTS journal (place INTEGER PRIMARY KEY, owner TEXT NOT NULL, entry TEXT NOT NULL);
         INSERT OR IGNORE INTO states VALUES ('call', 1, '');",
    )?;
    let (state, journal) = ("s".repeat(bytes.state), "j".repeat(bytes.journal));
    let began = Instant::now();
    for _ in 0..commits {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction
            .prepare_cached("UPDATE states SET version = version + 1, state = ?1 WHERE owner = 'call'")?
            .execute([&state])?;
        transaction
            .prepare_cached("INSERT INTO journal (owner, entry) VALUES ('call', ?1)")?
            .execute(params![journal])?;
        transaction.commit()?;
    }
    Ok(commits as f64 / began.elapsed().as_secs_f64())
}
