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
