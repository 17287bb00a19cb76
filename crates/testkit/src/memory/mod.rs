//! The memory store: the storage ports over ordered maps, with no clock and no runtime.
//!
//! Everything happens under one lock and in one poll, so that a simulator decides alone where a crash falls.
//! It is the reference of the contract: where SQLite and it differ, one of the two is wrong.

mod cases;
mod outbox;
mod records;
mod register;
mod tenants;

use nightdesk_domain::effect::PlannedEffect;
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::{EffectId, OwnerId, TenantId};
use nightdesk_domain::policy::Policy;
use nightdesk_ports::{Claim, Entry, JournalEntry, Lease, Record, Save, StoreError, Stored, Tries};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A store that forgets when its last clone is dropped.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
}

#[derive(Debug, Default)]
struct Tables {
    states: BTreeMap<(TenantId, OwnerId), State>,
    effects: BTreeMap<(TenantId, EffectId), Waiting>,
    aliases: BTreeMap<(TenantId, String, String), Bearer>,
    journal: BTreeMap<(TenantId, OwnerId), Vec<JournalEntry>>,
    policies: BTreeMap<(TenantId, u32), Arc<Policy>>,
    contacts: BTreeMap<TenantId, Vec<Contact>>,
    /// The text that the newest settings were read from.
    files: BTreeMap<TenantId, String>,
    records: BTreeMap<(TenantId, String, String), Record>,
    /// By tenant, kind and id.
    register: BTreeMap<(TenantId, String, String), Entry>,
}

#[derive(Debug)]
struct State {
    stored: Stored,
    deadline: Option<chrono::DateTime<chrono::Utc>>,
}

/// An effect that is not settled. `effect.due` stays as planned; `due` moves when it is postponed.
#[derive(Debug)]
struct Waiting {
    effect: PlannedEffect,
    due: chrono::DateTime<chrono::Utc>,
    tries: Tries,
    lease: Option<Lease>,
}

#[derive(Debug)]
struct Bearer {
    owner: OwnerId,
    unique: bool,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // A panic elsewhere cannot leave half a commit: everything is checked before anything is changed.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    /// Where the effect of a claim is, if the claim is still held.
    fn held(&self, claim: &Claim) -> Result<(TenantId, EffectId), StoreError> {
        let key = (claim.tenant.clone(), claim.effect.id.clone());
        match self.effects.get(&key) {
            Some(waiting) if waiting.lease.as_ref() == Some(&claim.lease) => Ok(key),
            _ => Err(StoreError::Conflict),
        }
    }
}

impl From<Save> for State {
    fn from(save: Save) -> Self {
        let version = save.expected_version + 1;
        State { stored: Stored { snapshot: save.snapshot, version }, deadline: save.deadline }
    }
}
