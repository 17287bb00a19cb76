//! The threads on which SQLite blocks: one that writes, in groups, and a few that read.
//!
//! A durable commit costs a flush to the disk, whatever its size. So the writer takes everything that queued
//! up while the last flush was under way into one transaction, each piece of work in a savepoint of its own,
//! and answers all of them after the one `COMMIT`. A piece that fails is undone alone.

use super::codec::Fault;
use nightdesk_ports::StoreError;
use rusqlite::{Connection, TransactionBehavior};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Most pieces of work in one transaction: bounds how long the first of them waits.
const GROUP_MAX: usize = 128;

/// How often the writer was asked to write, and how many transactions that took.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) writes: AtomicU64,
    pub(super) transactions: AtomicU64,
}

/// A piece of work for a database thread.
trait Job: Send {
    /// Does it; false if it failed and must be undone.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Answers the caller; `failure` is why the whole transaction came to nothing.
    fn answer(self: Box<Self>, failure: Option<&Arc<rusqlite::Error>>);
}

struct Task<T, F> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Fault> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        self.result = self.work.take().map(|work| work(connection).map_err(StoreError::from));
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, failure: Option<&Arc<rusqlite::Error>>) {
        let result = match (self.result, failure) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), None) => Ok(value),
            (_, Some(failure)) => Err(StoreError::Unavailable(Box::new(Arc::clone(failure)))),
            (None, None) => Err(stopped()),
        };
        // A caller that has gone away needs no answer.
        let _ = self.reply.send(result);
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the database thread has stopped".into())
}

/// A queue of work, and the threads that do it. Dropping it waits until the queue is done.
#[derive(Debug)]
pub(super) struct Worker {
    queue: Option<Sender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Worker {
    /// One thread that writes.
    pub(super) fn writer(connection: Connection, counters: Arc<Counters>) -> std::io::Result<Self> {
        let (queue, jobs) = channel();
        let work = move || write_all(connection, &jobs, &counters);
        let thread = std::thread::Builder::new().name("nightdesk-write".to_owned()).spawn(work)?;
        Ok(Self { queue: Some(queue), threads: vec![thread] })
    }

    /// One thread per connection, which share a queue and only read.
    pub(super) fn readers(connections: Vec<Connection>) -> std::io::Result<Self> {
        let (queue, jobs) = channel();
        let jobs = Arc::new(Mutex::new(jobs));
        let spawn = |connection| {
            let jobs = Arc::clone(&jobs);
            let work = move || read_all(&connection, &jobs);
            std::thread::Builder::new().name("nightdesk-read".to_owned()).spawn(work)
        };
        let threads = connections.into_iter().map(spawn).collect::<std::io::Result<_>>()?;
        Ok(Self { queue: Some(queue), threads })
    }

    /// Has work done on a thread of this worker. Dropping the future does not undo the work.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task { work: Some(work), result: None, reply };
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.send(Box::new(task)).map_err(|_| stopped())?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Closing the queue ends the threads once it is empty.
        self.queue = None;
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn write_all(mut connection: Connection, jobs: &Receiver<Box<dyn Job>>, counters: &Counters) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP_MAX - 1));
        let failure = carry_out(&mut connection, &mut group).err().map(Arc::new);
        counters.writes.fetch_add(group.len() as u64, Ordering::Relaxed);
        counters.transactions.fetch_add(1, Ordering::Relaxed);
        for job in group {
            job.answer(failure.as_ref());
        }
    }
}

/// Does a group of work in one transaction; an error means that nothing of it is stored.
fn carry_out(connection: &mut Connection, group: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let execute = |sql| transaction.prepare_cached(sql)?.execute([]).map(drop);
    for job in group {
        execute("SAVEPOINT piece")?;
        if !job.run(&transaction) {
            // A full disk can end the whole transaction: then this fails, and so does the group.
            execute("ROLLBACK TO piece")?;
        }
        execute("RELEASE piece")?;
    }
    transaction.commit()
}

fn read_all(connection: &Connection, jobs: &Mutex<Receiver<Box<dyn Job>>>) {
    loop {
        // The lock is held while waiting: whoever has it takes the next job, then lets another wait.
        let next = match jobs.lock() {
            Ok(jobs) => jobs.recv(),
            Err(_) => return,
        };
        let Ok(mut job) = next else { return };
        job.run(connection);
        job.answer(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::SqliteStore;

    fn insert(name: &'static str) -> impl FnOnce(&Connection) -> Result<(), Fault> + Send + 'static {
        move |connection| {
            let sql = "INSERT INTO aliases VALUES ('t', 'k', ?1, 'call/CA1', 1)";
            connection.execute(sql, [name])?;
            Ok(())
        }
    }

    async fn names(store: &SqliteStore) -> Vec<String> {
        let select = |connection: &Connection| {
            let mut select = connection.prepare("SELECT value FROM aliases ORDER BY value")?;
            Ok(select.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        };
        store.read(select).await.unwrap()
    }

    /// Queues work behind a piece that waits until all of it is queued, so that it makes one group.
    async fn as_one_group(store: &SqliteStore, pieces: Vec<Piece>) -> Vec<Result<(), StoreError>> {
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let (entered, has_entered) = oneshot::channel();
        let first = store.clone();
        let first = tokio::spawn(async move {
            let wait = move |_: &Connection| {
                let _ = entered.send(());
                let _ = gate.recv();
                Ok(())
            };
            first.write(wait).await
        });
        has_entered.await.unwrap();
        let mut queued = Vec::new();
        for piece in pieces {
            let store = store.clone();
            queued.push(tokio::spawn(async move { store.write(piece).await }));
            // On this runtime of one thread, the piece is in the queue when we run again.
            tokio::task::yield_now().await;
        }
        drop(open);
        first.await.unwrap().unwrap();
        let mut outcomes = Vec::new();
        for piece in queued {
            outcomes.push(piece.await.unwrap());
        }
        outcomes
    }

    type Piece = Box<dyn FnOnce(&Connection) -> Result<(), Fault> + Send>;

    #[tokio::test]
    async fn a_piece_that_fails_is_undone_alone() {
        let store = SqliteStore::open_in_memory().unwrap();
        let fails: Piece = Box::new(|connection| {
            insert("undone")(connection)?;
            Err(StoreError::Conflict.into())
        });
        let outcomes = as_one_group(&store, vec![Box::new(insert("a")), fails, Box::new(insert("b"))]).await;
        assert!(matches!(outcomes[..], [Ok(()), Err(StoreError::Conflict), Ok(())]), "{outcomes:?}");
        assert_eq!(names(&store).await, ["a", "b"]);
        // The one that waited at the gate, the group of three, and the read, which queues with the writes.
        assert_eq!(store.write_counts().transactions, 3);
    }

    #[tokio::test]
    async fn when_the_database_ends_the_transaction_nobody_is_told_it_was_stored() {
        let store = SqliteStore::open_in_memory().unwrap();
        // What SQLite does by itself when the disk is full (sqlite.org/lang_transaction.html).
        let ends: Piece = Box::new(|connection| {
            connection.execute_batch("ROLLBACK")?;
            Ok(())
        });
        let outcomes = as_one_group(&store, vec![Box::new(insert("a")), ends, Box::new(insert("b"))]).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(StoreError::Unavailable(_)))), "{outcomes:?}");
        assert!(names(&store).await.is_empty());
        store.write(insert("c")).await.unwrap();
        assert_eq!(names(&store).await, ["c"]);
    }
}
