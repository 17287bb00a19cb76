//! A single-threaded executor whose schedule and whose time are the simulation's own.
//!
//! Which of the ready tasks is polled next is drawn from the seed (or read from a recorded schedule); time
//! moves only when nobody is ready. Tasks belong to a process; killing a process drops its futures where they
//! stand, which is what a crash is.

use super::dice::Dice;
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use nightdesk_ports::Clock;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// A poisoned lock is a test that has failed already; its data still tells how.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who a task belongs to: process 0 is the world outside, which never crashes.
pub(crate) type Process = u32;
/// The world outside.
pub(crate) const OUTSIDE: Process = 0;

/// Simulated time.
#[derive(Clone)]
pub(crate) struct SimClock {
    time: Arc<Mutex<Time>>,
}

struct Time {
    now: DateTime<Utc>,
    sleepers: BTreeMap<(DateTime<Utc>, u64), Waker>,
    next: u64,
}

impl SimClock {
    pub(crate) fn new(now: DateTime<Utc>) -> Self {
        Self { time: Arc::new(Mutex::new(Time { now, sleepers: BTreeMap::new(), next: 0 })) }
    }

    pub(crate) fn at(&self) -> DateTime<Utc> {
        lock(&self.time).now
    }

    pub(crate) async fn sleep_ms(&self, milliseconds: u64) {
        let wait = TimeDelta::milliseconds(i64::try_from(milliseconds).unwrap_or(i64::MAX));
        self.until(self.at() + wait).await;
    }

    pub(crate) fn until(&self, instant: DateTime<Utc>) -> Sleep {
        Sleep { clock: self.clone(), instant, key: None }
    }

    /// Moves to the next instant for which somebody sleeps; none if nobody does.
    fn advance(&self) -> Option<DateTime<Utc>> {
        let mut time = lock(&self.time);
        let instant = time.sleepers.first_key_value()?.0.0;
        time.now = time.now.max(instant);
        let later = time.sleepers.split_off(&(instant + TimeDelta::nanoseconds(1), 0));
        let woken = std::mem::replace(&mut time.sleepers, later);
        drop(time);
        woken.into_values().for_each(Waker::wake);
        Some(instant)
    }
}

#[async_trait]
impl Clock for SimClock {
    fn now(&self) -> DateTime<Utc> {
        self.at()
    }
    async fn sleep_until(&self, instant: DateTime<Utc>) {
        self.until(instant).await;
    }
}

/// Waits for an instant of simulated time.
pub(crate) struct Sleep {
    clock: SimClock,
    instant: DateTime<Utc>,
    key: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut time = lock(&clock.time);
        if time.now >= self.instant {
            return Poll::Ready(());
        }
        let key = *self.key.get_or_insert_with(|| {
            time.next += 1;
            time.next
        });
        time.sleepers.insert((self.instant, key), cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            lock(&self.clock.time).sleepers.remove(&(self.instant, key));
        }
    }
}

/// Lets everybody else go first, once.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    std::future::poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Starts tasks and kills processes from within tasks.
#[derive(Clone, Default)]
pub(crate) struct Spawner {
    orders: Arc<Mutex<Orders>>,
}

#[derive(Default)]
struct Orders {
    begun: Vec<(Process, BoxFuture<'static, ()>)>,
    killed: Vec<Process>,
}

impl Spawner {
    pub(crate) fn spawn(&self, process: Process, task: impl Future<Output = ()> + Send + 'static) {
        lock(&self.orders).begun.push((process, Box::pin(task)));
    }

    pub(crate) fn kill(&self, process: Process) {
        lock(&self.orders).killed.push(process);
    }
}

type Ready = Arc<Mutex<BTreeSet<u64>>>;

struct Bell {
    id: u64,
    ready: Ready,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        lock(&self.ready).insert(self.id);
    }
}

/// Runs tasks one poll at a time.
pub(crate) struct Executor {
    pub(crate) clock: SimClock,
    pub(crate) spawner: Spawner,
    tasks: BTreeMap<u64, (Process, BoxFuture<'static, ()>)>,
    ready: Ready,
    next: u64,
    dice: Dice,
    /// Choices that were recorded; taken before the dice are asked.
    recorded: std::vec::IntoIter<u32>,
    /// The choices of this run.
    pub(crate) schedule: Vec<u32>,
}

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A task was polled.
    Polled,
    /// Nobody was ready; time moved.
    Waited,
    /// Nobody is ready and nobody sleeps.
    Quiet,
}

impl Executor {
    pub(crate) fn new(clock: SimClock, spawner: Spawner, dice: Dice, recorded: Vec<u32>) -> Self {
        Self {
            clock,
            spawner,
            tasks: BTreeMap::new(),
            ready: Ready::default(),
            next: 0,
            dice,
            recorded: recorded.into_iter(),
            schedule: Vec::new(),
        }
    }

    pub(crate) fn step(&mut self) -> Step {
        self.take_orders();
        let Some(id) = self.choose() else {
            return if self.clock.advance().is_some() { Step::Waited } else { Step::Quiet };
        };
        let Some((_, task)) = self.tasks.get_mut(&id) else { return Step::Polled };
        let waker = Waker::from(Arc::new(Bell { id, ready: self.ready.clone() }));
        if task.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            self.tasks.remove(&id);
        }
        Step::Polled
    }

    fn take_orders(&mut self) {
        loop {
            let Orders { begun, killed } = std::mem::take(&mut *lock(&self.spawner.orders));
            if begun.is_empty() && killed.is_empty() {
                return;
            }
            for (process, task) in begun {
                self.next += 1;
                self.tasks.insert(self.next, (process, task));
                lock(&self.ready).insert(self.next);
            }
            // Dropping a task may give further orders, and wakes whoever waits for its answer.
            let dead: Vec<u64> =
                self.tasks.iter().filter(|(_, (process, _))| killed.contains(process)).map(|(id, _)| *id).collect();
            for id in dead {
                self.tasks.remove(&id);
                lock(&self.ready).remove(&id);
            }
        }
    }

    fn choose(&mut self) -> Option<u64> {
        let mut ready = lock(&self.ready);
        let last = u64::try_from(ready.len()).ok()?.checked_sub(1)?;
        let drawn = u32::try_from(self.dice.range(0, last)).ok()?;
        let choice = if last == 0 {
            0
        } else {
            let choice = self.recorded.next().filter(|choice| u64::from(*choice) <= last).unwrap_or(drawn);
            self.schedule.push(choice);
            choice
        };
        let id = *ready.iter().nth(usize::try_from(choice).ok()?)?;
        ready.remove(&id);
        Some(id)
    }
}
