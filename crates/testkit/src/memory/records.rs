//! Records in memory.

use super::MemoryStore;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Record, RecordLog, Scan, StoreError};

#[async_trait]
impl RecordLog for MemoryStore {
    async fn append(&self, record: &Record) -> Result<(), StoreError> {
        let record = record.as_kept()?;
        let key = (record.tenant.clone(), record.kind.clone(), record.id.clone());
        self.tables().records.entry(key).or_insert(record);
        Ok(())
    }

    async fn get(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Record>, StoreError> {
        let key = (tenant.clone(), kind.to_owned(), id.to_owned());
        Ok(self.tables().records.get(&key).filter(|record| is_kept(record, now)).cloned())
    }

    async fn scan<'a>(&self, tenant: &TenantId, scan: &Scan<'a>) -> Result<Vec<Record>, StoreError> {
        let tables = self.tables();
        let wanted = |record: &&Record| {
            &record.tenant == tenant
                && record.kind == scan.kind
                && (scan.from..scan.until).contains(&record.at)
                && is_kept(record, scan.now)
        };
        let mut found: Vec<Record> = tables.records.values().filter(wanted).cloned().collect();
        found.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        if scan.newest_first {
            found.reverse();
        }
        found.truncate(scan.limit);
        Ok(found)
    }
}

fn is_kept(record: &Record, now: DateTime<Utc>) -> bool {
    record.expires_at.is_none_or(|expiry| expiry > now)
}
