//! Small facts that change: overrides of a rota, maintenance windows, consent, bundles of texts.

use crate::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_domain::private::Private;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One fact as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The tenant that it belongs to.
    pub tenant: TenantId,
    /// What kind of fact: `override`, `consent`; at most [`ENTRY_KEY_BYTES_MAX`].
    pub kind: String,
    /// Its name among the tenant's entries of this kind; at most [`ENTRY_KEY_BYTES_MAX`].
    pub id: String,
    /// How often it has been put, this time included: 1 for a new one.
    pub version: u64,
    /// From when on it is no longer given, to the millisecond, rounded down; none: kept until it is removed.
    pub expires_at: Option<DateTime<Utc>>,
    /// The fact itself as JSON; at most [`ENTRY_BODY_BYTES_MAX`].
    pub body: Private,
}

/// Longest body of an [`Entry`], in bytes: small, since all entries of a kind are read together.
pub const ENTRY_BODY_BYTES_MAX: usize = 32_000;
/// Longest kind, and longest id, of an [`Entry`], in bytes: a DynamoDB sort key holds 1024.
pub const ENTRY_KEY_BYTES_MAX: usize = 200;

impl Entry {
    /// An entry that is not there yet, and stays until it is removed.
    pub fn new(tenant: &TenantId, kind: &str, id: &str, body: impl Into<Private>) -> Self {
        Self {
            tenant: tenant.clone(),
            kind: kind.to_owned(),
            id: id.to_owned(),
            version: 1,
            expires_at: None,
            body: body.into(),
        }
    }

    /// The fact in the body. The error tells where it broke off, and repeats nothing of it.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_str(self.body.reveal()).map_err(|error| unreadable(&self.kind, &error))
    }

    /// A fact as a body.
    pub fn body_of<T: Serialize>(kind: &str, fact: &T) -> Result<Private, StoreError> {
        serde_json::to_string(fact).map(Private::new).map_err(|error| unreadable(kind, &error))
    }

    /// The entry that follows this one, with another body.
    #[must_use]
    pub fn changed(&self, body: impl Into<Private>) -> Self {
        Self { version: self.version + 1, body: body.into(), ..self.clone() }
    }

    /// The entry as every store keeps it: its expiry rounded down to the millisecond. What is too long to be kept is
    /// `Corrupt`. Stores call it first, so that all of them refuse and round alike.
    pub fn as_kept(&self) -> Result<Entry, StoreError> {
        let key_bytes = self.kind.len().max(self.id.len());
        if self.body.reveal().len() > ENTRY_BODY_BYTES_MAX || key_bytes > ENTRY_KEY_BYTES_MAX {
            // The kind is a word of ours, cut off in case that it is what is too long; id and body may name persons.
            let kind: String = self.kind.chars().take(ENTRY_KEY_BYTES_MAX).collect();
            return Err(StoreError::Corrupt(format!("an entry of kind {kind} is too long")));
        }
        let whole = |instant: DateTime<Utc>| instant.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(instant);
        Ok(Entry { expires_at: self.expires_at.map(whole), ..self.clone() })
    }

    /// Whether it is still given at `now`.
    pub fn is_kept(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_none_or(|expiry| expiry > now)
    }

    /// What a put of this entry does over what is stored: `true` stores it, `false` finds it stored already, and a
    /// `Conflict` changes nothing. The one place that says so; both are as kept.
    pub fn takes_the_place_of(&self, stored: Option<&Entry>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let stored = stored.filter(|stored| stored.is_kept(now));
        if stored == Some(self) {
            return Ok(false);
        }
        let follows = stored.map_or(0, |stored| stored.version);
        if follows.checked_add(1) == Some(self.version) { Ok(true) } else { Err(StoreError::Conflict) }
    }
}

fn unreadable(kind: &str, error: &serde_json::Error) -> StoreError {
    let (line, column) = (error.line(), error.column());
    StoreError::Corrupt(format!(
        "an entry of kind {kind}: {:?} error at line {line}, column {column}",
        error.classify()
    ))
}

/// Small facts that change, by tenant and kind.
///
/// Contract: `put` stores an entry whose version is one more than the stored one's, or 1 where there is none; any
/// other version is `Conflict` and changes nothing, so that of two who read the same entry one is told to read again.
/// A put of the very entry that is stored, version and all, is a success and changes nothing: whoever lost an answer
/// repeats it. (So two who put the same body at the same version both succeed: whoever counts puts its own mark into
/// the body.) What has expired counts as not there, in reads and in `put`, whether it is deleted or not; after an
/// expiry or a removal versions begin again at 1, so an id is not used again for another thing. `remove` takes away
/// the entry of this version; that there is none is a success, another version is `Conflict`, and an expired one may
/// or may not be. Reads see every put and removal that returned before they began. Nothing of one tenant is seen or
/// changed by another. An entry that is too long is `Corrupt`: see [`Entry::as_kept`].
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Register: Send + Sync {
    /// An entry by its name; none if it is not there or has expired by `now`.
    async fn entry(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Entry>, StoreError>;
    /// All entries of a kind that have not expired by `now`, by id, byte by byte.
    async fn entries(&self, tenant: &TenantId, kind: &str, now: DateTime<Utc>) -> Result<Vec<Entry>, StoreError>;
    /// Stores an entry in the place of the one before it.
    async fn put(&self, entry: &Entry, now: DateTime<Utc>) -> Result<(), StoreError>;
    /// Takes an entry of this version away.
    async fn remove(&self, tenant: &TenantId, kind: &str, id: &str, version: u64) -> Result<(), StoreError>;
}
