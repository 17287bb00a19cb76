//! The floor: how often this disk makes the same bytes durable, with nothing of ours around it.

use crate::Failure;
use rusqlite::{Connection, TransactionBehavior, params};
use std::path::Path;
use std::time::{Duration, Instant};

/// What one turn writes.
#[derive(Clone, Copy)]
pub(crate) struct Bytes {
    pub(crate) state: usize,
    pub(crate) journal: usize,
}

/// How long each commit took.
pub(crate) struct Commits(Vec<Duration>);

impl Commits {
    pub(crate) fn per_second(&self) -> f64 {
        self.0.len() as f64 / self.0.iter().sum::<Duration>().as_secs_f64()
    }

    pub(crate) fn into_times(self) -> Vec<Duration> {
        self.0
    }
}

/// One writer, WAL, synchronous FULL; an update and an insert per transaction, each transaction flushed by itself.
pub(crate) fn commit(folder: &Path, bytes: Bytes, commits: usize) -> Result<Commits, Failure> {
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
    let mut took = Vec::with_capacity(commits);
    for _ in 0..commits {
        let began = Instant::now();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction
            .prepare_cached("UPDATE states SET version = version + 1, state = ?1 WHERE owner = 'call'")?
            .execute([&state])?;
        transaction
            .prepare_cached("INSERT INTO journal (owner, entry) VALUES ('call', ?1)")?
            .execute(params![journal])?;
        transaction.commit()?;
        took.push(began.elapsed());
    }
    Ok(Commits(took))
}
