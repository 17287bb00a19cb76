//! Small facts that change.

use super::SqliteStore;
use super::codec::{Fault, column, instant, present};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Entry, Register, StoreError};
use rusqlite::{Connection, Row, params};

#[async_trait]
impl Register for SqliteStore {
    async fn entry(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Entry>, StoreError> {
        let (tenant, kind, id) = (tenant.clone(), kind.to_owned(), id.to_owned());
        self.read(move |connection| {
            let found = stored(connection, &tenant, &kind, &id)?;
            Ok(found.filter(|entry| entry.is_kept(now)))
        })
        .await
    }

    async fn entries(&self, tenant: &TenantId, kind: &str, now: DateTime<Utc>) -> Result<Vec<Entry>, StoreError> {
        let (tenant, kind) = (tenant.clone(), kind.to_owned());
        self.read(move |connection| {
            let sql = "SELECT kind, id, version, expires_at_ms, body FROM register \
                       WHERE tenant = ?1 AND kind = ?2 AND (expires_at_ms IS NULL OR expires_at_ms > ?3) ORDER BY id";
            let mut select = connection.prepare_cached(sql)?;
            let mut rows = select.query(params![tenant.as_str(), kind, present(now)])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(entry_of(&tenant, row)?);
            }
            Ok(found)
        })
        .await
    }

    async fn put(&self, entry: &Entry, now: DateTime<Utc>) -> Result<(), StoreError> {
        let entry = entry.as_kept()?;
        self.write(move |connection| {
            let before = stored(connection, &entry.tenant, &entry.kind, &entry.id)?;
            if !entry.takes_the_place_of(before.as_ref(), now)? {
                return Ok(());
            }
            // Nothing else deletes what has expired; its own kind is few rows, and they are at hand.
            let sweep = "DELETE FROM register WHERE tenant = ?1 AND kind = ?2 AND expires_at_ms <= ?3";
            connection.prepare_cached(sweep)?.execute(params![entry.tenant.as_str(), entry.kind, present(now)])?;
            let sql = "INSERT OR REPLACE INTO register (tenant, kind, id, version, expires_at_ms, body) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            connection.prepare_cached(sql)?.execute(params![
                entry.tenant.as_str(),
                entry.kind,
                entry.id,
                version_column(entry.version)?,
                entry.expires_at.map(column),
                entry.body.reveal()
            ])?;
            Ok(())
        })
        .await
    }

    async fn remove(&self, tenant: &TenantId, kind: &str, id: &str, version: u64) -> Result<(), StoreError> {
        let (tenant, kind, id) = (tenant.clone(), kind.to_owned(), id.to_owned());
        self.write(move |connection| match stored(connection, &tenant, &kind, &id)? {
            None => Ok(()),
            Some(entry) if entry.version != version => Err(StoreError::Conflict.into()),
            Some(_) => {
                let sql = "DELETE FROM register WHERE tenant = ?1 AND kind = ?2 AND id = ?3";
                connection.prepare_cached(sql)?.execute(params![tenant.as_str(), kind, id])?;
                Ok(())
            }
        })
        .await
    }
}

/// An entry as it is in its row, expired or not.
fn stored(connection: &Connection, tenant: &TenantId, kind: &str, id: &str) -> Result<Option<Entry>, Fault> {
    let sql = "SELECT kind, id, version, expires_at_ms, body FROM register WHERE tenant = ?1 AND kind = ?2 AND id = ?3";
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query(params![tenant.as_str(), kind, id])?;
    rows.next()?.map(|row| entry_of(tenant, row)).transpose()
}

fn entry_of(tenant: &TenantId, row: &Row<'_>) -> Result<Entry, Fault> {
    let version: i64 = row.get(2)?;
    let body: String = row.get(4)?;
    Ok(Entry {
        tenant: tenant.clone(),
        kind: row.get(0)?,
        id: row.get(1)?,
        version: u64::try_from(version).map_err(|_| StoreError::Corrupt("an entry's version is below 0".to_owned()))?,
        expires_at: row.get::<_, Option<i64>>(3)?.map(instant).transpose()?,
        body: body.into(),
    })
}

fn version_column(version: u64) -> Result<i64, StoreError> {
    i64::try_from(version).map_err(|_| StoreError::Corrupt("an entry's version is out of range".to_owned()))
}
