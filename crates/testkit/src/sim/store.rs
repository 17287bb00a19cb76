//! The store as an engine sees it: the memory store, with every failure that the contract allows.

use super::executor::yield_now;
use super::faults::Service;
use super::world::World;
use super::{Plant, index, safety};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::consent::{CONSENT_KIND, STOP_KIND};
use nightdesk_domain::facts::Contact;
use nightdesk_domain::ids::{EffectId, OwnerId, TenantId};
use nightdesk_domain::phone::PhoneNumber;
use nightdesk_domain::policy::Policy;
use nightdesk_ports::{
    Cases, Claim, Commit, Entry, JournalEntry, Lease, ListKind, Outbox, Record, RecordLog, Register, Scan, Snapshot,
    StoreError, Stored, TenantRepository, Tries,
};
use std::sync::Arc;

/// The longest that the store takes for a request that it is slow with, in milliseconds.
const STORE_MS_MAX: u64 = 40;

/// One engine's way to the store.
pub(crate) struct FaultyStore {
    pub(crate) world: Arc<World>,
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("the simulated store is away".into())
}

impl FaultyStore {
    /// Others may go first, and the store may fail before it does anything.
    async fn before(&self) -> Result<(), StoreError> {
        let world = &self.world;
        for _ in 0..world.range(0, 2) {
            yield_now().await;
        }
        if world.strikes(world.faults.rates.store_slow) {
            world.clock.sleep_ms(world.range(1, STORE_MS_MAX)).await;
        }
        let away = !world.healed() && world.faults.outage(Service::Store, world.clock.at()).is_some();
        let throttled = world.strikes(world.faults.throttled(world.clock.at()));
        if away || throttled || world.strikes(world.faults.rates.store_before) {
            world.book().ticket_answers_lost = true;
            return Err(unavailable());
        }
        Ok(())
    }

    /// What was done is done, and its acknowledgement may be lost.
    async fn after(&self) -> Result<(), StoreError> {
        if self.world.chance(300) {
            yield_now().await;
        }
        if self.world.strikes(self.world.faults.rates.store_after) {
            self.world.note("store: acknowledgement lost");
            // A claim may have been taken, or an outcome not been stored: attempts count as unknown.
            self.world.book().ticket_answers_lost = true;
            return Err(unavailable());
        }
        Ok(())
    }
}

#[async_trait]
impl Cases for FaultyStore {
    async fn load(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Option<Stored>, StoreError> {
        self.before().await?;
        let mut stored = self.world.store.load(tenant, owner).await?;
        if let (OwnerId::Case(case), Some(stored)) = (owner, &mut stored)
            && self.world.planted(Plant::OldStateGiven)
            && self.world.chance(200)
        {
            let before = self.world.book().cases.get(case).and_then(|states| states.iter().rev().nth(1).cloned());
            stored.snapshot = before.map_or(stored.snapshot.clone(), |case| Snapshot::Case(Box::new(case)));
        }
        Ok(stored)
    }

    async fn find(&self, tenant: &TenantId, kind: &str, value: &str) -> Result<Option<OwnerId>, StoreError> {
        self.before().await?;
        self.world.store.find(tenant, kind, value).await
    }

    async fn commit(&self, mut commit: Commit) -> Result<(), StoreError> {
        self.before().await?;
        let world = &self.world;
        if world.strikes(world.faults.rates.conflict) {
            return Err(StoreError::Conflict);
        }
        let record = commit.clone();
        if world.planted(Plant::StateNotStored) && world.chance(50) && !commit.effects.is_empty() {
            commit.saves.clear();
        }
        if world.planted(Plant::UnstoredAcknowledged) && world.chance(20) {
            return Ok(());
        }
        if world.planted(Plant::VersionUnchecked) {
            for save in &mut commit.saves {
                let stored = world.store.load(&commit.tenant, &save.snapshot.owner()).await?;
                save.expected_version = stored.map_or(0, |stored| stored.version);
            }
        }
        let stored = commit.clone();
        world.store.commit(commit).await?;
        world.book().index.committed(&stored, world.clock.at());
        safety::committed(world, record).await;
        self.after().await
    }

    async fn due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<(TenantId, OwnerId)>, StoreError> {
        self.before().await?;
        let mut due = match index::stale(&self.world, |index| &index.owners, now, limit) {
            Some(shown) => shown,
            None => self.world.store.due(now, limit).await?,
        };
        if self.world.planted(Plant::DeadlinesForgotten) {
            due.retain(|(_, owner)| matches!(owner, OwnerId::Call(_)));
        }
        Ok(due)
    }

    async fn list(&self, tenant: &TenantId, kind: ListKind, limit: usize) -> Result<Vec<Snapshot>, StoreError> {
        self.before().await?;
        self.world.store.list(tenant, kind, limit).await
    }

    async fn journal(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<JournalEntry>, StoreError> {
        self.before().await?;
        self.world.store.journal(tenant, owner).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.before().await
    }
}

#[async_trait]
impl Outbox for FaultyStore {
    async fn claim(&self, now: DateTime<Utc>, lease: &Lease, limit: usize) -> Result<Vec<Claim>, StoreError> {
        self.before().await?;
        let shown = index::stale(&self.world, |index| &index.effects, now, limit);
        // Whatever the index shows, only what is free is taken.
        let wanted = |name: &(TenantId, EffectId)| shown.as_ref().is_none_or(|shown| shown.contains(name));
        let mut claims = self.world.store.claim_where(now, lease, limit, wanted);
        {
            let mut book = self.world.book();
            let present = self.world.clock.at();
            for claim in &claims {
                let name = (claim.tenant.clone(), claim.effect.id.clone());
                book.index.effects.set(name, present, Some(lease.until));
            }
            for claim in &claims {
                if let Some(row) = book.outbox.get_mut(&claim.effect.id) {
                    row.lease = Some(lease.clone());
                }
            }
            let planted = match self.world.plant {
                Some(Plant::LeasesIgnored) => book.outbox.keys().cloned().collect(),
                Some(Plant::IndexBelieved) => shown.into_iter().flatten().map(|(_, effect)| effect).collect(),
                _ => Vec::new(),
            };
            if !planted.is_empty() {
                let held = book.outbox.iter().filter(|(_, row)| row.lease.as_ref().is_some_and(|l| l != lease));
                let held = held.filter(|(id, _)| planted.contains(id));
                claims.extend(held.map(|(id, row)| Claim {
                    tenant: self.world.policy.tenant.clone(),
                    effect: nightdesk_domain::effect::PlannedEffect {
                        id: id.clone(),
                        due: now,
                        effect: row.effect.clone(),
                    },
                    tries: Tries::default(),
                    lease: lease.clone(),
                }));
            }
        }
        self.world.remind(claims.iter().map(|claim| claim.lease.until));
        self.after().await?;
        Ok(claims)
    }

    async fn postpone(&self, claim: &Claim, due: DateTime<Utc>, tries: Tries) -> Result<(), StoreError> {
        self.before().await?;
        self.world.store.postpone(claim, due, tries).await?;
        {
            let mut book = self.world.book();
            let name = (claim.tenant.clone(), claim.effect.id.clone());
            book.index.effects.set(name, self.world.clock.at(), Some(due));
            if let Some(row) = book.outbox.get_mut(&claim.effect.id) {
                row.lease = None;
            }
        }
        self.world.remind([due]);
        self.after().await
    }

    async fn settle(&self, claim: &Claim) -> Result<(), StoreError> {
        self.before().await?;
        self.world.store.settle(claim).await?;
        let name = (claim.tenant.clone(), claim.effect.id.clone());
        self.world.book().index.effects.set(name, self.world.clock.at(), None);
        self.world.book().outbox.remove(&claim.effect.id);
        self.after().await
    }

    async fn pending(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<(EffectId, Tries)>, StoreError> {
        self.before().await?;
        self.world.store.pending(tenant, owner).await
    }

    async fn oldest_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.before().await?;
        self.world.store.oldest_due(now).await
    }
}

#[async_trait]
impl TenantRepository for FaultyStore {
    async fn newest(&self, tenant: &TenantId) -> Result<Option<Arc<Policy>>, StoreError> {
        self.before().await?;
        self.world.store.newest(tenant).await
    }
    async fn version(&self, tenant: &TenantId, version: u32) -> Result<Option<Arc<Policy>>, StoreError> {
        self.before().await?;
        self.world.store.version(tenant, version).await
    }
    async fn import(&self, policy: &Policy, contacts: &[Contact], file: &str) -> Result<u32, StoreError> {
        self.before().await?;
        self.world.store.import(policy, contacts, file).await
    }
    async fn file(&self, tenant: &TenantId) -> Result<Option<(u32, String)>, StoreError> {
        self.before().await?;
        self.world.store.file(tenant).await
    }
    async fn contacts_of(&self, tenant: &TenantId, number: &PhoneNumber) -> Result<Vec<Contact>, StoreError> {
        self.before().await?;
        self.world.store.contacts_of(tenant, number).await
    }
    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        self.before().await?;
        self.world.store.tenants().await
    }
}

#[async_trait]
impl RecordLog for FaultyStore {
    async fn append(&self, record: &Record) -> Result<(), StoreError> {
        self.before().await?;
        self.world.store.append(record).await?;
        self.after().await
    }
    async fn get(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Record>, StoreError> {
        self.before().await?;
        self.world.store.get(tenant, kind, id, now).await
    }
    async fn scan<'a>(&self, tenant: &TenantId, scan: &Scan<'a>) -> Result<Vec<Record>, StoreError> {
        self.before().await?;
        self.world.store.scan(tenant, scan).await
    }
}

#[async_trait]
impl Register for FaultyStore {
    async fn entry(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Entry>, StoreError> {
        self.before().await?;
        self.world.store.entry(tenant, kind, id, now).await
    }
    async fn entries(&self, tenant: &TenantId, kind: &str, now: DateTime<Utc>) -> Result<Vec<Entry>, StoreError> {
        self.before().await?;
        self.world.store.entries(tenant, kind, now).await
    }
    async fn put(&self, entry: &Entry, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.before().await?;
        if self.world.strikes(self.world.faults.rates.conflict) {
            return Err(StoreError::Conflict);
        }
        if self.world.planted(Plant::StopForgotten) && entry.kind == CONSENT_KIND {
            return Ok(());
        }
        if self.world.planted(Plant::BlockForgotten) && entry.kind == STOP_KIND {
            return Ok(());
        }
        self.world.store.put(entry, now).await?;
        self.after().await
    }
    async fn remove(&self, tenant: &TenantId, kind: &str, id: &str, version: u64) -> Result<(), StoreError> {
        self.before().await?;
        self.world.store.remove(tenant, kind, id, version).await?;
        self.after().await
    }
}
