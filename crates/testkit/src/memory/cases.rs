//! Calls and cases in memory.

use super::{Bearer, MemoryStore, State, Tables, Waiting};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::{OwnerId, TenantId};
use nightdesk_ports::{Alias, Cases, Commit, JournalEntry, ListKind, NewEffect, Snapshot, StoreError, Stored, Tries};
use std::cmp::Reverse;

#[async_trait]
impl Cases for MemoryStore {
    async fn load(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Option<Stored>, StoreError> {
        let key = (tenant.clone(), owner.clone());
        Ok(self.tables().states.get(&key).map(|state| state.stored.clone()))
    }

    async fn find(&self, tenant: &TenantId, kind: &str, value: &str) -> Result<Option<OwnerId>, StoreError> {
        let key = (tenant.clone(), kind.to_owned(), value.to_owned());
        Ok(self.tables().aliases.get(&key).map(|bearer| bearer.owner.clone()))
    }

    async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.check(&commit)?;
        tables.apply(commit);
        Ok(())
    }

    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<(TenantId, OwnerId)>, StoreError> {
        let tables = self.tables();
        let mut due: Vec<_> = tables
            .states
            .iter()
            .filter_map(|(key, state)| state.deadline.filter(|deadline| *deadline <= now).map(|at| (at, key)))
            .collect();
        due.sort();
        Ok(due.into_iter().take(limit).map(|(_, key)| key.clone()).collect())
    }

    async fn list(&self, tenant: &TenantId, kind: ListKind, limit: usize) -> Result<Vec<Snapshot>, StoreError> {
        let tables = self.tables();
        let mut found: Vec<_> = tables
            .states
            .iter()
            .filter(|((owned_by, _), state)| owned_by == tenant && kind_of(&state.stored.snapshot) == kind)
            .map(|(_, state)| &state.stored.snapshot)
            .collect();
        // The sort is stable: what was opened at the same instant stays in the order of its name.
        found.sort_by_key(|snapshot| Reverse(snapshot.opened_at()));
        Ok(found.into_iter().take(limit).cloned().collect())
    }

    async fn journal(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<JournalEntry>, StoreError> {
        let key = (tenant.clone(), owner.clone());
        Ok(self.tables().journal.get(&key).cloned().unwrap_or_default())
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Tables {
    /// Whether everything in a commit can become true together.
    fn check(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut owners: Vec<OwnerId> = Vec::new();
        for save in &commit.saves {
            let owner = save.snapshot.owner();
            let stored = self.states.get(&(commit.tenant.clone(), owner.clone()));
            let version = stored.map_or(0, |state| state.stored.version);
            if version != save.expected_version || owners.contains(&owner) {
                return Err(StoreError::Conflict);
            }
            owners.push(owner);
        }
        if let Some(claim) = &commit.settled {
            self.held(claim)?;
        }
        for (place, effect) in commit.effects.iter().enumerate() {
            let stored = self.effects.contains_key(&(commit.tenant.clone(), effect.planned.id.clone()));
            if stored || commit.effects[..place].iter().any(|other| other.planned.id == effect.planned.id) {
                return Err(StoreError::Conflict);
            }
        }
        for (place, alias) in commit.aliases.iter().enumerate() {
            let key = (commit.tenant.clone(), alias.kind.to_owned(), alias.value.clone());
            let taken = self.aliases.get(&key).is_some_and(|bearer| excludes(alias, &bearer.owner, bearer.unique));
            let earlier = &commit.aliases[..place];
            let twice = earlier.iter().any(|other| {
                (other.kind, &other.value) == (alias.kind, &alias.value) && excludes(alias, &other.owner, other.unique)
            });
            if taken || twice {
                return Err(StoreError::Conflict);
            }
        }
        Ok(())
    }

    /// Makes everything in a checked commit true.
    fn apply(&mut self, commit: Commit) {
        let tenant = commit.tenant;
        for save in commit.saves {
            self.states.insert((tenant.clone(), save.snapshot.owner()), State::from(save));
        }
        if let Some(claim) = commit.settled {
            self.effects.remove(&(claim.tenant, claim.effect.id));
        }
        for effect in commit.effects {
            let NewEffect { planned, lease } = effect;
            let key = (tenant.clone(), planned.id.clone());
            self.effects.insert(key, Waiting { due: planned.due, effect: planned, tries: Tries::default(), lease });
        }
        for alias in commit.aliases {
            let bearer = self
                .aliases
                .entry((tenant.clone(), alias.kind.to_owned(), alias.value))
                .or_insert(Bearer { owner: alias.owner.clone(), unique: alias.unique });
            bearer.owner = alias.owner;
            bearer.unique |= alias.unique;
        }
        for entry in commit.journal {
            self.journal.entry((tenant.clone(), entry.owner.clone())).or_default().push(entry);
        }
    }
}

/// Whether an alias cannot be taken because of who bears it; without uniqueness, the newest bearer counts.
fn excludes(alias: &Alias, bearer: &OwnerId, bearer_unique: bool) -> bool {
    *bearer != alias.owner && (alias.unique || bearer_unique)
}

fn kind_of(snapshot: &Snapshot) -> ListKind {
    match snapshot {
        Snapshot::Call(_) => ListKind::Calls,
        Snapshot::Case(_) => ListKind::Cases,
    }
}
