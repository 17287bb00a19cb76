//! Small facts that change, in memory.

use super::MemoryStore;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Entry, Register, StoreError};

#[async_trait]
impl Register for MemoryStore {
    async fn entry(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Entry>, StoreError> {
        let key = (tenant.clone(), kind.to_owned(), id.to_owned());
        Ok(self.tables().register.get(&key).filter(|entry| entry.is_kept(now)).cloned())
    }

    async fn entries(&self, tenant: &TenantId, kind: &str, now: DateTime<Utc>) -> Result<Vec<Entry>, StoreError> {
        let tables = self.tables();
        let wanted = |entry: &&Entry| &entry.tenant == tenant && entry.kind == kind && entry.is_kept(now);
        Ok(tables.register.values().filter(wanted).cloned().collect())
    }

    async fn put(&self, entry: &Entry, now: DateTime<Utc>) -> Result<(), StoreError> {
        let entry = entry.as_kept()?;
        let key = (entry.tenant.clone(), entry.kind.clone(), entry.id.clone());
        let mut tables = self.tables();
        if entry.takes_the_place_of(tables.register.get(&key), now)? {
            tables.register.insert(key, entry);
        }
        Ok(())
    }

    async fn remove(&self, tenant: &TenantId, kind: &str, id: &str, version: u64) -> Result<(), StoreError> {
        let key = (tenant.clone(), kind.to_owned(), id.to_owned());
        let mut tables = self.tables();
        match tables.register.get(&key) {
            Some(stored) if stored.version != version => Err(StoreError::Conflict),
            _ => {
                tables.register.remove(&key);
                Ok(())
            }
        }
    }
}
