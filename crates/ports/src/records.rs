//! Facts that are kept beside the machines: token use, notices, the built-in desk's tickets.

use crate::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::private::Private;

/// One fact; it is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The tenant that it belongs to.
    pub tenant: TenantId,
    /// What kind of fact: `notice`, `desk-note/12345678`; at most 200 bytes.
    pub kind: String,
    /// Its name among the tenant's records of this kind; at most 200 bytes.
    pub id: String,
    /// When it happened; kept to the millisecond, rounded down.
    pub at: DateTime<Utc>,
    /// From when on it is no longer given; none: kept for good.
    pub expires_at: Option<DateTime<Utc>>,
    /// The fact itself as JSON; at most 300,000 bytes.
    pub body: Private,
}

/// Longest body of a [`Record`], in bytes: a DynamoDB item holds 400 KB with its keys.
pub const RECORD_BODY_BYTES_MAX: usize = 300_000;

/// Which records are wanted.
#[derive(Debug, Clone)]
pub struct Scan<'a> {
    /// Of this kind.
    pub kind: &'a str,
    /// From this instant on.
    pub from: DateTime<Utc>,
    /// Before this instant.
    pub until: DateTime<Utc>,
    /// The newest first instead of the oldest.
    pub newest_first: bool,
    /// At most so many.
    pub limit: usize,
    /// The present: what has expired by then is not given.
    pub now: DateTime<Utc>,
}

/// Records by tenant and time.
///
/// Contract: `append` is idempotent by (tenant, kind, id): where such a record is stored, it stays as it is and the
/// new one is dropped, at whatever time that one happened. Reads see every append that returned before they began.
/// Records of the same millisecond are ordered by id. What has expired is never given, whether it is deleted or
/// not. A record whose body is too long is `Corrupt`.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RecordLog: Send + Sync {
    /// Keeps a record, unless the tenant has one of this kind and id.
    async fn append(&self, record: &Record) -> Result<(), StoreError>;
    /// A record by its name; none if it is not there or has expired by `now`.
    async fn get(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Record>, StoreError>;
    /// The records of a stretch of time.
    #[allow(clippy::needless_lifetimes, reason = "mockall wants it named")]
    async fn scan<'a>(&self, tenant: &TenantId, scan: &Scan<'a>) -> Result<Vec<Record>, StoreError>;
}
