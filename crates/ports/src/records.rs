//! Facts that are kept beside the machines: token use, notices, the built-in desk's tickets.

use crate::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::private::Private;

/// One fact; it is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The tenant that it belongs to.
    pub tenant: TenantId,
    /// What kind of fact: `notice`, `desk-note/12345678`; at most [`RECORD_KEY_BYTES_MAX`].
    pub kind: String,
    /// Its name among the tenant's records of this kind; at most [`RECORD_KEY_BYTES_MAX`].
    pub id: String,
    /// When it happened, not before 1970; kept to the millisecond, rounded down.
    pub at: DateTime<Utc>,
    /// From when on it is no longer given, to the millisecond, rounded down; none: kept for good.
    pub expires_at: Option<DateTime<Utc>>,
    /// The fact itself as JSON; at most [`RECORD_BODY_BYTES_MAX`].
    pub body: Private,
}

/// Longest body of a [`Record`], in bytes: a DynamoDB item holds 400 KB with its keys.
pub const RECORD_BODY_BYTES_MAX: usize = 300_000;
/// Longest kind, and longest id, of a [`Record`], in bytes: a DynamoDB sort key holds 1024.
pub const RECORD_KEY_BYTES_MAX: usize = 200;

impl Record {
    /// The record as every store keeps it: instants rounded down to the millisecond. What is too long to be kept is
    /// `Corrupt`. Stores call it first, so that all of them refuse and round alike.
    pub fn as_kept(&self) -> Result<Record, StoreError> {
        let key_bytes = self.kind.len().max(self.id.len());
        if self.body.reveal().len() > RECORD_BODY_BYTES_MAX || key_bytes > RECORD_KEY_BYTES_MAX {
            // The kind is a word of ours, cut off in case that it is what is too long; id and body may name persons.
            let kind: String = self.kind.chars().take(RECORD_KEY_BYTES_MAX).collect();
            return Err(StoreError::Corrupt(format!("a record of kind {kind} is too long")));
        }
        if self.at < DateTime::UNIX_EPOCH {
            return Err(StoreError::Corrupt("a record is dated before 1970".to_owned()));
        }
        let whole = |instant: DateTime<Utc>| instant.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(instant);
        Ok(Record { at: whole(self.at), expires_at: self.expires_at.map(whole), ..self.clone() })
    }
}

/// Which records are wanted.
#[derive(Debug, Clone)]
pub struct Scan<'a> {
    /// Of this kind, letter by letter.
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
/// Records of the same millisecond are ordered by id, byte by byte. What has expired is never given, whether it is
/// deleted or not; an expired record may or may not stand in the way of a new one of its name. A record that is too
/// long is `Corrupt`: see [`Record::as_kept`].
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
