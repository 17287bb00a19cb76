//! Records by tenant and time.

use super::SqliteStore;
use super::codec::{column, instant, limit, present};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use nightdesk_domain::ids::TenantId;
use nightdesk_ports::{Record, RecordLog, Scan, StoreError};
use rusqlite::{Row, params};

#[async_trait]
impl RecordLog for SqliteStore {
    async fn append(&self, record: &Record) -> Result<(), StoreError> {
        let record = record.as_kept()?;
        self.write(move |connection| {
            let sql = "INSERT INTO records (tenant, kind, id, at_ms, expires_at_ms, body) \
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
            connection.prepare_cached(sql)?.execute(params![
                record.tenant.as_str(),
                record.kind,
                record.id,
                record.at.timestamp_millis(),
                record.expires_at.map(column),
                record.body.reveal()
            ])?;
            Ok(())
        })
        .await
    }

    async fn get(
        &self,
        tenant: &TenantId,
        kind: &str,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Record>, StoreError> {
        let (tenant, kind, id) = (tenant.clone(), kind.to_owned(), id.to_owned());
        self.read(move |connection| {
            let sql = "SELECT kind, id, at_ms, expires_at_ms, body FROM records \
                       WHERE tenant = ?1 AND kind = ?2 AND id = ?3 AND (expires_at_ms IS NULL OR expires_at_ms > ?4)";
            let mut select = connection.prepare_cached(sql)?;
            let mut rows = select.query(params![tenant.as_str(), kind, id, present(now)])?;
            rows.next()?.map(|row| record_of(&tenant, row)).transpose()
        })
        .await
    }

    async fn scan<'a>(&self, tenant: &TenantId, scan: &Scan<'a>) -> Result<Vec<Record>, StoreError> {
        let (tenant, kind) = (tenant.clone(), scan.kind.to_owned());
        let (from, until, now, rows_max) =
            (column(scan.from), column(scan.until), present(scan.now), limit(scan.limit));
        let order = if scan.newest_first { "DESC" } else { "ASC" };
        self.read(move |connection| {
            let sql = format!(
                "SELECT kind, id, at_ms, expires_at_ms, body FROM records \
                 WHERE tenant = ?1 AND kind = ?2 AND at_ms >= ?3 AND at_ms < ?4 \
                 AND (expires_at_ms IS NULL OR expires_at_ms > ?5) ORDER BY at_ms {order}, id {order} LIMIT ?6"
            );
            let mut select = connection.prepare_cached(&sql)?;
            let mut rows = select.query(params![tenant.as_str(), kind, from, until, now, rows_max])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                found.push(record_of(&tenant, row)?);
            }
            Ok(found)
        })
        .await
    }
}

fn record_of(tenant: &TenantId, row: &Row<'_>) -> Result<Record, super::codec::Fault> {
    let body: String = row.get(4)?;
    Ok(Record {
        tenant: tenant.clone(),
        kind: row.get(0)?,
        id: row.get(1)?,
        at: instant(row.get(2)?)?,
        expires_at: row.get::<_, Option<i64>>(3)?.map(instant).transpose()?,
        body: body.into(),
    })
}
