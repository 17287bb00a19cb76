//! Looking after what is due, for a while.
//!
//! A schedule starts a watch every minute, and it ends just before the next one begins, so that somebody is nearly
//! always looking; two at once do no harm, since a claim is conditional. The test in tests/lambda/watch.rs says how
//! late that makes an effect: p99 under three seconds.
//!
//! What it costs: 58 of every 60 seconds are billed, 2.54 million seconds a month. With 128 MB that is 317,000
//! GB-seconds, with 256 MB 634,000; at 0.0000133334 USD for a GB-second of arm64 (us-east-1, list price of 2025)
//! 4.23 or 8.46 USD, before the free 400,000 GB-seconds. Its 43,800 starts cost a cent. An idle look asks four shards of
//! the index for deadlines and for effects, half a request unit each: 10.2 million units, 1.27 USD at 0.125 USD for a
//! million. `cargo xtask bench lambda` measures the memory and prints the first sum anew.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use futures_util::future::{Either, pending, select};
use futures_util::stream::FuturesUnordered;
use nightdesk_engine::Engine;
use std::pin::pin;

/// How often the due work is looked at while there is none, in seconds.
const LOOK_EVERY_SECONDS: i64 = 1;
/// How many looks may be under way, so that one slow answer from outside holds up no deadline.
const LOOKS_MAX: usize = 4;
/// How much is taken at a look.
const TAKE_MAX: usize = 16;

/// What a watch saw and did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Watched {
    /// Looks at the due work.
    pub looks: usize,
    /// Those that failed.
    pub failed: usize,
    /// Deadlines that had passed.
    pub deadlines: usize,
    /// Effects that were taken.
    pub effects: usize,
    /// Those that have been tried in vain for minutes.
    pub parked: usize,
    /// Whether the last look that ended had failed: the store is down still.
    pub ended_in_failure: bool,
}

/// Looks each second, and again at once after a look that was not idle, beginning no look at `until` or later, and
/// returns when the last has ended. Time is the engine's own clock.
pub async fn watch(engine: &Engine, until: DateTime<Utc>) -> Watched {
    let clock = engine.ports().clock.clone();
    let mut watched = Watched::default();
    let mut under_way = FuturesUnordered::new();
    let mut next = clock.now();
    loop {
        let may_begin = next < until && under_way.len() < LOOKS_MAX;
        let now = clock.now();
        if may_begin && next <= now && now < until {
            watched.looks += 1;
            under_way.push(engine.run_due(TAKE_MAX));
            next = now + TimeDelta::seconds(LOOK_EVERY_SECONDS);
            continue;
        }
        let may_begin = may_begin && now < until;
        if under_way.is_empty() && !may_begin {
            return watched;
        }
        let again = next;
        let time = pin!(async { if may_begin { clock.sleep_until(again).await } else { pending().await } });
        // An empty set of looks is ready at once with nothing, so it must not take part.
        let ended = pin!(async { if under_way.is_empty() { pending().await } else { under_way.next().await } });
        if let Either::Left((Some(result), _)) = select(ended, time).await {
            watched.ended_in_failure = result.is_err();
            match result {
                Ok(ran) => {
                    watched.deadlines += ran.deadlines;
                    watched.effects += ran.effects;
                    watched.parked += ran.parked;
                    if !ran.is_idle() {
                        next = clock.now();
                    }
                }
                Err(error) => {
                    watched.failed += 1;
                    tracing::error!(error = super::with_causes(&error), "what is due could not be looked at");
                }
            }
        }
    }
}

/// Looks once, and again as long as there is something to do, beginning no look at `until` or later.
pub async fn look_now(engine: &Engine, until: DateTime<Utc>) -> Result<Watched, nightdesk_engine::EngineError> {
    let mut watched = Watched::default();
    loop {
        let ran = engine.run_due(TAKE_MAX).await?;
        watched.looks += 1;
        watched.deadlines += ran.deadlines;
        watched.effects += ran.effects;
        watched.parked += ran.parked;
        if ran.is_idle() || engine.ports().clock.now() >= until {
            return Ok(watched);
        }
    }
}
