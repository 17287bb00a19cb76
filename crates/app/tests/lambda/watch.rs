//! How late an effect is performed when a watch starts every minute, on a clock that jumps from one wait to the next.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk::lambda::{look_now, watch};
use nightdesk_domain::effect::{Alert, Effect, PlannedEffect};
use nightdesk_domain::ids::{EffectId, OwnerId, TenantId};
use nightdesk_engine::{Engine, Settings};
use nightdesk_ports::{
    Cases, Claim, Clock, Commit, DeliveryError, Lease, NewEffect, Notifier, Outbox, StoreError, Tries,
};
use nightdesk_testkit::fakes::{HandClock, Obedient, ports};
use nightdesk_testkit::memory::MemoryStore;
use nightdesk_testkit::sample::{alert, at, case_owner, commit, tenant};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

/// Tokio's paused clock, which jumps to the next instant that anybody waits for.
struct FastClock {
    began: Instant,
}

#[async_trait]
impl Clock for FastClock {
    fn now(&self) -> DateTime<Utc> {
        at(0) + TimeDelta::from_std(self.began.elapsed()).unwrap()
    }
    async fn sleep_until(&self, instant: DateTime<Utc>) {
        tokio::time::sleep((instant - self.now()).to_std().unwrap_or_default()).await;
    }
}

/// Notes when it is asked; the first effect may take long.
struct Recorder {
    clock: Arc<FastClock>,
    first_takes: Duration,
    performed: Mutex<BTreeMap<u32, DateTime<Utc>>>,
}

#[async_trait]
impl Notifier for Recorder {
    async fn alert(&self, _: &TenantId, id: &EffectId, _: &Alert) -> Result<(), DeliveryError> {
        self.performed.lock().unwrap().entry(id.number).or_insert(self.clock.now());
        let takes = if id.number == 0 { self.first_takes } else { Duration::from_millis(300) };
        tokio::time::sleep(takes).await;
        Ok(())
    }
}

/// Takes effects from the memory store; fails while it is told to.
struct Flaky {
    store: MemoryStore,
    fails_until: DateTime<Utc>,
}

#[async_trait]
impl Outbox for Flaky {
    async fn claim(&self, now: DateTime<Utc>, lease: &Lease, limit: usize) -> Result<Vec<Claim>, StoreError> {
        if now < self.fails_until {
            return Err(StoreError::Unavailable("throttled".into()));
        }
        self.store.claim(now, lease, limit).await
    }
    async fn postpone(&self, claim: &Claim, due: DateTime<Utc>, tries: Tries) -> Result<(), StoreError> {
        self.store.postpone(claim, due, tries).await
    }
    async fn settle(&self, claim: &Claim) -> Result<(), StoreError> {
        self.store.settle(claim).await
    }
    async fn pending(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<(EffectId, Tries)>, StoreError> {
        self.store.pending(tenant, owner).await
    }
    async fn oldest_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.store.oldest_due(now).await
    }
}

struct Night {
    engine: Engine,
    clock: Arc<FastClock>,
    recorder: Arc<Recorder>,
}

impl Night {
    /// An engine whose store holds one alert for each due time, in milliseconds from the start.
    async fn with(dues_ms: &[i64], first_takes: Duration, fails_until: DateTime<Utc>) -> Night {
        let store = MemoryStore::new();
        let clock = Arc::new(FastClock { began: Instant::now() });
        let recorder = Arc::new(Recorder { clock: clock.clone(), first_takes, performed: Mutex::default() });
        let mut planned = commit(&tenant());
        planned.effects = dues_ms
            .iter()
            .zip(0..)
            .map(|(ms, number)| {
                let id = EffectId { owner: case_owner("CA1"), number };
                let due = at(0) + TimeDelta::milliseconds(*ms);
                NewEffect::unleased(PlannedEffect { id, due, effect: Effect::Alert(alert()) })
            })
            .collect();
        let planned: Commit = planned;
        store.commit(planned).await.unwrap();
        let mut ports = ports(&store, HandClock::at(at(0)), Arc::new(Obedient::default()));
        ports.outbox = Arc::new(Flaky { store, fails_until });
        ports.notifier = recorder.clone();
        ports.clock = clock.clone();
        Night { engine: Engine::new(ports, Settings::new("test")), clock, recorder }
    }

    /// Starts a watch at each of these instants, as the schedule does, and waits for all of them to end.
    async fn watches(&self, starts_ms: &[i64]) {
        let watches = starts_ms.iter().map(|ms| async move {
            let start = at(0) + TimeDelta::milliseconds(*ms);
            self.clock.sleep_until(start).await;
            watch(&self.engine, start + TimeDelta::seconds(58)).await
        });
        futures_util::future::join_all(watches).await;
    }

    /// How late each effect was performed, the latest last; every one must have been.
    fn lateness_ms(&self, dues_ms: &[i64]) -> Vec<i64> {
        let performed = self.recorder.performed.lock().unwrap();
        let late = |(number, due): (u32, &i64)| (performed[&number] - at(0)).num_milliseconds() - due;
        let mut late: Vec<i64> = (0..).zip(dues_ms).map(late).collect();
        late.sort_unstable();
        late
    }
}

/// The same numbers each time, spread evenly (splitmix64).
fn spread(seed: u64, below: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x2545_f491_4f6c_dd1d);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % below
}

const MINUTES: i64 = 10;

/// Six hundred effects over ten minutes; watches start so many minutes apart, each up to a second late: a cold start,
/// and a schedule that is not exact.
async fn p99_and_latest_ms(every_minutes: i64) -> (i64, i64) {
    let dues: Vec<i64> = (0..600).map(|n| spread(n, MINUTES as u64 * 60_000 - 5_000) as i64).collect();
    let night = Night::with(&dues, Duration::from_millis(300), at(0)).await;
    let starts: Vec<i64> =
        (0..=MINUTES).step_by(every_minutes as usize).map(|m| m * 60_000 + spread(m as u64, 1_000) as i64).collect();
    night.watches(&starts).await;
    let late = night.lateness_ms(&dues);
    (late[late.len() * 99 / 100], late[late.len() - 1])
}

#[tokio::test(start_paused = true)]
async fn ninety_nine_of_a_hundred_effects_are_performed_within_three_seconds_of_their_time() {
    let (p99, latest) = p99_and_latest_ms(1).await;
    println!("600 effects, a watch each minute: p99 {p99} ms late, the latest {latest} ms");
    assert!(p99 < 3_000, "{p99} ms");
    assert!(latest < 5_000, "{latest} ms");
}

#[tokio::test(start_paused = true)]
async fn a_schedule_that_leaves_out_every_second_minute_is_not_good_enough() {
    let (p99, _) = p99_and_latest_ms(2).await;
    assert!(p99 > 50_000, "the measure above would not notice: {p99} ms");
}

#[tokio::test(start_paused = true)]
async fn an_idle_watch_looks_each_second_and_ends_in_time() {
    let night = Night::with(&[], Duration::ZERO, at(0)).await;
    let watched = watch(&night.engine, at(58)).await;
    assert_eq!((watched.looks, watched.effects, watched.failed), (58, 0, 0));
    assert_eq!(night.clock.now(), at(57), "the last look began a second before the end, and nothing is waited for");
    // Begun when there is no time left, it does nothing.
    assert_eq!(watch(&night.engine, night.clock.now()).await.looks, 0);
}

#[tokio::test(start_paused = true)]
async fn one_slow_answer_from_outside_holds_up_nothing_else() {
    let dues: Vec<i64> = (0..20).map(|n| n * 1_000).collect();
    let night = Night::with(&dues, Duration::from_secs(20), at(0)).await;
    night.watches(&[0]).await;
    let late = night.lateness_ms(&dues);
    assert!(late.iter().all(|late| *late <= 1_000), "{late:?}");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_for_a_while_is_asked_again_each_second() {
    let dues = [500, 1_500];
    let night = Night::with(&dues, Duration::ZERO, at(10)).await;
    let watched = watch(&night.engine, at(58)).await;
    assert_eq!((watched.failed, watched.effects, watched.ended_in_failure), (10, 2, false));
    assert!(night.lateness_ms(&dues).iter().all(|late| *late < 10_000));
    let down = Night::with(&dues, Duration::ZERO, at(9_999)).await;
    assert!(watch(&down.engine, at(58)).await.ended_in_failure, "or the alarm on errors would stay silent");
    assert!(look_now(&down.engine, at(58)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_look_that_the_stream_asked_for_takes_all_that_is_due_and_no_more() {
    // More than one look takes, and one that is due later.
    let dues: Vec<i64> = (0..40).map(|_| 0).chain([5_000]).collect();
    let night = Night::with(&dues, Duration::ZERO, at(0)).await;
    let watched = look_now(&night.engine, at(60)).await.unwrap();
    assert_eq!(watched.effects, 40);
    assert!(night.clock.now() < at(5));
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_is_tried_again_and_again_counts_as_parked() {
    struct Refusing;
    #[async_trait]
    impl Notifier for Refusing {
        async fn alert(&self, _: &TenantId, _: &EffectId, _: &Alert) -> Result<(), DeliveryError> {
            Err(DeliveryError::Unavailable { retry_after: None })
        }
    }
    let night = Night::with(&[0], Duration::ZERO, at(0)).await;
    let mut ports = night.engine.ports().clone();
    ports.notifier = Arc::new(Refusing);
    let engine = Engine::new(ports, Settings::new("test"));
    let first = watch(&engine, at(58)).await;
    assert_eq!((first.effects, first.parked), (6, 0), "after 0, 1, 3, 7, 15 and 31 seconds");
    let mut parked = 0;
    for minute in 1..20 {
        night.clock.sleep_until(at(minute * 60)).await;
        parked += watch(&engine, at(minute * 60 + 58)).await.parked;
    }
    assert!(parked >= 1, "after twenty minutes it is");
}
