//! Planned effects in memory.

use super::{MemoryStore, Waiting};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::{EffectId, OwnerId, TenantId};
use nightdesk_ports::{Claim, Lease, Outbox, StoreError, Tries};

impl MemoryStore {
    /// Takes effects that are due and not leased, the oldest first, of those that are asked for by name.
    pub(crate) fn claim_where(
        &self,
        now: DateTime<Utc>,
        lease: &Lease,
        limit: usize,
        wanted: impl Fn(&(TenantId, EffectId)) -> bool,
    ) -> Vec<Claim> {
        let mut tables = self.tables();
        let is_free = |waiting: &Waiting| waiting.lease.as_ref().is_none_or(|held| held.until <= now);
        let mut free: Vec<_> = tables
            .effects
            .iter_mut()
            .filter(|(name, waiting)| waiting.due <= now && is_free(waiting) && wanted(name))
            .collect();
        // The sort is stable: what is due at the same instant stays in the order of its name.
        free.sort_by_key(|(_, waiting)| waiting.due);
        let taken = free.into_iter().take(limit).map(|((tenant, _), waiting)| {
            if waiting.lease.replace(lease.clone()).is_some() {
                // Its holder may have acted before it died.
                waiting.tries = waiting.tries.interrupted();
            }
            let effect = waiting.effect.clone();
            Claim { tenant: tenant.clone(), effect, tries: waiting.tries, lease: lease.clone() }
        });
        taken.collect()
    }
}

#[async_trait]
impl Outbox for MemoryStore {
    async fn claim(&self, now: DateTime<Utc>, lease: &Lease, limit: usize) -> Result<Vec<Claim>, StoreError> {
        Ok(self.claim_where(now, lease, limit, |_| true))
    }

    async fn postpone(&self, claim: &Claim, due: DateTime<Utc>, tries: Tries) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let key = tables.held(claim)?;
        if let Some(waiting) = tables.effects.get_mut(&key) {
            waiting.due = due;
            waiting.tries = tries;
            waiting.lease = None;
        }
        Ok(())
    }

    async fn settle(&self, claim: &Claim) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let key = tables.held(claim)?;
        tables.effects.remove(&key);
        Ok(())
    }

    async fn pending(&self, tenant: &TenantId, owner: &OwnerId) -> Result<Vec<(EffectId, Tries)>, StoreError> {
        let tables = self.tables();
        let of_owner = tables.effects.iter().filter(|((of, id), _)| of == tenant && &id.owner == owner);
        Ok(of_owner.map(|((_, id), waiting)| (id.clone(), waiting.tries)).collect())
    }

    async fn oldest_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(self.tables().effects.values().map(|waiting| waiting.due).filter(|due| *due <= now).min())
    }
}
