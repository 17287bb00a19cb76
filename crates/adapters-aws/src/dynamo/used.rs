//! What a store has used: requests and capacity units.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::ConsumedCapacity;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Requests and capacity units since a store was made.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Used {
    /// Requests that were sent, each attempt of a repeated one counted.
    pub requests: u64,
    /// Read request units, as DynamoDB reported them; a request that failed reports none.
    pub read_units: f64,
    /// Write request units, the index's included; a request that failed reports none.
    pub write_units: f64,
}

impl std::ops::Sub for Used {
    type Output = Used;

    fn sub(self, earlier: Used) -> Used {
        Used {
            requests: self.requests - earlier.requests,
            read_units: self.read_units - earlier.read_units,
            write_units: self.write_units - earlier.write_units,
        }
    }
}

/// The counters behind [`Used`]. Units come in halves, so that halves are counted.
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: AtomicU64,
    read_halves: AtomicU64,
    write_halves: AtomicU64,
}

impl Counters {
    pub(super) fn used(&self) -> Used {
        let units = |halves: &AtomicU64| halves.load(Ordering::Relaxed) as f64 / 2.0;
        Used {
            requests: self.requests.load(Ordering::Relaxed),
            read_units: units(&self.read_halves),
            write_units: units(&self.write_halves),
        }
    }

    pub(super) fn read<'a>(&self, capacity: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.read_halves.fetch_add(halves(capacity), Ordering::Relaxed);
    }

    pub(super) fn wrote<'a>(&self, capacity: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        self.write_halves.fetch_add(halves(capacity), Ordering::Relaxed);
    }
}

fn halves<'a>(capacity: impl IntoIterator<Item = &'a ConsumedCapacity>) -> u64 {
    let units: f64 = capacity.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
    // A float cast saturates: nonsense from a server counts as nothing.
    (units * 2.0).round() as u64
}

/// The same client, every attempt of which is counted.
pub(super) fn counting(client: &Client, counters: &Arc<Counters>) -> Client {
    let counting = Counting(Arc::clone(counters));
    Client::from_conf(client.config().to_builder().interceptor(counting).build())
}

#[derive(Debug)]
struct Counting(Arc<Counters>);

impl Intercept for Counting {
    fn name(&self) -> &'static str {
        "Counting"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
