//! Where calls, cases and planned effects live: one write, with a version check.

use crate::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::call::{Arrival, Call, CallEvent};
use nightdesk_domain::case::{Case, CaseEvent};
use nightdesk_domain::effect::PlannedEffect;
use nightdesk_domain::facts::Facts;
use nightdesk_domain::ids::{EffectId, OwnerId, TenantId};
use serde::{Deserialize, Serialize};

/// A machine's state as it is stored. Serialised as JSON with a `format` number (see [`SNAPSHOT_FORMAT`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Snapshot {
    /// A call.
    Call(Box<Call>),
    /// A case.
    Case(Box<Case>),
}

impl Snapshot {
    /// The machine's tenant.
    pub fn tenant(&self) -> &TenantId {
        match self {
            Snapshot::Call(call) => &call.tenant,
            Snapshot::Case(case) => &case.tenant,
        }
    }

    /// The machine's name.
    pub fn owner(&self) -> OwnerId {
        match self {
            Snapshot::Call(call) => OwnerId::Call(call.id.clone()),
            Snapshot::Case(case) => OwnerId::Case(case.id.clone()),
        }
    }

    /// When it began.
    pub fn opened_at(&self) -> DateTime<Utc> {
        match self {
            Snapshot::Call(call) => call.opened_at,
            Snapshot::Case(case) => case.opened_at,
        }
    }

    /// The settings that it pinned.
    pub fn policy_version(&self) -> u32 {
        match self {
            Snapshot::Call(call) => call.policy_version,
            Snapshot::Case(case) => case.policy_version,
        }
    }

    /// When it wants to be woken.
    pub fn deadline(&self) -> Option<DateTime<Utc>> {
        match self {
            Snapshot::Call(call) => call.deadline(),
            Snapshot::Case(case) => case.deadline(),
        }
    }
}

/// The version of the stored form of [`Snapshot`]; a golden file per version is kept in the tests.
pub const SNAPSHOT_FORMAT: u32 = 2;

/// A state and the version under which it is stored; versions count up from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The state.
    pub snapshot: Snapshot,
    /// Its version.
    pub version: u64,
}

/// A second name of an owner, by which it is found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alias {
    /// What kind of name: `ticket`.
    pub kind: &'static str,
    /// The name.
    pub value: String,
    /// Who it names.
    pub owner: OwnerId,
    /// Whether no other owner of the tenant may have it: a commit that takes it fails with `Conflict`.
    pub unique: bool,
}

/// A state to store.
#[derive(Debug, Clone)]
pub struct Save {
    /// The state.
    pub snapshot: Snapshot,
    /// The version it was loaded with; 0 for a state that must not exist yet.
    pub expected_version: u64,
    /// When this state wants to be woken; none if it waits for nothing.
    pub deadline: Option<DateTime<Utc>>,
}

/// Everything that becomes true together.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The tenant that everything in this commit belongs to.
    pub tenant: TenantId,
    /// States, at most one per owner.
    pub saves: Vec<Save>,
    /// Effects that were planned.
    pub effects: Vec<NewEffect>,
    /// Second names.
    pub aliases: Vec<Alias>,
    /// The effect whose outcome led here; it is removed. `Conflict` if the claim is no longer held.
    pub settled: Option<Claim>,
    /// What happened, for the flight recorder.
    pub journal: Vec<JournalEntry>,
}

/// An effect to store. With a lease it is created already held, so that the committer performs it
/// without a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEffect {
    /// The order.
    pub planned: PlannedEffect,
    /// Who performs it at once; none leaves it to whoever claims it when it is due.
    pub lease: Option<Lease>,
}

impl NewEffect {
    /// An effect that whoever looks next performs.
    pub fn unleased(planned: PlannedEffect) -> Self {
        Self { planned, lease: None }
    }
}

/// Who works on an effect, and until when nobody else may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The process; unique among those that run.
    pub claimant: String,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// An effect that this process may perform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The tenant.
    pub tenant: TenantId,
    /// The effect.
    pub effect: PlannedEffect,
    /// How it went so far.
    pub tries: Tries,
    /// The lease under which it is held.
    pub lease: Lease,
}

/// What earlier attempts of an effect came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tries {
    /// How many attempts ended without an outcome.
    pub attempts: u32,
    /// How many of them may have been carried out.
    pub unknown: u32,
    /// How many look-ups since the last unknown attempt found nothing.
    pub looked_up: u32,
}

impl Tries {
    /// One more attempt that may have been carried out.
    pub fn interrupted(self) -> Self {
        Self { attempts: self.attempts + 1, unknown: self.unknown + 1, looked_up: 0 }
    }
}

/// One row of the flight recorder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// The machine.
    pub owner: OwnerId,
    /// The version that this event led to; no two rows of one owner have the same.
    pub version: u64,
    /// When it was decided.
    pub at: DateTime<Utc>,
    /// The settings by which.
    pub policy_version: u32,
    /// The build that decided.
    pub build: String,
    /// What happened.
    pub event: RecordedEvent,
    /// What was known.
    pub facts: Facts,
    /// What was decided: a digest of the next state and of the effects.
    pub digest: String,
    /// The same in words: one line for the state, one for each effect.
    pub decided: Vec<String>,
}

/// An event as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordedEvent {
    /// A call arrived.
    Arrived(Box<Arrival>),
    /// A case was opened by a call, in this state.
    CaseOpened(Box<Case>),
    /// A call's event.
    Call(Box<CallEvent>),
    /// A case's event.
    Case(Box<CaseEvent>),
}

/// Calls and cases.
///
/// Contract: `commit` is atomic and durable when it returns; a commit whose expected version differs
/// from the stored one, or that takes a unique alias of another owner, fails with `Conflict` and changes
/// nothing. Reads see every commit that returned before they began. Nothing of one tenant is seen by another.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Cases: Send + Sync {
    /// The state of an owner, if there is one.
    async fn load(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Option<Stored>, StoreError>;
    /// Who bears a second name.
    async fn find(&self, tenant: &TenantId, kind: &str, value: &str) -> Result<Option<OwnerId>, StoreError>;
    /// Makes everything in it true, or nothing.
    async fn commit(&self, commit: Commit) -> Result<(), StoreError>;
    /// Owners of any tenant whose deadline has passed, the oldest first.
    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<(TenantId, OwnerId)>, StoreError>;
    /// States of a tenant, of calls or of cases, the newest first by the time they were opened.
    async fn list(&self, tenant: &TenantId, kind: ListKind, limit: usize) -> Result<Vec<Snapshot>, StoreError>;
    /// The flight recorder of an owner, in order.
    async fn journal(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<JournalEntry>, StoreError>;
    /// Fails unless a write is possible now.
    async fn ready(&self) -> Result<(), StoreError>;
}

/// What to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Calls.
    Calls,
    /// Cases.
    Cases,
}

/// Planned effects.
///
/// Contract: an effect is held by at most one claimant at a time; an expired lease may be taken by anybody, and
/// then counts as one more unknown attempt, since its holder may have acted before it died;
/// `postpone` and `settle` fail with `Conflict` when the claim is no longer held.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes effects that are due and not leased, the oldest first.
    async fn claim(&self, now: DateTime<Utc>, lease: &Lease, limit: usize) -> Result<Vec<Claim>, StoreError>;
    /// Puts an effect back: due then, with these tries, held by nobody.
    async fn postpone(&self, claim: &Claim, due: DateTime<Utc>, tries: Tries) -> Result<(), StoreError>;
    /// Removes an effect that needs no event.
    async fn settle(&self, claim: &Claim) -> Result<(), StoreError>;
    /// The effects of an owner that are not settled, with their tries.
    async fn pending(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<(EffectId, Tries)>, StoreError>;
    /// Since when the oldest effect is due, whoever holds it; none if nothing is due by `now`.
    /// An effect that was put back is due at its new time: the courier does what it can.
    async fn oldest_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError>;
}
