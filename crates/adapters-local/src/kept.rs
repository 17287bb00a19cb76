//! What the desk and the inbox keep: JSON values as records, and the stretch of time in which they lie.

use crate::json::{from_json, to_json};
use chrono::{DateTime, TimeDelta, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Clock, Record, RecordLog, Scan, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;

/// 1 January 2025, in seconds since 1970: nothing was kept before. A store that looks month by month begins here.
const EARLIEST_SECONDS: i64 = 1_735_689_600;

/// How far ahead of ours a clock may be that dated a record: other servers' clocks differ a little, and one that
/// was paced for a simulated night by days.
const AHEAD_DAYS: i64 = 31;

/// Values of one tenant after another, kept for good in a record log and dated by a clock.
#[derive(Clone)]
pub(crate) struct Kept {
    records: Arc<dyn RecordLog>,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl Kept {
    pub(crate) fn new(records: Arc<dyn RecordLog>, clock: Arc<dyn Clock>) -> Self {
        Self { records, clock }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Keeps a value as of now, unless its name is taken: then the first one stands.
    pub(crate) async fn keep<T: Serialize + Sync>(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        value: &T,
    ) -> Result<(), StoreError> {
        let record = Record {
            tenant: tenant.clone(),
            kind: kind.to_owned(),
            id: id.to_owned(),
            at: self.now(),
            expires_at: None,
            body: to_json(kind, value)?.into(),
        };
        self.records.append(&record).await
    }

    /// A value by its name, and since when it is kept.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
    ) -> Result<Option<(DateTime<Utc>, T)>, StoreError> {
        let found = self.records.get(tenant, kind, id, self.now()).await?;
        found.map(|record| Ok((record.at, value(&record)?))).transpose()
    }

    /// The newest values of a kind with their names, the newest first.
    pub(crate) async fn newest<T: DeserializeOwned>(
        &self,
        tenant: &TenantId,
        kind: &str,
        limit: usize,
    ) -> Result<Vec<(String, DateTime<Utc>, T)>, StoreError> {
        let earliest = DateTime::from_timestamp(EARLIEST_SECONDS, 0).unwrap_or_default();
        self.since(tenant, kind, earliest, limit).await
    }

    /// The same, from an instant on.
    pub(crate) async fn since<T: DeserializeOwned>(
        &self,
        tenant: &TenantId,
        kind: &str,
        from: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(String, DateTime<Utc>, T)>, StoreError> {
        let now = self.now();
        let scan = Scan { kind, from, until: now + TimeDelta::days(AHEAD_DAYS), newest_first: true, limit, now };
        let found = self.records.scan(tenant, &scan).await?;
        found.into_iter().map(|record| Ok((record.id.clone(), record.at, value(&record)?))).collect()
    }
}

fn value<T: DeserializeOwned>(record: &Record) -> Result<T, StoreError> {
    from_json(&record.kind, record.body.reveal())
}
