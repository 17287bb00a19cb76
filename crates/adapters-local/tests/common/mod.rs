//! A clock for tests of this crate.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_ports::Clock;
use nightdesk_testkit::sample::at;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that moves only when it is told to; it begins at `sample::at(0)`.
pub(crate) struct Stopped(AtomicI64);

impl Stopped {
    /// The clock, shared.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(0)))
    }

    /// Moves it to `sample::at(seconds)`.
    #[allow(dead_code, reason = "each file of tests is a crate of its own, and not all of them move the clock")]
    pub(crate) fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        at(self.0.load(Ordering::SeqCst))
    }

    async fn sleep_until(&self, _instant: DateTime<Utc>) {}
}
